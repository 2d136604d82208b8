"""The made-up pictures, as a module: under importlib mode, tests cannot import their neighbours."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
