"""Tells what was made: fills the report and the manifest from the plan, the takes, the scores and the film."""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from charkit.errors import MediaError
from charkit.ledger import usd
from charkit.manifest import (
    Manifest,
    ManifestFilm,
    ManifestMoney,
    ManifestReference,
    ManifestTake,
    digests,
    source,
    versions,
)
from charkit.report import (
    Claim,
    Report,
    ReportCharacter,
    ReportData,
    ReportReference,
    ReportShot,
    ReportSpending,
    ReportTake,
    strip,
    write_report,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from charkit.character import Cast
    from charkit.film import Film
    from charkit.film.provenance import Origins
    from charkit.ledger import JobRow, Spend
    from charkit.plan import Plan, PlannedShot
    from charkit.references import References
    from charkit.references.preflight import Preflight
    from charkit.routes import RouteMatrix
    from charkit.scoring import JudgeReport, Scorecard
    from charkit.shots import Shot, Storyboard
    from charkit.takes import Take, Takes
    from charkit.workspace import Workspace

__all__ = ["Story"]

_REFERENCE_WIDTH = 128
"""Pixels of a reference's picture in the report."""


@dataclass(frozen=True, kw_only=True)
class Story:
    """Everything that a report and a manifest speak of."""

    place: Workspace
    storyboard: Storyboard
    cast: Cast
    routes: RouteMatrix
    references: References
    plan: Plan
    preflight: Preflight
    takes: Takes
    card: Scorecard
    judge: JudgeReport | None
    """What a vision model's answers are worth; None where the card has none."""
    film: Film
    origins: Origins
    jobs: Mapping[JobRow, Spend]
    """All paid requests of the run, with the money of each."""
    spend: Spend
    cap_usd: float
    live: bool
    resolution: str
    today: dt.date

    def tell(self) -> Report:
        """Write `manifest.json` and `report.html` into the run's folder, and return the page."""
        self._manifest().save(self.place.folder / "manifest.json")
        return write_report(self._data(), self.place.folder / "report.html")

    # ------------------------------------------------------------------ report

    def _data(self) -> ReportData:
        pictures = {r.digest: _picture(r.path) for r in self.references}
        return ReportData(
            title=self.storyboard.title,
            logline=self.storyboard.logline or "",
            production=self.place.home.name,
            run=self.place.run,
            created=self.today.isoformat(),
            simulated=not self.live,
            film=self.film,
            shots=tuple(self._shot(shot, pictures) for shot in self.storyboard.each()),
            card=self.card,
            characters=tuple(
                ReportCharacter(
                    name=sheet.name,
                    description=sheet.locked_text(),
                    palette=tuple(sheet.palette.items()),
                    picture=next((pictures[r.digest] for r in self.references.of(sheet.slug)), None),
                )
                for sheet in self.cast.values()
            ),
            spending=tuple(self._spending(self._purpose)),
            by_shot=tuple(sorted(self._spending(lambda job: job.subject), key=lambda item: item.what)),
            cap_usd=self.cap_usd,
            claims=tuple(
                Claim(route=means, claimed=claim.value, source=f"{claim.source}, {claim.as_of}")
                for means, claim in self.routes.claims.items()
            ),
            judge=self.judge,
            origins=self.origins.account,
            preflight=self.preflight,
            again=self._again,
            versions=tuple(versions().items()),
        )

    def _shot(self, shot: Shot, pictures: Mapping[str, bytes]) -> ReportShot:
        planned = self.plan[shot.id]
        return ReportShot(
            id=shot.id,
            seconds=shot.seconds,
            framing=shot.framing,
            characters=tuple(who.name for who in shot.characters),
            place=shot.place,
            action=shot.action or "",
            dialogue=tuple(f"{line.character}: “{line.text}”" for line in shot.dialogue),
            prompt=planned.prompt.text,
            why="; ".join(planned.reasons),
            warnings=planned.warnings,
            takes=tuple(self._take(t, planned, pictures) for t in self.takes if t.subject == shot.id),
        )

    def _take(self, take: Take, planned: PlannedShot, pictures: Mapping[str, bytes]) -> ReportTake:
        views = {reference.digest: str(reference.view) for reference in planned.references}
        views |= {clip.digest: "clip" for clip in planned.clips}
        return ReportTake(
            number=take.number,
            chosen=self._chosen(take),
            outcome=take.status,
            message=take.message,
            route=take.route,
            model=take.model,
            estimated_usd=take.estimated_usd,
            charged_usd=take.price_usd,
            seed=take.seed,
            why=take.why,
            digest=take.digest,
            link=Path(os.path.relpath(take.path, self.place.folder)).as_posix() if take.path else "",
            references=tuple(
                ReportReference(
                    character=sent.character,
                    view=views.get(sent.digest, sent.role),
                    digest=sent.digest,
                    picture=pictures.get(sent.digest, b""),
                    field=sent.field,
                    name=sent.name,
                )
                for sent in take.sent
            ),
            scores=self.card.of(take.subject, take.number),
            frames=_frames(take),
        )

    def _chosen(self, take: Take) -> bool:
        return any((shot.shot, shot.take) == (take.subject, take.number) for shot in self.film.shots)

    def _purpose(self, job: JobRow) -> str:
        shots = {shot.id for shot in self.storyboard.each()}
        return "designs" if job.subject not in shots else "shots" if job.take_number == 1 else "retakes"

    def _spending(self, what: Callable[[JobRow], str]) -> list[ReportSpending]:
        """Return estimate against actual by something and route, in the order of the jobs."""
        groups: dict[tuple[str, str], list[tuple[JobRow, Spend]]] = defaultdict(list)
        for job, held in self.jobs.items():
            groups[what(job), job.route].append((job, held))
        return [
            ReportSpending(
                what=name,
                route=route,
                count=len(jobs),
                estimated_usd=usd(sum(job.price for job, _ in jobs)),
                charged_usd=usd(sum(held.settled for _, held in jobs)),
                in_doubt_usd=usd(sum(held.unknown for _, held in jobs)),
                refunded_usd=usd(sum(held.refunded for _, held in jobs)),
            )
            for (name, route), jobs in groups.items()
        ]

    # ------------------------------------------------------------------ manifest

    def _manifest(self) -> Manifest:
        home, folder = self.place.home, self.place.folder
        written = [home / "storyboard.yaml", *sorted((home / "characters").rglob("*"))]
        takes = [take.path for take in self.takes if take.path]
        return Manifest(
            production=home.name,
            run=self.place.run,
            title=self.storyboard.title,
            created=self.today.isoformat(),
            simulated=not self.live,
            parameters={
                "run": self.place.run,
                "live": self.live,
                "max_spend": self.cap_usd,
                "resolution": self.resolution,
            },
            inputs=digests(home, [file for file in written if file.is_file()]),
            outputs=digests(folder, [*self.film.files, folder / "cutlist.yaml", folder / "plan.json", *takes]),
            takes=tuple(self._manifest_take(take) for take in self.takes),
            film=self._manifest_film(),
            money=ManifestMoney(
                cap_usd=self.cap_usd,
                estimated_usd=usd(self.spend.estimated),
                charged_usd=usd(self.spend.settled),
                in_doubt_usd=usd(self.spend.unknown),
                simulated=not self.live,
            ),
            versions=versions(),
            source=source(),
            again=self._again,
        )

    def _manifest_film(self) -> ManifestFilm:
        film = self.film
        return ManifestFilm(
            frames=film.frames,
            encoded_frames=film.encoded_frames,
            seconds=film.seconds,
            joins=max(0, len(film.shots) - 1),
            largest_step=film.largest_step,
            loudness_lufs=film.sound.lufs if film.sound else None,
            true_peak_dbtp=film.sound.true_peak if film.sound else None,
            made_beside={output.kind: output.name for output in film.outputs if output.name},
        )

    def _manifest_take(self, take: Take) -> ManifestTake:
        return ManifestTake(
            shot=take.subject,
            take=take.number,
            chosen=self._chosen(take),
            route=take.route,
            endpoint=take.endpoint,
            model=take.model,
            outcome=take.outcome,
            seed=take.seed,
            digest=take.digest,
            prompt_digest=f"sha256:{hashlib.sha256(take.prompt.encode()).hexdigest()}",
            references=tuple(
                ManifestReference(
                    digest=sent.digest, character=sent.character, role=sent.role, field=sent.field, name=sent.name
                )
                for sent in take.sent
            ),
            sheets=dict(take.sheets),
            estimated_usd=take.estimated_usd,
            charged_usd=take.price_usd,
            simulated=take.simulated,
        )

    @property
    def _again(self) -> tuple[str, ...]:
        paid = f" --live --max-spend {self.cap_usd:.2f}" if self.live else ""
        home = self.place.home
        where = f"data/productions/{home.name}" if home.parent.name == "productions" else home.name
        return (f"charkit run {where} --run again --resolution {self.resolution}{paid}",)


def _picture(path: Path) -> bytes:
    """Return a small JPEG, or nothing where the file is gone: a report is written all the same."""
    from PIL import Image

    from charkit.media.images import encode_jpeg

    try:
        with Image.open(path) as opened:
            small = opened.convert("RGB")
    except OSError:
        return b""
    small.thumbnail((_REFERENCE_WIDTH * 2, _REFERENCE_WIDTH * 2))
    return encode_jpeg(small, quality=80)


def _frames(take: Take) -> tuple[bytes, ...]:
    if take.path is None:
        return ()
    try:
        return strip(take.path)
    except MediaError:
        return ()
