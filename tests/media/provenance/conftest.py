"""A person's certificate as files, and a small picture and clip to sign."""

from __future__ import annotations

import datetime as dt

import pytest
from PIL import Image

pytest.importorskip("c2pa", reason="c2pa-python is not installed: pip install 'charkit[provenance]'")


@pytest.fixture
def issued(tmp_path):
    """Return a maker of a certificate chain and its key as files: `issued("name", days=(-1, 10))`."""
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    from charkit.media.provenance import certificates

    def make(name="mine", days=(-1, 10), password=None):
        authority, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        common = x509.NameOID.COMMON_NAME
        above, below = (x509.Name([x509.NameAttribute(common, text)]) for text in (f"{name} authority", name))
        now = dt.datetime.now(dt.UTC)

        def chain_of(subject, issuer, public, *, is_authority):
            made = certificates._issued(subject, issuer, public, authority, is_authority=is_authority)
            again = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
            again = again.serial_number(made.serial_number)
            again = again.not_valid_before(now + dt.timedelta(days=days[0]))
            again = again.not_valid_after(now + dt.timedelta(days=days[1]))
            for extension in made.extensions:
                again = again.add_extension(extension.value, extension.critical)
            return again.sign(authority, made.signature_hash_algorithm).public_bytes(serialization.Encoding.PEM)

        chain = chain_of(below, above, own.public_key(), is_authority=False)
        chain += chain_of(above, above, authority.public_key(), is_authority=True)
        lock = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
        key = own.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)
        files = tmp_path / f"{name}.pem", tmp_path / f"{name}.key"
        for file, data in zip(files, (chain, key), strict=True):
            file.write_bytes(data)
        return files

    return make


@pytest.fixture
def still(tmp_path):
    """Return a maker of pictures by name."""

    def make(name="still.png", colour="#3a6b35"):
        Image.new("RGB", (48, 32), colour).save(tmp_path / name)
        return tmp_path / name

    return make
