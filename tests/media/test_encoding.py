"""Writing pictures within a format and a number of bytes."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from charkit.media.encoding import encode_jpeg, encode_webp, encode_within

NOISE = Image.effect_noise((320, 240), 90).convert("RGB")


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def test_what_fits_loses_nothing() -> None:
    done = encode_within(NOISE, ("jpeg", "png"), 10_000_000)
    assert done is not None
    assert (done.kind, done.quality) == ("png", None)
    assert np.array_equal(np.asarray(opened(done.data)), np.asarray(NOISE))


def test_webp_without_loss_comes_before_any_loss() -> None:
    png = encode_within(NOISE, ("png",))
    assert png is not None
    done = encode_within(NOISE, ("png", "webp"), len(png.data) - 1)
    assert done is not None
    assert (done.kind, done.quality) == ("webp", None)
    assert np.array_equal(np.asarray(opened(done.data).convert("RGB")), np.asarray(NOISE))


@pytest.mark.parametrize("kind", ["jpeg", "webp"])
def test_the_best_quality_that_fits_is_found(kind: str) -> None:
    write = encode_jpeg if kind == "jpeg" else encode_webp
    sizes = {quality: len(write(NOISE, quality=quality)) for quality in range(60, 96)}
    limit = sizes[81]
    done = encode_within(NOISE, (kind,), limit)
    assert done is not None
    assert done.kind == kind
    assert done.quality == max(quality for quality, size in sizes.items() if size <= limit)
    assert len(done.data) <= limit


def test_what_no_bearable_quality_fits_is_said_not_forced() -> None:
    assert encode_within(NOISE, ("jpeg", "png", "webp"), 2000) is None
    assert encode_within(NOISE, ("heic",)) is None


def test_exif_goes_along_only_when_it_is_given() -> None:
    exif = Image.Exif()
    exif[0x013B] = "Ada"
    for kind in ("png", "jpeg", "webp"):
        limit = None if kind != "jpeg" else 10_000_000
        bare, signed = (encode_within(NOISE, (kind,), limit, exif=e) for e in (b"", exif.tobytes()))
        assert bare is not None
        assert signed is not None
        assert not opened(bare.data).getexif()
        assert opened(signed.data).getexif()[0x013B] == "Ada"
