"""Content Credentials (C2PA): what a file says of where it comes from, and signing what was made of it."""

from __future__ import annotations

from charkit.media.provenance.certificates import Certificate
from charkit.media.provenance.credentials import Credentials, Ingredient, Status
from charkit.media.provenance.reading import read_credentials
from charkit.media.provenance.signing import Part, sign

__all__ = ["Certificate", "Credentials", "Ingredient", "Part", "Status", "read_credentials", "sign"]
