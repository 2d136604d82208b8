"""`/v1/videos/characters`: reusable subjects learnt from a clip (reference openai-video-wire 2.1 and 2.5)."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from charkit.errors import CharkitError
from charkit.simulator.briefs import Known
from charkit.simulator.faults import Fault
from charkit.simulator.intake import FilePart, Refused
from charkit.simulator.jobs import Character
from charkit.simulator.openai_wire import WIRE
from charkit.simulator.wires import Door, Said

if TYPE_CHECKING:
    from charkit.simulator.intake import Arrival
    from charkit.simulator.workshop import Workshop

MOST = 2
"""Characters that one video takes."""


def doors(workshop: Workshop) -> list[Door]:
    """Return the doors for characters."""
    desk = _Desk(workshop)
    return [
        Door(path="/videos/characters", method="POST", handler=desk.create_character),
        Door(path="/videos/characters/{id}", method="GET", handler=desk.get_character),
    ]


def cited(workshop: Workshop, arrival: Arrival, prompt: str) -> tuple[Known, ...]:
    """Return the characters of a create request that take effect: those whose names the prompt says verbatim.

    Raises:
        Refused: too many, or an id that does not exist.
    """
    entries = arrival.fields.branches("characters")
    if len(entries) > MOST:
        raise Refused(f"At most {MOST} characters are allowed.", code="array_above_max_length", param="characters")
    known = []
    for entry in entries:
        character = _found(workshop, entry.text("id"), status=400)
        if character.name in prompt:
            known.append(Known(name=character.name, look=character.look))
        else:
            # Documented: the id alone does nothing. The real service says nothing either, so only the record does.
            arrival.notes.append(f"character {character.id} ignored: {character.name!r} is not in the prompt")
    return tuple(known)


class _Desk:
    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    async def create_character(self, arrival: Arrival) -> Response:
        fields = arrival.fields
        name, part = fields.text("name"), fields.values.get("video")
        if not 1 <= len(name) <= 80:
            raise Refused("'name' must have 1 to 80 characters.", code="invalid_value", param="name")
        if not isinstance(part, FilePart):
            raise Refused("Missing required parameter: 'video'.", code="missing_required_parameter", param="video")
        if self._workshop.faults.meet(arrival, WIRE, name) is not Fault.NONE:
            raise Refused("Upload may depict a realistic human. Please try again without humans in the frame.")
        clip = self._workshop.shelf.input(self._workshop.shelf.put(part.data))
        try:
            check_character_clip(*await self._workshop.renderer.measure(clip))
            look = await self._workshop.renderer.learn(clip)
        except CharkitError as problem:
            raise Refused(f"Invalid video file: {problem}", code="invalid_video", param="video") from None
        made = Character(id=f"char_{secrets.token_hex(12)}", name=name, look=look, created=time.time())
        self._workshop.jobs.keep_character(made)
        return JSONResponse(_character(made))

    async def get_character(self, arrival: Arrival) -> Response:
        return JSONResponse(_character(_found(self._workshop, arrival.path_part("id"), status=404)))


def check_character_clip(width: int, height: int, seconds: float) -> None:
    """Refuse a clip outside the documented limits: 2 to 4 s, 16:9 or 9:16, 720p to 1080p.

    Args:
        width: in pixels.
        height: in pixels.
        seconds: length; a tenth is granted, for containers round up to the end of a frame or sound packet.
    """
    if not 1.9 <= seconds <= 4.1:
        raise Refused(f"The video must last 2 to 4 seconds, not {seconds:.1f}.", code="invalid_value", param="video")
    short, long = sorted((width, height))
    if not 720 <= short <= 1080 or abs(long / short - 16 / 9) > 0.02:
        raise Refused(f"The video must be 16:9 or 9:16 at 720p to 1080p, not {width}x{height}.", param="video")


def _found(workshop: Workshop, character_id: str, *, status: int) -> Character:
    found = workshop.jobs.character(character_id)
    if found is None:
        raise Refused(f"No character found with id '{character_id}'.", status=status, param="characters")
    return found


def _character(character: Character) -> Said:
    return {"id": character.id, "name": character.name, "created_at": int(character.created)}
