"""From a cut list to what its film shall sound like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.media.sounding import Bed, SoundPlan

if TYPE_CHECKING:
    from charkit.film.cuts import CutList
    from charkit.media.spliced import Joined

__all__ = ["sound_account", "sound_plan"]


def sound_plan(cuts: CutList, *, copied: bool = False) -> SoundPlan:
    """Return what a cut list asks of the sound as a whole.

    Args:
        cuts: The cut list.
        copied: Whether the clips' own sound is copied instead; their loudness then stays what it is.

    Raises:
        UsageError: sound shall be copied, but the cut list wants it mixed with music or evened out.
    """
    return SoundPlan(
        loudness=None if copied else cuts.loudness,
        even=cuts.even_out,
        bed=_bed(cuts),
        copied=copied,
    )


def _bed(cuts: CutList) -> Bed | None:
    music = cuts.music
    if music is None:
        return None
    return Bed(
        path=cuts.beside(music.file),
        gain=music.gain,
        duck=music.duck,
        fade_in=music.fade_in,
        fade_out=music.fade_out,
        loop=music.loop,
    )


def sound_account(joined: Joined) -> str:
    """Say in a line what became of a film's sound."""
    if not joined.has_sound:
        return "none"
    if joined.levelled is None:
        return "copied: neither faded at cuts nor levelled; a cut may click, and stand off its picture by up to 11 ms"
    return joined.levelled.account
