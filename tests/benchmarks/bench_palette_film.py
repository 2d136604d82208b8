"""What the palette axis says of the demo film's characters when the simulator keeps them, and when it does not.

    python tests/benchmarks/bench_palette_film.py

Every shot of the demo production that shows somebody is drawn at 360p, two seeds each: with references at the
simulator's usual drift, and plainly off model. The scorer sees clips, references and the storyboard, nothing else.
The simulator also changes faces and hair, which this axis cannot see; only off-model takes change many colours.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import numpy as np

from charkit.character import Cast
from charkit.scoring import STOCK, ShotEvidence, Verdict, score_takes
from charkit.scoring.statistics import auc
from charkit.shots import Storyboard
from charkit.simulator.clip import render_clip, render_still
from charkit.simulator.direction import Direction, Drift, Picture

HOME = Path(__file__).resolve().parents[2] / "data" / "productions" / "lantern"
VIEWS = (
    "front view, full body, head to foot",
    "three-quarter view, full body, head to foot",
    "front view, large close-up",
)
ARMS = {"kept": Drift(off_model=0.0), "off model": Drift(off_model=1.0)}


def say(name: str, value: float, unit: str = "share", against: str = "") -> None:
    line = {"name": name, "value": round(value, 3), "unit": unit, "limit": None, "against": against, "ok": True}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def references(folder: Path, cast: Cast, style: str) -> dict[str, tuple[Path, ...]]:
    made: dict[str, list[Path]] = {}
    for sheet in cast.values():
        for view in VIEWS:
            prompt = (
                "A character design of one original character, alone in the picture, standing relaxed.\n"
                f"Style: {style}.\n{sheet.name}: {sheet.locked_text()}\nView: {view}.\n"
                "Background: plain light grey background, even light."
            )
            path = folder / f"{sheet.slug}-{len(made.get(sheet.name, []))}.png"
            still = Drift(text=0.0, references=0.0, character=0.0, off_model=0.0)
            path.write_bytes(render_still(Direction(prompt=prompt, width=768, height=1024, seed=1), still))
            made.setdefault(sheet.name, []).append(path)
    return {name: tuple(paths) for name, paths in made.items()}


def prompt_of(shot, board: Storyboard, cast: Cast) -> str:
    places = "".join(f", {who.name} {who.position}" for who in shot.characters if who.position)
    lines = ["One single continuous shot, no cuts.", f"Style: {board.style}."]
    lines += [f"{who.name}: {cast[who.name].locked_text()}" for who in shot.characters]
    lines += [f"Shot: {shot.framing} shot{places}.", f"Place: {shot.place}.", f"Light: {shot.light}."]
    return "\n".join([*lines, f"Action: {shot.action}.", f"Camera: {shot.camera}."])


def evidence(folder: Path, arm: str, board: Storyboard, cast: Cast, pictures: dict) -> list[ShotEvidence]:
    found = []
    for shot in (shot for shot in board.shots if shot.characters):
        names = tuple(who.name for who in shot.characters)
        sent = tuple(Picture(data=p.read_bytes(), role="character", label=n) for n in names for p in pictures[n])
        for seed in (1, 2):
            clip = folder / f"{shot.id}-{arm}-{seed}.mp4"
            direction = Direction(
                prompt=prompt_of(shot, board, cast), width=640, height=360, seconds=2.0, pictures=sent, seed=seed
            )
            render_clip(direction, clip, ARMS[arm])
            found += [
                ShotEvidence(
                    shot=shot.id,
                    take=seed,
                    clip=clip,
                    character=who.name,
                    expected=names,
                    framing=shot.framing,
                    position=who.position or "",
                    references=pictures[who.name],
                )
                for who in shot.characters
            ]
    return found


def main() -> int:
    cast = Cast.load(HOME / "characters")
    board = Storyboard.load(HOME / "storyboard.yaml", cast)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pictures = references(folder, cast, board.style)
        cards = {arm: score_takes(evidence(folder, arm, board, cast, pictures)) for arm in ARMS}
    scores = {arm: [s.score for s in card.scores if s.score is not None] for arm, card in cards.items()}
    judged = [s for card in cards.values() for s in card.scores]
    unjudged = [s for s in judged if s.verdict is Verdict.UNVERIFIABLE]
    say("palette on the demo film", auc(scores["kept"], scores["off model"]), "AUC", "kept against off model")
    say("kept takes called consistent", float(np.mean([v >= STOCK.value for v in scores["kept"]])))
    say("off-model takes called drifted", float(np.mean([v < STOCK.value for v in scores["off model"]])))
    say("lowest score of a kept take", min(scores["kept"]), "score")
    say("highest score of an off-model take", max(scores["off model"]), "score")
    where = ", ".join(sorted({f"{s.character} in {s.shot}" for s in unjudged}))
    say("appearances that could not be judged", len(unjudged) / len(judged), against=where)
    return 0


if __name__ == "__main__":
    sys.exit(main())
