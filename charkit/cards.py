"""Cards, tables and swatches: small static HTML that shows itself in JupyterLab, on GitHub and in a report.

No script, no style sheet, no class names: an untrusted notebook keeps inline styles and data URIs and drops the
rest, and GitHub drops even the styles, so the bare markup has to read well by itself (a figure with its picture, a
table with its headings, a details element for long text). Colours follow the page: text inherits its colour, lines
and grounds are translucent greys that work on white and on black alike. All text is escaped; only `Html` is trusted.
"""

from __future__ import annotations

import base64
import html
import re
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["BadgeKind", "Html", "badge", "card", "folded", "grid", "no_formulas", "picture_uri", "swatches", "table"]

BadgeKind: TypeAlias = Literal["simulated", "ok", "warn", "bad"]
"""What a badge says at a glance; the words on it say it again for those who do not see colours."""

# Grounds for white letters: at least 4.5:1 (WCAG 2.2, 1.4.3), which no ink without a ground of its own reaches on a
# white page and on JupyterLab's dark one alike.
_HUES: Final[Mapping[str, str]] = {"simulated": "#5f4fd1", "ok": "#17784a", "warn": "#9a5b0a", "bad": "#c02b45"}
_LINE = "rgba(128, 128, 128, 0.3)"
_GROUND = "rgba(128, 128, 128, 0.06)"
_BARE = "background-color: transparent; border: none"  # over the notebook's own stripes
_FONT = "font-family: system-ui, -apple-system, Segoe UI, Roboto, sans-serif"
_SAFE_LINK = re.compile(r"(https?://|mailto:|#|(?![a-z][a-z0-9+.-]*:|//))", re.IGNORECASE)
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_TAG = re.compile(r"(<(?!br\b)[^>]*>)")
_SHORT_CELL = 20  # characters
_LONG_NOTE = 90  # characters; a longer note folds away under its first words


class Html(str):
    """Markup that is trusted as it is; everything else is escaped."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return str(self)


def card(
    title: str,
    *,
    rows: Sequence[tuple[str, str]] = (),
    picture: bytes | None = None,
    picture_type: str = "image/webp",
    link: str | None = None,
    badge: str | None = None,
    badge_kind: BadgeKind = "ok",
    note: str = "",
    width: int = 320,
) -> Html:
    """Return one thing as a card: picture on top, title and badge, facts, and a note.

    Args:
        title: The heading; with `link`, what is clicked.
        rows: Facts as (name, value); a value may be `Html`.
        picture: An encoded image, kept inside the page as a data URI.
        picture_type: Its MIME type.
        link: Where the picture and the title lead; relative paths and http(s) only, anything else is left out.
        badge: A word or two beside the title.
        badge_kind: The badge's tone.
        note: A sentence or a whole prompt; a long one folds.
        width: Of the card, in pixels; narrower where there is less room.
    """
    href = link if link and _SAFE_LINK.match(link) else None
    parts = [_picture(picture, picture_type, title, href, width), _heading(title, href, badge, badge_kind)]
    parts += [_facts(rows), _note(note)]
    style = (
        f"{_FONT}; display: inline-block; vertical-align: top; width: {width}px; max-width: 100%; "
        f"margin: 0 12px 12px 0; border: 1px solid {_LINE};"
        f"border-radius: 10px; overflow: hidden; background-color: {_GROUND}; "
        "box-sizing: border-box; font-size: 13px; line-height: 1.45; text-align: left"
    )
    return no_formulas(f'<figure style="{style}">{"".join(parts)}</figure>')


def _picture(data: bytes | None, kind: str, title: str, href: str | None, width: int) -> str:
    if data is None:
        return ""
    # Tall pictures stand whole in the card instead of making it tall.
    style = "display: block; width: 100%; height: auto; max-height: 300px; object-fit: contain; margin: 0"
    image = f'<img src="{picture_uri(data, kind)}" alt="{_text(title)}" width="{width}" style="{style}">'
    return _anchor(image, href)


def _heading(title: str, href: str | None, word: str | None, kind: BadgeKind) -> str:
    name = f'<b style="font-size: 14px; font-weight: 600">{_text(title)}</b>'
    mark = f" {badge(word, kind)}" if word else ""
    style = "padding: 10px 12px 8px 12px; margin: 0; text-align: left"
    return f'<figcaption style="{style}">{_anchor(name, href)}{mark}</figcaption>'


def _facts(rows: Sequence[tuple[str, str]]) -> str:
    if not rows:
        return ""
    # A width in pixels, since notebooks lay tables out with equal columns where none is given.
    left = "padding: 2px 10px 2px 12px; text-align: left; vertical-align: top; width: 92px; opacity: 0.65"
    right = "padding: 2px 12px 2px 0; text-align: left; vertical-align: top; overflow-wrap: anywhere"
    lines = "".join(
        f'<tr style="{_BARE}"><td style="{left}; {_BARE}">{_text(name)}</td>'
        f'<td style="{right}; {_BARE}">{_text(value)}</td></tr>'
        for name, value in rows
    )
    style = "border-collapse: collapse; border: none; margin: 0 0 8px 0; width: 100%; font-size: 12.5px"
    return f'<table style="{style}"><tbody>{lines}</tbody></table>'


def _note(note: str) -> str:
    if not note:
        return ""
    style = "padding: 0 12px 10px 12px; opacity: 0.8; font-size: 12px"
    if len(note) <= _LONG_NOTE and "\n" not in note:
        return f'<div style="{style}">{_text(note)}</div>'
    first = _text(_opening(note))
    pre = "white-space: pre-wrap; overflow-wrap: anywhere; margin: 6px 0 0 0"
    summary = f'<summary style="cursor: pointer">{first}</summary>'
    return f'<details style="{style}">{summary}<div style="{pre}">{_text(note)}</div></details>'


def _opening(note: str) -> str:
    line = note.strip().splitlines()[0] if note.strip() else ""
    words = line[:60].rsplit(" ", 1)[0] if len(line) > 60 else line
    return words + " …"


def badge(word: str, kind: BadgeKind = "ok") -> Html:
    """Return a short word on a tinted ground."""
    style = (
        f"display: inline-block; color: #ffffff; background-color: {_HUES[kind]}; border-radius: 8px; "
        "padding: 0 7px; font-size: 11px; font-weight: 600; line-height: 1.6; white-space: nowrap"
    )
    return Html(f'<span style="{style}">{_text(word)}</span>')


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "") -> Html:
    """Return rows as a table; columns in which every cell is a figure are set flush right.

    Args:
        columns: The headings.
        rows: One sequence per row, as long as `columns`; cells are escaped, `Html` cells are kept.
        caption: A sentence above it.

    Raises:
        ValueError: A row has another number of cells than there are columns.
    """
    for row in rows:
        if len(row) != len(columns):
            raise ValueError(f"a row of {len(row)} cells under {len(columns)} columns: {list(row)!r:.120}")
    sides = ["right" if _is_figures([row[i] for row in rows]) else "left" for i in range(len(columns))]
    head = "".join(_cell("th", name, side) for name, side in zip(columns, sides, strict=True))
    body = "".join(
        f'<tr style="{_BARE}">' + "".join(_cell("td", c, s) for c, s in zip(row, sides, strict=True)) + "</tr>"
        for row in rows
    )
    title = "padding: 4px 10px 6px 10px; text-align: left; opacity: 0.75; caption-side: top; font-size: 12.5px"
    top = f'<caption style="{title}">{_text(caption)}</caption>' if caption else ""
    style = (
        f"{_FONT}; border-collapse: collapse; border: none; margin: 4px 0 12px 0; font-size: 13px; line-height: 1.45"
    )
    return no_formulas(
        f'<table style="{style}">{top}<thead><tr style="{_BARE}">{head}</tr></thead><tbody>{body}</tbody></table>'
    )


def _cell(tag: str, content: str, side: str) -> str:
    look = f"text-align: {side}; vertical-align: top; padding: 5px 10px; background-color: transparent; border: none"
    line = f"border-bottom: 1px solid {_LINE}"
    weight = "; font-weight: 600; opacity: 0.7; white-space: nowrap" if tag == "th" else ""
    if tag == "td" and not isinstance(content, Html) and len(content) <= _SHORT_CELL:
        weight = "; white-space: nowrap"  # a name with a hyphen stays on its line
    return f'<{tag} style="{look}; {line}{weight}">{_text(content)}</{tag}>'


def _is_figures(cells: Sequence[str]) -> bool:
    pattern = r"[-−+~≈]?\s*[$€]?\s*[\d.,]+\s*(%|s|fps|kB|MB|GB|KiB|MiB|dB|ms|px|×)?"
    stated = [cell for cell in cells if cell not in {"", "–", "-", "—"}]
    return bool(stated) and all(not isinstance(c, Html) and re.fullmatch(pattern, c.strip()) for c in stated)


def grid(cards: Sequence[str]) -> Html:
    """Return cards side by side, as many in a row as fit."""
    return no_formulas(f'<div style="margin: 4px 0; text-align: left">{"".join(str(one) for one in cards)}</div>')


def folded(title: str, content: str) -> Html:
    """Return something long behind its title, to be opened by whoever wants it; text keeps its lines."""
    style = "margin: 4px 0 12px 10px; font-size: 13px; text-align: left"
    pre = "white-space: pre-wrap; overflow-wrap: anywhere; font-size: 12px; margin: 6px 0 0 12px; text-align: left"
    inner = content if isinstance(content, Html) else f'<pre style="{pre}">{_text(content)}</pre>'
    summary = f'<summary style="cursor: pointer">{_text(title)}</summary>'
    return no_formulas(f'<details style="{style}">{summary}{inner}</details>')


def no_formulas(markup: str) -> Html:
    """Return markup whose prices stay prices: what stands between two `$` JupyterLab and nbconvert set as a formula.

    MathJax looks for a formula within one stretch of text, which any tag but a line break ends. So wherever a stretch
    has two of them, each gets a tag of its own.
    """
    parts = _TAG.split(markup)
    parts[::2] = [part.replace("$", "<span>$</span>") if part.count("$") > 1 else part for part in parts[::2]]
    return Html("".join(parts))


def swatches(palette: Mapping[str, str]) -> Html:
    """Return a palette as named patches of colour.

    Args:
        palette: Name to sRGB colour, each `#rrggbb`.

    Raises:
        ValueError: A colour is not `#rrggbb`.
    """
    return Html(" ".join(_swatch(name, colour) for name, colour in palette.items()))


def _swatch(name: str, colour: str) -> str:
    if not _COLOUR.fullmatch(colour):
        raise ValueError(f"{name}: {colour!r} is not a colour like #c8a03c")
    patch = (
        f"display: inline-block; width: 14px; height: 14px; border-radius: 4px; background-color: {colour}; "
        f"border: 1px solid {_LINE}; vertical-align: middle; margin: 0 5px 0 0; box-sizing: border-box"
    )
    holder = "display: inline-block; white-space: nowrap; margin: 0 10px 2px 0"
    code = f'<code style="font-size: 11px; opacity: 0.65; background-color: transparent">{colour}</code>'
    return f'<span style="{holder}"><span style="{patch}">&nbsp;</span>{_text(name)} {code}</span>'


def picture_uri(data: bytes, kind: str = "image/webp") -> str:
    """Return encoded image bytes as a data URI.

    Raises:
        ValueError: The type is not an image type.
    """
    if not re.fullmatch(r"image/[a-z0-9.+-]+", kind):
        raise ValueError(f"{kind!r} is not an image type")
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"


def _anchor(inner: str, href: str | None) -> str:
    if href is None:
        return inner
    return f'<a href="{_text(href)}" style="color: inherit; text-decoration: none">{inner}</a>'


def _text(value: str) -> str:
    return str(value) if isinstance(value, Html) else html.escape(str(value))
