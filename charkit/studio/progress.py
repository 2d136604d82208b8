"""Tells people how far long work is: a bar where somebody looks, and lines in a file for whoever watches the run."""

from __future__ import annotations

import json
import time
from collections import Counter
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeAlias

from charkit.studio.bars import bar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from charkit.takes import Progress

__all__ = ["Event", "Herald", "Listener", "Stage"]

Event: TypeAlias = "dict[str, str | float | bool | None]"
"""What happened: `subject`, `number`, `outcome`, `progress` (per cent or None), `final`, `new`; or a `stage` and how
many `seconds` it took."""
Listener: TypeAlias = "Callable[[Event], None]"

_GLANCE = 0.25
"""Seconds between two changes of what stands beside a bar: a thousand jobs have more news than an eye can follow."""


class Herald:
    """Progress of one run."""

    def __init__(self, file: Path, *, bars: bool) -> None:
        self._file = file
        self._bars = bars
        self.listeners: list[Listener] = []
        """Told of every event as it happens, in the thread of the work; while anybody listens there are no bars."""

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[Stage]:
        """Announce a piece of long work, show how far it is, and write down how long it took."""
        began = time.monotonic()
        stage = Stage(self, name, total, bars=self._bars and not self.listeners)
        try:
            yield stage
        finally:
            stage.close()
            self.write({"stage": name, "seconds": round(time.monotonic() - began, 3)})

    def write(self, event: Event) -> None:
        """Tell listeners, and append one event as a JSON line; progress is a courtesy and never stops the work."""
        for listener in tuple(self.listeners):
            with suppress(Exception):  # whoever listens must not stop what is paid for
                listener(event)
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(event) + "\n")
        except OSError:
            return


class Stage:
    """One piece of long work."""

    def __init__(self, herald: Herald, name: str, total: int | None, *, bars: bool) -> None:
        self._herald = herald
        self._name = name
        self._done: set[tuple[str, int]] = set()
        self._there: set[tuple[str, int]] = set()
        self._stand: dict[tuple[str, int], tuple[str, int | None]] = {}
        """Where each order stands, by what was last heard."""
        self._counts: Counter[str] = Counter()
        self._shown = 0.0
        self._bars = bars
        self._counted = total is not None
        """Whether it was known from the beginning how many pieces there are."""
        self._bar = bar(total, name) if bars and total else None

    def expect(self, count: int) -> None:
        """Say that so many more pieces are coming, where that was not known when it began."""
        if self._counted or not self._bars or not count:
            return
        if self._bar is None:
            self._bar = bar(count, self._name)
        else:
            self._bar.total += count
            self._bar.refresh()

    def share(self, done: float) -> None:
        """Show which share is done, 0 to 1, of something that has no pieces."""
        if self._bar is None and self._bars:
            self._bar = bar(100, self._name, unit="%")
        if self._bar is not None:
            self._bar.update(min(100, round(done * 100)) - self._bar.n)

    def there_already(self, subject: str, number: int) -> None:
        """Say that an order only comes back, so that nobody is told it was made."""
        self._there.add((subject, number))

    def news(self, progress: Progress) -> None:
        """Pass on what the floor says about one order."""
        key = (progress.subject, progress.number)
        final = progress.outcome.terminal and key not in self._done
        stand = progress.outcome.value, progress.progress
        before = self._stand.get(key)
        self._stand[key] = stand
        if final:
            self._done.add(key)
            self.step()
        self._count(before[0] if before else "", stand[0])
        if stand == before and not final:
            return
        self._herald.write(
            {
                "subject": progress.subject,
                "number": progress.number,
                "outcome": progress.outcome.value,
                "progress": progress.progress,
                "final": final,
                "new": key not in self._there,
            }
        )

    @property
    def counts(self) -> str:
        """How many orders stand where, in a few words such as `312 succeeded, 40 running, 2 refused`."""
        return ", ".join(f"{count} {word}" for word, count in self._counts.most_common() if count)

    def _count(self, before: str, after: str) -> None:
        if before:
            self._counts[before] -= 1
        self._counts[after] += 1
        now = time.monotonic()
        if self._bar is not None and now - self._shown >= _GLANCE:
            self._shown = now
            self._bar.set_postfix_str(self.counts)

    def step(self, *_: object) -> None:
        """Count one more piece as done."""
        if self._bar is not None:
            self._bar.update(1)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
