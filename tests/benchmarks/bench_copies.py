"""Are copies known again? Recall by kind of change, and false alarms, of fingerprints alone and with corners laid on.

    python tests/benchmarks/bench_copies.py --media /work/shared/media      # real pictures, where present

Drawn pictures come from the simulator (views of the demo's two characters, from one anchor each); real ones are the
images of the media folder and two frames of each of its clips. Every picture is changed in every way and compared with
itself (recall), and every pair of different pictures is compared (false alarms), views of one character among them.
Prints one JSON line.
"""

from __future__ import annotations

import argparse
import io
import json
import tempfile
import time
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from charkit.references.preflight.cutouts import corners_of, overlap
from charkit.references.preflight.looking import COLOURS, COPY, Looked, look, unlike
from charkit.vision import FaceFinder
from charkit.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Callable


def _cut(picture: Image.Image, share: float, at: tuple[float, float]) -> Image.Image:
    side = share**0.5
    width, height = round(picture.width * side), round(picture.height * side)
    left, top = (round((full - part) * where) for full, part, where in
                 zip(picture.size, (width, height), at, strict=True))  # fmt: skip
    return picture.crop((left, top, left + width, top + height))


def _hue(picture: Image.Image, by: int) -> Image.Image:
    hue, *rest = picture.convert("HSV").split()
    return Image.merge("HSV", (hue.point(lambda v: (v + by) % 256), *rest)).convert("RGB")


def _jpeg(picture: Image.Image, quality: int) -> Image.Image:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return Image.open(io.BytesIO(out.getvalue())).convert("RGB")


def _paged(picture: Image.Image) -> Image.Image:
    page = Image.effect_noise((round(picture.width * 1.5), round(picture.height * 1.4)), 30).convert("RGB")
    page.paste(picture, (picture.width // 4, picture.height // 5))
    return page


CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "JPEG 40": lambda p: _jpeg(p, 40),
    "a third of its size": lambda p: p.resize((p.width // 3, p.height // 3)),
    "mirrored": ImageOps.mirror,
    "brighter by a fifth": lambda p: ImageEnhance.Brightness(p).enhance(1.2),
    "grey": lambda p: p.convert("L").convert("RGB"),
    "hue turned by 60 degrees": lambda p: _hue(p, 43),
    "half of it": lambda p: _cut(p, 0.5, (0.5, 0.4)),
    "a quarter of it, upper left": lambda p: _cut(p, 0.25, (0.25, 0.2)),
    "half of it, mirrored, JPEG 60": lambda p: _jpeg(ImageOps.mirror(_cut(p, 0.5, (0.4, 0.5))), 60),
    "turned by 5 degrees": lambda p: p.rotate(5, Image.Resampling.BICUBIC, fillcolor=p.getpixel((0, 0))),
    "set into a busy page": _paged,
}


def _pictures(media: Path | None) -> dict[str, Image.Image]:
    found: dict[str, Image.Image] = {}
    for file in sorted((media / "images").glob("*.png")) if media else ():
        found[f"real/{file.stem}"] = Image.open(file).convert("RGB")
    for file in sorted((media / "clips").glob("*.mp4")) if media else ():
        from charkit.media.frames import sample

        for place, frame in enumerate(sample(file, 2)):
            found[f"clip{file.stem}/{place}"] = Image.fromarray(frame.rgb)
    return {**found, **_drawn()}


def _drawn() -> dict[str, Image.Image]:
    """Return the simulator's views of the demo's characters, made from one anchor each."""
    from charkit.character import Cast, View
    from charkit.prompts import view_prompt
    from charkit.routes import RouteMatrix
    from charkit.simulator.clip import render_still
    from charkit.simulator.direction import Direction, Drift, Picture

    found: dict[str, Image.Image] = {}
    route = RouteMatrix.load().routes["nano-banana-2.1"]
    cast = Cast.load(Path(__file__).resolve().parents[2] / "data" / "productions" / "lantern" / "characters")
    for slug, sheet in cast.items():
        words = f"{sheet.name}: {sheet.locked_text()}\nView: front view, full body, head to foot.\n"
        anchor = render_still(Direction(prompt=words, width=432, height=768, seed=1), Drift())
        shown = (Picture(data=anchor, role="view", label=sheet.name),)
        for number, view in enumerate((View.FULL, View.FACE, View.THREE_QUARTER, View.LEFT_PROFILE, View.BACK)):
            prompt = view_prompt(sheet, view, inputs=["full"], route=route).text
            still = Direction(prompt=prompt, pictures=shown, seed=10 + number, width=432, height=768)
            found[f"drawn {slug}/{view}"] = Image.open(io.BytesIO(render_still(still, Drift()))).convert("RGB")
    return found


def _looked(picture: Image.Image, folder: Path, finder: FaceFinder) -> Looked:
    path = folder / "picture.png"
    picture.save(path)
    return look(path, finder)


def _by_fingerprint(one: Looked, other: Looked) -> bool:
    apart = unlike(one, other)
    return apart is not None and apart[0] <= COPY and apart[1] <= COLOURS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--media", type=Path, help="the folder of real media; without it only drawings are asked")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        nobody = FaceFinder(Weights.open(Path(folder) / "none"))
        pictures = _pictures(asked.media)
        seen = {name: _looked(picture, Path(folder), nobody) for name, picture in pictures.items()}
        corners = {name: corners_of(one) for name, one in seen.items()}
        recall = {}
        for change, make in CHANGES.items():
            hits = [0, 0]
            for name, picture in pictures.items():
                other = _looked(make(picture), Path(folder), nobody)
                printed = _by_fingerprint(seen[name], other)
                mine, its = corners[name], corners_of(other)
                laid = mine is not None and its is not None and overlap(mine, its) is not None
                hits[0] += printed
                hits[1] += printed or laid
            recall[change] = {"fingerprint": hits[0], "both": hits[1], "of": len(pictures)}
        pairs = list(combinations(pictures, 2))
        alarms, values = [], []
        begun = time.perf_counter()
        for one, other in pairs:
            mine, its = corners[one], corners[other]
            value = overlap(mine, its) if mine is not None and its is not None else None
            if value is not None:
                alarms.append([one, other, round(value, 3)])
        took = time.perf_counter() - begun
        values = [pair for pair in pairs if _by_fingerprint(seen[pair[0]], seen[pair[1]])]
    print(
        json.dumps(
            {
                "pictures": len(pictures),
                "recall": recall,
                "pairs": len(pairs),
                "false_alarms_fingerprint": values,
                "false_alarms_corners": alarms,
                "ms_a_pair": round(1000 * took / len(pairs), 2),
                "plain": sorted(name for name, one in corners.items() if one is None),
                "opencv": bool(np.any([one is not None for one in corners.values()])),
            }
        )
    )


if __name__ == "__main__":
    main()
