"""What a sweep's file may say, and how runs get their names."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charkit.batch.notebooks import Declared, Notebook
from charkit.batch.sweep import Sweep
from charkit.errors import BadDocument, UnknownName, UsageError

NOTEBOOK = Notebook(
    path=Path("tiny.ipynb"),
    parameters={
        "count": Declared(type="int", help="", default="1"),
        "word": Declared(type="str", help="", default="'x'"),
        "share": Declared(type="float", help="", default="0.5"),
        "fast": Declared(type="bool", help="", default="True"),
        "run": Declared(type="str", help="", default="'r'"),
        "max_spend": Declared(type="float", help="", default="1.0"),
    },
)


def written(folder: Path, text: str) -> Sweep:
    path = folder / "trial.yaml"
    path.write_text(f"notebook: tiny\n{text}", encoding="utf-8")
    return Sweep.load(path)


def names(sweep: Sweep) -> list[str]:
    return [run.name for run in sweep.expanded(NOTEBOOK)]


def test_a_grid_is_every_combination_less_what_is_excluded_and_named_runs_beside_it(tmp_path: Path) -> None:
    sweep = written(
        tmp_path,
        "parameters: {share: 1}\ngrid: {count: [1, 2], word: [a, b]}\nexclude: [{count: 2, word: b}]\n"
        "runs: [{count: 7, fast: false}]",
    )
    runs = sweep.expanded(NOTEBOOK)
    assert [dict(run.axes) for run in runs] == [
        {"count": 1, "word": "a", "fast": None},
        {"count": 1, "word": "b", "fast": None},
        {"count": 2, "word": "a", "fast": None},
        {"count": 7, "word": None, "fast": False},
    ]
    assert all(run.parameters["share"] == 1.0 for run in runs)


def test_named_runs_alone_make_no_grid(tmp_path: Path) -> None:
    assert len(written(tmp_path, "runs: [{count: 1}, {count: 2}]").expanded(NOTEBOOK)) == 2


def test_one_run_is_a_sweep_too(tmp_path: Path) -> None:
    assert len(written(tmp_path, "parameters: {count: 3}").expanded(NOTEBOOK)) == 1


@given(st.randoms())
def test_a_runs_name_follows_from_its_parameters_whatever_stands_around_them(shuffle: random.Random) -> None:
    words = ["a", "b", "c"]
    base = Sweep(name="trial", notebook="tiny", grid={"count": [1, 2], "word": words})
    mixed = list(words)
    shuffle.shuffle(mixed)
    other = Sweep(name="trial", notebook="tiny", grid={"word": [*mixed, "more"], "count": [2, 1, 3]})
    assert set(names(base)) <= set(names(other))
    assert len(set(names(other))) == 12


def test_a_cap_changes_no_name_since_it_changes_nothing_that_is_made(tmp_path: Path) -> None:
    cheap = written(tmp_path, "parameters: {max_spend: 1.0}\ngrid: {count: [1, 2]}")
    assert names(cheap) == names(written(tmp_path, "parameters: {max_spend: 2.0}\ngrid: {count: [1, 2]}"))


@given(st.lists(st.text(min_size=0, max_size=60), min_size=1, max_size=4, unique=True))
def test_any_words_give_names_that_can_be_folders(words: list[str]) -> None:
    sweep = Sweep(name="trial", notebook="tiny", grid={"word": words})
    for name in names(sweep):
        assert len(name) < 80
        assert name.replace("-", "").replace(".", "").isalnum()
        assert name.isascii()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("grid: {counts: [1]}", "Did you mean 'count'"),
        ("grid: {count: ['1']}", "Write numbers without quotes"),
        ("grid: {count: [1.5]}", "is a whole number, not 1.5"),
        ("grid: {count: [true]}", "is a whole number, not true"),
        ("parameters: {word: null}", "is text, not null"),
        ("parameters: {fast: 'false'}", "Write false, without quotes"),
        ("parameters: {fast: no}", "Write false, without quotes"),  # YAML 1.2: a text
        ("parameters: {fast: 0}", "is true or false, not 0"),
        ("grid: {word: [1]}", 'Put it into quotes: "1"'),
        ("grid: {word: [true]}", "into quotes"),
        ("grid: {count: []}", "count"),
        ("grid: {count: [1, 1]}", "the same run twice"),
        ("runs: [{count: 1}, {count: 1}]", "the same run twice"),
        ("grid: {count: [1, 2]}\nexclude: [{count: 3}]", "excludes nothing"),
        ("grid: {count: [1]}\nexclude: [{count: 1}]", "describes no run"),
        ("grid: {count: [1]}\nexclude: [{}]", "exclude"),
        ("grid: {count: [1]}\nparameters: {count: 2}", "say it in one place"),
        ("parameters: {run: mine}", "'run' cannot be given"),
        ("grid: {max_spend: [1.0, 2.0]}", "cannot vary"),
        ("grid: {count: [1]}\nmax_spend: -1", "max_spend"),
        ("grid: {count: [1]}\nmax_spend: .inf", "max_spend"),
        ("grids: {count: [1]}", "Did you mean 'grid'"),
        ("name: 'a/b'\nparameters: {count: 1}", "cannot be a sweep's name"),
    ],
)
def test_what_cannot_be_run_as_it_is_told_is_one_clear_error(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        written(tmp_path, text).expanded(NOTEBOOK)


def test_a_slip_of_the_grid_is_not_expanded(tmp_path: Path) -> None:
    many = list(range(101))
    with pytest.raises(BadDocument, match="10,201 runs"):
        written(tmp_path, f"grid: {{count: {many}, seed: {many}}}").expanded(NOTEBOOK)


@pytest.mark.parametrize("name", ["api_key", "TOKEN", "client_secret", "password"])
def test_a_parameter_that_looks_like_a_secret_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="looks like a secret"):
        written(tmp_path, f"parameters: {{{name}: sk-1234}}").expanded(NOTEBOOK)


def test_a_notebook_is_found_by_name_or_beside_the_file_and_a_missing_one_is_named(tmp_path: Path) -> None:
    assert Sweep(notebook="92_one_take").source().name == "92_one_take"
    with pytest.raises(UnknownName, match="Did you mean '92_one_take'"):
        Sweep(notebook="92_one_tak").source()
    with pytest.raises(BadDocument, match="no such notebook"):
        written(tmp_path, "").model_copy(update={"notebook": "./gone.ipynb"}).source()
