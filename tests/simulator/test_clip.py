import itertools
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from charkit.errors import EncodingFailed, UnreadableMedia
from charkit.simulator.clip import MADE_BY, frames_of, learn_character, render_clip, render_still
from charkit.simulator.direction import Drift, Picture
from charkit.simulator.looks import from_json
from charkit.simulator.places import PAINTERS
from charkit.simulator.vocabulary import LIGHTS
from tests.simulator.stories import FENN, MIRA, STAIRS, STEADY, VIEW, frame_of, near, png, small

DRESSED = f"{MIRA}\nShot: full.\nPlace: a meadow.\nLight: day."


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    out = tmp_path_factory.mktemp("clip") / "take.mp4"
    render_clip(small(STAIRS, seconds=2.0, width=640, height=360), out, STEADY)
    return out


def test_the_same_direction_gives_the_same_frames_byte_for_byte():
    takes = [[f.tobytes() for f in frames_of(small(STAIRS), Drift())] for _ in range(2)]
    assert takes[0] == takes[1]
    assert len(takes[0]) == 12
    assert takes[0] != [f.tobytes() for f in frames_of(small(STAIRS, seed=6), Drift())]


def test_a_clip_is_shaped_like_those_of_the_services(clip):
    with av.open(str(clip)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.name, video.codec_context.profile, video.codec_context.pix_fmt) == (
            "h264",
            "High",
            "yuv420p",
        )
        assert (video.width, video.height, video.average_rate, video.time_base.denominator) == (640, 360, 24, 12288)
        assert (audio.codec_context.name, audio.rate, audio.codec_context.layout.name) == ("aac", 48000, "stereo")
        assert video.codec_context.color_primaries == 2  # unspecified: no colour tags
        packets = [p for p in container.demux(video) if p.size]
        assert len(packets) == 48
        assert sum(p.is_keyframe for p in packets) == 1
        assert float(audio.duration * audio.time_base) == pytest.approx(2.0, abs=1024 / 48000)
        assert container.metadata["comment"] == MADE_BY
    with av.open(str(clip)) as container:
        kinds = "".join(str(av.video.frame.PictureType(f.pict_type).name) for f in container.decode(video=0))
    assert "BB" in kinds
    assert "BBB" not in kinds


def test_the_index_comes_last_and_the_edit_list_skips_the_delay(clip):
    data = clip.read_bytes()
    assert data.index(b"mdat") < data.index(b"moov")
    entry = data.index(b"elst")
    assert int.from_bytes(data[entry + 16 : entry + 20], "big") == 1024  # media start of the first track's edit


def test_nothing_is_left_when_encoding_fails(tmp_path):
    with pytest.raises(EncodingFailed):
        render_clip(small(DRESSED, width=321, height=181), tmp_path / "odd.mp4")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("size", [(640, 360), (360, 640), (400, 400), (1344, 768)])
def test_any_frame_size_is_drawn(size):
    frame = frame_of(STAIRS, width=size[0], height=size[1])
    assert frame.shape == (size[1], size[0], 3)
    assert frame.std() > 15


def test_what_the_prompt_asks_for_is_in_the_picture():
    mustard, moss, red = (217, 162, 44), (109, 133, 71), (194, 59, 53)
    assert near(frame_of(DRESSED), mustard) > 0.01
    assert near(frame_of(DRESSED.replace("mustard-yellow", "red")), mustard, 25) < 0.004
    assert near(frame_of(DRESSED.replace("mustard-yellow", "red")), red) > 0.01
    assert near(frame_of(f"{FENN}\nShot: full.\nPlace: the desert.\nLight: day."), moss) > 0.02


def test_pictures_that_arrive_change_the_clip():
    recoloured = VIEW.replace("mustard-yellow", "purple")
    picture = Picture(data=png(frame_of(recoloured, width=384, height=512)), role="character", label="Mira")
    purple = (113, 73, 143)
    assert near(frame_of(DRESSED, pictures=(picture,)), purple) > near(frame_of(DRESSED), purple) + 0.01


def test_a_first_frame_opens_the_clip_and_a_last_frame_closes_it():
    grey = Picture(data=png(np.full((90, 160, 3), (90, 140, 200), np.uint8)), role="first frame")
    frames = list(frames_of(small(DRESSED, pictures=(grey,), seconds=1.0), STEADY))
    assert near(frames[0], (90, 140, 200), 12) > 0.9
    assert near(frames[-1], (90, 140, 200), 12) < 0.5
    closing = Picture(data=grey.data, role="last frame")
    frames = list(frames_of(small(DRESSED, pictures=(closing,), seconds=1.0), STEADY))
    assert near(frames[-1], (90, 140, 200), 12) > 0.9


@pytest.mark.parametrize("place", sorted(PAINTERS))
def test_every_place_can_be_drawn_in_every_light(place):
    words = {"lamp room": "lamp room of the lighthouse", "room": "kitchen", "landscape": "somewhere odd"}.get(
        place, place
    )
    seen = {
        frame_of(f"Shot: wide.\nPlace: {words}.\nLight: {light}.", width=160, height=90).mean().round(2)
        for _, light in LIGHTS
    }
    assert len(seen) >= 6


def test_weather_and_lightning_are_seen():
    dry = "Shot: wide.\nPlace: the open sea.\nLight: storm."
    wet = dry + "\nAction: heavy rain."
    assert not np.array_equal(frame_of(dry), frame_of(wet))
    flashes = [
        f.mean()
        for f in frames_of(small(dry + "\nAction: lightning flashes.", seconds=3.0, width=160, height=90), STEADY)
    ]
    assert max(flashes) > np.median(flashes) + 15


def test_a_lamp_that_lights_up_makes_the_room_brighter():
    prompt = "Shot: wide.\nPlace: the lamp room of the lighthouse.\nLight: night.\nAction: the lamp lights up."
    frames = list(frames_of(small(prompt, seconds=2.0), STEADY))
    assert frames[-1].mean() > frames[0].mean() + 15


def test_every_frame_carries_the_mark():
    for frame in (frame_of(STAIRS, width=640, height=360), frame_of(VIEW, width=640, height=360)):
        corner = frame[330:, 560:]
        assert near(corner, (235, 235, 235), 45) > 0.008
        assert near(frame[330:, 460:540], (235, 235, 235), 45) < 0.004


def test_a_mouth_moves_only_while_somebody_speaks():
    def motion(prompt):
        frames = [f[118:140, 135:185].astype(int) for f in frames_of(small(prompt, seconds=2.0), STEADY)]
        return sum(np.abs(b - a).mean() for a, b in itertools.pairwise(frames))

    silent = f"{MIRA}\nShot: close-up.\nPlace: a kitchen.\nLight: day.\nCamera: still."
    assert motion(silent + '\nDialogue: Mira says: "The light is out."') > 1.4 * motion(silent)


def test_a_still_of_a_view_stands_on_the_ground_that_was_asked_for(tmp_path):
    path = tmp_path / "view.png"
    path.write_bytes(render_still(small(VIEW, width=384, height=512), STEADY))
    with Image.open(path) as image:
        assert image.text["Comment"] == MADE_BY
        pixels = np.asarray(image.convert("RGB"))
    assert pixels.shape == (512, 384, 3)
    assert np.ptp(pixels[:8].reshape(-1, 3), axis=0).max() < 12
    assert near(pixels, (217, 162, 44)) > 0.02


def test_a_character_is_learned_from_a_clip(clip):
    look = from_json(learn_character(clip))
    assert (look.name, look.style, look.piece("outer").style) == ("Mira", "bob", "raincoat")


def test_a_clip_of_others_gives_a_look_from_its_pixels(tmp_path):
    path = tmp_path / "plain.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 192, 256, "yuv420p"
        pixels = frame_of(VIEW, width=192, height=256)
        for _ in range(3):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
    assert from_json(learn_character(path)).kind == "human"
    (tmp_path / "broken.mp4").write_bytes(b"nothing of the sort")
    with pytest.raises(UnreadableMedia):
        learn_character(Path(tmp_path / "broken.mp4"))


def test_a_camera_that_nobody_ordered_drifts_and_one_that_was_told_to_stand_still_does_not():
    quiet = "Style: gouache.\nShot: wide.\nPlace: an empty tram stop.\nLight: dusk.\nAction: a tram leaves."

    def steps(prompt):
        frames = [frame.astype(np.int16) for frame in frames_of(small(prompt, seconds=2.0), STEADY)][::6]
        return [float(np.abs(one - other).mean()) for one, other in itertools.pairwise(frames)]

    assert min(steps(quiet)) > 1.0
    assert max(steps(quiet + "\nCamera: still.")) < 0.5
