"""H.264 parameter sets: taken out of an MP4's header, put in front of keyframes; and what packets say of pictures.

An MP4 keeps one set of parameters (SPS and PPS) for a whole track. Clips of one service can still differ in them by a
few bits. Where they have different ids one header holds them all; where ids clash, each clip's own have to travel in
band (ITU-T H.264, 7.3.2; ISO/IEC 14496-15, 5.3.3). `charkit.media.hevc` knows the same of H.265.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["ParameterSets", "exp_golomb", "header_of", "parameter_sets"]

_IDR: Final = 5
_SEI: Final = 6
_RECOVERY_POINT: Final = 6  # the message's type (ITU-T H.264, D.1.8)
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
        if self._is_delimiter(packet[self.length_size]):
            cut = self.length_size + length
        return packet[:cut] + sets + packet[cut:]

    def begins_afresh(self, packet: bytes) -> bool:
        """Return whether a packet holds a picture at which a decoder can begin, whatever came before: an IDR."""
        return any(packet[at] & 31 == _IDR for at, _ in self._units(packet))

    def opens(self, packet: bytes) -> bool:
        """Return whether a decoder can begin at a packet's picture if nothing came before it.

        So it can at a recovery point that is exact at once (ITU-T H.264, D.2.8). In the middle of a stream it cannot:
        such a picture goes on counting the order of pictures where others have stopped.
        """
        if self.begins_afresh(packet):
            return True
        messages = (packet[at + 1 : at + length] for at, length in self._units(packet) if packet[at] & 31 == _SEI)
        return any(_recovers_at_once(message) for message in messages)

    def is_lost(self, packet: bytes, entry: bytes) -> bool:  # noqa: ARG002
        """Return whether a picture cannot be decoded when decoding begins at another one.

        Args:
            packet: A picture that is stored behind that one, but shown before it. H.264 does not say of such a picture
                what it needs; decoders do not show it unless they begin at an IDR picture.
            entry: Where decoding begins.
        """
        return not self.begins_afresh(entry)

    def is_reference(self, packet: bytes) -> bool:
        """Return whether other pictures may be predicted from a packet's; True where it holds no picture."""
        units = (packet[at] for at, _ in self._units(packet))
        return next((bool(unit & 0x60) for unit in units if unit & 31 in _SLICES), True)

    def at_cut(self, packet: bytes) -> bytes:
        """Return a packet that begins a copy as it has to stand behind another clip: as it is."""
        return packet

    def one_header(self, others: Sequence[ParameterSets], like: bytes) -> bytes | None:
        """Return one header that holds these sets and others, as `header_of`."""
        return header_of([self, *others], like)

    def _is_delimiter(self, unit: int) -> bool:
        return unit & 31 == _ACCESS_UNIT_DELIMITER

    def _units(self, packet: bytes) -> Iterator[tuple[int, int]]:
        """Yield where each NAL unit of a packet begins, and its length."""
        at = 0
        while at + self.length_size < len(packet):
            length = int.from_bytes(packet[at : at + self.length_size], "big")
            at += self.length_size
            yield at, length
            at += length


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
    """Read a set's own id, its first number behind the header (ITU-T H.264, 7.3.2)."""
    begin = 4 if unit[0] & 31 == _SPS else 1  # an SPS says profile and level first
    return exp_golomb(unit[begin : begin + 8])


def exp_golomb(data: bytes) -> int:
    """Read the unsigned Exp-Golomb number with which some bytes begin (ITU-T H.264, 9.1); -1 where there is none."""
    bits = "".join(f"{byte:08b}" for byte in data)
    zeros = len(bits) - len(bits.lstrip("0"))
    return int(bits[zeros : 2 * zeros + 1] or "0", 2) - 1


def _recovers_at_once(message: bytes) -> bool:
    """Return whether an SEI unit says that all pictures from its own on are exact (ITU-T H.264, 7.3.2.3 and D.1.8)."""
    at = 0
    while at + 2 < len(message):
        kind, at = _counted(message, at)
        size, at = _counted(message, at)
        if kind == _RECOVERY_POINT:
            return exp_golomb(message[at : at + 8]) == 0
        at += size
    return False


def _counted(message: bytes, at: int) -> tuple[int, int]:
    """Read a number that bytes of 255 prolong, and return it and where it ends."""
    total = 0
    while at < len(message):
        total, at = total + message[at], at + 1
        if message[at - 1] != 255:
            break
    return total, at
