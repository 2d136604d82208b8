"""Identity by faces: real faces, the real detector, and a small model in place of SFace's weights.

The small model compares the colours of aligned faces on a grid: enough to prove who is compared with whom, and no
statement about SFace.
"""

from __future__ import annotations

import functools
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from charkit.media.frames import Frame
from charkit.media.images import open_upright
from charkit.scoring import Axis, Box, CastMember, Scorer, ShotEvidence, Threshold, Verdict
from charkit.scoring.faces import STOCK_FACE, FaceScorer
from charkit.vision import FaceFinder, FaceRecogniser
from charkit.weights import Weights

SHARED = Path(__file__).resolve().parents[3] / "shared" / "media"
LINE = Threshold(name="small", value=0.9, calibrated=False)
ASTRONAUT, PORTRAIT = "face_photo", "face_ai_portrait"
CROPS = {ASTRONAUT: (150, 0, 330, 200), PORTRAIT: (250, 60, 770, 640)}
"""Where a face with its hair is in the picture, as left, top, right, bottom."""


@functools.cache
def real(name: str) -> Image.Image:
    file = SHARED / "images" / f"{name}.png"
    if not file.is_file():
        pytest.skip(f"needs the real picture {file.name} in ../shared/media/images, which is not there")
    return open_upright(file).convert("RGB")


@pytest.fixture(scope="module")
def finder() -> FaceFinder:
    pytest.importorskip("cv2", reason="SKIPPED: OpenCV is not installed")
    if not (SHARED / "weights" / "face_detection_yunet_2023mar.onnx").is_file():
        pytest.skip("needs the real weights in ../shared/media/weights, which are not there")
    return FaceFinder(Weights.open(SHARED / "weights"))


@pytest.fixture(scope="module")
def recogniser(small, tmp_path_factory) -> FaceRecogniser:
    data = small.layout(112, 128, batch=1, centre=127.5)
    return FaceRecogniser(small.shelf(tmp_path_factory.mktemp("weights"), {"sface": data}))


@pytest.fixture
def scorer(finder, recogniser):
    def make(**more) -> FaceScorer:
        return FaceScorer(**{"finder": finder, "recogniser": recogniser, "threshold": LINE, **more})

    return make


@functools.cache
def head(name: str, height: int) -> Image.Image:
    crop = real(name).crop(CROPS[name])
    return crop.resize((round(crop.width * height / crop.height), height), Image.Resampling.LANCZOS)


def frames(*placed: tuple[str, float], count: int = 3, height: int = 200) -> list[Frame]:
    """Return frames of 960 x 540 with heads at shares of the width; they move a little from frame to frame."""
    found = []
    for index in range(count):
        page = Image.new("RGB", (960, 540), (120, 130, 140))
        for name, share in placed:
            one = head(name, height + 6 * index)
            page.paste(one, (round(960 * share - one.width / 2 + 8 * index), 120 + 5 * index))
        found.append(Frame(index=index, time=index / 2, rgb=np.asarray(page)))
    return found


@pytest.fixture
def reference(tmp_path):
    def make(name: str) -> Path:
        path = tmp_path / f"{name}.png"
        real(name).save(path)
        return path

    return make


def evidence(*references: Path, **more) -> ShotEvidence:
    said = {"shot": "S01", "clip": Path("c.mp4"), "character": "Ada", "expected": ("Ada",), "domain": "photoreal"}
    return ShotEvidence(**{**said, "references": references, **more})


def one_score(scorer: FaceScorer, what: ShotEvidence, seen: list[Frame]):
    scorer.update(what, seen)
    return scorer.compute()[-1]


def test_it_says_what_it_is_and_that_its_line_is_not_calibrated(scorer) -> None:
    one = scorer()
    assert isinstance(one, Scorer)
    assert one.facts.axis is Axis.IDENTITY
    assert one.facts.tier == 1
    assert one.facts.domains == ("photoreal",)
    assert "sface sha256:" in one.facts.encoder
    assert "not measured" in one.facts.validity
    assert STOCK_FACE.value == 0.363
    assert not STOCK_FACE.calibrated


def test_the_same_face_passes_and_another_drifts(scorer, reference) -> None:
    same = one_score(scorer(), evidence(reference(ASTRONAUT)), frames((ASTRONAUT, 0.5)))
    other = one_score(scorer(), evidence(reference(PORTRAIT)), frames((ASTRONAUT, 0.5)))
    assert same.verdict is Verdict.CONSISTENT
    assert other.verdict is Verdict.DRIFTED
    assert (same.valid_frames, same.sampled_frames) == (3, 3)
    picture = np.asarray(Image.open(io.BytesIO(same.worst.jpeg)).convert("RGB")).astype(int)
    assert picture[4, 4].min() > 170, "all but the face is faded"


def test_two_people_are_told_apart_wherever_they_stand(scorer, reference) -> None:
    cast = tuple(
        CastMember(name=name, references=(reference(picture),), domain="photoreal")
        for name, picture in (("Ada", ASTRONAUT), ("Bo", PORTRAIT))
    )
    for places in ((0.25, 0.75), (0.75, 0.25)):
        one = scorer()
        seen = frames((ASTRONAUT, places[0]), (PORTRAIT, places[1]))
        for member in cast:
            one.update(evidence(*member.references, character=member.name, expected=("Ada", "Bo"), cast=cast), seen)
        assert [score.verdict for score in one.compute()] == [Verdict.CONSISTENT] * 2


def test_a_stranger_in_place_of_one_of_two_is_unverifiable_and_never_a_pass(scorer, reference) -> None:
    what = evidence(reference(PORTRAIT), character="Bo", expected=("Ada", "Bo"))
    score = one_score(scorer(), what, frames((ASTRONAUT, 0.3), (ASTRONAUT, 0.7)))
    assert score.verdict is Verdict.UNVERIFIABLE
    assert "none reaches the line" in score.reason


def test_in_a_box_that_a_person_gave_only_that_face_counts(scorer, reference) -> None:
    right = Box(left=0.5, top=0.0, right=1.0, bottom=1.0)
    what = evidence(reference(ASTRONAUT), expected=("Ada", "Bo"), box=right)
    assert one_score(scorer(), what, frames((PORTRAIT, 0.3), (ASTRONAUT, 0.7))).verdict is Verdict.CONSISTENT
    assert one_score(scorer(), what, frames((ASTRONAUT, 0.3), (PORTRAIT, 0.7))).verdict is Verdict.DRIFTED


def test_no_face_and_too_small_a_face_are_unverifiable(scorer, reference) -> None:
    here = evidence(reference(ASTRONAUT))
    assert one_score(scorer(), here, frames()).reason == "0 of 3 frames usable, 3 needed: no face was found"
    small = one_score(scorer(), here, frames((ASTRONAUT, 0.5), height=70))
    assert small.verdict is Verdict.UNVERIFIABLE
    assert "smaller than 40 pixels" in small.reason
    assert one_score(scorer(least_face=24), here, frames((ASTRONAUT, 0.5), height=70)).score is not None


def test_a_face_turned_away_is_left_to_coverage(scorer, reference, finder, monkeypatch) -> None:
    from charkit.vision import Face

    monkeypatch.setattr(Face, "turn", 0.9)
    score = one_score(scorer(), evidence(reference(ASTRONAUT)), frames((ASTRONAUT, 0.5)))
    assert score.verdict is Verdict.UNVERIFIABLE
    assert "the face is turned away" in score.reason


def test_a_reference_with_transparency_or_without_a_face_is_handled(scorer, tmp_path) -> None:
    cut = head(ASTRONAUT, 400).convert("RGBA")
    page = Image.new("RGBA", (600, 600), (0, 0, 0, 0))
    page.paste(cut, (100, 60))
    page.save(tmp_path / "cut.png")
    castle = tmp_path / "castle.png"
    real("noface_castle").save(castle)
    seen = frames((ASTRONAUT, 0.5))
    assert one_score(scorer(), evidence(tmp_path / "cut.png"), seen).verdict is Verdict.CONSISTENT
    assert one_score(scorer(), evidence(castle), seen).reason == "no usable reference: castle.png: no face was found"


def test_without_either_weights_nothing_passes(scorer, finder, recogniser, reference, tmp_path) -> None:
    nothing = Weights.open(tmp_path / "none")
    seen, what = frames((ASTRONAUT, 0.5)), evidence(reference(ASTRONAUT))
    for lacking in ({"finder": FaceFinder(nothing)}, {"recogniser": FaceRecogniser(nothing)}):
        score = one_score(scorer(**lacking), what, seen)
        assert score.verdict is Verdict.UNVERIFIABLE
        assert "charkit weights get" in score.reason


def test_a_detector_that_breaks_off_is_not_an_empty_frame(scorer, finder, reference, monkeypatch) -> None:
    from charkit.vision import Faces

    one, what, seen = scorer(), evidence(reference(ASTRONAUT)), frames((ASTRONAUT, 0.5))
    one.update(what, seen)  # the reference is known from here on
    monkeypatch.setattr(finder, "find", lambda rgb: Faces(unknown="OpenCV could not run yunet"))
    assert "could not run yunet" in one_score(one, what, frames((ASTRONAUT, 0.5))).reason


def test_drawn_characters_are_not_judged_by_faces(scorer, reference) -> None:
    score = one_score(scorer(), evidence(reference(ASTRONAUT), domain="anime"), frames((ASTRONAUT, 0.5)))
    assert score.verdict is Verdict.UNVERIFIABLE
    assert "made for photoreal characters" in score.reason
