"""The sheet of one character: words, version, likeness, bad input."""

from __future__ import annotations

from pathlib import Path

import pytest

from charkit.character import CharacterSheet
from charkit.errors import BadDocument, BadReference, UnknownName

LANTERN = Path(__file__).parents[2] / "data" / "productions" / "lantern" / "characters"

MIRA = """\
name: Mira
description:
  what: a girl
  age: about ten
  pronoun: she
  face: [a round face, freckles]
  eyes: big green eyes
  hair: {length: chin-length, colour: copper, style: bob}
wardrobe:
  default: [a mustard-yellow raincoat, a teal scarf]
  swimming: {wears: a red swimsuit, accessories: []}
accessories: a round paper lantern
palette:
  mustard: "#D9A22C"
"""


def write(folder: Path, text: str, name: str = "mira.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_attributes_become_one_text_in_a_fixed_order(tmp_path: Path) -> None:
    sheet = CharacterSheet.load(write(tmp_path, MIRA))
    assert sheet.locked_text() == (
        "a girl of about ten with a round face, freckles, big green eyes and a chin-length copper bob. "
        "She wears a mustard-yellow raincoat and a teal scarf, and carries a round paper lantern."
    )


def test_an_outfit_may_replace_what_is_carried(tmp_path: Path) -> None:
    text = CharacterSheet.load(write(tmp_path, MIRA)).locked_text("swimming")
    assert text.endswith("She wears a red swimsuit.")
    assert "lantern" not in text


def test_the_order_of_keys_and_the_folding_of_text_change_neither_words_nor_version(tmp_path: Path) -> None:
    written = (
        'palette: {mustard: "#d9a22c"}\naccessories: [a   round paper lantern]\nwardrobe:\n'
        "  swimming: {accessories: [], wears: [a red swimsuit]}\n"
        "  default:\n    - a mustard-yellow\n      raincoat\n    - a teal scarf\n"
        "description:\n  hair: {style: bob, colour: copper, length: chin-length}\n  eyes: big green eyes\n"
        "  face: [a round face, freckles]\n  pronoun: she\n  age: about ten\n  what: a girl\nname: Mira  # a comment\n"
    )
    first = CharacterSheet.load(write(tmp_path, MIRA))
    second = CharacterSheet.load(write(tmp_path, written, "again.yaml"))
    assert second.locked_text() == first.locked_text()
    assert second.digest == first.digest


def test_a_changed_attribute_is_a_new_version_and_a_provider_id_is_not(tmp_path: Path) -> None:
    first = CharacterSheet.load(write(tmp_path, MIRA))
    greyer = CharacterSheet.load(write(tmp_path, MIRA.replace("copper", "grey")))
    registered = CharacterSheet.load(write(tmp_path, MIRA + "provider_ids: {gateway: char_1}\n"))
    assert greyer.digest != first.digest
    assert registered.digest == first.digest
    assert first.digest.startswith("sha256:")
    assert len(first.digest) == 71


def test_other_bytes_in_a_picture_are_a_new_version_and_another_file_name_is_not(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"one")
    (tmp_path / "b.png").write_bytes(b"one")
    by_a = CharacterSheet.load(write(tmp_path, MIRA + "references: [{file: a.png, view: front}]\n"))
    digest = by_a.digest
    by_b = CharacterSheet.load(write(tmp_path, MIRA + "references: [{file: b.png, view: front}]\n"))
    assert by_b.digest == digest
    (tmp_path / "a.png").write_bytes(b"two")
    assert by_a.digest != digest


@pytest.mark.parametrize(
    ("name", "digest"),
    [
        ("mira", "sha256:df575a2030cbc048237818316cd46c52cc84dd51a2442a60ce88e2678504c1f9"),
        ("fenn", "sha256:3b8c675ac58846a0298a561b6c899242bbe2cfe07e18ab5d45af318abc9b5493"),
    ],
)
def test_new_kinds_of_facts_make_no_new_versions_of_sheets_that_say_nothing_of_them(name: str, digest: str) -> None:
    assert CharacterSheet.load(LANTERN / f"{name}.yaml").digest == digest


def test_in_which_shots_an_outfit_is_worn_is_not_part_of_the_version(tmp_path: Path) -> None:
    first = CharacterSheet.load(write(tmp_path, MIRA))
    text = MIRA.replace("accessories: []}", "accessories: [], shots: [S04, S05]}")
    second = CharacterSheet.load(write(tmp_path, text))
    assert second.digest == first.digest
    assert [second.worn_in(shot) for shot in ("S01", "s04", "S05")] == [None, "swimming", "swimming"]


def test_a_sheet_says_what_it_holds_attribute_by_attribute(tmp_path: Path) -> None:
    sheet = CharacterSheet.load(write(tmp_path, MIRA + "never: [a hat]\nstyle: ink\n"))
    said = {attribute.name: attribute.words for attribute in sheet.attributes("swimming")}
    assert said["hair.colour"] == ("copper",)
    assert said["wears"] == ("a red swimsuit",)
    assert said["never"] == ("a hat",)
    assert "accessories" not in said
    assert {a.name: a.words for a in sheet.attributes()}["accessories"] == ("a round paper lantern",)


@pytest.mark.parametrize(
    ("kind", "domain"), [("photoreal", "photoreal"), ("anime", "anime"), ("drawn", "other"), ("other", "other")]
)
def test_the_domain_is_what_scorers_are_made_for(kind: str, domain: str) -> None:
    assert CharacterSheet.model_validate({"name": "A", "locked": "b", "kind": kind}).domain == domain


def test_words_of_ones_own_replace_the_description(tmp_path: Path) -> None:
    sheet = CharacterSheet.load(write(tmp_path, "name: Mira\nlocked: >\n  a girl in\n  yellow\n"))
    assert sheet.locked_text() == "a girl in yellow."


@pytest.mark.parametrize(
    ("hair", "words"),
    [
        ("{colour: black}", "black hair"),
        ("{length: long, colour: black, style: braids}", "long black braids"),
        ("{colour: auburn, style: bun}", "an auburn bun"),
        ("a shaved head", "a shaved head"),
    ],
)
def test_hair_is_put_into_words(tmp_path: Path, hair: str, words: str) -> None:
    sheet = CharacterSheet.load(write(tmp_path, f"name: A\ndescription: {{what: a man, hair: {hair}}}\n"))
    assert sheet.locked_text() == f"a man with {words}."


@pytest.mark.parametrize(
    ("name", "file", "slug"),
    [
        ("小雪", "小雪.yaml", "小雪"),
        ("ゆき", "yuki.yaml", "yuki"),
        ("ليلى", "ليلى.yaml", "ليلى"),
        ("Zoë", "Zoë K.yaml", "zoë-k"),
    ],
)
def test_names_of_every_script_are_names(tmp_path: Path, name: str, file: str, slug: str) -> None:
    sheet = CharacterSheet.load(write(tmp_path, f"name: {name}\nlocked: 一只白猫。\n", file))
    assert (sheet.name, sheet.slug) == (name, slug)
    assert sheet.locked_text() == "一只白猫。"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (MIRA.replace("eyes:", "eye:"), 7, "Did you mean 'eyes'?"),
        (MIRA.replace('"#D9A22C"', "#D9A22C"), 14, "quotes"),
        (MIRA.replace('"#D9A22C"', '"mustard"'), 14, "'mustard' is no colour"),
        (MIRA.replace("name: Mira", "name: 'Mi:ra'"), 1, "':'"),
        (MIRA.replace("default:", "usual:"), 9, "called `default`"),
        (MIRA.replace("pronoun: she", "pronoun: her"), 5, "'she'"),
        ("name: Mira\n", 1, "`description`"),
        (MIRA.replace("name: Mira", 'name: "Mi\\u202era"'), 1, "U+202E"),
        (MIRA.replace("teal scarf]", "teal scarf]\n  a: {wears: x, shots: s1}\n  b: {shots: S1}"), 9, "'a' and 'b'"),
        (MIRA + "likeness: {real_person: true}\n", 15, "consent"),
        (MIRA + "references: [{file: gone.png, view: front}]\n", 15, "gone.png"),
        (MIRA + "references: [{file: /etc/a.png, view: front}]\n", 15, "relative"),
        (MIRA + "references: [{file: a.png, view: front, wardrobe: swiming}]\n", 15, "'swimming'"),
    ],
)
def test_a_wrong_sheet_is_refused_with_its_line_and_the_way_out(
    tmp_path: Path, text: str, line: int, said: str
) -> None:
    with pytest.raises(BadDocument) as caught:
        CharacterSheet.load(write(tmp_path, text))
    assert caught.value.line == line
    assert said in str(caught.value)


def test_a_picture_that_went_away_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"one")
    sheet = CharacterSheet.load(write(tmp_path, MIRA + "references: [{file: a.png, view: front}]\n"))
    (tmp_path / "a.png").unlink()
    with pytest.raises(BadReference, match=r"a\.png"):
        _ = sheet.digest


def test_an_unknown_outfit_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="'swimming'"):
        CharacterSheet.load(write(tmp_path, MIRA)).locked_text("swiming")


def test_a_sheet_shows_itself_in_one_stable_line_and_as_a_card_with_its_colours() -> None:
    sheet = CharacterSheet.load(LANTERN / "mira.yaml")
    shown = sheet._repr_mimebundle_()
    assert shown["text/plain"] == f"<CharacterSheet 'Mira': drawn, 2 outfits, version {sheet.version}>"
    assert sheet.locked_text() in shown["text/html"]
    assert "#d9a22c" in shown["text/html"]


def test_the_demo_characters_say_what_the_story_needs() -> None:
    mira, fenn = CharacterSheet.load(LANTERN / "mira.yaml"), CharacterSheet.load(LANTERN / "fenn.yaml")
    assert mira.locked_text() == (
        "a girl of about ten with a round face, freckles, big green eyes and a chin-length copper bob. She wears a "
        "mustard-yellow raincoat, a teal scarf, navy leggings and brown boots, and carries a round paper lantern."
    )
    assert fenn.locked_text() == (
        "a small fox-like forest creature with moss-green fur, a cream belly, amber eyes, very large ears and a leaf "
        "at the tip of his tail. He wears a red neckerchief."
    )
