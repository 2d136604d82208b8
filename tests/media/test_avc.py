"""Parameter sets of H.264."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av

from charkit.media.avc import exp_golomb, parameter_sets

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEADER = bytes.fromhex("0164001fffe1") + b"\0\3\x67\x01\x02" + b"\1" + b"\0\2\x68\x09"


def test_sets_are_read_from_the_header_of_an_mp4() -> None:
    sets = parameter_sets(HEADER)
    assert sets is not None
    assert sets.length_size == 4
    assert sets.units == (b"\x67\x01\x02", b"\x68\x09")


def test_what_is_no_whole_header_gives_none() -> None:
    assert parameter_sets(None) is None
    assert parameter_sets(b"\0\0\0\1\x67\1\2\3") is None
    for length in range(len(HEADER)):
        assert parameter_sets(HEADER[:length]) is None


def test_sets_stand_before_the_picture_and_behind_a_delimiter() -> None:
    sets = parameter_sets(HEADER)
    assert sets is not None
    picture, delimiter = b"\0\0\0\2\x65\xff", b"\0\0\0\2\x09\xf0"
    added = b"\0\0\0\3\x67\x01\x02\0\0\0\2\x68\x09"
    assert sets.before(picture) == added + picture
    assert sets.before(delimiter + picture) == delimiter + added + picture


def test_a_picture_that_decodes_by_itself_is_told_from_others() -> None:
    sets = parameter_sets(HEADER)
    assert sets is not None
    assert sets.begins_afresh(b"\0\0\0\2\x06\x05" + b"\0\0\0\2\x65\xff")
    assert not sets.begins_afresh(b"\0\0\0\2\x06\x05" + b"\0\0\0\2\x41\xff")
    assert not sets.begins_afresh(b"\0\0\0")


def test_a_recovery_point_opens_a_stream_only_if_it_is_exact_at_once() -> None:
    sets = parameter_sets(HEADER)
    assert sets is not None
    picture, words = b"\0\0\0\2\x41\xff", b"\x05\x02ab"  # another message may stand before
    at_once, after_two, two_bytes_long = b"\x06\x01\xc4", b"\x06\x01\x64", b"\x06\xff"
    for messages, opens in (
        (at_once, True),
        (words + at_once, True),
        (after_two, False),
        (words, False),
        (two_bytes_long, False),
        (b"", False),
    ):
        unit = b"\x06" + messages + b"\x80"
        packet = len(unit).to_bytes(4, "big") + unit + picture
        assert sets.opens(packet) is opens
        assert not sets.begins_afresh(packet)


def test_exp_golomb_numbers_are_read_as_the_standard_lists_them() -> None:
    assert [exp_golomb(bytes([value])) for value in (0x80, 0x40, 0x60, 0x20, 0x38, 0)] == [0, 1, 2, 3, 6, -1]


def test_a_real_encoder_writes_headers_that_are_understood(clip: Callable[..., Path]) -> None:
    with av.open(str(clip())) as container:
        stream = container.streams.video[0]
        sets = parameter_sets(stream.codec_context.extradata)
        packets = [bytes(p) for p in container.demux(stream) if p.size]
    assert sets is not None
    assert [unit[0] & 31 for unit in sets.units] == [7, 8]
    assert [sets.begins_afresh(packet) for packet in packets] == [True] + [False] * 47
