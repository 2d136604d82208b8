"""Whether an experiment recovers a truth that is known: order of the arms, and intervals that hold it.

    python tests/benchmarks/bench_arms.py

Two characters in four arms, drawn by the simulator's artist with a declared share of takes that keep the character; the
palette axis judges them, and the experiment says what it found. One JSON line per figure.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from charkit.scoring import Axis, PaletteScorer
from charkit.scoring.arms import Arm, Contrast, Means, Registration, trials_of
from charkit.scoring.controls import Controls
from charkit.scoring.experiment import Experiment
from charkit.simulator.direction import Conditioning
from tests.scoring.drawn_arms import WHO, take

DECLARED = {
    Conditioning.TEXT: 0.35,
    Conditioning.PICTURE: 0.65,
    Conditioning.PICTURES: 0.92,
}


def say(name: str, value: float, unit: str, limit: float | None = None, against: str = "") -> bool:
    ok = limit is None or value >= limit
    line = {"name": name, "value": round(value, 4), "unit": unit, "limit": limit, "against": against, "ok": ok}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
    return ok


def experiment(folder: Path, takes: int) -> tuple[Experiment, float]:
    """The experiment, and the share of verdicts that are what was drawn."""
    arms = tuple(Arm(name=c.value, means=Means.REFERENCES) for c in DECLARED)
    names = [arm.name for arm in arms]
    trials, right, judged = [], 0, 0
    for arm, (conditioning, kept) in zip(arms, DECLARED.items(), strict=True):
        scorer, made = PaletteScorer(min_valid_frames=2), []
        for who in WHO:
            for number in range(takes):
                made.append(take(who, conditioning, shot=number % 6, number=number, kept=kept, folder=folder))
                scorer.update(made[-1].evidence, made[-1].frames)
        found = trials_of(arm, scorer.compute())
        known = [(trial.passed, drawn.off_model) for trial, drawn in zip(found, made, strict=True)]
        judged += sum(passed is not None for passed, _ in known)
        right += sum(passed is not off for passed, off in known if passed is not None)
        trials += found
    registration = Registration(
        title="known drift",
        script="none",
        shots=tuple(f"S{n:02d}" for n in range(6)),
        characters=tuple(WHO),
        takes=takes,
        seed=0,
        arms=arms,
        contrasts=tuple(Contrast(first=a, second=b) for a, b in pairwise(names)),
        axis=Axis.PALETTE,
        threshold="palette-stock-1",
        line=0.7,
        calibrated=False,
        price_usd=0.0,
        simulated=True,
    )
    truths = {conditioning.value: kept for conditioning, kept in DECLARED.items()}
    return Experiment(
        registration=registration, trials=tuple(trials), controls=Controls(), truths=truths
    ), right / judged


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--takes", type=int, default=30, help="of each character in each arm")
    with tempfile.TemporaryDirectory() as name:
        found, right = experiment(Path(name), options.parse_args().takes)
    good = say("experiment, verdicts that are what was drawn", right, "share", 0.95)
    order = [c.value for c in sorted(DECLARED, key=lambda c: -DECLARED[c])]
    good &= say("experiment, order of the arms recovered", float(list(found.ranking) == order), "yes or no", 1.0)
    for result in found.arms:
        against = f"declared {result.truth}, interval {result.rate.interval}, {result.rate}"
        good &= say(
            f"experiment, {result.arm.name}: interval holds the truth", float(bool(result.covered)), "", 1.0, against
        )
    for answer in found.contrasts:
        if answer.p is not None:
            say(f"experiment, {answer.contrast}: p (Holm)", answer.p, "p", None, answer.says)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
