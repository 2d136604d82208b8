"""How well pasted references are told from characters drawn anew: one JSON line per figure.

    python tests/benchmarks/bench_copying.py
    python tests/benchmarks/bench_copying.py --line 240     # how the stock line is chosen, and what it does held out

Drawn figures (tests/scoring/figures.py), three framings, mild light. *Pasted*: the reference's cut-out figure, straight
or mirrored, before a fresh background; *drawn anew*: the figure itself in a shot; *another*: somebody else. The figures
are drawn by one recipe and only swing their arms and legs, so drawn anew is much nearer to a copy here than in film.

The line is chosen on the test bed of `bench_validity.py`, whose artist turns, poses and lights a character anew in each
shot: on identities of even number, the lowest hundredth of takes drawn anew; those of odd number say what it does.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scoring"))

import figures

from charkit.media.frames import Frame
from charkit.scoring import ShotEvidence
from charkit.scoring.copying import STOCK_COPY, CopyingScorer
from charkit.scoring.statistics import auc

IDENTITIES = 30
FRAMINGS = ("close-up", "medium", "full")


def say(name: str, value: float, unit: str = "AUC", limit: float | None = None, against: str = "") -> bool:
    ok = limit is None or value >= limit
    line = {"name": name, "value": round(value, 3), "unit": unit, "limit": limit, "against": against, "ok": ok}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
    return ok


def line(people: int) -> int:
    """Choose the line at 1 % false alarms on one half of the identities; say what the stock one does on the other."""
    import bench_validity as validity

    scores: dict[tuple[bool, bool], list[float]] = {}
    with tempfile.TemporaryDirectory() as name:
        bed, scorer, asked = validity.Bed(Path(name), people), CopyingScorer(), []
        for who in range(people):
            takes = [(False, bed.take(who, validity.identity(who), validity.LIGHTS["mild"]))]
            takes += [(True, bed.pasted(who, who % validity.VARIANTS, validity.LIGHTS["mild"]))]
            for copied, frames in takes:
                scorer.update(bed.evidence(who, "other"), frames)
                asked.append((bool(who % 2), copied))
        for key, score in zip(asked, scorer.compute(), strict=True):
            scores.setdefault(key, []).extend([] if score.score is None else [score.score])
    tuned = np.sort(scores[False, False])
    say("copying, line at 1 % false alarms, even identities", float(tuned[int(0.01 * len(tuned))]), "score")
    alarms = float(np.mean(np.array(scores[True, False]) < STOCK_COPY.value))
    caught = float(np.mean(np.array(scores[True, True]) < STOCK_COPY.value))
    held = f"{len(scores[True, False])} held out, stock line {STOCK_COPY.value}"
    quiet = say("copying, drawn anew, not flagged", 1 - alarms, "share", 0.97, held)
    return 0 if say("copying, pasted, flagged", caught, "share", 0.95, held) and quiet else 1


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--line", type=int, metavar="PEOPLE", help="choose the line on so many drawn identities")
    people = options.parse_args().line
    return line(people) if people else told()


def told() -> int:
    good = True
    with tempfile.TemporaryDirectory() as name:
        for framing in FRAMINGS:
            scorer = CopyingScorer()
            for who in range(IDENTITIES):
                figure, other = figures.figure(who), figures.figure(who + 100)
                views = [figures.reference(figure, seed=100 * who + view) for view in range(2)]
                paths = tuple(Path(name) / f"{who}-{view}.png" for view in range(2))
                for path, view in zip(paths, views, strict=True):
                    Image.fromarray(view).save(path)
                evidence = ShotEvidence(shot="S", clip=Path(name), character="M", framing=framing, references=paths)
                for pictures in (
                    figures.pasted(views[0], framing=framing, seed=500 + who, mirrored=bool(who % 2)),
                    figures.shot(figure, seed=1000 * who, framing=framing, frames=3)[1],
                    figures.shot(other, seed=1000 * who, framing=framing, frames=3)[1],
                ):
                    scorer.update(evidence, [Frame(index=i, time=i / 2, rgb=p) for i, p in enumerate(pictures)])
            scores = [score.score for score in scorer.compute()]
            pasted, anew, another = ([s for s in scores[kind::3] if s is not None] for kind in range(3))
            good &= say(f"copying, {framing}: another against pasted", auc(another, pasted), limit=0.95)
            say(f"copying, {framing}: drawn anew by the same recipe against pasted", auc(anew, pasted))
            for kind, values in (("pasted", pasted), ("drawn anew", anew), ("another", another)):
                flagged = float(np.mean(np.array(values) < STOCK_COPY.value))
                say(f"copying, {framing}: {kind}, flagged", flagged, "share", against=f"median {np.median(values):.3f}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
