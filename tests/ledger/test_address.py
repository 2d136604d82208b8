from __future__ import annotations

import logging
import traceback

import pytest

from charkit.errors import LedgerError, MissingDependency
from charkit.ledger import Ledger
from charkit.ledger.address import address_of

SECRET = "hun%2Fter2-is-secret"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_servers_address_is_shown_without_password_and_options(scheme: str) -> None:
    address = address_of(f"{scheme}://mira:{SECRET}@db.studio:6543/films?sslpassword=alsosecret&application_name=x")
    assert address.shown == "postgresql://mira@db.studio:6543/films"
    assert address.url.drivername == "postgresql+psycopg"
    assert address.secrets == {"hun/ter2-is-secret", "alsosecret"}
    assert "secret" not in repr(address)


def test_a_path_and_an_sqlite_url_are_the_same_file() -> None:
    assert address_of("/data/ledger.sqlite") == address_of("sqlite:////data/ledger.sqlite")


@pytest.mark.parametrize(
    "where",
    [
        "mysql://mira:hunter2@db/films",
        "postgresql+psycopg2://mira:hunter2@db/films",
        "postgresql://mira:hun@ter2@db/films",
        "postgresql://mira:hunter2@db:port/films",
        "sqlite://",
        "sqlite:///:memory:",
        "://hunter2",
    ],
)
def test_what_no_ledger_can_lie_in_is_refused_without_repeating_it(where: str) -> None:
    with pytest.raises(LedgerError, match="address cannot be used") as caught:
        address_of(where)
    assert "ter2" not in "".join(traceback.format_exception(caught.value))


def test_a_url_without_its_driver_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("charkit.ledger.engine.find_spec", lambda name: None)
    with pytest.raises(MissingDependency, match=r"pip install .charkit\[postgres\]."):
        Ledger.open("postgresql://mira:hunter2@db/films")


def test_a_server_that_is_not_there_is_said_at_once_and_without_the_password(
    tmp_path, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("psycopg", reason="the extra `postgres` is not installed")
    where = f"postgresql://mira:hunter2@/films?host={tmp_path}"
    with caplog.at_level(logging.DEBUG), pytest.raises(LedgerError, match="cannot be reached") as caught:
        Ledger.open(where)
    assert "hunter2" not in "".join(traceback.format_exception(caught.value)) + caplog.text


def test_a_wrong_password_is_no_ones_to_read(postgres_places, caplog: pytest.LogCaptureFixture) -> None:
    right = address_of(postgres_places()).url
    where = right.set(drivername="postgresql", password="hunter2").render_as_string(hide_password=False)
    with caplog.at_level(logging.DEBUG), pytest.raises(LedgerError, match="password authentication failed") as caught:
        Ledger.open(where)
    assert "hunter2" not in "".join(traceback.format_exception(caught.value)) + caplog.text


def test_an_open_ledger_shows_no_password_anywhere(postgres_places, caplog: pytest.LogCaptureFixture) -> None:
    where = postgres_places()
    (secret,) = address_of(where).secrets
    with caplog.at_level(logging.DEBUG), Ledger.open(where) as ledger:
        place = ledger.where()
        shown = [repr(ledger), repr(ledger._engine), repr(place), str(place.rows()), str(place._repr_mimebundle_())]
        with pytest.raises(LedgerError) as caught:
            ledger.job("job_0")
    assert secret not in " ".join(shown) + caplog.text + "".join(traceback.format_exception(caught.value))
    assert place.database.startswith("PostgreSQL")
    assert "when it returns" in place.durability
