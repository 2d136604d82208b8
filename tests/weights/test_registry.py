"""The list of weights: every entry with date, source and licence, nothing downloadable without a digest."""

import pytest
from pydantic import ValidationError

from charkit.weights import Weight, registry


def test_every_download_is_pinned_and_leads_to_a_fixed_commit() -> None:
    pinned = [weight for weight in registry().values() if weight.url]
    assert {weight.name for weight in pinned} == {"yunet", "sface", "sface-int8"}
    for weight in pinned:
        assert weight.sha256
        assert weight.bytes
        assert "/966be4cb6eefc2a4f586ed0581bf4bbaa2533070/" in str(weight.url)


def test_the_pins_are_those_of_the_zoo() -> None:
    assert registry()["yunet"].sha256 == "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"
    assert registry()["sface"].sha256 == "0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79"
    assert registry()["sface"].bytes == 38_696_353


def test_what_restricts_has_to_be_accepted() -> None:
    assert [weight.name for weight in registry().values() if weight.asks] == ["ccip"]


def test_an_address_without_a_digest_is_refused() -> None:
    with pytest.raises(ValidationError, match="nothing is downloaded unpinned"):
        Weight(
            what="toy",
            file="toy.onnx",
            url="https://example.org/toy.onnx",
            licence="MIT",
            as_of="2026-11-22",
            source="me!",
        )


@pytest.mark.parametrize("file", ["../up.onnx", "a/b.onnx", "/abs.onnx", ".hidden.onnx", "model.pkl"])
def test_a_file_name_never_leaves_the_folder(file: str) -> None:
    with pytest.raises(ValidationError):
        Weight(what="toy", file=file, licence="MIT", as_of="2026-11-22", source="me!")
