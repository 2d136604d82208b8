"""Asking people whether two pictures show the same character, blinded, and holding every axis against their answers.

A question shows a reference and a frame of a take, and nothing else: no name, no shot, no route, no score. Half of them
put somebody else's reference beside the take. Each rater gets the questions in an order of their own; answers lie on
disk after every click, one file a rater. Agreement is Krippendorff's alpha; an axis is held against the share of raters
that said "same" (scoring.md, 9: at least 100 pairs and three raters; the embeddings that are published as stand-ins for
people agree with them on single pairs in half of the cases, so measure yours).

What somebody stars, keeps, rejects or notes on a board is kept apart and counts nowhere here: it was said beside the
scores, about takes that were picked, so it would agree with the axes by design. It decides which take a film shows.
"""

from __future__ import annotations

import hashlib
import io
import random
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from charkit.documents import held, read_json, write_json
from charkit.errors import CharkitError, UnknownName, UsageError
from charkit.media import frames as sampling
from charkit.media import images
from charkit.scoring.agreement import agreement
from charkit.scoring.people_questions import ANSWERS, Answer, AxisScore, Question, Rating
from charkit.scoring.people_result import AxisResult, HumanResult
from charkit.scoring.run import score_takes
from charkit.scoring.subject import prior_box

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from charkit.scoring.base import Axis, Scorer, ShotEvidence

__all__ = ["ANSWERS", "Answer", "AxisScore", "HumanCheck", "Question", "Rating", "ask_people"]

_VALUES: Mapping[Answer, float | None] = {"same": 1.0, "different": 0.0, "cannot tell": None}
_SIDE = 220
"""Pixels of a shown picture's longer side."""
_RATER = re.compile(r"[\w-]{1,40}")


class _CheckFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["charkit human check 1"] = "charkit human check 1"
    seed: int
    simulated: bool
    questions: tuple[Question, ...]


@dataclass(frozen=True, kw_only=True)
class HumanCheck:
    """The questions, and the raters' answers beside them on disk."""

    folder: Path
    seed: int
    questions: tuple[Question, ...]
    simulated: bool = False
    """Whether the simulator made the takes."""

    def save(self) -> None:
        """Write the questions.

        Raises:
            StorageError: they cannot be written.
        """
        file = _CheckFile(seed=self.seed, simulated=self.simulated, questions=self.questions)
        write_json(self.folder / "questions.json", file)

    @classmethod
    def load(cls, folder: Path) -> HumanCheck:
        """Read what `save` wrote.

        Raises:
            BadDocument: the file is missing or is no human check.
        """
        file = read_json(folder / "questions.json", _CheckFile)
        return cls(folder=folder, seed=file.seed, questions=file.questions, simulated=file.simulated)

    def order_for(self, rater: str) -> tuple[Question, ...]:
        """Return the questions in the rater's own order, the same every time."""
        shuffled = sorted(self.questions, key=lambda question: question.id)
        random.Random(f"{self.seed}/{rater}").shuffle(shuffled)  # noqa: S311  # an order, no secret
        return tuple(shuffled)

    def rating(self, rater: str) -> Rating:
        """Return what a rater answered so far.

        Raises:
            UsageError: the name cannot be a file's.
        """
        file = self._file(rater)
        return read_json(file, Rating) if file.is_file() else Rating(rater=rater, answers={})

    def answer(self, rater: str, question: str, said: Answer, *, simulated: bool = False) -> Rating:
        """Write an answer down; a later one to the same question replaces it.

        Raises:
            UnknownName: there is no such question, or no such answer.
        """
        known = {each.id for each in self.questions}
        if question not in known:
            raise UnknownName("question", question, known)
        if said not in ANSWERS:
            raise UnknownName("answer", said, ANSWERS)
        file = self._file(rater)
        with held(file):  # a rater may have two windows open
            before = self.rating(rater)
            after = before.model_copy(
                update={"answers": {**before.answers, question: said}, "simulated": simulated or before.simulated}
            )
            write_json(file, after)
        return after

    def next_for(self, rater: str) -> Question | None:
        """Return the rater's next unanswered question; None when all are answered."""
        done = self.rating(rater).answers
        return next((question for question in self.order_for(rater) if question.id not in done), None)

    @property
    def ratings(self) -> tuple[Rating, ...]:
        """All raters' answers, by name."""
        files = sorted((self.folder / "ratings").glob("*.json"))
        return tuple(read_json(file, Rating) for file in files)

    def result(self) -> HumanResult:
        """Return how far raters agree, and how well every axis agrees with them.

        Raises:
            UsageError: nobody has answered yet.
        """
        ratings = self.ratings
        if not ratings:
            raise UsageError("nobody has answered yet; a rater's answers lie in `ratings` beside the questions")
        rows = [[self._value(rating, question) for question in self.questions] for rating in ratings]
        shares = [_mean([row[place] for row in rows]) for place in range(len(self.questions))]
        axes = dict.fromkeys(score.axis for question in self.questions for score in question.scores)
        return HumanResult(
            agreement=agreement(rows),
            axes=tuple(AxisResult.of(axis, self._scores(axis), shares) for axis in axes),
            questions=len(self.questions),
            answered=tuple(sum(value is not None for value in row) for row in rows),
            raters=tuple(rating.rater for rating in ratings),
            simulated_raters=sum(rating.simulated for rating in ratings),
            simulated_takes=self.simulated,
        )

    def _value(self, rating: Rating, question: Question) -> float | None:
        said = rating.answers.get(question.id)
        return None if said is None else _VALUES[said]

    def _scores(self, axis: Axis) -> list[AxisScore | None]:
        return [next((score for score in q.scores if score.axis is axis), None) for q in self.questions]

    def _file(self, rater: str) -> Path:
        if not _RATER.fullmatch(rater):
            raise UsageError(f"rater is {rater!r}; a name has 1 to 40 letters, digits, '-' and '_': a file is named so")
        return self.folder / "ratings" / f"{rater}.json"

    def rehearse(self, rater: str, same: Mapping[str, bool | None], *, slips: float = 0.08) -> Rating:
        """Answer all questions in a rater's place, from a known truth and with slips; marked as simulated.

        Args:
            rater: A name; what slips follows from it.
            same: By question: whether it is the same character; None for `cannot tell`.
            slips: The share of answers that come out wrong.
        """
        luck = random.Random(f"{self.seed}/{rater}/slips")  # noqa: S311  # a rehearsal
        for question in self.order_for(rater):
            truth, slip = same.get(question.id), luck.random() < slips
            said: Answer = "cannot tell" if truth is None else "same" if truth is not slip else "different"
            self.answer(rater, question.id, said, simulated=True)
        return self.rating(rater)

    def __repr__(self) -> str:
        answered = ", ".join(f"{r.rater} {len(r.answers)}" for r in self.ratings) or "nobody yet"
        return f"HumanCheck({len(self.questions)} questions; answered: {answered})"


def ask_people(
    evidence: Iterable[ShotEvidence],
    folder: Path,
    *,
    scorers: Callable[[], Sequence[Scorer]],
    pairs: int = 100,
    seed: int = 0,
    simulated: bool = False,
) -> HumanCheck:
    """Make the questions of a check from judged takes, half of them with a stranger's reference, and write them down.

    Args:
        evidence: Takes with their characters and references.
        folder: Where questions and answers lie.
        scorers: Returns fresh scorers; each says what it thinks of every question.
        pairs: How many questions at most.
        seed: Of the choice and of all orders.
        simulated: Whether the simulator made the takes.

    Raises:
        UsageError: no take shows a character with a reference.
    """
    luck = random.Random(seed)  # noqa: S311  # a choice, no secret
    entries = [entry for entry in evidence if entry.character and entry.references]
    cast = {entry.character: entry.references for entry in entries}
    own = [("own", entry, entry.references) for entry in entries]
    strange = [("stranger", e, refs) for e in entries for name, refs in cast.items() if name != e.character]
    half = pairs // 2
    few = luck.sample(strange, min(half, len(strange)))
    chosen = [*luck.sample(own, min(pairs - len(few), len(own))), *few]
    if not chosen:
        raise UsageError("there is nothing to ask about: no take shows a character that has a reference")
    chosen.sort(key=lambda one: (one[1].shot, one[1].take, one[1].character, one[0]))
    asked = [replace(entry, references=references) for _, entry, references in chosen]
    judges = scorers()
    scores = score_takes(asked, scorers=judges).scores
    questions = []
    for place, ((kind, entry, _), shown) in enumerate(zip(chosen, asked, strict=True)):
        told = [scores[judge * len(asked) + place] for judge in range(len(judges))]
        pictures = _pictures(shown, luck)
        if pictures is None:
            continue
        said = tuple(AxisScore(axis=s.axis, score=s.score, verdict=s.verdict, threshold=s.threshold) for s in told)
        questions.append(_question(kind, entry, pictures, said, seed))
    check = HumanCheck(folder=folder, seed=seed, questions=tuple(questions), simulated=simulated)
    check.save()
    return check


def _question(
    kind: str, entry: ShotEvidence, pictures: tuple[bytes, bytes], said: tuple[AxisScore, ...], seed: int
) -> Question:
    content = f"{seed}/{kind}/{entry.clip_digest}/{entry.shot}/{entry.take}/{entry.character}/".encode() + pictures[0]
    return Question(
        id=hashlib.sha256(content).hexdigest()[:12],
        left=pictures[0],
        right=pictures[1],
        kind="own" if kind == "own" else "stranger",
        shot=entry.shot,
        take=entry.take,
        character=entry.character,
        clip_digest=entry.clip_digest,
        scores=said,
    )


def _pictures(entry: ShotEvidence, luck: random.Random) -> tuple[bytes, bytes] | None:
    """Return a reference and a cut of the take's middle frame; None where one of them cannot be read."""
    from PIL import Image

    reference = luck.choice(entry.references)
    try:
        left = images.open_upright(reference).convert("RGB")
        frame = sampling.sample(entry.clip, 3, height=360)[1].rgb
    except (CharkitError, OSError, IndexError):
        return None
    box = prior_box(entry)
    height, width = frame.shape[:2]
    right = Image.fromarray(frame).crop(
        (round(box.left * width), round(box.top * height), round(box.right * width), round(box.bottom * height))
    )
    return _jpeg(left), _jpeg(right)


def _jpeg(picture: object) -> bytes:
    from PIL import Image

    if not isinstance(picture, Image.Image):
        raise TypeError(f"a picture is needed, not {type(picture).__name__}")
    small = picture.copy()
    small.thumbnail((_SIDE, _SIDE))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()


def _mean(values: Sequence[float | None]) -> float | None:
    said = [value for value in values if value is not None]
    return sum(said) / len(said) if said else None
