"""One job with all that is known of it: its history, what went out in which field, what it may cost, the ways out."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from charkit.cards import card, folded, table
from charkit.errors import UsageError
from charkit.ledger import usd
from charkit.ledger.spending import dollars
from charkit.studio.jobs import Job, moment

if TYPE_CHECKING:
    from charkit.cards import BadgeKind
    from charkit.ledger import Entry, JobRow, Ledger, SentRow, TakeRow, Transition

__all__ = ["JobHistory", "job_history", "pretty"]

_LONG_ANSWER = 4000
"""Characters of a service's answer that are shown; the ledger keeps all."""

_SHOWN_STATES: dict[str, BadgeKind] = {"succeeded": "ok", "refused": "bad", "failed": "bad", "expired": "bad"}


@dataclass(frozen=True, kw_only=True)
class JobHistory:
    """One job with all that is known of it."""

    job: Job
    steps: tuple[Transition, ...]
    entries: tuple[Entry, ...]
    sent: tuple[SentRow, ...]
    takes: tuple[TakeRow, ...]

    @property
    def known(self) -> tuple[str, ...]:
        """What is known where something is in doubt."""
        if not self.job.in_doubt:
            return ()
        row = self.job.row
        asked = " ".join(str(json.loads(row.request).get("prompt", "")).split())
        pictures = f" with {len(self.sent)} pictures or ids" if self.sent else ""
        said = next((step.note for step in reversed(self.steps) if step.note), "")
        return tuple(
            word
            for word in (
                f"sent to {row.endpoint} ({row.model}) at {moment(row.sent_at) or 'an unknown time'}{pictures}",
                f"its prompt begins: {asked[:120]}" if asked else "",
                f"it is {row.remote_id} there" if row.remote_id else "no id came back",
                f"what happened: {said}" if said else "",
            )
            if word
        )

    @property
    def may_cost(self) -> str:
        """What it costs, or may cost, in a sentence."""
        held, kind = self.job.held, " (simulated)" if self.job.row.simulated else ""
        if held.unknown:
            return f"It may have cost {dollars(held.unknown)}{kind}, which counts against the cap until you decide."
        if held.reserved:
            return f"{dollars(held.reserved)}{kind} are set aside for it."
        if held.settled:
            return f"It cost {dollars(held.settled)}{kind}; the estimate was {dollars(self.job.row.price)}."
        return f"It cost nothing; the estimate was {dollars(self.job.row.price)}{kind}."

    @property
    def ways_out(self) -> tuple[str, ...]:
        """What can be done, each as a command of the shell with what it does."""
        return _ways_out(self.job)

    @property
    def answer(self) -> str:
        """The service's last answer, made readable; empty where there was none."""
        raw = next((step.raw for step in reversed(self.steps) if step.raw), "")
        return pretty(raw)

    def facts(self) -> dict[str, object]:
        """Return all of it for a program."""
        return {
            **self.job.facts(),
            "may_cost": self.may_cost,
            "known": list(self.known),
            "ways_out": list(self.ways_out),
            "request": json.loads(self.job.row.request),
            "history": [
                {"at": moment(s.at), "before": s.before, "after": s.after, "note": s.note, "answer": _parsed(s.raw)}
                for s in self.steps
            ],
            "money": [
                {"at": moment(e.at), "bucket": e.bucket, "usd": usd(e.amount), "note": e.note} for e in self.entries
            ],
            "sent_in": [
                {"field": s.field, "name": s.name, "digest": s.digest, "role": s.role, "character": s.character}
                for s in self.sent
            ],
            "takes": [{"digest": t.digest, "media_type": t.media_type, "note": t.note} for t in self.takes],
        }

    def __repr__(self) -> str:
        row = self.job.row
        word = "in doubt" if self.job.in_doubt else row.state
        kind = ", simulated" if row.simulated else ""
        return f"JobHistory({row.subject} take {row.take_number}, {row.route}, {word}, {len(self.steps)} steps{kind})"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        row = self.job.row
        rows = [("job", row.id), ("at the service", row.remote_id or "no id yet"), ("route", row.route)]
        rows += [("meant", moment(row.created_at))]
        rows += [("money", self.may_cost)]
        rows += [("known", word) for word in self.known] + [("what now", way) for way in self.ways_out]
        head = card(
            f"{row.subject}, take {row.take_number}",
            rows=rows,
            badge="in doubt" if self.job.in_doubt else row.state,
            badge_kind="warn" if self.job.in_doubt else _SHOWN_STATES.get(row.state, "warn"),
            width=640,
        )
        parts = [head, self._steps_table()]
        if self.sent:
            cells = [[s.character or s.role, s.name, s.field, s.digest[7:15]] for s in self.sent]
            parts.append(table(["sent", "as", "in field", "digest"], cells))
        if self.answer:
            parts.append(folded("the service's last answer", self.answer))
        return {"text/plain": repr(self), "text/html": "".join(parts)}

    def _steps_table(self) -> str:
        since = self.steps[0].at
        rows = [[f"+{s.at - since:.1f} s", s.after, s.note] for s in self.steps]
        if not any(note for _, _, note in rows):
            return table(["after", "state"], [row[:2] for row in rows])
        return table(["after", "state", "why"], rows)


def job_history(ledger: Ledger, name: str) -> JobHistory:
    """Return one job with all that is known of it.

    Args:
        ledger: Where it stands.
        name: Its id, or enough of its beginning or end to know which.

    Raises:
        UsageError: no job is called so, or several are.
    """
    row = _named(ledger, name)
    takes = tuple(ledger.takes(job_id=row.id))
    job = Job(row=row, held=ledger.held_by(row.id), collected=bool(takes), seen_at=time.time())
    return JobHistory(
        job=job, steps=ledger.history(row.id), entries=ledger.money(row.id), sent=ledger.sent(row.id), takes=takes
    )


def _named(ledger: Ledger, name: str) -> JobRow:
    wanted = name.strip().lstrip("…").upper().removeprefix("JOB_")
    bare = {row.id.upper().removeprefix("JOB_"): row for row in ledger.jobs()}
    found = [row for known, row in bare.items() if wanted and (known.startswith(wanted) or known.endswith(wanted))]
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(f"no job is called {name!r}. See: charkit jobs list")
    few = ", ".join(f"{row.id} ({row.subject})" for row in found[:4])
    raise UsageError(
        f"{len(found)} jobs are called {name!r}: {few}{' ...' if len(found) > 4 else ''}. Say more of its id"
    )


def _ways_out(job: Job) -> tuple[str, ...]:
    command = f"charkit jobs resolve {job.id}"
    if job.state == "unknown":
        return (
            "Look for it at the service: by its prompt and time, in its list of jobs or on its bill.",
            f"It is there: {command} --found REMOTE_ID, then charkit jobs resume collects it; nothing is paid again.",
            f"It is not there: {command} --not-there sets its money free, and the next shoot sends it again.",
            f"It was charged and what it made is lost: {command} --lost counts it as paid; only another take is sent.",
        )
    if job.held.unknown:
        return (
            f"It was charged: {command} --charged USD (as the bill says).",
            f"It was not charged: {command} --not-charged sets its money free.",
        )
    if job.state in ("queued", "running") or job.to_fetch:
        stop = (f"Stop it where the service can: charkit jobs cancel {job.id}.",) if not job.to_fetch else ()
        return ("Collect it: charkit jobs resume, or run the notebook again; nothing is paid again.", *stop)
    if job.state == "intended":
        return (f"It was not sent. Shoot again to send it, or give it up: charkit jobs cancel {job.id}.",)
    if job.state == "sending":
        return ("It is just being sent, or its process died there: charkit jobs resume finds out.",)
    return ()


def pretty(raw: str) -> str:
    """Return a service's answer as indented JSON, long strings and long answers shortened; other text as it is."""
    parsed = _parsed(raw)
    text = parsed if isinstance(parsed, str) else json.dumps(_shortened(parsed), indent=2, ensure_ascii=False)
    return text if len(text) <= _LONG_ANSWER else f"{text[:_LONG_ANSWER]}\n... ({len(text) - _LONG_ANSWER} more)"


def _parsed(raw: str) -> object:
    try:
        return json.loads(raw) if raw else ""
    except ValueError:
        return raw


def _shortened(value: object, most: int = 300) -> object:
    if isinstance(value, dict):
        return {key: _shortened(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_shortened(inner) for inner in value]
    if isinstance(value, str) and len(value) > most:
        return f"{value[:most]}... ({len(value) - most} more)"
    return value
