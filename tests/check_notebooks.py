"""Run the notebooks again and compare them with the outputs they were committed with (strict nbval).

They run in reading order in an empty copy of the project's folders with one simulator, as a person would run them, on
the day that `DAY` says, since routes are dated. `--refresh` runs them the same way and keeps the new outputs instead.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from charkit.rehearsal import start_simulator

HERE = Path(__file__).parent
PROJECT = HERE.parent
DAY = "2026-11-22"
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


def main(arguments: list[str]) -> int:
    """Check, or refresh with `--refresh`; returns what the shell should return."""
    refresh = "--refresh" in arguments
    with tempfile.TemporaryDirectory(prefix="charkit notebooks ") as folder:
        copy = Path(folder)
        shutil.copytree(PROJECT / "notebooks", copy / "notebooks", ignore=shutil.ignore_patterns(".*"))
        shutil.copytree(PROJECT / "data" / "productions", copy / "data" / "productions")
        notebooks = sorted((copy / "notebooks").glob("*.ipynb"))
        simulator = start_simulator(copy / "data" / "simulator")
        try:
            code = _pytest(REFRESH if refresh else COMPARE, notebooks, simulator.url)
        finally:
            simulator.close()
        if refresh and code == 0:
            code = _strip(notebooks)
            for notebook in notebooks:
                steady(notebook)
                shutil.copy(notebook, PROJECT / "notebooks")
    return code


def _pytest(flags: list[str], notebooks: list[Path], simulator: str) -> int:
    environment = {
        **os.environ,
        "CHARKIT_SIMULATOR_URL": simulator,
        "CHARKIT_PROGRESS": "off",
        "CHARKIT_TODAY": DAY,
        "CHARKIT_WEIGHTS": str(notebooks[0].parent / ".no weights"),  # what is committed was made without
    }
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-W", "default", *flags, *map(str, notebooks)]
    return subprocess.run(command, env=environment, cwd=notebooks[0].parent, check=False).returncode


def _strip(notebooks: list[Path]) -> int:
    return subprocess.run([sys.executable, "-m", "nbstripout", *STRIP, *map(str, notebooks)], check=False).returncode


def steady(notebook: Path) -> None:
    """Name widgets in a notebook by their order: drawn names differ in every refresh, and no kernel knows them."""
    text = notebook.read_text(encoding="utf-8")
    for number, name in enumerate(dict.fromkeys(re.findall(r'"model_id": "([0-9a-f]{32})"', text)), start=1):
        text = text.replace(f'"model_id": "{name}"', f'"model_id": "{number:032x}"')
    notebook.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
