"""What preflight costs and what its faces miss: one JSON line per figure.

    python tests/benchmarks/bench_preflight.py

Twenty references of four characters, 1024 pixels on the longer side, made of the real faces in ../shared/media (cut,
mirrored, brightened), judged for a route that refuses faces: opened, looked at by YuNet at three sizes, measured for
sharpness, compared with each other and by colours. The value is seconds over the 3 seconds allowed. Then every real
picture with what it shows, what was found and with which score; misses are counted, not hidden.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from charkit.media.frames import sample
from charkit.media.images import open_upright
from charkit.references.preflight import Pictured, Sending, preflight
from charkit.routes import RouteMatrix
from charkit.studio.resembling import ColourResemblance
from charkit.vision import FaceFinder
from charkit.weights import Weights

MEDIA = Path(__file__).resolve().parents[3] / "shared" / "media"
LIMIT = 3.0
REFERENCES = 20
ROUNDS = 3
FACES = ("face_photo", "face_ai_portrait", "face_drawn_a", "face_drawn_b")
SHOWN = {
    "face_photo": "a photographed face",
    "face_ai_portrait": "a photoreal face, AI-made",
    "face_drawn_a": "a drawn face (anime)",
    "face_drawn_b": "a rendered face (3D)",
    "noface_castle": "no face",
    "noface_cat": "no human face (a cat's)",
    "noface_coffee": "no face",
    "c2pa_signed": "no face",
}


def pictures(folder: Path) -> list[Pictured]:
    """Twenty references: each real face in five variants."""
    changes = (
        lambda p: p,
        ImageOps.mirror,
        lambda p: ImageEnhance.Brightness(p).enhance(1.3),
        lambda p: p.crop((p.width // 8, 0, p.width - p.width // 8, p.height * 3 // 4)),
        lambda p: p.rotate(8, Image.Resampling.BICUBIC, fillcolor="#808080"),
    )
    made = []
    for name in FACES:
        whole = open_upright(MEDIA / "images" / f"{name}.png").convert("RGB")
        for number, change in enumerate(changes):
            picture = change(whole)
            scale = 1024 / max(picture.size)
            size = round(picture.width * scale), round(picture.height * scale)
            path = folder / f"{name}-{number}.png"
            picture.resize(size, Image.Resampling.LANCZOS).save(path)
            made.append(Pictured(name=f"{name}, {number}", path=path, character=name, domain="other"))
    return made


def seconds(given: list[Pictured]) -> float:
    """Wall seconds of one preflight, with the weights loaded anew."""
    matrix, today = RouteMatrix.load(), dt.date(2026, 11, 22)
    sending = Sending(route=matrix.routes["sora-2"], pictures=tuple(given), shots=("S01",))
    finder = FaceFinder(Weights.open(MEDIA / "weights"))
    begun = time.perf_counter()
    found = preflight([sending], matrix, on=today, finder=finder, resemblance=ColourResemblance())
    spent = time.perf_counter() - begun
    seen = sum(picture.faces == "face" for picture in found.pictures)
    if len(found.pictures) != REFERENCES or seen < REFERENCES - 2:
        raise SystemExit(f"preflight saw {seen} faces in {len(found.pictures)} pictures of faces")
    return spent


def verdicts() -> tuple[list[dict[str, object]], int]:
    """Every real picture: what it shows, what was found; and how many were told wrongly."""
    finder, rows, wrong = FaceFinder(Weights.open(MEDIA / "weights")), [], 0
    for name, shows in SHOWN.items():
        found = finder.find(np.asarray(open_upright(MEDIA / "images" / f"{name}.png").convert("RGB")))
        best = found.found[0].score if found.found else None
        right = found.verdict == ("face" if name in FACES else "none")
        wrong += not right
        rows.append({"picture": name, "shows": shows, "found": found.verdict, "score": best, "right": right})
    return rows, wrong


def clips() -> list[dict[str, object]]:
    """Every real clip: in how many of eight frames a face was seen, and the best score."""
    finder, rows = FaceFinder(Weights.open(MEDIA / "weights")), []
    for path in sorted((MEDIA / "clips").glob("*.mp4")):
        found = [finder.find(frame.rgb) for frame in sample(path, 8)]
        scores = [one.found[0].score for one in found if one.found]
        seen = sum(one.verdict == "face" for one in found)
        rows.append({"clip": path.stem, "frames": len(found), "with a face": seen, "best": max(scores, default=None)})
    return rows


def main() -> int:
    """Print the figures."""
    if not (MEDIA / "weights" / "face_detection_yunet_2023mar.onnx").is_file():
        print(
            json.dumps(
                {"name": "preflight-20-references", "skipped": "no real pictures and weights in ../shared/media"}
            )
        )
        return 0
    with tempfile.TemporaryDirectory() as folder:
        given = pictures(Path(folder))
        spent = min(seconds(given) for _ in range(ROUNDS))
    figure = {
        "name": "preflight-20-references",
        "value": round(spent / LIMIT, 3),
        "unit": "ratio",
        "limit": 1.0,
        "against": f"{LIMIT:g} s allowed; took {spent:.2f} s with YuNet, copies and colours, the best of three",
        "ok": spent <= LIMIT,
    }
    print(json.dumps(figure))
    rows, wrong = verdicts()
    told = {"name": "faces-real-pictures", "value": wrong, "unit": "pictures told wrongly", "limit": 1}
    print(json.dumps({**told, "against": f"{len(rows)} real pictures", "ok": wrong <= 1, "table": rows}))
    looked = clips()
    print(
        json.dumps({"name": "faces-real-clips", "value": len(looked), "unit": "clips", "limit": None, "table": looked})
    )
    return 0 if spent <= LIMIT and wrong <= 1 else 1


if __name__ == "__main__":
    sys.exit(main())
