from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from charkit.errors import UsageError
from charkit.ledger.spending import Movement, Spending

pytest.importorskip("matplotlib", reason="SKIPPED: the picture of spending needs matplotlib (the scoring extra)")


def spending(count: int = 3, *, both: bool = False) -> Spending:
    found = [
        Movement(
            job_id=f"job_{n}{kind}",
            at=1_790_000_000.0 + n,
            production="lantern",
            run="tour",
            subject=f"S{n:02}",
            route="omni",
            simulated=kind,
            bucket=bucket,
            amount=amount,
        )
        for kind in ((False, True) if both else (True,))
        for n in range(count)
        for bucket, amount in (("estimated", 90_000), ("settled", 70_000 + n))
    ]
    return Spending(movements=tuple(found), where="lantern")


def test_the_picture_is_the_same_bytes_for_the_same_spending() -> None:
    assert spending().chart("shot").png() == spending().chart("shot").png()


def test_simulated_and_real_money_have_a_panel_and_a_scale_each() -> None:
    titles = [axes.get_title(loc="left") for axes in spending(both=True).chart("route").figure.axes]
    assert titles == ["lantern by route: real money", "lantern by route: simulated, nothing was paid"]


def test_a_thousand_shots_still_fit_into_one_picture() -> None:
    figure = spending(1000).chart("shot").figure
    assert figure.get_figheight() < 14
    assert figure.axes[0].get_yticklabels()[-1].get_text() == "960 more"


def test_nothing_spent_draws_an_empty_picture() -> None:
    assert Image.open(io.BytesIO(Spending(movements=()).chart("day").png())).size[0] > 200


@pytest.mark.parametrize("name", ["spend.png", "spend.SVG"])
def test_the_files_name_says_the_format(tmp_path: Path, name: str) -> None:
    written = spending().chart("shot").save(tmp_path / name)
    assert written.read_bytes()[:5] in (b"\x89PNG\r", b"<?xml")


def test_a_format_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="png"):
        spending().chart("shot").save(tmp_path / "spend.xlsx")


def test_names_with_dollars_are_no_formulas() -> None:
    odd = Spending(
        movements=tuple(
            Movement(
                job_id="j",
                at=0.0,
                production="p",
                run="r",
                subject="$x_{",
                route="o",
                simulated=True,
                bucket=bucket,
                amount=10_000,
            )
            for bucket in ("estimated", "settled")
        )
    )
    assert odd.chart("shot").png()
