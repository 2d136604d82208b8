"""The drawn figures, as a module: under importlib mode, tests cannot import their neighbours."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def figures():
    spec = importlib.util.spec_from_file_location("drawn_figures", Path(__file__).with_name("figures.py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up by name
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def bed(figures, tmp_path_factory):
    """Shots and references of figures, ready for a scorer."""
    return _Bed(figures, tmp_path_factory.mktemp("references"))


class _Bed:
    def __init__(self, figures, folder: Path) -> None:
        self.figures, self.folder = figures, folder

    def references(self, number: int) -> tuple[Path, ...]:
        from PIL import Image

        paths = tuple(self.folder / f"{number}-{view}.png" for view in range(2))
        for view, path in enumerate(paths):
            Image.fromarray(self.figures.reference(self.figures.figure(number), seed=view)).save(path)
        return paths

    def frames(self, pictures):
        from charkit.media.frames import Frame

        return [Frame(index=i, time=i / 2, rgb=picture) for i, picture in enumerate(pictures)]

    def evidence(self, framing: str, references, **more):
        from charkit.scoring import ShotEvidence

        said = {"shot": "S01", "clip": self.folder / "clip.mp4", "character": "Mira", "expected": ("Mira",)}
        return ShotEvidence(**{**said, "framing": framing, "references": references, **more})

    def score(self, who, number: int, *, seed: int = 7, light=None, **more):
        """Score one shot of `who` against the references of figure `number`."""
        from charkit.scoring import PaletteScorer

        framing, pictures, _ = self.figures.shot(who, seed=seed, light=light or self.figures.MILD, frames=4)
        scorer = PaletteScorer()
        scorer.update(self.evidence(framing, self.references(number), **more), self.frames(pictures))
        return scorer.compute()[0]
