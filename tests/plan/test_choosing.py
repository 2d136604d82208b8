"""Which route makes which shot, and what the plan says about it."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from charkit.character import Cast, CharacterSheet, View
from charkit.errors import BadDocument, RouteClosed, UnknownName, UnsupportedRequest
from charkit.plan import Plan, plan_film
from charkit.references import Reference
from charkit.routes import RouteMatrix
from charkit.shots import Storyboard

TODAY = dt.date(2026, 11, 22)
LANTERN = Path(__file__).parents[2] / "data" / "productions" / "lantern"
CAST = Cast.load(LANTERN / "characters")
BOARD = Storyboard.load(LANTERN / "storyboard.yaml", CAST)
MATRIX = RouteMatrix.load()


def pictures(cast: Cast = CAST, *, sheet: str | None = None) -> list[Reference]:
    return [
        Reference(
            character=who.slug,
            name=who.name,
            view=view,
            path=Path("x.png"),
            digest=f"sha256:{hashlib.sha256(f'{who.slug}{view}'.encode()).hexdigest()}",
            width=512,
            height=512,
            sheet=who.digest if sheet is None else sheet,
        )
        for who in cast.values()
        for view in (View.FULL, View.FRONT, View.FACE)
    ]


def board(**changes: object) -> Storyboard:
    shot = {"id": "S1", "seconds": 5, "place": "a harbour", **changes}
    return Storyboard.model_validate({"title": "T", "style": "ink", "shots": [shot]})


def plan(storyboard: Storyboard = BOARD, **options: object) -> Plan:
    given = {"cast": CAST, "references": pictures(), "matrix": MATRIX, "on": TODAY, **options}
    cast, references, matrix = given.pop("cast"), given.pop("references"), given.pop("matrix")
    return plan_film(storyboard, cast, references, matrix, **given)  # type: ignore[arg-type]


def own(folder: Path, text: str) -> RouteMatrix:
    path = folder / "routes.yaml"
    path.write_text(text, encoding="utf-8")
    return RouteMatrix.load(path)


def test_a_sheet_and_its_pictures_are_read_once_for_all_shots_and_routes(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    digest = CharacterSheet.digest.fget
    monkeypatch.setattr(CharacterSheet, "digest", property(lambda sheet: asked.append(sheet.slug) or digest(sheet)))
    found = plan_film(BOARD, CAST, pictures(sheet="sha256:older"), MATRIX, on=TODAY)
    assert sorted(asked) == sorted(CAST)
    assert found["S02"].sheets == (("Mira", digest(CAST["mira"])),)


ID_ROUTE = """\
sources:
  me: {as_of: 2026-11-20, source: my own server, confidence: third party}
endpoints:
  box: {protocol: openai-videos, base_url: "http://127.0.0.1:9/v1", key: BOX_KEY, cite: me}
routes:
  box:
    endpoint: box
    model: own
    kind: video
    status: {value: self-hosted, cite: me}
    capabilities:
      seconds: {value: {least: 1, most: 20}, cite: me}
      sizes: {value: {720p: {"16:9": 1280x720}}, cite: me}
      tags: {value: named, cite: me}
      characters: {value: 2, cite: me}
      sound: {value: true, cite: me}
    price: {value: {unit: second, usd: {any: 5}}, cite: me}
"""


def test_characters_go_to_the_best_reference_route_and_transitions_to_the_cheapest() -> None:
    made = plan()
    for shot in BOARD.each():
        assert made[shot.id].route == ("muse-video" if shot.is_transition else "omni-1.2")
    assert made.total_usd == pytest.approx(3 * 0.30 + 7 * 4 * 0.0695)
    assert "cheapest of 3" in made["S01"].reasons[0]
    assert made["S04"].reasons[0].startswith("takes pictures of Mira and Fenn")


def test_alternatives_are_named_with_what_speaks_against_them() -> None:
    passed = {other.route: other.why for other in plan()["S02"].passed_over}
    assert passed["omni-1.1"] == "$0.40 instead of $0.278"
    assert "5, 8, 10 s" in passed["muse-video"]
    assert "1344x768" in passed["h3-saygm"]
    assert "sora-2" not in passed


def test_a_draft_takes_only_routes_that_make_its_size() -> None:
    made = plan(resolution="360p")
    assert {(shot.route, shot.width, shot.height) for shot in made} == {("omni-1.2", 640, 360)}
    assert made.total_usd == pytest.approx(43 * 0.0232)


def test_pictures_are_bound_in_the_order_of_the_tags_and_the_rest_is_named() -> None:
    shot = plan()["S04"]
    assert [(r.name, r.view) for r in shot.references] == [
        ("Mira", "full"),
        ("Mira", "front"),
        ("Mira", "face"),
        ("Fenn", "full"),
        ("Fenn", "front"),
    ]
    assert "Mira (<IMAGE_REF_0>, <IMAGE_REF_1>, <IMAGE_REF_2>):" in shot.prompt.text
    assert "Fenn (<IMAGE_REF_3>, <IMAGE_REF_4>):" in shot.prompt.text
    assert shot.left_out == ("Fenn, face: the route takes 5 pictures",)


def test_an_endpoint_that_knows_the_character_by_id_comes_before_pictures_and_price(tmp_path: Path) -> None:
    known = Cast((CharacterSheet(name="Mira", locked="a girl", provider_ids={"box": "char_1"}),))
    made = plan(board(characters=["Mira"]), cast=known, references=pictures(known), matrix=own(tmp_path, ID_ROUTE))[
        "S1"
    ]
    assert made.route == "box"
    assert [(who.id, who.name) for who in made.characters] == [("char_1", "Mira")]
    assert made.references == ()
    assert len(made.left_out) == 3
    assert "Mira: a girl." in made.prompt.text


def test_ids_count_only_when_the_endpoint_knows_everybody_in_the_shot(tmp_path: Path) -> None:
    known = Cast(
        (
            CharacterSheet(name="Mira", locked="a girl", provider_ids={"box": "char_1"}),
            CharacterSheet(name="Fenn", locked="a fox"),
        )
    )
    made = plan(
        board(characters=["Mira", "Fenn"]), cast=known, references=pictures(known), matrix=own(tmp_path, ID_ROUTE)
    )["S1"]
    assert made.route == "omni-1.2"


def test_without_pictures_the_plan_says_that_words_alone_carry_the_character() -> None:
    made = plan(references=[])
    assert made["S02"].references == ()
    assert any("nothing but words carries Mira" in warning and "70 %" in warning for warning in made["S02"].warnings)


def test_what_is_not_established_or_changed_is_warned_of_once_with_its_shots() -> None:
    made = plan(references=pictures(sheet="sha256:older"))
    assert "S01, S05, S10: whether clips of muse-video have sound is not established" in made.warnings
    assert any("sheet of Fenn changed" in warning for warning in made.warnings)
    assert any("minors" in warning and warning.startswith("S02") for warning in made.warnings)
    assert not any("minors" in warning for warning in made["S03"].warnings)


def test_a_route_that_ends_soon_is_warned_of(tmp_path: Path) -> None:
    ending = ID_ROUTE.replace("    capabilities:", "    ends: {value: 2026-12-01, cite: me}\n    capabilities:")
    made = plan(board(route="box"), matrix=own(tmp_path, ending))
    assert made["S1"].warnings == ("box ends on 2026-12-01",)
    with pytest.raises(RouteClosed):
        plan(board(route="box"), matrix=own(tmp_path, ending), on=dt.date(2026, 12, 1))


def test_a_route_named_in_the_storyboard_is_taken_and_its_loss_is_said() -> None:
    made = plan(board(route="h3-saygm", characters=["Mira"]))["S1"]
    assert (made.route, made.width, made.height, made.resolution) == ("h3-saygm", 1344, 768, "768p")
    assert made.reasons == ("the storyboard asks for h3-saygm",)
    assert any("1344x768" in warning for warning in made.warnings)
    assert any("nothing but words carries Mira" in warning for warning in made.warnings)
    assert len(made.left_out) == 3


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"route": "sora-2"}, RouteClosed, "2026-09-24"),
        ({"route": "omni-13"}, UnknownName, "omni-1"),
        ({"route": "nano-banana-pro"}, UnsupportedRequest, "makes pictures"),
        ({"route": "muse-video", "seconds": 6}, UnsupportedRequest, "5 s on muse-video"),
        ({"characters": ["Nobody"]}, BadDocument, "Nobody"),
    ],
)
def test_what_the_storyboard_may_not_ask_for_is_refused(
    changes: dict[str, object], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        plan(board(**changes))


def test_a_shot_that_no_live_route_can_make_is_refused_with_rules_and_nearest() -> None:
    with pytest.raises(UnsupportedRequest, match="shot S1") as caught:
        plan(board(seconds=70))
    assert "omni-1.2 makes 3 to 15 s at 720p, not 70 s" in caught.value.rule
    assert "15 s on omni-1.2" in caught.value.nearest
    assert caught.value.source
    square = board().model_copy(update={"aspect": "1:1"})
    with pytest.raises(UnsupportedRequest, match="makes no 1:1") as caught:
        plan(square)
    assert "768x768" in caught.value.rule
    with pytest.raises(UnsupportedRequest, match="no video route is live"):
        plan(board(), matrix=MATRIX.within(set()))


def test_the_day_decides_what_is_live() -> None:
    before = plan(board(), on=dt.date(2026, 9, 1))["S1"]
    assert "sora-2" not in {other.route for other in before.passed_over}  # its record says shut down, whatever the day
    assert before.route == "muse-video"
    assert "omni-1.2" not in {other.route for other in before.passed_over}  # opened on 2026-11-10


VOICELESS = ID_ROUTE.replace("      sound: {value: true, cite: me}\n", "")


def test_where_somebody_speaks_a_route_known_to_have_sound_comes_before_a_cheaper_one(tmp_path: Path) -> None:
    cheap = own(tmp_path, VOICELESS.replace("usd: {any: 5}", "usd: {any: 0.001}"))
    silent = plan(board(characters=["Mira"]), matrix=cheap, references=[])["S1"]
    assert silent.route == "box"
    spoken = board(characters=["Mira"], dialogue=[{"character": "Mira", "text": "Look."}])
    made = plan(spoken, matrix=cheap, references=[])["S1"]
    assert made.route != "box"
    assert made.passed_over[0].route == "box" or "box" in {other.route for other in made.passed_over}
    said = {other.route: other.why for other in made.passed_over}["box"]
    assert "sound is not established" in said


def measured(folder: Path, **rates: tuple[float, int]) -> RouteMatrix:
    lines = [
        f"  {name.replace('_', '.')}: {{rate: {rate}, n: {n}, axis: palette, as_of: 2026-11-20, source: run r1}}"
        for name, (rate, n) in rates.items()
    ]
    file = folder / "measurements.yaml"
    file.write_text("measurements:\n" + "\n".join(lines).replace("omni1", "omni-1") + "\n", encoding="utf-8")
    return RouteMatrix.load(measurements=file)


def test_a_measurement_beats_the_price_and_the_claim(tmp_path: Path) -> None:
    matrix = measured(tmp_path, omni1_1=(0.95, 40), omni1_2=(0.5, 40))
    made = plan(board(characters=["Mira"]), matrix=matrix)["S1"]
    assert made.route == "omni-1.1"
    assert "measured: 95% of 40 (palette)" in made.reasons
    assert "the best of" in made.reasons[0]
    passed = {other.route: other.why for other in made.passed_over}
    assert "omni-1.2 measured: 50% of 40" in passed["omni-1.2"]


def test_a_measurement_on_the_simulator_is_never_weighed(tmp_path: Path) -> None:
    matrix = measured(tmp_path, omni1_2=(0.0, 100))
    rehearsed = {"omni-1.2": matrix.measured["omni-1.2"].model_copy(update={"simulated": True})}
    made = plan(board(characters=["Mira"]), matrix=replace(matrix, measured=rehearsed))["S1"]
    assert made.route == "omni-1.2"
    assert not any("measured" in reason for reason in made.reasons)


def test_what_was_measured_with_other_means_says_nothing_of_these(tmp_path: Path) -> None:
    matrix = measured(tmp_path, omni1_2=(0.0, 100))
    by_words = {"omni-1.2": matrix.measured["omni-1.2"].model_copy(update={"means": "text"})}
    made = plan(board(characters=["Mira"]), matrix=replace(matrix, measured=by_words))["S1"]
    assert made.route == "omni-1.2"
    with_pictures = {"omni-1.2": matrix.measured["omni-1.2"].model_copy(update={"means": "references"})}
    assert plan(board(characters=["Mira"]), matrix=replace(matrix, measured=with_pictures))["S1"].route != "omni-1.2"


def test_a_route_that_charkit_cannot_speak_to_is_passed_over_and_says_so() -> None:
    passed = {other.route: other.why for other in plan()["S02"].passed_over}
    assert "hailuo" in passed["h3-laozhang"]
    with pytest.raises(UnsupportedRequest, match="no adapter"):
        plan(board(route="happyhorse-apiyi"))


def test_fallbacks_make_the_same_shot_and_carry_identity_by_no_lesser_means() -> None:
    made = plan()
    shot = made["S02"]
    assert [other.route for other in shot.fallbacks] == ["omni-1.1"]
    (other,) = shot.fallbacks
    assert (other.seconds, other.width, other.height) == (shot.seconds, shot.width, shot.height)
    assert {r.name for r in other.references} == {"Mira"}
    assert other.price_usd == pytest.approx(0.4)
    assert other.root_seed is None  # 1.1 takes none
    assert other.fallbacks == ()
    assert made.most_usd > made.total_usd
    assert [f.route for f in made["S01"].fallbacks][:1] == ["omni-1.2"]


def test_a_route_that_the_storyboard_names_has_no_fallback() -> None:
    assert plan(board(route="omni-1.2"))["S1"].fallbacks == ()


def test_a_plan_with_fallbacks_is_kept_whole(tmp_path: Path) -> None:
    made = plan()
    made.save(tmp_path / "plan.json")
    assert Plan.load(tmp_path / "plan.json")["S02"].fallbacks[0].prompt == made["S02"].fallbacks[0].prompt


def test_what_is_made_by_hand_is_planned_by_name_alone_at_no_price(tmp_path: Path) -> None:
    known = Cast((CharacterSheet(name="Mira", locked="a girl", provider_ids={"by-hand": "@mira.lantern"}),))
    made = plan(board(characters=["Mira"], route="by-hand"), cast=known, references=pictures(known))["S1"]
    assert (made.route, made.price_usd, made.references) == ("by-hand", 0.0, ())
    assert "Mira (@mira.lantern): a girl." in made.prompt.text
