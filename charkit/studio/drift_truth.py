"""What the simulator is told to do to identity, so that an experiment on it can be held against a known truth."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from charkit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["DriftTruth", "kept_in"]

_CONDITIONINGS = {
    "text only": "text",
    "one reference": "one picture",
    "three references": "pictures",
    "first frame": "first frame",
    "character id": "character",
}
"""Arms to what the simulator calls the same thing (`/control/drift`)."""


@dataclass(frozen=True, kw_only=True)
class DriftTruth:
    """A declared truth: how often takes of each arm keep the character."""

    kept: Mapping[str, float]
    """By arm: the share of takes that do, 0 to 1."""
    url: Callable[[], str]
    """Returns where the simulator listens."""
    words: str = ""
    """Which the prompt has to contain, so that other notebooks on the same simulator see nothing of it."""
    size: float = 0.05
    """How far takes that keep the character drift all the same, 0 to 1."""
    _conditionings: Mapping[str, str] = field(default_factory=lambda: _CONDITIONINGS)

    def __post_init__(self) -> None:
        for arm, share in self.kept.items():
            if arm not in self._conditionings or not 0 <= share <= 1:
                known = ", ".join(self._conditionings)
                raise UsageError(f"truth says {share!r} of {arm!r}; say a share from 0 to 1 for some of: {known}")

    @contextmanager
    def declared(self) -> Iterator[None]:
        """Let it hold for what is accepted meanwhile."""
        drift = {
            self._conditionings[arm]: {"size": self.size, "off_model": round(1 - share, 6)}
            for arm, share in self.kept.items()
        }
        self._tell("POST", {"prompt": self.words, "drift": drift})
        try:
            yield
        finally:
            self._tell("DELETE", None)

    def _tell(self, method: str, body: object) -> None:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url()}/control/drift", data=data, method=method)  # noqa: S310  # loopback
        with urllib.request.urlopen(request, timeout=30):  # noqa: S310  # the simulator's own address
            return


def kept_in(url: str, remote_id: str) -> dict[str, bool]:
    """Return for every character of one of the simulator's jobs whether its take kept it; empty where it knows none.

    Args:
        url: Where the simulator listens.
        remote_id: The job's id there.
    """
    address = f"{url}/control/drift/{urllib.parse.quote(remote_id)}"
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310  # the simulator's own address
            told = json.loads(answer.read())
    except (OSError, ValueError):
        return {}
    return {str(part["name"]): not part["off_model"] for part in told}
