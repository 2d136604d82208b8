"""Writes the page: data in, one file of HTML out.

Pictures are data URIs, there is no script, nothing is fetched (the page's own content security policy forbids it), and
no place on this machine is named. What the page says is given to it as plain records; it asks nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.documents import replace_file
from charkit.errors import UsageError
from charkit.report.records import Report
from charkit.report.wording import FILTERS
from charkit.scoring.scorecard import meaning

if TYPE_CHECKING:
    from pathlib import Path

    from jinja2 import Environment

    from charkit.film import Film
    from charkit.report.records import ReportData
    from charkit.scoring import Axis, Rate, Scorecard

__all__ = ["MAX_BYTES", "strip", "write_report"]

MAX_BYTES = 6_000_000
"""The largest page that is written: what mail and chat still take."""
_STRIP_WIDTH = 232
"""Pixels of one picture in a strip of frames."""


def write_report(data: ReportData, path: Path) -> Report:
    """Write the page.

    Raises:
        UsageError: It would be larger than can be shared.
        StorageError: It cannot be written.
    """
    axes = [axis for axis in data.card.axes if not data.card.lacking(axis)]
    template = _environment().get_template("report.html")
    page = template.render(
        data=data,
        sheet=_contact_sheet(data.film),
        rates=_rates(data, axes),
        maps=[(axis.value, _judged(data.card, axis)) for axis in axes],
        measured=", ".join(meaning(axis) for axis in axes) or "nothing",
        notes=data.card.lines_of_takes,
        lines={axis: _line_of(data.card, axis) for axis in axes},
    )
    raw = page.encode("utf-8")
    if len(raw) > MAX_BYTES:
        raise UsageError(f"the report would have {len(raw) / 1e6:.1f} MB; show fewer frames per take")
    replace_file(path, raw)
    poster = _contact_sheet(data.film, width=640)
    return Report(path=path, title=data.title, size=len(raw), simulated=data.simulated, poster=poster)


def _rates(data: ReportData, axes: list[Axis]) -> list[tuple[str, str, Rate, str]]:
    """Return who passed how often on which axis, over the takes in the film, with the sentence that says it all."""
    return [
        (name, axis.value, data.card.rate(name, axis, takes=data.used), data.card.line(name, axis, takes=data.used))
        for axis in axes
        for name in data.card.characters
        if axis in data.card.axes_of(name) and not axis.flags
    ]


def _line_of(card: Scorecard, axis: Axis) -> str:
    """Return where an axis draws the line between consistent and drifted."""
    return ", ".join(sorted({str(score.threshold) for score in card.scores if score.axis is axis}))


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
    found.filters |= FILTERS
    return found
