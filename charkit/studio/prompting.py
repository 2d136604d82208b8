"""The words of a run: its templates, what the linter says, prompts side by side, and which wording won."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from charkit.character import Cast
from charkit.errors import UnknownName, UnsupportedRequest
from charkit.plan import Plan, prompt_on
from charkit.prompts import Templates
from charkit.prompts.history import Chosen, Judged, PromptHistory, Rendered, Taken, write_down
from charkit.prompts.lint import lint_storyboard, lint_text
from charkit.prompts.showing import prompt_card
from charkit.scoring import Verdict
from charkit.shots import Storyboard
from charkit.studio.wordings import reworded
from charkit.workspace import find_production

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from charkit.film import CutList
    from charkit.plan import PlannedShot
    from charkit.prompts import Prompt
    from charkit.prompts.comparison import PromptDiff
    from charkit.prompts.lint import Lint
    from charkit.references import References
    from charkit.routes import Region, Route, RouteMatrix
    from charkit.scoring import Scorecard
    from charkit.shots import Resolution
    from charkit.takes import Take, Takes

__all__ = ["Across", "Prompts", "lint_production"]

_WORST = (Verdict.DRIFTED, Verdict.UNVERIFIABLE, Verdict.INTENDED, Verdict.CONSISTENT)


@dataclass(frozen=True, kw_only=True)
class Across:
    """One shot as several routes would get it."""

    shot: str
    prompts: tuple[tuple[str, Prompt], ...]
    """By route, for those that can carry it."""
    refused: tuple[tuple[str, str], ...] = ()
    """By route, why the others cannot."""

    def __getitem__(self, route: str) -> Prompt:
        """Return the prompt for a route."""
        return dict(self.prompts)[route]

    def __repr__(self) -> str:
        said = [f"{route} {len(prompt.text):,} characters" for route, prompt in self.prompts]
        said += [f"{route} cannot" for route, _ in self.refused]
        return f"<{self.shot} across routes: {', '.join(said)}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.cards import card, grid

        cards = [prompt_card(prompt, route, width=385) for route, prompt in self.prompts]
        cards += [card(route, badge="cannot", badge_kind="warn", note=why, width=385) for route, why in self.refused]
        return {"text/plain": repr(self), "text/html": grid(cards)}


@dataclass(frozen=True, kw_only=True)
class Prompts:
    """The words of one run. `studio.prompts` is one."""

    storyboard: Storyboard
    cast: Cast
    matrix: RouteMatrix
    resolution: Resolution
    region: Region | None
    home: Path
    """The production's folder; its own templates stand in `prompts` there."""
    folder: Path
    """The run's folder, where the history stands."""
    references: Callable[[], References]
    """Returns the prepared pictures."""

    @cached_property
    def templates(self) -> Templates:
        """The templates: charkit's, and the production's own in place of them or beside them.

        Raises:
            BadDocument: one of the production's is wrong; with file and line.
        """
        return Templates.load(self.home / "prompts")

    @cached_property
    def _loaded(self) -> References:
        return self.references()

    def render(self, shot: str, route: str, **changes: str) -> Prompt:
        """Return the prompt that a route would get for a shot. Nothing is written down or sent.

        Args:
            shot: Its id.
            route: The route's name.
            changes: Other words for the shot, to try them: `camera="still"`. The storyboard stays as it is.

        Raises:
            UnknownName: there is no such shot or route.
            UsageError: a shot has no such words, or may not say them.
            UnsupportedRequest: the route cannot carry the shot.
        """
        return prompt_on(
            self._route(route),
            reworded(self.storyboard[shot], changes),
            self.storyboard,
            self.cast,
            tuple(self._loaded),
            resolution=self.resolution,
            region=self.region,
            templates=self.templates,
        )

    def _route(self, name: str) -> Route:
        if name not in self.matrix.routes:
            raise UnknownName("route", name, self.matrix.routes)
        return self.matrix.routes[name]

    def across(self, shot: str, *routes: str) -> Across:
        """Return a shot's prompts side by side, one a route.

        Raises:
            UnknownName: there is no such shot or route.
        """
        made: list[tuple[str, Prompt]] = []
        refused: list[tuple[str, str]] = []
        for route in routes:
            try:
                made.append((route, self.render(shot, route)))
            except UnsupportedRequest as error:
                refused.append((route, str(error)))
        return Across(shot=shot, prompts=tuple(made), refused=tuple(refused))

    def lint(self, text: str | None = None, **about: object) -> Lint:
        """Return what the linter says of the storyboard, or of a text of one's own.

        Args:
            text: Free text, instead of the storyboard.
            about: For a text: `wardrobe`, `seconds`, `route` (see `charkit.prompts.lint.lint_text`).
        """
        if text is None:
            return lint_storyboard(self.storyboard, self.cast)
        return lint_text(text, self.cast, **about)  # type: ignore[arg-type]  # passed on as they are

    @property
    def file(self) -> Path:
        """Where the history stands."""
        return self.folder / "prompts.jsonl"

    @property
    def history(self) -> PromptHistory:
        """Every wording of this run, its takes, and which won."""
        return PromptHistory.load(self.file)

    def diff(self, shot: str, old: int | None = None, new: int | None = None) -> PromptDiff:
        """Return what changed between two wordings of a shot; by default from the winner to the newest.

        Raises:
            UnknownName: nothing was rendered for the shot yet, or there is no such version.
        """
        return self.history[shot].diff(old, new)

    # ------------------------------------------------------------------ what the studio writes down

    def planned(self, plan: Plan) -> Plan:
        """Write down a plan's prompts, and return it."""
        write_down(self.file, [_rendered(shot) for shot in plan.shots])
        return plan

    def taken(self, takes: Takes) -> Takes:
        """Write down which takes were made with which prompts, those of fallbacks too, and return them."""
        shots = {shot.id for shot in self.storyboard.each()}
        mine = [take for take in takes if take.subject in shots and take.kind == "video" and take.prompt]
        write_down(self.file, [*self._stood_in(mine), *(_taken(take) for take in mine)])
        return takes

    def _stood_in(self, takes: list[Take]) -> list[Rendered]:
        prompts = {take.prompt for take in takes if take.planned_route}
        if not prompts:
            return []
        ways = [way for shot in Plan.load(self.folder / "plan.json").shots for way in shot.fallbacks]
        return [_rendered(way, stands_in=True) for way in ways if way.prompt.text in prompts]

    def judged(self, card: Scorecard) -> Scorecard:
        """Write down how takes were scored, and which is best where nobody chose by hand; return the scorecard."""
        by_hand = {version.shot for version in self.history.winners.values() if version.by == "a person"}
        best = {shot: take for shot, take in card.best().items() if shot not in by_hand}
        write_down(self.file, [*_judged(card), *(Chosen(shot=s, take=t, by="score") for s, t in best.items())])
        return card

    def chosen(self, cuts: CutList, card: Scorecard) -> CutList:
        """Write down which takes are in the film, and whether a person said so; return the cut list."""
        best = card.best()
        write_down(
            self.file,
            [
                Chosen(shot=cut.shot, take=cut.take, by="score" if best.get(cut.shot) == cut.take else "a person")
                for cut in cuts.cuts
            ],
        )
        return cuts


def lint_production(place: Path | str) -> Lint:
    """Return what the linter says of a production.

    Args:
        place: Its folder, or its storyboard file; character sheets are read from `characters` beside that.

    Raises:
        BadDocument: a file says something it may not say.
        UsageError: there is no such production.
    """
    path = Path(place)
    file = path if path.suffix in {".yaml", ".yml"} else _from_here(find_production(place) / "storyboard.yaml")
    cast = Cast.load(file.parent / "characters")
    return lint_storyboard(Storyboard.load(file, cast), cast)


def _from_here(file: Path) -> Path:
    """Return a file as a person who stands in the working directory would write it."""
    here = Path.cwd()
    return file.relative_to(here) if file.is_relative_to(here) else file


def _rendered(planned: PlannedShot, *, stands_in: bool = False) -> Rendered:
    return Rendered(
        shot=planned.shot, route=planned.route, prompt=planned.prompt, sheets=planned.sheets, stands_in=stands_in
    )


def _taken(take: Take) -> Taken:
    return Taken(
        shot=take.subject,
        route=take.route,
        prompt_digest=f"sha256:{hashlib.sha256(take.prompt.encode('utf-8')).hexdigest()}",
        take=take.number,
        outcome=take.status,
        model=take.model,
        simulated=take.simulated,
    )


def _judged(card: Scorecard) -> Iterator[Judged]:
    for take in card.takes:
        scores = card.of(take.shot, take.take)
        if scores := tuple(score for score in scores if not score.lacking) or scores:
            worst = min(scores, key=lambda score: (_WORST.index(score.verdict), score.score or 0.0))
            yield Judged(
                shot=take.shot, take=take.take, verdict=worst.verdict.value, score=worst.score, axis=worst.axis.value
            )
