"""Adds pieces of sound up, a block at a time: memory holds one block and what is being decoded, not the film."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from charkit.errors import MediaError
from charkit.media.sound import Source, silence

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from numpy.typing import NDArray

    from charkit.media.sound import Sound
    from charkit.media.sounding.pieces import SoundPiece

__all__ = ["BLOCK", "mixed"]

BLOCK: Final = 48 * 1024
"""Samples that are worked on at once: about a second, and a whole number of AAC frames."""


def mixed(
    pieces: Sequence[SoundPiece],
    length: int,
    *,
    taps: dict[tuple[int, int], Sound] | None = None,
) -> Iterator[Sound]:
    """Yield the sum of pieces in blocks of `BLOCK` samples; the last one is what is left.

    Args:
        pieces: What is heard; nothing of it before sample 0 or from `length` on.
        length: Samples in all.
        taps: Is filled in: its keys, the number of a piece and a sample of the film, name single samples that are
            wanted as they are before they rise, fall, and are added up.

    Raises:
        UnreadableMedia: a sound cannot be decoded.
    """
    wanted = taps if taps is not None else {}
    coming = deque(sorted(enumerate(pieces), key=lambda one: one[1].at))
    heard: list[_Voice] = []
    try:
        for begin in range(0, length, BLOCK):
            end = min(length, begin + BLOCK)
            while coming and coming[0][1].at < end:
                index, piece = coming.popleft()
                heard.append(_Voice(piece=piece, taps={k: wanted for k in wanted if k[0] == index}.keys()))
            block = silence(end - begin)
            for voice in heard:
                voice.add(block, begin, wanted)
            heard = [voice for voice in heard if not voice.over(end)]
            yield block
    finally:
        for voice in heard:
            voice.source.close()


@dataclass(kw_only=True)
class _Voice:
    """One piece that is being heard."""

    piece: SoundPiece
    taps: Collection[tuple[int, int]]
    source: Source = field(init=False)

    def __post_init__(self) -> None:
        self.source = Source(self.piece.path, start=self.piece.start)

    def over(self, end: int) -> bool:
        """Say whether nothing of it is left, and let go of its file."""
        if self.piece.end > end:
            return False
        self.source.close()
        return True

    def add(self, block: Sound, begin: int, out: dict[tuple[int, int], Sound]) -> None:
        """Add its share to a block that begins at a sample of the film."""
        piece = self.piece
        first, last = max(begin, piece.at), min(begin + block.shape[1], piece.end)
        if first == begin and piece.at < 0 and begin == 0:
            self._read(-piece.at)
        raw = self._read(last - first)
        raw *= np.float32(10 ** (piece.gain / 20))
        for tap in self.taps:
            if first <= tap[1] < last:
                out[tap] = raw[:, tap[1] - first : tap[1] - first + 1].copy()
        _shaped(raw, first - piece.at, piece)
        block[:, first - begin : last - begin] += raw

    def _read(self, length: int) -> Sound:
        try:
            return self.source.read(length)
        except MediaError as error:
            error.index = self.piece.part
            raise


def _shaped(sound: Sound, at: int, piece: SoundPiece) -> None:
    """Let a part rise and fall, in place; from exactly nothing and back, so that the cut itself is silent."""
    count = sound.shape[1]
    if at < piece.rise:
        ends = min(count, piece.rise - at)
        sound[:, :ends] *= _rise(np.arange(at, at + ends), piece.rise)
    begins = max(0, piece.length - piece.fall - at)
    if begins < count:
        left = piece.length - 1 - np.arange(at + begins, at + count)
        sound[:, begins:] *= _rise(left, piece.fall)


def _rise(place: NDArray[np.int64], over: int) -> NDArray[np.float32]:
    return np.sin(place / over * (np.pi / 2)).astype(np.float32)
