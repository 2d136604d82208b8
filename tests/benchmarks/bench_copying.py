"""How well pasted references are told from characters drawn anew: one JSON line per figure.

    python tests/benchmarks/bench_copying.py

Drawn figures (tests/scoring/figures.py), three framings, mild light. *Pasted*: the reference's cut-out figure, straight
or mirrored, before a fresh background; *drawn anew*: the figure itself in a shot; *another*: somebody else. The figures
are drawn by one recipe and only swing their arms and legs, so drawn anew is much nearer to a copy here than in film.
"""

from __future__ import annotations

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


def main() -> int:
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
