"""Turns any picture into one that can be sent: upright, sRGB, flat, of the size, format and bytes that a route takes.

What a route takes is data on the route (`charkit.routes.PictureLimits`); nothing here knows any of them by name.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from charkit.character import View
from charkit.errors import BadReference, CharkitError
from charkit.references.parts import inward, outward, within_part
from charkit.references.picture import Framing, Reference
from charkit.references.shaping import closer, keeps_shape, shaped
from charkit.routes import PictureLimits
from charkit.store import Store, digest_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL import Image

    from charkit.character import CharacterSheet
    from charkit.media.encoding import Encoded
    from charkit.media.images import Opened
    from charkit.media.scaling import Box
    from charkit.references.shaping import Shape
    from charkit.routes import Route

__all__ = ["MAX_SIDE", "MIN_FACE", "MIN_SIDE", "Faces", "Recipe", "again", "fitted", "prepare", "usual"]

MAX_SIDE = 1024
"""Longest side that is sent by default, in pixels: the larger side of the image routes' 1K pictures stays readable and
five of them stay under 4 MB."""

MIN_SIDE = 256
"""Shortest side that is accepted, in pixels: the strictest limit among the video routes (MiniMax H3 on vLLM-Omni,
openai-video-wire 4.3)."""

MIN_FACE = 112
"""Pixels that the shorter side of a face should have in a picture that is to carry it: what recognisers of faces are
given (scoring.md, 3.2); from fewer, nobody can tell two people apart."""

_SUFFIXES = {"png": ".png", "jpeg": ".jpg", "webp": ".webp"}


class Faces(Protocol):
    """Finds the faces in a picture; `charkit` has none built in here, a detector is passed."""

    def __call__(self, image: Image.Image, /) -> Sequence[Box]:
        """Return the faces' boxes as shares of the picture, the largest first."""
        ...


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a picture is to be prepared."""

    max_side: int = MAX_SIDE
    """Longest side in pixels; smaller pictures are not enlarged."""
    size: tuple[int, int] | None = None
    """Exactly these pixels instead, for routes that demand them."""
    mode: Literal["auto", "crop", "pad"] = "auto"
    """How to reach another shape: `pad` keeps all of the picture, `crop` fills the size around the subject, `auto`
    crops where the subject stays whole and pads where it would not."""
    ground: str = "#ffffff"
    """What stands behind transparency and padding, `#rrggbb`."""
    keep: tuple[float, float, float, float] | None = None
    """The subject, as a person drew it: left, top, right, bottom, as shares of the upright picture. Looked for where
    it is left out: faces first, if there is a detector, then what stands out."""
    part: tuple[float, float, float, float] | None = None
    """The only part of the upright picture that may be seen, as a person drew it, in the same shares; all of it where
    it is left out. Size, shape and limits are reached within it."""
    min_face: int = 0
    """Pixels that the largest face's shorter side should have in the prepared picture; a smaller one is brought closer
    by a crop, as far as the picture has the pixels. Nothing is asked at 0."""
    sharpen: bool = True
    """Whether to give back some of the sharpness that scaling down takes."""
    metadata: Literal["strip", "keep"] = "strip"
    """Whether EXIF (camera, place, time, author) goes along; never the orientation, which is dealt with."""
    animated: Literal["first", "refuse"] = "first"
    """What to do with a moving picture: take its first frame, with a warning, or refuse it."""
    limits: PictureLimits = field(default_factory=PictureLimits)
    """What the route takes."""

    @classmethod
    def of_route(cls, route: Route, *, frame: tuple[int, int] | None = None) -> Recipe:
        """Return how a route wants its pictures.

        Args:
            route: The route.
            frame: For a first or last frame: the pixels of the clip; cropped to them where the route wants them exact.
        """
        if frame is None:
            return cls(limits=route.picture_limits)
        limits = route.frame_limits
        return cls(limits=limits, max_side=max(frame), size=frame if limits.exact else None, mode="crop")


def usual(view: View | str, faces: Faces | None) -> Recipe:
    """Return how a picture is prepared where nobody says more: a view of the face brings the face close enough.

    Args:
        view: What it shows.
        faces: Finds faces; without it nothing can be measured, and nothing is asked.
    """
    near = faces is not None and View(view) in (View.FACE, View.EXPRESSION)
    return Recipe(min_face=MIN_FACE if near else 0)


def prepare(
    path: Path | str,
    *,
    view: View | str,
    character: CharacterSheet,
    store: Store,
    wardrobe: str = "default",
    recipe: Recipe | None = None,
    faces: Faces | None = None,
    origin: str = "",
    simulated: bool = False,
) -> Reference:
    """Turn any picture into one that can be sent: upright, sRGB, flat, not too large, without metadata.

    Args:
        path: PNG, JPEG, WebP, HEIC and whatever else can be opened; it is left as it is. A link inside the production
            folder that leads out of it is refused.
        view: What it shows of the character.
        character: Whom it shows.
        store: Where the prepared picture is kept.
        wardrobe: The outfit in the picture.
        recipe: How it is to be prepared; by default to the size and the format that nearly every route takes, with a
            face of `MIN_FACE` pixels in views of it where `faces` can measure that.
        faces: Finds faces, for crops around them and for `Recipe.min_face`.
        origin: Where it came from; by default the file's name.
        simulated: Whether the simulator drew it.

    Raises:
        BadReference: the file is missing, is no picture, is too small, or cannot be brought to what the route takes.
        UnknownName: the character has no such outfit.
    """
    path = Path(path)
    character.outfit(wardrobe)
    blank = Reference(
        character=character.slug,
        name=character.name,
        view=View(view),
        path=path,
        digest="",
        width=0,
        height=0,
        wardrobe=wardrobe,
        sheet=character.digest,
        origin=origin or path.name,
        simulated=simulated,
        source=path,
    )
    return _made(blank, path, store, recipe or usual(view, faces), faces, inside=_production(character))


def again(reference: Reference, recipe: Recipe, *, faces: Faces | None = None) -> Reference:
    """Prepare a reference again in another way, from its source; it is kept in the store in which the first one lies.

    Raises:
        BadReference: its source is not known, is gone, or cannot be brought to what is asked.
    """
    if reference.source is None:
        raise BadReference("its source is not known; prepare it from the picture itself", file=reference.path)
    return _made(replace(reference, steps=()), reference.source, _store_of(reference), recipe, faces)


def _store_of(reference: Reference) -> Store:
    return Store(reference.path.parents[2])


def fitted(reference: Reference, route: Route, store: Store, *, faces: Faces | None = None) -> Reference:
    """Return a reference as a route takes it: itself where it already is, else prepared again for the route.

    The source is used where it is still the one that was prepared, so that nothing is scaled or cropped twice. The
    subject stays whole: the box that a person drew, else the faces, else what stands out.

    Args:
        reference: As it was prepared.
        route: Where it is to go.
        store: Where the new picture is kept.
        faces: Finds faces, for a subject that nobody drew.

    Raises:
        BadReference: it cannot be brought to what the route takes, or is gone.
    """
    limits = route.picture_limits
    size = reference.size or reference.path.stat().st_size
    drawn = reference.framing or Framing()
    faults = limits.faults(width=reference.width, height=reference.height, size=size, media_type=reference.media_type)
    if not faults:
        return reference
    recipe = replace(Recipe.of_route(route), keep=reference.kept, mode=drawn.mode)
    again = _from_source(reference, store, replace(recipe, part=drawn.part), faces) or _made(
        replace(reference, steps=()), reference.path, store, replace(recipe, keep=_kept_in(reference)), faces
    )
    return replace(again, source=reference.source, steps=(*again.steps, f"for {route.name}: {'; '.join(faults)}"))


def _kept_in(reference: Reference) -> Box | None:
    """Return the subject as shares of the prepared picture, where its source is gone."""
    if reference.kept is None or reference.crop is None:
        return reference.kept
    return inward(reference.kept, reference.crop)


def _from_source(reference: Reference, store: Store, recipe: Recipe, faces: Faces | None) -> Reference | None:
    if reference.source is None:
        return None
    try:
        if digest_of(reference.source.read_bytes()) != reference.source_digest:
            return None
        return _made(replace(reference, steps=()), reference.source, store, recipe, faces)
    except (CharkitError, OSError):  # gone since; the prepared picture is still there
        return None


def _made(
    blank: Reference, path: Path, store: Store, recipe: Recipe, faces: Faces | None, inside: Path | None = None
) -> Reference:
    from charkit.media.images import open_picture

    longest = max(recipe.size) if recipe.size else recipe.max_side
    least = None if recipe.min_face or recipe.part else 2 * longest
    opened = open_picture(path, animated=recipe.animated, inside=inside, least=least)
    whole, (image, recipe) = opened.image, within_part(opened.image, recipe)
    if min(image.size) < MIN_SIDE:
        raise BadReference(
            f"is {image.width}x{image.height} pixels; a reference needs at least {MIN_SIDE} on each side", file=path
        )
    found = tuple(faces(image)) if faces is not None and _wanted(image, recipe) else ()
    shape = shaped(image, recipe, found)
    shape, warned = closer(image, shape, recipe, found)
    picture, encoded = _within(path, image, shape, recipe, opened)
    stored = store.put(encoded.data, _SUFFIXES[encoded.kind])
    return replace(
        blank,
        path=stored.path,
        digest=stored.digest,
        width=picture.width,
        height=picture.height,
        media_type=f"image/{encoded.kind}",
        size=len(encoded.data),
        source_digest=opened.digest,
        crop=outward(shape.shown(image.size), recipe.part, whole=True),
        kept=outward(shape.keep, recipe.part),
        steps=(*opened.steps, *_cut(whole, image, recipe), *shape.steps(image, recipe.ground), *_told(encoded)),
        warnings=(*opened.warnings, *warned),
    )


def _wanted(image: Image.Image, recipe: Recipe) -> bool:
    """Whether faces decide anything: looking for them takes longer than all the rest."""
    return bool(recipe.min_face) or (recipe.keep is None and not keeps_shape(image.size, recipe))


def _within(
    path: Path, image: Image.Image, shape: Shape, recipe: Recipe, opened: Opened
) -> tuple[Image.Image, Encoded]:
    """Draw a shape and write it within the route's bytes; where no quality does, make it smaller."""
    from charkit.media.encoding import encode_within

    limits = recipe.limits
    exif = opened.exif if recipe.metadata == "keep" else b""
    while True:
        picture = shape.drawn(image, recipe.ground, sharpen=recipe.sharpen)
        encoded = encode_within(picture, limits.formats, limits.max_bytes, exif=exif)
        if encoded is not None:
            return picture, encoded
        smaller = shape.scaled(0.8)
        if recipe.size or min(smaller.size) < max(MIN_SIDE, limits.min_side or 1):
            raise BadReference(
                f"cannot be written within what the route takes ({limits}) at {picture.width}x{picture.height}; "
                "choose a plainer picture or another route",
                file=path,
            )
        shape = smaller


def _cut(whole: Image.Image, image: Image.Image, recipe: Recipe) -> tuple[str, ...]:
    if recipe.part is None:
        return ()
    at = f"{round(recipe.part[0] * whole.width)},{round(recipe.part[1] * whole.height)}"
    return (f"cut by hand to {image.width}x{image.height} of {whole.width}x{whole.height} at {at}",)


def _told(encoded: Encoded) -> tuple[str, ...]:
    kind = {"png": "PNG", "jpeg": "JPEG", "webp": "WebP"}[encoded.kind]
    quality = f" at quality {encoded.quality}" if encoded.quality is not None else ""
    return () if encoded.kind == "png" else (f"written as {kind}{quality}",)


def _production(character: CharacterSheet) -> Path | None:
    """Return the production's folder: above `characters/`, else the sheet's own."""
    if character.file is None:
        return None
    folder = character.file.parent
    return folder.parent if folder.name == "characters" else folder
