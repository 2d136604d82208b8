"""Every error that charkit raises on purpose.

    CharkitError                     safe to show to the person as it is
    ├── UsageError                   fix the call or the file; never retried
    │   ├── BadDocument              .file .line: a YAML file says something it may not say
    │   ├── BadCut                   .index: points or transitions that do not fit the clip
    │   ├── BadBundle                .file: a .char file that is damaged, hostile, or not what its digests say
    │   ├── UnknownName              .name .known: did-you-mean
    │   ├── MissingKey               names the variable, and the keyless way to go on
    │   ├── MissingDependency        names the extra
    │   ├── BadReference             .file: which picture, what is wrong with it
    │   ├── BadWeights               .file: weights that are absent, altered, or no model at all
    │   ├── UnsupportedRequest       .rule .nearest .source: which capability, what the limit is
    │   ├── PlanChanged              .changes: a plan that was approved is another one by now; nothing was sent
    │   ├── PreflightStopped         .findings: what stands against sending pictures; nothing was sent
    │   ├── RouteClosed              .route .ended .replacement
    │   ├── SpendLimit               .cap .committed .asked
    │   ├── WouldLeak                .findings: keys or places of this machine in what would be shared; nothing was
    │   └── RunBusy                  .run: somebody else is working in this run
    ├── ProviderError                .endpoint .remote_id .status_code .retryable
    │   ├── RateLimited              .retry_after; nothing was created
    │   ├── Unavailable              nothing was created; retryable
    │   ├── Ambiguous                a paid request may or may not have been accepted; never resent blindly
    │   ├── Rejected                 the service refused the request as malformed or not allowed; nothing was created
    │   ├── Untrusted                a delivery that nobody we know signed, or an old one
    │   └── BadResponse              the service answered something we do not understand
    ├── MediaError                   .path
    │   ├── UnreadableMedia
    │   ├── StreamsDiffer            clips that cannot be joined as they are
    │   └── EncodingFailed
    ├── LedgerError
    │   ├── DamagedLedger            .what .then: its file cannot be read whole, or lost what was committed
    │   └── KeyConflict              the same request key for a different request: a bug, said loudly
    └── StorageError                 .path
        ├── StorageFull
        └── CorruptObject            bytes on disk do not match their digest

A refusal by a service's content policy is an *outcome* of a job (`providers.base.Outcome`), not an exception: it is a
result that is recorded, shown and perhaps paid for.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from charkit.money import dollars

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = [
    "Ambiguous",
    "BadBundle",
    "BadCut",
    "BadDocument",
    "BadReference",
    "BadResponse",
    "BadWeights",
    "CharkitError",
    "CorruptObject",
    "DamagedLedger",
    "EncodingFailed",
    "KeyConflict",
    "LedgerError",
    "MediaError",
    "MissingDependency",
    "MissingKey",
    "PlanChanged",
    "PreflightStopped",
    "ProviderError",
    "RateLimited",
    "Rejected",
    "RouteClosed",
    "RunBusy",
    "SpendLimit",
    "StorageError",
    "StorageFull",
    "StreamsDiffer",
    "Unavailable",
    "UnknownName",
    "UnreadableMedia",
    "UnsupportedRequest",
    "Untrusted",
    "UsageError",
    "WouldLeak",
]


class CharkitError(Exception):
    """Base of all errors that charkit raises on purpose; its text is meant for the person."""


class UsageError(CharkitError):
    """The call or a file has to change; trying again does not help."""


class BadDocument(UsageError):
    """A file that people write says something it may not say."""

    def __init__(self, problem: str, *, file: Path | str, line: int | None = None) -> None:
        self.file = file
        self.line = line
        where = f"{file}:{line}" if line is not None else f"{file}"
        super().__init__(f"{where}: {problem}")


class BadBundle(UsageError):
    """A portable character that may not come in; nothing of it was written."""

    def __init__(self, problem: str, *, file: Path | str) -> None:
        self.file = file
        super().__init__(f"{file}: {problem}")


class BadCut(UsageError):
    """A cut whose points lie outside of its clip, or whose transitions are longer than what it shows."""

    def __init__(self, problem: str, *, index: int) -> None:
        self.index = index
        """Which, counted from 0."""
        super().__init__(problem)


class UnknownName(UsageError):
    """A name that nothing carries; offers the nearest one that exists."""

    def __init__(self, kind: str, name: str, known: Iterable[str], *, hint: str = "") -> None:
        self.name = name
        self.known = tuple(known)
        super().__init__(f"no {kind} called {name!r}. {did_you_mean(name, self.known)} {hint}".strip())


class MissingKey(UsageError):
    """A real service was asked for without its key."""

    def __init__(self, endpoint: str, variable: str) -> None:
        self.variable = variable
        super().__init__(
            f"{endpoint} needs the key in {variable}, which is not set. "
            f"Set it in the environment or in .env, or keep it in the keyring (charkit keys set {variable}), "
            "or leave out --live to work on the simulator, which needs none."
        )


class MissingDependency(UsageError):
    """An optional package is not installed."""

    def __init__(self, package: str, extra: str) -> None:
        self.extra = extra
        super().__init__(f"{package} is not installed. Install it with: pip install 'charkit[{extra}]'")


class BadReference(UsageError):
    """A picture or clip that cannot serve as a reference."""

    def __init__(self, problem: str, *, file: Path | str) -> None:
        self.file = file
        super().__init__(f"{file}: {problem}")


class BadWeights(UsageError):
    """Weights that are absent, altered, or no model at all; whoever needed them answers `unknown`."""

    def __init__(self, problem: str, *, file: Path | str) -> None:
        self.file = file
        super().__init__(f"{file}: {problem}")


class UnsupportedRequest(UsageError):
    """A route cannot do what was asked; raised before anything is sent."""

    def __init__(self, problem: str, *, rule: str = "", nearest: str = "", source: str = "") -> None:
        self.rule = rule
        self.nearest = nearest
        self.source = source
        more = bool(rule or nearest or source) and not problem.endswith((".", "!", "?"))
        parts = [problem + ("." if more else "")]
        if rule:
            parts.append(f"Rule: {rule}.")
        if nearest:
            parts.append(f"Nearest: {nearest}.")
        if source:
            parts.append(f"Source: {source}.")
        super().__init__(" ".join(parts))


class PlanChanged(UsageError):
    """A person approved a plan, and what would be shot is another one; nothing was sent."""

    def __init__(self, changes: Iterable[str], *, approved: str) -> None:
        self.changes = tuple(changes)
        shown = "; ".join(self.changes[:4]) + (f"; and {len(self.changes) - 4} more" if len(self.changes) > 4 else "")
        super().__init__(
            f"the plan that was approved on {approved} is another one by now: {shown}. Look at it and approve it "
            "again: studio.approve(studio.plan()), or take the approval back: studio.withdraw_approval()"
        )


class PreflightStopped(UsageError):
    """Pictures that a service would refuse, or that would spoil a shot; nothing was uploaded."""

    def __init__(self, findings: Iterable[str]) -> None:
        self.findings = tuple(findings)
        said = "\n".join(f"  {finding}" for finding in self.findings)
        super().__init__(f"preflight stops the run before anything is uploaded:\n{said}")


class RouteClosed(UsageError):
    """A route past its shutdown date; refused before any request."""

    def __init__(self, route: str, ended: str, replacement: str) -> None:
        self.route = route
        self.ended = ended
        self.replacement = replacement
        super().__init__(f"route {route!r} was shut down on {ended}. Use {replacement or 'another route'} instead.")


class SpendLimit(UsageError):
    """The cap does not allow it; nothing was sent."""

    def __init__(self, *, cap: float, committed: float, asked: float, what: str, setting: str = "max_spend") -> None:
        self.cap = cap
        self.committed = committed
        self.asked = asked
        super().__init__(
            f"{what} would cost {dollars(asked)}, but {dollars(committed)} of the {dollars(cap)} cap is spent or "
            f"reserved. Nothing was sent. Raise {setting} to go on."
        )


class WouldLeak(UsageError):
    """What would be shared holds a key, or names places or people of this machine; nothing was written."""

    def __init__(self, findings: Iterable[str]) -> None:
        self.findings = tuple(findings)
        said = "\n".join(f"  {finding}" for finding in self.findings[:20])
        more = f"\n  and {len(self.findings) - 20} more" if len(self.findings) > 20 else ""
        super().__init__(
            f"nothing was written, since this would be given away:\n{said}{more}\n"
            "Take it out of the file named (run the notebook again, or edit it), then share again."
        )


class RunBusy(UsageError):
    """Another process works in the same run."""

    def __init__(self, run: str) -> None:
        self.run = run
        super().__init__(
            f"run {run!r} is being worked on by another process. Wait for it to end, or choose another run name."
        )


class ProviderError(CharkitError):
    """A service failed; what was created or charged, if anything, is in the attributes."""

    retryable = False
    """Whether the same request may be sent again without the person's word."""

    def __init__(
        self, problem: str, *, endpoint: str = "", remote_id: str | None = None, status_code: int | None = None
    ) -> None:
        self.endpoint = endpoint
        self.remote_id = remote_id
        self.status_code = status_code
        super().__init__(f"{endpoint}: {problem}" if endpoint else problem)


class RateLimited(ProviderError):
    """Too many requests or too many running jobs; nothing was created."""

    retryable = True

    def __init__(
        self, problem: str, *, endpoint: str = "", status_code: int | None = 429, retry_after: float | None = None
    ) -> None:
        super().__init__(problem, endpoint=endpoint, status_code=status_code)
        self.retry_after = retry_after


class Unavailable(ProviderError):
    """The service could not be reached and nothing was created, or a free request (poll, download) failed."""

    retryable = True


class Ambiguous(ProviderError):
    """A paid request was sent and nobody knows whether it was accepted; it must be reconciled, never resent."""


class Rejected(ProviderError):
    """The service refused the request itself (malformed, not allowed, no credit); nothing was created."""


class Untrusted(ProviderError):
    """A delivery whose signature or time is not right; nothing in it may be believed."""


class BadResponse(ProviderError):
    """The service answered something that its documentation does not describe."""


class MediaError(CharkitError):
    """A media file cannot be read, joined or written."""

    def __init__(self, problem: str, *, path: Path | str | None = None, index: int | None = None) -> None:
        self.path = path
        self.index = index
        """Which part of a film it was wanted for, counted from 0, where that is known: others may show it without."""
        super().__init__(f"{path}: {problem}" if path is not None else problem)


class UnreadableMedia(MediaError):
    """A picture or clip that cannot be decoded."""


class StreamsDiffer(MediaError):
    """Clips whose streams cannot be joined without re-encoding."""


class EncodingFailed(MediaError):
    """An encoder refused or died; no half file is left under the final name."""


class LedgerError(CharkitError):
    """The ledger cannot be read or does not allow what was asked."""


class DamagedLedger(LedgerError):
    """The ledger's file cannot be read whole, or has lost what was committed."""

    def __init__(self, what: str, then: str) -> None:
        self.what = what
        self.then = then
        super().__init__(f"{what}. {then}")


class KeyConflict(LedgerError):
    """One request key stands for two different requests."""


class StorageError(CharkitError):
    """A file could not be kept."""

    def __init__(self, problem: str, *, path: Path | str | None = None) -> None:
        self.path = path
        super().__init__(f"{path}: {problem}" if path is not None else problem)


class StorageFull(StorageError):
    """No space left; what was made before stays, and the next run goes on from there."""


class CorruptObject(StorageError):
    """Stored bytes do not match the digest they are filed under."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a sentence naming the nearest known word, or all of them."""
    options = sorted(known)
    near = difflib.get_close_matches(name.lower(), [o.lower() for o in options], n=1, cutoff=0.5)
    if near:
        best = next(o for o in options if o.lower() == near[0])
        return f"Did you mean {best!r}?"
    return f"Known: {', '.join(options)}." if options else "There are none yet."
