"""Designing a character: what is asked for, in which order, with which pictures."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from charkit.casting import EVERY_VIEW, POSES, VIEWS, Casting, Kept, Look, ViewCheck
from charkit.character import CharacterSheet
from charkit.errors import SpendLimit, UsageError
from charkit.providers.base import Outcome, Role
from charkit.routes import RouteMatrix
from charkit.store import Store
from charkit.takes import Order, Take, Takes

TODAY = dt.date(2026, 11, 22)


class Bench:
    """Makes a flat picture for every order, and remembers what was asked."""

    def __init__(self, store: Store, outcome: Outcome = Outcome.SUCCEEDED, *, refused: str = "") -> None:
        self.store, self.outcome, self.refused = store, outcome, refused
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
        if order.subject == self.refused:
            return Take(**told | {"outcome": Outcome.REFUSED}, message="not allowed", stage="output", category="SAFETY")
        if self.outcome is not Outcome.SUCCEEDED:
            return Take(**told, message="we could not help with that")
        out = io.BytesIO()
        Image.new("RGB", (400, 600), (len(order.request.prompt) % 256, 90 + order.number, 60)).save(out, "PNG")
        stored = self.store.put(out.getvalue(), ".png")
        return Take(**told, digest=stored.digest, path=stored.path, media_type="image/png")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def casting(bench: Bench, **more: object) -> Casting:
    route = RouteMatrix.load().route("nano-banana-2.1", TODAY)
    return Casting(make=bench, production="p", run="r", route=route, store=bench.store, simulated=True, **more)


def test_own_pictures_are_prepared_around_the_faces_that_are_found(store: Store, tmp_path: Path) -> None:
    Image.effect_noise((1600, 1600), 90).convert("RGB").save(tmp_path / "face.png")
    (tmp_path / "mira.yaml").write_text(
        "name: Mira\nlocked: a girl\nreferences: [{file: face.png, view: face}]\n", encoding="utf-8"
    )
    sheet = CharacterSheet.load(tmp_path / "mira.yaml")
    (far,) = casting(Bench(store)).references(sheet)
    (near,) = casting(Bench(store), faces=lambda picture: [(0.4, 0.2, 0.46, 0.26)]).references(sheet)
    assert far.crop is None
    assert near.crop is not None
    assert near.crop[0] < 0.4 < 0.46 < near.crop[2]


class Eye:
    """Says of every take of a view what it is told to say, in the order of the takes; then that it holds."""

    def __init__(self, **scores: list[float | None]) -> None:
        self.scores = scores
        self.looked: list[Look] = []

    def __call__(self, look: Look) -> ViewCheck:
        self.looked.append(look)
        said = self.scores.get(look.wish.name.replace("-", "_"), [])
        score = said[look.number - 1] if look.number <= len(said) else 0.95
        if score is None:
            return ViewCheck(verdict="unverifiable", reason="too small")
        return ViewCheck(verdict="consistent" if score >= 0.85 else "drifted", score=score, line=0.85)


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


def test_further_views_go_out_with_the_anchor_and_the_neighbours_that_help_them(store: Store) -> None:
    bench = Bench(store)
    views = casting(bench, check=Eye()).views(sheet(), views=EVERY_VIEW)
    sent = {order.subject: order for order in bench.asked}
    assert [r.view for r in sent["ada.face"].request.references] == ["full"]
    assert [r.view for r in sent["ada.back"].request.references] == ["full", "left-profile", "three-quarter"]
    prompt = sent["ada.back"].request.prompt
    assert "Image 1: Ada, full figure. Image 2: Ada, left profile view. Image 3: Ada, three-quarter view." in prompt
    assert "Continuity: keep face, hair" in prompt
    assert views.view("back").fed == ("full", "left-profile", "three-quarter")
    assert [take.subject for take in views] == [
        f"ada.{name}" for name in (*VIEWS, "front", "left-profile", "right-profile", "back", "expression-laughing")
    ]


def test_what_drifted_is_made_again_once_and_the_best_stays(store: Store) -> None:
    bench = Bench(store)
    views = casting(bench, check=Eye(face=[0.5, 0.9], three_quarter=[0.7, 0.6])).views(sheet())
    assert [order.number for order in bench.asked if order.subject == "ada.face"] == [1, 2]
    face, side = views.view("face"), views.view("three-quarter")
    assert (face.take.number, face.check.verdict, len(face.tries)) == (2, "consistent", 2)
    assert (side.take.number, side.check.score, side.check.verdict) == (1, 0.7, "drifted")


def test_what_holds_or_cannot_be_judged_is_not_paid_for_again(store: Store) -> None:
    bench = Bench(store)
    views = casting(bench, check=Eye(face=[None])).views(sheet())
    assert {order.number for order in bench.asked} == {1}
    assert views.view("face").check.verdict == "unverifiable"
    assert "unverifiable (too small)" in views._repr_mimebundle_()["text/html"]


def test_further_tries_stop_at_their_number_and_at_their_money(store: Store) -> None:
    bad = Eye(face=[0.1] * 9, three_quarter=[0.1] * 9)
    bench = Bench(store)
    casting(bench, check=bad, redos=3).views(sheet())
    assert max(order.number for order in bench.asked) == 4
    poor = Bench(store)
    views = casting(poor, check=bad, redos=3, redo_usd=0.05).views(sheet())
    assert sum(order.number > 1 for order in poor.asked) == 1
    assert "further tries may cost $0.05" in views.view("face").note


def test_a_cap_that_is_reached_while_trying_again_keeps_what_there_is(store: Store) -> None:
    bench = Bench(store)

    def make(orders: list[Order]) -> Takes:
        orders = list(orders)
        if any(order.number > 1 for order in orders):
            raise SpendLimit(cap=1.0, committed=1.0, asked=0.03, what="ada.face")
        return bench(orders)

    views = replace(casting(bench, check=Eye(face=[0.4])), make=make).views(sheet())
    assert views.view("face").take.number == 1
    assert "not made again" in views.view("face").note


def test_a_view_that_drifted_helps_to_make_no_other(store: Store) -> None:
    bench = Bench(store)
    casting(bench, check=Eye(face=[0.1, 0.1])).views(sheet(), views=("face", "expression: sad"))
    (order,) = [order for order in bench.asked if order.subject == "ada.expression-sad"]
    assert [reference.view for reference in order.request.references] == ["full"]


def test_a_refused_view_is_told_apart_and_the_others_are_made(store: Store) -> None:
    views = casting(Bench(store, refused="ada.face"), check=Eye()).views(sheet())
    assert [view.usable for view in views.views] == [True, True, False]
    page = views._repr_mimebundle_()["text/html"]
    assert "refused" in page
    assert "not allowed (output · SAFETY). Change the sheet&#x27;s words" in page


def test_a_take_that_a_person_rejected_is_not_used_again(store: Store) -> None:
    bench = Bench(store)
    kept = Kept().rejecting_take("ada.face", 1)
    views = casting(bench, check=Eye()).views(sheet(), kept=kept)
    assert views.view("face").take.number == 2


def test_rejected_candidates_are_neither_shown_nor_made(store: Store) -> None:
    bench = Bench(store)
    found = casting(bench).candidates(sheet(), 3, Kept().rejecting("ada", 2).keeping("ada", 3))
    assert [take.subject for take in found] == ["ada.candidate-1", "ada.candidate-3"]
    page = found._repr_mimebundle_()["text/html"]
    assert "kept, simulated" in page
    assert "1 rejected, not shown" in page


def test_without_a_check_every_view_is_unverifiable(store: Store) -> None:
    views = casting(Bench(store)).views(sheet())
    assert {view.check.verdict for view in views.views[1:]} == {"unverifiable"}


def test_takes_know_the_version_of_the_sheet_they_were_ordered_under(store: Store) -> None:
    bench = Bench(store)
    casting(bench).views(sheet())
    assert {order.sheets for order in bench.asked} == {(("Ada", sheet().digest),)}


def test_a_reference_that_drifted_says_so_in_its_origin(store: Store) -> None:
    references = casting(Bench(store), check=Eye(face=[0.5, 0.6])).references(sheet())
    assert references[2].origin == "ada.face-t2, drifted 0.600"
    assert references[1].origin == "ada.three-quarter-t1"
