from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from charkit.errors import UnknownName, UsageError
from charkit.scoring import PaletteScorer
from charkit.scoring.arms import (
    Arm,
    Contrast,
    Means,
    RegisteredLine,
    Registration,
    Trial,
    arms_named,
    rate_of,
    trials_of,
)
from charkit.scoring.base import Axis, Verdict
from charkit.scoring.controls import Control, Controls
from charkit.scoring.experiment import Experiment
from charkit.simulator.direction import Conditioning
from tests.scoring.drawn_arms import take

if TYPE_CHECKING:
    from pathlib import Path

WORDS, PICTURES = (
    Arm(name="text only", means=Means.TEXT, claim="70 %"),
    Arm(name="three references", means=Means.REFERENCES, pictures=3),
)


def registered(*arms: Arm, contrasts: tuple[Contrast, ...] = (), **changes: object) -> Registration:
    said = {
        "title": "Test",
        "script": "sha256:0",
        "shots": ("S01",),
        "characters": ("Mira",),
        "takes": 1,
        "seed": 1,
        "arms": arms,
        "contrasts": contrasts,
        "axis": Axis.PALETTE,
        "threshold": "palette-stock-1",
        "line": 0.7,
        "calibrated": False,
        "price_usd": 1.0,
        "simulated": True,
    }
    return Registration.model_validate(said | changes)


def trial(
    arm: Arm, number: int, verdict: Verdict | bool, score: float | None = 0.5, axis: Axis = Axis.PALETTE
) -> Trial:
    said = verdict if isinstance(verdict, Verdict) else Verdict.CONSISTENT if verdict else Verdict.DRIFTED
    return Trial(arm=arm.name, shot=f"S{number:02d}", take=1, character="Mira", axis=axis, verdict=said, score=score)


def experiment(words: list[bool | Verdict], pictures: list[bool | Verdict], **changes: object) -> Experiment:
    contrast = Contrast(first=WORDS.name, second=PICTURES.name)
    trials = [trial(arm, n, v) for arm, row in ((WORDS, words), (PICTURES, pictures)) for n, v in enumerate(row)]
    said: dict[str, object] = {"controls": Controls(), "truths": {}} | changes
    return Experiment(
        registration=registered(WORDS, PICTURES, contrasts=(contrast,)),
        trials=tuple(trials),
        **said,  # type: ignore[arg-type]
    )


def test_what_cannot_be_judged_leaves_the_rate_and_lowers_coverage_and_intended_changes_count_nowhere() -> None:
    verdicts = [True, False, Verdict.UNVERIFIABLE, Verdict.INTENDED]
    rate = rate_of(trial(WORDS, number, verdict) for number, verdict in enumerate(verdicts))
    assert (rate.passes, rate.verifiable, rate.expected) == (1, 2, 3)


def test_a_contrast_is_tested_on_pairs_that_both_arms_could_be_judged_on() -> None:
    words: list[bool | Verdict] = [False] * 12 + [True] * 4 + [Verdict.UNVERIFIABLE]
    (answer,) = experiment(words, [True] * 17).contrasts
    assert answer.paired is not None
    assert (answer.paired.pairs, answer.paired.only_second, answer.paired.only_first, answer.dropped) == (16, 12, 0, 1)
    assert answer.p == pytest.approx(2 * 0.5**12)
    assert answer.says == "three references keeps the character more often"


def test_few_pairs_show_nothing_and_say_that_this_is_not_equality() -> None:
    (answer,) = experiment([False, True], [True, True]).contrasts
    assert answer.says == "no difference shown; that is not the same as none"
    (nothing,) = experiment([Verdict.UNVERIFIABLE], [True]).contrasts
    assert (nothing.paired, nothing.p, nothing.says) == (None, None, "no pair could be judged")


def test_other_axes_stay_beside_the_one_that_was_registered() -> None:
    found = experiment([True], [True])
    other = trial(WORDS, 9, verdict=False, axis=Axis.IDENTITY)
    both = Experiment(registration=found.registration, trials=(*found.trials, other), controls=Controls(), truths={})
    assert both.arms[0].rate == found.arms[0].rate
    assert both.other_axes == (Axis.IDENTITY,)
    assert (both.rate(WORDS.name, "identity").passes, both.rate(WORDS.name, "identity").verifiable) == (0, 1)
    assert both.rate(PICTURES.name, "identity").value is None
    with pytest.raises(UnknownName, match="text only"):
        both.of("text onyl")
    with pytest.raises(UnknownName, match="no judged axis called 'gate'"):
        both.rate(WORDS.name, "gate")


def test_other_axes_stand_in_a_table_of_their_own_with_their_ceilings(tmp_path: Path) -> None:
    plain = experiment([True], [False])
    told = Control(kind="re-lit", shot="S1", character="Mira", verdict=Verdict.CONSISTENT, score=0.9)
    found = replace(
        plain,
        registration=registered(WORDS, PICTURES, unknown={"appearance": "dinov2-s is not there"}),
        trials=(*plain.trials, trial(WORDS, 1, verdict=True, axis=Axis.IDENTITY)),
        beside={Axis.IDENTITY: Controls([told])},
    )
    page = found._repr_mimebundle_()["text/html"]
    assert "never added up" in page
    assert "appearance: unknown, dinov2-s is not there" in page
    assert page.count("1/1 (21–100), 1/1 judged") == 2
    found.save(tmp_path / "experiment.json")
    assert Experiment.load(tmp_path / "experiment.json") == found


def test_a_registration_of_before_other_axes_were_judged_asks_the_same() -> None:
    line = RegisteredLine(axis=Axis.PALETTE, scorer="palette 2", threshold="t", line=0.7, calibrated=False)
    old, new = registered(WORDS, PICTURES), registered(WORDS, PICTURES, lines=(line,))
    assert old.digest != new.digest
    assert old.asks_as(new)
    assert new.asks_as(old)
    assert not new.asks_as(registered(WORDS, PICTURES, lines=(line.model_copy(update={"line": 0.6}),)))
    assert not old.asks_as(registered(WORDS, PICTURES, line=0.6))


def test_controls_give_ceiling_and_corrected_rate_and_none_without_them() -> None:
    def control(kind: str, verdict: Verdict) -> Control:
        return Control(kind=kind, shot="S01", character="Mira", verdict=verdict, score=0.5)  # type: ignore[arg-type]

    controls = Controls(
        [control("re-lit", Verdict.CONSISTENT)] * 15
        + [control("turnaround", Verdict.DRIFTED)] * 5
        + [control("stranger", Verdict.DRIFTED)] * 20
        + [control("stranger", Verdict.UNVERIFIABLE)]
    )
    found = experiment([True] * 12 + [False] * 8, [True] * 20, controls=controls)
    assert controls.ceiling.value == 0.75
    assert (controls.floor.passes, controls.floor.verifiable, controls.floor.expected) == (0, 20, 21)
    first = found.arms[0]
    assert first.rate.value == 0.6
    assert first.corrected is not None
    assert first.corrected.value == pytest.approx(0.8)
    assert experiment([True], [True]).arms[0].corrected is None


def test_a_declared_truth_is_inside_the_interval_or_not() -> None:
    found = experiment([True] * 10 + [False] * 10, [True] * 20, truths={"text only": 0.5, "three references": 0.4})
    assert [result.covered for result in found.arms] == [True, False]
    assert found.ranking == ("three references", "text only")


def test_an_experiment_comes_back_from_disk_and_shows_claims_beside_what_was_measured(tmp_path: Path) -> None:
    controls = Controls([Control(kind="stranger", shot="S1", character="M", verdict=Verdict.DRIFTED, score=None)])
    found = experiment([True, False], [True, True], controls=controls, truths={"text only": 0.5})
    found.save(tmp_path / "experiment.json")
    assert Experiment.load(tmp_path / "experiment.json") == found
    page = found._repr_mimebundle_()["text/html"]
    assert "70 %" in page
    assert "1/2 (50%)" in page
    assert "exact" not in repr(found)
    assert repr(found) == "Experiment(simulated, palette: text only 1/2; three references 2/2)"


def test_arms_are_known_by_name_and_an_experiment_has_two() -> None:
    assert [arm.pictures for arm in arms_named(["text only", "three references"])] == [0, 3]
    with pytest.raises(UnknownName, match="three references"):
        arms_named(["text only", "three reference"])
    for wrong in (["text only"], ["text only", "text only"]):
        with pytest.raises(UsageError, match="two or more"):
            arms_named(wrong)


def test_a_registration_has_a_digest_of_all_that_it_asks() -> None:
    one = registered(WORDS, PICTURES)
    assert one.digest == registered(WORDS, PICTURES).digest
    assert one.digest != registered(WORDS, PICTURES, line=0.71).digest
    assert "0.7 or above" in one._repr_mimebundle_()["text/html"]


@pytest.mark.thorough
def test_known_drift_is_recovered_in_its_order_and_the_intervals_hold_the_truth(tmp_path: Path) -> None:
    declared = {Conditioning.TEXT: 0.3, Conditioning.PICTURE: 0.6, Conditioning.PICTURES: 0.95}
    arms = [Arm(name=conditioning.value, means=Means.TEXT) for conditioning in declared]
    trials: list[Trial] = []
    wrong = 0
    for arm, (conditioning, kept) in zip(arms, declared.items(), strict=True):
        scorer = PaletteScorer(min_valid_frames=2)
        takes = [take("Mira", conditioning, shot=n % 6, number=n, kept=kept, folder=tmp_path) for n in range(16)]
        for each in takes:
            scorer.update(each.evidence, each.frames)
        judged = trials_of(arm, scorer.compute())
        wrong += sum(t.passed is made.off_model for t, made in zip(judged, takes, strict=True) if t.passed is not None)
        trials += judged
    found = Experiment(
        registration=registered(*arms),
        trials=tuple(trials),
        controls=Controls(),
        truths={conditioning.value: kept for conditioning, kept in declared.items()},
    )
    assert wrong <= 2
    assert found.ranking == ("pictures", "one picture", "text")
    assert [result.covered for result in found.arms] == [True, True, True]
    assert all((result.rate.coverage or 0) > 0.9 for result in found.arms)
