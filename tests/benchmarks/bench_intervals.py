"""How often a nominal 95 % interval covers the truth, from 5 to 40 shots: shots against frames as the unit.

    python tests/benchmarks/bench_intervals.py

Wilson on shots is summed exactly over all outcomes, at every rate from 60 to 97 %; the others are drawn (beta-binomial,
eight frames a shot, correlation 0.6 within the shot). Prints one JSON line.
"""

from __future__ import annotations

import json
import math

import numpy as np

from charkit.scoring.statistics import Rate, frame_rate, pooled, wilson

SHOTS = (5, 10, 20, 40)
RATES = tuple(share / 100 for share in range(60, 98))
FRAMES, CORRELATION, DRAWS = 8, 0.6, 1000


def exact(shots: int) -> dict[str, float]:
    """Mean and lowest coverage of Wilson's interval on shots."""
    found = []
    for rate in RATES:
        chances = [math.comb(shots, k) * rate**k * (1 - rate) ** (shots - k) for k in range(shots + 1)]
        held = [(i := wilson(k, shots)).low <= rate <= i.high for k in range(shots + 1)]
        found.append(sum(chance for chance, ok in zip(chances, held, strict=True) if ok))
    return {"mean": round(float(np.mean(found)), 3), "lowest": round(min(found), 3)}


def drawn(shots: int, rate: float) -> dict[str, float]:
    """Coverage of frames counted for what they are worth, and counted as if independent."""
    rng = np.random.default_rng(shots)
    weight = 1 / CORRELATION - 1
    worth = naive = 0
    for _ in range(DRAWS):
        shares = rng.beta(rate * weight, (1 - rate) * weight, shots)
        found = frame_rate([(int(k), FRAMES) for k in rng.binomial(FRAMES, shares)])
        plain = wilson(found.passes, found.frames)
        worth += found.interval.low <= rate <= found.interval.high
        naive += plain.low <= rate <= plain.high
    return {"effective frames": worth / DRAWS, "frames as if independent": naive / DRAWS}


def cast(characters: int, rate: float = 0.8, shots: int = 10, correlation: float = 0.2) -> float:
    """Coverage of the two-stage bootstrap over characters."""
    rng = np.random.default_rng(characters)
    weight = 1 / correlation - 1
    held = 0
    for turn in range(300):
        shares = rng.beta(rate * weight, (1 - rate) * weight, characters)
        passes = rng.binomial(shots, shares)
        rates = {str(i): Rate(passes=int(k), verifiable=shots, expected=shots) for i, k in enumerate(passes)}
        interval = pooled(rates, seed=turn).interval
        held += interval.low <= rate <= interval.high
    return held / 300


def main() -> None:
    """Print the table."""
    print(
        json.dumps(
            {
                "nominal": 0.95,
                "wilson on shots": {shots: exact(shots) for shots in SHOTS},
                "frames, rate .80": {shots: drawn(shots, 0.80) for shots in SHOTS},
                "frames, rate .95": {shots: drawn(shots, 0.95) for shots in SHOTS},
                "two-stage bootstrap": {count: round(cast(count), 3) for count in (10, 20, 40)},
            }
        )
    )


if __name__ == "__main__":
    main()
