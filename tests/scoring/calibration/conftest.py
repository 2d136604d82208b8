"""Takes of three drawn figures, as clips on disk."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def shots(bed, tmp_path_factory, make_clip_of):
    """One take of each of three figures, with their references."""
    folder = tmp_path_factory.mktemp("takes")
    found = []
    for number in range(3):
        framing, pictures, _ = bed.figures.shot(
            bed.figures.figure(number), seed=number, light=bed.figures.MILD, frames=8
        )
        clip = make_clip_of(folder / f"{number}.mp4", pictures)
        said = {"shot": f"S{number}", "clip": clip, "character": f"c{number}", "expected": (f"c{number}",)}
        found.append(bed.evidence(framing, bed.references(number), **said))
    return found


@pytest.fixture(scope="session")
def make_clip_of():
    import av

    def make(path, pictures):
        with av.open(str(path), "w") as container:
            stream = container.add_stream("libx264", rate=4, options={"crf": "14"})
            height, width = pictures[0].shape[:2]
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            for picture in [p for p in pictures for _ in range(2)]:
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            container.mux(stream.encode())
        return path

    return make
