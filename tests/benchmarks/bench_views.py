"""What the check of designed views says of drawings: of the same character, of another, and of recoloured ones.

    python tests/benchmarks/bench_views.py

Every view of both demo characters is drawn from its anchor at the simulator's usual drift, and compared with it; then
the same views of the other character, and of the same one with a recoloured coat or hair. Prints shares on the right
side of the stock lines, the scores nearest to them, and the time of one check.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

from charkit.character import Cast, View
from charkit.prompts import view_prompt
from charkit.routes import RouteMatrix
from charkit.scoring import Verdict
from charkit.scoring.views import STOCK_BACK, STOCK_VIEW, ViewEvidence, ViewScorer
from charkit.simulator.clip import render_still
from charkit.simulator.direction import Direction, Drift, Picture

HOME = Path(__file__).resolve().parents[2] / "data" / "productions" / "lantern"
ROUTE = RouteMatrix.load().routes["nano-banana-2.1"]
SIZE = {"width": 432, "height": 768}
COATS = ("a blue raincoat", "a red raincoat", "a green raincoat")
HAIR = ("grey", "black")


def say(name: str, value: float, unit: str = "share", limit: float | None = None, *, least: bool = True) -> None:
    ok = limit is None or (value >= limit if least else value <= limit)
    line = {"name": name, "value": round(value, 3), "unit": unit, "limit": limit, "against": "", "ok": ok}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def draw(folder: Path, name: str, prompt: str, anchor: bytes | None, who: str, seed: int) -> Path:
    pictures = (Picture(data=anchor, role="view", label=who),) if anchor else ()
    path = folder / f"{name}.png"
    path.write_bytes(render_still(Direction(prompt=prompt, pictures=pictures, seed=seed, **SIZE), Drift()))
    return path


def main() -> None:
    scorer, cast = ViewScorer(), Cast.load(HOME / "characters")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        anchors: dict[str, Path] = {}
        drawn: dict[tuple[str, View], Path] = {}
        for slug, sheet in cast.items():
            words = f"{sheet.name}: {sheet.locked_text()}\nView: front view, full body, head to foot.\n"
            anchors[slug] = draw(folder, slug, f"{words}Background: plain light grey background.", None, sheet.name, 1)
            for number, view in enumerate(View):
                prompt = view_prompt(sheet, view, inputs=["full"], route=ROUTE).text
                data = anchors[slug].read_bytes()
                drawn[slug, view] = draw(folder, f"{slug}-{view}", prompt, data, sheet.name, 10 + number)

        def judged(slug: str, view: View, picture: Path):
            back = view is View.BACK
            asked = ViewEvidence(subject=slug, character=slug, picture=picture, anchor=anchors[slug], from_behind=back)
            return scorer.score(asked)

        start = time.perf_counter()
        right = {key: judged(*key, path) for key, path in drawn.items()}
        say("seconds a check", (time.perf_counter() - start) / len(right), "s")
        passed = [score.verdict is Verdict.CONSISTENT for score in right.values()]
        say("views of the anchor's character that pass", sum(passed) / len(passed), limit=0.9)
        say(
            "lowest of them, with a face",
            min(s.score or 0 for (_, v), s in right.items() if v is not View.BACK),
            "score",
        )
        say("lowest of them, from behind", min(s.score or 0 for (_, v), s in right.items() if v is View.BACK), "score")
        swapped = {"mira": "fenn", "fenn": "mira"}
        wrong = [judged(swapped[slug], view, path) for (slug, view), path in drawn.items()]
        say("views of the other character that are caught", caught(wrong), limit=1.0)
        say("highest of them", max(score.score or 0 for score in wrong), "score")
        words = cast["mira"].locked_text()
        for name, changed in (
            ("a recoloured coat", [words.replace("a mustard-yellow raincoat", coat) for coat in COATS]),
            ("recoloured hair", [words.replace("copper bob", f"{hair} bob") for hair in HAIR]),
        ):
            found = []
            for number, text in enumerate(changed):
                for view in (View.FULL, View.FACE, View.FRONT, View.THREE_QUARTER, View.PROFILE, View.BACK):
                    prompt = view_prompt(cast["mira"], view, inputs=["full"], route=ROUTE).text.replace(words, text)
                    prompt = prompt[prompt.index("Style:") :]  # from words alone, or the pictures would win
                    path = draw(folder, f"{number}-{view}-{name}", prompt, None, "Mira", 50 + number)
                    found.append(judged("mira", view, path))
            say(f"views with {name} that are caught", caught(found))
    say("the stock line", STOCK_VIEW.value, "score")
    say("the stock line from behind", STOCK_BACK.value, "score")


def caught(scores) -> float:
    return sum(score.verdict is not Verdict.CONSISTENT for score in scores) / len(scores)


if __name__ == "__main__":
    main()
