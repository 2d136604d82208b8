"""The adapters: one file per wire format, chosen by a table of data and loaded when first asked for.

Adding one is a file that satisfies `base.Provider` and a row in `ADAPTERS`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, cast

from charkit.errors import UnknownName

if TYPE_CHECKING:
    from collections.abc import Callable

    from charkit.providers.base import Connection, Provider

ADAPTERS = {
    "by-hand": "charkit.providers.by_hand:ByHand",
    "gemini-image-turns": "charkit.providers.gemini_image_turns:GeminiImageTurns",
    "gemini-images": "charkit.providers.gemini_images:GeminiImages",
    "gemini-judge": "charkit.providers.gemini_judge:GeminiJudge",
    "gemini-omni": "charkit.providers.gemini_omni:GeminiOmni",
    "openai-images": "charkit.providers.openai_images:OpenAIImages",
    "openai-judge": "charkit.providers.openai_judge:OpenAIJudge",
    "openai-videos": "charkit.providers.openai_videos:OpenAIVideos",
    "vertex-veo": "charkit.providers.vertex_veo:VertexVeo",
}
"""Wire format -> where its adapter stands."""


def connect(protocol: str, connection: Connection) -> Provider:
    """Return the adapter for a wire format, connected to an endpoint.

    Raises:
        UnknownName: no adapter speaks that protocol.
        UnsupportedRequest: the key belongs to another surface.
    """
    from charkit.providers.surfaces import check_key

    try:
        module, _, name = ADAPTERS[protocol].partition(":")
    except KeyError:
        raise UnknownName("wire format", protocol, ADAPTERS) from None
    check_key(connection)
    adapter = cast("Callable[[Connection], Provider]", getattr(importlib.import_module(module), name))
    return adapter(connection)
