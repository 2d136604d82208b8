"""A worker: a process that carries out one run after the other, as it is told on its input.

Started as `python -m charkit.batch.worker`; see `charkit.batch.executors` for the other end. It reads a `RunOrder` a
line and answers with a `RunRecord` a line. When its input ends, whoever drives the sweep is gone: it ends at once, and
its kernel with it. What is on its way at a service is in the ledger.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import traceback
from typing import TYPE_CHECKING, NoReturn

from charkit.batch.kernels import can_fork, ready
from charkit.batch.records import RunOrder
from charkit.batch.running import carry_out

if TYPE_CHECKING:
    from typing import BinaryIO

__all__ = ["main"]


def main() -> NoReturn:
    """Carry out every run that comes in; the process ends when no more can come."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever else prints does not get between the answers
    if can_fork():
        ready().start()  # its imports go on while the first order comes in
    orders: queue.SimpleQueue[RunOrder] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, orders), daemon=True).start()
    while True:
        record = carry_out(orders.get())
        answers.write(record.model_dump_json().encode() + b"\n")
        answers.flush()


def _listen(lines: BinaryIO, orders: queue.SimpleQueue[RunOrder]) -> None:
    for line in lines:
        orders.put(RunOrder.model_validate_json(line))
    os._exit(0)  # at once: a kernel that works on is ended by the end of this process


if __name__ == "__main__":
    try:
        main()
    finally:
        # At once, since the thread that listens holds the input; what went wrong has been printed by then or is now.
        if sys.exc_info()[0] is not None:
            traceback.print_exc()
        os._exit(1)
