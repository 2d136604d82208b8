"""What an adapter costs per call, against the bare SDK call to the same simulator.

    python tests/benchmarks/bench_adapters.py [ADAPTER ...]

One process, calls in turn, A B A B, the order within a pair changing; the values are the median of the differences and
the ratio of the medians, in wall time. Both send the same request, which the simulator has drawn before, so that no
drawing is measured. Polls ask for a finished job.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import openai
from google import genai
from google.genai import types
from google.oauth2.credentials import Credentials
from pydantic import SecretStr

from charkit.providers import connect
from charkit.providers.base import Connection, ImageRequest, VideoRequest
from charkit.providers.omni_request import compose

MOST_MS = 5.0
MOST_RATIO = 1.2
PAIRS = 40
WARM = 5
KEY = "any-key-of-the-simulator"
PROMPT = "Mira waves. One single continuous shot, no cuts."
PLACE = "projects/p-1/locations/us-central1"
Call = Callable[[], object]


@dataclass(frozen=True, kw_only=True)
class Pair:
    """The same call by the adapter and by the SDK alone."""

    name: str
    ours: Call
    bare: Call


@contextlib.contextmanager
def simulator() -> Iterator[str]:
    """Run the simulator with flat colours; yield its base URL."""
    drawing = Path(__file__).parents[1] / "simulator"
    with tempfile.TemporaryDirectory() as state:
        command = [sys.executable, "-m", "charkit.simulator", "--state", state, "--exit-with-parent", "--workers", "1"]
        path = os.pathsep.join([str(drawing), str(drawing.parents[1])])
        process = subprocess.Popen(
            [*command, "--artist", "plain_artist"],
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.stdin.close()
            process.wait(20)
            process.stdout.close()


def connection(base_url: str) -> Connection:
    """The simulator as an endpoint."""
    return Connection(endpoint="simulator", base_url=base_url, key=SecretStr(KEY))


def google_options(base_url: str, **more: str) -> types.HttpOptions:
    """The SDK's own ways, but for retries."""
    return types.HttpOptions(base_url=base_url, retry_options=types.HttpRetryOptions(attempts=1), **more)


def openai_videos(url: str) -> list[Pair]:
    """`/v1/videos`, dialect A."""
    base = f"{url}/openai/v1"
    adapter = connect("openai-videos", connection(base))
    bare = openai.OpenAI(base_url=base, api_key=KEY, max_retries=0)
    request = VideoRequest(model="sora-2", prompt=PROMPT, seconds=4, width=1280, height=720)
    job = bare.videos.create(model="sora-2", prompt=PROMPT, seconds="4", size="1280x720").id
    return [
        Pair(
            name="openai-videos-submit",
            ours=lambda: adapter.submit(request),
            bare=lambda: bare.videos.create(model="sora-2", prompt=PROMPT, seconds="4", size="1280x720"),
        ),
        Pair(name="openai-videos-poll", ours=lambda: adapter.poll(job), bare=lambda: bare.videos.retrieve(job)),
    ]


def openai_images(url: str) -> list[Pair]:
    """`/v1/images`."""
    base, model = f"{url}/openai/v1", "gpt-image-2.6-flare"
    adapter = connect("openai-images", connection(base))
    bare = openai.OpenAI(base_url=base, api_key=KEY, max_retries=0)
    request = ImageRequest(model=model, prompt=PROMPT, width=1024, height=1024)
    return [
        Pair(
            name="openai-images-submit",
            ours=lambda: adapter.submit(request),
            bare=lambda: bare.images.generate(model=model, prompt=PROMPT, size="1024x1024"),
        )
    ]


def gemini_images(url: str) -> list[Pair]:
    """`generateContent`."""
    base, model = f"{url}/google", "gemini-nano-banana-2.1"
    adapter = connect("gemini-images", connection(base))
    bare = genai.Client(api_key=KEY, enterprise=False, http_options=google_options(base))
    request = ImageRequest(model=model, prompt=PROMPT, width=1024, height=1024)
    shape = types.ImageConfig(aspect_ratio="1:1", image_size="1K")
    config = types.GenerateContentConfig(response_modalities=["TEXT", "IMAGE"], image_config=shape)
    return [
        Pair(
            name="gemini-images-submit",
            ours=lambda: adapter.submit(request),
            bare=lambda: bare.models.generate_content(model=model, contents=PROMPT, config=config),
        )
    ]


def gemini_image_turns(url: str) -> list[Pair]:
    """Pictures by Interactions."""
    base, model = f"{url}/google", "gemini-nano-banana-2.1"
    adapter = connect("gemini-image-turns", connection(base))
    bare = genai.Client(api_key=KEY, enterprise=False, http_options=google_options(base))
    request = ImageRequest(model=model, prompt=PROMPT, width=1024, height=1024)
    shape = {"type": "image", "aspect_ratio": "1:1", "image_size": "1K", "mime_type": "image/jpeg"}

    said = [{"type": "user_input", "content": [{"type": "text", "text": PROMPT}]}]

    def draw() -> object:
        return bare.interactions.create(model=model, input=said, response_format=shape, automatic_continuation=False)

    job = adapter.submit(request).remote_id or ""
    return [
        Pair(name="gemini-image-turns-submit", ours=lambda: adapter.submit(request), bare=draw),
        Pair(name="gemini-image-turns-poll", ours=lambda: adapter.poll(job), bare=lambda: bare.interactions.get(job)),
    ]


def gemini_omni(url: str) -> list[Pair]:
    """Clips by Interactions."""
    base, model = f"{url}/google", "gemini-omni-1.2-flash"
    adapter = connect("gemini-omni", connection(base))
    bare = genai.Client(api_key=KEY, enterprise=False, http_options=google_options(base))
    request = VideoRequest(model=model, prompt=PROMPT, seconds=4, width=640, height=360)
    body = compose(request).body

    def begin() -> object:
        return bare.interactions.create(**body)

    job = adapter.submit(request).remote_id or ""
    return [
        Pair(name="gemini-omni-submit", ours=lambda: adapter.submit(request), bare=begin),
        Pair(name="gemini-omni-poll", ours=lambda: adapter.poll(job), bare=lambda: bare.interactions.get(job)),
    ]


def vertex_veo(url: str) -> list[Pair]:
    """Veo by operations; the polls ask for one that is not finished, because finished ones carry the clip."""
    base, model = f"{url}/google", "veo-3.1-generate-001"
    adapter = connect("vertex-veo", connection(f"{base}/{PLACE}"))
    place = dict(zip(("project", "location"), PLACE.split("/")[1::2], strict=True))
    bare = genai.Client(
        enterprise=True,
        credentials=Credentials(token=KEY),  # type: ignore[no-untyped-call]
        http_options=google_options(base),
        **place,
    )
    request = VideoRequest(model=model, prompt=PROMPT, seconds=4, width=1280, height=720)

    def generate(prompt: str) -> types.GenerateVideosOperation:
        # What a caller of the SDK writes for each clip, its typed arguments included: the adapter builds them as well.
        config = types.GenerateVideosConfig(
            number_of_videos=1, duration_seconds=4, aspect_ratio="16:9", resolution="720p", generate_audio=True
        )
        source = types.GenerateVideosSource(prompt=prompt)
        return bare.models.generate_videos(model=model, source=source, config=config)

    stuck = generate(f"{PROMPT} [[stuck]]")
    return [
        Pair(
            name="vertex-veo-submit",
            ours=lambda: adapter.submit(request),
            bare=lambda: generate(PROMPT),
        ),
        Pair(
            name="vertex-veo-poll",
            ours=lambda: adapter.poll(stuck.name or ""),
            bare=lambda: bare.operations.get(stuck),
        ),
    ]


ADAPTERS = {
    "openai-videos": openai_videos,
    "openai-images": openai_images,
    "gemini-images": gemini_images,
    "gemini-image-turns": gemini_image_turns,
    "gemini-omni": gemini_omni,
    "vertex-veo": vertex_veo,
}


def milliseconds(call: Call) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


def measured(pair: Pair) -> tuple[float, float]:
    """Return the median of the differences in milliseconds, and the ratio of the medians."""
    for _ in range(WARM):
        pair.ours()
        pair.bare()
    ours, bare = [], []
    for number in range(PAIRS):
        for mine in (True, False) if number % 2 else (False, True):
            (ours if mine else bare).append(milliseconds(pair.ours if mine else pair.bare))
    more = statistics.median(mine - theirs for mine, theirs in zip(ours, bare, strict=True))
    print(f"{pair.name}: {statistics.median(ours):.2f} ms, SDK {statistics.median(bare):.2f} ms", file=sys.stderr)
    return more, statistics.median(ours) / statistics.median(bare)


def report(name: str, value: float, unit: str, limit: float) -> bool:
    """Print one figure; return whether it keeps its limit."""
    ok = value <= limit
    line = {"name": name, "value": round(value, 3), "unit": unit, "limit": limit, "against": "the bare SDK call"}
    print(json.dumps({**line, "ok": ok}), flush=True)
    return ok


def main() -> int:
    """Measure the adapters that are named, or all; the exit status tells whether the limits hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("adapters", nargs="*", choices=[*ADAPTERS, []], metavar="ADAPTER")
    names = parser.parse_args().adapters or list(ADAPTERS)
    warnings.simplefilter("ignore")  # the SDKs say on each call that videos are deprecated, interactions experimental
    kept = []
    with simulator() as url:
        for name in names:
            for pair in ADAPTERS[name](url):
                more, ratio = measured(pair)
                kept.append(report(f"adapter-{pair.name}-overhead", more, "ms", MOST_MS))
                kept.append(report(f"adapter-{pair.name}-ratio", ratio, "ratio", MOST_RATIO))
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
