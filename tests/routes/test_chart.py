"""The matrix as a picture."""

from __future__ import annotations

import base64
import datetime as dt
import io
import subprocess
import sys

import pytest
from PIL import Image

from charkit.routes import RouteMatrix
from charkit.routes.chart import lifecycles, spans

TODAY = dt.date(2026, 11, 22)
MATRIX = RouteMatrix.load(day=TODAY)


def test_what_can_be_used_stands_first_and_what_ended_last_of_all() -> None:
    rows = spans(MATRIX, "video", TODAY)
    assert len(rows) == sum(route.kind == "video" for route in MATRIX.routes.values())
    states = [row.state for row in rows]
    assert "shut down" not in states[: states.index("shut down")]
    assert set(states[states.index("shut down") :]) == {"shut down"}
    ended = [row.ends for row in rows if row.state == "shut down"]
    assert ended == sorted(ended, reverse=True)


def test_a_bar_says_when_it_ends_and_what_to_use_instead() -> None:
    found = {row.route: row for row in (*spans(MATRIX, "video", TODAY), *spans(MATRIX, "image", TODAY))}
    assert found["sora-2"].note == "2026-09-24 → omni-1.2"
    assert found["gpt-image-1.5"].note == "deprecated, ends 2026-12-01 (9 days)"
    assert found["omni-1.2"].note == "$0.0232–0.2085/s"
    assert found["veo-3.1-vertex"].opens is None


@pytest.mark.parametrize("kind", ["video", "image", "judge"])
def test_it_is_drawn_with_a_bar_and_a_name_for_every_route(kind: str) -> None:
    pytest.importorskip("matplotlib", reason="SKIPPED: matplotlib is not installed")
    chart = lifecycles(MATRIX, kind)  # type: ignore[arg-type]
    (axes,) = chart.figure.axes
    rows = spans(MATRIX, kind, TODAY)  # type: ignore[arg-type]
    assert [label.get_text() for label in axes.get_yticklabels()] == [row.route for row in rows]
    assert len(axes.patches) == len(rows)
    assert min(Image.open(io.BytesIO(chart.png())).size) > 50
    shown = chart._repr_mimebundle_()
    assert shown["text/plain"] == f"<Chart: {kind} routes on 2026-11-22>"
    assert base64.b64decode(shown["image/png"]) == chart.png()


def test_the_routes_load_no_plotting_library_until_a_picture_is_asked_for() -> None:
    code = "import sys, charkit.routes, charkit.routes.chart; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
