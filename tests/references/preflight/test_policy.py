"""A route's policy against what is declared and what is seen: what is refused, warned of, or unknown."""

import datetime as dt
from pathlib import Path

import pytest
from preflight_pictures import face

from charkit.references.preflight.pictured import Pictured
from charkit.references.preflight.policy import rulings
from charkit.routes import Route, RouteMatrix
from charkit.vision import Faces

MATRIX = RouteMatrix.load(day=dt.date(2026, 11, 22))
SEEN, PERHAPS, NONE = Faces(found=(face(0.93),)), Faces(found=(face(0.7),)), Faces()
UNKNOWN = Faces(unknown="get it with: charkit weights get yunet")


def pictured(**said: object) -> Pictured:
    return Pictured(name="Ada, face", path=Path("ada.png"), **said)


def ruled(faces: Faces, route: str | Route, region: str | None = None, **said: object) -> dict[str, str]:
    asked = MATRIX.routes[route] if isinstance(route, str) else route
    return {ruling.rule: ruling.level for ruling in rulings(pictured(**said), faces, asked, region)}


def hard(faces: Faces, route: str, **said: object) -> list[str]:
    return [ruling.rule for ruling in rulings(pictured(**said), faces, MATRIX.routes[route], None) if ruling.hard]


def with_policy(**policy: object) -> Route:
    facts = {"as_of": "2026-11-22", "source": "made for this test", "confidence": "convention"}
    return Route.model_validate(
        {
            "name": "toy",
            "endpoint": "google",
            "model": "toy",
            "kind": "video",
            "status": {"value": "live", **facts},
            "capabilities": {"likeness": {"value": policy, **facts}},
        }
    )


class TestARouteThatRefusesAnyHumanLikeness:
    @pytest.mark.parametrize("domain", [None, "anime", "drawn", "other"])
    def test_a_face_is_refused_drawn_or_not(self, domain: str | None) -> None:
        assert ruled(SEEN, "sora-2", domain=domain) == {"faces.any": "error"}
        assert hard(SEEN, "sora-2", domain=domain) == ["faces.any"]

    def test_a_perhaps_stops_too_but_a_person_may_say_that_it_is_none(self) -> None:
        assert ruled(PERHAPS, "sora-2") == {"faces.perhaps": "error"}
        assert hard(PERHAPS, "sora-2") == []

    def test_without_a_look_it_is_unknown_and_never_a_pass(self) -> None:
        assert ruled(UNKNOWN, "sora-2", domain="drawn") == {"faces.not-looked-for": "unknown"}

    def test_no_face_goes_through(self) -> None:
        assert ruled(NONE, "sora-2", domain="drawn") == {}

    def test_a_photoreal_character_is_refused_whatever_is_seen(self) -> None:
        assert ruled(NONE, "sora-2", domain="photoreal") == {"likeness.photoreal": "error"}


class TestARouteThatRefusesPhotorealFacesOnly:
    def test_a_drawn_face_goes_through_and_a_photoreal_one_does_not(self) -> None:
        route = with_policy(photoreal_faces=False)
        assert ruled(SEEN, route, domain="drawn") == {}
        assert ruled(SEEN, route, domain="photoreal") == {"likeness.photoreal": "error"}

    def test_a_face_that_nobody_declared_is_unknown_since_a_detector_cannot_tell(self) -> None:
        route = with_policy(photoreal_faces=False)
        assert ruled(SEEN, route) == {"faces.undeclared": "unknown"}
        assert ruled(SEEN, route, domain="other") == {"faces.undeclared": "unknown"}
        assert ruled(UNKNOWN, route) == {"faces.not-looked-for": "unknown"}
        assert ruled(NONE, route) == {}


class TestRealPeopleAndMinors:
    def test_real_people_are_refused_where_the_policy_says_so(self) -> None:
        assert ruled(SEEN, "omni-1.2", domain="photoreal", real_person=True, minor=False) == {
            "likeness.real-person": "error"
        }

    def test_an_invented_adult_is_no_trouble(self) -> None:
        assert ruled(SEEN, "omni-1.2", domain="photoreal", real_person=False, minor=False) == {}

    def test_a_face_of_which_nobody_said_anything_is_warned_of(self) -> None:
        assert ruled(SEEN, "omni-1.2") == {"faces.whose": "warning", "faces.how-old": "warning"}

    @pytest.mark.parametrize(
        ("region", "found"),
        [
            ("EEA", {"likeness.minor": "error"}),
            ("UK", {"likeness.minor": "error"}),
            ("US", {}),
            (None, {"likeness.minor-by-region": "warning"}),
        ],
    )
    def test_minors_are_refused_by_region_on_omni(self, region: str | None, found: dict[str, str]) -> None:
        assert ruled(SEEN, "omni-1.2", region, domain="drawn", real_person=False, minor=True) == found

    def test_veo_takes_adults_only_everywhere(self) -> None:
        assert ruled(NONE, "veo-3.1-vertex", "US", domain="drawn", minor=True) == {"likeness.minor": "error"}

    def test_a_consent_that_has_ended_stops_everywhere(self) -> None:
        assert hard(NONE, "omni-1.2", lapsed=True, real_person=False) == ["likeness.consent"]


class TestARouteWhosePolicyNobodyEstablished:
    def test_a_face_is_noted_and_a_real_person_warned_of(self) -> None:
        assert ruled(SEEN, "nano-banana-lite") == {"likeness.not-established": "note"}
        assert ruled(NONE, "nano-banana-lite", real_person=True) == {"likeness.not-established": "warning"}
        assert ruled(UNKNOWN, "nano-banana-lite") == {}
