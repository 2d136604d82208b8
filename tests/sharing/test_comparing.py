"""By what two runs differ."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from charkit.manifest import Manifest
from charkit.sharing.bundles import SharedRequest
from charkit.sharing.comparing import Aspect, Made, compared, environment_differs


def made(folder: Path) -> Made:
    requests = {}
    for take in Manifest.load(folder / "manifest.json").takes:
        requests[take.shot, take.take] = SharedRequest(
            subject=take.shot, take=take.take, kind="video", route=take.route, key=f"request-1:{take.shot}{take.take}",
            asked=f"sha256:{take.shot}{take.take}", state="succeeded", price_usd=0.1, charged_usd=0.1,
        )  # fmt: skip
    return Made(folder=folder, manifest=Manifest.load(folder / "manifest.json"), requests=requests)


def rewritten(folder: Path, file: str, **changes: object) -> None:
    path = folder / file
    told = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**told, **changes}), encoding="utf-8")


@pytest.fixture
def other(run, tmp_path: Path) -> Path:
    """A copy of the run, to be made different."""
    shutil.copytree(run.folder, tmp_path / "other" / "runs" / "first")
    return tmp_path / "other" / "runs" / "first"


def aspects(run, other: Path, after: Made | None = None) -> dict[str, Aspect]:
    return {aspect.name: aspect for aspect in compared(made(run.folder), after or made(other))}


def test_each_difference_is_found_where_it_is(run, other: Path) -> None:
    assert {a.verdict for a in aspects(run, other).values()} == {"same"}
    told = json.loads((other / "manifest.json").read_text("utf-8"))
    told["takes"][0] |= {"prompt_digest": "sha256:other", "digest": "sha256:other", "model": "newer"}
    told["outputs"]["film.mp4"] = "sha256:other"
    told["film"]["frames"] += 1
    rewritten(other, "manifest.json", **told)
    plan = json.loads((other / "plan.json").read_text("utf-8"))
    plan["plan"]["shots"][1]["price_usd"] += 0.01
    rewritten(other, "plan.json", **plan)
    card = json.loads((other / "scorecard.json").read_text("utf-8"))
    card["scores"][0]["score"] = 0.1234
    rewritten(other, "scorecard.json", **card)
    found = aspects(run, other)
    assert {name for name, aspect in found.items() if aspect.verdict == "differs"} == {
        "plan", "prompts", "takes", "scores", "film",
    }  # fmt: skip
    assert found["plan"].details[0].startswith("A2: price ")
    assert "A1-t1: model" in found["takes"].details[0]
    assert "0.1234 here" in found["scores"].details[0]
    film = " | ".join(found["film"].details)
    assert "frames: " in film
    assert "so only the container's own words differ" in film


def test_requests_are_compared_by_key_and_money_by_request(run, other: Path) -> None:
    after = made(other)
    requests = dict(after.requests)
    requests["A1", 1] = requests["A1", 1].model_copy(update={"key": "request-1:other", "charged_usd": 0.3})
    del requests["A2", 2]
    extra = requests["A1", 1].model_copy(update={"subject": "ada.face", "key": "request-1:face"})
    requests["ada.face", 1] = extra
    found = aspects(run, other, Made(folder=other, manifest=after.manifest, requests=requests))
    assert found["requests"].details == ("A1-t1: asks for something else", "A2-t2: was not asked here")
    assert found["money"].details[0].startswith("A1-t1: $0.10")


def test_what_a_service_made_is_not_comparable_with_a_rehearsal_but_its_words_are(run, other: Path) -> None:
    told = json.loads((other / "manifest.json").read_text("utf-8"))
    told["takes"][0] |= {"digest": "sha256:other"}
    rewritten(other, "manifest.json", **{**told, "simulated": False})
    found = aspects(run, other)
    assert found["takes"].verdict == "not comparable"
    assert "simulated there and live here" in found["takes"].said
    assert found["prompts"].verdict == "same"


def test_a_plan_or_scorecard_that_cannot_be_read_is_not_comparable(run, other: Path) -> None:
    (other / "plan.json").unlink()
    (other / "scorecard.json").write_text("{}", encoding="utf-8")
    found = aspects(run, other)
    assert found["plan"].verdict == found["scores"].verdict == "not comparable"


def test_programs_of_other_versions_are_noted_and_no_difference() -> None:
    found = environment_differs({"av": "18.1.0", "charkit": "0.1.0"}, {"av": "19.0.0", "charkit": "0.1.0"})
    assert (found.verdict, found.details) == ("noted", ("av: 18.1.0 there, 19.0.0 here",))
    assert environment_differs({"av": "1"}, {"av": "1"}).verdict == "same"
