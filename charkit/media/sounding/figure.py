"""The waveform of a film, and how loud it is: one picture for notebooks and reports."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

import numpy as np

from charkit.errors import MissingDependency

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from charkit.media.sounding.loudness import Loudness

__all__ = ["loudness_figure"]

_GREY: Final = "#8a8a8a"  # 3.4:1 on white, 5.1:1 on JupyterLab's dark ground
_WAVE, _SHORT, _MOMENT, _AIM = "#7f8fb0", "#d9822b", "#e9c39b", "#2f9e6e"
_FLOOR: Final = -50.0  # LUFS: what lies below is not drawn


def loudness_figure(loudness: Loudness) -> bytes:
    """Return the outline of the wave, and momentary and short-term loudness over it, as SVG.

    Raises:
        MissingDependency: matplotlib is not installed.
    """
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingDependency("matplotlib", "scoring") from error
    figure = Figure(figsize=(8, 3.4), layout="constrained")
    figure.patch.set_alpha(0)
    wave, loud = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": (1, 1.6)})
    _draw_wave(wave, loudness)
    _draw_loudness(loud, loudness)
    for axes in (wave, loud):
        axes.patch.set_alpha(0)
        axes.tick_params(colors=_GREY, labelsize=8)
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_color(_GREY)
    figure.legend(loc="outside lower center", fontsize=8, frameon=False, ncols=4, labelcolor=_GREY)
    out = io.BytesIO()
    with rc_context({"svg.hashsalt": "charkit"}):  # the same sound gives the same picture, byte for byte
        figure.savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue()


def _draw_wave(axes: Axes, loudness: Loudness) -> None:
    times = np.arange(loudness.peaks.size) * 0.1
    axes.fill_between(times, -loudness.peaks, loudness.peaks, color=_WAVE, linewidth=0, step="post")
    axes.set_ylim(-1, 1)
    axes.set_yticks([-1, 0, 1])
    axes.set_ylabel("peak", color=_GREY, fontsize=8)


def _draw_loudness(axes: Axes, loudness: Loudness) -> None:
    times = (np.arange(loudness.momentary.size) + 1) * 0.1
    for values, span, colour, width, name in (
        (loudness.momentary, 0.4, _MOMENT, 0.8, "momentary (0.4 s)"),
        (loudness.short_term, 3.0, _SHORT, 1.6, "short-term (3 s)"),
    ):
        shown = np.where(times < span - 0.05, np.nan, np.maximum(values, _FLOOR))  # a window has to be full first
        axes.plot(times, shown, color=colour, linewidth=width, label=name)
    if loudness.integrated > _FLOOR:
        label = f"integrated {loudness.integrated:.1f}"
        axes.axhline(loudness.integrated, color=_AIM, linewidth=1.2, label=label)
    if loudness.target is not None:
        axes.axhline(loudness.target, color=_AIM, linewidth=1, linestyle=":", label=f"target {loudness.target:g}")
    axes.set_ylim(_FLOOR, 0)
    axes.set_xlim(0, max(loudness.seconds, 0.1))
    axes.set_ylabel("LUFS", color=_GREY, fontsize=8)
    axes.set_xlabel("seconds", color=_GREY, fontsize=8)
