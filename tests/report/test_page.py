from __future__ import annotations

import io
import re
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser

import pytest
from PIL import Image

from charkit.errors import UsageError
from charkit.film import Film, FilmJoin, FilmShot, FilmSound, Output
from charkit.report import (
    Claim,
    ReportCharacter,
    ReportData,
    ReportReference,
    ReportShot,
    ReportSpending,
    ReportTake,
    write_report,
)
from charkit.report import page as pages
from charkit.scoring import (
    Axis,
    Finding,
    FrameEvidence,
    PaletteScorer,
    Score,
    Scorecard,
    ScoredTake,
    Threshold,
    Verdict,
)


def picture(kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (32, 18), (200, 120, 40)).save(out, kind)
    return out.getvalue()


def make_score(shot: str, take: int, value: float) -> Score:
    return Score(
        shot=shot,
        take=take,
        character="Mira",
        axis=Axis.PALETTE,
        verdict=Verdict.CONSISTENT if value > 0.7 else Verdict.DRIFTED,
        score=value,
        variants=(("as it is", 0.8), ("grey-world", 0.7)),
        threshold=Threshold(name="test", value=0.7, calibrated=False),
        valid_frames=8,
        sampled_frames=8,
        worst=FrameEvidence(time=1.5, score=value, jpeg=picture(), digest="sha256:00"),
    )


def make_take(number: int, *, chosen: bool, scores: tuple[Score, ...] = (), **more) -> ReportTake:
    reference = ReportReference(
        character="Mira",
        view="face",
        digest="sha256:" + "ab" * 32,
        picture=picture(),
        field="input[0]",
        name="<IMAGE_REF_0>",
    )
    said = {
        "outcome": "succeeded",
        "route": "omni-1.2",
        "model": "gemini-omni-1.2",
        "estimated_usd": 0.4,
        "charged_usd": 0.4,
    }
    said |= {"digest": "sha256:" + "cd" * 32, "references": (reference,), "frames": (picture(),) * 4, "scores": scores}
    return ReportTake(**{**said, "number": number, "chosen": chosen, **more})


def make_shot(name: str, *takes: ReportTake, **more) -> ReportShot:
    said = {
        "seconds": 4,
        "framing": "medium",
        "characters": ("Mira",),
        "place": "the harbour",
        "prompt": "Mira: a girl.",
    }
    return ReportShot(**{**said, "id": name, "takes": takes, **more})


@pytest.fixture
def film(tmp_path) -> Film:
    Image.new("RGB", (640, 360), (20, 24, 40)).save(tmp_path / "contact_sheet.jpg")
    shot = FilmShot(shot="S01", take=2, start=0.0, seconds=4.0, frames=96, action="copied")
    return Film(
        folder=tmp_path,
        title="The Lantern",
        seconds=4.0,
        frames=96,
        fps=Fraction(24),
        shots=(shot,),
        largest_step=0.01,
        simulated=True,
        preview=picture("WEBP"),
    )


def make_data(film: Film | None = None, **more) -> ReportData:
    drifted, fine = make_score("S01", 1, 0.51), make_score("S01", 2, 0.83)
    card = Scorecard(
        takes=(ScoredTake(shot="S01", take=1), ScoredTake(shot="S01", take=2), ScoredTake(shot="S02", take=1)),
        scores=(drifted, fine),
        scorers=(PaletteScorer().facts,),
    )
    shots = (
        make_shot("S01", make_take(1, chosen=False, scores=(drifted,)), make_take(2, chosen=True, scores=(fine,))),
        make_shot("S02", make_take(1, chosen=True, references=()), characters=(), dialogue=("Mira: “Oh.”",)),
    )
    said = {"title": "The Lantern", "production": "lantern", "run": "demo", "created": "22 November 2026"}
    said |= {"simulated": True, "film": film, "shots": shots, "card": card, "cap_usd": 2.0}
    said["characters"] = (
        ReportCharacter(name="Mira", description="a girl", palette=(("coat", "#d9a21b"),), picture=picture()),
    )
    said["spending"] = (ReportSpending(what="shots", route="omni-1.2", count=2, estimated_usd=0.8, charged_usd=0.8),)
    said["claims"] = (Claim(route="text only", claimed="70 %", source="a reseller's blog"),)
    said["again"] = ("charkit run lantern",)
    return ReportData(**{**said, **more})


@pytest.fixture
def page(film, tmp_path) -> str:
    write_report(make_data(film), tmp_path / "report.html")
    return (tmp_path / "report.html").read_text(encoding="utf-8")


def test_the_page_says_what_was_made_how_and_for_how_much(page):
    for said in (
        "The Lantern", "Mira: a girl.", "omni-1.2", "gemini-omni-1.2", "abababababab", "input[0]",
        "&lt;IMAGE_REF_0&gt;", "0.830", "drifted", "worst frame at 1.50 s", "$0.80", "$2.00",
        "charkit run lantern", "reseller",
    ):  # fmt: skip
        assert said in page, said


def test_rates_come_with_interval_coverage_and_limits(page):
    assert "1/1 shots (100 %, 95 % CI 21–100), coverage 1/1, bounds 100–100" in page
    for said in (
        "uncalibrated",
        "not identity",
        "<th>cannot see</th>",
        "<td>face, hairstyle",
        "describe the film, not the routes",
    ):
        assert said in page, said


def test_a_person_who_cuts_in_a_drifted_take_sees_its_rate(tmp_path):
    data = make_data()
    first, second = data.shots[0].takes
    swapped = (make_shot("S01", replace(first, chosen=True), replace(second, chosen=False)), data.shots[1])
    write_report(make_data(shots=swapped), tmp_path / "report.html")
    assert "0/1 shots (0 %, 95 % CI 0–79)" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_the_simulators_work_is_marked_everywhere(page):
    assert page.count('class="tag simulated"') >= 3
    assert "nothing was paid" in page


def test_real_work_is_not_called_simulated(tmp_path):
    write_report(make_data(simulated=False), tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert 'class="tag simulated"' not in text
    assert "charged" in text


def test_nothing_is_fetched_and_nothing_runs(page):
    assert "<script" not in page.lower()
    assert re.findall(r'src="(?!data:image/)', page) == []
    assert "url(" not in page
    assert "@import" not in page
    assert "default-src 'none'" in page


def test_no_place_on_this_machine_is_named(page, tmp_path):
    assert str(tmp_path) not in page
    assert re.findall(r'href="(/|file:)', page) == []


def test_words_of_the_story_cannot_become_markup(tmp_path):
    nasty = '<img src=x onerror="alert(1)">'
    shots = (make_shot("S01", make_take(1, chosen=True, message=nasty), place=nasty, prompt=nasty),)
    write_report(make_data(title=nasty, logline=nasty, shots=shots), tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<img src=x" not in text
    assert "&lt;img src=x" in text


class _Balance(HTMLParser):
    VOID = frozenset({"meta", "img", "br", "hr", "link", "input"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "img":
            assert dict(attrs).get("alt"), "every picture says what it shows"

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_markup_is_balanced_and_pictures_have_words(page):
    parser = _Balance()
    parser.feed(page)
    assert parser.open == []


def test_a_film_that_was_never_joined_and_a_shot_without_takes_still_make_a_page(tmp_path):
    data = make_data(
        shots=(make_shot("S09"),), card=Scorecard(takes=(), scores=()), spending=(), claims=(), characters=()
    )
    write_report(data, tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "No take yet" in text
    assert "nothing to measure" in text


def test_a_page_too_large_to_share_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(pages, "MAX_BYTES", 1000)
    with pytest.raises(UsageError, match="fewer frames"):
        write_report(make_data(), tmp_path / "report.html")
    assert not (tmp_path / "report.html").exists()


def test_the_same_data_gives_the_same_page(film, tmp_path):
    for name in ("one.html", "two.html"):
        write_report(make_data(film), tmp_path / name)
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_the_report_shows_itself(film, tmp_path):
    shown = write_report(make_data(film), tmp_path / "report.html")._repr_mimebundle_()
    assert shown["text/plain"] == "Report('The Lantern': report.html, simulated)"
    assert "image/jpeg" in shown["text/html"]


def test_the_page_says_how_the_film_was_cut_and_what_stands_beside_it(film, tmp_path):
    second = FilmShot(
        shot="S02", take=1, start=3.5, seconds=4.0, frames=96, action="rendered", reason="12 of 96 frames"
    )
    cut = replace(
        film,
        shots=(*film.shots, second),
        frames=180,
        encoded_frames=12,
        sound=FilmSound(account="-14.0 LUFS, true peak -1.2 dBTP", lufs=-14.0, true_peak=-1.2, target=-14.0),
        joins=(FilmJoin(time=3.5, step=0.012, level_jump=-1.25, notes=("2 black frames",)),),
        outputs=(Output(kind="edl", name="film.edl", notes=("does not carry: sound",)), Output(kind="vtt", name="")),
    )
    write_report(make_data(cut), tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "168 of 180 frames are the takes’ own bits" in page
    assert "-14.0 LUFS, true peak -1.2 dBTP." in page
    assert "12 of 96 frames" in page
    assert "step 0.012, -1.2 LU" in page
    assert "2 black frames" in page
    assert '<a href="film.edl">film.edl</a>' in page
    assert "no vtt" in page


def test_axes_stand_apart_and_faults_of_a_take_are_told(film, tmp_path):
    data = make_data(film)
    who = replace(make_score("S01", 2, 0.91), axis=Axis.IDENTITY)
    found = (Finding(name="frozen", says="nothing moves", time=0.75),)
    gate = replace(who, character="", axis=Axis.GATE, score=None, verdict=Verdict.DRIFTED, worst=None, findings=found)
    card = replace(data.card, scores=(*data.card.scores, who, gate))
    shots = (replace(data.shots[0], takes=(make_take(2, chosen=True, scores=(who, gate)),)), data.shots[1])
    write_report(replace(data, card=card, shots=shots), tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Mira — identity: 1/1 shots" in page
    assert "Mira — palette (drift of colours, not identity): 1/1 shots" in page
    for said in ("<th>identity</th>", "<th>palette</th>", "<th>gate</th>", "nothing moves (0.75 s)", "flagged", "0.91"):
        assert said in page, said
    assert "1 appearance<" in page


def test_what_each_axis_can_and_cannot_say_is_a_row_of_its_own_in_whole_sentences(film, tmp_path):
    data = make_data(film)
    unsure = replace(data.card.scorers[0], measures="likeness of the figure", validity="not measured here")
    write_report(replace(data, card=replace(data.card, scorers=(unsure,))), tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    row = re.search(r"<tr><td>palette</td>.*?</tr>", page, re.DOTALL).group()
    assert "Likeness of the figure." in row
    assert "Not measured here." in row
    assert "0.700 (uncalibrated)" in row


def test_a_score_without_variants_leaves_no_empty_line(film, tmp_path):
    gate = replace(make_score("S01", 2, 1.0), character="", axis=Axis.GATE, variants=(), worst=None)
    data = make_data(film, shots=(make_shot("S01", make_take(2, chosen=True, scores=(gate,))),))
    write_report(data, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert re.findall(r"<br>\s*<span class=\"quiet\">\s*<br>|<br>\s*<br>", page) == []
