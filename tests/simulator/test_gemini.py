from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.simulator.gemini import doors

if TYPE_CHECKING:
    from charkit.simulator.workshop import Workshop


def test_no_path_is_hidden_by_a_more_general_one_before_it(workshop: Workshop) -> None:
    paths = [(door.method, door.path) for door in doors(workshop)]
    assert paths.index(("GET", "/{version}/files/{id}:download")) < paths.index(("GET", "/{version}/files/{id}"))
    assert len(set(paths)) == len(paths)
