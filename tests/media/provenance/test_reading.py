"""Credentials as anybody may have written them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charkit.media.provenance import Certificate, Status, read_credentials, sign
from charkit.media.provenance.reading import _status

SHARED = Path(__file__).parents[4] / "shared" / "media" / "images" / "c2pa_signed.png"


def test_a_file_without_any_says_none(clip, still):
    assert read_credentials(clip(frames=12)).status is Status.NONE
    assert read_credentials(still()).status is Status.NONE


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp"])
def test_pictures_of_every_kind_that_is_sent_are_read(still, tmp_path, name):
    how = {"title": "Mira", "origin": "trainedAlgorithmicMedia", "generator": ("charkit", "0")}
    found = sign(still(name), tmp_path / f"signed-{name}", Certificate.throw_away(), **how)
    assert (found.status, found.generator) == (Status.SIGNED, "charkit")


@pytest.mark.media
@pytest.mark.skipif(not SHARED.exists(), reason=f"no {SHARED.name}: the real signed picture is not here")
def test_an_old_real_picture_is_malformed_and_not_called_tampered_with():
    found = read_credentials(SHARED)
    assert found.status is Status.MALFORMED
    assert found.generator == "ChatGPT"
    assert found.sources == () or "trainedAlgorithmicMedia" in found.sources
    assert "claim.malformed" in found.codes


@pytest.mark.parametrize(
    ("codes", "state", "status"),
    [
        ((), "Trusted", Status.TRUSTED),
        ((), "Valid", Status.SIGNED),
        (("signingCredential.untrusted",), "Valid", Status.SIGNED),
        (("signingCredential.untrusted", "signingCredential.expired"), "Invalid", Status.EXPIRED),
        (("claim.malformed", "signingCredential.expired"), "Invalid", Status.MALFORMED),
        (("claim.malformed", "assertion.dataHash.mismatch"), "Invalid", Status.TAMPERED),
        (("assertion.missing",), "Invalid", Status.TAMPERED),
        (("something.new",), "Invalid", Status.MALFORMED),
    ],
)
def test_untrusted_expired_malformed_and_tampered_are_told_apart(codes, state, status):
    assert _status(codes, state) is status


@given(st.binary(max_size=200))
def test_bytes_of_anybody_never_make_it_fail(tmp_path_factory, tail):
    heads = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBP", b"\0\0\0\x18ftypmp42", b"")
    file = tmp_path_factory.mktemp("hostile") / "it"
    for head in heads:
        file.write_bytes(head + tail)
        assert read_credentials(file).status in {Status.NONE, Status.UNREADABLE}


def test_without_the_reader_it_is_unknown_and_says_how_to_get_it(still, monkeypatch):
    monkeypatch.setitem(sys.modules, "c2pa", None)
    found = read_credentials(still())
    assert found.status is Status.UNKNOWN
    assert "charkit[provenance]" in found.note
