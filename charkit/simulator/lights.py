"""Times of day and their light: sky, air and the tint that falls on paint."""

from __future__ import annotations

from dataclasses import dataclass

from charkit.simulator.colours import Rgb, mix, rgb, times


@dataclass(frozen=True, kw_only=True)
class Light:
    """The light of a scene."""

    name: str
    """As in `vocabulary.LIGHTS`."""

    sky: tuple[Rgb, Rgb, Rgb]
    """Colours of the sky: above, between, at the horizon."""

    ambient: Rgb
    """Factors per channel on everything painted."""

    haze: Rgb
    """Colour into which distance fades."""

    cloud: tuple[Rgb, Rgb]
    """Lit top and shaded base of clouds."""

    lamps: float = 0.0
    """How far windows and lanterns shine, 0 to 1."""

    stars: float = 0.0
    """How many stars there are, 0 to 1."""

    orb: str = ""
    """"sun", "moon" or nothing in the sky."""

    def paint(self, colour: Rgb, far: float = 0.0) -> Rgb:
        """A paint under this light at a distance from 0 (near) to 1 (lost in haze)."""
        return mix(times(colour, self.ambient), self.haze, far)

    def on_figures(self, held_light: bool = False) -> Rgb:
        """Factors on a figure: gentler than on scenery, so that its colours stay its own; a held lamp warms it."""
        share = 0.26 if held_light else 0.36
        gentle = mix((1.0, 1.0, 1.0), self.ambient, share)
        return times(gentle, (1.04, 1.0, 0.94)) if held_light else gentle


def _light(name: str, sky: str, ambient: Rgb, haze: str, cloud: str, lamps: float, stars: float, orb: str) -> Light:
    above, between, horizon = (rgb(part) for part in sky.split())
    top, base = (rgb(part) for part in cloud.split())
    return Light(
        name=name, sky=(above, between, horizon), ambient=ambient, haze=rgb(haze), cloud=(top, base), lamps=lamps,
        stars=stars, orb=orb,
    )  # fmt: skip


LIGHTS: dict[str, Light] = {
    light.name: light
    for light in (
        _light("day", "#5fb2df #a4d6ea #e6f1e4", (1.0, 1.0, 1.0), "#cfe4e4", "#fffdf4 #d3e4ea", 0.0, 0.0, "sun"),
        _light("dawn", "#7f9cc9 #e8b7b4 #ffe0b0", (0.96, 0.87, 0.88), "#e9c4bd", "#fff0dd #d9a3ac", 0.3, 0.0, "sun"),
        _light("sunset", "#46598f #d97f7a #ffc678", (1.0, 0.8, 0.72), "#dc9580", "#ffd9a0 #b0647a", 0.6, 0.05, "sun"),
        _light("dusk", "#1f3763 #51709f #f0b08c", (0.62, 0.7, 0.93), "#6f86ad", "#8fa0c4 #46608f", 1.0, 0.35, ""),
        _light("night", "#0b1531 #1a3059 #3d5f86", (0.38, 0.48, 0.74), "#2c4870", "#37507c #1c3056", 1.0, 1.0, "moon"),
        _light("storm", "#232d3a #46535f #7d8a8e", (0.56, 0.62, 0.7), "#66737c", "#5d6973 #2c3642", 0.6, 0.0, ""),
        _light("overcast", "#8b9aa6 #aab6bc #cfd4d0", (0.8, 0.84, 0.88), "#b4bfc3", "#d6dbda #97a4ad", 0.3, 0.0, ""),
        _light(
            "lamplight", "#0f1a38 #22365f #46618a", (0.92, 0.76, 0.62), "#5d4f55", "#37507c #1c3056", 1.0, 0.8, "moon"
        ),
    )
}


def light_named(name: str, weather: frozenset[str], lamp: str = "") -> Light:
    """The light of a script; rain by day is overcast, lightning makes a storm, a lamp that lights up needs the dark."""
    if lamp == "lights up" and name in ("day", "lamplight", "overcast"):
        name = "night"
    if name == "day" and "rain" in weather:
        name = "overcast"
    if name in ("day", "overcast", "dusk") and "lightning" in weather:
        name = "storm"
    return LIGHTS[name]
