"""Slates for tests."""

from __future__ import annotations

from charkit.takes.slates import Slate


def slate(**changes) -> Slate:
    """A slate with nothing special about it."""
    values = {
        "production": "lantern",
        "run": "tour",
        "subject": "S01",
        "number": 1,
        "kind": "video",
        "route": "muse",
        "endpoint": "gateway",
        "model": "muse-video",
        "prompt": "Mira in S01",
        "width": 1280,
        "height": 720,
        "seconds": 8,
        "seed": None,
        "price_usd": 0.4,
        "simulated": False,
    }
    return Slate(**(values | changes))
