from __future__ import annotations

import pytest

from charkit.simulator import prices


@pytest.mark.parametrize(
    ("model", "size", "seconds", "usd"),
    [
        ("sora-2", (1280, 720), 8, 0.80),
        ("sora-2-pro", (720, 1280), 4, 1.20),
        ("sora-2-pro", (1024, 1792), 4, 2.00),
        ("sora-2-pro-2025-10-06", (1920, 1080), 20, 14.00),
        ("sim-1", (640, 360), 5, 0.50),
    ],
)
def test_clips_cost_openais_list_price(model: str, size: tuple[int, int], seconds: float, usd: float) -> None:
    assert prices.sora(model, *size, seconds) == pytest.approx(usd)


@pytest.mark.parametrize(("seconds", "usd"), [(5, 0.30), (10, 0.30), (20, 0.55), (30, 0.80), (60, 1.55)])
def test_muse_clips_cost_the_gateways_price(seconds: float, usd: float) -> None:
    assert prices.muse(seconds) == pytest.approx(usd)


def test_omni_and_nano_banana_cost_googles_prices() -> None:
    assert prices.omni("gemini-omni-1.2-flash", "720p", 10) == pytest.approx(0.695)
    assert prices.omni("gemini-omni-1.1-flash", "4k", 10) == pytest.approx(3.0)
    assert prices.nano_banana("gemini-3-pro-image", "4K") == 0.24


@pytest.mark.parametrize(
    ("model", "resolution", "sound", "usd"),
    [
        ("veo-3.1-generate-001", "1080p", True, 3.20),
        ("veo-3.1-generate-001", "4k", False, 3.20),
        ("veo-3.1-fast-generate-preview", "720p", True, 0.80),
        ("veo-3.1-lite-generate-001", "720p", False, 0.24),
    ],
)
def test_veo_costs_googles_price_on_either_surface(model: str, resolution: str, sound: bool, usd: float) -> None:
    assert prices.veo(model, resolution, 8, sound=sound) == pytest.approx(usd)


def test_gpt_images_cost_their_tokens() -> None:
    # 1756 tokens are a high-quality square, given as about 5.3 cents (image-models 2.3).
    assert prices.gpt_image(0, 0, 1756) == pytest.approx(0.053, abs=0.001)
