"""Rich display: static, escaped, the same for everybody."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser

import pytest

from charkit.cards import BadgeKind, Html, badge, card, folded, grid, no_formulas, picture_uri, swatches, table

HOSTILE = "</figure><script>alert('x')</script>\" onload=\"x"
VOID = {"img", "br"}


class Seen(HTMLParser):
    """What a browser would make of a fragment: tags, attributes, text; complains about unbalanced tags."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""
        self.open: list[str] = []
        self.feed(markup)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def full_card(text: str = "S02") -> Html:
    return card(
        text,
        rows=[(text, text), ("route", "omni")],
        picture=b"pixels",
        link="takes/S02.mp4",
        badge=text,
        badge_kind="warn",
        note=text * 50,
    )


def test_a_card_holds_picture_title_facts_badge_and_a_folded_note() -> None:
    seen = Seen(full_card())
    assert seen.tags[0] == "figure"
    assert {"img", "figcaption", "table", "details", "summary", "a"} <= set(seen.tags)
    assert ("src", "data:image/webp;base64," + base64.b64encode(b"pixels").decode()) in seen.attributes
    assert ("href", "takes/S02.mp4") in seen.attributes
    assert "omni" in seen.words


def test_hostile_text_is_escaped_everywhere() -> None:
    everything = [
        full_card(HOSTILE),
        table([HOSTILE, "b"], [[HOSTILE, "1"]], caption=HOSTILE),
        swatches({HOSTILE: "#aabbcc"}),
        badge(HOSTILE, "bad"),
    ]
    for markup in everything:
        seen = Seen(markup)
        assert "script" not in seen.tags
        assert not [name for name, _ in seen.attributes if name.startswith("on")]
        assert HOSTILE in seen.words


@pytest.mark.parametrize("link", ["javascript:alert(1)", "JavaScript:x", "data:text/html,x", "vbscript:x", "//host/x"])
def test_a_link_that_runs_something_is_left_out(link: str) -> None:
    assert "a" not in Seen(card("x", link=link)).tags


@pytest.mark.parametrize("link", ["a/b.mp4", "../film.mp4", "https://x.test/a?b=1&c=2", "#S02", "./S02:1.mp4"])
def test_an_ordinary_link_is_kept(link: str) -> None:
    assert ("href", link) in Seen(card("x", link=link)).attributes


def test_trusted_fragments_are_kept_as_they_are() -> None:
    assert "<b>bold</b>" in table(["a"], [[Html("<b>bold</b>")]])
    assert "&lt;b&gt;" in table(["a"], [["<b>"]])


def test_no_part_needs_a_script_a_style_sheet_or_the_network() -> None:
    markup = grid([full_card(), table(["a"], [["1"]]), swatches({"coat": "#c8a03c"})])
    seen = Seen(markup)
    assert not {"script", "style", "link", "svg", "iframe"} & set(seen.tags)
    assert not [value for name, value in seen.attributes if name in {"class", "id"} or "url(" in (value or "")]
    assert not [value for name, value in seen.attributes if name == "src" and not (value or "").startswith("data:")]


def test_text_takes_the_colour_of_the_page_so_that_dark_and_light_both_work() -> None:
    styles = [value or "" for name, value in Seen(full_card()).attributes if name == "style"]
    painted = [style for style in styles if "color: #" in style]
    assert len(painted) == 1  # the badge, which brings its own ground
    assert "color: #ffffff" in painted[0]


@pytest.mark.parametrize("kind", ["simulated", "ok", "warn", "bad"])
def test_a_badge_is_readable_by_itself(kind: BadgeKind) -> None:
    ground = re.search(r"background-color: #(\w{6})", badge("x", kind))
    assert ground is not None
    channels = [int(ground[1][i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    assert 1.05 / (luminance + 0.05) >= 4.5


def test_a_column_of_figures_is_set_flush_right() -> None:
    markup = table(["shot", "price", "gain"], [["S01", "$0.40", "–"], ["S02", "$1.20", "+3.1 %"]])
    sides = [
        value.split(";")[0] for name, value in Seen(markup).attributes if name == "style" and "text-align" in value[:12]
    ]
    assert sides == ["text-align: left", "text-align: right", "text-align: right"] * 3


def test_a_short_note_is_shown_and_a_long_one_folds() -> None:
    assert "details" not in Seen(card("x", note="Short.")).tags
    long = Seen(card("x", note="word " * 60))
    assert "details" in long.tags
    assert "word " * 60 in long.words


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="1 cells under 2 columns"):
        table(["a", "b"], [["1"]])
    with pytest.raises(ValueError, match="is not a colour like"):
        swatches({"coat": "red;background:url(x)"})
    with pytest.raises(ValueError, match="is not an image type"):
        picture_uri(b"", 'text/html"')


def test_the_same_things_make_the_same_markup() -> None:
    assert full_card() == full_card()
    assert full_card()._repr_html_() == str(full_card())


def test_what_is_folded_keeps_its_lines_and_is_escaped_unless_it_is_markup() -> None:
    shown = folded("the <answer>", "a & b\nc")
    assert "the &lt;answer&gt;" in shown
    assert "<pre" in shown
    assert "a &amp; b\nc" in shown
    assert "<b>x</b>" in folded("title", Html("<b>x</b>"))
    assert "<pre" not in folded("title", Html("<b>x</b>"))


def test_two_prices_in_one_text_are_not_set_as_a_formula():
    shown = table(["price"], [["$0.10/s at 720p, $0.30/s at 4k"], ["$5.00"]], caption="$1.13 of $5.00")
    for stretch in re.split(r"<(?!br)[^>]*>", shown):
        assert stretch.count("$") < 2
    assert "$5.00</td>" in shown
    assert re.sub(r"</?span>", "", shown).count("$1.13 of $5.00") == 1
    assert no_formulas(shown) == shown
    assert no_formulas('<a title="$1 $2">$1<br>$2</a>') == '<a title="$1 $2"><span>$</span>1<br><span>$</span>2</a>'
