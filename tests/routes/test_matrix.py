"""The route matrix: dated truth, a person's own file over it, and what is refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from charkit.errors import BadDocument, RouteClosed, UnknownName, UnsupportedRequest
from charkit.providers import ADAPTERS
from charkit.routes import Route, RouteMatrix
from charkit.routes.show import facts_of

TODAY = dt.date(2026, 11, 22)

MATRIX = RouteMatrix.load()


def own(folder: Path, text: str) -> Path:
    path = folder / "my-routes.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", MATRIX.routes)
def test_every_fact_of_every_route_has_a_date_and_a_source(name: str) -> None:
    facts = dict(facts_of(MATRIX.routes[name]))
    assert {"status"} <= set(facts)
    for fact in facts.values():
        assert dt.date(2026, 1, 1) <= fact.as_of <= TODAY
        assert len(fact.source) > 5
    assert {key for key, fact in facts.items() if fact.confidence == "claim"} <= {"claimed"}


def test_every_endpoint_has_a_date_and_a_source_and_names_a_variable_not_a_key() -> None:
    for name, endpoint in MATRIX.endpoints.items():
        assert endpoint.name == name
        assert endpoint.as_of <= TODAY
        assert endpoint.source
        assert endpoint.key.endswith("_API_KEY") or name == "by-hand"


NO_ADAPTER = {"dashscope", "hailuo", "vertex-omni"}
"""Wire formats that routes of the matrix speak and charkit does not: the routes say so in their endpoint's note."""


@pytest.mark.parametrize("route", MATRIX.live(TODAY), ids=lambda route: route.name)
def test_every_live_route_has_an_adapter_and_a_place_on_the_simulator_or_says_that_it_has_none(route: Route) -> None:
    endpoint = MATRIX.endpoint(route)
    if endpoint.protocol in NO_ADAPTER:
        assert endpoint.protocol not in ADAPTERS
        assert "no adapter" in endpoint.note
    else:
        assert endpoint.protocol in ADAPTERS
        assert endpoint.simulator.startswith("/")


def test_a_live_route_without_a_price_is_one_that_nobody_can_use_as_it_stands() -> None:
    unpriced = {route.name for route in MATRIX.live(TODAY) if route.price is None}
    assert unpriced == {
        "h3-vllm",
        "h3-sglang",
        "openrouter",
        "happyhorse-apiyi",
        "gpt-5.6-luna",
        "gpt-image-2",
        "gpt-image-2-2026-04-21",
        "gpt-image-1.5",
        "gpt-image-1-mini",
        "chatgpt-image-latest",
    }


def test_replacements_are_routes_that_can_be_used() -> None:
    for route in MATRIX.routes.values():
        if route.replacement is not None:
            assert MATRIX.routes[route.replacement.value].state(TODAY) in {"live", "preview", "by hand"}


EVERY_MODEL = {
    "gpt-image-2.6-sunburst",
    "gpt-image-2.6-flare",
    "gpt-image-2.5-sunburst",
    "gpt-image-2.5-flare",
    "gpt-image-2.5-sunburst-2026-09-08",
    "gpt-image-2.5-flare-2026-09-08",
    "gpt-image-2",
    "gpt-image-2-2026-04-21",
    "gpt-image-1.5",
    "gpt-image-1-mini",
    "chatgpt-image-latest",
    "gpt-image-1",
    "dall-e-2",
    "dall-e-3",
    "sora-2",
    "sora-2-pro",
    "sora-2-2025-10-06",
    "sora-2-2025-12-08",
    "sora-2-pro-2025-10-06",
    "gemini-omni-1.2-flash",
    "gemini-omni-1.1-flash",
    "gemini-omni-1.1-flash-preview",
    "gemini-omni-flash-preview",
    "veo-3.1-generate-preview",
    "veo-3.1-fast-generate-preview",
    "veo-3.1-lite-generate-preview",
    "veo-3.1-generate-001",
    "veo-3.1-fast-generate-001",
    "veo-3.1-lite-generate-001",
    "gemini-nano-banana-2.1",
    "gemini-3-pro-image",
    "gemini-3-pro-image-preview",
    "nano-banana-pro-preview",
    "gemini-3.1-flash-lite-image",
    "gemini-3.1-flash-image",
    "gemini-2.5-flash-image",
    "imagen-3.0-capability-001",
    "gemini-3.8-flash",
    "gemini-3.5-flash-lite",
    "gemini-4-hydrogen",
    "gemini-4-carbon",
    "gemini-4-argon",
    "gemini-3.7-flash",
    "gemini-3.5-flash",
    "muse-video",
    "muse-video-20s",
    "muse-video-30s",
    "muse-video-60s",
    "minimax/h3",
    "MiniMax-H3",
    "happyhorse-1.1-r2v",
}


def test_every_model_that_is_known_of_stands_in_the_matrix() -> None:
    assert {route.model for route in MATRIX.routes.values()} >= EVERY_MODEL


@pytest.mark.parametrize("name", ["nano-banana-2", "nano-banana-pro-alias"])
def test_where_sources_contradict_each_other_nothing_is_sent_and_the_way_out_is_named(name: str) -> None:
    assert not MATRIX.routes[name].live(TODAY)
    with pytest.raises(UnsupportedRequest, match="not established") as caught:
        MATRIX.route(name, TODAY)
    assert MATRIX.routes[caught.value.nearest].live(TODAY)


def test_what_a_person_makes_by_hand_is_handed_out_by_name_and_never_counted_as_live() -> None:
    assert MATRIX.route("by-hand", TODAY).cost(seconds=4) == 0
    assert "by-hand" not in {route.name for route in MATRIX.live(TODAY)}
    assert "by-hand" in {row["route"] for row in MATRIX.rows(on=TODAY)}
    with pytest.raises(RouteClosed, match="by-hand"):
        MATRIX.route("cameo-by-hand", TODAY)


def test_a_vertex_id_is_another_route_than_the_developer_api_s() -> None:
    assert MATRIX.endpoint("vertex").protocol == "vertex-veo"
    live = {route.model for route in MATRIX.live(TODAY) if "veo" in route.model}
    assert live == {"veo-3.1-generate-001", "veo-3.1-fast-generate-001", "veo-3.1-lite-generate-001"}
    assert MATRIX.routes["veo-3.1-lite-vertex"].max_references() == 0


def test_tables_speak_of_the_day_that_was_given() -> None:
    before = RouteMatrix.load(day=dt.date(2026, 9, 1))
    assert "Routes on 2026-09-01" in before._repr_mimebundle_()["text/html"]
    assert "omni-1.2" not in {row["route"] for row in before.rows()}
    assert "omni-1.2" in {row["route"] for row in before.rows(on=TODAY)}
    assert RouteMatrix.load().today == dt.datetime.now(tz=dt.UTC).date()


def test_the_circulating_percentages_are_kept_as_claims() -> None:
    assert {key: claim.value for key, claim in MATRIX.claims.items()} == {
        "text": "70 %",
        "references": "80 to 85 %",
        "characters": "95 % and more",
    }
    assert {claim.confidence for claim in MATRIX.claims.values()} == {"claim"}


@pytest.mark.parametrize(
    ("route", "last_day", "replacement"),
    [("sora-2", dt.date(2026, 9, 23), "omni-1.2"), ("veo-3.1-fast", dt.date(2026, 10, 21), "omni-1.1")],
)
def test_a_route_past_its_end_is_refused_naming_the_day_and_what_to_use(
    route: str, last_day: dt.date, replacement: str
) -> None:
    with pytest.raises(RouteClosed, match=replacement) as caught:
        MATRIX.route(route, last_day + dt.timedelta(days=1))
    assert caught.value.ended == (last_day + dt.timedelta(days=1)).isoformat()


def test_a_route_with_an_end_ahead_is_handed_out_until_the_day_before_and_announced() -> None:
    assert MATRIX.route("gpt-image-1.5", dt.date(2026, 11, 30)).model == "gpt-image-1.5"
    with pytest.raises(RouteClosed):
        MATRIX.route("gpt-image-1.5", dt.date(2026, 12, 1))
    ending = {route.name for route in MATRIX.ending_soon(TODAY, 30)}
    assert ending == {"gpt-image-1.5", "gpt-image-1-mini", "chatgpt-image-latest"}
    assert MATRIX.ending_soon(TODAY, 8) == ()


def test_a_route_before_its_first_day_is_refused() -> None:
    with pytest.raises(UnsupportedRequest, match="2026-11-10"):
        MATRIX.route("omni-1.2", dt.date(2026, 11, 9))


def test_an_unknown_route_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match=r"omni-1\.2"):
        MATRIX.route("omni-12", TODAY)


@pytest.mark.parametrize(
    ("route", "seconds", "resolution", "usd"),
    [
        ("omni-1.2", 4, "360p", 0.0928),
        ("omni-1.2", 5, "720p", 0.3475),
        ("muse-video", 5, "720p", 0.30),
        ("muse-video", 10, "720p", 0.30),
        ("h3-saygm", 5, "768p", 0.36),
        ("nano-banana-pro", 0, "2K", 0.134),
        ("gpt-image-2.6-flare", 0, "720p", 0.053),
    ],
)
def test_prices_follow_length_and_resolution(route: str, seconds: int, resolution: str, usd: float) -> None:
    assert MATRIX.price(route, seconds, resolution) == pytest.approx(usd)


@pytest.mark.parametrize(("route", "seconds"), [("muse-video", 20), ("gpt-image-1.5", 0)])
def test_what_has_no_known_price_is_refused(route: str, seconds: int) -> None:
    with pytest.raises(UnsupportedRequest, match="no known price"):
        MATRIX.price(route, seconds, "720p")


def test_lengths_narrow_with_references_and_resolution() -> None:
    veo = MATRIX.routes["veo-3.1"]
    assert veo.lengths("720p") == (4, 6, 8)
    assert veo.lengths("720p", references=True) == (8,)
    assert veo.lengths("1080p") == (8,)


def test_character_slots_are_counted_apart_from_other_pictures() -> None:
    assert MATRIX.routes["nano-banana-2.1"].max_references("character") == 4
    assert MATRIX.routes["nano-banana-lite"].max_references("character") == 0
    assert MATRIX.routes["gpt-image-2.6-flare"].max_references("character") == 16
    assert MATRIX.routes["muse-video"].max_references("character") == 0


OWN = """\
sources:
  me: {as_of: 2026-11-20, source: my gateway's price page, confidence: third party}
endpoints:
  box:
    protocol: openai-videos
    base_url: http://10.0.0.7:8000/v1
    key: BOX_KEY
    cite: me
routes:
  box-omni:
    like: omni-1.2
    endpoint: box
    capabilities:
      seed: {value: false, cite: me}
    price: {value: {unit: second, usd: {any: 0.01}}, cite: me}
"""


def test_an_own_file_adds_an_endpoint_and_a_route_that_is_like_another(tmp_path: Path) -> None:
    matrix = RouteMatrix.load(own(tmp_path, OWN))
    route = matrix.route("box-omni", TODAY)
    assert matrix.endpoint(route).base_url == "http://10.0.0.7:8000/v1"
    assert matrix.endpoint(route).simulator == "/openai/v1"
    assert (route.takes_seed, route.max_references(), route.cost(seconds=4)) == (False, 5, pytest.approx(0.04))
    assert matrix.routes["omni-1.2"].takes_seed
    assert route.price is not None
    assert route.price.source == "my gateway's price page"


def test_an_own_file_may_change_a_built_in_route_and_move_an_endpoint(tmp_path: Path) -> None:
    text = (
        OWN.replace("box-omni:", "omni-1.2:")
        .replace("  box:", "  google:")
        .replace("endpoint: box", "endpoint: google")
    )
    matrix = RouteMatrix.load(own(tmp_path, text))
    assert matrix.price("omni-1.2", 4, "720p") == pytest.approx(0.04)
    assert matrix.endpoint("google").base_url == "http://10.0.0.7:8000/v1"
    assert matrix.price("omni-1.1", 4, "720p") == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("endpoint: box", "endpoint: bax", 12, "Did you mean 'box'?"),
        ("like: omni-1.2", "like: omni-12", 11, "omni-1.2"),
        ("like: omni-1.2", "like: box-omni", 11, "like itself"),
        ("    like: omni-1.2\n", "", 10, "model, kind, status"),
        ("cite: me\nroutes", "cite: mee\nroutes", 4, "Did you mean 'me'?"),
        ("key: BOX_KEY", "key: sk-123-secret", 7, "NAME of an environment variable"),
        ("      seed:", "      sead:", 14, "Did you mean 'seed'?"),
        ("usd: {any: 0.01}", "usd: {any: -1}", 15, "greater than or equal to 0"),
        (", cite: me}\n", "}\n", 15, "as_of"),
    ],
)
def test_a_wrong_own_file_is_refused_with_its_line(tmp_path: Path, old: str, new: str, line: int, said: str) -> None:
    assert old in OWN
    text = OWN[::-1].replace(old[::-1], new[::-1], 1)[::-1]
    with pytest.raises(BadDocument) as caught:
        RouteMatrix.load(own(tmp_path, text))
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)
    assert caught.value.line == line


def test_the_matrix_narrows_to_endpoints_that_a_person_has_keys_for() -> None:
    assert {route.endpoint for route in MATRIX.within({"google"}).live(TODAY)} == {"google"}


def test_the_matrix_shows_itself_and_its_rows_are_plain_text() -> None:
    shown = MATRIX._repr_mimebundle_()
    assert shown["text/plain"] == f"<RouteMatrix: {len(MATRIX.routes)} routes at {len(MATRIX.endpoints)} endpoints>"
    assert "gemini-omni-1.2-flash" in shown["text/html"]
    names = [row["route"] for row in MATRIX.rows(on=TODAY)]
    assert "omni-1.2" in names
    assert "sora-2" not in names
    assert len(MATRIX.rows(every=True, on=TODAY)) == len(MATRIX.routes)
    assert all(isinstance(cell, str) for row in MATRIX.rows(every=True) for cell in row.values())


def test_a_route_shows_every_fact_with_its_source() -> None:
    html = MATRIX.routes["omni-1.2"]._repr_mimebundle_()["text/html"]
    for _, fact in facts_of(MATRIX.routes["omni-1.2"]):
        assert fact.as_of.isoformat() in html
