"""The states of a job and the steps between them.

```
intended ──> sending ──> queued <──> running ──> succeeded ──> expired
   │  ^         │ │         │           │
   │  └─────────┤ │         └─────┬─────┘
   │  nothing   │ └─> unknown ────┴──────────────> succeeded refused failed expired cancelled
   │  created   │        │ (found, or the person's word)
   │            └──> failed ──> intended            only where the service never took it on
   └──> cancelled
```

The words after `sending` are those of `charkit.providers.base.Outcome`, as plain strings: the ledger opens without
any adapter.
"""

from __future__ import annotations

__all__ = ["STEPS", "TAKEN_ON", "TERMINAL", "allowed"]

TERMINAL = frozenset({"succeeded", "refused", "failed", "expired", "cancelled"})

_AT_SERVICE = frozenset({"queued", "running"})

TAKEN_ON = _AT_SERVICE | {"succeeded", "refused", "expired"}
"""States that only a request gets into which the service took on."""

STEPS: dict[str, frozenset[str]] = {
    "intended": frozenset({"sending", "failed", "cancelled"}),
    "sending": frozenset({"intended", "unknown"}) | _AT_SERVICE | TERMINAL,
    "unknown": frozenset({"intended"}) | _AT_SERVICE | TERMINAL,
    "queued": _AT_SERVICE | TERMINAL,
    "running": _AT_SERVICE | TERMINAL,
    "succeeded": frozenset({"expired"}),
    "failed": frozenset({"intended"}),
    "cancelled": frozenset({"intended"}),
    "refused": frozenset(),
    "expired": frozenset(),
}
"""From each state, the states that may follow. `failed` and `cancelled` reopen only if the service never took it on."""


def allowed(before: str, after: str, *, accepted: bool | None) -> bool:
    """Whether a job may go from one state to another.

    Args:
        before: The present state.
        after: The wanted state.
        accepted: Whether the service is known to have taken the request on; what it took on is never sent again.
    """
    if after not in STEPS.get(before, ()):
        return False
    return after != "intended" or accepted is False
