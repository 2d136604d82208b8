"""By hand: a person pastes the prompt into an app, and the finished clip comes back in as a file.

There is no wire. `submit` hands over the clip that the person brought, or says what is to be done; so a clip that was
made by hand goes the same way as any other: intent, price, digest, take, score.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from charkit.errors import Rejected, UnsupportedRequest
from charkit.providers.base import Answer, Billing, Outcome, SentField, VideoRequest
from charkit.providers.limits import cannot_cancel, check_earlier
from charkit.providers.video_form import text_digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from charkit.providers.base import Blob, Connection, Listed, Request

_SOURCE = "a person makes it in an app"


class ByHand:
    """A person, with the clip that they made or without one."""

    cancels = False

    def __init__(
        self, connection: Connection, clip: Blob | None = None, provenance: Mapping[str, str] | None = None
    ) -> None:
        self.connection = connection
        self._clip = clip
        self._provenance = dict(provenance or {})

    def submit(self, request: Request) -> Answer:
        """Return the clip that the person brought.

        Raises:
            UnsupportedRequest: there is none yet, or the request carries what no prompt can.
        """
        _check(request)
        if self._clip is None:
            raise UnsupportedRequest(
                "nobody made this clip yet",
                rule="what is made by hand is pasted into an app and brought back",
                nearest="`charkit by-hand prompt`, then `charkit by-hand import`",
                source=_SOURCE,
            )
        return Answer(
            outcome=Outcome.SUCCEEDED,
            model=self._provenance.get("app", ""),
            billing=Billing.NOT_CHARGED,  # what the app asked for is between it and the person
            media=(self._clip,),
            sent=_cited(request),
            raw=json.dumps({"by hand": self._provenance}, ensure_ascii=False, sort_keys=True),
        )

    def poll(self, remote_id: str) -> Answer:
        """Refuse: nothing runs anywhere.

        Raises:
            Rejected: always.
        """
        raise Rejected("nothing runs by hand", endpoint=self.connection.endpoint, remote_id=remote_id)

    def fetch(self, remote_id: str) -> Iterator[bytes]:
        """Refuse: the clip came with the answer.

        Raises:
            Rejected: always.
        """
        raise Rejected("bring the clip again", endpoint=self.connection.endpoint, remote_id=remote_id)

    def recent(self, limit: int = 50) -> list[Listed] | None:  # noqa: ARG002  # the protocol's own name
        """Return None: nobody keeps a list."""
        return None

    def cancel(self, remote_id: str) -> Answer:
        """Refuse: there is nothing to stop; see `base.Provider.cancel`."""
        del remote_id
        raise cannot_cancel("an app used by hand", rule="nothing runs at any service", source=_SOURCE)


def _check(request: Request) -> None:
    if not isinstance(request, VideoRequest):
        raise UnsupportedRequest("pictures are not made by hand", source=_SOURCE)
    if request.references or request.seed is not None:
        raise UnsupportedRequest(
            "an app takes no reference pictures and no seed from here",
            rule="who is in the clip is said by their handles",
            source=_SOURCE,
        )
    check_earlier(request, source=_SOURCE)


def _cited(request: Request) -> tuple[SentField, ...]:
    known = request.characters if isinstance(request, VideoRequest) else ()
    return tuple(
        SentField(field="prompt", name=who.id, digest=text_digest(who.id), role="character", character=who.name)
        for who in known
    )
