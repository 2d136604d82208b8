"""The sound of a clip: what its place, weather and action would be heard as, in time with the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from charkit.simulator import noises
from charkit.simulator.looks import chance
from charkit.simulator.timing import HOP
from charkit.simulator.voices import say, yip

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.random import Generator
    from numpy.typing import NDArray

    from charkit.simulator.stage import Player, Stage

LOUDNESS = -21.0
"""Root mean square of a clip in dB of full scale, near -20 LUFS for such material."""
PEAK = 0.84
"""No sample exceeds this."""
_FADE = 0.012
"""Seconds over which a clip begins and ends, so that nothing clicks."""

_AMBIENCE: dict[str, tuple[str, ...]] = {
    "harbour": ("waves",), "quay": ("waves",), "cliff": ("waves", "wind"), "sea": ("waves", "wind"),
    "beach": ("waves",),
    "lighthouse": ("waves", "wind"), "lamp room": ("room", "wind"), "room": ("room",), "forest": ("crickets",),
    "meadow": ("birds", "wind"), "mountain": ("wind",), "desert": ("wind",), "town": ("crowd",), "market": ("crowd",),
    "city": ("crowd",), "landscape": ("wind", "birds"),
}  # fmt: skip
"""What is heard of a place of which the prompt says nothing."""
_MAKERS: dict[str, Callable[[int, int, Generator], NDArray[np.float64]]] = {
    "waves": noises.waves, "wind": noises.wind, "rain": noises.rain, "crickets": noises.crickets, "fire": noises.fire,
    "room": noises.room, "crowd": noises.crowd, "music": noises.music,
    "gulls": lambda n, r, luck: noises.calls(n, r, luck, 980.0, 0.5, 0.42, 1.5),
    "birds": lambda n, r, luck: noises.calls(n, r, luck, 2700.0, 0.35, 0.13, 0.5),
}  # fmt: skip


def make_sound(stage: Stage, seconds: float, rate: int, seed: int) -> NDArray[np.float32]:
    """Synthesise the sound of a staged clip.

    Args:
        stage: The clip, for its script, timing and players.
        seconds: Length.
        rate: Samples per second.
        seed: The take's seed.

    Returns:
        Stereo samples, 2 x n, from -1 to 1.
    """
    count = round(seconds * rate)
    luck = chance("sound", str(seed))
    total = np.zeros((2, count))
    for name in sorted(_heard(stage)):
        if name in _MAKERS:
            total += _MAKERS[name](count, rate, luck)
    _add_events(total, stage, rate, luck)
    for player in stage.players:
        _add_player(total, stage, player, rate, luck)
    return _levelled(total, rate)


def _heard(stage: Stage) -> set[str]:
    """Names of the continuous sounds of a clip."""
    script = stage.script
    if script.view:
        return {"room"}
    heard = set(_AMBIENCE.get(script.place, ("room",)))
    if script.place == "forest" and script.light in ("day", "dawn", "overcast"):
        heard = {"birds"}
    if script.place == "room" and script.light == "lamplight":
        heard.add("fire")
    if not stage.scenery.indoors:
        heard |= script.weather & {"rain", "wind"}
    if script.sounds & set(_MAKERS):
        heard = (heard & {"room"}) | set(script.sounds)
    return heard | (script.weather & {"rain"} if not stage.scenery.indoors else set())


def _add_events(total: NDArray[np.float64], stage: Stage, rate: int, luck: Generator) -> None:
    """Thunder after lightning, a spark and a chime for the lamp, bells."""
    timing, sounds = stage.timing, stage.script.sounds
    for flash in timing.flashes:
        noises.place(total, noises.thunder(rate, luck), flash + 0.22, rate, luck.uniform(0.35, 0.65))
    if not timing.flashes and "thunder" in sounds:
        noises.place(total, noises.thunder(rate, luck) * 0.5, timing.seconds * 0.3, rate, 0.5)
    if timing.lamp is not None:
        for early in (0.5, 0.25):
            noises.place(total, noises.footstep(rate, luck, wet=True) * 0.6, timing.lamp - early, rate, 0.5)
        for k, pitch in enumerate((523.25, 659.26, 783.99, 1046.5)):
            noises.place(total, noises.bell(rate, pitch, 2.2) * 0.5, timing.lamp + 0.13 * k, rate, 0.35 + 0.1 * k)
    elif "bell" in sounds:
        for at in (0.25, 0.7):
            noises.place(total, noises.bell(rate, 440.0, 2.4) * 0.35, timing.seconds * at, rate, 0.6)


def _add_player(total: NDArray[np.float64], stage: Stage, player: Player, rate: int, luck: Generator) -> None:
    """Steps, landings, words and calls of one figure."""
    acting, timing = player.acting, stage.timing
    side = min(0.85, max(0.15, 0.5 + player.at.real / stage.scenery.aspect * 0.8))
    wet = "rain" in stage.script.weather and not stage.scenery.indoors
    if acting.gait:
        beat = acting.cycle / 2
        first = (0.25 * acting.cycle - 0.37 * acting.who * acting.cycle) % beat
        for at in np.arange(first, timing.seconds, beat):
            size = 0.55 if player.look.kind == "creature" else 1.0
            noises.place(total, noises.footstep(rate, luck, wet=wet) * size, float(at), rate, side)
    elif "jump" in acting.part.actions:
        for at in np.arange((1.0 - 0.15 - 0.2 - 0.4 * acting.who) % 1.0, timing.seconds, HOP):
            noises.place(total, noises.footstep(rate, luck, wet=wet) * 0.8, float(at), rate, side)
    for step, syllable in enumerate(s for s in timing.syllables if s.who == acting.who):
        noises.place(total, say(syllable, player.look.voice, rate, step), syllable.start, rate, 0.4 + 0.2 * side)
    pitch = 620.0 if player.look.kind == "creature" else 460.0
    for at, who in timing.yips:
        if who == acting.who:
            noises.place(total, yip(rate, pitch * luck.uniform(0.95, 1.08)), at, rate, side)


def _levelled(total: NDArray[np.float64], rate: int) -> NDArray[np.float32]:
    """Bring a clip to its loudness, round off peaks, begin and end without a click."""
    level = float(np.sqrt(np.mean(total**2))) if total.size else 0.0
    if level > 1e-6:
        total = total * min(8.0, 10 ** (LOUDNESS / 20) / level)
    loud = np.abs(total) > PEAK * 0.6
    knee = PEAK * 0.6
    total = np.where(
        loud, np.sign(total) * (knee + (PEAK - knee) * np.tanh((np.abs(total) - knee) / (PEAK - knee))), total
    )
    edge = min(total.shape[1] // 2, max(1, round(_FADE * rate)))
    ramp = np.sin(np.linspace(0, np.pi / 2, edge)) ** 2
    total[:, :edge] *= ramp
    total[:, total.shape[1] - edge :] *= ramp[::-1]
    return np.ascontiguousarray(total, dtype=np.float32)
