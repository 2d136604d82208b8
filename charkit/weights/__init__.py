"""Weights: files of models that a person fetches on purpose, or has, each pinned by its digest.

Nothing is downloaded behind anybody's back. What needs a file asks the shelf for it; where it is absent, altered or no
model at all, the shelf says so and how to get it, and whoever asked answers `unknown`.
"""

from charkit.weights.registry import REGISTRY, Weight, registry
from charkit.weights.shelf import Held, Weights

__all__ = ["REGISTRY", "Held", "Weight", "Weights", "registry"]
