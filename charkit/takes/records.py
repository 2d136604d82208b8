"""Takes: one attempt at a shot or view, whatever became of it."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from charkit.cards import BadgeKind, card
from charkit.errors import CharkitError
from charkit.money import dollars
from charkit.providers.base import Outcome, SentField

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Progress", "Take"]

_BADGES: dict[Outcome, BadgeKind] = {Outcome.SUCCEEDED: "ok", Outcome.REFUSED: "bad", Outcome.FAILED: "bad"}


@dataclass(frozen=True, kw_only=True)
class Progress:
    """One piece of news about an order on its way."""

    subject: str
    number: int
    outcome: Outcome
    progress: int | None = None
    """Per cent, where the service says."""


@dataclass(frozen=True, kw_only=True)
class Take:
    """One attempt at a shot or a view."""

    production: str
    run: str
    subject: str
    """The id of the shot, or of the view of a character."""
    number: int
    kind: Literal["video", "image", "judge"]
    route: str
    endpoint: str
    model: str
    """As the service named it in its answer; as it was asked for while there is none."""
    outcome: Outcome
    message: str = ""
    """What the service or charkit has to say about it; empty when there is nothing to say."""
    stage: str = ""
    """For refusals: input, output or unknown."""
    category: str = ""
    """For refusals: the service's own word for why."""
    digest: str = ""
    """`sha256:` and 64 hexadecimal digits; empty without media."""
    path: Path | None = field(default=None, repr=False)
    """Where the media lies in the store; None without media."""
    media_type: str = ""
    seconds: float | None = None
    """Measured length of a clip; None for pictures and without media."""
    width: int = 0
    """Measured pixels; 0 without media."""
    height: int = 0
    """Measured pixels; 0 without media."""
    price_usd: float = 0.0
    """What it cost, or may have cost where that is in doubt."""
    estimated_usd: float = 0.0
    """What the plan said it would cost."""
    sent: tuple[SentField, ...] = ()
    """Which reference bytes went out in which field under which name."""
    prompt: str = field(default="", repr=False)
    seed: int | None = None
    sheets: tuple[tuple[str, str], ...] = ()
    """Name and version digest of every character sheet that it was ordered under."""
    simulated: bool
    job_id: str = ""
    """Its job in the ledger; empty if it never got as far."""
    why: str = ""
    """Why it was made, where it is a retake."""
    planned_route: str = ""
    """The route that the plan named, where a fallback stood in for it; the message says why."""
    created: float = 0.0
    """Unix seconds."""

    @property
    def id(self) -> str:
        """Subject and number, such as `S02-t1`."""
        return f"{self.subject}-t{self.number}"

    @property
    def ok(self) -> bool:
        """Whether there is media to look at."""
        return self.outcome is Outcome.SUCCEEDED and self.path is not None

    def __repr__(self) -> str:
        parts = [self.id, self.status, self.route]
        if self.ok:
            parts.append(self.shape)
        parts.append(dollars(self.price_usd))
        if self.simulated:
            parts.append("simulated")
        return f"Take({', '.join(parts)})"

    @property
    def status(self) -> str:
        """The outcome in a word or two."""
        if self.outcome is Outcome.SUCCEEDED and self.path is None:
            return "succeeded without media"
        return self.outcome.value

    @property
    def shape(self) -> str:
        """Size and length, such as `1280×720, 4.0 s`; a judge's answer has neither."""
        if self.kind == "judge":
            return "an answer"
        size = f"{self.width}×{self.height}"
        return size if self.seconds is None else f"{size}, {self.seconds:.1f} s"

    def card(
        self,
        *,
        small: bool = False,
        more: Sequence[tuple[str, str]] = (),
        badge: str = "",
        badge_kind: BadgeKind = "ok",
        width: int = 320,
    ) -> str:
        """Return the take as a card of HTML.

        Args:
            small: With a still of a few kB instead of a moving preview, for showing many at once.
            more: Further facts, above the take's own.
            badge: What to say of it instead of its outcome, in a word; that it is simulated is said all the same.
            badge_kind: The tone of that word.
            width: Of the card, in pixels.
        """
        picture, picture_type = self._picture(small=small)
        mark: BadgeKind = _BADGES.get(self.outcome, "warn")
        word: str | None = self.status
        if badge:
            mark, word = badge_kind, f"{badge}, simulated" if self.ok and self.simulated else badge
        elif self.ok and self.simulated:
            mark, word = "simulated", "simulated"
        return card(
            self.id,
            rows=[*more, *self._rows(small=small)],
            picture=picture,
            picture_type=picture_type,
            link=self.link,
            badge=word,
            badge_kind=mark,
            note="" if small else self.prompt,
            width=width,
        )

    @property
    def link(self) -> str | None:
        """Where the media lies, relative to the working directory; None without media."""
        if self.path is None:
            return None
        try:
            return Path(os.path.relpath(self.path)).as_posix()
        except ValueError:  # another drive
            return None

    def _rows(self, *, small: bool) -> list[tuple[str, str]]:
        instead = f" instead of {self.planned_route}" if self.planned_route else ""
        rows = [("route", f"{self.route}{instead}"), ("model", self.model)]
        if self.ok:
            rows.append(("size", self.shape))
        rows.append(("price", dollars(self.price_usd)))
        if self.category or self.stage:
            rows.append(("refused at", " · ".join(word for word in (self.stage, self.category) if word)))
        if self.why:
            rows.append(("retaken", self.why))
        if self.message:
            rows.append(("note", self.message))
        if self.sent and small:
            each = Counter(sent.character or sent.role for sent in self.sent)
            rows.append(("sent", ", ".join(f"{count} × {who}" for who, count in each.items())))
        elif self.sent:
            rows += [("sent", f"{s.character or s.role}: {s.digest[7:15]} as {s.name} in {s.field}") for s in self.sent]
        return rows

    def _picture(self, *, small: bool) -> tuple[bytes | None, str]:
        if not self.ok or self.path is None:
            return None, "image/webp"
        from charkit.media import images, previews

        width = 240 if small else 320
        try:
            if self.kind == "image":
                return previews.poster_jpeg(images.open_upright(self.path), width), "image/jpeg"
            if small:
                return previews.poster_jpeg(self.path, width), "image/jpeg"
            return previews.animated_webp(self.path, width=width), "image/webp"
        except (CharkitError, ImportError, OSError):  # a repr must not raise: the card says the rest without a picture
            return None, "image/webp"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        return {"text/plain": repr(self), "text/html": self.card()}
