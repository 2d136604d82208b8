"""A crop that a person drew: applied to its own picture, within it, and by whatever a route asks for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from charkit.character import CharacterSheet
from charkit.errors import BadReference, UnknownName, UsageError
from charkit.references import Framing, Framings, Reference, References, find_picture, fitted, framed, key_of, prepare
from charkit.routes import RouteMatrix
from charkit.store import Store

MIRA = CharacterSheet.model_validate({"name": "Mira", "description": {"what": "a girl"}, "wardrobe": {"default": "x"}})


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def whole(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Reference:
    """A picture whose left half is red and whose right half is blue."""
    picture = Image.new("RGB", (800, 400), "#0000ff")
    picture.paste("#ff0000", (0, 0, 400, 400))
    path = tmp_path_factory.mktemp("pictures") / "mira.png"
    picture.save(path)
    return prepare(path, view="face", character=MIRA, store=store)


def colours(reference: Reference) -> set[tuple[int, int, int]]:
    with Image.open(reference.path) as picture:
        return {colour for _, colour in picture.convert("RGB").getcolors(1 << 20) or []}


def test_only_the_part_that_was_drawn_is_sent(whole: Reference) -> None:
    left = framed(whole, Framing(part=(0.0, 0.0, 0.5, 1.0)))
    assert colours(left) == {(255, 0, 0)}
    assert (left.width, left.height) == (400, 400)
    assert left.crop == (0.0, 0.0, 0.5, 1.0)
    assert left.framing == Framing(part=(0.0, 0.0, 0.5, 1.0))
    assert "cut by hand to 400x400 of 800x400 at 0,0" in left.steps
    again = framed(left, Framing(part=(0.5, 0.0, 1.0, 1.0)))
    assert colours(again) == {(0, 0, 255)}
    assert framed(again, None).digest == whole.digest
    assert framed(again, None).framing is None


def test_a_route_that_wants_another_shape_gets_it_from_within_the_part(whole: Reference, store: Store) -> None:
    route = next(iter(RouteMatrix.load().routes.values()))
    tall = framed(whole, Framing(part=(0.0, 0.0, 0.35, 1.0), mode="crop"))
    limits = route.picture_limits.model_copy(update={"min_ratio": 1.0, "max_ratio": 1.0})
    square = _with_limits(route, limits)
    sent = fitted(tall, square, store)
    assert sent.width == sent.height
    assert colours(sent) == {(255, 0, 0)}
    assert sent.crop is not None
    assert sent.crop[2] <= 0.35 + 1e-9
    padded = fitted(replace(tall, framing=Framing(part=(0.0, 0.0, 0.35, 1.0), mode="pad")), square, store)
    assert (255, 255, 255) in colours(padded)


def test_a_subject_that_was_drawn_is_kept_on_disk_and_stays_whole(
    whole: Reference, store: Store, tmp_path: Path
) -> None:
    drawn = Framing(mode="crop", keep=(0.8, 0.0, 1.0, 1.0))
    Framings().framing(whole, drawn).save(tmp_path / "framing.yaml")
    (again,) = Framings.load(tmp_path / "framing.yaml").on(References((whole,)))
    assert again.framing == drawn
    route = next(iter(RouteMatrix.load().routes.values()))
    square = _with_limits(route, route.picture_limits.model_copy(update={"min_ratio": 1.0, "max_ratio": 1.0}))
    assert (255, 0, 0) not in colours(fitted(again, square, store))
    with pytest.raises(UsageError, match="not 0.5, 0, 0.4, 1"):
        framed(whole, Framing(keep=(0.5, 0.0, 0.4, 1.0)))


def _with_limits(route, limits):
    fact = route.price.model_copy(update={"value": limits})
    return route.model_copy(update={"capabilities": route.capabilities.model_copy(update={"pictures": fact})})


@pytest.mark.parametrize("part", [(0.5, 0.0, 0.4, 1.0), (-0.1, 0.0, 1.0, 1.0), (0.0, 0.0, 0.01, 1.0)])
def test_a_part_that_is_no_part_is_refused_with_the_rule(whole: Reference, part) -> None:
    with pytest.raises(UsageError, match="left, top, right, bottom"):
        framed(whole, Framing(part=part))


def test_a_part_with_too_few_pixels_is_refused(whole: Reference) -> None:
    with pytest.raises(BadReference, match="at least 256"):
        framed(whole, Framing(part=(0.0, 0.0, 0.2, 1.0)))


def test_framings_come_back_from_disk_and_stay_with_their_picture(whole: Reference, tmp_path: Path) -> None:
    file = tmp_path / "framing.yaml"
    decided = Framings.load(file).framing(whole, Framing(part=(0.0, 0.0, 0.5, 1.0), mode="pad"))
    decided.save(file)
    kept = Framings.load(file)
    assert list(kept.pictures) == [key_of(whole)]
    pool = References((whole,))
    assert kept.on(pool)[0].crop == (0.0, 0.0, 0.5, 1.0)
    assert kept.framing(whole, None).on(pool)[0] is whole
    changed = replace(whole, source_digest="sha256:" + "0" * 64)
    found = kept.on(References((changed,)))[0]
    assert found.crop is None
    assert "another picture that stood here before" in found.warnings[0]


def test_a_picture_is_found_by_its_key_its_view_or_its_name(whole: Reference) -> None:
    pool = References((whole,))
    for name in (key_of(whole), "mira/face/default", "Mira, face"):
        assert find_picture(pool, name) is whole
    with pytest.raises(UnknownName, match="picture"):
        find_picture(pool, "Fenn, face")
