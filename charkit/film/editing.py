"""A cut list on the desk: changed one decision at a time, each checked against the clips and on disk at once.

The file stays the one truth. It is read again whenever somebody else changed it, also in the middle of an edit, and its
comments stay. What would not make a film (points outside of a clip, a transition that is longer than what it joins)
is refused before it is written, so that whatever lies on disk can be assembled.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pydantic import ValidationError

from charkit.documents import held
from charkit.errors import UsageError
from charkit.film.cuts import Cut, CutList
from charkit.film.splicing import splices
from charkit.media.order import Order
from charkit.media.probe import ClipFacts, probe
from charkit.media.stitch import planned

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from charkit.film.subtitles import Cue
    from charkit.store import Store

__all__ = ["Change", "CutDesk", "Running", "changed", "left_out", "moved", "retaken", "titled"]

Change: TypeAlias = Callable[[CutList], CutList]
"""What is done to a cut list."""

_CARD_RATE: Final = Fraction(24)
"""Frames per second in which a film of nothing but cards is counted, as `charkit.film.making` makes it."""
_KEPT: Final = 200
"""Decisions that can be taken back."""


@dataclass(frozen=True, kw_only=True)
class Running:
    """How long a film of a cut list runs, and where each cut stands in it; in seconds."""

    seconds: float
    starts: tuple[float, ...]
    """When each cut is first seen."""
    lasts: tuple[float, ...]
    """How long each is seen, transitions included."""


@dataclass(kw_only=True)
class CutDesk:
    """The cut list of one run, to be changed. Two desks on one file, in two notebooks, lose nothing of each other."""

    path: Path
    """The cut list's file, which is there."""
    store: Store | None = None
    """Where clips with a digest lie."""
    takes: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    """By shot and number, the digests of the takes that may stand in it."""
    cues: Sequence[Cue] = ()
    """The dialogue, for previews of a film whose subtitles are drawn in."""
    _read: tuple[str, CutList] | None = field(default=None, repr=False)
    _facts: dict[tuple[Path, int, int], ClipFacts] = field(default_factory=dict, repr=False)
    _before: list[CutList] = field(default_factory=list, repr=False)

    @property
    def cuts(self) -> CutList:
        """The cut list as it lies on disk.

        Raises:
            BadDocument: the file is missing, or says something that it may not say; names the line.
        """
        digest = self._digest()
        if self._read is None or self._read[0] != digest:
            self._read = (digest, CutList.load(self.path))
        return self._read[1]

    def edit(self, change: Change) -> CutList:
        """Change the cut list, check it, write it, and return it.

        Raises:
            UsageError: the change cannot be made, or what came of it cannot be shown; nothing was written.
            BadDocument: the file on disk says something that it may not say.
            UnreadableMedia: a clip is missing or damaged.
            StorageError: it cannot be written.
        """
        return self._write(change, keep=True)

    def undo(self) -> CutList:
        """Take the last decision of this desk back.

        Raises:
            UsageError: there is none.
        """
        if not self._before:
            raise UsageError("nothing was changed here that could be taken back")
        former = self._before[-1]
        cuts = self._write(lambda _: former, keep=False)
        self._before.pop()
        return cuts

    @property
    def undoable(self) -> int:
        """How many decisions can be taken back."""
        return len(self._before)

    def running(self, cuts: CutList | None = None) -> Running:
        """Lay a cut list out without making anything.

        Raises:
            UsageError: points lie outside of a clip, or a transition is longer than what it joins.
            UnreadableMedia: a clip is missing or damaged.
        """
        cuts = cuts or self.cuts
        facts = self.facts(cuts)
        layout = planned(splices(cuts.cuts, facts), facts)
        rate = layout.shape.fps
        return Running(
            seconds=float(layout.seconds),
            starts=tuple(float(placed.start / rate) for placed in layout.pieces),
            lasts=tuple(float(placed.piece.frames / rate) for placed in layout.pieces),
        )

    def facts(self, cuts: CutList) -> list[ClipFacts]:
        """Return what each cut's clip is; a card's are those of a clip that lasts as long, in the film's rate."""
        found = [None if cut.card else self._probed(cuts.locate(cut, self.store)) for cut in cuts.cuts]
        like = next((one for one in found if one is not None), None)
        return [one or _card_facts(cut, like) for cut, one in zip(cuts.cuts, found, strict=True)]

    def clip(self, cut: Cut) -> ClipFacts:
        """Return what a cut's clip is.

        Raises:
            UsageError: it is a card.
            UnreadableMedia: it is missing or damaged.
        """
        return self._probed(self.cuts.locate(cut, self.store))

    def _write(self, change: Change, *, keep: bool) -> CutList:
        with held(self.path):
            former = self.cuts
            cuts = change(former)
            if cuts == former:
                return former
            cuts._folder = self.path.parent  # noqa: SLF001  # where its files are looked for, once it is saved there
            self.running(cuts)
            cuts.save(self.path)
            self._read = (self._digest(), cuts)  # whoever writes it makes sure that it reads back as the same
        if keep:
            self._before = [*self._before, former][-_KEPT:]
        return self.cuts

    def _digest(self) -> str:
        return hashlib.sha256(self.path.read_bytes()).hexdigest() if self.path.is_file() else ""

    def _probed(self, clip: Path) -> ClipFacts:
        if not clip.is_file():
            return probe(clip)  # which says so
        now = clip.stat()
        key = (clip, now.st_size, now.st_mtime_ns)
        if key not in self._facts:
            self._facts[key] = probe(clip)
        return self._facts[key]


def _card_facts(cut: Cut, like: ClipFacts | None) -> ClipFacts:
    """Return the facts of a card's clip, which is made with the film only."""
    from pathlib import Path

    seconds = cut.card.seconds if cut.card else 0.0
    rate = like.fps if like else _CARD_RATE
    frames = max(1, round(Fraction(seconds).limit_denominator(100_000) * rate))
    if like is not None:
        return replace(like, path=Path(cut.shot), frames=frames, seconds=float(frames / rate), audio_codec=None)
    return ClipFacts(
        path=Path(cut.shot), size=0, width=1920, height=1080, fps=rate, constant_rate=True, frames=frames,
        seconds=float(frames / rate), codec="h264", profile="High", pixel_format="yuv420p", coded_width=1920,
        coded_height=1080, time_base=1 / rate, start=0.0, keyframes=(0,), has_b_frames=False, hidden_frames=0,
        whole_run=True, reorder=0, codec_header=b"", clean_start=True, sample_aspect=Fraction(1), rotation=0,
        order=Order(shown=tuple(range(frames)), entries=frozenset({0})),
    )  # fmt: skip


def moved(place: int, to: int) -> Change:
    """Bring a cut to another place; both counted from 0. What leads out of the last cut is dropped.

    Raises:
        UsageError: when it is used: there is no such place.
    """

    def change(cuts: CutList) -> CutList:
        _at(cuts, place)
        _at(cuts, to)
        order = list(cuts.cuts)
        order.insert(to, order.pop(place))
        return _with(cuts, order)

    return change


def left_out(place: int) -> Change:
    """Leave a cut out of the film; its take stays where it is.

    Raises:
        UsageError: when it is used: there is no such place, or it is the only one.
    """

    def change(cuts: CutList) -> CutList:
        _at(cuts, place)
        if len(cuts.cuts) == 1:
            raise UsageError("a film needs at least one cut; this is the last one")
        return _with(cuts, [cut for index, cut in enumerate(cuts.cuts) if index != place])

    return change


def changed(place: int, **said: object) -> Change:
    """Change what a cut says, by the words of the file: `changed(0, **{"in": 0.5, "gain": -3})`; None: it says nothing.

    Raises:
        UsageError: when it is used: there is no such place, or the cut may not say that; one line.
    """

    def change(cuts: CutList) -> CutList:
        cut = _at(cuts, place)
        words: dict[str, Any] = {**cut.model_dump(by_alias=True, exclude_unset=True), **said}
        try:
            new = Cut.model_validate({key: value for key, value in words.items() if value is not None})
        except ValidationError as error:
            raise UsageError(_line(cut, error)) from None
        if place == len(cuts.cuts) - 1 and new.transition is not None:
            raise UsageError(f"nothing follows {cut.shot} that a transition could lead into")
        return _with(cuts, [new if index == place else one for index, one in enumerate(cuts.cuts)])

    return change


def titled(place: int, text: str) -> Change:
    """Set the words over a cut's picture, the first of them if there are several; none if the text is empty.

    Raises:
        UsageError: when it is used: there is no such place, or the text is too long.
    """

    def change(cuts: CutList) -> CutList:
        titles = [one.model_dump(by_alias=True, exclude_unset=True) for one in _at(cuts, place).titles]
        first = [{**(titles[0] if titles else {}), "text": text.strip()}] if text.strip() else []
        return changed(place, titles=[*first, *titles[1:]] or None)(cuts)

    return change


def retaken(place: int, take: int, clip: str) -> Change:
    """Put another take of the same shot in a cut's place. Its points go, since they were set by the other's pictures.

    Raises:
        UsageError: when it is used: there is no such place.
    """
    return changed(place, take=take, clip=clip, file=None, **{"in": None, "out": None})


def _with(cuts: CutList, order: Sequence[Cut]) -> CutList:
    """Return the list with other cuts; nothing leads out of the last one."""
    last = order[-1]
    if last.transition is not None:
        said = last.model_dump(by_alias=True, exclude_unset=True, exclude={"transition"})
        order = [*order[:-1], Cut.model_validate(said)]
    new = cuts.model_copy(update={"cuts": tuple(order)})
    new._folder = cuts._folder  # noqa: SLF001  # copies lose what is private
    return new


def _at(cuts: CutList, place: int) -> Cut:
    if not 0 <= place < len(cuts.cuts):
        raise UsageError(f"there is no cut {place + 1}; the film has {len(cuts.cuts)}")
    return cuts.cuts[place]


def _line(cut: Cut, error: ValidationError) -> str:
    """Return the first fault in one line."""
    first = error.errors(include_url=False)[0]
    what = first["msg"].removeprefix("Value error, ")
    where = ".".join(str(step) for step in first["loc"] if isinstance(step, str) and "[" not in step)
    return f"{cut.shot}, {where}: {what[0].lower()}{what[1:]}" if where else what
