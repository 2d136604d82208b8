"""Sound for a clip, synthesised: what the place, the weather and the action would be heard as."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from charkit.simulator.stage import Stage


def make_sound(stage: Stage, seconds: float, rate: int, seed: int) -> NDArray[np.float32]:
    del stage, seed
    return np.zeros((2, round(seconds * rate)), np.float32)
