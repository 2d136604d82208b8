"""Which clips can be copied side by side into one stream, and why the others cannot."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from charkit.media.conform import Shape, cadence, can_encode
from charkit.media.hevc import sets_of
from charkit.media.picture.stretches import stretches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from charkit.media.probe import ClipFacts
    from charkit.media.spliced import Splice

__all__ = ["Fit", "fit_parts", "fit_together"]

_RATES: Final = tuple(
    Fraction(*rate)
    for rate in ((24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (50, 1), (60000, 1001), (60, 1))
)
"""The rates films are made in."""


@dataclass(frozen=True, kw_only=True)
class Fit:
    """How one clip goes into the film."""

    facts: ClipFacts
    """The clip."""
    shape: Shape
    """The film's shape."""
    reason: str | None
    """Why the clip has to be re-encoded; None if its packets can be copied."""


def fit_together(clips: Sequence[ClipFacts], *, all_copied: bool = True) -> list[Fit]:
    """Choose the film's shape, that of most running time among the clips that can be copied, and judge each clip.

    Args:
        clips: The clips.
        all_copied: Whether every frame of a clip that fits is copied. If not, a shape will not do whose codec this
            FFmpeg cannot encode; and neither will it where a clip has to be brought to it.
    """
    fits = _fitted(clips, [_fault(facts) for facts in clips])
    codec = fits[0].shape.codec
    if can_encode(codec) or (all_copied and all(one.reason is None for one in fits)):
        return fits
    lacking = f"its codec is {codec}, and what has to be encoded in this film cannot be encoded so here"
    faults = [lacking if facts.codec == codec else _fault(facts) for facts in clips]
    return _fitted(clips, faults)


def fit_parts(parts: Sequence[Splice], clips: Sequence[ClipFacts]) -> list[Fit]:
    """Fit parts of clips together; as `fit_together`.

    Args:
        parts: The parts in order.
        clips: The facts of each one's clip.
    """
    copied = [_is_copied(part, facts, index) for index, (part, facts) in enumerate(zip(parts, clips, strict=True))]
    return fit_together(clips, all_copied=all(copied))


def _is_copied(part: Splice, facts: ClipFacts, index: int) -> bool:
    """Whether a part shows nothing but frames that can be copied."""
    if part.crossing is not None or part.touches:
        return False
    first = round(Fraction(part.start or 0) * facts.fps)
    last = facts.frames if part.end is None else min(facts.frames, round(Fraction(part.end) * facts.fps))
    order = facts.order if index else facts.order.at_the_beginning
    return all(one.kind == "copy" for one in stretches(order, first, last))


def _fitted(clips: Sequence[ClipFacts], faults: Sequence[str | None]) -> list[Fit]:
    weights: dict[Shape, float] = {}
    for facts, fault in zip(clips, faults, strict=True):
        if fault is None:
            weights[_shape(facts)] = weights.get(_shape(facts), 0.0) + facts.seconds
    shape = max(weights, key=lambda one: weights[one]) if weights else _made_up(clips[0])
    return [
        Fit(facts=facts, shape=shape, reason=fault or _difference(_shape(facts), shape))
        for facts, fault in zip(clips, faults, strict=True)
    ]


def _shape(facts: ClipFacts) -> Shape:
    return Shape(
        codec=facts.codec,
        profile=facts.profile,
        pixel_format=facts.pixel_format,
        width=facts.coded_width,
        height=facts.coded_height,
        fps=facts.fps,
        matrix=facts.matrix,
        full_range=facts.colour.range == "full",
        light=facts.colour.light,
        tags=facts.colour,
    )


def _made_up(facts: ClipFacts) -> Shape:
    """A shape for a film none of whose clips can be copied: the first clip's, made regular, and saying what it is."""
    matrix = "bt709" if facts.matrix not in {"bt601", "bt2020"} else facts.matrix
    tags = replace(facts.colour, range="limited", matrix=matrix)
    return Shape(
        codec="h264",
        profile="High",
        pixel_format="yuv420p",
        width=max(2, facts.width // 2 * 2),
        height=max(2, facts.height // 2 * 2),
        fps=min(_RATES, key=lambda rate: abs(rate - facts.fps)),
        matrix=matrix,
        full_range=False,
        light=facts.colour.light,
        tags=tags,
    )


def _fault(facts: ClipFacts) -> str | None:
    """Say what keeps a clip from being copied into any film."""
    if facts.codec not in {"h264", "hevc"}:
        return f"its codec is {facts.codec}, films are H.264 or H.265"
    if facts.rotation:
        return f"it is rotated by {facts.rotation} degrees"
    if facts.sample_aspect not in {0, 1}:
        return f"its pixels are not square ({facts.sample_aspect})"
    if not facts.constant_rate:
        return "its frame rate varies"
    if not facts.whole_run:
        return f"an edit list hides {facts.hidden_frames} frames in the middle of it"
    if sets_of(facts.codec, facts.codec_header) is None:
        return "its parameter sets are not stored as MP4 stores them"
    return None if facts.clean_start else "it does not begin with a picture that decodes by itself"


def _difference(own: Shape, film: Shape) -> str | None:
    if (own.width, own.height) != (film.width, film.height):
        return f"it has {own.width}x{own.height} pixels, the film {film.width}x{film.height}"
    if own.fps != film.fps:
        how = cadence(own.fps, film.fps)
        return f"it has {_rate(own.fps)} frames per second, the film {_rate(film.fps)}: {how}"
    for name in ("codec", "profile", "pixel_format", "matrix", "full_range", "light"):
        mine, theirs = getattr(own, name), getattr(film, name)
        if mine != theirs:
            return f"its {name.replace('_', ' ')} is {mine}, the film's {theirs}"
    return None


def _rate(fps: Fraction) -> str:
    return str(fps.numerator) if fps.denominator == 1 else f"{float(fps):.3f}"
