import pytest

from charkit.simulator.colours import NAMES, hexed, rgb
from charkit.simulator.drifting import designed, drifted
from charkit.simulator.looks import from_json, to_json
from charkit.simulator.wardrobe import describe
from tests.simulator.stories import FENN, MIRA


def worn(look):
    return {p.slot: (p.style, hexed(p.colour)) for p in look.pieces}


def test_a_girl_looks_as_she_is_described():
    look = describe(MIRA.split(": ", 1)[1], name="Mira")
    assert (look.kind, look.age, look.style, look.face, look.freckles) == ("human", "child", "bob", "round", True)
    assert (hexed(look.hair), hexed(look.eyes)) == (NAMES["copper"], NAMES["green"])
    assert look.eye_size > 1
    assert worn(look) == {
        "outer": ("raincoat", NAMES["mustard"]),
        "neck": ("scarf", NAMES["teal"]), "bottom": ("leggings", NAMES["navy"]),
        "feet": ("boots", NAMES["brown"]), "held": ("lantern", "#f4c877"),
    }  # fmt: skip


def test_a_creature_looks_as_it_is_described():
    look = describe(FENN.split(": ", 1)[1], name="Fenn")
    assert (look.kind, look.species, look.tail_leaf) == ("creature", "fox", True)
    assert [hexed(c) for c in (look.skin, look.belly, look.eyes)] == [NAMES["moss"], NAMES["cream"], NAMES["amber"]]
    assert look.ear_size > 1.3
    assert worn(look) == {"neck": ("kerchief", NAMES["red"])}


def test_other_beings_are_told_apart():
    assert describe("a rusty robot with a green scarf").kind == "robot"
    assert describe("a white rabbit in a blue jacket").species == "rabbit"
    assert describe("something that nobody has a word for").species == "spirit"
    woman = describe("a woman with dark brown skin, long curly black hair, gold glasses and a red dress")
    assert (woman.voice, woman.piece("eyes").style, hexed(woman.piece("outer").colour)) == (
        "woman",
        "glasses",
        NAMES["red"],
    )
    assert sum(woman.skin) < 400


def test_the_same_words_mean_the_same_character():
    assert describe("a boy in a red coat", name="Tom") == describe("a boy  in a red coat", name="Tom")


def test_a_look_survives_as_json():
    look = describe(MIRA, name="Mira")
    assert from_json(to_json(look)) == look


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"skin": 3}', "null"])
def test_what_is_no_look_is_refused(text):
    with pytest.raises(ValueError):
        from_json(text)


def distance(one, other):
    pairs = [(one.skin, other.skin), (one.hair, other.hair)]
    pairs += [(p.colour, q.colour) for p in one.pieces for q in other.pieces if p.slot == q.slot]
    return sum(abs(a - b) for x, y in pairs for a, b in zip(x, y, strict=True)) / len(pairs)


def test_drift_grows_with_its_size_and_depends_on_the_seed_alone():
    look = describe(MIRA, name="Mira")
    assert drifted(look, 0.0, 0.0, 9).skin == pytest.approx(look.skin, abs=1)
    assert drifted(look, 0.5, 0.0, 9) == drifted(look, 0.5, 0.0, 9)
    assert drifted(look, 0.5, 0.0, 9) != drifted(look, 0.5, 0.0, 10)
    sizes = [sum(distance(look, drifted(look, size, 0.0, seed)) for seed in range(20)) for size in (0.06, 0.18, 0.55)]
    assert sizes[0] < 0.6 * sizes[1] < 0.36 * sizes[2]


def test_off_model_takes_come_as_often_as_asked_and_are_plainly_wrong():
    look = describe(MIRA, name="Mira")
    takes = [drifted(look, 0.06, 0.25, seed) for seed in range(200)]
    wrong = [t for t in takes if distance(look, t) > 45]
    assert 30 <= len(wrong) <= 70
    assert all(t.style != look.style for t in wrong)
    assert max(distance(look, drifted(look, 0.06, 0.0, seed)) for seed in range(50)) < 25


def test_takes_with_references_keep_hairstyle_face_and_accessories():
    for look in (describe(MIRA, name="Mira"), describe(FENN, name="Fenn")):
        for seed in range(60):
            take = drifted(look, 0.18, 0.0, seed)
            assert (take.style, take.face, take.freckles) == (look.style, look.face, look.freckles)
            assert [p.style for p in take.pieces] == [p.style for p in look.pieces]


def test_takes_from_words_alone_sometimes_lose_an_accessory():
    look = describe(MIRA, name="Mira")
    short = [t for t in (drifted(look, 0.55, 0.0, seed) for seed in range(200)) if len(t.pieces) < len(look.pieces)]
    assert 20 < len(short) < 90


def test_a_design_stays_nearer_to_the_words_than_a_take_from_words_does():
    look = describe(MIRA, name="Mira")
    design, take = (sum(distance(look, make(seed)) for seed in range(40)) for make in (
        lambda seed: designed(look, 0.55, seed), lambda seed: drifted(look, 0.55, 0.0, seed)
    ))  # fmt: skip
    assert 0 < design < 0.75 * take
    assert designed(look, 0.55, 3) == designed(look, 0.55, 3) != designed(look, 0.55, 4)


def test_colours_are_read_and_written():
    assert hexed(rgb("#12ab9f")) == "#12ab9f"
