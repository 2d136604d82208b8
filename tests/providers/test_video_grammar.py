"""Fields named by their place in the body."""

import pytest

from charkit.providers.video_grammar import put


def test_a_plain_name_a_place_in_an_object_and_a_member_of_a_list():
    body = {}
    assert put(body, "seconds", 4) == "seconds"
    assert put(body, "target.duration_seconds", 5) == "target.duration_seconds"
    assert put(body, "target.short_edge", 768) == "target.short_edge"
    assert [put(body, "images[]", each) for each in "ab"] == ["images[0]", "images[1]"]
    assert body == {"seconds": 4, "target": {"duration_seconds": 5, "short_edge": 768}, "images": ["a", "b"]}


@pytest.mark.parametrize("path", ["prompt.text", "prompt[]"])
def test_a_place_that_is_taken_by_something_else_is_a_mistake_in_the_row(path):
    with pytest.raises(TypeError, match="prompt"):
        put({"prompt": "x"}, path, 1)
