from __future__ import annotations

import json
from dataclasses import replace

import pytest

from charkit.errors import BadDocument, UnknownName
from charkit.providers.base import Outcome
from charkit.takes import Takes


@pytest.fixture
def takes(studio, order) -> Takes:
    from charkit.providers.base import Answer, Billing

    refused = Answer(outcome=Outcome.REFUSED, message="not this", billing=Billing.NOT_CHARGED)
    studio.service.on_submit["Mira in S02"] = [refused]
    studio.service.on_poll["Mira in S03"] = [Answer(outcome=Outcome.RUNNING)] * 500
    return studio.make(
        order("S01", simulated=True, price_usd=0.1),
        order("S02", simulated=True, price_usd=0.1),
        order("S03", simulated=True, price_usd=0.1),
        order("S01", number=2, simulated=True, price_usd=0.2),
        parallel=1,  # the clock of the tests is everybody's: one that waits lets the others' deadlines pass
    )


def test_they_are_sorted_by_what_became_of_them(takes: Takes) -> None:
    assert [take.id for take in takes.ok] == ["S01-t1", "S01-t2"]
    assert [take.id for take in takes.failed] == ["S02-t1"]
    assert [take.id for take in takes.unfinished] == ["S03-t1"]
    assert len(takes.ok) + len(takes.failed) + len(takes.unfinished) == len(takes)
    assert [take.id for take in takes.of("S01")] == ["S01-t1", "S01-t2"]
    assert takes.subjects == ("S01", "S02", "S03")
    assert takes[0].id == "S01-t1"
    assert takes[1:3] == takes.failed + takes.unfinished


def test_an_unknown_shot_names_the_nearest(takes: Takes) -> None:
    with pytest.raises(UnknownName, match="Did you mean 'S0"):
        takes.of("S04")


def test_the_sum_is_exact_where_floating_point_is_not(takes: Takes) -> None:
    assert 0.1 + 0.2 != 0.3
    assert takes.total_usd == 0.3


def test_one_line_counts_them(takes: Takes) -> None:
    assert repr(takes) == "Takes(1 refused, 1 running, 2 succeeded; $0.30, simulated)"
    assert repr(Takes()) == "Takes(none; $0.00)"
    assert repr(Takes([replace(takes[1], simulated=False)])) == "Takes(1 refused; $0.00)"


def test_they_show_themselves_as_a_grid_with_small_pictures(takes: Takes) -> None:
    bundle = takes._repr_mimebundle_()
    assert bundle["text/plain"] == repr(takes)
    assert bundle["text/html"].count("<figure") == 4
    assert bundle["text/html"].count("data:image/jpeg") == 2
    assert len(bundle["text/html"]) < 64_000
    assert Takes()._repr_mimebundle_() == {"text/plain": "Takes(none; $0.00)"}  # an empty grid shows nothing


def test_the_next_notebook_reads_what_this_one_left(takes: Takes, studio) -> None:
    path = studio.root / "runs" / "takes.json"
    takes.save(path)
    assert Takes.load(path, studio.store) == takes
    assert str(studio.root) not in path.read_text()


def test_media_that_was_deleted_is_missing_from_the_takes_that_had_it(takes: Takes, studio) -> None:
    path = studio.root / "takes.json"
    takes.save(path)
    takes[0].path.unlink()
    loaded = Takes.load(path, studio.store)
    assert loaded[0] == replace(takes[0], path=None)
    assert not loaded[0].ok
    # Both takes of S01 have the same bytes here, which the store keeps once.
    assert [take.id for take in loaded.unfinished] == ["S01-t1", "S03-t1", "S01-t2"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"takes": [{"subject": "S01"}]}', '{"takes": [], "more": 1}'])
def test_a_file_of_another_kind_is_refused_by_name(text: str, studio) -> None:
    path = studio.root / "takes.json"
    path.write_text(text)
    with pytest.raises(BadDocument, match=r"takes\.json"):
        Takes.load(path, studio.store)
    with pytest.raises(BadDocument, match="no such file"):
        Takes.load(studio.root / "nothing.json", studio.store)


def test_a_changed_file_is_refused(takes: Takes, studio) -> None:
    path = studio.root / "takes.json"
    takes.save(path)
    content = json.loads(path.read_text())
    content["takes"][0]["outcome"] = "splendid"
    path.write_text(json.dumps(content))
    with pytest.raises(BadDocument, match="splendid"):
        Takes.load(path, studio.store)
