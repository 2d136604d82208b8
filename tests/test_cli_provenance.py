"""`charkit provenance`, from the shell."""

from __future__ import annotations

import json

import pytest
from PIL import Image
from typer.testing import CliRunner

from charkit.cli import app
from charkit.errors import UsageError

RUN = CliRunner()

pytest.importorskip("c2pa", reason="c2pa-python is not installed: pip install 'charkit[provenance]'")


@pytest.fixture
def still(tmp_path):
    Image.new("RGB", (48, 32), "#3a6b35").save(tmp_path / "still.png")
    return tmp_path / "still.png"


def ask(*arguments, code=0):
    result = RUN.invoke(app, ["provenance", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result.stdout


def test_a_signed_picture_is_told_from_an_unsigned_one(still, tmp_path):
    out = tmp_path / "signed.png"
    assert "proves nothing about who" in ask("sign", still, "-o", out, "--throw-away", "--part", still)
    told = ask("show", still, out)
    assert "still.png: none" in told
    assert "made of    still.png" in told
    found = json.loads(ask("show", out, "--json"))[0]
    assert (found["status"], found["generator"]) == ("signed, signer not known", "charkit")


def test_a_changed_file_ends_with_an_error_code(still, tmp_path):
    out = tmp_path / "signed.png"
    ask("sign", still, "-o", out, "--throw-away")
    data = bytearray(out.read_bytes())
    data[-20] ^= 1
    out.write_bytes(data)
    assert "changed after signing" in ask("show", out, code=1)


def test_without_a_certificate_it_says_how_to_name_one(still, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="CHARKIT_SIGN_CERT"):
        ask("sign", still, "-o", tmp_path / "signed.png")


def test_the_file_itself_is_never_written_over(still):
    with pytest.raises(UsageError, match="a name of its own"):
        ask("sign", still, "-o", still, "--throw-away")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError, match="there is no file"):
        ask("show", tmp_path / "none.mp4")
