"""How the size of a clip is said on `/v1/videos`: in pixels, by the names of resolution and aspect, or as a target."""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING

from charkit.errors import UnsupportedRequest
from charkit.providers import minimax_h3
from charkit.providers.video_grammar import Canvas

if TYPE_CHECKING:
    from charkit.providers.video_grammar import Dialect

RESOLUTIONS = {480: "480p", 720: "720p", 1080: "1080p"}
"""Pixels of the shorter side -> the word of dialect B. Names above 1080p mean different sizes at different models."""

ASPECTS = frozenset({"16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9", "9:21"})
"""The aspect ratios of dialect B (openrouter.ai, create-videos); each model takes some of them."""

WIDEST = 4
"""Sides of a MiniMax H3 clip differ at most by this factor."""


def canvas_fields(row: Dialect, width: int, height: int) -> dict[str, str | int]:
    """Return the fields that say a size, by their place in the body.

    Raises:
        UnsupportedRequest: the server would make another size of it.
    """
    size = f"{width}x{height}"
    match row.canvas:
        case Canvas.SIZE:
            return {"size": size}
        case Canvas.NAMED:
            return _named(width, height) or {"size": size}
        case Canvas.H3_SIZE:
            _check_multiple(row, width, height)
            return {"aspect_ratio": minimax_h3.nearest_aspect(width, height), "size": size}
        case Canvas.H3_TARGET:
            aspect = _canvas(row, width, height)
            return {"target.short_edge": minimax_h3.SHORT_EDGE, "target.aspect_ratio": aspect}


def _named(width: int, height: int) -> dict[str, str | int]:
    common = gcd(width, height)
    aspect = f"{width // common}:{height // common}"
    aspect = {"7:3": "21:9", "3:7": "9:21"}.get(aspect, aspect)
    resolution = RESOLUTIONS.get(min(width, height))
    if resolution is None or aspect not in ASPECTS:
        return {}
    return {"resolution": resolution, "aspect_ratio": aspect}


def _check_multiple(row: Dialect, width: int, height: int) -> None:
    step = minimax_h3.MULTIPLE
    if width % step or height % step or min(width, height) < step:
        raise UnsupportedRequest(
            f"the server would make another size of {width}x{height}",
            rule=f"both sides are multiples of {step}; others are rounded down",
            nearest=_nearest(width, height),
            source=row.source,
        )
    if max(width, height) > WIDEST * min(width, height):
        raise UnsupportedRequest(
            f"{width}x{height} is too long", rule="1:4 to 4:1", nearest=_nearest(width, height), source=row.source
        )


def _canvas(row: Dialect, width: int, height: int) -> str:
    for aspect, size in minimax_h3.CANVASES.items():
        if size == (width, height):
            return aspect
    raise UnsupportedRequest(
        f"{width}x{height} is no canvas of MiniMax H3",
        rule=", ".join(f"{wide}x{high}" for wide, high in minimax_h3.CANVASES.values()),
        nearest=_nearest(width, height),
        source=row.source,
    )


def _nearest(width: int, height: int) -> str:
    wide, high = minimax_h3.CANVASES[minimax_h3.nearest_aspect(width, height)]
    return f"{wide}x{high}"
