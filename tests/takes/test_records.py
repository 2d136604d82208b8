from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image

from charkit.providers.base import Outcome, SentField
from charkit.takes import Take

TAKE = Take(
    production="lantern",
    run="tour",
    subject="S02",
    number=1,
    kind="video",
    route="omni",
    endpoint="sim-google",
    model="gemini-omni-1.2-flash",
    outcome=Outcome.QUEUED,
    prompt="Mira <lifts> her lantern.",
    simulated=True,
    estimated_usd=0.28,
)


@pytest.fixture
def shot(tmp_path, clip, monkeypatch) -> Take:
    path = tmp_path / "runs" / "clip.mp4"
    path.parent.mkdir()
    path.write_bytes(clip)
    monkeypatch.chdir(tmp_path)
    return replace(
        TAKE,
        outcome=Outcome.SUCCEEDED,
        path=path,
        digest="sha256:" + "a" * 64,
        media_type="video/mp4",
        seconds=4.0,
        width=1280,
        height=720,
        price_usd=0.28,
        job_id="job_01ABC",
        created=1_790_000_000.0,
        sent=(SentField(field="input[0]", name="image1.png", digest="sha256:b", role="character", character="Mira"),),
    )


def test_one_line_says_what_it_is_and_nothing_that_changes_between_runs(shot: Take) -> None:
    assert repr(shot) == "Take(S02-t1, succeeded, omni, 1280×720, 4.0 s, $0.28, simulated)"
    changed = replace(shot, job_id="job_02", created=2.0, path=shot.path.rename(shot.path.with_name("b.mp4")))
    assert repr(changed) == repr(shot)


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_shows_itself(outcome: Outcome) -> None:
    take = replace(TAKE, outcome=outcome, message="the reason & more", stage="output", category="likeness")
    bundle = take._repr_mimebundle_()
    assert bundle["text/plain"] == repr(take)
    assert outcome.value in bundle["text/plain"]
    assert "the reason &amp; more" in bundle["text/html"]
    assert "likeness" in bundle["text/html"]
    assert not take.ok
    assert take.link is None


def test_a_clip_shows_itself_moving_with_its_prompt_and_a_relative_link(shot: Take, tmp_path) -> None:
    html = shot._repr_mimebundle_()["text/html"]
    assert "data:image/webp;base64," in html
    assert 'href="runs/clip.mp4"' in html
    assert "Mira &lt;lifts&gt; her lantern." in html
    assert "as image1.png in " in html
    assert ">simulated<" in html
    assert str(tmp_path) not in html
    assert "<video" not in html
    assert shot._repr_mimebundle_() == shot._repr_mimebundle_()


def test_among_many_it_shows_a_small_still(shot: Take) -> None:
    html = shot.card(small=True)
    assert "data:image/jpeg;base64," in html
    assert len(html) < 20_000
    assert "lantern" not in html  # the prompt would drown the grid


def test_what_was_really_paid_for_does_not_say_simulated(shot: Take) -> None:
    paid = replace(shot, simulated=False)
    assert "simulated" not in repr(paid)
    assert "simulated" not in paid.card()
    assert ">succeeded<" in paid.card()


def test_a_picture_shows_itself(shot: Take, tmp_path) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (32, 32), "#3a6b35").save(buffer, "PNG")
    path = tmp_path / "view.png"
    path.write_bytes(buffer.getvalue())
    view = replace(shot, kind="image", path=path, media_type="image/png", seconds=None, width=32, height=32)
    assert "data:image/jpeg;base64," in view.card()
    assert repr(view) == "Take(S02-t1, succeeded, omni, 32×32, $0.28, simulated)"


@pytest.mark.parametrize("damage", ["gone", "not a clip"])
def test_a_card_never_raises(shot: Take, damage: str) -> None:
    if damage == "gone":
        shot.path.unlink()
    else:
        shot.path.write_bytes(b"x" * 100)
    for small in (True, False):
        html = shot.card(small=small)
        assert "S02-t1" in html
        assert "data:image" not in html
