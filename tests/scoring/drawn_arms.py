"""Takes of one character in several arms, drawn by the simulator's artist, with the truth known for each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

from charkit.media.frames import Frame
from charkit.scoring.base import ShotEvidence
from charkit.simulator.casting import cast_looks, truths
from charkit.simulator.clip import stage_of
from charkit.simulator.direction import Conditioning, Direction, Drift, Leaning, Picture
from charkit.simulator.stage import Stage
from charkit.simulator.timing import plan_timing
from charkit.simulator.words import read_prompt

if TYPE_CHECKING:
    from pathlib import Path

MIRA = (
    "Mira: a girl of about ten with a round face, freckles, big green eyes and a chin-length copper bob. She wears a "
    "mustard-yellow raincoat, a teal scarf, navy leggings and brown boots, and carries a round paper lantern."
)
FENN = (
    "Fenn: a small fox-like forest creature with moss-green fur, a cream belly, amber eyes, very large ears, a leaf at "
    "the tip of his tail and a red neckerchief."
)
WHO = {"Mira": MIRA, "Fenn": FENN}
VIEWS = ("front view, full body, head to foot", "three-quarter view, full body", "front view, large close-up")
PLACES = (
    "the stone harbour stairs of a small fishing town",
    "a forest at night full of fireflies",
    "the cliff path in heavy rain",
    "the lamp room of the lighthouse, brass and glass",
    "a market square in the morning sun",
    "a kitchen with a stove",
)
STEADY = Drift(text=0.0, references=0.0, character=0.0, off_model=0.0)
WIDTH, HEIGHT = 384, 216


@dataclass(frozen=True, kw_only=True)
class Take:
    """A drawn take and what is true of it."""

    evidence: ShotEvidence
    frames: list[Frame]
    off_model: bool


def views_of(name: str, folder: Path) -> tuple[Path, ...]:
    """The character's references, drawn once."""
    paths = tuple(folder / f"{name}-{number}.png" for number in range(len(VIEWS)))
    for view, path in zip(VIEWS, paths, strict=True):
        if not path.exists():
            prompt = f"{WHO[name]}\nView: {view}.\nBackground: plain light grey background, even light."
            script, direction = read_prompt(prompt), Direction(prompt=prompt, width=640, height=768)
            looks = cast_looks(script, direction, STEADY)
            stage = Stage(script, looks, plan_timing(script, 4.0, 0), 640, 768, 0)
            Image.fromarray(stage.draw(0, 24)).save(path)
    return paths


def take(
    name: str, conditioning: Conditioning, *, shot: int, number: int, kept: float, folder: Path, frames: int = 3
) -> Take:
    """Draw a take of a shot in one arm, of which a share `kept` keeps the character."""
    references = views_of(name, folder)
    framing = ("medium", "full")[shot % 2]
    prompt = f"{WHO[name]}\nShot: {framing} shot.\nPlace: {PLACES[shot % len(PLACES)]}.\nAction: {name} waves."
    count = {Conditioning.PICTURE: 1, Conditioning.PICTURES: 3}.get(conditioning, 0)
    sent = tuple(Picture(data=path.read_bytes(), role="character", label=name) for path in references[:count])
    drift = Drift(declared=(Leaning(conditioning=conditioning, size=0.05, off_model=1 - kept),))
    seed = 100_000 * list(Conditioning).index(conditioning) + 1000 * shot + number
    direction = Direction(prompt=prompt, width=WIDTH, height=HEIGHT, pictures=sent, seed=seed)
    stage = stage_of(direction, drift)
    at = [round((k + 0.5) * direction.frames / frames) for k in range(frames)]
    (told,) = truths(read_prompt(prompt), direction, drift)
    evidence = ShotEvidence(
        shot=f"S{shot:02d}",
        take=number,
        clip=folder / "none.mp4",
        character=name,
        expected=(name,),
        framing=framing,
        references=references,
    )
    drawn = [Frame(index=index, time=index / 24, rgb=stage.draw(index, 24)) for index in at]
    return Take(evidence=evidence, frames=drawn, off_model=bool(told["off_model"]))
