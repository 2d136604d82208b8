"""Which programs made a run: versions and the kind of machine, never a path, a name or an address."""

from __future__ import annotations

import platform
import re
from importlib import metadata

from pydantic import BaseModel, ConfigDict

from charkit.manifest import versions

__all__ = ["ENVIRONMENT", "Environment", "environment"]

ENVIRONMENT = "environment.json"
"""Its name in a bundle."""


class Environment(BaseModel):
    """What made a run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    python: str
    implementation: str
    """Such as `CPython`."""
    system: str
    """Such as `Linux`."""
    machine: str
    """Such as `x86_64`."""
    versions: dict[str, str]
    """Of what makes media and speaks to services."""
    packages: dict[str, str]
    """Of all that charkit asks for, extras included, where it is installed."""


def environment() -> Environment:
    """Return what is installed here."""
    packages = {}
    for requirement in metadata.requires("charkit") or ():
        name = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
        try:
            packages[name.lower()] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return Environment(
        python=platform.python_version(),
        implementation=platform.python_implementation(),
        system=platform.system(),
        machine=platform.machine(),
        versions=versions(),
        packages=dict(sorted(packages.items())),
    )
