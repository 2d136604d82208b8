"""What the simulated services charge, in US dollars, so that the simulator's own books can be compared with a ledger.

Sources: reference openai-video-wire 2.2 (developers.openai.com/api/docs/pricing, 2026-09-19) and 4.2 (docs.laozhang.ai,
2026-10-30), google-wire 1.3, 2.2 and 6, image-models 2.3.
"""

from __future__ import annotations

SORA_PRO = {1280 * 720: 0.30, 1792 * 1024: 0.50, 1920 * 1080: 0.70}
"""$/s of sora-2-pro by pixels."""
OMNI = {
    "gemini-omni-1.1-flash": {"360p": 0.10 / 3, "720p": 0.10, "1080p": 0.15, "4k": 0.30},
    "gemini-omni-1.2-flash": {"360p": 0.0232, "720p": 0.0695, "1080p": 0.1043, "4k": 0.2085},
}
"""$/s by resolution; 360p of 1.1 is given as about a third of 720p."""
NANO_BANANA = {
    "gemini-nano-banana-2.1": {"1K": 0.0336, "2K": 0.0504, "4K": 0.0756},
    "gemini-3-pro-image": {"1K": 0.134, "2K": 0.134, "4K": 0.24},
    "gemini-3.1-flash-lite-image": {"1K": 0.0336},
}
"""$ per image; 4K of 2.1 is computed, not quoted."""
VEO = {
    "veo-3.1-generate": {"720p": (0.40, 0.20), "1080p": (0.40, 0.20), "4k": (0.60, 0.40)},
    "veo-3.1-fast-generate": {"720p": (0.10, 0.08), "1080p": (0.12, 0.10), "4k": (0.30, 0.25)},
    "veo-3.1-lite-generate": {"720p": (0.05, 0.03), "1080p": (0.08, 0.05)},
}
"""$/s with and without sound by resolution; the names are without the surface's suffix (google-wire 2.2)."""
JUDGES = {
    "gemini-3.8-flash": (0.75, 3.75),
    "gemini-3.5-flash-lite": (0.30, 2.50),
    "gemini-4-hydrogen": (1.50, 7.50),
    "gemini-4-carbon": (2.0, 10.0),
    "gemini-4-argon": (2.0, 10.0),
}
"""$ per million tokens in and out of models that answer in text (google-wire 5)."""
TEXT_IN, IMAGE_IN, IMAGE_OUT = 5e-6, 8e-6, 30e-6
"""$ per token of the GPT Image models."""


def sora(model: str, width: int, height: int, seconds: float) -> float:
    """Return the price of a clip in OpenAI's list; simulated models cost what sora-2 did."""
    per_second = SORA_PRO.get(width * height, 0.30) if model.startswith("sora-2-pro") else 0.10
    return per_second * seconds


def muse(seconds: float) -> float:
    """Return the price of a Muse clip: 0.30 up to 10 s, then 0.25 more for every ten seconds begun."""
    return 0.30 + 0.25 * max(0, -(-int(seconds) // 10) - 1)


def omni(model: str, resolution: str, seconds: float) -> float:
    """Return the price of an Omni clip, without its input tokens."""
    return OMNI[model][resolution] * seconds


def veo(model: str, resolution: str, seconds: float, *, sound: bool) -> float:
    """Return the price of a Veo clip; of an extension, what it adds is billed."""
    family = model.removesuffix("-001").removesuffix("-preview")
    return VEO[family][resolution][0 if sound else 1] * seconds


def nano_banana(model: str, size: str) -> float:
    """Return the price of one Nano Banana image, without its input tokens."""
    return NANO_BANANA[model][size]


def gpt_image(text_in: int, image_in: int, image_out: int) -> float:
    """Return the price of a GPT Image call from its tokens."""
    return text_in * TEXT_IN + image_in * IMAGE_IN + image_out * IMAGE_OUT


def judge(model: str, tokens_in: int, tokens_out: int) -> float:
    """Return the price of an answer in text; that of models without an established price counts as nothing."""
    into, out = JUDGES.get(model, (0.0, 0.0))
    return (into * tokens_in + out * tokens_out) / 1e6
