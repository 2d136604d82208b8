"""What a route takes in: pictures and clips of which kinds, sizes and weights, and how prompts cite them."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from charkit.routes.facts import Entry

__all__ = ["ClipLimits", "PictureKind", "PictureLimits", "TagStyle", "clip_tag_of", "tag_of"]

TagStyle: TypeAlias = Literal["omni", "named", "index", "picture", "handle", "none"]
"""How a prompt refers to pictures or characters: `<IMAGE_REF_0>` tags, verbatim names, `Image 1:` lines, `<Picture 1>`
labels, `@handles` of an app, or not."""

PictureKind: TypeAlias = Literal["png", "jpeg", "webp", "heic", "heif", "gif", "bmp", "tiff"]
"""A picture's format: its media type without `image/`."""

_Positive = Annotated[int, Field(gt=0)]
_Ratio = Annotated[float, Field(gt=0)]


def tag_of(style: TagStyle, index: int) -> str:
    """Return how a prompt of a route cites its picture number `index` (from 0); empty where it cannot.

    Omni counts from 0 (google-wire 1.6), the others from 1 (openai-video-wire 4.3; OpenAI's image prompting guide).
    """
    return {
        "omni": f"<IMAGE_REF_{index}>",
        "index": f"Image {index + 1}",
        "picture": f"<Picture {index + 1}>",
    }.get(style, "")


def clip_tag_of(style: TagStyle, index: int) -> str:
    """Return how a prompt of a route cites its clip number `index` (from 0); empty where it cannot.

    Sources as for pictures.
    """
    return {"omni": f"<VIDEO_REF_{index}>", "picture": f"<Video {index + 1}>"}.get(style, "")


class PictureLimits(Entry):
    """What a picture must be like to be taken. What is left out is not established."""

    formats: tuple[PictureKind, ...] = ()
    max_bytes: _Positive | None = None
    min_side: _Positive | None = None
    """Pixels of the shorter side."""
    max_side: _Positive | None = None
    """Pixels of the longer side."""
    min_ratio: _Ratio | None = None
    """Width over height."""
    max_ratio: _Ratio | None = None
    exact: bool = False
    """Whether the pixels must be those of the clip or picture that is asked for."""

    def faults(self, *, width: int, height: int, size: int, media_type: str) -> tuple[str, ...]:
        """Return what keeps a picture from being taken, in words; nothing where it is as it must be.

        Args:
            width: Pixels across.
            height: Pixels down.
            size: Length of the file in bytes.
            media_type: Such as `image/png`.
        """
        kind, ratio = media_type.removeprefix("image/"), width / height
        shape = f"it is {ratio:.2f} times as wide as high, the route"
        checks = [
            (
                bool(self.formats) and kind not in self.formats,
                f"it is {kind}, the route takes {', '.join(self.formats)}",
            ),
            (_over(size, self.max_bytes), f"it has {size:,} bytes, the route takes {self.max_bytes or 0:,}"),
            (
                _over(self.min_side, min(width, height)),
                f"it is {width}x{height}, the route wants {self.min_side} or more",
            ),
            (
                _over(max(width, height), self.max_side),
                f"it is {width}x{height}, the route takes sides to {self.max_side}",
            ),
            (
                _over(ratio, self.max_ratio),
                f"{shape} takes {self.max_ratio}",
            ),
            (
                _over(self.min_ratio, ratio),
                f"{shape} wants {self.min_ratio}",
            ),
        ]
        return tuple(words for wrong, words in checks if wrong)

    def __str__(self) -> str:
        said = [
            "/".join(self.formats),
            f"at most {self.max_bytes / 1e6:.3g} MB" if self.max_bytes else "",
            f"sides {self.min_side or 1} to {self.max_side or '…'} px" if self.min_side or self.max_side else "",
            f"ratio {self.min_ratio or 0:g} to {self.max_ratio or 0:g}" if self.min_ratio or self.max_ratio else "",
            "pixels of what is asked for" if self.exact else "",
        ]
        return ", ".join(filter(None, said)) or "nothing is said"


class ClipLimits(Entry):
    """What a clip must be like to be taken as a reference. What is left out is not established."""

    most: _Positive | None = None
    """How many clips one request may carry."""
    min_seconds: Annotated[float, Field(ge=0)] = 0.0
    max_seconds: Annotated[float, Field(gt=0)] | None = None
    total_seconds: Annotated[float, Field(gt=0)] | None = None
    """All clips of one request together."""
    codecs: tuple[str, ...] = ()
    """Video codecs by FFmpeg's names."""
    sound_codecs: tuple[str, ...] = ()
    max_bytes: _Positive | None = None
    min_fps: _Ratio | None = None
    max_fps: _Ratio | None = None
    min_side: _Positive | None = None
    max_side: _Positive | None = None
    min_ratio: _Ratio | None = None
    max_ratio: _Ratio | None = None
    sound: bool | None = None
    """Whether its sound is heard; False where it is ignored."""

    def __str__(self) -> str:
        least = f"{self.min_seconds:g} to " if self.min_seconds else "at most "
        said = [
            f"{self.most} clips" if self.most else "",
            f"{least}{self.max_seconds:g} s each" if self.max_seconds else "",
            f"{self.total_seconds:g} s together" if self.total_seconds else "",
            "/".join(self.codecs),
            f"at most {self.max_bytes / 1e6:.3g} MB" if self.max_bytes else "",
            f"{self.min_fps:g} to {self.max_fps:g} fps" if self.min_fps and self.max_fps else "",
            f"sides {self.min_side or 1} to {self.max_side or '…'} px" if self.min_side or self.max_side else "",
            f"ratio {self.min_ratio or 0:g} to {self.max_ratio or 0:g}" if self.min_ratio or self.max_ratio else "",
            "its sound is ignored" if self.sound is False else "",
        ]
        return ", ".join(filter(None, said)) or "nothing is said"


def _over(value: float | None, limit: float | None) -> bool:
    """Whether a value lies above a limit; never where either is not known."""
    return value is not None and limit is not None and value > limit
