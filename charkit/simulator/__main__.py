"""`python -m charkit.simulator`: start the server from the shell or from another process."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    options = _parser().parse_args(arguments)
    options.state.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(
        filename=options.state / "simulator.log",
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    from filelock import FileLock, Timeout

    from charkit.simulator.rendering import Wander
    from charkit.simulator.server import serve
    from charkit.simulator.workshop import Conduct

    conduct = Conduct(
        state=options.state,
        latency=options.latency,
        workers=options.workers,
        artist=options.artist,
        wander=Wander(
            text=options.drift_text,
            references=options.drift_references,
            character=options.drift_character,
            off_model=options.drift_off_model,
        ),
    )
    try:
        with FileLock(options.state / "lock", timeout=options.lock_timeout):
            serve(
                conduct,
                port=options.port,
                exit_with_parent=options.exit_with_parent,
                while_held=options.while_held,
            )
    except Timeout:
        return _complain(f"another simulator works in {options.state}")
    except OSError as problem:
        return _complain(str(problem))
    return 0


def _complain(problem: str) -> int:
    sys.stderr.write(f"charkit.simulator: {problem}\n")
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m charkit.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one (default)")
    parser.add_argument("--state", type=Path, required=True, help="folder for jobs, results, records and the log")
    parser.add_argument("--latency", type=float, default=0.0, metavar="SECONDS", help="least simulated generation time")
    parser.add_argument("--workers", type=int, default=0, help="drawing processes (default: one per core)")
    for name in ("text", "references", "character", "off-model"):
        parser.add_argument(f"--drift-{name}", type=float, metavar="0..1", help=f"identity drift: {name}")
    parser.add_argument("--artist", default="charkit.simulator.clip", metavar="MODULE", help="module that draws")
    parser.add_argument("--exit-with-parent", action="store_true", help="stop when standard input closes")
    parser.add_argument("--while-held", action="store_true", help="stop when nobody holds a line to /control/hold")
    parser.add_argument("--lock-timeout", type=float, default=5.0, help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
