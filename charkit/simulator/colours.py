"""Colour names, and the arithmetic of paint: mixing, shading, light.

Colours are sRGB triples from 0 to 255.
"""

from __future__ import annotations

import colorsys

Rgb = tuple[float, float, float]

NAMES: dict[str, str] = {
    "amber": "#e09a2b", "apricot": "#f3b27a", "aqua": "#6fd0cf", "auburn": "#8a3a24", "azure": "#3f8fd6",
    "beige": "#dcc9a6", "black": "#2b2930", "blond": "#e9c46f", "blonde": "#e9c46f", "blue": "#3d6fb5",
    "bronze": "#a8743d", "brown": "#7a4e32", "burgundy": "#7a2438", "caramel": "#b87a42", "charcoal": "#44444c",
    "chestnut": "#7c4026", "chocolate": "#5c3826", "cinnamon": "#a85f33", "cobalt": "#2f55a8", "copper": "#b8602f",
    "coral": "#ee7a63", "cream": "#f1e4c6", "crimson": "#b3273c", "cyan": "#4cc3d4", "ebony": "#33292b",
    "emerald": "#2c9463", "fuchsia": "#cf3f8f", "ginger": "#cc6a2c", "gold": "#dca634", "golden": "#dca634",
    "gray": "#8b8d93", "green": "#4d8c4e", "grey": "#8b8d93", "hazel": "#8f6e3a", "honey": "#dba448",
    "indigo": "#3c3f86", "ivory": "#f3ecd8", "jade": "#4c9d79", "khaki": "#a99a68", "lavender": "#ab9ccf",
    "lemon": "#f2dc5c", "lilac": "#b99bcb", "lime": "#a4cc46", "magenta": "#c23f86", "mahogany": "#6e2f22",
    "maroon": "#762c34", "mauve": "#a67f9c", "mint": "#9ed9b8", "moss": "#6d8547", "mustard": "#d9a22c",
    "navy": "#2b3a5e", "ochre": "#c58a35", "olive": "#7b7f3e", "orange": "#e58433", "peach": "#f4bd98",
    "pearl": "#ebe6dd", "pink": "#e794ab", "platinum": "#e9dfc4", "plum": "#6d3a63", "purple": "#71498f",
    "raven": "#26252e", "red": "#c23b35", "rose": "#d8728a", "ruby": "#a8243f", "russet": "#8f4a2b",
    "rust": "#ab5430", "rusty": "#ab5430", "sage": "#97ab85", "salmon": "#ec9483", "sand": "#d9bf8f",
    "sandy": "#d4b57e", "scarlet": "#cf3530", "sepia": "#75563c", "silver": "#b9bfc6", "sky": "#86bfe2",
    "slate": "#5b6776", "snow": "#f1f3f4", "steel": "#79899a", "strawberry": "#d97c55", "tan": "#c69c6d",
    "tangerine": "#ec8a2e", "tawny": "#b9793c", "teal": "#2a8783", "terracotta": "#bd6245", "turquoise": "#3fb8b0",
    "umber": "#6a4a33", "vermilion": "#d6472c", "violet": "#7b58ad", "walnut": "#63432d", "wheat": "#e3c88e",
    "white": "#f2efe9", "wine": "#6f2438", "yellow": "#ecc63c",
}  # fmt: skip
"""Colour words that prompts use, as paints that sit well together."""

SHADES: dict[str, float] = {
    "dark": -0.38, "deep": -0.28, "midnight": -0.5, "dusky": -0.2, "faded": 0.18, "light": 0.34, "pale": 0.42,
    "pastel": 0.4, "soft": 0.15, "bright": 0.1, "ash": 0.12,
}  # fmt: skip
"""Words that darken (negative) or lighten a colour name."""


def rgb(text: str) -> Rgb:
    """Read "#rrggbb"."""
    return (float(int(text[1:3], 16)), float(int(text[3:5], 16)), float(int(text[5:7], 16)))


def hexed(colour: Rgb) -> str:
    """Write a colour as "#rrggbb"."""
    return "#" + "".join(f"{min(255, max(0, round(c))):02x}" for c in colour)


def mix(one: Rgb, other: Rgb, share: float) -> Rgb:
    """Blend towards `other`: share 0 gives `one`, 1 gives `other`."""
    return (
        one[0] + (other[0] - one[0]) * share,
        one[1] + (other[1] - one[1]) * share,
        one[2] + (other[2] - one[2]) * share,
    )


def times(one: Rgb, factors: Rgb) -> Rgb:
    """Multiply channel by channel, as coloured light falls on paint; factors are around 1."""
    return (min(255.0, one[0] * factors[0]), min(255.0, one[1] * factors[1]), min(255.0, one[2] * factors[2]))


def darker(colour: Rgb, share: float = 0.25) -> Rgb:
    """Shade like a painter: darker and slightly towards violet, never towards plain black."""
    return mix(colour, (38, 26, 62), share)


def lighter(colour: Rgb, share: float = 0.25) -> Rgb:
    """Light like a painter: brighter and slightly towards warm white."""
    return mix(colour, (255, 246, 224), share)


def ink(colour: Rgb) -> Rgb:
    """Outline colour for a fill: a deep version of its own hue."""
    return mix((colour[0] * 0.42, colour[1] * 0.36, colour[2] * 0.42), (34, 22, 40), 0.5)


def shift(colour: Rgb, *, hue: float = 0.0, light: float = 0.0, chroma: float = 0.0) -> Rgb:
    """Move a colour: hue in turns, lightness and saturation in shares of the full scale."""
    h, l, s = colorsys.rgb_to_hls(*(min(255.0, max(0.0, c)) / 255 for c in colour))  # noqa: E741
    r, g, b = colorsys.hls_to_rgb((h + hue) % 1, min(0.97, max(0.04, l + light)), min(1.0, max(0.0, s + chroma)))
    return (r * 255, g * 255, b * 255)


def luma(colour: Rgb) -> float:
    """Brightness from 0 to 1 (Rec. 601 weights)."""
    return (0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]) / 255


def named(words: list[str]) -> Rgb | None:
    """Read a colour from words such as ["dark", "moss", "green"]; None when there is no colour word.

    Of two colour names in a row the first is the more telling ("mustard yellow", "navy blue").
    """
    base: Rgb | None = None
    shade = 0.0
    for word in words:
        if word in SHADES and base is None:
            shade = SHADES[word]
        elif word in NAMES and base is None:
            base = rgb(NAMES[word])
    if base is None:
        return None
    return darker(base, -shade) if shade < 0 else lighter(base, shade)
