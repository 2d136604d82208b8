"""Designing a character: what is asked for, in which order, with which pictures."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import pytest
from PIL import Image

from charkit.casting import POSES, VIEWS, Casting, Kept
from charkit.character import CharacterSheet
from charkit.errors import UsageError
from charkit.providers.base import Outcome, Role
from charkit.routes import RouteMatrix
from charkit.store import Store
from charkit.takes import Order, Take, Takes

TODAY = dt.date(2026, 11, 22)


class Bench:
    """Makes a flat picture for every order, and remembers what was asked."""

    def __init__(self, store: Store, outcome: Outcome = Outcome.SUCCEEDED) -> None:
        self.store, self.outcome = store, outcome
        self.asked: list[Order] = []

    def __call__(self, orders: list[Order]) -> Takes:
        orders = list(orders)
        self.asked += orders
        return Takes(self._take(order) for order in orders)

    def _take(self, order: Order) -> Take:
        told = {
            "production": order.production,
            "run": order.run,
            "subject": order.subject,
            "number": order.number,
            "kind": order.kind,
            "route": order.route,
            "endpoint": order.endpoint,
            "model": order.request.model,
            "simulated": True,
            "outcome": self.outcome,
        }
        if self.outcome is not Outcome.SUCCEEDED:
            return Take(**told, message="we could not help with that")
        out = io.BytesIO()
        Image.new("RGB", (400, 600), (len(order.request.prompt) % 256, 90, 60)).save(out, "PNG")
        stored = self.store.put(out.getvalue(), ".png")
        return Take(**told, digest=stored.digest, path=stored.path, media_type="image/png")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def casting(bench: Bench) -> Casting:
    route = RouteMatrix.load().route("nano-banana-2.1", TODAY)
    return Casting(make=bench, production="p", run="r", route=route, store=bench.store, simulated=True)


def sheet() -> CharacterSheet:
    return CharacterSheet(name="Ada", description={"what": "a girl", "pronoun": "she", "hair": "short black hair"})


def test_candidates_differ_in_pose_and_never_in_the_locked_words(store: Store) -> None:
    bench = Bench(store)
    casting(bench).candidates(sheet(), 3)
    prompts = [order.request.prompt for order in bench.asked]
    assert len(set(prompts)) == 3
    assert all(f"Ada: {sheet().locked_text()}" in prompt for prompt in prompts)
    assert all(pose in prompt for pose, prompt in zip(POSES, prompts, strict=False))


def test_every_view_is_made_from_the_anchor_and_not_from_the_view_before(store: Store) -> None:
    bench = Bench(store)
    views = casting(bench).views(sheet())
    assert [take.subject for take in views] == [f"ada.{view}" for view in VIEWS]
    anchor, *rest = bench.asked
    assert anchor.request.references == ()
    for order in rest:
        (reference,) = order.request.references
        assert reference.role is Role.VIEW
        assert reference.blob.digest == views[0].digest


def test_the_kept_candidate_is_the_anchor(store: Store) -> None:
    bench = Bench(store)
    designs = casting(bench)
    second = designs.candidates(sheet(), 2)[1]
    assert designs.views(sheet(), candidate=2)[0].digest == second.digest


def test_pictures_are_priced_upright_and_one_view_each(store: Store) -> None:
    bench = Bench(store)
    casting(bench).views(sheet())
    for order in bench.asked:
        assert order.price_usd == pytest.approx(0.0336)
        assert order.request.height > order.request.width


def test_a_refused_anchor_says_what_the_service_said_and_the_way_on(store: Store) -> None:
    with pytest.raises(UsageError, match=r"refused: we could not help with that\. Change the sheet's words"):
        casting(Bench(store, Outcome.REFUSED)).views(sheet())


def test_references_come_from_the_views_with_their_digests(store: Store) -> None:
    references = casting(Bench(store)).references(sheet())
    assert [reference.view for reference in references] == list(VIEWS)
    assert all(store.has(reference.digest) and reference.simulated for reference in references)


@pytest.mark.parametrize("count", [0, len(POSES) + 1])
def test_more_candidates_than_poses_are_refused(store: Store, count: int) -> None:
    with pytest.raises(UsageError, match="candidates"):
        casting(Bench(store)).candidates(sheet(), count)


def test_decisions_are_kept_on_disk_and_none_is_no_error(tmp_path: Path) -> None:
    file = tmp_path / "casting.json"
    assert Kept.load(file).anchors == {}
    Kept.load(file).keeping("ada", 2).keeping("bo", 1).save(file)
    assert Kept.load(file).anchors == {"ada": 2, "bo": 1}
