"""The certificate that a film is signed with: a person's own, or one made up for a demonstration.

The key is read when it is needed, handed to the signer and to nobody else; it stands in no record and no message.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, Self

from charkit.errors import MissingDependency, UsageError
from charkit.media.provenance.credentials import THROWAWAY

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

__all__ = ["Certificate"]

_CURVES: Final = {256: "es256", 384: "es384", 521: "es512"}
"""Algorithms by the size of an elliptic curve in bits (C2PA Technical Specification 2.2, Digital Signatures)."""


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """A certificate chain with its private key."""

    name: str
    """Whom it names."""
    algorithm: str
    """`es256`, `es384`, `es512`, `ps256` or `ed25519`."""
    chain: bytes = field(repr=False)
    """PEM, the signer's certificate first."""
    key: bytes = field(repr=False)
    """PEM, PKCS 8, without a password."""

    @property
    def throwaway(self) -> bool:
        """Whether charkit made it up."""
        return self.name == THROWAWAY

    @classmethod
    def load(cls, chain: Path, key: Path) -> Self:
        """Read a person's certificate and key, both PEM.

        Raises:
            UsageError: One cannot be read, is not PEM, has a password or has ended, or they do not belong together.
        """
        _needed()
        from cryptography import x509
        from cryptography.hazmat.primitives import serialization

        pem, secret = _bytes(chain, "certificate"), _bytes(key, "key")
        try:
            first = x509.load_pem_x509_certificates(pem)[0]
        except (ValueError, IndexError):
            raise UsageError(f"{chain} holds no certificate in PEM; begin it with the signer's own") from None
        try:
            private = serialization.load_pem_private_key(secret, password=None)
        except TypeError:
            raise UsageError(f"{key} has a password; write a copy without one, for you alone to read") from None
        except ValueError:
            raise UsageError(f"{key} holds no private key in PEM") from None
        _check(first, private, chain, key)
        plain = private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return cls(name=_named(first), algorithm=_algorithm(private, key), chain=pem, key=plain)

    @classmethod
    def of(cls, chain: Path | None, key: Path | None) -> Self:
        """Read a person's certificate and key, where both are named.

        Raises:
            UsageError: One is not named, or as in `load`.
        """
        if chain is None or key is None:
            raise UsageError(
                "say which certificate signs: CHARKIT_SIGN_CERT (PEM chain) and CHARKIT_SIGN_KEY (PEM key), "
                "or ask for a throw-away one, which proves nothing about who signed"
            )
        return cls.load(chain, key)

    @classmethod
    def throw_away(cls) -> Self:
        """Make up an authority and a certificate of it, for ten days, in memory only.

        It shows that nothing was changed since, and says nothing about who signed; every display marks it.
        """
        _needed()
        from cryptography import x509
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        authority, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        above = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"{THROWAWAY}: authority")])
        names = [(x509.NameOID.COMMON_NAME, THROWAWAY), (x509.NameOID.ORGANIZATION_NAME, "nobody")]
        below = x509.Name([x509.NameAttribute(oid, value) for oid, value in names])
        pem = serialization.Encoding.PEM
        chain = [
            _issued(below, above, own.public_key(), authority, is_authority=False).public_bytes(pem),
            _issued(above, above, authority.public_key(), authority, is_authority=True).public_bytes(pem),
        ]
        key = own.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return cls(name=THROWAWAY, algorithm="es256", chain=b"".join(chain), key=key)


def _issued(
    subject: x509.Name,
    issuer: x509.Name,
    public: EllipticCurvePublicKey,
    signer: EllipticCurvePrivateKey,
    *,
    is_authority: bool,
) -> x509.Certificate:
    """Return a certificate with what C2PA asks of one: key usage, and for the signer an extended one."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import ExtendedKeyUsageOID

    now = dt.datetime.now(dt.UTC)
    usage = x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=10))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if not is_authority:
        # E-mail protection is one of the purposes that C2PA lets sign.
        mail = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        made = made.add_extension(mail, critical=False)
    return made.sign(signer, hashes.SHA256())


def _check(certificate: x509.Certificate, private: PrivateKeyTypes, chain: Path, key: Path) -> None:
    now = dt.datetime.now(dt.UTC)
    if certificate.not_valid_after_utc < now:
        raise UsageError(f"{chain} ended on {certificate.not_valid_after_utc:%Y-%m-%d}; sign with one that is valid")
    if certificate.not_valid_before_utc > now:
        raise UsageError(f"{chain} is valid from {certificate.not_valid_before_utc:%Y-%m-%d} on, not yet")
    if certificate.public_key() != private.public_key():
        raise UsageError(f"the key in {key} is not that of the first certificate in {chain}")


def _algorithm(private: PrivateKeyTypes, key: Path) -> str:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    if isinstance(private, ec.EllipticCurvePrivateKey) and private.curve.key_size in _CURVES:
        return _CURVES[private.curve.key_size]
    if isinstance(private, rsa.RSAPrivateKey):
        return "ps256"
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return "ed25519"
    raise UsageError(f"{key} is of a kind that C2PA does not know; it takes P-256, P-384, P-521, RSA and Ed25519")


def _named(certificate: x509.Certificate) -> str:
    from cryptography.x509.oid import NameOID

    found = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else certificate.subject.rfc4514_string()


def _bytes(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"the {what} {path} cannot be read: {error.strerror}") from None


def _needed() -> None:
    if find_spec("cryptography") is None:
        raise MissingDependency("cryptography", extra="provenance")
