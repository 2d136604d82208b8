"""Preparing pictures for what a route takes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from charkit.character import CharacterSheet
from charkit.errors import BadReference
from charkit.references import Framing, Recipe, Reference, again, fitted, framed, prepare
from charkit.references.preparing import MIN_FACE
from charkit.routes import PictureLimits, RouteMatrix
from charkit.store import Store

MIRA = CharacterSheet(name="Mira", locked="a girl in yellow")
ROUTES = RouteMatrix.load().routes


def figure(path: Path, size: tuple[int, int], at: tuple[int, int, int, int]) -> Path:
    """A red figure on a plain ground."""
    image = Image.new("RGB", size, "#d8d4cc")
    ImageDraw.Draw(image).rectangle(at, fill="#b01818")
    image.save(path)
    return path


def noise(path: Path, size: tuple[int, int]) -> Path:
    Image.effect_noise(size, 90).convert("RGB").save(path)
    return path


def made(path: Path, recipe: Recipe | None = None, **more: object) -> Reference:
    store = Store(path.parent / "store")
    return prepare(path, view="full", character=MIRA, store=store, recipe=recipe, **more)  # type: ignore[arg-type]


def reds(reference: Reference) -> np.ndarray:
    with Image.open(reference.path) as image:
        rgb = np.asarray(image.convert("RGB")).astype(int)
    return (rgb[:, :, 0] > 120) & (rgb[:, :, 1] < 90)


def test_a_crop_is_laid_around_the_subject_and_told(tmp_path: Path) -> None:
    path = figure(tmp_path / "a.png", (1600, 800), (1200, 200, 1400, 600))
    reference = made(path, Recipe(size=(400, 400)))
    assert reds(reference).any(axis=0).sum() == pytest.approx(100, abs=3)  # all of the figure, at half its size
    assert reference.crop == (0.5, 0.0, 1.0, 1.0)
    assert reference.kept is not None
    assert reference.steps == ("cropped to 800x800 of 1600x800 at 800,0", "scaled down 2.00 times in linear light")
    assert (reference.media_type, reference.size) == ("image/png", reference.path.stat().st_size)


def test_where_a_crop_would_cut_the_subject_it_is_padded_instead(tmp_path: Path) -> None:
    path = figure(tmp_path / "a.png", (400, 1200), (100, 60, 300, 1140))
    padded = made(path, Recipe(size=(1280, 720)))
    assert padded.steps[0] == "padded with #ffffff"
    assert reds(padded).any(axis=1).sum() == pytest.approx(1080 * 720 / 1200, abs=3)
    cropped = made(path, Recipe(size=(1280, 720), mode="crop"))
    assert cropped.crop is not None
    assert cropped.crop[1] <= 0.06  # the head stays
    assert cropped.crop[3] < 0.9  # the feet do not


def test_the_box_that_a_person_draws_comes_before_what_stands_out(tmp_path: Path) -> None:
    path = figure(tmp_path / "a.png", (1600, 800), (1200, 200, 1400, 600))
    reference = made(path, Recipe(size=(400, 400), keep=(0.0, 0.0, 0.2, 1.0)))
    assert not reds(reference).any()
    assert reference.crop == (0.0, 0.0, 0.5, 1.0)


def test_faces_come_before_what_stands_out(tmp_path: Path) -> None:
    path = figure(tmp_path / "a.png", (1600, 800), (1200, 200, 1400, 600))
    reference = made(path, Recipe(size=(400, 400)), faces=lambda image: [(0.05, 0.2, 0.15, 0.4)])
    assert reference.crop == (0.0, 0.0, 0.5, 1.0)


def test_a_small_face_is_brought_closer_as_far_as_there_are_pixels(tmp_path: Path) -> None:
    path = noise(tmp_path / "a.png", (2000, 2000))
    face = (0.45, 0.2, 0.55, 0.3)  # 200 pixels
    far = made(path, Recipe(max_side=1000), faces=lambda image: [face])
    assert (far.width, far.crop) == (1000, None)  # the face would be 100 pixels
    near = made(path, Recipe(max_side=1000, min_face=160), faces=lambda image: [face])
    assert near.crop is not None
    left, top, right, bottom = near.crop
    assert 200 * near.width / ((right - left) * 2000) == pytest.approx(160, abs=1)
    assert left < 0.45 < 0.55 < right
    assert top < 0.2 < 0.3 < bottom
    assert near.warnings == ()
    most = made(path, Recipe(max_side=1000, min_face=300), faces=lambda image: [face])
    assert most.warnings == ("the face is 200 pixels, 300 are wanted; use a larger picture of it",)
    none = made(path, Recipe(max_side=1000, min_face=300), faces=lambda image: [])
    assert none.warnings == ("no face was found to measure; whether it is large enough is unknown",)
    frame = made(path, Recipe(size=(1280, 720), min_face=300, mode="crop"), faces=lambda image: [face])
    assert (frame.width, frame.height) == (1280, 720)
    assert frame.crop is not None
    across, down = (frame.crop[2] - frame.crop[0]) * 2000, (frame.crop[3] - frame.crop[1]) * 2000
    assert across / down == pytest.approx(16 / 9, abs=0.01)  # closer, and not stretched


def test_a_view_of_the_face_brings_it_closer_by_itself_where_somebody_can_look(tmp_path: Path) -> None:
    path = noise(tmp_path / "a.png", (2000, 2000))
    told: dict[str, object] = {"character": MIRA, "store": Store(tmp_path / "store")}
    face = (0.45, 0.2, 0.55, 0.3)  # 200 pixels, 102 at the size that is sent
    near = prepare(path, view="face", faces=lambda image: [face], **told)  # type: ignore[arg-type]
    assert near.crop is not None
    left, _, right, _ = near.crop
    assert 200 * near.width / ((right - left) * 2000) == pytest.approx(MIN_FACE, abs=1)
    whole = prepare(path, view="full", faces=lambda image: [face], **told)  # type: ignore[arg-type]
    assert whole.crop is None
    unseen = prepare(path, view="face", **told)  # type: ignore[arg-type]
    assert (unseen.crop, unseen.warnings) == (None, ())


def test_faces_are_looked_for_only_where_they_decide_something(tmp_path: Path) -> None:
    path = figure(tmp_path / "a.png", (1600, 800), (1200, 200, 1400, 600))
    looked: list[int] = []

    def faces(image: Image.Image) -> list[tuple[float, float, float, float]]:
        looked.append(1)
        return []

    made(path, faces=faces)
    made(path, Recipe(size=(800, 400)), faces=faces)
    made(path, Recipe(size=(400, 400), keep=(0.0, 0.0, 0.2, 1.0)), faces=faces)
    assert looked == []
    made(path, Recipe(size=(400, 400)), faces=faces)
    assert looked == [1]


def test_another_shape_for_a_route_is_laid_around_the_faces(tmp_path: Path) -> None:
    path = figure(tmp_path / "a.png", (1600, 800), (1200, 200, 1400, 600))
    store = Store(tmp_path / "store")
    limits = PictureLimits(min_ratio=1.0, max_ratio=1.0)
    fact = ROUTES["h3-vllm"].price or ROUTES["omni-1.2"].price
    assert fact is not None
    capabilities = ROUTES["omni-1.2"].capabilities.model_copy(
        update={"pictures": fact.model_copy(update={"value": limits})}
    )
    square = ROUTES["omni-1.2"].model_copy(update={"capabilities": capabilities})
    plain = framed(made(path), Framing(mode="crop"))
    assert reds(fitted(plain, square, store)).any()  # what stands out
    ready = fitted(plain, square, store, faces=lambda image: [(0.05, 0.2, 0.15, 0.4)])
    assert ready.crop == (0.0, 0.0, 0.5, 1.0)
    drawn = framed(plain, Framing(mode="crop", keep=(0.7, 0.2, 0.9, 0.8)))
    assert reds(fitted(drawn, square, store, faces=lambda image: [(0.05, 0.2, 0.15, 0.4)])).any()
    path.unlink()  # then the box holds for the prepared picture
    assert reds(fitted(drawn, square, store, faces=lambda image: [(0.05, 0.2, 0.15, 0.4)])).any()


def test_a_limit_of_bytes_is_met_by_format_then_quality_then_size(tmp_path: Path) -> None:
    path = noise(tmp_path / "a.png", (900, 900))
    whole = made(path)
    jpeg = made(path, Recipe(limits=PictureLimits(formats=("png", "jpeg"), max_bytes=whole.size // 4)))
    assert (jpeg.media_type, jpeg.width) == ("image/jpeg", 900)
    assert jpeg.size <= whole.size // 4
    assert jpeg.steps[-1].startswith("written as JPEG at quality ")
    assert jpeg.blob().name.endswith(".jpg")
    assert jpeg.blob().media_type == "image/jpeg"
    small = made(path, Recipe(limits=PictureLimits(formats=("jpeg",), max_bytes=80_000)))
    assert small.size <= 80_000
    assert 256 <= small.width < 900
    with pytest.raises(BadReference, match="cannot be written within what the route takes"):
        made(path, Recipe(limits=PictureLimits(formats=("jpeg",), max_bytes=3000)))


@settings(max_examples=30)
@given(
    st.tuples(st.integers(256, 1500), st.integers(256, 1500)),
    st.sampled_from([name for name, route in ROUTES.items() if route.capabilities.pictures]),
)
def test_whatever_comes_in_goes_out_as_the_route_takes_it(
    tmp_path_factory: pytest.TempPathFactory, size: tuple[int, int], name: str
) -> None:
    folder = tmp_path_factory.getbasetemp() / "within"
    folder.mkdir(exist_ok=True)
    route = ROUTES[name]
    Image.new("RGB", size, "#406080").save(folder / "a.png")
    reference = made(folder / "a.png", Recipe.of_route(route))
    assert (
        route.picture_limits.faults(
            width=reference.width, height=reference.height, size=reference.size, media_type=reference.media_type
        )
        == ()
    )


def test_a_sheet_too_wide_for_a_route_is_padded_for_it_from_its_source(tmp_path: Path) -> None:
    path = figure(tmp_path / "a.png", (3000, 600), (100, 60, 2900, 540))
    store = Store(tmp_path / "store")
    plain = made(path)
    assert (plain.width, plain.height) == (1024, 205)
    ready = fitted(plain, ROUTES["h3-vllm"], store)
    assert ready.width / ready.height <= 2.5
    assert min(ready.width, ready.height) >= 256
    assert reds(ready).any(axis=1).sum() == pytest.approx(480 * ready.width / 3000, abs=3)  # nothing was cut
    assert ready.steps[-1].startswith("for h3-vllm: it is 1024x205, the route wants 256 or more; it is 5.00 times")
    assert (ready.source, ready.source_digest) == (plain.source, plain.source_digest)
    assert fitted(plain, ROUTES["omni-1.2"], store) is plain


def test_a_source_that_is_gone_or_changed_leaves_the_prepared_picture(tmp_path: Path) -> None:
    path = figure(tmp_path / "a.png", (3000, 900), (100, 60, 2900, 540))
    store = Store(tmp_path / "store")
    plain = made(path)
    noise(path, (3000, 900))
    changed = fitted(plain, ROUTES["h3-vllm"], store)
    assert reds(changed).any()
    path.unlink()
    assert fitted(plain, ROUTES["h3-vllm"], store).digest == changed.digest
    unknown = fitted(replace(plain, source=None), ROUTES["h3-vllm"], store)
    assert unknown.digest == changed.digest


def test_a_reference_is_prepared_again_from_its_source_into_the_same_store(tmp_path: Path) -> None:
    path = figure(tmp_path / "a.png", (1600, 800), (1200, 200, 1400, 600))
    first = made(path)
    frame = again(first, Recipe(size=(1280, 720), mode="crop"))
    assert (frame.width, frame.height, frame.view, frame.sheet) == (1280, 720, first.view, first.sheet)
    assert frame.path.parents[2] == first.path.parents[2]
    assert frame.steps[0].startswith("cropped to 1422x800 of 1600x800")
    with pytest.raises(BadReference, match="source is not known"):
        again(replace(first, source=None), Recipe())


def test_a_first_frame_has_the_clips_pixels_where_the_route_wants_them(tmp_path: Path) -> None:
    path = figure(tmp_path / "a.png", (1376, 768), (600, 100, 800, 700))
    frame = made(path, Recipe.of_route(ROUTES["h3-saygm"], frame=(1344, 768)))
    assert (frame.width, frame.height) == (1344, 768)
    loose = made(path, Recipe.of_route(ROUTES["omni-1.2"], frame=(1280, 720)))
    assert (loose.width, loose.height) == (1280, 714)


def test_metadata_is_stripped_unless_it_is_to_be_kept(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x013B] = "Ada"
    exif[0x0112] = 6
    Image.new("RGB", (600, 400), "#446688").save(tmp_path / "a.jpg", exif=exif)
    with Image.open(made(tmp_path / "a.jpg").path) as stripped:
        assert not stripped.getexif()
    kept = made(tmp_path / "a.jpg", Recipe(metadata="keep"))
    with Image.open(kept.path) as signed:
        assert dict(signed.getexif())[0x013B] == "Ada"
        assert signed.getexif().get(0x0112, 1) == 1
        assert signed.size == (400, 600)


def test_a_link_out_of_the_production_is_refused(tmp_path: Path) -> None:
    characters = tmp_path / "film" / "characters"
    characters.mkdir(parents=True)
    noise(tmp_path / "elsewhere.png", (300, 300))
    (characters / "face.png").symlink_to(tmp_path / "elsewhere.png")
    (characters / "mira.yaml").write_text("name: Mira\nlocked: a girl\nreferences: [{file: face.png, view: face}]\n")
    sheet = CharacterSheet.load(characters / "mira.yaml")
    with pytest.raises(BadReference, match="a link that leads out of 'film'"):
        prepare(characters / "face.png", view="face", character=sheet, store=Store(tmp_path / "store"))


def test_a_moving_picture_is_refused_where_that_is_asked(tmp_path: Path) -> None:
    pages = [Image.new("RGB", (300, 300), colour) for colour in ("#ff0000", "#00ff00")]
    pages[0].save(tmp_path / "a.gif", save_all=True, append_images=pages[1:])
    assert made(tmp_path / "a.gif").warnings == ("moves (2 frames): the first frame is taken",)
    with pytest.raises(BadReference, match="moves"):
        made(tmp_path / "a.gif", Recipe(animated="refuse"))
