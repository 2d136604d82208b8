"""The drawn figures, as a module: under importlib mode, tests cannot import their neighbours."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def figures():
    return _module("drawn_figures", Path(__file__).with_name("figures.py"))


@pytest.fixture(scope="session")
def small():
    """Small ONNX models in place of weights."""
    pytest.importorskip("onnx", reason="SKIPPED: the small models are made with onnx, which is not installed")
    return _module("small_models", Path(__file__).parents[1] / "small_models.py")


def _module(name: str, path: Path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up by name
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def bed(figures, tmp_path_factory):
    """Shots and references of figures, ready for a scorer."""
    return _Bed(figures, tmp_path_factory.mktemp("references"))


@pytest.fixture(scope="session")
def exact(bed):
    """Return a shot's frames and a masker that knows their true outlines, so that cutting out is not what is tested."""
    from charkit.scoring import GrabCut, Subject

    class Exact(GrabCut):
        def in_frame(self, rgb, evidence):
            return Subject(mask=true[id(rgb)], box=evidence.box)

    true: dict[int, object] = {}

    def make(who: int, **more):
        _, pictures, masks = bed.figures.shot(bed.figures.figure(who), frames=4, framing="full", **more)
        frames = bed.frames(pictures)
        kept.append(frames)
        true.update((id(frame.rgb), mask) for frame, mask in zip(frames, masks, strict=True))
        return frames, Exact()

    kept: list[object] = []
    return make


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
