from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openai
import pytest
from openai.types import Video

from tests.simulator.conftest import Server, until

if TYPE_CHECKING:
    from openai import OpenAI

pytestmark = pytest.mark.filterwarnings("ignore:The Sora API is scheduled:DeprecationWarning")


@pytest.fixture
def client(server: Server) -> OpenAI:
    return server.openai()


def finished(client: OpenAI, video: Video) -> Video:
    return until(lambda: client.videos.retrieve(video.id), lambda v: v.status in ("completed", "failed"))


def made(client: OpenAI, prompt: str, **more: Any) -> Video:
    """Make a clip; of a size that only simulated models make, to be quick."""
    body = {"prompt": prompt, "model": "sim-1", "size": "128x72", "seconds": "4", **more}
    return finished(client, client.post("/videos", body=body, cast_to=Video))


def character(client: OpenAI, name: str) -> str:
    source = made(client, "Source clip.", model="sora-2", size="1280x720")
    clip = client.videos.download_content(source.id).read()
    answer = client.videos.create_character(name=name, video=("mira.mp4", clip, "video/mp4"))
    assert answer.id is not None
    assert client.videos.get_character(answer.id).name == name
    return answer.id


def test_a_character_counts_only_when_its_name_is_in_the_prompt(server: Server, client: OpenAI) -> None:
    character_id = character(client, "Mira")
    cited = [{"id": character_id}]
    clips = {}
    for prompt in ("Mira waves.", "She waves."):
        for ids in ([], cited):
            video = made(client, prompt, characters=ids)
            clips[prompt, bool(ids)] = client.videos.download_content(video.id).read()
    assert clips["Mira waves.", True] != clips["Mira waves.", False]
    assert clips["She waves.", True] == clips["She waves.", False]
    assert character_id in server.last_post("/videos")["notes"][0]


def test_form_fields_with_brackets_carry_characters(server: Server, client: OpenAI) -> None:
    character_id = character(client, "Fenn")
    client.videos.create(prompt="Fenn runs.", extra_body={"characters": [{"id": character_id}]})
    line = server.last_post("/videos")
    assert {"name": "characters[0].id", "value": character_id} in line["fields"]
    assert line["notes"] == []


@pytest.mark.parametrize("problem", ["long", "text", "human"])
def test_character_uploads_outside_the_rules_are_refused(client: OpenAI, problem: str) -> None:
    long = client.videos.download_content(made(client, "Long.", seconds="8").id).read()
    data, name = (b"no video", "A") if problem == "text" else (long, "A")
    words = {"long": "2 to 4 seconds", "text": "Invalid video", "human": "realistic human"}[problem]
    with pytest.raises(openai.BadRequestError, match=words):
        client.videos.create_character(name="[[refuse:input]]" if problem == "human" else name, video=("c.mp4", data))
