"""A production whose cast has pictures of its own, so that planning it needs no simulator; and a studio for one run."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from PIL import Image, ImageDraw

import charkit as ck
from charkit.studio import Studio

STORYBOARD = """\
title: Three
style: flat colours
seed: 3
resolution: 720p
shots:
  - {id: A1, seconds: 4, framing: wide, place: the sea at night}
  - id: A2
    seconds: 4
    framing: medium
    place: a harbour
    light: dusk
    action: Ada waves
    characters: [Ada]
  - {id: A3, seconds: 4, framing: close-up, place: a pier, action: Ada looks up, characters: [Ada]}
"""
SHEET = """\
name: Ada
description: {what: a girl, pronoun: she, hair: short black hair, age_band: adult}
wardrobe: {default: a red coat}
kind: drawn
references:
  - {file: ada/front.png, view: front}
  - {file: ada/face.png, view: face}
  - {file: ada/full.png, view: full}
"""


def write_pictured(data: Path, storyboard: str = STORYBOARD) -> Path:
    """Write it, and return its folder."""
    home = data / "productions" / "three"
    (home / "characters" / "ada").mkdir(parents=True)
    (home / "storyboard.yaml").write_text(storyboard, encoding="utf-8")
    (home / "characters" / "ada.yaml").write_text(SHEET, encoding="utf-8")
    for place, view in enumerate(("front", "face", "full")):
        picture = Image.effect_noise((480, 360), 60).convert("RGB")
        ImageDraw.Draw(picture).ellipse((40 + 90 * place, 60, 200 + 90 * place, 300), fill="#c04030")
        picture.save(home / "characters" / "ada" / f"{view}.png")
    return home


def prepared_run(home: Path, run: str) -> Studio:
    """Open a run whose pictures were prepared before, in another run: preparing them is not what is tested."""
    base = open_three(home, "prepared")
    if not (base.place.folder / "plan.json").is_file():
        base.plan()
    name = re.sub(r"[^\w-]+", "-", run)[:70]
    shutil.copytree(base.place.folder, base.place.folder.with_name(name))
    return open_three(home, name)


def open_three(home: Path, run: str, *, max_spend: float = 5.0) -> Studio:
    """Open one run of it."""
    return ck.open_studio(home, run=run, max_spend=max_spend)
