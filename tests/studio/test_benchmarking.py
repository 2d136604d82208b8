from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

import charkit as ck
from charkit.errors import RouteClosed, UnknownName, UsageError
from charkit.providers.base import Blob, Role
from charkit.routes.measured import read_measurements
from charkit.scoring import PaletteScorer
from charkit.scoring.arms import Means, Registration
from charkit.scoring.base import Axis, Threshold, Verdict
from charkit.scoring.calibration import Calibration, Calibrations
from charkit.scoring.controls import Controls
from charkit.scoring.experiment import Experiment
from tests.scoring.test_experiment import trial
from tests.scoring.test_people import check_of

if TYPE_CHECKING:
    from pathlib import Path

    from charkit.studio.benchmarking import Benchmark
    from charkit.studio.room import Studio

ARMS = ("text only", "one reference", "three references", "first frame", "character id")


@pytest.fixture
def studio(production: Path, on_the_simulator: str) -> Studio:
    return ck.open_studio(production, run="bench", max_spend=5.0, resolution="360p")


def requests_of(benchmark: Benchmark) -> dict[str, Any]:
    return {plan.arm.name: plan.request(plan.shots[0], 1) for plan in benchmark.plans}


def test_every_arm_asks_for_the_same_shot_with_its_own_means_from_the_same_seed(studio: Studio) -> None:
    asked = requests_of(studio.benchmark(ARMS))
    assert {name: [r.role for r in request.references] for name, request in asked.items()} == {
        "text only": [],
        "one reference": [Role.CHARACTER],
        "three references": [Role.CHARACTER] * 3,
        "first frame": [Role.FIRST_FRAME],
    }
    first = asked["text only"]
    assert all(
        (r.seconds, r.width, r.height, r.seed) == (4, first.width, first.height, first.seed) for r in asked.values()
    )
    assert first.seed is not None
    assert all("short black hair" in request.prompt for request in asked.values())


def test_an_arm_that_cannot_be_run_as_named_is_left_out_with_the_reason(studio: Studio) -> None:
    benchmark = studio.benchmark(ARMS)
    assert list(benchmark.registration.left_out) == ["character id"]
    assert "provider_ids" in benchmark.registration.left_out["character id"]
    assert [str(contrast) for contrast in benchmark.registration.contrasts] == [
        "one reference against text only",
        "three references against one reference",
        "first frame against three references",
    ]
    assert {plan.arm.route for plan in benchmark.plans} == {"omni-1.2"}
    assert [plan.arm.claim for plan in benchmark.plans] == ["70 %", "80 to 85 %", "80 to 85 %", ""]


def test_the_price_and_what_can_be_shown_for_it_are_told_first(studio: Studio) -> None:
    benchmark = studio.benchmark(("text only", "three references"), takes=3)
    assert benchmark.price_usd == pytest.approx(6 * benchmark.plans[0].shots[0].price_usd)
    assert benchmark.advice().have == 3
    assert "$" in benchmark._repr_mimebundle_()["text/html"]


def test_what_was_registered_stands_once_a_take_is_there(studio: Studio, tmp_path: Path) -> None:
    file = studio.place.folder / "benchmark" / "registration.json"
    studio.benchmark(("text only", "three references"), takes=2).register()
    benchmark = studio.benchmark(("text only", "three references"))
    takes = benchmark.shoot()
    assert len(takes.ok) == 4
    assert Registration.model_validate_json(file.read_text()).digest == benchmark.registration.digest
    with pytest.raises(UsageError, match="registered otherwise"):
        studio.benchmark(("text only", "three references"), takes=1).shoot()
    assert benchmark.shoot() == takes


def test_takes_that_cannot_be_judged_give_no_rate_and_nothing_to_publish(studio: Studio) -> None:
    benchmark = studio.benchmark(("text only", "three references"), takes=1)
    found = benchmark.measure()  # the artist of the tests paints one flat colour: nobody is in the picture
    assert [(r.rate.verifiable, r.rate.expected) for r in found.arms] == [(0, 1), (0, 1)]
    assert {trial.verdict for trial in found.decisive} == {Verdict.UNVERIFIABLE}
    assert found.other_axes == (Axis.VARIATION, Axis.GATE)  # appearance has no weights here: unknown, not judged
    assert [found.rate("text only", axis).expected for axis in found.other_axes] == [1, 1]
    assert read_measurements(studio.publish(found, benchmark), studio.routes.routes) == {}
    assert Experiment.load(studio.place.folder / "benchmark" / "experiment.json") == found


GATEWAY = """\
sources:
  me: {as_of: 2026-11-20, source: my own gateway, confidence: third party}
endpoints:
  box: {protocol: openai-videos, base_url: "http://127.0.0.1:9/v1", key: BOX_KEY, cite: me}
routes:
  box:
    endpoint: box
    model: sora-2
    kind: video
    status: {value: self-hosted, cite: me}
    capabilities:
      seconds: {value: {any_of: [4, 8, 12]}, cite: me}
      sizes: {value: {720p: {"16:9": 1280x720}}, cite: me}
      tags: {value: named, cite: me}
      characters: {value: 2, cite: me}
      sound: {value: true, cite: me}
    price: {value: {unit: second, usd: {any: 0.1}}, cite: me}
"""


def test_the_axis_that_decides_is_named_with_every_other_line_before_the_first_take(studio: Studio) -> None:
    asked = studio.benchmark(("text only", "three references"), takes=1).register()
    assert (asked.axis, asked.line, asked.calibrated) == (Axis.PALETTE, 0.7, False)
    assert [line.axis for line in asked.lines] == [Axis.PALETTE, Axis.VARIATION]
    assert "charkit weights get dinov2-s" in asked.unknown["appearance"]
    page = asked._repr_mimebundle_()["text/html"]
    assert "line on variation" in page
    assert "unknown: appearance" in page
    with pytest.raises(UsageError, match="appearance cannot decide this experiment: .*dinov2"):
        studio.benchmark(("text only", "three references"), axis="appearance").register()
    with pytest.raises(UnknownName, match="palette"):
        studio.benchmark(("text only", "three references"), axis="palete").register()


def test_a_line_that_another_run_set_on_the_cast_is_registered_and_judges(studio: Studio) -> None:
    line = Threshold(name="palette-cast-1", value=0.55, calibrated=True, far=0.01, cast=12, impostors=200)
    own = Calibration(axis=Axis.PALETTE, scorer=PaletteScorer().facts.label, threshold=line, impostors=())
    benchmark = studio.benchmark(("text only", "one reference"), takes=1, lines=Calibrations(items=(own,)))
    assert (benchmark.registration.line, benchmark.registration.calibrated) == (0.55, True)
    assert benchmark.jury.scorer(Axis.PALETTE).threshold == line  # type: ignore[attr-defined]


def test_characters_are_judged_by_what_their_sheets_declare(production: Path, on_the_simulator: str) -> None:
    sheet = production / "characters" / "ada.yaml"
    sheet.write_text(f"{sheet.read_text('utf-8')}kind: anime\n", encoding="utf-8")
    benchmark = ck.open_studio(production, run="anime", max_spend=5.0, resolution="360p").benchmark(
        ("text only", "one reference"), takes=1
    )
    assert "ccip" in benchmark.registration.unknown["identity"]
    assert {entry.domain for entry in benchmark.evidence(benchmark.shoot())} == {"anime"}


def test_what_people_said_of_the_axis_goes_to_the_planner_and_stars_on_a_board_do_not(studio: Studio) -> None:
    benchmark = studio.benchmark(("text only", "three references"), takes=1)
    arm = benchmark.plans[1].arm
    trials = tuple(trial(arm, n, verdict=n > 0) for n in range(4))
    found = Experiment(registration=benchmark.registration, trials=trials, controls=Controls(), truths={})
    found.save(benchmark.folder / "experiment.json")
    studio.decisions.star("A2", 1)

    def published() -> float | None:
        return read_measurements(studio.publish(None, benchmark), studio.routes.routes)["omni-1.2"].people

    assert published() is None
    check = check_of(studio.place.folder / "people", 0.9, 0.8, 0.3, 0.6)
    assert published() is None
    for name, said in zip(("q0", "q1", "q2", "q3"), ("same", "different", "different", "same"), strict=True):
        check.answer("ann", name, said)  # type: ignore[arg-type]
    assert published() == 0.75
    before = check.result()
    studio.decisions.reject("A2", 1)
    assert check.result() == before


def test_the_arm_of_character_ids_runs_on_a_gateway_that_knows_them(
    production: Path, on_the_simulator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (production / "routes.yaml").write_text(GATEWAY, encoding="utf-8")
    monkeypatch.setenv("CHARKIT_ROUTES", str(production / "routes.yaml"))
    first = ck.open_studio(production, run="make", max_spend=9.0)
    clip = next(take for take in first.takes() or first.shoot() if take.subject == "A2")
    known = first._lines.connect("box").create_character(
        "Ada", Blob(name="ada.mp4", media_type="video/mp4", data=clip.path.read_bytes())
    )
    sheet = production / "characters" / "ada.yaml"
    sheet.write_text(f"{sheet.read_text('utf-8')}provider_ids:\n  box: {known.id}\n", encoding="utf-8")

    studio = ck.open_studio(production, run="ids", max_spend=9.0, resolution="720p")
    benchmark = studio.benchmark(("text only", "character id"), takes=1, contrasts=(("text only", "character id"),))
    assert benchmark.registration.left_out == {}
    found = benchmark.measure()
    assert [(result.arm.name, result.rate.expected) for result in found.arms] == [("text only", 1), ("character id", 1)]
    by_id = next(plan.arm for plan in benchmark.plans if plan.arm.means is Means.CHARACTERS)
    assert (by_id.route, by_id.claim) == ("box", "95 % and more")
    sent = httpx2.get(f"{on_the_simulator}/control/record").json()
    assert known.id in json.dumps(sent)


def test_a_declared_truth_holds_while_the_benchmark_shoots_and_no_longer(studio: Studio, on_the_simulator: str) -> None:
    benchmark = studio.benchmark(("text only", "one reference"), takes=1, truth={"text only": 0.25})
    inside: list[Any] = []
    make = benchmark.make
    object.__setattr__(
        benchmark,
        "make",
        lambda orders: (
            inside.extend(httpx2.get(f"{on_the_simulator}/control/drift").json()["declared"]),
            make(orders),
        )[1],
    )
    found = benchmark.measure()
    assert inside == [{"prompt": "flat colours", "drift": {"text": {"size": 0.05, "off_model": 0.75}}}]
    assert httpx2.get(f"{on_the_simulator}/control/drift").json()["declared"] == []
    assert {result.arm.name: result.truth for result in found.arms} == {"text only": 0.25, "one reference": None}


def test_what_was_measured_stands_for_its_route_with_the_strongest_means(studio: Studio) -> None:
    benchmark = studio.benchmark(("text only", "three references"), takes=1)
    arms = {plan.arm.name: plan.arm for plan in benchmark.plans}
    trials = [trial(arms["text only"], n, verdict=False) for n in range(4)]
    trials += [trial(arms["three references"], n, verdict=n > 0) for n in range(4)]
    found = Experiment(registration=benchmark.registration, trials=tuple(trials), controls=Controls(), truths={})
    file = studio.publish(found, benchmark)
    measured = read_measurements(file, studio.routes.routes)["omni-1.2"]
    assert (measured.rate, measured.n, measured.means, measured.simulated) == (0.75, 4, "references", True)
    assert str(measured) == "75% of 4 with references (palette, 95 % CI 30–95, simulated)"
    assert studio.publish(found, benchmark).read_text() == file.read_text()


@pytest.mark.parametrize(
    ("asked", "problem", "words"),
    [
        ({"shots": ("A1",)}, UnknownName, "shot with a character"),
        ({"contrasts": (("text only", "five references"),)}, UnknownName, "five references"),
        ({"takes": 0}, UsageError, "1 or more"),
        ({"truth": {"text only": 1.5}}, UsageError, "share from 0 to 1"),
        ({"truth": {"by ear": 0.5}}, UsageError, "by ear"),
        ({"route": "omni-9"}, UnknownName, "omni-1.2"),
        ({"route": "sora-2"}, RouteClosed, "2026-09-24"),
    ],
)
def test_an_experiment_that_cannot_be_is_refused_in_words(
    studio: Studio, asked: dict[str, Any], problem: type[Exception], words: str
) -> None:
    with pytest.raises(problem, match=words):
        studio.benchmark(("text only", "three references"), **asked).register()


def test_a_truth_is_only_for_the_simulator(production: Path, on_the_simulator: str) -> None:
    studio = ck.open_studio(production, run="live", max_spend=0.0, live=True)
    with pytest.raises(UsageError, match="only be declared to the simulator"):
        studio.benchmark(("text only", "one reference"), truth={"text only": 0.5})


def test_nothing_is_uploaded_before_preflight_has_seen_every_picture_of_every_arm(studio: Studio) -> None:
    benchmark = studio.benchmark(("text only", "one reference", "first frame"), takes=1)
    seen: list[list[int]] = []
    object.__setattr__(benchmark, "clear", lambda shots: seen.append([len(shot.references) for shot in shots]))

    def refuse(orders: object) -> None:
        raise UsageError(f"nothing is made before preflight: {len(seen)}")

    object.__setattr__(benchmark, "make", refuse)
    with pytest.raises(UsageError, match="before preflight: 3"):
        benchmark.shoot()
    assert seen == [[0], [1], [1]]
