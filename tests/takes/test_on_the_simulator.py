"""The floor with the real adapters and SDKs, on a real wire, to the simulator; money compared with its own record."""

from __future__ import annotations

import json
import urllib.request

import pytest
from pydantic import SecretStr

from charkit.ledger import Ledger, micro
from charkit.providers import connect
from charkit.providers.base import Blob, BoundReference, Connection, ImageRequest, Outcome, Role, VideoRequest
from charkit.store import Store
from charkit.takes import Floor, Order, Pace, Takes

PROMPT = """One single continuous shot, no cuts.
Mira (<IMAGE_REF_0>): a girl of about ten with a chin-length copper bob and a mustard-yellow raincoat.
Shot: medium shot at eye level.
Place: the stone harbour stairs of a small fishing town, floor test.
Action: Mira looks out to sea.
"""
WIRES = {
    "omni": ("gemini-omni", "/google"),
    "nano": ("gemini-images", "/google"),
    "muse": ("openai-videos", "/muse/v1"),
}


@pytest.fixture
def floor(simulator: str, tmp_path) -> Floor:
    def reach(endpoint: str):
        protocol, mount = WIRES[endpoint]
        return connect(
            protocol,
            Connection(
                endpoint=endpoint,
                base_url=simulator + mount,
                key=SecretStr("any key will do"),
                dialect="muse" if endpoint == "muse" else "",
            ),
        )

    return Floor(
        Ledger.open(tmp_path / "ledger.sqlite"),
        Store(tmp_path / "store"),
        reach,
        production="lantern",
        run="tour",
        run_cap_usd=5.0,
        pace=Pace(first_poll=0.05, longest_poll=0.3),
    )


def orders(picture) -> list[Order]:
    blob = Blob(name="front.png", media_type="image/png", data=picture(256, 256))
    mira = BoundReference(role=Role.CHARACTER, character="Mira", view="front", blob=blob)
    clip = VideoRequest(
        model="gemini-omni-1.2-flash", prompt=PROMPT, seconds=3, width=640, height=360, references=(mira,), seed=7
    )
    refused = VideoRequest(
        model="gemini-omni-1.2-flash", prompt=PROMPT + "[[refuse:output]]", seconds=3, width=640, height=360
    )
    gateway = VideoRequest(model="muse-video", prompt=PROMPT, seconds=5, width=1280, height=720)
    view = ImageRequest(model="gemini-nano-banana-2.1", prompt="Mira, floor test, front view.", width=1024, height=1024)
    table = [
        ("S01", "omni", clip, 0.0696),
        ("S02", "omni", refused, 0.0696),
        ("S03", "muse", gateway, 0.30),
        ("mira-front", "nano", view, 0.0336),
    ]
    return [
        Order(
            production="lantern",
            run="tour",
            subject=subject,
            route=endpoint,
            endpoint=endpoint,
            kind="video" if isinstance(request, VideoRequest) else "image",
            request=request,
            price_usd=price,
            simulated=True,
        )
        for subject, endpoint, request, price in table
    ]


def asked(simulator: str, what: str) -> dict:
    with urllib.request.urlopen(f"{simulator}/control/{what}", timeout=10) as answer:  # noqa: S310
        return json.load(answer)


@pytest.mark.slow
def test_clips_and_pictures_come_over_real_wires_are_paid_once_and_the_books_agree(
    floor: Floor, simulator: str, picture, tmp_path
) -> None:
    before = asked(simulator, "charges")["charges"]
    takes = floor.make(orders(picture))
    assert [take.outcome for take in takes] == [
        Outcome.SUCCEEDED,
        Outcome.REFUSED,
        Outcome.SUCCEEDED,
        Outcome.SUCCEEDED,
    ], [take.message for take in takes]
    clip, refused, gateway, view = takes
    assert (clip.width, clip.height, clip.seconds) == (640, 360, 3.0)
    assert [(sent.character, sent.role) for sent in clip.sent] == [("Mira", "character")]
    assert (gateway.seconds, gateway.media_type) == (5.0, "video/mp4")
    assert view.media_type.startswith("image/")
    assert refused.path is None

    charged = [c for c in asked(simulator, "charges")["charges"][len(before) :] if not c["refunded"]]
    settled = [take for take in takes if take.ok]
    assert sum(micro(c["usd"]) for c in charged) == floor.spend.settled == sum(micro(t.price_usd) for t in settled)

    posts = asked(simulator, "record")["requests"]
    again = floor.make(orders(picture))
    assert again == takes
    assert len(asked(simulator, "record")["requests"]) == len(posts)
    takes.save(tmp_path / "takes.json")
    assert Takes.load(tmp_path / "takes.json", Store(tmp_path / "store")) == takes
