"""What the Content Credentials of one file say, as a record that shows itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from charkit.cards import card

if TYPE_CHECKING:
    from charkit.cards import Html

__all__ = ["THROWAWAY", "Credentials", "Ingredient", "Status"]

THROWAWAY: Final = "charkit throw-away certificate"
"""Name of the signer that charkit makes up: it shows that nothing was changed since, and nothing about who signed."""


class Status(StrEnum):
    """What became of checking a file's Content Credentials, best first."""

    TRUSTED = "trusted"
    """All hashes match, and a certificate that the reader trusts signed them."""
    SIGNED = "signed, signer not known"
    """All hashes match; who the signer is cannot be said, since nobody we know vouches for the certificate."""
    EXPIRED = "signed, certificate expired"
    """All hashes match, and the certificate has ended, or was not yet valid."""
    MALFORMED = "malformed"
    """All hashes match, and something is written otherwise than the standard says; not a sign of tampering."""
    TAMPERED = "changed after signing"
    """A hash or a signature does not match: the file is not what was signed."""
    UNREADABLE = "unreadable"
    """There is something that nobody can read."""
    NONE = "none"
    """The file carries no Content Credentials."""
    UNKNOWN = "unknown"
    """Nobody looked: the reader is not installed."""

    @property
    def present(self) -> bool:
        """Whether there are credentials that can be read and carried on."""
        return self in {Status.TRUSTED, Status.SIGNED, Status.EXPIRED, Status.MALFORMED}


@dataclass(frozen=True, kw_only=True)
class Ingredient:
    """Something that a file was made of, by its own account."""

    title: str
    relationship: str
    """`componentOf`, `parentOf` or `inputTo`."""
    signed: bool
    """Whether it came with credentials of its own, which are kept inside."""
    broken: bool = False
    """Whether what it came with did not match its bytes when it was taken in."""

    @property
    def words(self) -> str:
        """Title, and what is known of its credentials."""
        return f"{self.title} ({'changed after signing' if self.broken else 'signed'})" if self.signed else self.title


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """The Content Credentials of one file."""

    name: str
    """The file's name, without its folder."""
    status: Status
    generator: str = ""
    """The program that made the claim, in its own words."""
    signer: str = ""
    """Who the certificate names."""
    title: str = ""
    actions: tuple[str, ...] = ()
    """What was done, such as `c2pa.created`, in order."""
    sources: tuple[str, ...] = ()
    """Kinds of origin (IPTC digital source types), such as `trainedAlgorithmicMedia`: made by a trained model."""
    ingredients: tuple[Ingredient, ...] = ()
    codes: tuple[str, ...] = ()
    """What did not pass, in the standard's validation codes (C2PA Technical Specification, Validation)."""
    note: str = ""
    """What to know about it, in a sentence."""

    @property
    def throwaway(self) -> bool:
        """Whether charkit's made-up certificate signed it."""
        return self.signer == THROWAWAY

    @property
    def line(self) -> str:
        """Status and signer in a few words."""
        by = f" by {self.signer}" if self.signer else ""
        return f"{self.status.value}{by}{' (proves nothing about who)' if self.throwaway else ''}"

    def __repr__(self) -> str:
        return f"Credentials({self.name}: {self.line})"

    def html(self) -> Html:
        """Return it as a card."""
        rows = [
            ("status", self.line),
            ("made with", self.generator),
            ("actions", ", ".join(action.removeprefix("c2pa.") for action in self.actions)),
            ("origin", ", ".join(self.sources)),
            ("made of", ", ".join(one.words for one in self.ingredients)),
            ("did not pass", ", ".join(self.codes)),
        ]
        bad = self.status in {Status.TAMPERED, Status.UNREADABLE, Status.UNKNOWN}
        return card(
            self.name,
            rows=[(name, value) for name, value in rows if value],
            badge="throw-away certificate" if self.throwaway else None if self.status is Status.NONE else "C2PA",
            badge_kind="warn" if bad or self.throwaway else "ok",
            note=self.note,
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        return {"text/plain": repr(self), "text/html": self.html()}
