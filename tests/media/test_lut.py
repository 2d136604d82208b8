"""Colour tables: read as the specification has it, refused when hostile, faithful on frames."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charkit.errors import BadDocument
from charkit.media.lut import Lut, read_cube

FRAME = np.random.default_rng(7).integers(0, 256, (40, 60, 3), dtype=np.uint8)


def cube(path, side=2, change=lambda c: c, head="", domain=(0.0, 1.0)):
    axis = np.linspace(*domain, side)
    rows = [change(np.array([r, g, b])) for b in axis for g in axis for r in axis]
    path.write_text(f"{head}LUT_3D_SIZE {side}\n" + "\n".join("{:.6f} {:.6f} {:.6f}".format(*row) for row in rows))
    return path


@pytest.mark.parametrize("side", [2, 17, 33, 65])
def test_a_table_that_changes_nothing_changes_nothing(tmp_path, side):
    made = read_cube(cube(tmp_path / "same.cube", side))(FRAME)
    assert np.abs(made.astype(int) - FRAME).max() <= 1


def test_red_runs_fastest(tmp_path):
    swap = read_cube(cube(tmp_path / "swap.cube", 2, lambda c: c[[2, 1, 0]]))
    assert np.abs(swap(FRAME).astype(int) - FRAME[..., ::-1]).max() <= 1


def test_between_entries_it_is_trilinear(tmp_path):
    """libavfilter's lut3d is the judge, at the same interpolation."""
    import av

    path = cube(tmp_path / "look.cube", 9, lambda c: np.clip(c**1.6 * [0.9, 1, 0.8] + [0.02, 0, 0.05], 0, 1))
    graph = av.filter.Graph()
    start = graph.add_buffer(width=60, height=40, format=av.VideoFormat("rgb24"), time_base="1/24")
    table = graph.add("lut3d", f"file={path}:interp=trilinear")
    end = graph.add("buffersink")
    start.link_to(table)
    table.link_to(end)
    graph.configure()
    graph.push(av.VideoFrame.from_ndarray(FRAME, format="rgb24"))
    judge = graph.pull().reformat(format="rgb24").to_ndarray()
    assert np.abs(read_cube(path)(FRAME).astype(int) - judge).max() <= 1


def test_a_wider_domain_is_brought_to_that_of_frames(tmp_path):
    head = 'TITLE "a # sign"\n# a comment\nDOMAIN_MIN -0.5 -0.5 -0.5\nDOMAIN_MAX 1.5 1.5 1.5\n'
    path = cube(tmp_path / "wide.cube", 5, lambda c: c / 2 + 0.25, head, (-0.5, 1.5))
    wanted = np.rint(FRAME / 2 + 0.25 * 255)
    assert np.abs(read_cube(path)(FRAME) - wanted).max() <= 1


def test_a_table_of_one_dimension_works_on_each_channel(tmp_path):
    (tmp_path / "one.cube").write_text("LUT_1D_SIZE 3\n0 0 1\n0.25 0.5 0.5\n1 1 0\n")
    made = read_cube(tmp_path / "one.cube")(FRAME)
    assert np.abs(made[..., 1].astype(int) - FRAME[..., 1]).max() <= 1
    assert (made[..., 2] == 255 - FRAME[..., 2]).all()
    half = np.array([[[128, 0, 0]]], np.uint8)
    assert abs(int(read_cube(tmp_path / "one.cube")(half)[0, 0, 0]) - 64) <= 1


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        ("LUT_3D_SIZE 2\n0 0 0\n", "cut off: 1 of 8 rows", None),
        ("LUT_3D_SIZE 4000000000\n", "from 2 to 65", 1),
        ("LUT_3D_SIZE 1e9\n", "from 2 to 65", 1),
        ("LUT_1D_SIZE 3\nLUT_3D_SIZE 2\n", "more than one table", 2),
        ("0 0 0\n", "before LUT_3D_SIZE", 1),
        ("LUT_1D_SIZE 2\n0 0 0\n0 nan 0\n", "is no colour", 3),
        ("LUT_1D_SIZE 2\n0 0 0\n0 0\n", "three numbers", 3),
        ("LUT_1D_SIZE 2\n0 0 0\n1 1 1\n1 1 1\n", "more than the 2 rows", 4),
        ("LUT_1D_SIZE 2\nDOMAIN_MIN 1 1 1\n0 0 0\n1 1 1\n", "below DOMAIN_MAX", None),
        ("SHELL rm\n", "no word of a .cube", 1),
        ("", "neither", None),
    ],
)
def test_what_is_no_table_is_refused_with_its_line(tmp_path, text, said, line):
    path = tmp_path / "bad.cube"
    path.write_text(text)
    with pytest.raises(BadDocument, match=said) as caught:
        read_cube(path)
    assert caught.value.line == line


def test_files_that_are_missing_huge_or_no_text_are_refused(tmp_path):
    with pytest.raises(BadDocument, match="cannot be read"):
        read_cube(tmp_path / "none.cube")
    (tmp_path / "bytes.cube").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(BadDocument, match="not text"):
        read_cube(tmp_path / "bytes.cube")
    with (tmp_path / "huge.cube").open("wb") as file:
        file.truncate(10**10)  # a hole: nothing of it is on disk
    with pytest.raises(BadDocument, match="larger than 32 MB"):
        read_cube(tmp_path / "huge.cube")


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_no_bytes_bring_the_reader_down(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any.cube"
    path.write_bytes(b"LUT_1D_SIZE 2\n" + data)
    with contextlib.suppress(BadDocument):
        read_cube(path)


def test_any_change_can_be_tabulated():
    dark = Lut.of(lambda rgb: rgb * 0.5, side=9, name="half")
    assert np.abs(dark(FRAME) - FRAME / 2).max() <= 1
    assert repr(dark) == "Lut(half: 3D, 9 a side)"
