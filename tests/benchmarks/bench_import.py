"""What `import charkit` costs, against `import pydantic` alone.

    python tests/benchmarks/bench_import.py

Fresh interpreters in turn, A B A B; the value is the median of the ratios, pair by pair, of CPU time in the process.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys

LIMIT = 1.5
PAIRS = 15
TIMED = "import time; t = time.process_time(); import {name}; print(time.process_time() - t)"
HEAVY = ("openai", "google.genai", "numpy", "av", "PIL", "cv2", "scipy", "papermill", "IPython", "ipywidgets")


def seconds(name: str) -> float:
    """CPU seconds of importing a package in a fresh interpreter."""
    command = [sys.executable, "-c", TIMED.format(name=name)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def loaded() -> list[str]:
    """The heavy modules that `import charkit` loads; there should be none."""
    code = f"import sys, charkit; print(*[m for m in {HEAVY!r} if m in sys.modules])"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()


def main() -> None:
    """Print two figures."""
    seconds("charkit"), seconds("pydantic")  # warm the disk
    ratio = statistics.median(seconds("charkit") / seconds("pydantic") for _ in range(PAIRS))
    figure = {
        "name": "import-charkit-over-pydantic",
        "value": round(ratio, 3),
        "unit": "ratio",
        "limit": LIMIT,
        "against": "import pydantic alone",
        "ok": ratio <= LIMIT,
    }
    print(json.dumps(figure))
    heavy = loaded()
    print(
        json.dumps(
            {
                "name": "import-charkit-heavy-modules",
                "value": len(heavy),
                "unit": "modules",
                "limit": 0,
                "against": ", ".join(heavy) or "none of SDKs, numpy, av, notebook machinery",
                "ok": not heavy,
            }
        )
    )


if __name__ == "__main__":
    main()
