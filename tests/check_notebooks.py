"""Run the notebooks again and compare them with the outputs they were committed with (strict nbval).

They run in reading order on an empty workspace with one simulator, as a person would. `--refresh` runs them the same
way and keeps the new outputs instead.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from charkit.rehearsal import start_simulator

HERE = Path(__file__).parent
NOTEBOOKS = sorted((HERE.parent / "notebooks").glob("[0-9][0-9]_*.ipynb"))
COMPARE = [
    "--nbval",
    "--nbval-current-env",
    "--nbval-cell-timeout=300",
    f"--nbval-sanitize-with={HERE / 'nbval_sanitize.cfg'}",
]
REFRESH = ["--nbmake", "--overwrite", "--nbmake-timeout=300"]
STRIP = [
    "--keep-output",
    "--keep-count",
    "--keep-id",
    "--extra-keys",
    "metadata.language_info.version metadata.widgets",
]


def main() -> int:
    """Check, or refresh with `--refresh`."""
    refresh = "--refresh" in sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="charkit-notebooks-") as data:
        simulator = start_simulator(Path(data) / "simulator")
        environment = {
            **os.environ,
            "CHARKIT_DATA": data,
            "CHARKIT_SIMULATOR_URL": simulator.url,
            "CHARKIT_PROGRESS": "off",
            "JUPYTER_PLATFORM_DIRS": "1",
        }
        flags = REFRESH if refresh else COMPARE
        notebooks = [str(path) for path in NOTEBOOKS]
        try:
            code = subprocess.run(
                [
                    sys.executable,
                    "-m",
                    "pytest",
                    "-p",
                    "no:cacheprovider",
                    "-W",
                    "default",
                    *flags,
                    *notebooks,
                ],
                env=environment,
                check=False,
            ).returncode
        finally:
            simulator.close()
    if refresh and code == 0:
        code = subprocess.run([sys.executable, "-m", "nbstripout", *STRIP, *notebooks], check=False).returncode
    return code


if __name__ == "__main__":
    sys.exit(main())
