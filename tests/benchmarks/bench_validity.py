"""How well each scorer tells right from wrong: the table of the README, as JSON lines or as Markdown.

    python tests/benchmarks/bench_validity.py               # one JSON line per figure
    python tests/benchmarks/bench_validity.py --markdown    # the table that stands in the README

The bed is drawn by the simulator, so who is in a take, and what is wrong with it, is known: 40 identities with three
references each, every one in a shot of its own place, framing and light, and in the same shot with one thing changed:
its hair or clothes in another colour, another hairstyle, another face, an accessory more, or somebody else altogether
before the same background. A *right* pair is the unchanged take against the references; a *wrong* one the changed take.
For the scorer that looks for copies the wrong ones are references pasted into the same place: as they are, mirrored,
and another view.
AUC 0.5 is blind. Scorers that need weights are measured where their weights are held, and named where they are not.
Drawn figures are an optimistic bound: real clips have blur, turning heads and light that moves.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scoring"))

import figures

from charkit.media.frames import Frame
from charkit.scoring import Axis, Box, CopyingScorer, PaletteScorer, ShotEvidence
from charkit.scoring.anime import AnimeScorer
from charkit.scoring.appearance import AppearanceScorer
from charkit.scoring.pasting import CutOut, pasted, standing
from charkit.scoring.statistics import discrimination
from charkit.simulator.colours import rgb as colour_of
from charkit.simulator.direction import Direction
from charkit.simulator.looks import Look, Piece
from charkit.simulator.stage import Stage
from charkit.simulator.timing import plan_timing
from charkit.simulator.wardrobe import describe
from charkit.simulator.words import read_prompt

FRAMES, WIDTH, HEIGHT, FPS = 3, 384, 216, 24
BLIND = 0.70
"""AUC below which a change is called unseen."""
VARIANTS = 3
"""Of every change of every identity."""
LIGHTS = {"mild": figures.MILD, "strong": figures.STRONG}
BODIES = (
    "a girl with a bob. She wears a raincoat, leggings and boots",
    "a young woman with long hair. She wears a jacket, trousers and shoes",
    "a boy with short hair. He wears a sweater, shorts and boots",
    "an old man with short hair. He wears a coat, trousers and shoes",
    "a woman with a bun. She wears a dress and shoes",
)
STYLES = ("bob", "long", "ponytail", "braids", "bun", "curly", "short", "spiky")
FACES = ("round", "oval", "square", "heart", "long")
PLACES = (
    "the stone harbour stairs of a small fishing town",
    "a market square in the morning sun",
    "the cliff path above the sea",
    "a kitchen with a stove",
    "a forest at noon",
)
VIEWS = ("front view, full body, head to foot", "three-quarter view, full body", "front view, large close-up")
HEX = [f"#{r:02x}{g:02x}{b:02x}" for r in (40, 130, 220) for g in (40, 130, 220) for b in (40, 130, 220)]


def some_colour(rng: np.random.Generator, away: tuple[float, float, float] | None = None) -> tuple[float, float, float]:
    """A colour; clearly another one where one is given."""
    while True:
        found = colour_of(HEX[int(rng.integers(len(HEX)))])
        if away is None or sum(abs(a - b) for a, b in zip(found, away, strict=True)) > 160:
            return found


def words(number: int) -> str:
    return f"Ada: {BODIES[number % len(BODIES)]}."


def identity(number: int) -> Look:
    rng = np.random.default_rng([21, number])
    look = describe(BODIES[number % len(BODIES)], name="Ada")
    pieces = tuple(dataclasses.replace(piece, colour=some_colour(rng)) for piece in look.pieces)
    return dataclasses.replace(
        look,
        pieces=pieces,
        hair=some_colour(rng),
        style=STYLES[int(rng.integers(len(STYLES)))],
        face=FACES[int(rng.integers(len(FACES)))],
        eyes=some_colour(rng),
    )


def recoloured_top(look: Look, rng: np.random.Generator) -> Look:
    slots = ("outer", "top")
    return dataclasses.replace(
        look,
        pieces=tuple(
            dataclasses.replace(p, colour=some_colour(rng, p.colour)) if p.slot in slots else p for p in look.pieces
        ),
    )


def other_face(look: Look, rng: np.random.Generator) -> Look:
    faces = [face for face in FACES if face != look.face]
    return dataclasses.replace(
        look,
        face=str(rng.choice(faces)),
        eyes=some_colour(rng, look.eyes),
        eye_size=look.eye_size * 0.8,
        freckles=not look.freckles,
    )


CHANGES = {
    "somebody else, same background": None,
    "top recoloured": recoloured_top,
    "hair recoloured": lambda look, rng: dataclasses.replace(look, hair=some_colour(rng, look.hair)),
    "another hairstyle": lambda look, rng: dataclasses.replace(
        look, style=str(rng.choice([s for s in STYLES if s != look.style]))
    ),
    "an accessory more": lambda look, rng: look.dressed(
        "eyes", Piece(slot="eyes", style="glasses", colour=some_colour(rng))
    ),
    "another face": other_face,
}

PASTED = "a reference pasted in"


@dataclass
class Bed:
    """The drawn takes."""

    folder: Path
    people: int

    def references(self, number: int) -> tuple[Path, ...]:
        paths = tuple(self.folder / f"{number}-{view}.png" for view in range(len(VIEWS)))
        for view, path in zip(VIEWS, paths, strict=True):
            if not path.exists():
                prompt = f"{words(number)}\nView: {view}.\nBackground: plain light grey background, even light."
                Image.fromarray(self._drawn(prompt, identity(number), 640, 768, 0)[0]).save(path)
        return paths

    def take(self, number: int, look: Look, light: figures.Light) -> list[Frame]:
        """The shot of an identity, with a look in its place that may be another's."""
        framing = ("medium", "full", "close-up")[number % 3]
        prompt = f"{words(number)}\nShot: {framing} shot.\nPlace: {PLACES[number % len(PLACES)]}.\nAction: Ada waves."
        return self._lit(number, self._drawn(prompt, look, WIDTH, HEIGHT, number), light)

    def pasted(self, number: int, variant: int, light: figures.Light) -> list[Frame]:
        """A reference in the shot's place: the front view, the same mirrored, the three-quarter view."""
        framing = ("medium", "full", "close-up")[number % 3]
        prompt = f"Shot: {framing} shot.\nPlace: {PLACES[number % len(PLACES)]}.\nAction: waves."
        ground = self._drawn(prompt, None, WIDTH, HEIGHT, number)[0]
        cut = standing(self.references(number)[variant // 2])
        if cut is None:
            return []
        turn = -1 if variant == 1 else 1
        figure = CutOut(rgb=np.ascontiguousarray(cut.rgb[:, ::turn]), mask=np.ascontiguousarray(cut.mask[:, ::turn]))
        wide = dataclasses.replace(self.evidence(number, "other"), box=Box(left=0, top=0.04, right=1, bottom=1))
        return self._lit(number, [frame.rgb for frame in pasted(ground, figure, wide)][:FRAMES], light)

    def _lit(self, number: int, pictures: list[np.ndarray], light: figures.Light) -> list[Frame]:
        rng = np.random.default_rng([31, number])  # the same light on a shot, whoever is in it
        seed = int(rng.integers(2**31))
        lit = [figures._lit(picture, light, np.random.default_rng(seed)) for picture in pictures]
        return [Frame(index=k, time=k / FPS, rgb=picture) for k, picture in enumerate(lit)]

    def evidence(self, number: int, domain: str) -> ShotEvidence:
        return ShotEvidence(
            shot=f"S{number}",
            clip=self.folder,
            character=f"Ada {number}",
            expected=(f"Ada {number}",),
            framing=("medium", "full", "close-up")[number % 3],
            references=self.references(number),
            domain=domain,
        )

    def _drawn(self, prompt: str, look: Look | None, width: int, height: int, seed: int) -> list[np.ndarray]:
        script = read_prompt(prompt)
        direction = Direction(prompt=prompt, width=width, height=height, seed=seed)
        stage = Stage(
            script, (look,) if look else (), plan_timing(script, direction.seconds, seed), width, height, seed
        )
        total = direction.frames if not script.view else 1
        count = FRAMES if not script.view else 1
        return [stage.draw(round((k + 0.5) * total / count) if total > 1 else 0, FPS) for k in range(count)]


def takes_of(bed: Bed, number: int, light: figures.Light, *, copies: bool) -> list[tuple[str, list[Frame]]]:
    """The unchanged take of an identity, under an empty name, then `VARIANTS` of each change."""
    own = identity(number)
    if copies:
        changed = [(PASTED, bed.pasted(number, variant, light)) for variant in range(VARIANTS)]
        return [("", bed.take(number, own, light)), *changed]
    looks = [("", own)]
    for place, (change, how) in enumerate(CHANGES.items()):
        for variant in range(VARIANTS):
            rng = np.random.default_rng([41, number, place, variant])
            other = (number + 1 + variant * bed.people // VARIANTS) % bed.people
            looks.append((change, identity(other) if how is None else how(own, rng)))
    return [(change, bed.take(number, look, light)) for change, look in looks]


def scores(bed: Bed, make_scorer, light: figures.Light) -> dict[str, list[float | None]]:
    """Scores of the unchanged takes, under an empty name, and of each change's."""
    scorer, asked = make_scorer(), []
    copies = scorer.facts.axis is Axis.VARIATION
    for number in range(bed.people):
        for change, frames in takes_of(bed, number, light, copies=copies):
            scorer.update(bed.evidence(number, scorer.facts.domains[0]), frames)
            asked.append(change)
    found: dict[str, list[float | None]] = {}
    for change, score in zip(asked, scorer.compute(), strict=True):
        found.setdefault(change, []).append(score.score)
    return found


SCORERS = {
    "palette": lambda: PaletteScorer(min_valid_frames=2),
    "copying": CopyingScorer,
    "appearance (DINOv2-S)": lambda: AppearanceScorer(min_valid_frames=2),
    "identity, anime (CCIP)": lambda: AnimeScorer(min_valid_frames=2),
}
PHOTOGRAPHS = {"identity, photoreal (SFace)": "the bed is drawn, and this one knows photographed faces only"}


def scorers(bed: Bed, wanted: str) -> tuple[dict[str, object], dict[str, str]]:
    """Scorers that can be run here, and those that cannot with the reason."""
    able: dict[str, object] = {}
    unable = dict(PHOTOGRAPHS)
    for name, make_scorer in SCORERS.items():
        if wanted not in ("", name):
            continue
        probe = make_scorer()
        for number in range(2):
            evidence = bed.evidence(number, probe.facts.domains[0])
            probe.update(evidence, bed.take(number, identity(number), figures.STEADY))
        found = probe.compute()
        if any(score.score is not None for score in found):
            able[name] = make_scorer
        else:
            unable[name] = found[0].reason
    return able, unable


def measured(bed: Bed, wanted: str) -> list[dict[str, object]]:
    able, unable = scorers(bed, wanted)
    rows: list[dict[str, object]] = []
    for name, make_scorer in able.items():
        for light, how in LIGHTS.items():
            judged = {
                change: [s for s in row if s is not None] for change, row in scores(bed, make_scorer, how).items()
            }
            for change in (name for name in judged if name):
                kind = CHANGES.get(change, change)
                kept, gone = judged[""], judged[change]
                found = discrimination(kept, gone)
                rows.append(
                    {
                        "name": f"validity, {name}, {light} light, {change}",
                        "scorer": name,
                        "light": light,
                        "change": change,
                        "unit": "AUC",
                        "value": round(found.auc, 3),
                        "limit": {"mild": 0.95, "strong": 0.88}[light] if kind is None else None,
                        "eer": round(found.eer, 3),
                        "tpr_at_1": None if found.tpr_1 is None else round(found.tpr_1, 3),
                        "judged": [len(kept), len(gone)],
                        "of": [bed.people, bed.people * VARIANTS],
                    }
                )
                rows[-1]["ok"] = rows[-1]["limit"] is None or rows[-1]["value"] >= rows[-1]["limit"]
                say(rows[-1])
    rows += [{"name": f"validity, {name}", "scorer": name, "not measured": why} for name, why in unable.items()]
    return rows


def say(row: dict[str, object]) -> None:
    if "--markdown" not in sys.argv:
        sys.stdout.write(json.dumps(row) + "\n")
        sys.stdout.flush()


def markdown(rows: list[dict[str, object]], people: int) -> str:
    lines = [
        "| scorer | what is wrong | mild light: AUC / EER / TPR at 1 % FAR | strong light | |",
        "| --- | --- | --- | --- | --- |",
    ]
    found = {(row["scorer"], row["light"], row["change"]): row for row in rows if "light" in row}
    for scorer in dict.fromkeys(row["scorer"] for row in rows if "light" in row):
        for change in (change for who, light, change in found if (who, light) == (scorer, "mild")):
            mild, strong = found[scorer, "mild", change], found[scorer, "strong", change]
            low, high = sorted((mild["value"], strong["value"]))
            blind = "blind" if high < BLIND else "weak" if low < BLIND else ""
            lines.append(f"| {scorer} | {change} | {_cell(mild)} | {_cell(strong)} | {blind} |")
    lines += [
        f"| {row['scorer']} | | not measured: {row['not measured']} | | |" for row in rows if "not measured" in row
    ]
    return "\n".join(
        [*lines, "", f"{people} drawn identities; `python tests/benchmarks/bench_validity.py --markdown`."]
    )


def _cell(row: dict[str, object]) -> str:
    tpr = "–" if row["tpr_at_1"] is None else f"{row['tpr_at_1']:.0%}"
    return f"{row['value']:.2f} / {row['eer']:.0%} / {tpr}"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--people", type=int, default=40, help="how many identities")
    options.add_argument("--markdown", action="store_true", help="print the README's table instead")
    options.add_argument("--scorer", default="", help="only this one, such as copying")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        rows = measured(Bed(Path(name), asked.people), asked.scorer)
    if asked.markdown:
        sys.stdout.write(markdown(rows, asked.people) + "\n")
    return 0 if all(row.get("ok", True) for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
