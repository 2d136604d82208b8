"""Choosing pictures for a shot."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charkit.character import View
from charkit.references import Reference, choose
from charkit.shots import Shot


def picture(name: str, view: str, wardrobe: str = "default", number: int = 0) -> Reference:
    digest = hashlib.sha256(f"{name}{view}{wardrobe}{number}".encode()).hexdigest()
    return Reference(
        character=name.lower(),
        name=name,
        view=View(view),
        path=Path("x.png"),
        digest=f"sha256:{digest}",
        width=512,
        height=512,
        wardrobe=wardrobe,
    )


def shot(framing: str, *names: object) -> Shot:
    return Shot.model_validate(
        {"id": "S1", "seconds": 4, "place": "a wood", "framing": framing, "characters": list(names)}
    )


MIRA = [picture("Mira", view) for view in ("back", "full", "profile", "three-quarter", "front", "face")]
FENN = [picture("Fenn", view) for view in ("face", "front", "full")]


@pytest.mark.parametrize(
    ("framing", "views"),
    [
        ("close-up", ["face", "front", "three-quarter"]),
        ("medium", ["front", "face", "three-quarter"]),
        ("full", ["full", "front", "three-quarter"]),
        ("wide", ["full", "three-quarter", "front"]),
    ],
)
def test_the_framing_decides_which_views_come_first(framing: str, views: list[str]) -> None:
    assert [r.view for r in choose(shot(framing, "Mira"), MIRA, 3).kept] == views


def test_characters_share_the_slots_and_stand_together() -> None:
    choice = choose(shot("wide", "Mira", "Fenn"), [*MIRA, *FENN], 5)
    assert [(r.name, r.view) for r in choice.kept] == [
        ("Mira", "full"),
        ("Mira", "three-quarter"),
        ("Mira", "front"),
        ("Fenn", "full"),
        ("Fenn", "front"),
    ]


def test_with_fewer_slots_than_characters_the_first_ones_get_them() -> None:
    choice = choose(shot("wide", "Mira", "Fenn"), [*MIRA, *FENN], 1)
    assert [r.name for r in choice.kept] == ["Mira"]


def test_what_is_left_out_is_named_with_the_reason() -> None:
    choice = choose(shot("close-up", "Mira"), MIRA, 2)
    assert {p.reference.view for p in choice.pruned} == {"back", "full", "profile", "three-quarter"}
    assert {p.why for p in choice.pruned} == {"the route takes 2 pictures"}
    assert len(choice.kept) + len(choice.pruned) == len(MIRA)
    none = choose(shot("close-up", "Mira"), MIRA, 0)
    assert {p.why for p in none.pruned} == {"the route takes no pictures of characters"}
    assert len(none.pruned) == len(MIRA)


def test_the_right_outfit_comes_before_the_right_view() -> None:
    night = picture("Mira", "back", "night")
    choice = choose(shot("close-up", {"name": "Mira", "wardrobe": "night"}), [*MIRA, night], 5)
    assert choice.kept == (night,)
    assert {p.why for p in choice.pruned} == {"shows the outfit 'default'"}


def test_another_outfit_is_better_than_no_picture_and_it_says_so() -> None:
    choice = choose(shot("close-up", {"name": "Mira", "wardrobe": "night"}), MIRA, 1)
    assert [r.view for r in choice.kept] == ["face"]
    assert "no picture shows Mira in the outfit 'night'" in choice.reasons[0]


def test_one_of_each_view_comes_before_a_second_one_of_any() -> None:
    pool = [picture("Mira", "face", number=1), picture("Mira", "face", number=2), picture("Mira", "front")]
    assert [r.view for r in choose(shot("close-up", "Mira"), pool, 3).kept] == ["face", "front", "face"]


def test_the_same_bytes_are_not_sent_twice() -> None:
    choice = choose(shot("close-up", "Mira"), [MIRA[0], MIRA[0]], 5)
    assert len(choice.kept) == 1
    assert [p.why for p in choice.pruned] == ["the same picture twice"]


def test_pictures_of_others_are_no_part_of_the_choice() -> None:
    choice = choose(shot("close-up", "Fenn"), [*MIRA, *FENN], 9)
    assert {r.name for r in choice.kept} == {"Fenn"}
    assert choice.pruned == ()
    assert choose(shot("wide"), MIRA, 5).kept == ()


def test_a_character_is_found_by_its_name_in_any_script_whatever_its_file_is_called() -> None:
    yuki = Reference(
        character="yuki", name="ゆき", view=View.FACE, path=Path("x"), digest="sha256:0", width=300, height=300
    )
    assert choose(shot("close-up", "ゆき"), [yuki], 3).kept == (yuki,)


def test_a_choice_shows_itself() -> None:
    shown = choose(shot("close-up", "Mira"), MIRA, 2)._repr_mimebundle_()
    assert shown["text/plain"] == "<Choice: 2 pictures, 4 left out>"
    assert "the route takes 2 pictures" in shown["text/html"]


def test_from_behind_the_back_goes_first_even_in_a_close_up() -> None:
    seen = shot("close-up", "Mira").model_copy(update={"angle": "from behind"})
    choice = choose(seen, MIRA, 3)
    assert [r.view for r in choice.kept] == ["back", "profile", "full"]
    assert choice.reasons == ("Mira in a close-up shot from behind: back, profile, full",)
    without = choose(seen, [*FENN, picture("Mira", "face")], 3)
    assert "no picture shows Mira from behind; what the back looks like is left to the route" in without.reasons


def test_a_limit_for_each_character_leaves_slots_free() -> None:
    choice = choose(shot("wide", "Mira", "Fenn"), [*MIRA, *FENN], 6, per_character=2)
    assert [(r.name, r.view) for r in choice.kept] == [
        ("Mira", "full"),
        ("Mira", "three-quarter"),
        ("Fenn", "full"),
        ("Fenn", "front"),
    ]
    assert {p.why for p in choice.pruned} == {"the route takes 2 pictures of one character"}


def test_a_route_that_shows_one_character_gets_pictures_of_the_first_that_has_some() -> None:
    choice = choose(shot("wide", "Mira", "Fenn"), [*MIRA, *FENN], 3, subjects=1)
    assert {r.name for r in choice.kept} == {"Mira"}
    fenns = {p.why for p in choice.pruned if p.reference.name == "Fenn"}
    assert fenns == {"the route takes pictures of 1 character, and others come before Fenn"}
    assert {r.name for r in choose(shot("wide", "Mira", "Fenn"), FENN, 3, subjects=1).kept} == {"Fenn"}


NAMES = ("Mira", "Fenn", "Oda", "Ru")
pools = st.lists(
    st.builds(
        picture,
        st.sampled_from(NAMES),
        st.sampled_from([str(view) for view in View]),
        st.sampled_from(["default", "night"]),
        st.integers(0, 2),
    ),
    max_size=24,
)
casts = st.lists(st.sampled_from(NAMES), unique=True, max_size=4)
angles = st.sampled_from([None, "from behind", "in profile", "at eye level", "three-quarter"])
perhaps = st.none() | st.integers(1, 4)


@given(pools, casts, angles, st.integers(0, 12), perhaps, perhaps)
def test_every_choice_keeps_the_rules(
    pool: list[Reference], cast: list[str], angle: str | None, limit: int, each: int | None, subjects: int | None
) -> None:
    seen = shot("medium", *cast).model_copy(update={"angle": angle})
    choice = choose(seen, pool, limit, per_character=each, subjects=subjects)
    counts = {name: sum(r.name == name for r in choice.kept) for name in cast}
    assert len(choice.kept) == sum(counts.values()) <= limit
    assert all(count <= (each or limit) for count in counts.values())
    assert sum(count > 0 for count in counts.values()) <= (subjects or len(cast))
    assert len({r.digest for r in choice.kept}) == len(choice.kept)
    # Everybody who can be shown has one before anybody has two; nobody falls behind by more than one while there is
    # still a picture of him.
    there = {name: len({r.digest for r in _usable(pool, name)}) for name in cast}
    if max(counts.values(), default=0) > 1 and subjects is None:
        assert all(counts[name] >= min(there[name], max(counts.values()) - 1) for name in cast)
    # Nothing is dropped in silence, and nobody else's picture is part of it.
    mine = [r for r in pool if r.name in cast]
    assert sorted(map(id, [*choice.kept, *(p.reference for p in choice.pruned)])) == sorted(map(id, mine))
    assert all(p.why for p in choice.pruned)
    # The same again gives the same; characters stand in the shot's order.
    assert choose(seen, list(pool), limit, per_character=each, subjects=subjects) == choice
    assert [r.name for r in choice.kept] == sorted((r.name for r in choice.kept), key=cast.index)


def _usable(pool: list[Reference], name: str) -> list[Reference]:
    own = [r for r in pool if r.name == name]
    return [r for r in own if r.wardrobe == "default"] or own


@given(pools, casts, st.integers(0, 12))
def test_more_room_never_takes_a_picture_away(pool: list[Reference], cast: list[str], limit: int) -> None:
    fewer, more = (choose(shot("wide", *cast), pool, n).kept for n in (limit, limit + 1))
    assert {id(r) for r in fewer} <= {id(r) for r in more}
