"""H.265 parameter sets, and what packets say of pictures: what `charkit.media.avc` is for H.264.

A clip can be entered at three kinds of pictures (ITU-T H.265, 3.69 and 8.1.3): IDR, CRA and BLA. Behind a CRA picture
pictures may be stored that are shown before it and predicted from what came before it (RASL); whoever begins there
leaves them out. Where a copy begins in the middle of a film, its CRA picture becomes a BLA picture: that is what the
standard has them for, the two differ in the unit's type alone, and not a bit of the picture changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from charkit.media.avc import ParameterSets, parameter_sets

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["HevcSets", "hevc_sets", "sets_of"]

# Types of NAL units: ITU-T H.265, table 7-1.
_PICTURES: Final = range(32)
_ENTRIES: Final = range(16, 24)
_RASL: Final = (8, 9)
_BLA_N_LP: Final = 18
_CRA: Final = 21
_SETS: Final = (32, 33, 34)  # VPS, SPS, PPS
_ACCESS_UNIT_DELIMITER: Final = 35
_SUB_LAYER_NON_REFERENCE: Final = range(0, 16, 2)
_FIXED: Final = 23  # bytes of a header before its arrays


@dataclass(frozen=True, kw_only=True)
class HevcSets(ParameterSets):
    """What a decoder must know before the first picture: VPS, SPS and PPS."""

    layers: int
    """Temporal layers; 0 where the header does not say."""

    def begins_afresh(self, packet: bytes) -> bool:
        """Return whether a packet holds an IDR, CRA or BLA picture."""
        return self._kind(packet) in _ENTRIES

    def opens(self, packet: bytes) -> bool:
        """Return whether a decoder can begin at a packet's picture if nothing came before it."""
        return self.begins_afresh(packet)

    def is_lost(self, packet: bytes, entry: bytes) -> bool:  # noqa: ARG002
        """Return whether a picture, stored behind another but shown before it, cannot be decoded from there on."""
        return self._kind(packet) in _RASL

    def is_reference(self, packet: bytes) -> bool:
        """Return whether other pictures may be predicted from a packet's.

        Pictures of a higher temporal layer may be predicted from one that its own layer needs no more (7.4.2.2).
        """
        return self.layers != 1 or self._kind(packet) not in _SUB_LAYER_NON_REFERENCE

    def at_cut(self, packet: bytes) -> bytes:
        """Return a packet that begins a copy as it has to stand behind another clip.

        CRA becomes BLA, and the bit that lets a decoder throw away what it has not shown yet is cleared (7.3.6.1).
        """
        changed = bytearray(packet)
        for at, length in self._units(packet):
            kind = packet[at] >> 1 & 63
            if kind not in _ENTRIES or length < 3:
                continue
            if kind == _CRA:
                changed[at] = packet[at] & 0x81 | _BLA_N_LP << 1
            changed[at + 2] &= 0xBF  # no_output_of_prior_pics_flag, behind the two bytes that begin a unit
        return bytes(changed)

    def one_header(self, others: Sequence[ParameterSets], like: bytes) -> bytes | None:
        """Return the header if all have the same sets; None else, since all encoders number theirs from 0."""
        return like if {one.units for one in others} <= {self.units} else None

    def _is_delimiter(self, unit: int) -> bool:
        return unit >> 1 & 63 == _ACCESS_UNIT_DELIMITER

    def _kind(self, packet: bytes) -> int | None:
        """Return the type of a packet's picture."""
        kinds = (packet[at] >> 1 & 63 for at, _ in self._units(packet))
        return next((kind for kind in kinds if kind in _PICTURES), None)


def hevc_sets(extradata: bytes | None) -> HevcSets | None:
    """Read an HEVCDecoderConfigurationRecord (ISO/IEC 14496-15, 8.3.3.1.2); None if it is something else."""
    if not extradata or len(extradata) < _FIXED or extradata[0] != 1:
        return None
    units: list[bytes] = []
    at = _FIXED
    for _ in range(extradata[_FIXED - 1]):
        kind, count = _number(extradata, at, 1) & 63, _number(extradata, at + 1, 2)
        at += 3
        for _ in range(count):
            length = _number(extradata, at, 2)
            unit = extradata[at + 2 : at + 2 + length]
            if not length or len(unit) != length:
                return None
            units += [unit] if kind in _SETS else []
            at += 2 + length
    known = {unit[0] >> 1 & 63 for unit in units}
    if known != set(_SETS):
        return None
    layers = extradata[21] >> 3 & 7
    return HevcSets(length_size=(extradata[21] & 3) + 1, units=tuple(units), layers=layers)


def _number(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "big")


def sets_of(codec: str, header: bytes | None) -> ParameterSets | None:
    """Return the parameter sets in the header of an H.264 or H.265 stream; None for others, or where it has none."""
    return parameter_sets(header) if codec == "h264" else hevc_sets(header) if codec == "hevc" else None
