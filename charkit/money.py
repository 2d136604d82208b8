"""Amounts of money as people read them; the same in every table, message, button and report."""

from __future__ import annotations

from typing import Final

__all__ = ["dollars"]

_MICRO: Final = 6
"""Places of a micro-dollar, the least that the ledger counts."""


def dollars(amount: float) -> str:
    """Return US dollars as people read them: cents, and what is beyond them only where it is something.

    Nothing is rounded away, since prices a second give amounts such as $0.0928: a price stands the same on a button,
    in the plan and in the ledger, and a column adds up to its sum.

    Args:
        amount: In US dollars; rounded to the micro-dollar.
    """
    exact = f"{abs(amount):,.{_MICRO}f}".rstrip("0")
    whole, _, part = exact.partition(".")
    negative = amount < 0 and (whole, part) != ("0", "")
    return f"{'-' if negative else ''}${whole}.{part.ljust(2, '0')}"
