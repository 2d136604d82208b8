"""What the judge's axis says of the demo film's characters when the simulator keeps them, and when it does not.

    python tests/benchmarks/bench_judge.py

Every shot of the demo production that shows somebody is drawn at 360p, two seeds each: with references at the
simulator's usual drift, and plainly off model. The judge is the simulator's: it sees colours by body part, answers 3 %
of its questions wrongly, and calls hairstyle, eyes, face and build not visible. So these figures test the method (cuts,
blind order, votes, controls), not a vision model: what a real one can see is measured by its own controls in each run.
"""

from __future__ import annotations

import importlib.util
import json
import tempfile
from dataclasses import replace
from pathlib import Path

from charkit.character import Cast
from charkit.providers.judging import Question, Said
from charkit.routes import RouteMatrix
from charkit.scoring import Verdict, score_takes
from charkit.scoring.judge import JudgeScorer
from charkit.scoring.statistics import auc
from charkit.shots import Storyboard
from charkit.simulator import judging

ROUTE = RouteMatrix.load().routes["gemini-3.8-flash"]


class Simulated:
    """The simulator's judge without its server."""

    name = "simulated"

    def ask(self, questions: list[Question]) -> tuple[Said, ...]:
        return tuple(
            Said(
                text=judging.answer(one.prompt, json.loads(one.schema), [shown.blob.data for shown in one.pictures]),
                model=ROUTE.model,
            )
            for one in questions
        )


def main() -> int:
    path = Path(__file__).with_name("bench_palette_film.py")
    spec = importlib.util.spec_from_file_location("bench_palette_film", path)
    assert spec is not None
    assert spec.loader is not None
    film = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(film)
    cast = Cast.load(film.HOME / "characters")
    board = Storyboard.load(film.HOME / "storyboard.yaml", cast)
    scores, reports = {}, {}
    with tempfile.TemporaryDirectory() as name:
        pictures = film.references(Path(name), cast, board.style)
        for arm in film.ARMS:
            scorer = JudgeScorer(Simulated(), route=ROUTE)
            found = [
                replace(one, description=cast[one.character].locked_text())
                for one in film.evidence(Path(name), arm, board, cast, pictures)
            ]
            scores[arm], reports[arm] = score_takes(found, scorers=[scorer]).scores, scorer.report
    kept, off = ([s for s in scores[arm] if s.score is not None] for arm in ("kept", "off model"))
    judged = [score for each in scores.values() for score in each]
    unjudged = sum(score.verdict is Verdict.UNVERIFIABLE for score in judged)
    film.say("takes that keep the character, called consistent", _share(kept, Verdict.CONSISTENT))
    film.say("takes off model, called drifted", _share(off, Verdict.DRIFTED))
    film.say("AUC kept against off model", auc([s.score for s in kept], [s.score for s in off]), "AUC")
    film.say("appearances that could not be judged", unjudged / len(judged))
    for arm, report in reports.items():
        film.say(f"flips, {arm}", report.flips or 0.0, against=report.controls_said)
    return 0


def _share(scores: list, verdict: Verdict) -> float:
    return sum(score.verdict is verdict for score in scores) / len(scores)


if __name__ == "__main__":
    raise SystemExit(main())
