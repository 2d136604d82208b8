"""The only file that reads the environment.

Order: environment, then `.env` beside or above the working directory. An empty variable counts as not set. Keys are
read when they are needed, handed on as `SecretStr`, and stand in no field of `Settings`, so that showing, logging or
pickling the settings cannot leak one. A ledger's URL, which may hold a password, is a `SecretStr` too.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["Settings", "child_environment", "export"]


class Settings(BaseSettings):
    """What a person can set outside a notebook, each as `CHARKIT_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="CHARKIT_", env_ignore_empty=True, extra="ignore", frozen=True)

    data: Path | None = None
    """Folder for runs, store and ledger; by default the `data` folder the production lies in."""
    ledger: SecretStr | None = None
    """The ledger: a file, or the `postgresql://` URL of a server where several machines share one budget. Secret, since
    a URL holds a password. By default `ledger.sqlite` in the data folder."""
    ledger_on_network_disk: bool = False
    """Open a ledger file that lies on a network disk, at the risk of losing it; see `charkit.ledger.mounts`."""
    routes: Path | None = None
    """A person's own routes and endpoints, merged over the built-in matrix."""
    simulator_url: str | None = Field(default=None, pattern=r"^http://(127\.0\.0\.1|localhost|\[::1\]):\d+$")
    """A simulator that already runs; by default the studio starts one of its own."""
    progress: Literal["auto", "off"] = "auto"
    """Progress bars in notebooks and shells; off where outputs are compared."""
    today: dt.date = Field(default_factory=lambda: dt.datetime.now(tz=dt.UTC).date())
    """The day for which routes are looked up; another one only to run something again as it was."""
    region: Literal["EEA", "CH", "UK", "US", "other"] | None = None
    """Where you work, as far as services' rules about people tell places apart; None to be warned instead."""
    parallel: int = Field(default=16, ge=1, le=1000)
    """Jobs that may be at an endpoint at once, where its limits in the routes file do not say. No thread waits for
    them; it is what one may lose at an endpoint that takes everything on and finishes nothing."""
    production_cap: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """US dollars that all runs of a production may commit together, in every notebook and command; simulated and real
    money are counted apart. None for no such cap; what a studio is opened with may only be less."""
    weights: Path | None = None
    """Folder with files of weights; by default one in the user's cache. See `charkit weights list`."""

    sign_cert: Path | None = None
    """A certificate chain in PEM that films are signed with (C2PA), the signer's own first."""
    sign_key: Path | None = None
    """The private key of that certificate, in PEM, without a password, readable by you alone."""

    @classmethod
    def load(cls) -> Settings:
        """Read the environment and the nearest `.env`."""
        return cls(_env_file=_dotenv())

    @staticmethod
    def key(variable: str) -> SecretStr | None:
        """Return the key in an environment variable or `.env`, or None where it is not set or empty."""
        dotenv = _dotenv()
        value = os.environ.get(variable) or (dotenv_values(dotenv).get(variable) if dotenv else None)
        return SecretStr(value) if value else None


def child_environment(**changes: str) -> dict[str, str]:
    """Return this process's environment with changes, for a process that charkit starts."""
    return {**os.environ, **changes}


def export(**variables: str) -> None:
    """Set variables for the kernels that this process will start; papermill takes no environment of its own."""
    os.environ.update(variables)


def _dotenv() -> Path | None:
    here = Path.cwd()
    return next((folder / ".env" for folder in (here, *here.parents) if (folder / ".env").is_file()), None)
