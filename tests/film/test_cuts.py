from __future__ import annotations

import pytest
from pydantic import ValidationError

from charkit.errors import BadDocument, StorageError, UsageError
from charkit.film import Cut, CutList
from charkit.store import Store

DIGEST = "sha256:" + "ab" * 32


def test_a_cut_list_reads_back_what_it_wrote(tmp_path):
    cuts = CutList(title="The Lantern", cuts=(Cut(shot="S01", clip=DIGEST), Cut(shot="S02", take=2, file="own.mp4")))
    cuts.save(tmp_path / "cuts.yaml")
    again = CutList.load(tmp_path / "cuts.yaml")
    assert (again.title, again.cuts) == (cuts.title, cuts.cuts)
    assert (tmp_path / "cuts.yaml").read_text().startswith("# The cuts of the film, in order.")


def test_a_list_that_was_read_keeps_the_files_comments_when_it_is_saved_again(tmp_path):
    path = tmp_path / "cuts.yaml"
    path.write_text("title: A\ncuts:\n  - {shot: S01, file: a.mp4}   # the best of three\n")
    cuts = CutList.load(path)
    cuts.model_copy(update={"title": "B"}).save(path)
    assert path.read_text() == "title: B\ncuts:\n  - {shot: S01, file: a.mp4}   # the best of three\n"
    assert CutList.load(path).beside("a.mp4") == cuts.beside("a.mp4") == tmp_path / "a.mp4"


def test_a_persons_words_for_points_are_in_and_out(tmp_path):
    (tmp_path / "cuts.yaml").write_text("title: A\ncuts:\n  - {shot: S01, file: a.mp4, in: 0.5, out: 2}\n")
    cut = CutList.load(tmp_path / "cuts.yaml").cuts[0]
    assert (cut.start, cut.end) == (0.5, 2.0)
    CutList(title="A", cuts=(cut,)).save(tmp_path / "again.yaml")
    assert "in: 0.5" in (tmp_path / "again.yaml").read_text()


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{shot: S01}", "needs one of: clip"),
        ("{shot: S01, file: a.mp4, in: 3, out: 2}", "before it begins"),
        ("{shot: S01, file: a.mp4, taek: 2}", "take"),  # the nearest key is offered
        ("{shot: S01, clip: abc}", "clip"),
    ],
)
def test_a_wrong_entry_is_named_with_its_line(tmp_path, entry, said):
    path = tmp_path / "cuts.yaml"
    path.write_text(f"title: A\ncuts:\n  - {entry}\n")
    with pytest.raises(BadDocument, match=said) as caught:
        CutList.load(path)
    assert caught.value.line == 3


def test_an_empty_cut_list_is_refused():
    with pytest.raises(ValidationError, match="at least one cut"):
        CutList(title="A", cuts=())


def test_clips_are_found_beside_the_list_and_in_the_store(tmp_path):
    store = Store(tmp_path / "store")
    stored = store.put(b"a clip", ".mp4")
    (tmp_path / "cuts.yaml").write_text(
        f"cuts:\n  - {{shot: S01, file: own.mp4}}\n  - {{shot: S02, clip: {stored.digest}}}\n"
    )
    cuts = CutList.load(tmp_path / "cuts.yaml")
    assert [cuts.locate(cut, store) for cut in cuts.cuts] == [tmp_path / "own.mp4", stored.path]


def test_a_clip_that_is_nowhere_is_an_error(tmp_path):
    cuts = CutList(cuts=(Cut(shot="S01", clip=DIGEST),))
    with pytest.raises(StorageError):
        cuts.locate(cuts.cuts[0], Store(tmp_path))
    with pytest.raises(UsageError, match="no store was given"):
        cuts.locate(cuts.cuts[0], None)


def test_it_shows_itself_in_one_line_and_as_a_table():
    cuts = CutList(title="The Lantern", cuts=(Cut(shot="S01", clip=DIGEST), Cut(shot="S02", take=2, file="own.mp4")))
    shown = cuts._repr_mimebundle_()
    assert shown["text/plain"] == "CutList('The Lantern': S01/1, S02/2)"
    assert "own.mp4" in shown["text/html"]


def test_a_transition_may_be_one_word_and_cut_says_that_there_is_none(tmp_path):
    path = tmp_path / "cuts.yaml"
    path.write_text(
        "cuts:\n  - {shot: A, file: a.mp4, transition: dissolve}\n  - {shot: B, file: b.mp4, transition: cut}\n"
        "  - {shot: C, file: c.mp4, transition: {kind: dip, seconds: 1, colour: '#fff000'}}\n"
        "  - {shot: D, file: d.mp4}\n"
    )
    cuts = CutList.load(path)
    assert [cut.transition and (cut.transition.kind, cut.transition.seconds) for cut in cuts.cuts] == [
        ("dissolve", 0.5),
        None,
        ("dip", 1.0),
        None,
    ]
    cuts.save(tmp_path / "again.yaml")
    assert CutList.load(tmp_path / "again.yaml").cuts == cuts.cuts


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{shot: A, file: a.mp4, transition: swirl}", "swirl|dissolve"),
        ("{shot: A, file: a.mp4, transition: {seconds: 0}}", "greater than 0"),
        ("{shot: A, card: {text: The End}, in: 1}", "neither in nor out"),
        ("{shot: A, card: {text: The End}, file: a.mp4}", "needs one of"),
        ("{shot: A, file: a.mp4, transition: dissolve}", "nothing follows A"),
        ("{shot: A, file: a.mp4, sound_lead: -1}", "sound_lead"),
        ("{shot: A, file: a.mp4, out: .inf}", "cuts\\[0\\].out: input should be a finite number"),
        ("{shot: A, file: a.mp4, in: .nan}", "cuts\\[0\\].in: input should be"),
    ],
)
def test_what_cannot_be_cut_that_way_is_said_with_its_place(tmp_path, entry, said):
    path = tmp_path / "cuts.yaml"
    path.write_text(f"cuts:\n  - {entry}\n")
    with pytest.raises(BadDocument, match=said):
        CutList.load(path)


def test_a_card_has_no_clip_to_locate(tmp_path):
    cuts = CutList(cuts=(Cut.model_validate({"shot": "END", "card": {"text": "The End"}}),))
    with pytest.raises(UsageError, match="is a card"):
        cuts.locate(cuts.cuts[0], None)
    assert "card: The End" in cuts._repr_mimebundle_()["text/html"]
