"""Who is in a designed view: by faces or drawn features where somebody can look, and never by colour."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from charkit.scoring.embedding import Spot, Spots
from charkit.scoring.view_identity import ViewIdentityScorer


@dataclass
class Eye:
    """Sees as many directions as a picture has bright columns at its left: its mean red says which."""

    problem: str = ""
    count: int = 1
    label: str = "an eye"

    def in_reference(self, rgb: np.ndarray, alpha: np.ndarray | None) -> Spots:
        angle = rgb[..., 0].mean() / 255 * np.pi / 2
        spot = Spot(vector=np.array([np.cos(angle), np.sin(angle)]), shown=np.ones(rgb.shape[:2], bool))
        return Spots(found=(spot,) * self.count, problem="" if self.count else "no face was found")


def pictures(folder: Path, *reds: int) -> list[Path]:
    for red in reds:
        Image.new("RGB", (64, 64), (red, 0, 0)).save(folder / f"{red}.png")
    return [folder / f"{red}.png" for red in reds]


def scorer(eye: Eye) -> ViewIdentityScorer:
    return ViewIdentityScorer(faces=eye, drawn=eye)  # type: ignore[arg-type]


@pytest.mark.parametrize(("domain", "line"), [("photoreal", "0.36"), ("anime", "0.82")])
def test_the_same_somebody_is_told_from_another_at_the_scorers_own_line(tmp_path: Path, domain: str, line: str) -> None:
    anchor, near, far = pictures(tmp_path, 0, 40, 250)
    same = scorer(Eye()).compare(anchor, near, domain=domain)
    assert same.verdict == "same"
    assert f"line {line}" in same.said
    assert "by an eye" in same.said
    assert scorer(Eye()).compare(anchor, far, domain=domain).verdict == "other"


@pytest.mark.parametrize(
    ("eye", "more", "why"),
    [
        (Eye(problem="get the weights"), {"domain": "photoreal"}, "get the weights"),
        (Eye(), {"domain": "photoreal", "from_behind": True}, "from behind"),
        (Eye(), {"domain": "other"}, "no scorer of identity is made for this kind"),
        (Eye(count=0), {"domain": "anime"}, "the anchor: no face was found"),
        (Eye(count=2), {"domain": "anime"}, "the anchor: 2 faces or figures were found"),
    ],
)
def test_what_cannot_be_judged_is_unknown_with_the_reason(
    tmp_path: Path, eye: Eye, more: dict[str, object], why: str
) -> None:
    anchor, same = pictures(tmp_path, 0, 1)
    found = scorer(eye).compare(anchor, same, **more)  # type: ignore[arg-type]
    assert found.verdict == "unknown"
    assert why in found.said


def test_a_picture_that_cannot_be_read_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"no picture")
    found = scorer(Eye()).compare(*pictures(tmp_path, 0), tmp_path / "broken.png", domain="anime")
    assert (found.verdict, found.said) == ("unknown", "the view: cannot be looked at (BadReference)")


def test_without_weights_nobody_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARKIT_WEIGHTS", str(tmp_path / "no weights"))
    anchor, same = pictures(tmp_path, 0, 1)
    for domain in ("photoreal", "anime"):
        found = ViewIdentityScorer().compare(anchor, same, domain=domain)
        assert found.verdict == "unknown"
        assert "weights" in found.said
