"""How well the palette axis works and what it costs: one JSON line per figure.

    python tests/benchmarks/bench_palette.py

Drawn figures with known identity (tests/scoring/figures.py), GrabCut masks, no exact masks and no tuning per figure.
A *right* pair is a shot of the figure against its own references, a *wrong* pair against another figure's. A line with
a null limit is told, not asked for; the blind spots are among them.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scoring"))

import figures

from charkit.media.frames import Frame
from charkit.scoring import GrabCut, PaletteScorer, ShotEvidence, Subject
from charkit.scoring.statistics import auc
from charkit.scoring.subject import prior_box

IDENTITIES, SHOTS, FRAMES, IMPOSTORS = 60, 1, 4, 5


class Remembering:
    """A masker that cuts each picture once, since every shot is put against several references."""

    def __init__(self, masker) -> None:
        self.masker, self.name, self.known = masker, masker.name, {}

    def in_frame(self, rgb, evidence):
        key = id(rgb)
        if key not in self.known:
            self.known[key] = (rgb, self.masker.in_frame(rgb, evidence))  # the picture too, so that its id stays taken
        return self.known[key][1]

    def in_reference(self, rgb, alpha=None):
        return self.masker.in_reference(rgb, alpha)


class WholeBox(GrabCut):
    """What scoring without a mask would see: the box with its background."""

    def in_frame(self, rgb, evidence):
        inside = prior_box(evidence)
        mask = np.zeros(rgb.shape[:2], dtype=bool)
        height, width = mask.shape
        rows = slice(int(inside.top * height), int(inside.bottom * height))
        mask[rows, int(inside.left * width) : int(inside.right * width)] = True
        return Subject(mask=mask, box=inside)


@dataclass
class Bed:
    """Scores shots of figures against references of figures."""

    folder: Path
    masker: object
    light: figures.Light

    def references(self, who: int) -> tuple[Path, ...]:
        paths = tuple(self.folder / f"{who}-{view}.png" for view in range(3))
        for view, path in enumerate(paths):
            if not path.exists():
                Image.fromarray(figures.reference(figures.figure(who), seed=100 * who + view)).save(path)
        return paths

    def scores(self, asked: list[tuple[figures.Figure, int, list[int]]]) -> list[list[float]]:
        """Return for every (figure drawn, seed of the shot, figures whose references are asked) its scores."""
        scorer = PaletteScorer(masker=Remembering(self.masker))
        for drawn, seed, candidates in asked:
            framing, pictures, _ = figures.shot(drawn, seed=seed, light=self.light, frames=FRAMES)
            frames = [Frame(index=i, time=i / 24, rgb=picture) for i, picture in enumerate(pictures)]
            for candidate in candidates:
                scorer.update(
                    ShotEvidence(
                        shot=str(seed),
                        clip=self.folder,
                        character=str(candidate),
                        framing=framing,
                        references=self.references(candidate),
                    ),
                    frames,
                )
        results = iter(scorer.compute())
        return [[score.score for score in (next(results) for _ in candidates)] for _, _, candidates in asked]


def say(name: str, value: float, unit: str = "AUC", limit: float | None = None, against: str = "") -> bool:
    ok = limit is None or value >= limit
    line = {"name": name, "value": round(value, 3), "unit": unit, "limit": limit, "against": against, "ok": ok}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
    return ok


def above(scores: list[float], line: float) -> float:
    return float(np.mean(np.array(scores) >= line))


def identities(bed: Bed) -> tuple[list[float], list[float]]:
    rng = np.random.default_rng(5)
    asked = []
    for who in range(IDENTITIES):
        others = [k for k in range(IDENTITIES) if k != who]
        for shot in range(SHOTS):
            chosen = [who, *(int(k) for k in rng.choice(others, IMPOSTORS, replace=False))]
            asked.append((figures.figure(who), 1000 * who + shot, chosen))
    scores = bed.scores(asked)
    right = [row[0] for row in scores if row[0] is not None]
    wrong = [value for row in scores for value in row[1:] if value is not None]
    return right, wrong


def changed(bed: Bed, change) -> list[float]:
    asked = [(change(figures.figure(who), who), 1000 * who, [who]) for who in range(IDENTITIES)]
    return [row[0] for row in bed.scores(asked) if row[0] is not None]


CHANGES = {
    "top recoloured": lambda who, seed: figures.recoloured(who, "top", seed),
    "hair recoloured": lambda who, seed: figures.recoloured(who, "hair", seed),
    "hairstyle changed (blind spot)": lambda who, seed: figures.with_other_hairstyle(who),
    "face changed (blind spot)": lambda who, seed: figures.with_other_face(who),
}


def main() -> int:
    good = True
    threshold = PaletteScorer().threshold.value
    with tempfile.TemporaryDirectory() as name:
        for label, light, limit in (("mild light", figures.MILD, 0.95), ("strong light", figures.STRONG, 0.88)):
            bed = Bed(Path(name), GrabCut(), light)
            right, wrong = identities(bed)
            line = float(np.quantile(wrong, 0.99))
            good &= say(f"palette, {label}, masked", auc(right, wrong), limit=limit, against="other figures")
            say(f"palette, {label}, line at 1 % false accepts", line, "score")
            say(f"palette, {label}, right pairs accepted there", above(right, line), "share")
            say(f"palette, {label}, right pairs accepted at the stock line", above(right, threshold), "share")
            say(f"palette, {label}, wrong pairs accepted at the stock line", above(wrong, threshold), "share")
            for what, change in CHANGES.items():
                other = changed(bed, change)
                say(f"palette, {label}, {what}", auc(right, other), against="the figure unchanged; 0.5 is blind")
                say(f"palette, {label}, {what}: flagged", 1 - above(other, threshold), "share")
            right, wrong = identities(Bed(Path(name), WholeBox(), light))
            say(f"palette, {label}, box with background", auc(right, wrong), against="other figures, no mask")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
