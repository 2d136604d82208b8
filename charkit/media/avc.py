"""H.264 parameter sets: taken out of an MP4's header, put in front of keyframes.

An MP4 keeps one set of parameters (SPS and PPS) for a whole track. Clips of one service can still differ in them by a
few bits. Where they have different ids one header holds them all; where ids clash, each clip's own have to travel in
band (ITU-T H.264, 7.3.2; ISO/IEC 14496-15, 5.3.3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["ParameterSets", "begins_with_idr", "header_of", "is_reference", "parameter_sets"]

_IDR: Final = 5
_SLICES: Final = range(1, 6)  # NAL units that carry a picture: 1 to 5
_SPS: Final = 7
_ACCESS_UNIT_DELIMITER: Final = 9


@dataclass(frozen=True, kw_only=True)
class ParameterSets:
    """What a decoder must know before the first picture."""

    length_size: int
    """Bytes of each NAL unit's length field in the packets."""
    units: tuple[bytes, ...]
    """The SPS units, then the PPS units, without start codes or lengths."""

    def before(self, packet: bytes) -> bytes:
        """Return a packet with these sets in front; behind an access unit delimiter, which has to come first."""
        sets = b"".join(len(unit).to_bytes(self.length_size, "big") + unit for unit in self.units)
        cut = 0
        length = int.from_bytes(packet[: self.length_size], "big")
        if packet[self.length_size] & 31 == _ACCESS_UNIT_DELIMITER:
            cut = self.length_size + length
        return packet[:cut] + sets + packet[cut:]


def parameter_sets(extradata: bytes | None) -> ParameterSets | None:
    """Read an AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1.2); None if it is something else."""
    if not extradata or len(extradata) < 7 or extradata[0] != 1:
        return None
    units: list[bytes] = []
    at = 5
    for mask in (0x1F, 0xFF):  # five bits count the SPS, eight the PPS
        if at >= len(extradata):
            return None
        count = extradata[at] & mask
        at += 1
        for _ in range(count):
            length = int.from_bytes(extradata[at : at + 2], "big")
            unit = extradata[at + 2 : at + 2 + length]
            if not length or len(unit) != length:
                return None
            units.append(unit)
            at += 2 + length
    return ParameterSets(length_size=(extradata[4] & 3) + 1, units=tuple(units))


def header_of(sets: Sequence[ParameterSets], like: bytes) -> bytes | None:
    """Return one header that holds the parameter sets of several clips, so that none has to travel in band.

    Args:
        sets: What each clip needs; every different set must have an id of its own.
        like: A header whose profile and level are taken over; the highest level of all stands in the result.

    Returns:
        An AVCDecoderConfigurationRecord, or None where different sets share an id, or are too many for one.
    """
    units = list(dict.fromkeys(unit for one in sets for unit in one.units))
    first = [unit for unit in units if unit[0] & 31 == _SPS]
    second = [unit for unit in units if unit[0] & 31 != _SPS]
    clash = any(len({_id_of(unit) for unit in kind}) < len(kind) for kind in (first, second))
    if clash or len({one.length_size for one in sets}) > 1:
        return None
    if len(first) > 31 or len(second) > 255:  # what the record's counters hold
        return None
    level = max(unit[3] for unit in first)
    record = like[:3] + bytes([level]) + like[4:5] + bytes([0xE0 | len(first)])
    record += b"".join(len(unit).to_bytes(2, "big") + unit for unit in first) + bytes([len(second)])
    record += b"".join(len(unit).to_bytes(2, "big") + unit for unit in second)
    return record + _tail(like)


def _tail(header: bytes) -> bytes:
    """Return what a High profile header says behind its sets: chroma format and bit depths, 4 bytes."""
    sets = parameter_sets(header)
    return header[7 + sum(2 + len(unit) for unit in sets.units) :] if sets else b""


def _id_of(unit: bytes) -> int:
    """Read a set's own id, its first number behind the header: unsigned Exp-Golomb (ITU-T H.264, 7.3.2 and 9.1)."""
    begin = 4 if unit[0] & 31 == _SPS else 1  # an SPS says profile and level first
    bits = "".join(f"{byte:08b}" for byte in unit[begin : begin + 8])
    zeros = len(bits) - len(bits.lstrip("0"))
    return int(bits[zeros : 2 * zeros + 1], 2) - 1


def _units(packet: bytes, sets: ParameterSets) -> Iterator[int]:
    """Yield the header byte of each NAL unit of a packet."""
    at = 0
    while at + sets.length_size < len(packet):
        length = int.from_bytes(packet[at : at + sets.length_size], "big")
        at += sets.length_size
        yield packet[at]
        at += length


def begins_with_idr(packet: bytes, sets: ParameterSets) -> bool:
    """Return whether a packet holds an IDR picture, in front of which a decoder forgets everything before it."""
    return any(unit & 31 == _IDR for unit in _units(packet, sets))


def is_reference(packet: bytes, sets: ParameterSets) -> bool:
    """Return whether other pictures may be predicted from a packet's; True where it holds no picture."""
    return next((bool(unit & 0x60) for unit in _units(packet, sets) if unit & 31 in _SLICES), True)
