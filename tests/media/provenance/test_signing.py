"""Signed, read back, tampered with: what Content Credentials show and what they do not."""

from __future__ import annotations

import socket

import pytest

from charkit.errors import EncodingFailed, UnreadableMedia
from charkit.media.provenance import Certificate, Part, Status, read_credentials, sign
from charkit.media.provenance.credentials import THROWAWAY

HOW = {"title": "The Lantern", "origin": "trainedAlgorithmicMedia", "generator": ("charkit", "0")}


@pytest.fixture
def signed(clip, tmp_path):
    out = tmp_path / "signed.mp4"
    sign(clip(frames=12), out, Certificate.throw_away(), **HOW)
    return out


def test_what_was_signed_reads_back_with_its_signer_and_its_origin(clip, issued, tmp_path):
    source, out = clip(frames=12), tmp_path / "signed.mp4"
    before = source.read_bytes()
    found = sign(source, out, Certificate.load(*issued("Ada Film")), **HOW)
    assert (found.status, found.signer, found.title) == (Status.SIGNED, "Ada Film", "The Lantern")
    assert (found.actions, found.sources) == (("c2pa.created",), ("trainedAlgorithmicMedia",))
    assert found == read_credentials(out)
    assert not found.throwaway
    assert source.read_bytes() == before


def test_pictures_and_sound_are_the_same_packets_as_before(clip, tmp_path):
    import av

    def packets(path):
        with av.open(str(path)) as opened:
            return [(p.stream.index, p.pts, bytes(p)) for p in opened.demux() if p.size]

    source = clip(frames=12)
    sign(source, tmp_path / "signed.mp4", Certificate.throw_away(), **HOW)
    assert packets(tmp_path / "signed.mp4") == packets(source)


@pytest.mark.parametrize("where", [0.4, 0.6, 0.9])
def test_one_changed_byte_is_noticed(signed, where):
    data = bytearray(signed.read_bytes())
    data[int(where * len(data))] ^= 1
    signed.write_bytes(data)
    assert read_credentials(signed).status in {Status.TAMPERED, Status.UNREADABLE}


def test_a_part_keeps_its_own_credentials_inside(clip, signed, tmp_path):
    parts = [Part(path=signed, title="S01 take 1"), Part(path=clip("plain.mp4", frames=12), title="S02 take 1")]
    found = sign(clip(frames=12), tmp_path / "film.mp4", Certificate.throw_away(), parts=parts, **HOW)
    assert [(one.title, one.relationship, one.signed) for one in found.ingredients] == [
        ("S01 take 1", "componentOf", True),
        ("S02 take 1", "componentOf", False),
    ]
    assert found.actions == ("c2pa.created", "c2pa.placed")


def test_a_part_that_was_tampered_with_is_told_in_the_film(clip, signed, tmp_path):
    data = bytearray(signed.read_bytes())
    data[-100] ^= 1
    signed.write_bytes(data)
    part = Part(path=signed, title="S01 take 1")
    out = tmp_path / "film.mp4"
    found = sign(clip(frames=12), out, Certificate.throw_away(), parts=[part], **HOW)
    assert found.ingredients[0].signed
    assert found.ingredients[0].broken


def test_a_throw_away_certificate_is_marked_wherever_it_shows(signed):
    found = read_credentials(signed)
    assert found.throwaway
    assert THROWAWAY in repr(found)
    assert "proves nothing about who" in repr(found)
    assert "throw-away certificate" in found.html()


def test_nothing_is_asked_of_any_server(clip, tmp_path, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    found = sign(clip(frames=12), tmp_path / "out.mp4", Certificate.throw_away(), **HOW)
    assert found.status is Status.SIGNED


def test_what_carries_no_credentials_is_refused_and_nothing_is_left(tmp_path):
    (tmp_path / "words.txt").write_text("once upon a time")
    with pytest.raises(UnreadableMedia, match="no PNG, JPEG, WebP or MP4"):
        sign(tmp_path / "words.txt", tmp_path / "out.txt", Certificate.throw_away(), **HOW)
    assert [path.name for path in tmp_path.iterdir()] == ["words.txt"]


def test_a_damaged_film_is_named_and_nothing_is_left(clip, tmp_path):
    source = clip(frames=12)
    source.write_bytes(source.read_bytes()[:16])
    with pytest.raises(EncodingFailed, match="cannot be signed"):
        sign(source, tmp_path / "out.mp4", Certificate.throw_away(), **HOW)
    assert not (tmp_path / "out.mp4").exists()
    assert [path.name for path in tmp_path.iterdir()] == [source.name]
