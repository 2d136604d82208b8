"""Bars where somebody looks: in a notebook and in a shell alike; nothing in logs, pipes and batches.

tqdm's `disable=None` draws on a terminal only, and its notebook kind draws wherever a notebook shows widgets.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from charkit.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["bar", "counting"]


def bar(total: float, name: str, *, unit: str = "", scale: bool = False) -> Any:
    """Return a bar of tqdm, which has no types: `update(n)`, `total`, `set_postfix_str(text)`, `close()`.

    Args:
        total: Of how many pieces.
        name: What is being done, in a word.
        unit: What a piece is called; nothing by default.
        scale: Whether large numbers get a prefix, as bytes do.
    """
    from tqdm.auto import tqdm

    return tqdm(
        total=total,
        desc=name,
        leave=False,
        unit=unit,
        unit_scale=scale,
        unit_divisor=1000,
        disable=None,
    )


@contextmanager
def counting(
    name: str, *, quiet: bool = False, unit: str = "", scale: bool = False
) -> Iterator[Callable[[int, int], None]]:
    """Give what draws a bar when it is told how many pieces are done and how many there are.

    Args:
        name: What is being done, in a word.
        quiet: Whether nobody wants to see it.
        unit: What a piece is called.
        scale: Whether large numbers get a prefix.
    """
    shown: list[Any] = []
    off = quiet or Settings.load().progress == "off"

    def tell(done: int, of: int) -> None:
        if off:
            return
        if not shown:
            shown.append(bar(of, name, unit=unit, scale=scale))
        shown[0].update(done - shown[0].n)

    try:
        yield tell
    finally:
        for one in shown:
            one.close()
