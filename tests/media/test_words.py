from __future__ import annotations

import io
import zlib

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from charkit.errors import UnreadableMedia, UsageError
from charkit.media.chapters import read_chapters
from charkit.media.spliced import Splice
from charkit.media.stitch import splice
from charkit.media.words import read_words, write_words

RECIPE = '{"format":"charkit recipe 1","prompt":"ein Mädchen 🦊 \\" </b> \'; DROP"}' + "x" * 100_000


def packets(path):
    with av.open(str(path)) as opened:
        return [(p.stream.type, p.pts, bytes(p)) for p in opened.demux(opened.streams.video + opened.streams.audio)]


def test_a_clip_with_words_shows_the_very_same_and_keeps_its_chapters(clip, tmp_path):
    film = splice([Splice(path=clip(), chapter="S01")], tmp_path / "film.mp4", metadata={"title": "Old"})
    out = write_words(film.path, tmp_path / "copy.mp4", {"synopsis": RECIPE, "title": "New"})
    words = read_words(out)
    assert (words["synopsis"], words["title"]) == (RECIPE, "New")
    assert packets(out) == packets(film.path)
    assert [one.title for one in read_chapters(out)] == ["S01"]
    data = out.read_bytes()
    assert data.find(b"moov") < data.find(b"mdat")


@pytest.mark.media
@pytest.mark.parametrize("name", ["veo3_24fps_mono44k.mp4", "sora2_30fps_portrait_audio_longer.mp4"])
def test_a_real_clip_keeps_every_packet(real_clip, tmp_path, name):
    source = real_clip(name)
    out = write_words(source, tmp_path / "copy.mp4", {"synopsis": RECIPE})
    assert read_words(out)["synopsis"] == RECIPE
    assert [p[0::2] for p in packets(out)] == [p[0::2] for p in packets(source)]


def test_words_survive_a_plain_remux(clip, tmp_path):
    out = write_words(clip(), tmp_path / "copy.mp4", {"synopsis": RECIPE})
    with av.open(str(out)) as source, av.open(str(tmp_path / "again.mp4"), "w") as target:
        target.metadata.update(source.metadata)
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    assert read_words(tmp_path / "again.mp4")["synopsis"] == RECIPE


@pytest.fixture
def png(tmp_path):
    def make(**words: str):
        info = PngImagePlugin.PngInfo()
        for name, text in words.items():
            info.add_itxt(name, text, zip=name == "packed")
        noise = np.random.default_rng(3).integers(0, 255, (8, 9, 3), np.uint8)
        Image.fromarray(noise).save(tmp_path / "picture.png", pnginfo=info)
        return tmp_path / "picture.png"

    return make


def test_a_picture_with_words_has_the_very_same_pixels(png, tmp_path):
    source = png(charkit="old", other="stays", packed="größer " * 9)
    out = write_words(source, tmp_path / "copy.png", {"charkit": RECIPE})
    assert read_words(out) == {"charkit": RECIPE, "other": "stays", "packed": "größer " * 9}
    with Image.open(source) as before, Image.open(out) as after:
        after.load()
        assert after.text["charkit"] == RECIPE  # others can read it too
        assert np.array_equal(np.asarray(before), np.asarray(after))


@given(st.dictionaries(st.from_regex(r"[A-Za-z][A-Za-z0-9 ]{0,20}[A-Za-z]", fullmatch=True), st.text(max_size=50)))
def test_any_words_come_back_from_a_picture(tmp_path_factory, words):
    folder = tmp_path_factory.mktemp("png")
    Image.new("L", (2, 2)).save(folder / "a.png")
    write_words(folder / "a.png", folder / "b.png", words)
    assert read_words(folder / "b.png") == words


def test_text_that_unpacks_to_gigabytes_is_left_alone(tmp_path):
    bomb = zlib.compress(b"0" * 30_000_000)
    content = b"charkit\0\1\0\0\0" + bomb
    chunk = len(content).to_bytes(4, "big") + b"iTXt" + content + zlib.crc32(b"iTXt" + content).to_bytes(4, "big")
    raw = io.BytesIO()
    Image.new("L", (2, 2)).save(raw, "png")
    data = raw.getvalue()
    at = data.index(b"IEND") - 4
    (tmp_path / "bomb.png").write_bytes(data[:at] + chunk + data[at:])
    assert read_words(tmp_path / "bomb.png") == {}


@given(st.binary(max_size=200))
def test_damaged_pictures_are_named_and_never_crash(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("png") / "a.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + data)
    with pytest.raises(UnreadableMedia, match=r"a\.png: is cut off"):
        read_words(path)


def test_what_cannot_hold_words_is_refused(clip, tmp_path):
    source = clip()
    with pytest.raises(UsageError, match=r"end in \.mp4"):
        write_words(source, tmp_path / "copy.png", {})
    with pytest.raises(UsageError, match="replace its original"):
        write_words(source, source, {})
    (tmp_path / "a.gif").write_bytes(b"GIF89a")
    with pytest.raises(UsageError, match=r"\.mp4, \.m4v, \.mov, \.png"):
        write_words(tmp_path / "a.gif", tmp_path / "b.gif", {})
    with pytest.raises(UnreadableMedia, match="no PNG"):
        (tmp_path / "c.png").write_bytes(b"nothing")
        read_words(tmp_path / "c.png")
    assert not (tmp_path / "copy.png").exists()
