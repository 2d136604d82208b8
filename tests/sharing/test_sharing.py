"""What is given away, and what never is."""

from __future__ import annotations

import hashlib
import json
import subprocess
import zipfile
from pathlib import Path

import pytest

from charkit.character import read_bundle
from charkit.errors import UsageError, WouldLeak
from charkit.manifest import Manifest

NOTEBOOK = "runs/first/notebooks/00_first_film.ipynb"


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_finished_run_goes_into_one_zip_with_all_that_it_takes_to_look_at_it_and_make_it_again(run, tmp_path) -> None:
    shared = run.share(tmp_path / "two.zip")
    found = members(tmp_path / "two.zip")
    wanted = {
        "README.md", "charkit-bundle.json", "checksums.sha256", "environment.json", "ro-crate-metadata.json",
        "characters/ada.char", "productions/two/storyboard.yaml", "productions/two/characters/ada.yaml",
        "productions/two/characters/ada/front.png", "runs/first/film.mp4", "runs/first/report.html",
        "runs/first/manifest.json", "runs/first/plan.json", "runs/first/scorecard.json", "runs/first/takes/A2-t2.mp4",
        NOTEBOOK,
    }  # fmt: skip
    assert wanted <= found.keys()
    assert not [name for name in found if "/." in name or "progress" in name]
    assert {file.path for file in shared.record.files} == found.keys() - {
        "charkit-bundle.json", "checksums.sha256", "ro-crate-metadata.json",
    }  # fmt: skip
    assert "two.zip" in repr(shared)
    assert "Ada&#x27;s ids" in shared._repr_mimebundle_()["text/html"]


def test_the_same_run_gives_the_same_bytes_as_a_folder_too(run, tmp_path) -> None:
    run.share(tmp_path / "one.zip")
    run.share(tmp_path / "other.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "other.zip").read_bytes()
    run.share(tmp_path / "folder")
    there = {p.relative_to(tmp_path / "folder").as_posix(): p for p in (tmp_path / "folder").rglob("*") if p.is_file()}
    assert {name: path.read_bytes() for name, path in there.items()} == members(tmp_path / "one.zip")
    checked = subprocess.run(
        ["sha256sum", "--quiet", "--check", "checksums.sha256"],
        cwd=tmp_path / "folder",
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout
    assert not list(tmp_path.glob(".sharing-*"))


def test_paths_of_this_machine_are_renamed_and_papermills_are_removed(run, tmp_path) -> None:
    shared = run.share(tmp_path / "two.zip")
    found = members(tmp_path / "two.zip")
    for name, data in found.items():
        assert str(run.data).encode() not in data, name
        assert str(tmp_path).encode() not in data, name
    notebook = json.loads(found[NOTEBOOK])
    assert notebook["metadata"]["papermill"]["input_path"] == "00_first_film.ipynb"
    assert notebook["metadata"]["papermill"]["parameters"] == {"production": "productions/two", "live": False}
    assert "environment_variables" not in notebook["metadata"]["papermill"]
    assert notebook["cells"][0]["outputs"][0]["text"][0] == "wrote runs/first/film.mp4\n"
    (cleaned,) = [file for file in shared.record.files if file.path == NOTEBOOK]
    assert cleaned.cleaned == ("papermill's paths removed", "places of the machine renamed")


def test_the_value_of_a_key_stops_it_with_the_files_name_and_never_the_key(run, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("MY_RELAY_TOKEN", "a-token/of&no=shape")
    run.rewrite(f"runs/first/notebooks/{Path(NOTEBOOK).name}", "a table", "asked with a-token/of&no=shape")
    with pytest.raises(WouldLeak, match="MY_RELAY_TOKEN") as refused:
        run.share(tmp_path / "two.zip")
    assert NOTEBOOK in str(refused.value)
    assert "of&no=shape" not in str(refused.value)
    assert not (tmp_path / "two.zip").exists()
    assert not list(tmp_path.glob(".sharing-*"))


def test_a_key_in_the_keyring_or_inside_a_film_is_found_too(run, tmp_path, kept_keys) -> None:
    kept_keys.passwords["charkit", "GEMINI_API_KEY"] = "not-shaped-like-a-key"
    poster = run.folder / "film.poster.jpg"
    poster.write_bytes(b"\xff\xd8\xff\xe1 Exif not-shaped-like-a-key")
    with pytest.raises(WouldLeak, match=r"film\.poster\.jpg: holds the value of GEMINI_API_KEY"):
        run.share(tmp_path / "two.zip")


def test_a_picture_without_a_licence_stays_here_wherever_it_could_be_seen(run, tmp_path) -> None:
    own = (run.home / "characters" / "ada" / "front.png").read_bytes()
    run.rewrite("productions/two/characters/ada.yaml", ", licence: CC-BY-4.0", "")
    shared = run.share(tmp_path / "two.zip")
    found = members(tmp_path / "two.zip")
    assert own not in found.values()
    assert not [name for name in found if name.startswith("store/") or name.endswith(("front.png", "references.json"))]
    (left,) = shared.record.missing
    assert left.digest == f"sha256:{hashlib.sha256(own).hexdigest()}"
    assert "names no licence" in left.why
    assert left.place == "characters/ada/front.png"
    notebook = json.loads(found[NOTEBOOK])
    assert "image/png" not in notebook["cells"][0]["outputs"][1]["data"]
    assert "UklGRg" not in found[NOTEBOOK].decode()
    assert 'alt="Ada"' in notebook["cells"][0]["outputs"][1]["data"]["text/html"]
    assert b"data:image/jpeg" not in found["runs/first/report.html"]
    assert any("pictures inside" in note for note in shared.record.notes)
    (tmp_path / "ada.char").write_bytes(found["characters/ada.char"])
    assert len(read_bundle(tmp_path / "ada.char").files) == 1


def test_ids_of_accounts_stay_here_and_comments_of_the_sheet_go_along(run, tmp_path) -> None:
    run.share(tmp_path / "two.zip")
    sheet = members(tmp_path / "two.zip")["productions/two/characters/ada.yaml"].decode()
    assert "# Ada's sheet" in sheet
    assert "@ada.two" not in sheet
    assert "CC-BY-4.0" in sheet


def test_what_nobody_knows_the_rights_of_is_left_out_by_name(run, tmp_path) -> None:
    (run.folder / "theme.mp3").write_bytes(b"music")
    (run.folder / "elsewhere.json").symlink_to("/etc/hostname")
    left = {one.what: one.why for one in run.share(tmp_path / "two.zip").record.left_out}
    assert "others may do" in left["runs/first/theme.mp3"]
    assert "link" in left["runs/first/elsewhere.json"]


def test_a_film_that_is_not_the_manifests_is_not_given_away(run, tmp_path) -> None:
    (run.folder / "film.mp4").write_bytes(b"another film")
    with pytest.raises(UsageError, match=r"film\.mp4 .* is not what its manifest"):
        run.share(tmp_path / "two.zip")


def test_what_was_edited_since_is_said(run, tmp_path) -> None:
    run.rewrite("productions/two/storyboard.yaml", "the sea at night", "the sea at noon")
    (note,) = [note for note in run.share(tmp_path / "two.zip").record.notes if note.startswith("changed since")]
    assert "storyboard.yaml" in note


def test_a_run_that_is_not_there_or_not_finished_names_those_that_are(run, tmp_path) -> None:
    from charkit.sharing import share

    with pytest.raises(UsageError, match="Finished runs here: first"):
        share("second", tmp_path / "two.zip", data=run.data)
    with pytest.raises(UsageError, match="no run 'second' in a data folder"):
        share("second", tmp_path / "two.zip")


def test_nothing_is_written_over(run, tmp_path) -> None:
    (tmp_path / "two.zip").write_text("mine")
    with pytest.raises(UsageError, match="there already"):
        run.share(tmp_path / "two.zip")
    assert (tmp_path / "two.zip").read_text() == "mine"


def test_crate_environment_and_requests_describe_what_is_in_it(run, tmp_path) -> None:
    record = run.share(tmp_path / "two.zip").record
    found = members(tmp_path / "two.zip")
    graph = json.loads(found["ro-crate-metadata.json"])["@graph"]
    by_id = {entity["@id"]: entity for entity in graph}
    parts = {part["@id"] for part in by_id["./"]["hasPart"]}
    assert parts <= by_id.keys()
    assert parts <= found.keys()
    film = by_id["runs/first/film.mp4"]
    assert film["sha256"] == hashlib.sha256(found["runs/first/film.mp4"]).hexdigest()
    assert film["encodingFormat"] == "video/mp4"
    assert "runs/first/film.mp4" in {one["@id"] for one in by_id["#run"]["result"]}
    told = json.loads(found["environment.json"])
    assert told["versions"]["charkit"]
    assert told["packages"]["pydantic"]
    assert "/" not in json.dumps(told)
    keys = {(one.subject, one.take): one.key for one in record.requests}
    assert {("A1", 1), ("A2", 1), ("A2", 2)} <= keys.keys()
    assert all(key.startswith("request-") for key in keys.values())
    manifest = Manifest.load(run.folder / "manifest.json")
    assert sum(one.charged_usd for one in record.requests) == pytest.approx(manifest.money.charged_usd)
