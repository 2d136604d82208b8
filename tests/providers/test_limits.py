"""The checks that several wires share."""

from dataclasses import replace

import pytest

from charkit.errors import UnsupportedRequest
from charkit.providers.limits import GOOGLE_PICTURES, OPENAI_PICTURES, check_model, check_pictures, check_prompt


def test_a_model_and_a_prompt_have_to_be_there():
    check_model("m", source="s")
    check_prompt("p", source="s", longest=1)
    with pytest.raises(UnsupportedRequest, match="no model"):
        check_model("", source="s")
    for prompt in ("", "pp"):
        with pytest.raises(UnsupportedRequest, match="1 to 1"):
            check_prompt(prompt, source="s", longest=1)


def test_half_a_character_is_found():
    check_prompt("a whole 🎬", source="s")
    with pytest.raises(UnsupportedRequest, match="position 2"):
        check_prompt("ab\ud83c", source="s")


def test_pictures_have_to_be_of_a_type_that_the_wire_takes(reference):
    one = reference()
    heic = replace(one, blob=replace(one.blob, name="phone.heic", media_type="image/heic"))
    check_pictures((one, heic), GOOGLE_PICTURES, source="s")
    with pytest.raises(UnsupportedRequest, match=r"phone\.heic is image/heic.*jpeg, png, webp"):
        check_pictures((one, heic), OPENAI_PICTURES, source="s")
