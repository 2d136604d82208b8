"""The report: one self-contained page that shows a film and everything behind it, made to be shared.

Pictures are data URIs, there is no script, nothing is fetched (the page's own content security policy forbids it), and
no place on this machine is named. What the page says is given to it as plain records; it asks nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from charkit.cards import Html, card, picture_uri
from charkit.documents import replace_file
from charkit.errors import UsageError
from charkit.film.records import link_from_here
from charkit.money import dollars
from charkit.scoring import Axis, Score, Scorecard, Verdict
from charkit.scoring.scorecard import meaning

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from jinja2 import Environment

    from charkit.film import Film
    from charkit.references.preflight import Preflight
    from charkit.scoring import JudgeReport

__all__ = [
    "Claim",
    "Report",
    "ReportCharacter",
    "ReportData",
    "ReportReference",
    "ReportShot",
    "ReportSpending",
    "ReportTake",
    "strip",
    "write_report",
]

MAX_BYTES = 6_000_000
"""The largest page that is written: what mail and chat still take."""
_STRIP_WIDTH = 232
"""Pixels of one picture in a strip of frames."""


@dataclass(frozen=True, kw_only=True)
class ReportReference:
    """A reference as it went out with a request."""

    character: str
    view: str
    digest: str
    picture: bytes
    """A small JPEG."""
    field: str = ""
    """Where on the wire it went; empty when it was not sent."""
    name: str = ""
    """The file name or tag under which it went."""


@dataclass(frozen=True, kw_only=True)
class ReportTake:
    """One attempt at a shot."""

    number: int
    chosen: bool
    """Whether the film uses it."""
    outcome: str
    message: str = ""
    route: str
    model: str
    """As the service named it in its answer."""
    estimated_usd: float
    charged_usd: float
    seed: int | None = None
    why: str = ""
    """Why it was made, where it is a retake."""
    digest: str = ""
    link: str = ""
    """A relative link to the clip, which works where the page lies beside it."""
    references: tuple[ReportReference, ...] = ()
    scores: tuple[Score, ...] = ()
    frames: tuple[bytes, ...] = ()
    """A strip of small JPEGs; see `strip`."""


@dataclass(frozen=True, kw_only=True)
class ReportShot:
    """A shot, what it should show, and the attempts at it."""

    id: str
    seconds: float
    framing: str
    characters: tuple[str, ...]
    place: str
    action: str = ""
    dialogue: tuple[str, ...] = ()
    prompt: str
    why: str = ""
    """Why this route."""
    warnings: tuple[str, ...] = ()
    takes: tuple[ReportTake, ...]

    @property
    def best(self) -> ReportTake | None:
        """The take that the film uses, else the latest."""
        return next((take for take in self.takes if take.chosen), self.takes[-1] if self.takes else None)


@dataclass(frozen=True, kw_only=True)
class ReportCharacter:
    """Who must stay the same."""

    name: str
    description: str
    palette: tuple[tuple[str, str], ...] = ()
    """Colours as (name, #rrggbb)."""
    picture: bytes | None = None
    """A small JPEG."""


@dataclass(frozen=True, kw_only=True)
class ReportSpending:
    """What one shot, or one route, was expected to cost and did cost, in US dollars."""

    what: str
    """Designs, shots or retakes; or the shot's id."""
    route: str
    count: int
    """How many requests."""
    estimated_usd: float
    charged_usd: float
    in_doubt_usd: float = 0.0
    """What may have been charged; it counts against the cap until somebody knows."""
    refunded_usd: float = 0.0

    @property
    def difference_usd(self) -> float:
        """What was charged beyond the estimate; below zero where it was cheaper."""
        return round(self.charged_usd + self.in_doubt_usd - self.estimated_usd, 6)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A percentage that somebody states, with its source; never a fact."""

    route: str
    claimed: str
    source: str


@dataclass(frozen=True, kw_only=True)
class ReportData:
    """All that the page says."""

    title: str
    logline: str = ""
    production: str
    run: str
    created: str
    """Date of the run, as it should be read."""
    simulated: bool
    film: Film | None
    shots: tuple[ReportShot, ...]
    card: Scorecard
    characters: tuple[ReportCharacter, ...] = ()
    spending: tuple[ReportSpending, ...] = ()
    """By what it was for and route."""
    by_shot: tuple[ReportSpending, ...] = ()
    """By shot and route."""
    cap_usd: float | None = None
    claims: tuple[Claim, ...] = ()
    judge: JudgeReport | None = None
    """What a vision model's answers are worth; None where none was asked."""
    origins: str = ""
    """What Content Credentials the takes came with, and what became of them in the film."""
    preflight: Preflight | None = None
    """What was found about the references before anything was uploaded."""
    again: tuple[str, ...] = ()
    """The commands that make it again."""
    versions: tuple[tuple[str, str], ...] = ()

    @cached_property
    def estimated_usd(self) -> float:
        """What was expected to be paid, in all."""
        return sum(item.estimated_usd for item in self.spending)

    @cached_property
    def charged_usd(self) -> float:
        """What was paid, in all; on the simulator, what the services would have asked."""
        return sum(item.charged_usd for item in self.spending)

    @cached_property
    def used(self) -> dict[str, int]:
        """Which take of each shot the film uses."""
        return {shot.id: take.number for shot in self.shots for take in shot.takes if take.chosen}

    @cached_property
    def chosen(self) -> dict[tuple[str, str, str], Score]:
        """The scores of the film's takes by axis, shot and character; axes stay apart."""
        return {(s.axis.value, s.shot, s.character): s for s in self.card.scores if self.used.get(s.shot) == s.take}

    @property
    def appearances(self) -> int:
        """How often a character is looked for in the film."""
        return len({(shot, character) for _, shot, character in self.chosen if character})


@dataclass(frozen=True, kw_only=True)
class Report:
    """A written report."""

    path: Path
    title: str
    size: int
    """Bytes."""
    simulated: bool
    poster: bytes | None = None
    """The contact sheet, small, as JPEG."""

    def __repr__(self) -> str:
        kind = ", simulated" if self.simulated else ""
        return f"Report({self.title!r}: {self.path.name}{kind})"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        shown = card(
            f"{self.title}: report",
            rows=[("file", self.path.name), ("size", f"{self.size / 1e6:.1f} MB, self-contained")],
            picture=self.poster,
            picture_type="image/jpeg",
            link=link_from_here(self.path),
            badge="simulated" if self.simulated else None,
            badge_kind="simulated",
        )
        return {"text/plain": repr(self), "text/html": shown}


def write_report(data: ReportData, path: Path) -> Report:
    """Write the page.

    Raises:
        UsageError: It would be larger than can be shared.
        StorageError: It cannot be written.
    """
    sheet = _contact_sheet(data.film)
    axes = [axis for axis in data.card.axes if not data.card.lacking(axis)]
    page = (
        _environment()
        .get_template("report.html")
        .render(
            data=data,
            sheet=sheet,
            rates=[
                (
                    name,
                    axis.value,
                    data.card.rate(name, axis, takes=data.used),
                    data.card.line(name, axis, takes=data.used),
                )
                for axis in axes
                for name in data.card.characters
                if axis in data.card.axes_of(name) and not axis.flags
            ],
            maps=[(axis.value, _judged(data.card, axis)) for axis in axes],
            measured=", ".join(meaning(axis) for axis in axes) or "nothing",
            notes=data.card.lines_of_takes,
            thresholds=[
                f"{axis}: {', '.join(sorted({str(s.threshold) for s in data.card.scores if s.axis is axis}))}"
                for axis in axes
            ],
            verdicts=Verdict,
        )
    )
    raw = page.encode("utf-8")
    if len(raw) > MAX_BYTES:
        raise UsageError(f"the report would have {len(raw) / 1e6:.1f} MB; show fewer frames per take")
    replace_file(path, raw)
    poster = _contact_sheet(data.film, width=640)
    return Report(path=path, title=data.title, size=len(raw), simulated=data.simulated, poster=poster)


def _judged(card: Scorecard, axis: Axis) -> list[str]:
    """Return who has a row in an axis's map; an empty name for takes that were judged as a whole."""
    return [name for name in (*card.characters, "") if axis in card.axes_of(name)]


def strip(clip: Path, count: int = 5) -> tuple[bytes, ...]:
    """Return frames of a clip as small JPEGs, evenly spread.

    Raises:
        UnreadableMedia: The clip cannot be decoded.
    """
    from PIL import Image

    from charkit.media.frames import sample
    from charkit.media.images import encode_jpeg

    pictures = [Image.fromarray(frame.rgb) for frame in sample(clip, count, height=240)]
    for picture in pictures:
        picture.thumbnail((_STRIP_WIDTH, _STRIP_WIDTH))
    return tuple(encode_jpeg(picture, quality=78) for picture in pictures)


def _contact_sheet(film: Film | None, *, width: int = 1600) -> bytes | None:
    """Return the contact sheet as a JPEG of a width in pixels: by default that of the page."""
    if film is None or not film.contact_sheet.exists():
        return None
    from PIL import Image

    from charkit.media.images import encode_jpeg

    with Image.open(film.contact_sheet) as opened:
        picture = opened.convert("RGB")
    picture.thumbnail((width, 4 * width))
    return encode_jpeg(picture, quality=82)


def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    found = Environment(
        loader=PackageLoader("charkit", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {
        "uri": _uri,
        "usd": dollars,
        "signed": _signed,
        "short": _short,
        "percent": _percent,
        "counted": _counted,
        "sentence": _sentence,
    }
    return found


def _uri(data: bytes, kind: str = "image/jpeg") -> Html:
    return Html(picture_uri(data, kind))


def _signed(amount: float) -> str:
    """Return a difference: none as a dash, so that what differs stands out."""
    if abs(amount) < 0.00005:
        return "–"
    return f"{'+' if amount > 0 else '−'}{dollars(abs(amount))}"


def _short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:12]


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def _counted(items: Sequence[object] | int, one: str, several: str = "") -> str:
    number = items if isinstance(items, int) else len(items)
    return f"{number} {one if number == 1 else several or one + 's'}"


def _sentence(words: str) -> str:
    """Return words with a capital and a full stop; an id or a quotation stays as it is."""
    text = words.strip()
    stop = "" if not text or text[-1] in '.!?…”"' else "."
    return text[:1].upper() + text[1:] + stop
