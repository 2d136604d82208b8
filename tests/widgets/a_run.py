"""A run with as many takes as a test wants, on disk as a shoot leaves them, without shooting."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

import charkit as ck
from charkit.providers.base import Outcome
from charkit.scoring import Axis, Score, Scorecard, ScoredTake, Threshold, Verdict
from charkit.scoring.base import FrameEvidence
from charkit.store import Store
from charkit.studio import Studio
from charkit.takes import Take, Takes
from tests.studio.conftest import SHEET, write_production

LINE = Threshold(name="palette", value=0.7, calibrated=False)


def frame_of(score: float) -> FrameEvidence:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 36), "#a33").save(buffer, "JPEG")
    return FrameEvidence(time=0.5, score=score, jpeg=buffer.getvalue(), digest="sha256:0")


def write_run(
    data: Path, clips: list[Path], *, shots: int, takes: int, run: str = "board", scored: bool = True
) -> Studio:
    """Write a production of `shots` shots with `takes` takes each, and return its studio.

    The last take of every shot was refused where there are more than two; scores fall from shot to shot.
    """
    lines = "".join(f"  - {{id: S{n:02d}, seconds: 4, framing: wide, place: a place}}\n" for n in range(1, shots + 1))
    home = write_production(data, f"title: Many\nstyle: flat\nseed: 3\nresolution: 720p\nshots:\n{lines}", SHEET)
    studio = ck.open_studio(home, run=run, max_spend=5.0)
    store = Store(studio.place.store)
    made = [_take(n, k, store, clips, refused=k == takes > 2) for n in range(1, shots + 1) for k in range(1, takes + 1)]
    Takes(made).save(studio.place.folder / "takes.json")
    if scored:
        _card([take for take in made if take.outcome is Outcome.SUCCEEDED]).save(studio.place.folder / "scorecard.json")
    return studio


def _take(shot: int, number: int, store: Store, clips: list[Path], *, refused: bool) -> Take:
    # Bytes after the last box are no picture: every take has a digest of its own.
    data = clips[(shot + number) % len(clips)].read_bytes() + b"\0\0\0\x10free" + f"{shot:04d}{number:04d}".encode()
    kept = None if refused else store.put(data, ".mp4")
    return Take(
        production="two",
        run="board",
        subject=f"S{shot:02d}",
        number=number,
        kind="video",
        route="omni-1.2",
        endpoint="gemini",
        model="omni",
        outcome=Outcome.REFUSED if refused else Outcome.SUCCEEDED,
        message="the service's filter said no" if refused else "",
        digest=kept.digest if kept else "",
        path=kept.path if kept else None,
        media_type="video/mp4",
        seconds=None if refused else 1.0,
        width=64,
        height=36,
        price_usd=0.09,
        simulated=True,
    )


def _card(takes: list[Take]) -> Scorecard:
    scores = []
    for take in takes:
        value = round(0.95 - 0.02 * int(take.subject[1:]) - 0.05 * take.number, 3)
        scores.append(
            Score(
                shot=take.subject,
                take=take.number,
                character="Ada",
                axis=Axis.PALETTE,
                verdict=Verdict.CONSISTENT if value >= LINE.value else Verdict.DRIFTED,
                score=value,
                threshold=LINE,
                worst=frame_of(round(value - 0.1, 3)),
                valid_frames=8,
                sampled_frames=8,
            )
        )
    asked = tuple(ScoredTake(shot=take.subject, take=take.number, clip_digest=take.digest) for take in takes)
    return Scorecard(takes=asked, scores=tuple(scores))
