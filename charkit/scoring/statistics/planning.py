"""How many shots a claim needs, before money is spent on an experiment that can show nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from charkit.cards import table
from charkit.money import dollars

__all__ = ["Advice", "advise", "design_effect", "detectable", "paired_power", "paired_shots", "power", "shots_per_arm"]

_NORMAL = NormalDist()
_EXACT_UP_TO = 1000
"""Pairs above which the exact test's caution is less than one in a hundred of them."""
_NEGLIGIBLE = 1e-9


def design_effect(shots_per_character: float, correlation: float) -> float:
    """Return how many clustered shots one independent shot is worth: 1 + (m − 1)·ICC (Kish, Survey Sampling, 1965).

    Args:
        shots_per_character: Shots of each character in an arm.
        correlation: Of shots of one character, 0 to 1; 0.2 is a cautious guess where nothing was measured.

    Raises:
        ValueError: there is less than one shot, or the correlation does not lie between 0 and 1.
    """
    if shots_per_character < 1 or not 0 <= correlation <= 1:
        raise ValueError("a design effect needs at least one shot and a correlation between 0 and 1")
    return 1 + (shots_per_character - 1) * correlation


def shots_per_arm(first: float, second: float, *, alpha: float = 0.05, power: float = 0.8) -> int:
    """Return how many independent shots each arm needs to tell two rates apart.

    ( z₁₋α/₂·√(2·p̄·q̄) + z_power·√(p₁q₁ + p₂q₂) )² / (p₁ − p₂)², with p̄ the mean rate (Fleiss, Statistical Methods for
    Rates and Proportions, 2nd ed. 1981, 3.2, without continuity correction).

    Args:
        first: Rate of one arm, between 0 and 1.
        second: Rate of the other.
        alpha: Two-sided level.
        power: Chance of seeing the difference.

    Raises:
        ValueError: the rates are equal or no shares, or a level is none.
    """
    _checked(first, second, alpha, power)
    mean = (first + second) / 2
    pooled = _z(1 - alpha / 2) * math.sqrt(2 * mean * (1 - mean))
    apart = _z(power) * math.sqrt(first * (1 - first) + second * (1 - second))
    return math.ceil(((pooled + apart) / (first - second)) ** 2 - 1e-9)


def paired_shots(
    first: float, second: float, *, correlation: float = 0.3, alpha: float = 0.05, power: float = 0.8
) -> int:
    """Return how many pairs are needed when both arms make the same shots (McNemar's test).

    ( z₁₋α/₂·√ψ + z_power·√(ψ − δ²) )² / δ² with δ = p₂ − p₁ and ψ the share of pairs in which one arm alone passes
    (Connor, Biometrics 43, 1987): p₁q₂ + p₂q₁ − 2·ρ·√(p₁q₁p₂q₂), at least δ. That is for the test on the normal
    distribution; the exact one that charkit uses is a little more cautious, so as many pairs are added as bring it to
    the power wanted, see `paired_power`.

    Args:
        first: Rate of one arm.
        second: Rate of the other.
        correlation: ρ between the two arms on the same shot: hard shots are hard for both.
        alpha: Two-sided level.
        power: Chance of seeing the difference.

    Raises:
        ValueError: the rates are equal or no shares, or a level or the correlation is none.
    """
    _checked(first, second, alpha, power)
    if not 0 <= correlation < 1:
        raise ValueError(f"the correlation of pairs lies between 0 and 1, not {correlation}")
    step = abs(first - second)
    shared = 2 * correlation * math.sqrt(first * (1 - first) * second * (1 - second))
    split = max(step, first * (1 - second) + second * (1 - first) - shared)
    root = _z(1 - alpha / 2) * math.sqrt(split) + _z(power) * math.sqrt(split - step * step)
    pairs = math.ceil((root / step) ** 2 - 1e-9)
    if pairs > _EXACT_UP_TO:
        return pairs
    while paired_power(pairs, split, step, alpha=alpha) < power:
        pairs += 1
    return pairs


def paired_power(pairs: int, split: float, step: float, *, alpha: float = 0.05) -> float:
    """Return the chance that exact McNemar shows a difference: summed over how many pairs split, and how.

    Args:
        pairs: How many there are.
        split: The share of pairs in which one arm alone passes.
        step: The difference of the rates, at most `split`.
        alpha: Two-sided level.
    """
    ahead = (split + step) / (2 * split)
    found = 0.0
    for parted in range(pairs + 1):
        chance = _binomial(parted, pairs, split)
        if chance > _NEGLIGIBLE:
            most = _rejected_below(parted, alpha)
            tails = sum(_binomial(k, parted, ahead) + _binomial(k, parted, 1 - ahead) for k in range(most + 1))
            found += chance * tails
    return found


def _rejected_below(parted: int, alpha: float) -> int:
    """Return the most passes of the arm behind at which exact McNemar still rejects; -1 where it never does."""
    below, most = 0.0, -1
    for k in range((parted - 1) // 2 + 1):
        below += _binomial(k, parted, 0.5)
        if 2 * below > alpha:
            break
        most = k
    return most


def _binomial(count: int, trials: int, chance: float) -> float:
    """Return the chance of just so many of so many."""
    if chance in (0.0, 1.0):
        return float(count == trials * chance)
    ways = math.lgamma(trials + 1) - math.lgamma(count + 1) - math.lgamma(trials - count + 1)
    return math.exp(ways + count * math.log(chance) + (trials - count) * math.log1p(-chance))


def power(first: float, second: float, shots: float, *, alpha: float = 0.05) -> float:
    """Return the chance that so many independent shots per arm tell two rates apart; the inverse of `shots_per_arm`.

    Raises:
        ValueError: the rates are equal or no shares, or there are no shots.
    """
    _checked(first, second, alpha, 0.8)
    if shots <= 0:
        raise ValueError("there must be shots")
    mean = (first + second) / 2
    reach = math.sqrt(shots) * abs(first - second) - _z(1 - alpha / 2) * math.sqrt(2 * mean * (1 - mean))
    apart = math.sqrt(first * (1 - first) + second * (1 - second))
    return _NORMAL.cdf(reach / apart) if apart else float(reach >= 0)


def detectable(first: float, shots: float, *, alpha: float = 0.05, power_wanted: float = 0.8) -> float | None:
    """Return the lowest rate above `first` that so many independent shots per arm tell from it; None if not even 1."""
    if power(first, 1.0, shots, alpha=alpha) < power_wanted:
        return None
    low, high = first, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (low, middle) if power(first, middle, shots, alpha=alpha) >= power_wanted else (middle, high)
    return high


@dataclass(frozen=True, kw_only=True)
class Advice:
    """What an experiment has to be to show a difference, and what it costs."""

    first: float
    second: float
    alpha: float
    power: float
    shots_per_character: int
    correlation: float
    independent: int
    """Shots per arm, if every shot were of another character."""
    clustered: int
    """Shots per arm with the design effect."""
    paired: int
    """Pairs with the design effect, when both arms make the same shots."""
    have: int | None = None
    """Shots per arm that there are or will be."""
    chance: float | None = None
    """The chance that those show the difference, unpaired."""
    smallest: float | None = None
    """The lowest rate above the lower of the two that those would tell from it; None when none."""
    price: float | None = None
    """US dollars per shot."""
    arms: int = 2

    @property
    def characters(self) -> int:
        """How many characters the clustered shots need."""
        return math.ceil(self.clustered / self.shots_per_character)

    @property
    def cost(self) -> float | None:
        """US dollars for all arms, paired; None without a price."""
        return None if self.price is None else self.paired * self.arms * self.price

    def __repr__(self) -> str:
        return (
            f"Advice({100 * self.first:g} % against {100 * self.second:g} %: {self.clustered} shots per arm, "
            f"{self.paired} when paired)"
        )

    @property
    def lines(self) -> tuple[str, ...]:
        """The advice in sentences."""
        effect = design_effect(self.shots_per_character, self.correlation)
        said = [
            (
                f"To tell {100 * self.first:g} % from {100 * self.second:g} % at {100 * self.power:g} % power, "
                f"two-sided {100 * self.alpha:.3g} %: {self.independent} independent shots per arm."
            ),
            (
                f"With {self.shots_per_character} shots per character and a correlation of {self.correlation:g} "
                f"between them (design effect {effect:g}): {self.clustered} shots per arm, of "
                f"{self.characters} characters."
            ),
            f"With the same shots in every arm: {self.paired} per arm.",
        ]
        if self.have is not None:
            said.append(self._about_those())
        if self.cost is not None and self.price is not None:
            said.append(f"{self.arms} arms of {self.paired} shots at {dollars(self.price)} cost {dollars(self.cost)}.")
        return tuple(said)

    def _about_those(self) -> str:
        nothing = "no rate at all" if self.smallest is None else f"{100 * self.smallest:.0f} % or more"
        return (
            f"{self.have} shots per arm would show this difference {100 * (self.chance or 0):.0f} % of the time; from "
            f"{100 * min(self.first, self.second):g} % they can tell {nothing}."
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        html = table(("what a claim needs",), [(line,) for line in self.lines])
        return {"text/plain": repr(self), "text/html": html}


def advise(
    first: float,
    second: float,
    *,
    shots_per_character: int = 10,
    correlation: float = 0.2,
    pair_correlation: float = 0.3,
    have: int | None = None,
    price: float | None = None,
    arms: int = 2,
    alpha: float = 0.05,
    power_wanted: float = 0.8,
) -> Advice:
    """Return what it takes to tell two rates apart.

    Args:
        first: One rate, such as 0.70.
        second: The other, such as 0.825.
        shots_per_character: Shots of each character in an arm.
        correlation: Of shots of one character.
        pair_correlation: Of the two arms on the same shot.
        have: Shots per arm that there are; what they can show is said.
        price: US dollars per shot.
        arms: How many routes are compared.
        alpha: Two-sided level.
        power_wanted: Chance of seeing the difference.

    Raises:
        ValueError: the rates are equal, or a figure is out of its range.
    """
    effect = design_effect(shots_per_character, correlation)
    independent = shots_per_arm(first, second, alpha=alpha, power=power_wanted)
    pairs = paired_shots(first, second, correlation=pair_correlation, alpha=alpha, power=power_wanted)
    worth = None if have is None else have / effect
    return Advice(
        first=first,
        second=second,
        alpha=alpha,
        power=power_wanted,
        shots_per_character=shots_per_character,
        correlation=correlation,
        independent=independent,
        clustered=math.ceil(independent * effect - 1e-9),
        paired=math.ceil(pairs * effect - 1e-9),
        have=have,
        chance=None if worth is None else power(first, second, worth, alpha=alpha),
        smallest=None
        if worth is None
        else detectable(min(first, second), worth, alpha=alpha, power_wanted=power_wanted),
        price=price,
        arms=arms,
    )


def _z(share: float) -> float:
    return _NORMAL.inv_cdf(share)


def _checked(first: float, second: float, alpha: float, wanted: float) -> None:
    if not (0 <= first <= 1 and 0 <= second <= 1) or first == second:
        raise ValueError(f"two different rates between 0 and 1 are needed, not {first} and {second}")
    if not 0 < alpha < 1 or not 0 < wanted < 1:
        raise ValueError("level and power lie between 0 and 1")
