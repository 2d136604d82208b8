"""`/google`: the Gemini Developer API as google-genai 3.x speaks to it, and Veo on Vertex beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.simulator import gemini_content, gemini_files, gemini_interactions, veo
from charkit.simulator.gemini_wire import NO_KEY, WIRE, say

if TYPE_CHECKING:
    from charkit.simulator.wires import Door
    from charkit.simulator.workshop import Workshop

__all__ = ["NO_KEY", "WIRE", "doors", "say"]


def doors(workshop: Workshop) -> list[Door]:
    """Return every door under `/google`; the more particular paths come first."""
    return [
        *gemini_content.doors(workshop),
        *gemini_interactions.doors(workshop),
        *veo.doors(workshop),
        *gemini_files.doors(workshop),
    ]
