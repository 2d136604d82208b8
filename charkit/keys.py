"""Keys by name: which are set, where they come from, and keeping one in the system's keyring. Never their values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from charkit import keychain
from charkit.cards import table
from charkit.errors import UnknownName, UsageError
from charkit.settings import Settings
from charkit.studio import route_matrix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charkit.routes import RouteMatrix
    from charkit.settings import KeySource

__all__ = ["HeldKey", "Keys", "forget_key", "keep_key", "keys"]


@dataclass(frozen=True, kw_only=True)
class HeldKey:
    """A key by its name; its value is never in here."""

    name: str
    """The variable, such as `GEMINI_API_KEY`."""
    endpoints: tuple[str, ...]
    """Which endpoints it opens."""
    source: KeySource | None
    """Where it was found; None where it is not set."""


@dataclass(frozen=True, kw_only=True)
class Keys:
    """Every key that some endpoint asks for."""

    all: tuple[HeldKey, ...]

    def __iter__(self) -> Iterator[HeldKey]:
        return iter(self.all)

    @property
    def set(self) -> tuple[HeldKey, ...]:
        """Those that are there."""
        return tuple(key for key in self.all if key.source)

    def __repr__(self) -> str:
        return f"<Keys: {len(self.set)} of {len(self.all)} set>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        rows = [[key.name, key.source or "not set", ", ".join(key.endpoints)] for key in self]
        mark = table(["key", "from", "opens"], rows, caption="Keys by name; values are never shown.")
        return {"text/plain": repr(self), "text/html": mark}


def keys(matrix: RouteMatrix | None = None) -> Keys:
    """Return every key that an endpoint asks for, and whether it is set. Reads no value out to anybody.

    Args:
        matrix: The endpoints; by default the built-in ones and the person's own.
    """
    found: dict[str, list[str]] = {}
    for endpoint in (matrix or route_matrix()).endpoints.values():
        if endpoint.key:
            found.setdefault(endpoint.key, []).append(endpoint.name)
    return Keys(
        all=tuple(
            HeldKey(name=name, endpoints=tuple(endpoints), source=Settings.key_source(name))
            for name, endpoints in sorted(found.items())
        )
    )


def keep_key(name: str, value: str, *, matrix: RouteMatrix | None = None) -> str:
    """Keep a key in the system's keyring, and return the keyring's name.

    Args:
        name: Its variable, such as `GEMINI_API_KEY`.
        value: The key.
        matrix: The endpoints that it may be for.

    Raises:
        UnknownName: no endpoint asks for a key of this name.
        UsageError: the value is empty, or has blanks or line ends in it.
        MissingDependency: the extra `keyring` is not installed.
        StorageError: there is no keyring here, or it refuses.
    """
    _checked(name, matrix)
    value = value.strip()
    if not value or not value.isprintable() or " " in value:
        raise UsageError(f"that is no key for {name}: one line of letters, digits and signs is expected")
    return keychain.keep(name, value)


def forget_key(name: str, *, matrix: RouteMatrix | None = None) -> bool:
    """Delete a key from the system's keyring, and return whether there was one.

    Raises:
        UnknownName: no endpoint asks for a key of this name.
        MissingDependency: the extra `keyring` is not installed.
        StorageError: there is no keyring here, or it refuses.
    """
    _checked(name, matrix)
    return keychain.forget(name)


def _checked(name: str, matrix: RouteMatrix | None) -> None:
    known = {endpoint.key for endpoint in (matrix or route_matrix()).endpoints.values() if endpoint.key}
    if name not in known:
        hint = "Your own endpoints' keys are known when CHARKIT_ROUTES names their file"
        raise UnknownName("key", name, known, hint=hint)
