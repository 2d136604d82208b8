"""What the scorers of tier 1 are worth with the weights that a person has: one JSON line per figure.

    python tests/benchmarks/bench_identity.py                     what can be measured without pictures of one's own
    python tests/benchmarks/bench_identity.py --people FOLDER     faces: one folder per person, four pictures or more
    python tests/benchmarks/bench_identity.py --drawn FOLDER      anime: one folder per character, the same

Of every folder the first three pictures (by name) are the references and the others are put against the references of
all: a *right* pair is a picture against its own folder's, a *wrong* pair against another's. Weights that are not there
are named, and nothing is said of them. Without a folder: DINOv2-S on the drawn figures (tests/scoring/figures.py), by
the masks of tier 0; how far the landmarks of tilted faces are off, with and without nearer looks; what a batch saves.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import mean, median

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scoring"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import figures
import small_models

from charkit.errors import BadReference
from charkit.media.frames import Frame
from charkit.media.images import open_upright
from charkit.scoring import GrabCut, ShotEvidence
from charkit.scoring.anime import AnimeScorer
from charkit.scoring.appearance import AppearanceScorer
from charkit.scoring.embedding import ANY, opened
from charkit.scoring.faces import FaceEye, FaceScorer
from charkit.scoring.figures import FigureEye
from charkit.scoring.statistics import discrimination
from charkit.vision import CCIP, DINOV2_S, Encoder, FaceFinder, FaceRecogniser
from charkit.vision.aligning import closer, tilt
from charkit.weights import Weights

SHARED = Path(__file__).resolve().parents[3] / "shared" / "media"
REFERENCES = 3
SUFFIXES = {".png", ".jpg", ".jpeg", ".webp"}
TURNS = (-30, -25, -15, 15, 25, 30)
IDENTITIES, IMPOSTORS = 24, 5


def say(figure: str, **facts: object) -> None:
    print(json.dumps({"figure": figure, **facts}), flush=True)


def told(figure: str, right: list[float], wrong: list[float], **facts: object) -> None:
    found = discrimination(right, wrong)
    numbers = {"auc": found.auc, "eer": found.eer, "tpr_at_1_percent": found.tpr_1}
    rounded = {name: None if value is None else round(value, 4) for name, value in numbers.items()}
    say(figure, right=len(right), wrong=len(wrong), **rounded, **facts)


def folders(scorer, eye, folder: Path) -> None:
    """Put every picture of a folder of folders against the references of each."""
    if eye.problem:
        say(scorer.facts.name, measured=False, because=eye.problem)
        return
    seen: dict[str, list[np.ndarray]] = {}
    left_out = 0
    for home in sorted(path for path in folder.iterdir() if path.is_dir()):
        for file in sorted(path for path in home.iterdir() if path.suffix.lower() in SUFFIXES):
            try:
                spots = eye.in_reference(*opened(file, scorer.reference_side))
            except BadReference:
                spots = None
            if spots is None or len(spots.found) != 1:
                left_out += 1
            else:
                seen.setdefault(home.name, []).append(spots.found[0].vector)
    right, wrong = [], []
    for name, vectors in seen.items():
        for vector in vectors[REFERENCES:]:
            for other, theirs in seen.items():
                score = scorer.frame_score([scorer.likeness(float(vector @ one)) for one in theirs[:REFERENCES]])
                (right if other == name else wrong).append(score)
    if not right or not wrong:
        say(scorer.facts.name, measured=False, because="two folders with four usable pictures each are needed")
        return
    told(scorer.facts.name, right, wrong, characters=len(seen), left_out=left_out, encoder=eye.label)


def drawn_figures() -> None:
    """Appearance on drawn figures before fresh backgrounds, cut out without weights."""
    encoder = Encoder(DINOV2_S)
    if encoder.problem:
        say("appearance of drawn figures", measured=False, because=encoder.problem)
        return
    scorer, right = AppearanceScorer(encoder=encoder, threshold=ANY), []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(IDENTITIES + IMPOSTORS):
            Image.fromarray(figures.reference(figures.figure(number))).save(Path(folder) / f"{number}.png")
        for number in range(IDENTITIES):
            framing, pictures, _ = figures.shot(figures.figure(number), seed=number, frames=4)
            frames = [Frame(index=i, time=i / 2, rgb=rgb) for i, rgb in enumerate(pictures)]
            for claimed in range(number, number + IMPOSTORS + 1):
                path = Path(folder) / f"{claimed}.png"
                said = {"clip": path, "character": "figure", "expected": ("figure",), "framing": framing}
                scorer.update(ShotEvidence(shot=f"{number} as {claimed}", references=(path,), **said), frames)
                right.append(claimed == number)
        scores = scorer.compute()
    pairs = [(score.score, own) for score, own in zip(scores, right, strict=True) if score.score is not None]
    told(
        "appearance of drawn figures",
        [value for value, own in pairs if own],
        [value for value, own in pairs if not own],
        unverifiable=len(scores) - len(pairs),
        encoder=encoder.label,
    )


def tilted_faces() -> None:
    """How many degrees the landmarks of tilted real faces are off, at the first look and after the nearer ones."""
    finder = FaceFinder(Weights.open(SHARED / "weights") if (SHARED / "weights").is_dir() else None)
    pictures = [
        path for name in ("face_photo", "face_ai_portrait") if (path := SHARED / f"images/{name}.png").is_file()
    ]
    if finder.problem or not pictures:
        say("tilted faces", measured=False, because=finder.problem or "the real pictures are not there")
        return
    first, nearer, cost = [], [], []
    for path in pictures:
        picture = open_upright(path).convert("RGB")
        looks = {}
        for turn in (0, *TURNS):
            rgb = np.asarray(picture.rotate(turn, Image.Resampling.BICUBIC, fillcolor=(128, 128, 128)))
            face = finder.find(rgb).found[0]
            started = time.perf_counter()
            looks[turn] = (tilt(face) + turn, tilt(closer(rgb, face, finder)) + turn)
            cost.append(time.perf_counter() - started)
        upright = looks[0][1]
        first += [abs(looks[turn][0] - upright) for turn in TURNS]
        nearer += [abs(looks[turn][1] - upright) for turn in TURNS]
    say(
        "tilted faces, degrees off",
        first_look=round(mean(first), 1),
        nearer=round(mean(nearer), 1),
        nearer_worst=round(max(nearer), 1),
        limit=6.0,
        ms_per_face=round(1000 * median(cost)),
        met=max(nearer) <= 6.0 < mean(first),
    )


def batches() -> None:
    """What a batch of eight costs beside eight single pictures, without a network behind it: the path alone."""
    rgb = [np.random.default_rng(n).integers(0, 256, (240, 160, 3), dtype=np.uint8) for n in range(8)]
    with tempfile.TemporaryDirectory() as folder:
        for recipe in (CCIP, DINOV2_S):
            shelf = small_models.shelf(
                Path(folder), {recipe.weights: small_models.layout(*small_models.INPUTS[recipe.weights])}
            )
            encoder = Encoder(recipe, shelf)
            encoder.encode(rgb)
            single, together = [], []
            for _ in range(7):
                started = time.perf_counter()
                for one in rgb:
                    encoder.encode([one])
                between = time.perf_counter()
                encoder.encode(rgb)
                single.append(between - started)
                together.append(time.perf_counter() - between)
            ratio = median(together) / median(single)
            say(f"batch of 8, {recipe.weights}", ms=round(1000 * median(together)), against_single=round(ratio, 2))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=Path, help="a folder with a folder of photographs for each person")
    parser.add_argument("--drawn", type=Path, help="a folder with a folder of pictures for each drawn character")
    asked = parser.parse_args()
    if asked.people:
        eye = FaceEye(finder=FaceFinder(), recogniser=FaceRecogniser())
        folders(FaceScorer(threshold=ANY), eye, asked.people)
    if asked.drawn:
        eye = FigureEye(encoder=Encoder(CCIP), masker=GrabCut(), masked=False)
        folders(AnimeScorer(threshold=ANY), eye, asked.drawn)
    if not (asked.people or asked.drawn):
        drawn_figures()
        tilted_faces()
        batches()


if __name__ == "__main__":
    main()
