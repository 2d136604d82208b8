from __future__ import annotations

import io
import sys
import threading
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from scripted_service import ScriptedProvider, Service, clip_request

from charkit.ledger import Ledger
from charkit.store import Store
from charkit.takes import Floor, Order, Pace


class Clock:
    """Time that passes only when somebody waits."""

    def __init__(self) -> None:
        self.now = time.time()
        self.waited: list[float] = []
        self._lock = threading.Lock()

    def __call__(self) -> float:
        with self._lock:
            self.now += 0.001
            return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.now += seconds
            self.waited.append(seconds)
        time.sleep(0)


@pytest.fixture(scope="session")
def clip() -> bytes:
    """A clip of one second, 64×64, 24 frames per second, its index at the end as the services write it."""
    import av
    import numpy as np

    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as out:
        stream = out.add_stream("libx264", rate=24, options={"preset": "ultrafast"})
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for number in range(24):
            picture = np.full((64, 64, 3), number * 10, np.uint8)
            picture[number : number + 20, 10:40] = (200, 120, 40)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode(None))
    return buffer.getvalue()


@pytest.fixture(scope="session")
def early_index_clip(clip: bytes, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The same with its index in front: cut off, it still opens."""
    import av

    path = tmp_path_factory.mktemp("clips") / "early.mp4"  # moving the index needs a file
    with (
        av.open(io.BytesIO(clip)) as source,
        av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as out,
    ):
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    return path.read_bytes()


class Studio:
    """A floor with everything around it, as one process sees it."""

    def __init__(self, root: Path, clip: bytes, place: str) -> None:
        self.root = root
        self.place = place
        self.clock = Clock()
        self.ledger = Ledger.open(place, clock=self.clock)
        self.store = Store(root / "store")
        self.service = Service(root / "service", clip, clock=self.clock)
        self.news: list = []

    def floor(self, **changes) -> Floor:
        values = {
            "production": "lantern",
            "run": "tour",
            "run_cap_usd": 10.0,
            "clock": self.clock,
            "sleep": self.clock.sleep,
            "pace": Pace(let_go=5.0),
        }
        connect = changes.pop("connect", lambda endpoint: ScriptedProvider(self.service))
        return Floor(self.ledger, self.store, connect, **(values | changes))

    def make(self, *orders: Order, **changes):
        return self.floor(**changes).make(orders, on_progress=self.news.append)

    def job(self, subject: str = "S01"):
        (job,) = [job for job in self.ledger.jobs() if job.subject == subject]
        return job

    def path_of(self, subject: str = "S01") -> list[str]:
        return [step.after for step in self.ledger.history(self.job(subject).id)]


@pytest.fixture
def studio(tmp_path: Path, clip: bytes, ledger_place: str) -> Studio:
    """A floor with everything around it, once on SQLite and once on PostgreSQL."""
    return Studio(tmp_path, clip, ledger_place)


@pytest.fixture
def order():
    """Return a maker of orders: `order("S01", price_usd=0.4)`; other keywords go into the request."""

    def make(subject: str = "S01", *, number=1, price_usd=0.4, run="tour", request=None, simulated=False, **changes):
        return Order(
            production="lantern",
            run=run,
            subject=subject,
            number=number,
            route="muse",
            endpoint="gateway",
            kind="video",
            request=request or clip_request(subject, **changes),
            price_usd=price_usd,
            simulated=simulated,
        )

    return make
