"""`charkit film` and `charkit probe` as a person meets them."""

from __future__ import annotations

import json

import av
import numpy as np
import pytest
from typer.testing import CliRunner

from charkit.cli import app
from charkit.errors import UnreadableMedia, UsageError
from charkit.media.probe import probe

RUN = CliRunner()


@pytest.fixture
def clips(tmp_path):
    paths = []
    for name in ("a", "b"):
        path = tmp_path / f"{name}.mp4"
        with av.open(str(path), "w") as out:
            video = out.add_stream("libx264", rate=24, options={"preset": "ultrafast"})
            video.width, video.height, video.pix_fmt = 96, 54, "yuv420p"
            video.codec_context.gop_size = 12
            for number in range(24):
                rgb = np.full((54, 96, 3), 40 + 5 * number, np.uint8)
                out.mux(video.encode(av.VideoFrame.from_ndarray(rgb, format="rgb24")))
            out.mux(video.encode())
        paths.append(path)
    return paths


def test_clips_become_a_film_and_it_says_what_was_copied(clips, tmp_path):
    out = tmp_path / "film.mp4"
    result = RUN.invoke(app, ["film", *map(str, clips), "-o", str(out)])
    assert result.exit_code == 0, result.output
    assert "48 of 48 frames copied bit for bit" in result.output
    assert probe(out).frames == 48


def test_a_cut_list_becomes_a_film_and_json_holds_the_record(clips, tmp_path):
    cuts = tmp_path / "cuts.yaml"
    cuts.write_text(
        "title: A\ncuts:\n  - {shot: S01, file: a.mp4, transition: {kind: dissolve, seconds: 0.25}}\n"
        "  - {shot: S02, file: b.mp4, out: 0.75}\n"
    )
    result = RUN.invoke(app, ["film", str(cuts), "-o", str(tmp_path / "film.mp4"), "--json"])
    assert result.exit_code == 0, result.output
    record = json.loads(result.stdout)
    assert (record["frames"], record["left_out"]) == (24 + 18 - 6, [])
    assert 0 < record["encoded_frames"] < 36
    assert "a transition" in record["clips"][0]["reason"]


def test_a_bad_clip_ends_it_unless_the_rest_is_asked_for(clips, tmp_path):
    clips[0].write_bytes(clips[0].read_bytes()[:2000])
    out = tmp_path / "film.mp4"
    result = RUN.invoke(app, ["film", *map(str, clips), "-o", str(out)])
    assert isinstance(result.exception, UnreadableMedia)
    assert "a.mp4" in str(result.exception)
    assert not out.exists()
    result = RUN.invoke(app, ["film", *map(str, clips), "-o", str(out), "--keep-going"])
    assert result.exit_code == 1
    assert "left out" in result.output
    assert probe(out).frames == 24


def test_a_cut_list_among_clips_is_refused(clips, tmp_path):
    result = RUN.invoke(app, ["film", "cuts.yaml", str(clips[0]), "-o", str(tmp_path / "film.mp4")])
    assert isinstance(result.exception, UsageError)


def test_probe_says_what_is_in_a_clip(clips):
    result = RUN.invoke(app, ["probe", str(clips[0])])
    assert result.exit_code == 0, result.output
    assert "keyframes" in result.output
    assert "2, at 0, 12" in result.output
    record = json.loads(RUN.invoke(app, ["probe", str(clips[0]), "--json"]).stdout)
    assert record[0]["frames"] == 24
    assert record[0]["sound"] == "none"


def test_what_else_is_made_stands_beside_it_and_says_what_it_lacks(clips, tmp_path):
    pytest.importorskip("opentimelineio", reason="timelines need the extra `timeline`")
    out = tmp_path / "film.mp4"
    result = RUN.invoke(app, ["film", *map(str, clips), "-o", str(out), "--also", "poster,edl", "--also", "srt"])
    assert result.exit_code == 0, result.output
    assert "film.poster.jpg" in result.output
    assert "film.edl; does not carry " in result.output
    assert "no srt; nobody speaks" in result.output
    assert (tmp_path / "film.edl").read_text().startswith("TITLE: a")
    record = json.loads(RUN.invoke(app, ["film", str(clips[0]), "-o", str(out), "--also", "otio", "--json"]).stdout)
    assert [one["name"] for one in record["outputs"]] == ["film.otio"]


def test_an_output_that_is_none_is_refused_before_the_film_is_made(clips, tmp_path):
    out = tmp_path / "film.mp4"
    result = RUN.invoke(app, ["film", str(clips[0]), "-o", str(out), "--also", "postr"])
    assert isinstance(result.exception, UsageError)
    assert "Did you mean 'poster'?" in str(result.exception)
    assert not out.exists()


def test_it_says_how_loud_the_film_is_and_copies_sound_only_if_asked(clips, tmp_path):
    silent = RUN.invoke(app, ["film", *map(str, clips), "-o", str(tmp_path / "film.mp4")])
    assert "sound: none" in silent.output
    result = RUN.invoke(app, ["film", *map(str, clips), "-o", str(tmp_path / "copy_sound.mp4"), "--copy-sound"])
    assert isinstance(result.exception, UsageError)
    assert "it has no sound" in str(result.exception)
    assert not (tmp_path / "copy_sound.mp4").exists()
    record = json.loads(RUN.invoke(app, ["film", *map(str, clips), "-o", str(tmp_path / "film.mp4"), "--json"]).stdout)
    assert record["sound"] == {"account": "none"}


def test_probe_keeps_to_a_line_and_disarms_what_a_file_says_of_itself(clips, tmp_path):
    import av

    hostile = tmp_path / "hostile.mp4"
    with av.open(str(clips[0])) as source, av.open(str(hostile), "w") as target:
        target.metadata["title"] = "\x1b[2J\x1b]0;owned\x07" + "x" * 900
        target.metadata["synopsis"] = '{"format":"charkit recipe 1","title":"' + "y" * 3000
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    shown = RUN.invoke(app, ["probe", str(hostile)]).output
    assert "\x1b" not in shown
    assert "a charkit recipe; see: charkit recipe FILE" in shown
    assert max(map(len, shown.replace(str(hostile), "").splitlines())) < 120
