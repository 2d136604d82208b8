"""What a film carries of its takes' word for where they come from, and what cutting loses."""

from __future__ import annotations

import json

import pytest

from charkit.film import Cut, CutList, assemble
from charkit.film.provenance import SIGNED, Source, origins, sign_film
from charkit.media.provenance import Certificate, Status, sign
from charkit.recipe import Recipe, TakeRecipe

pytest.importorskip("c2pa", reason="c2pa-python is not installed: pip install 'charkit[provenance]'")


@pytest.fixture
def sources(clips, tmp_path):
    """Two takes, of which a service signed the first, and a reference without credentials."""
    made = tmp_path / "made-by-a-service.mp4"
    how = {"title": "clip", "origin": "trainedAlgorithmicMedia", "generator": ("some service", "1")}
    sign(clips[0], made, Certificate.throw_away(), **how)
    return [
        Source(path=made, title="S01 take 1", kind="take"),
        Source(path=clips[1], title="S02 take 1", kind="take"),
    ]


@pytest.fixture
def film(sources, tmp_path):
    cuts = tuple(Cut(shot=f"S0{n}", take=1, file=str(one.path)) for n, one in enumerate(sources, 1))
    return assemble(CutList(title="The Lantern", cuts=cuts), tmp_path / "film", simulated=True)


def recipe(*simulated):
    takes = [TakeRecipe(production="lantern", shot=f"S0{n}", simulated=s) for n, s in enumerate(simulated, 1)]
    return Recipe.made(takes, title="The Lantern")


def test_what_cutting_loses_is_said_plainly(film, sources):
    found = origins(sources, film.folder)
    assert found.lost == ("S01 take 1",)
    assert "1 of 2 takes came with Content Credentials, which the edited film does not carry: S01" in found.account
    assert "studio.sign()" in found.account
    assert "some service" in found.html()


def test_the_signed_copy_keeps_each_takes_word_and_leaves_the_film_alone(film, sources):
    before = film.path.read_bytes()
    signed = sign_film(film, [*sources, sources[0]], Certificate.throw_away(), recipe=recipe(True, True))
    assert film.path.read_bytes() == before
    assert [(one.title, one.signed) for one in signed.ingredients] == [("S01 take 1", True), ("S02 take 1", False)]
    assert signed.status is Status.SIGNED
    found = origins(sources, film.folder)
    assert found.signed == signed
    assert "the signed copy keeps them inside" in found.account
    assert "proves nothing about who" in found.account


@pytest.mark.parametrize(
    ("simulated", "origin"),
    [
        ((True, True), "algorithmicMedia"),
        ((False, False), "trainedAlgorithmicMedia"),
        ((True, False), "compositeWithTrainedAlgorithmicMedia"),
    ],
)
def test_what_the_simulator_drew_is_not_called_the_work_of_a_model(film, sources, simulated, origin):
    signed = sign_film(film, sources, Certificate.throw_away(), recipe=recipe(*simulated))
    assert signed.sources == (origin,)


def test_the_digests_of_recipe_and_manifest_are_signed_with_it(film, sources):
    import c2pa

    (film.folder / "manifest.json").write_text("{}")
    sign_film(film, sources, Certificate.throw_away(), recipe=recipe(True, True))
    with (film.folder / SIGNED).open("rb") as file, c2pa.Reader("video/mp4", file) as reader:
        stated = {one["label"]: one["data"] for one in reader.get_active_manifest()["assertions"]}["org.charkit.run"]
    assert stated["manifest"] == "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert stated["recipe"].startswith("sha256:")
    assert [take["shot"] for take in stated["takes"]] == ["S01", "S02"]
    assert str(film.folder) not in json.dumps(stated)
