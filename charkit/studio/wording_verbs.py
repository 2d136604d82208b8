"""What a studio can be asked about a shot's words: try others, make takes of them, use them; the rest is in `room`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from charkit.errors import UnknownName, UnsupportedRequest
from charkit.money import dollars
from charkit.prompts.length import fewest_tokens
from charkit.prompts.lint import Lint, lint_prompt, lint_shot
from charkit.studio.plan_verbs import PlanVerbs
from charkit.studio.wordings import Draft, Drafts, Wording, Wordings, changed_words
from charkit.takes import TRIALS, Takes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from charkit.plan import Plan, PlannedShot, Ways
    from charkit.routes.facts import Fact
    from charkit.shots import Storyboard

__all__ = ["Tried", "WordingVerbs"]


@dataclass(frozen=True, kw_only=True)
class Tried:
    """Other words for a shot, as one route would get them: prompt, price, length and what the linter says."""

    shot: str
    route: str
    wording: Wording
    planned: PlannedShot | None
    """The shot in these words on the route; None where it cannot make it."""
    refused: str = ""
    """Why it cannot."""
    lint: Lint
    length: int = 0
    """Of the prompt, in `unit`."""
    limit: int | None = None
    """The most that the route takes, where that is established."""
    unit: str = "characters"
    ways: Ways
    """Every route that can, with prices, and why others cannot."""

    @property
    def price_usd(self) -> float | None:
        """Of one take, in US dollars; None where the route cannot make it."""
        return self.planned.price_usd if self.planned is not None else None

    def __repr__(self) -> str:
        said = f"{dollars(self.planned.price_usd)} a take, {self.length:,} {self.unit}" if self.planned else "cannot"
        found = f", {len(self.lint)} lint finding{'' if len(self.lint) == 1 else 's'}" if len(self.lint) else ""
        return f"<Tried {self.shot} on {self.route}: {said}{found}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:  # noqa: ARG002
        from charkit.cards import Html, card
        from charkit.prompts.showing import prompt_card

        shown = (
            prompt_card(self.planned.prompt, f"{self.shot} on {self.route}")
            if self.planned
            else card(self.route, badge="cannot", badge_kind="warn", note=self.refused)
        )
        return {"text/plain": repr(self), "text/html": Html(shown + str(self.lint._repr_mimebundle_()["text/html"]))}


class WordingVerbs(PlanVerbs):
    """The wording half of `Studio`."""

    def try_words(
        self, shot: str, words: Mapping[str, str] | None = None, *, route: str = "", template: str = ""
    ) -> Tried:
        """Say what other words for a shot would be asked as, cost, and be warned of. Nothing is kept or sent.

        Args:
            shot: Its id.
            words: Those that change, such as `{"camera": "still"}`; empty text leaves one out.
            route: By default the one that the run takes.
            template: A template that stands in for the usual one.

        Raises:
            UnknownName: there is no such shot, route, template or kind of words.
            UsageError: a shot may not say that.
        """
        board, wordings, wording = self._worded(shot, words or {}, template)
        named = route or self._usual(shot)
        if named not in self.routes.routes:
            raise UnknownName("route", named, self.routes.routes)
        ways = self._ways(board, {shot}, wordings)[0]
        planned = next((way for way in ways.able if way.route == named), None)
        refused = next((one.why for one in ways.unable if one.route == named), "does not answer today")
        found = lint_shot(board[shot], board, self.cast)
        where = self.routes.routes[named]
        length, limit, unit = 0, None, "characters"
        if planned is not None:
            ids = [who.name for who in planned.characters]
            whole = lint_prompt(planned.prompt, self.cast, ids=ids, route=where)
            known = {(one.rule, one.words) for one in found}
            more = tuple(one for one in whole if (one.rule, one.words) not in known)
            found = Lint(title=shot, findings=(*found.findings, *more), allowed=found.allowed, silent=found.silent)
            length, limit, unit = _measured(planned, where.capabilities.prompt_limit, where.capabilities.prompt_tokens)
        return Tried(
            shot=shot,
            route=named,
            wording=wording,
            planned=planned,
            refused="" if planned else refused,
            lint=found,
            length=length,
            limit=limit,
            unit=unit,
            ways=ways,
        )

    def use_words(self, shot: str, words: Mapping[str, str] | None, *, template: str = "") -> Plan:
        """Decide which words a shot has in this run, and return the plan that follows. The decision is kept on disk.

        The storyboard's file stays as it is.

        Args:
            shot: Its id.
            words: Those that are not the storyboard's; None gives it its own words back.
            template: A template that stands in for the usual one.

        Raises:
            UnknownName: there is no such shot, template or kind of words; nothing is changed.
            UsageError: a shot may not say that; nothing is changed.
            UnsupportedRequest: its route cannot make it in these words; nothing is changed.
        """
        named = self.storyboard[shot].id
        file = self.place.folder / "wording.yaml"
        if words is None:
            with self._deciding():
                self._wordings.using(named, None).save(file)
            return self.replan()
        wording = self._worded(shot, words, template)[2]
        references = self._loaded_references()
        with self._deciding():
            wordings = self._wordings.using(named, wording)
            found = self._planned_with(wordings, self.route_choices, references)  # raises: then nothing is kept
            wordings.save(file)
        return self._finished(found, references)

    def draft(self, shot: str) -> Draft:
        """Return what was left in the lab for a shot; the words that the run uses where nothing was."""
        own = self.storyboard[shot].id
        used = self.used_words(own) or Wording()
        return Drafts.load(self._drafts_file).shots.get(own) or Draft(words=used.words, template=used.template)

    def keep_draft(self, shot: str, draft: Draft) -> None:
        """Keep what somebody is writing for a shot. Nothing is made of it."""
        with self._deciding():
            Drafts.load(self._drafts_file).drafting(self.storyboard[shot].id, draft).save(self._drafts_file)

    def used_words(self, shot: str) -> Wording | None:
        """Return the words that this run uses for a shot instead of the storyboard's; None for its own."""
        return self._wordings.shots.get(self.storyboard[shot].id)

    def variants(
        self, shot: str, words: Mapping[str, str] | None = None, *, count: int = 1, route: str = "", template: str = ""
    ) -> Takes:
        """Have some takes of a shot in other words, under the cap. Takes that are there already cost nothing.

        They are takes of the shot like any other: they are scored, may be chosen, and stand in the history of prompts.

        Args:
            shot: Its id.
            words: As for `try_words`.
            count: How many takes of these words on this route there shall be; a second call makes only what is missing.
            route: As for `try_words`.
            template: As for `try_words`.

        Raises:
            UnsupportedRequest: the route cannot make it, or no route can.
            PreflightStopped: a picture would be refused, or spoil the shot; nothing was uploaded.
            SpendLimit: the cap does not allow it all; what was on its way is finished and kept.
        """
        plan = self._variant_plan(shot, words or {}, route or self._usual(shot), template)
        planned = plan.shots[0]
        have = self.variants_of(planned)
        numbers = [take.number for take in self.takes() if take.subject == planned.shot]
        first = 1 + max([*numbers, TRIALS])  # what is tried takes no retake's number
        missing = range(first, first + max(0, count - len(have)))
        if missing:
            self.prompts.planned(plan)
            with self._working("variants", len(missing)):
                self._filming.more(plan, planned.shot, missing, why="other words, tried")
            self.replan()  # the history's newest wording is the run's own again
        return self.variants_of(planned)

    def variants_of(self, planned: PlannedShot) -> Takes:
        """Return the takes of this run that were made in a planned shot's words on its route."""
        return Takes(
            take
            for take in self.takes()
            if (take.subject, take.route, take.prompt) == (planned.shot, planned.route, planned.prompt.text)
        )

    # ------------------------------------------------------------------ below

    @property
    def _drafts_file(self) -> Path:
        return self.place.folder / "drafts.json"

    def _worded(self, shot: str, words: Mapping[str, str], template: str) -> tuple[Storyboard, Wordings, Wording]:
        own = self.storyboard[shot]
        wording = Wording(words=changed_words(own, words), template=template)
        wordings = self._wordings.using(own.id, wording)
        wordings.templates(self.storyboard, self.prompts.templates)  # a name that nothing carries shows now
        return wordings.on(self.storyboard), wordings, wording

    def _variant_plan(self, shot: str, words: Mapping[str, str], route: str, template: str) -> Plan:
        board, wordings, _ = self._worded(shot, words, template)
        alone = board.model_copy(update={"shots": (board[shot],)})
        found = self._planned_as(alone, self._loaded_references(), wordings=wordings, chosen={shot: route})
        return self._cleared(found)

    def _usual(self, shot: str) -> str:
        """Return the route that the run would take for a shot."""
        own = self.storyboard[shot]
        chosen = self.route_choices.routes.get(own.id) or own.route or self.storyboard.route
        if chosen:
            return chosen
        ways = self._ways(self.worded_storyboard, {own.id})[0]
        if not ways.able:
            raise UnsupportedRequest(
                f"no live route can make shot {shot}", rule="; ".join(f"{one.route} {one.why}" for one in ways.unable)
            )
        return ways.able[0].route


def _measured(planned: PlannedShot, letters: Fact[int] | None, tokens: Fact[int] | None) -> tuple[int, int | None, str]:
    """Return a prompt's length, the most that its route takes, and in what both are counted."""
    text = planned.prompt.text
    if letters is None and tokens is not None:
        return fewest_tokens(text), tokens.value, "tokens at least"
    return len(text), letters.value if letters else None, "characters"
