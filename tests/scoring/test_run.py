from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from charkit.scoring import (
    AppearanceScorer,
    Axis,
    CopyingScorer,
    GateScorer,
    IdentityScorer,
    PaletteScorer,
    Scorecard,
    ShotEvidence,
    Verdict,
    score_takes,
)
from charkit.weights import Weights, registry


def write_clip(path: Path, pictures: list[np.ndarray]) -> Path:
    with av.open(path, "w") as out:
        height, width = pictures[0].shape[:2]
        stream = out.add_stream("libx264", rate=24, options={"preset": "veryfast", "crf": "18"})
        stream.width, stream.height, stream.pix_fmt, stream.time_base = width, height, "yuv420p", Fraction(1, 24)
        for picture in pictures:
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                out.mux(packet)
        for packet in stream.encode():
            out.mux(packet)
    return path


@pytest.fixture(scope="module")
def clips(bed, tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    made = {}
    for name, drawn in (("same", 5), ("other", 8)):
        _, pictures, _ = bed.figures.shot(bed.figures.figure(drawn), seed=4, frames=24, framing="medium")
        made[name] = write_clip(folder / f"{name}.mp4", pictures)
    made["cut short"] = folder / "short.mp4"
    made["cut short"].write_bytes(made["same"].read_bytes()[:900])
    return made


def make_evidence(shot: str, clip: Path, references=(), **more) -> ShotEvidence:
    said = {"character": "Mira", "expected": ("Mira",), "framing": "medium", "references": references}
    return ShotEvidence(shot=shot, clip=clip, **{**said, **more})


def test_clips_become_a_scorecard(bed, clips):
    references, seen = bed.references(5), []
    card = score_takes(
        [
            make_evidence("S01", clips["same"], character="", expected=()),
            make_evidence("S02", clips["same"], references),
            make_evidence("S03", clips["other"], references),
            make_evidence("S03", clips["same"], references, take=2),
            make_evidence("S04", clips["cut short"], references),
        ],
        on_progress=lambda done, total: seen.append((done, total)),
    )
    assert isinstance(card, Scorecard)
    verdicts = {(score.shot, score.take): score.verdict for score in card.scores}
    assert verdicts == {
        ("S02", 1): Verdict.CONSISTENT,
        ("S03", 1): Verdict.DRIFTED,
        ("S03", 2): Verdict.CONSISTENT,
        ("S04", 1): Verdict.UNVERIFIABLE,
    }
    assert card.best() == {"S01": 1, "S02": 1, "S03": 2, "S04": 1}
    assert "cannot be decoded" in card.unverifiable[0].reason
    assert seen == [(n, 5) for n in range(1, 6)]


def test_a_clip_with_two_characters_is_decoded_once(bed, clips, monkeypatch):
    from charkit.media import frames

    opened, sample = [], frames.sample
    monkeypatch.setattr(frames, "sample", lambda path, *a, **k: (opened.append(path), sample(path, *a, **k))[1])
    both = ("Mira", "Fenn")
    card = score_takes(
        make_evidence("S01", clips["same"], bed.references(5), character=name, expected=both) for name in both
    )
    assert len(card.scores) == 2
    assert len(opened) == 1


class Breaking(PaletteScorer):
    """Breaks on the first take that it is shown, as an encoder does on a picture of a strange size."""

    def __init__(self):
        super().__init__()
        self.broken = False

    def update(self, evidence, frames, *, problem=""):
        if frames and not self.broken:
            self.broken = True
            raise ValueError("out of\nshape")
        super().update(evidence, frames, problem=problem)


def test_a_scorer_that_breaks_on_a_take_says_so_and_scores_the_others(bed, clips):
    entries = [make_evidence(shot, clips["same"], bed.references(5)) for shot in ("S01", "S02")]
    first, second = score_takes(entries, scorers=[Breaking()]).scores
    assert (first.verdict, first.score) == (Verdict.UNVERIFIABLE, None)
    assert first.reason == "palette failed on it (ValueError: out of shape)"
    assert second.score is not None


def test_a_missing_clip_is_unverifiable_and_never_a_pass(bed, tmp_path):
    card = score_takes([make_evidence("S01", tmp_path / "gone.mp4", bed.references(5))])
    assert card.scores[0].verdict is Verdict.UNVERIFIABLE
    assert card.rate("Mira").passes == 0


@pytest.mark.media
@pytest.mark.parametrize("name", ["veo3_24fps_stereo48k_a.mp4", "veo3_24fps_mono44k.mp4", "veo_24fps_silent.mp4"])
def test_a_real_clip_of_somebody_else_never_passes(bed, name):
    clip = Path(__file__).resolve().parents[3] / "shared" / "media" / "clips" / name
    if not clip.is_file():
        pytest.skip(f"needs the real clip {name} in ../shared/media/clips, which is not there")
    entries = [make_evidence(f"S{n:02d}", clip, bed.references(n)) for n in (1, 4, 8)]
    assert all(score.verdict is not Verdict.CONSISTENT for score in score_takes(entries).scores)


def test_each_scorer_sees_frames_of_the_height_that_it_asks_for(bed, tmp_path):
    _, pictures, _ = bed.figures.shot(bed.figures.figure(5), seed=4, frames=24, framing="medium")
    clip = write_clip(tmp_path / "large.mp4", [picture.repeat(3, axis=0).repeat(3, axis=1) for picture in pictures])
    evidence = [make_evidence("S01", clip, bed.references(5), expected=("Mira", "Tom")) for _ in range(2)]

    class Watching(PaletteScorer):
        def __init__(self, height: int | None = None) -> None:
            super().__init__()
            self.seen = []
            if height is not None:
                self.height = height

        def update(self, evidence, frames, *, problem=""):
            self.seen.append(frames)
            super().update(evidence, frames, problem=problem)

    plain, tall, alone = Watching(), Watching(height=600), Watching()
    together = score_takes(evidence, scorers=(plain, tall)).scores
    single = score_takes(evidence, scorers=(alone,)).scores
    assert (
        {frame.rgb.shape for frame in plain.seen[0]} == {frame.rgb.shape for frame in alone.seen[0]} == {(240, 427, 3)}
    )
    assert {frame.rgb.shape[0] for frame in tall.seen[0]} == {600}
    assert tall.seen[0] is tall.seen[1], "one take, one list: what was seen in it can be kept"
    assert together[0].score == pytest.approx(single[0].score, abs=0.02)


def test_no_scorer_passes_a_clip_that_it_cannot_look_into(bed, clips, tmp_path):
    no_clip = tmp_path / "page.mp4"
    no_clip.write_bytes(b"<html>not found</html>")
    still = write_clip(tmp_path / "still.mp4", [bed.figures.shot(bed.figures.figure(5), seed=4, frames=1)[1][0]])
    bad = {"cut short": clips["cut short"], "gone": tmp_path / "gone.mp4", "page": no_clip, "one frame": still}
    entries = [make_evidence(name, clip, bed.references(5), domain="photoreal") for name, clip in bad.items()]
    nothing = Weights(tmp_path / "no weights", registry())
    panel = (IdentityScorer(weights=nothing), AppearanceScorer(weights=nothing), PaletteScorer(), CopyingScorer())
    card = score_takes(entries, scorers=(*panel, GateScorer()))
    assert len(card.scores) == 5 * len(bad)
    assert {(score.shot, score.axis) for score in card.scores if score.verdict is not Verdict.UNVERIFIABLE} == set()
    assert all(score.reason for score in card.scores)
    assert {score.axis for score in card.scores if score.lacking} == {Axis.IDENTITY, Axis.APPEARANCE}


def test_the_next_clip_is_decoded_while_one_is_judged_and_no_further(bed, clips, monkeypatch):
    from charkit.media import frames

    opened, judged, sample = [], [], frames.sample
    monkeypatch.setattr(frames, "sample", lambda path, *a, **k: (opened.append(path), sample(path, *a, **k))[1])

    class Watching(PaletteScorer):
        def update(self, evidence, frames, *, problem=""):
            judged.append(len(opened))

        def compute(self):
            return ()

    score_takes([make_evidence(f"S{n}", clips["same"]) for n in range(5)], scorers=(Watching(),))
    assert len(opened) == 5
    assert all(ahead <= place + 2 for place, ahead in enumerate(judged))
