"""Prompts of shots: the locked text, tags, sound, length."""

from __future__ import annotations

from pathlib import Path

import pytest

from charkit.character import Cast
from charkit.errors import UnsupportedRequest
from charkit.prompts import Appearing, Prompt, video_prompt
from charkit.routes import Fact, Route, RouteMatrix
from charkit.shots import Shot, Storyboard

LANTERN = Path(__file__).parents[2] / "data" / "productions" / "lantern"
CAST = Cast.load(LANTERN / "characters")
BOARD = Storyboard.load(LANTERN / "storyboard.yaml", CAST)
ROUTES = RouteMatrix.load().routes


def appearing(shot: Shot, *views: str) -> list[Appearing]:
    return [
        Appearing(
            name=who.name, locked=CAST[who.name].locked_text(who.wardrobe), views=views, position=who.position or ""
        )
        for who in shot.characters
    ]


def prompt(shot_id: str, route: str | Route, *views: str) -> Prompt:
    shot = BOARD[shot_id]
    chosen = ROUTES[route] if isinstance(route, str) else route
    return video_prompt(shot, appearing(shot, *views), style=BOARD.style, route=chosen)


def tagged(style: str) -> Route:
    capabilities = ROUTES["omni-1.2"].capabilities
    assert capabilities.tags is not None
    tags = capabilities.tags.model_copy(update={"value": style})
    return ROUTES["omni-1.2"].model_copy(update={"capabilities": capabilities.model_copy(update={"tags": tags})})


def test_a_shot_of_two_with_pictures_reads_like_this() -> None:
    assert prompt("S09", "omni-1.2", "front", "face").text == (
        "[# References <IMAGE_REF_0>@Image1 <IMAGE_REF_1>@Image2 <IMAGE_REF_2>@Image3 <IMAGE_REF_3>@Image4]\n"
        "One single continuous shot, no cuts.\n"
        "Style: hand-painted 2D animation, soft ink outlines, warm paper texture.\n"
        "Mira (<IMAGE_REF_0>, <IMAGE_REF_1>): a girl of about ten with a round face, freckles, big green eyes and a "
        "chin-length copper bob. She wears a mustard-yellow raincoat, a teal scarf, navy leggings and brown boots, and "
        "carries a round paper lantern.\n"
        "Fenn (<IMAGE_REF_2>, <IMAGE_REF_3>): a small fox-like forest creature with moss-green fur, a cream belly, "
        "amber eyes, very large ears and a leaf at the tip of his tail. He wears a red neckerchief.\n"
        "Shot: medium shot, Mira on the left, Fenn on the right.\n"
        "Place: the lamp room of the lighthouse, the great lamp behind them.\n"
        "Light: warm golden light floods the room.\n"
        "Action: the lamp lights up; Mira smiles; Fenn jumps for joy.\n"
        "Camera: slow pull back.\n"
        "Sound: a deep hum, a rising chime. No dialogue.\n"
        "The reference images show who the characters are; do not take them as literal opening frames."
    )


def test_frames_stand_in_the_header_before_the_references_and_are_spoken_of() -> None:
    shot = BOARD["S02"]
    text = video_prompt(
        shot, appearing(shot, "front"), style=BOARD.style, route=ROUTES["omni-1.2"], frames=("first", "last")
    ).text
    assert text.startswith(
        "[# Sources <FIRST_FRAME>@Image1 <LAST_FRAME>@Image2] [# References <IMAGE_REF_0>@Image3]\n"
        "Start from Image1. End on Image2.\n"
        "One single continuous shot, no cuts.\n"
    )
    assert "\nMira (<IMAGE_REF_0>): a girl" in text


def test_a_transition_can_open_on_a_frame_on_omni_and_elsewhere_its_field_says_it() -> None:
    shot = BOARD["S01"]
    made = video_prompt(shot, [], style=BOARD.style, route=ROUTES["omni-1.2"], frames=("first",))
    assert made.text.startswith("[# Sources <FIRST_FRAME>@Image1]\nStart from Image1.\nOne single continuous shot")
    for style in ("none", "index", "named"):
        plain = video_prompt(shot, [], style=BOARD.style, route=tagged(style), frames=("first",))
        assert plain.text.startswith("One single continuous shot")


def test_minimax_h3_is_told_in_brackets_who_each_picture_is(picture) -> None:
    from charkit.providers import minimax_h3
    from charkit.providers.base import Blob, BoundReference, Role

    shot = BOARD["S02"]
    text = video_prompt(shot, appearing(shot, "face", "full"), style=BOARD.style, route=tagged("picture")).text
    assert text.startswith("<Picture 1> is Mira, face view.\n<Picture 2> is Mira, full figure.\nOne single continuous")
    assert text.endswith("do not take them as literal opening frames.")
    blob = Blob(name="a.png", media_type="image/png", data=picture(300, 300))
    shown = [BoundReference(role=Role.CHARACTER, blob=blob, character="Mira")] * 2
    minimax_h3.check_references(shown, text, minimax_h3.ReferenceRules(source="here", aspects=(0.4, 2.5)))


def test_the_wire_takes_what_the_header_binds(picture) -> None:
    from charkit.providers.base import Blob, BoundReference, Role, VideoRequest
    from charkit.providers.omni_request import compose

    shot = BOARD["S02"]
    text = video_prompt(
        shot, appearing(shot, "front", "face"), style=BOARD.style, route=ROUTES["omni-1.2"], frames=("first",)
    ).text
    blob = Blob(name="a.png", media_type="image/png", data=picture())
    roles = (Role.FIRST_FRAME, Role.CHARACTER, Role.CHARACTER)
    shown = tuple(BoundReference(role=role, blob=blob) for role in roles)
    form = compose(VideoRequest(model="m", prompt=text, seconds=4, width=1280, height=720, references=shown))
    assert [one.name for one in form.sent] == ["<FIRST_FRAME>", "<IMAGE_REF_0>", "<IMAGE_REF_1>"]


def test_the_locked_text_is_the_same_bytes_in_every_shot_and_on_every_route() -> None:
    for name in ("Mira", "Fenn"):
        locked = CAST[name].locked_text().encode()
        shots = [shot for shot in BOARD.each() if name in {who.name for who in shot.characters}]
        assert len(shots) >= 4
        for shot in shots:
            for route in ("omni-1.2", "muse-video", "sora-2"):
                made = prompt(shot.id, route, "face")
                assert made.text.encode().count(locked) == 1
                assert (name, locked.decode()) in made.locked


def test_a_transition_speaks_of_no_character_and_of_no_picture() -> None:
    made = prompt("S01", "omni-1.2")
    assert made.template == "transition_shot"
    assert made.locked == ()
    assert "IMAGE_REF" not in made.text
    assert "reference images" not in made.text


def test_without_pictures_there_are_no_tags_and_no_sentence_about_them() -> None:
    made = prompt("S02", "omni-1.2")
    assert "\nMira: a girl" in made.text
    assert "IMAGE_REF" not in made.text
    assert "reference images" not in made.text


def test_a_route_that_knows_characters_by_id_gets_the_name_verbatim() -> None:
    made = prompt("S02", "sora-2", "face")
    assert "\nMira: a girl" in made.text
    assert "Image" not in made.text


def test_a_route_that_counts_pictures_gets_them_numbered_with_name_and_view() -> None:
    text = prompt("S02", tagged("index"), "face", "three-quarter", "full").text
    assert text.startswith(
        "References: Image 1: Mira, face view. Image 2: Mira, three-quarter view. Image 3: Mira, full figure.\n"
    )
    assert "\nMira (Image 1, Image 2, Image 3): a girl" in text


def test_dialogue_is_quoted_with_its_speaker_and_voice() -> None:
    shot = BOARD["S02"]
    who = Appearing(name="Mira", locked="a girl.", voice="clear and curious")
    text = video_prompt(shot, [who], style="ink", route=ROUTES["omni-1.2"]).text
    assert '\nDialogue: Mira says: "The light is out." Mira\'s voice: clear and curious.\n' in text
    assert "No dialogue" not in text


def test_quotes_inside_dialogue_do_not_end_it() -> None:
    shot = Shot.model_validate(
        {
            "id": "S1",
            "seconds": 4,
            "place": "a quay",
            "characters": ["Mira"],
            "dialogue": [{"character": "Mira", "text": 'He said "no".'}],
        }
    )
    who = Appearing(name="Mira", locked="a girl.")
    text = video_prompt(shot, [who], style="ink", route=ROUTES["omni-1.2"]).text
    assert "Mira says: \"He said 'no'.\"" in text
    assert text.endswith("Sound: Only the dialogue.")


def test_what_a_person_writes_is_never_read_as_template() -> None:
    shot = Shot(id="S1", seconds=4, place="{{ style }} {% for x in y %}", action="{# hello #}")
    text = video_prompt(shot, [], style="ink", route=ROUTES["omni-1.2"]).text
    assert "Place: {{ style }} {% for x in y %}." in text
    assert "Action: {# hello #}." in text


def test_a_prompt_that_is_too_long_is_refused_with_limit_and_source() -> None:
    capabilities = ROUTES["sora-2"].capabilities
    assert capabilities.prompt_limit is not None
    short = Fact[int].model_validate({**capabilities.prompt_limit.model_dump(), "value": 200})
    route = ROUTES["sora-2"].model_copy(
        update={"capabilities": capabilities.model_copy(update={"prompt_limit": short})}
    )
    with pytest.raises(UnsupportedRequest, match="at most 200 characters") as caught:
        prompt("S02", route)
    assert caught.value.source == capabilities.prompt_limit.source


def test_a_prompt_shows_itself() -> None:
    made = prompt("S02", "omni-1.2", "face")
    shown = made._repr_mimebundle_()
    assert shown["text/plain"] == f"<Prompt from character_shot: {len(made.text)} characters>"
    assert "chin-length copper bob" in shown["text/html"]
