"""The call that makes a shared run again: checked, on the simulator unless told otherwise, and compared.

Nothing of what came from elsewhere is executed: notebooks of a bundle are looked at and never run; the same verbs are
called that they call, with charkit's own code.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from charkit.documents import read_json, replace_file, write_json
from charkit.errors import BadBundle, BadDocument, StorageError, UsageError
from charkit.manifest import Manifest
from charkit.routes import RouteMatrix
from charkit.settings import Settings
from charkit.sharing.bundles import check_sums, open_bundle
from charkit.sharing.comparing import Aspect, Made, Reproduction, compared, environment_differs
from charkit.sharing.environment import ENVIRONMENT, Environment, environment
from charkit.sharing.packing import requests_of
from charkit.store import digest_of
from charkit.studio import open_studio
from charkit.takes import RetakeRule, Wish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from charkit.sharing.bundles import BundleRecord, SharedRequest
    from charkit.studio import Studio
    from charkit.studio.pricing import Quote

__all__ = ["price_again", "reproduce"]

_DECISIONS = ("casting.json", "decisions.json", "overrides.yaml", "wording.yaml", "routes.yaml")
"""What a person decided in the run; everything else follows from it."""
_PLAY_MONEY = 1_000_000.0
"""US dollars; a rehearsal is stopped by nothing."""


def reproduce(
    bundle: Path | str,
    folder: Path | str | None = None,
    *,
    live: bool = False,
    max_spend: float | None = None,
    references: Path | str | None = None,
    on_step: Callable[[str], None] | None = None,
) -> Reproduction:
    """Check a shared run, make it again, and say what differs.

    Args:
        bundle: What `charkit share` made, zip or folder.
        folder: A new data folder for the run; by default `reproduced/` and the run's name, here.
        live: Pay real services instead of asking the simulator. See `price_again` for what that costs.
        max_spend: The cap in US dollars; needed with `live`.
        references: A folder with pictures that were left out of the bundle; they are known by their digests.
        on_step: Told in a word or two what is done next.

    Raises:
        BadBundle: it is damaged, hostile, or not as it was packed; nothing was made.
        UsageError: `folder` is there already, a picture is missing, or `live` is without a cap.
        CharkitError: the run itself cannot be made; what was made stays in `folder`.
    """
    if live and max_spend is None:
        raise UsageError("say with max_spend (--max-spend) how many US dollars this may cost at most")
    say = on_step or (lambda _: None)
    with _opened(Path(bundle), say) as (record, home):
        target = _made_folder(Path(folder) if folder else Path("reproduced") / record.run)
        again = _Again(record=record, bundle=home, data=target.resolve(), live=live, references=_path(references))
        studio = again.studio(_PLAY_MONEY if max_spend is None else max_spend)
        again.run(studio, say)
        say("compare")
        found = Reproduction(
            production=record.production,
            run=record.run,
            title=record.title,
            live=live,
            folder=target,
            aspects=(*again.before(check_sums(home, shown=Path(bundle))), *again.compare(studio)),
        )
    write_json(target / "reproduction.json", json.loads(json.dumps(found.facts())))
    return found


def price_again(bundle: Path | str, *, references: Path | str | None = None) -> Quote:
    """Return what a shared run would cost at real services today. Sends nothing, reads no key.

    Raises:
        BadBundle: it is damaged, hostile, or not as it was packed.
        UsageError: a picture is missing.
    """
    with _opened(Path(bundle), lambda _: None) as (record, home), tempfile.TemporaryDirectory() as folder:
        again = _Again(record=record, bundle=home, data=Path(folder), live=True, references=_path(references))
        return again.studio(0.0, priced=True).quote()


@contextmanager
def _opened(bundle: Path, say: Callable[[str], None]) -> Iterator[tuple[BundleRecord, Path]]:
    """Give a checked copy of a bundle, which is gone afterwards."""
    if not bundle.exists():
        raise UsageError(f"there is no {bundle}. Make one with: charkit share RUN -o {bundle}")
    say("check")
    with tempfile.TemporaryDirectory(prefix="charkit-reproduce-") as folder:
        home = Path(folder) / "bundle"
        home.mkdir()
        yield open_bundle(bundle, home), home


def _made_folder(target: Path) -> Path:
    if target.exists():
        raise UsageError(f"{target} is there already; say another folder with -o, or move it away")
    try:
        target.mkdir(parents=True)
    except OSError as error:
        raise StorageError(f"cannot be made: {error.strerror or error}", path=target) from error
    return target


def _path(path: Path | str | None) -> Path | None:
    return None if path is None else Path(path)


@dataclass(frozen=True, kw_only=True)
class _Again:
    """One reproduction."""

    record: BundleRecord
    bundle: Path
    data: Path
    live: bool
    references: Path | None

    @property
    def _shared_run(self) -> Path:
        return self.bundle / self.record.run_folder

    @property
    def _manifest(self) -> Manifest:
        try:
            return Manifest.load(self._shared_run / "manifest.json")
        except BadDocument as error:
            raise BadBundle(f"its manifest cannot be used: {error}", file=self.record.run) from None

    def studio(self, cap: float, *, priced: bool = False) -> Studio:
        """Lay the production and the person's decisions out, and open a studio on them.

        Args:
            cap: In US dollars.
            priced: Whether it is only to be priced.
        """
        manifest = self._manifest
        home = self.data / self.record.home
        self._lay_out(home)
        changes: dict[str, object] = {"data": self.data}
        if not self.live:
            # As it was on that day, with its routes, in a ledger of its own; live, it is today, and the person's own
            # budget, routes and endpoints: an address out of a bundle never gets the person's keys.
            today = dt.date.fromisoformat(manifest.created)
            changes |= {"today": today, "ledger": None, "routes": self._its_routes()}
        elif priced:
            changes["ledger"] = None
        settings = Settings.load().model_copy(update=changes)
        if self.live:
            _check_known(manifest, settings, own=self.record.routes)
        resolution = manifest.parameters.get("resolution")
        return open_studio(
            home,
            run=self.record.run,
            max_spend=cap,
            live=self.live,
            resolution=str(resolution) if resolution else None,
            settings=settings,
        )

    def _its_routes(self) -> Path | None:
        """Put the bundle's own routes beside its run; None where it has none."""
        if not self.record.routes:
            return None
        kept = self.data / self.record.routes
        replace_file(kept, (self.bundle / self.record.routes).read_bytes())
        return kept

    def run(self, studio: Studio, say: Callable[[str], None]) -> None:
        """Do what the notebooks do."""
        say("plan")
        plan = studio.plan()
        say("shoot")
        studio.shoot(plan)
        if rounds := self._retakes():
            say("retake")
            asked = iter(rounds)
            studio.retakes(lambda: next(asked, ()), rule=RetakeRule(rounds=len(rounds), stop_without_gain=False))
        say("score")
        card = studio.score()
        say("assemble")
        cuts = studio.cut_list(card)
        beside = ",".join(self._manifest.film.made_beside) if self._manifest.film else ""
        studio.assemble(cuts.also(beside) if beside else cuts)
        studio.report()

    def before(self, files: int) -> Iterator[Aspect]:
        """Return what can be said of the bundle itself, and of the programs."""
        yield Aspect(name="files", verdict="same", said=f"{files} files are as they were packed")
        try:
            told = read_json(self.bundle / ENVIRONMENT, Environment)
        except BadDocument:
            yield Aspect(name="environment", verdict="not comparable", said=f"its {ENVIRONMENT} cannot be read")
        else:
            yield environment_differs(_versions(told), _versions(environment()))

    def compare(self, studio: Studio) -> tuple[Aspect, ...]:
        """Return all that the two runs can be compared by."""
        there = Made(folder=self._shared_run, manifest=self._manifest, requests=_by_name(self.record.requests))
        folder = studio.place.folder
        here = Made(
            folder=folder, manifest=Manifest.load(folder / "manifest.json"), requests=_by_name(requests_of(studio))
        )
        return compared(there, here)

    def _lay_out(self, home: Path) -> None:
        shutil.copytree(self.bundle / self.record.home, home, symlinks=True)
        self._put_missing(home)
        measured = self.bundle / "measurements.yaml"
        if measured.is_file():
            replace_file(self.data / measured.name, measured.read_bytes())
        decided = [*_DECISIONS, *(["cutlist.yaml"] if self.record.edited_cut_list else [])]
        for name in decided:
            file = self._shared_run / name
            if file.is_file():
                replace_file(self.data / self.record.run_folder / name, file.read_bytes())

    def _put_missing(self, home: Path) -> None:
        """Put pictures that stayed with the person who shared it in their places, where they were given.

        Raises:
            UsageError: one was not.
        """
        given = {}
        if self.references is not None:
            given = {digest_of(path.read_bytes()): path for path in self.references.rglob("*") if path.is_file()}
        absent = [one for one in self.record.missing if one.digest not in given]
        if absent:
            named = "; ".join(f"{one.what} ({one.digest[7:19]}…): {one.why}" for one in absent)
            raise UsageError(
                f"the run needs pictures that were left out of the bundle: {named}. "
                "Ask for them, and say where they are: --references FOLDER"
            )
        for one in self.record.missing:
            replace_file(home / one.place, given[one.digest].read_bytes())

    def _retakes(self) -> list[list[Wish]]:
        """Return which shots were made again in each round, with the reasons on record."""
        why = _whys(self._shared_run / "takes.json")
        rounds: dict[int, list[Wish]] = {}
        for take in self._manifest.takes:
            if take.take > 1:
                reason = why.get((take.shot, take.take)) or "as in the run that was shared"
                rounds.setdefault(take.take, []).append(Wish(shot=take.shot, reason=reason))
        return [rounds.get(number, []) for number in range(2, max(rounds, default=1) + 1)]


def _check_known(manifest: Manifest, settings: Settings, *, own: str) -> None:
    """Refuse to pay for a run that took routes which only its bundle knows.

    Raises:
        UsageError: it did; says where they stand, and what to do.
    """
    known = RouteMatrix.load(settings.routes).routes
    strange = sorted({take.route for take in manifest.takes} - set(known))
    if strange:
        raise UsageError(
            f"the run took routes of its own: {', '.join(strange)}. Nobody's keys go to addresses out of a bundle: "
            f"look at its {own or 'manifest'}, and put the routes that you trust into a file of yours (CHARKIT_ROUTES)"
        )


def _whys(file: Path) -> dict[tuple[str, int], str]:
    try:
        takes = json.loads(file.read_text("utf-8"))["takes"]
        return {(str(take["subject"]), int(take["number"])): str(take.get("why") or "") for take in takes}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _by_name(requests: Iterable[SharedRequest]) -> dict[tuple[str, int], SharedRequest]:
    return {(one.subject, one.take): one for one in requests}


def _versions(told: Environment) -> dict[str, str]:
    machine = {"implementation": told.implementation, "system": told.system, "machine": told.machine}
    return {**machine, **told.packages, **told.versions}
