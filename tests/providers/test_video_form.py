"""What a request for a clip becomes on `/v1/videos`, field by field."""

from dataclasses import replace

import pytest

from charkit.errors import UnsupportedRequest
from charkit.providers.base import BoundCharacter, Role, VideoRequest
from charkit.providers.video_dialects import dialect
from charkit.providers.video_form import compose
from charkit.providers.video_grammar import PictureField, Shape

CLIP = VideoRequest(model="m", prompt="Mossy and Fern.", seconds=8, width=64, height=64)


def test_a_request_without_a_model_names_none():
    """vLLM-Omni serves one model and takes none (openai-video-wire.md, 4.3)."""
    assert "model" not in compose(dialect(""), replace(CLIP, model="")).body


@pytest.mark.parametrize(("as_text", "sent"), [(True, "8"), (False, 8)])
def test_the_duration_has_the_name_and_type_of_the_dialect(as_text, sent):
    row = replace(dialect(""), duration_field="duration", duration_as_text=as_text)
    body = compose(row, CLIP).body
    assert body["duration"] == sent
    assert "seconds" not in body


def test_each_shape_of_a_frame_is_written_as_it_says(reference):
    request = replace(CLIP, references=(reference(Role.FIRST_FRAME),))
    for shape in Shape:
        form = compose(replace(dialect(""), first_frame=PictureField(name="frame", shape=shape)), request)
        assert [record.field for record in form.sent] == ["frame"]
        if shape is Shape.FILE:
            assert form.files == (("frame", request.references[0].blob),)
            assert "frame" not in form.body
        else:
            assert form.files == ()
            url = form.body["frame"] if shape is Shape.URL else form.body["frame"]["image_url"]
            assert url.startswith("data:image/png;base64,")


def test_two_characters_keep_their_order():
    mossy, fern = BoundCharacter(id="c2", name="Mossy"), BoundCharacter(id="c1", name="Fern")
    form = compose(dialect(""), replace(CLIP, characters=(mossy, fern)))
    assert form.body["characters"] == [{"id": "c2"}, {"id": "c1"}]
    assert [(one.field, one.name) for one in form.sent] == [("characters[0].id", "c2"), ("characters[1].id", "c1")]


def test_muse_has_no_characters_and_no_references(reference):
    with pytest.raises(UnsupportedRequest, match="no characters"):
        compose(dialect("muse"), replace(CLIP, characters=(BoundCharacter(id="c", name="Mossy"),)))
    with pytest.raises(UnsupportedRequest, match="reference pictures"):
        compose(dialect("muse"), replace(CLIP, references=(reference(),)))


def test_muse_fits_frames_of_any_size(reference):
    form = compose(dialect("muse"), replace(CLIP, references=(reference(Role.FIRST_FRAME, size=(32, 90)),)))
    assert form.body["image"].startswith("data:image/png;base64,")
