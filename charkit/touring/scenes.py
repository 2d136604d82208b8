"""What is shown at each stop: the promise, what one would type, and the check that it was kept."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from charkit.errors import BadDocument, RouteClosed, SpendLimit, WouldLeak
from charkit.money import dollars
from charkit.settings import child_environment
from charkit.sharing import reproduce, share
from charkit.shots import Storyboard
from charkit.studio import lint_production
from charkit.studio.preflighting import preflight_files
from charkit.touring.walking import DAY

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from charkit.studio import Studio
    from charkit.touring.walking import Ground

__all__ = ["SCENES", "Scene"]

Came: TypeAlias = "tuple[bool, Sequence[str]]"
"""Whether the promise was kept, and what was seen."""

_WALKS = "action: Robin walks along the water"
_TOO_LITTLE = 0.10
_PATIENCE = 120.0
"""Seconds until a shoot that is to be killed has begun."""
_NO_KEY = "sk-this-is-no-key-but-looks-like-one"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One stop of the tour."""

    name: str
    promise: str
    explains: str
    """Why it matters, in a sentence or two."""
    typed: str
    """What one would type oneself."""
    act: Callable[[Ground], Came]


def _nearest_word(ground: Ground) -> Came:
    board = ground.home / "storyboard.yaml"
    text = board.read_text("utf-8")
    try:
        board.write_text(text.replace("    place: a beach", "    plaec: a beach", 1), encoding="utf-8")
        Storyboard.load(board, ground.studio().cast)
    except BadDocument as error:
        said = str(error).replace(f"{ground.home}/", "")
        return error.line is not None and "place" in said, said.splitlines()
    finally:
        board.write_text(text, encoding="utf-8")
    return False, ("the mistake was not seen",)


def _lint(ground: Ground) -> Came:
    board = ground.home / "storyboard.yaml"
    text = board.read_text("utf-8")
    try:
        board.write_text(text.replace(_WALKS, f"{_WALKS}, her short blond hair in the wind", 1), encoding="utf-8")
        found = lint_production(ground.home)
    finally:
        board.write_text(text, encoding="utf-8")
    seen = [f"{one.shot} {one.field}: {one.why} {one.suggestion} [{one.rule}]" for one in found.findings]
    return any(finding.rule == "wrong-hair" for finding in found.findings), seen


def _quote(ground: Ground) -> Came:
    studio = ground.studio()
    quote = studio.quote()
    return not len(studio.jobs), (repr(quote), f"{len(studio.jobs)} requests were sent")


def _dated(ground: Ground) -> Came:
    try:
        ground.studio().routes.route("sora-2", DAY)
    except RouteClosed as error:
        return bool(error.replacement), (str(error),)
    return False, ("a route that ended was handed out",)


def _preflight(ground: Ground) -> Came:
    from PIL import Image

    picture = ground.folder / "me.png"
    Image.effect_noise((800, 800), 80).convert("RGB").save(picture)
    found = preflight_files([picture], "omni-1.2", ground.studio().routes, on=DAY, domain="photoreal", real_person=True)
    seen = [finding.line for finding in found.stops]
    seen += [f"way round: {way}" for finding in found.stops for way in finding.way_round]
    return bool(found.stops), seen


def _cap(ground: Ground) -> Came:
    studio = ground.studio(run="poor", cap=_TOO_LITTLE)
    try:
        studio.shoot()
    except SpendLimit as error:
        spent = studio.spend.committed / 1e6
        return spent <= _TOO_LITTLE, (str(error), f"committed: {dollars(spent)} of {dollars(_TOO_LITTLE)}")
    return False, ("more was bought than the cap allows",)


def _killed(ground: Ground) -> Came:
    """Kill a shoot as soon as a service has taken a shot on, then go on in this process."""
    code = "import sys, charkit; charkit.open_studio(sys.argv[1], run='tour', max_spend=5.0, resolution='360p').shoot()"
    environment = child_environment(
        CHARKIT_DATA=str(ground.folder),
        CHARKIT_LEDGER="",
        CHARKIT_ROUTES="",
        CHARKIT_PROGRESS="off",
        CHARKIT_TODAY=DAY.isoformat(),
        CHARKIT_SIMULATOR_URL=ground.settings.simulator_url or "",
    )
    shoot = subprocess.Popen(  # noqa: S603  # this Python, our own line, the folder as an argument
        [sys.executable, "-c", code, str(ground.home)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        under_way = _taken_on(ground.studio(), shoot)
    finally:
        shoot.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
        shoot.wait()
    studio = ground.studio()
    takes = studio.shoot()
    rows = [job.row for job in studio.jobs if job.row.kind == "video"]
    twice = [key for key, count in Counter((row.request_key, row.take_number) for row in rows).items() if count > 1]
    charged = _charges(ground)
    paid = {one: charged[one] for row in rows if (one := row.remote_id or "") in charged}
    in_ledger = f"{len(rows)} requests for clips in the ledger, {len(twice)} of them twice"
    in_books = f"the simulator charged {len(paid)} of them, {sum(count > 1 for count in paid.values())} of them twice"
    seen = (
        f"killed with {under_way} of {len(studio.storyboard)} shots taken on by the service",
        f"then: {takes!r}",
        f"{in_ledger}; {in_books}",
    )
    kept = under_way > 0 and all(take.ok for take in takes) and not twice and set(paid.values()) == {1}
    return kept, seen


def _taken_on(studio: Studio, shoot: subprocess.Popen[bytes]) -> int:
    """Wait until the service has taken all shots on, and return how many it has."""
    shots = {shot.id for shot in studio.storyboard.each()}
    until = time.monotonic() + _PATIENCE
    taken = 0
    # In the middle of a request it would be in doubt, and wait for a person: that is another promise.
    while taken < len(shots) and time.monotonic() < until and shoot.poll() is None:
        time.sleep(0.05)
        taken = sum(1 for job in studio.jobs if job.row.subject in shots and job.row.remote_id)
    return taken


def _charges(ground: Ground) -> Counter[str]:
    """Return how often the simulator charged each job."""
    url = ground.settings.simulator_url or ""
    with urllib.request.urlopen(f"{url}/control/charges", timeout=10) as answer:  # noqa: S310  # loopback, see settings
        return Counter(charge["job"] for charge in json.load(answer)["charges"])


def _score(ground: Ground) -> Came:
    card = ground.studio().score()
    drifted = [score for score in card.scores if score.verdict.value == "drifted"]
    seen = [*card.lines, *(f"{score.shot}, take {score.take}: {score.word}, {score.score:.3f}" for score in drifted)]
    return [(score.shot, score.take) for score in drifted] == [("S02", 1)], seen


def _retake(ground: Ground) -> Came:
    studio = ground.studio()
    before = studio.spend.settled
    card = studio.retake(studio.score())
    cost = (studio.spend.settled - before) / 1e6
    best = card.best()
    seen = (f"one more take of S02 for {dollars(cost)}; the film uses take {best['S02']} of it", *card.lines)
    return best["S02"] == 2 and [take.subject for take in studio.takes() if take.number == 2] == ["S02"], seen


def _film(ground: Ground) -> Came:
    studio = ground.studio()
    film = studio.assemble()
    studio.report()
    seen = (
        f"{film!r}",
        f"{film.encoded_frames} of {film.frames} frames were encoded anew; look: {studio.place.folder / 'report.html'}",
    )
    return film.encoded_frames == 0, seen


def _share(ground: Ground) -> Came:
    left = ground.studio().place.folder / "scribbled.json"
    left.write_text(json.dumps({"asked with": _NO_KEY}), encoding="utf-8")
    try:
        share("tour", ground.bundle, production=ground.home, data=ground.folder)
    except WouldLeak as error:
        refused = error.findings
    else:
        return False, ("a key was given away",)
    finally:
        left.unlink()
    made = share("tour", ground.bundle, production=ground.home, data=ground.folder)
    hidden = not any(_NO_KEY in finding for finding in refused)
    return hidden, (f"with a key left in a file, refused: {refused[0]}", f"without: {made!r}")


def _again(ground: Ground) -> Came:
    found = reproduce(ground.bundle, ground.folder / "again")
    seen = [f"{aspect.name}: {aspect.verdict}, {aspect.said}" for aspect in found.aspects]
    return found.same, [
        *seen,
        *(line for aspect in found.aspects if aspect.verdict == "differs" for line in aspect.details),
    ]


SCENES: tuple[Scene, ...] = (
    Scene(
        name="mistakes",
        promise="A mistake in a file is answered with file, line and the nearest right word",
        explains="Storyboard and sheets are YAML that people write. Here `place` is misspelt for a moment.",
        typed="charkit plan productions/tour",
        act=_nearest_word,
    ),
    Scene(
        name="words",
        promise="Words that contradict the sheet are found before they reach a prompt",
        explains="Who somebody is stands in the sheet, once. Here a shot gives Robin other hair than her sheet.",
        typed="charkit lint productions/tour",
        act=_lint,
    ),
    Scene(
        name="price",
        promise="The price is known before money is spent, without any key",
        explains="A plan says for every shot which route makes it, why, and for how much. Nobody is asked.",
        typed="charkit plan productions/tour --max-spend 5",
        act=_quote,
    ),
    Scene(
        name="dates",
        promise="A service that was shut down is refused before any request, naming what to use instead",
        explains="Services die, so routes are data with dates and sources.",
        typed="charkit routes --all",
        act=_dated,
    ),
    Scene(
        name="preflight",
        promise="What a route would refuse is said before anything is uploaded",
        explains="This picture is declared to show a real person, and the route takes none.",
        typed="charkit preflight me.png --route omni-1.2 --domain photoreal --real-person",
        act=_preflight,
    ),
    Scene(
        name="cap",
        promise="The cap is never passed",
        explains="Every request is reserved against the cap before it is sent. Here the cap is ten cents.",
        typed='charkit.open_studio("productions/tour", run="poor", max_spend=0.10).shoot()',
        act=_cap,
    ),
    Scene(
        name="kill",
        promise="Whatever is killed goes on where it was, and nothing is paid twice",
        explains="A shoot is killed (SIGKILL) while the service draws; then the same call again.",
        typed='charkit.open_studio("productions/tour", run="tour", max_spend=5.00).shoot()',
        act=_killed,
    ),
    Scene(
        name="score",
        promise="A take in which the character is somebody else is caught",
        explains="The simulator drew the first take of S02 off model. The scorer compares colours with the references, "
        "and says what it cannot see.",
        typed="studio.score()",
        act=_score,
    ),
    Scene(
        name="retake",
        promise="Only what drifted is made again, and the better take is kept",
        explains="One more take of one shot, under the same cap; the first one is not deleted.",
        typed="studio.retake(card)",
        act=_retake,
    ),
    Scene(
        name="film",
        promise="Pictures are copied bit for bit into the film",
        explains="Nothing is encoded again where streams allow it; the report says how every shot was made.",
        typed="studio.assemble(); studio.report()",
        act=_film,
    ),
    Scene(
        name="share",
        promise="What is shared holds no key, no place of this machine, and no reference without a licence",
        explains="First with a key left in a file, which stops it by name; then without.",
        typed="charkit share tour -o tour.zip",
        act=_share,
    ),
    Scene(
        name="again",
        promise="Another person makes the same film of it, and is told what differs",
        explains="The bundle is checked, run again from nothing on a simulator of its own, and compared bit for bit.",
        typed="charkit reproduce tour.zip",
        act=_again,
    ),
)
"""The tour, in its order: later stops go on from earlier ones."""
