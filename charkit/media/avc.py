"""H.264 parameter sets: taken out of an MP4's header, put in front of keyframes.

An MP4 keeps one set of parameters (SPS and PPS) for a whole track. Clips of one service can still differ in them by a
few bits, and then each clip's own have to travel in band (ITU-T H.264, 7.3.2; ISO/IEC 14496-15, 5.3.3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["ParameterSets", "begins_with_idr", "parameter_sets"]

_IDR: Final = 5
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


def begins_with_idr(packet: bytes, sets: ParameterSets) -> bool:
    """Return whether a packet holds an IDR picture, in front of which a decoder forgets everything before it."""
    at = 0
    while at + sets.length_size < len(packet):
        length = int.from_bytes(packet[at : at + sets.length_size], "big")
        at += sets.length_size
        if packet[at] & 31 == _IDR:
            return True
        at += length
    return False
