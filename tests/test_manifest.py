from __future__ import annotations

import json
import subprocess

import pytest

from charkit.errors import BadDocument, StorageError
from charkit.manifest import (
    Manifest,
    ManifestFilm,
    ManifestMoney,
    ManifestReference,
    ManifestTake,
    digests,
    source,
    versions,
)


def make_manifest(outputs: dict[str, str]) -> Manifest:
    reference = ManifestReference(digest="sha256:aa", character="Mira", role="character", field="input[0]", name="<A>")
    take = ManifestTake(
        shot="S02", take=1, chosen=True, route="omni", endpoint="google", model="gemini-omni", outcome="succeeded",
        references=(reference,), simulated=True,
    )  # fmt: skip
    return Manifest(
        production="lantern",
        run="demo",
        title="The Lantern",
        created="2026-11-22",
        simulated=True,
        parameters={"max_spend": 2.0, "resolution": "360p", "live": False},
        inputs={"storyboard.yaml": "sha256:bb"},
        outputs=outputs,
        takes=(take,),
        money=ManifestMoney(cap_usd=2.0, estimated_usd=0.4, charged_usd=0.4, simulated=True),
        versions={"charkit": "0.1.0"},
        again=("charkit run lantern --run demo",),
    )


def test_a_manifest_reads_back_what_it_wrote(tmp_path):
    manifest = make_manifest({"film.mp4": "sha256:cc"})
    manifest.save(tmp_path / "manifest.json")
    assert Manifest.load(tmp_path / "manifest.json") == manifest
    assert repr(manifest) == "Manifest(lantern/demo: 1 takes, 1 files, simulated)"


def test_a_manifest_with_unknown_words_is_refused(tmp_path):
    (tmp_path / "manifest.json").write_text('{"format": "charkit manifest 1", "colour": "blue"}')
    with pytest.raises(BadDocument, match="manifest.json"):
        Manifest.load(tmp_path / "manifest.json")


def test_it_notices_what_changed_or_went_missing(tmp_path):
    for name in ("film.mp4", "report.html", "takes/S01.mp4"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    manifest = make_manifest(digests(tmp_path, files))
    assert list(manifest.outputs) == ["film.mp4", "report.html", "takes/S01.mp4"]
    assert manifest.changed(tmp_path) == ()
    (tmp_path / "report.html").write_bytes(b"touched")
    (tmp_path / "film.mp4").unlink()
    assert manifest.changed(tmp_path) == ("film.mp4", "report.html")


def test_files_elsewhere_are_refused_without_naming_this_machine(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "secret.txt").write_text("x")
    with pytest.raises(StorageError) as caught:
        digests(tmp_path / "run", [tmp_path / "secret.txt"])
    assert str(tmp_path) not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(StorageError, match="film.mp4"):
        digests(tmp_path, [tmp_path / "film.mp4"])


def test_versions_name_what_made_the_film():
    found = versions()
    assert {"python", "openai", "google-genai", "av", "libavcodec"} <= set(found)
    assert all(value[0].isdigit() for value in found.values())


def test_the_commit_and_local_changes_are_told(tmp_path):
    package = tmp_path / "charkit"
    package.mkdir()
    assert source(package) is None
    (package / "a.py").write_text("a = 1\n")
    git = ["git", "-C", str(tmp_path), "-c", "user.name=A", "-c", "user.email=a@example.org"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"]):
        subprocess.run([*git, *words], check=True)
    clean = source(package)
    assert len(clean.commit) == 40
    assert not clean.dirty
    (package / "a.py").write_text("a = 2\n")
    assert source(package).dirty


def test_what_was_done_to_make_the_film_is_kept_and_older_manifests_stay_readable(tmp_path):
    film = ManifestFilm(
        frames=180,
        encoded_frames=12,
        seconds=7.5,
        joins=1,
        largest_step=0.012,
        loudness_lufs=-14.0,
        true_peak_dbtp=-1.2,
        made_beside={"otio": "film.otio", "fcp7": "film.xml"},
    )
    manifest = make_manifest({}).model_copy(update={"film": film})
    manifest.save(tmp_path / "manifest.json")
    assert Manifest.load(tmp_path / "manifest.json").film == film
    make_manifest({}).save(tmp_path / "old.json")
    old = json.loads((tmp_path / "old.json").read_text())
    del old["film"]
    (tmp_path / "old.json").write_text(json.dumps(old))
    assert Manifest.load(tmp_path / "old.json").film is None
