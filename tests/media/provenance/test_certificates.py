"""A person's certificate: read with care, refused in words, never shown."""

from __future__ import annotations

import os

import pytest

from charkit.errors import UsageError
from charkit.media.provenance import Certificate


def test_a_certificate_knows_its_name_and_algorithm_and_shows_no_key(issued):
    chain, key = issued("Ada Film")
    mine = Certificate.load(chain, key)
    assert (mine.name, mine.algorithm, mine.throwaway) == ("Ada Film", "es256", False)
    assert repr(mine) == "Certificate(name='Ada Film', algorithm='es256')"
    assert "PRIVATE" not in str(vars(mine).keys()) + repr(mine)


@pytest.mark.parametrize(("days", "words"), [((-20, -10), "ended on"), ((5, 10), "not yet")])
def test_one_that_is_not_valid_today_is_refused(issued, days, words):
    with pytest.raises(UsageError, match=words):
        Certificate.load(*issued(days=days))


def test_a_key_of_another_certificate_is_refused_without_a_word_of_it(issued):
    (chain, _), (_, other) = issued("one"), issued("two")
    with pytest.raises(UsageError, match=r"not that of the first certificate") as refused:
        Certificate.load(chain, other)
    body = other.read_text().splitlines()[1]
    assert body not in str(refused.value)


def test_a_key_with_a_password_says_what_to_do(issued):
    with pytest.raises(UsageError, match="has a password"):
        Certificate.load(*issued(password=b"secret"))


def test_what_is_no_pem_is_named(issued, tmp_path):
    chain, key = issued()
    (tmp_path / "junk").write_bytes(b"junk")
    with pytest.raises(UsageError, match="no certificate in PEM"):
        Certificate.load(tmp_path / "junk", key)
    with pytest.raises(UsageError, match="no private key in PEM"):
        Certificate.load(chain, tmp_path / "junk")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_key_that_may_not_be_read_is_named(issued):
    chain, key = issued()
    key.chmod(0)
    with pytest.raises(UsageError, match="cannot be read: Permission denied"):
        Certificate.load(chain, key)


def test_a_file_that_is_not_there_is_named(issued, tmp_path):
    chain, _ = issued()
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        Certificate.load(chain, tmp_path / "none.key")


def test_without_one_it_says_how_to_name_it():
    with pytest.raises(UsageError, match="CHARKIT_SIGN_CERT"):
        Certificate.of(None, None)
