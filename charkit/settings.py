"""The only file that reads the environment.

Order: environment, then `.env` beside or above the working directory, then, for keys, the system's keyring. What is
empty counts as not set, and never hides what comes after it. Keys are read when they are needed, handed on as
`SecretStr`, and stand in no field of `Settings`, so that showing, logging or pickling the settings cannot leak one. A
ledger's URL, which may hold a password, is a `SecretStr` too.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Literal, TypeAlias

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from charkit import keychain
from charkit.errors import UsageError

__all__ = ["KeySource", "Settings", "child_environment", "export"]

KeySource: TypeAlias = Literal["environment", ".env", "keyring"]
"""Where a key was found."""

_SECRET_NAMES = ("KEY", "TOKEN", "SECRET", "PASSWORD", "CREDENTIAL")
_SHORTEST_SECRET = 8
"""Characters; what is shorter (`KEY_LENGTH=256`) is no secret."""


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
    store: str | None = None
    """A store that several machines share, as a URL that fsspec knows, such as `s3://bucket/store`; without
    credentials. Each machine's own store in its data folder stays, and is kept in step with it."""
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
        """Read the environment and the nearest `.env`.

        Raises:
            UsageError: a variable says something it may not say.
        """
        try:
            return cls(_env_file=_dotenv())
        except ValidationError as error:
            # Never what it says: it may be a ledger's URL with its password.
            said = "; ".join(
                f"CHARKIT_{str(one['loc'][0]).upper()}: {one['msg']}" for one in error.errors(include_url=False)
            )
            raise UsageError(f"{said}. Set it right in the environment or in .env") from None

    @staticmethod
    def key(variable: str, *, ask: bool = True) -> SecretStr | None:
        """Return a key from the environment, `.env` or the keyring; None where it is set nowhere, or empty.

        Args:
            variable: Its name, such as `GEMINI_API_KEY`.
            ask: Whether the keyring may be asked, which may ask the person; else only what was read before is known.
        """
        found = _found(variable, ask=ask)
        return SecretStr(found[1]) if found else None

    @staticmethod
    def key_source(variable: str) -> KeySource | None:
        """Return where a key comes from, without handing it out; None where it is not set."""
        found = _found(variable, ask=True)
        return found[0] if found else None

    @staticmethod
    def secrets() -> dict[str, SecretStr]:
        """Return what is secret by its name (`..._KEY`, `..._TOKEN`) in the environment and in `.env`, to look for it.

        Both values where the environment and `.env` differ; the second one then has ` in .env` behind its name.
        """
        told = {**os.environ}
        for name, value in _written().items():
            told[name if told.get(name, value) == value else f"{name} in .env"] = value
        return {
            name: SecretStr(value)
            for name, value in told.items()
            if len(value) >= _SHORTEST_SECRET and any(word in name.upper() for word in _SECRET_NAMES)
        }


def _found(variable: str, *, ask: bool) -> tuple[KeySource, str] | None:
    if value := os.environ.get(variable):
        return "environment", value
    if value := _written().get(variable):
        return ".env", value
    kept = keychain.read(variable, ask=ask)
    return ("keyring", kept) if kept else None


def _written() -> dict[str, str]:
    file = _dotenv()
    return {name: value for name, value in dotenv_values(file).items() if value} if file else {}


def child_environment(**changes: str) -> dict[str, str]:
    """Return this process's environment with changes, for a process that charkit starts."""
    return {**os.environ, **changes}


def export(**variables: str) -> None:
    """Set variables for the kernels that this process will start; papermill takes no environment of its own."""
    os.environ.update(variables)


def _dotenv() -> Path | None:
    here = Path.cwd()
    return next((folder / ".env" for folder in (here, *here.parents) if (folder / ".env").is_file()), None)
