"""What will be sent: every picture of a plan or a shot as its route gets it, with its role and what cites it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, overload

from charkit.character import counted
from charkit.errors import MediaError, UsageError
from charkit.providers.base import Role
from charkit.references.clip import ClipReference
from charkit.references.picture import reference_card
from charkit.routes import clip_tag_of, tag_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from charkit.references.picture import Reference
    from charkit.routes import Route

__all__ = ["ContactSheet", "Planned", "SentPicture", "sending"]


_FEW = 10
"""Pictures up to which a page shows them large."""


class Planned(Protocol):
    """What a sheet needs to know of a planned shot. `charkit.plan.PlannedShot` is one."""

    @property
    def shot(self) -> str:
        """Its id."""

    @property
    def route(self) -> str:
        """The route's name."""

    @property
    def references(self) -> Sequence[Reference]:
        """Its pictures, in the order in which they are sent."""

    @property
    def clips(self) -> Sequence[ClipReference]:
        """Its clips, sent after the pictures."""


@dataclass(frozen=True, kw_only=True)
class SentPicture:
    """One picture, or one clip, of one request."""

    shot: str
    route: str
    place: int
    """Its place among the request's pictures, or among its clips, from 1."""
    tag: str
    """How the prompt cites it; empty where the route's prompts cite no pictures."""
    role: str
    reference: Reference | ClipReference

    @property
    def size(self) -> int:
        """Its bytes."""
        return self.reference.size or self.reference.path.stat().st_size

    @property
    def kind(self) -> str:
        """`picture` or `clip`."""
        return "clip" if isinstance(self.reference, ClipReference) else "picture"

    @property
    def shown(self) -> Path:
        """The picture that shows it: its own file, or the middle still of a clip."""
        one = self.reference
        if isinstance(one, ClipReference):
            return one.stills[len(one.stills) // 2] if one.stills else one.path
        return one.path

    @property
    def said(self) -> tuple[str, str, str]:
        """What a label says of it: who and what, its form, what cites it as what."""
        one = self.reference
        if isinstance(one, ClipReference):
            form = f"{one.width}x{one.height} {one.codec}, {one.seconds:.2f} s, {_weight(self.size)}"
            return f"{one.name}, clip {one.origin}", form, f"{self.tag or 'no tag'}, {self.role}"
        form = f"{one.width}x{one.height} {one.media_type.removeprefix('image/').upper()}, {_weight(self.size)}"
        return f"{one.name}, {one.view}", form, f"{self.tag or 'no tag'}, {self.role}"


@dataclass(frozen=True, eq=False)
class ContactSheet(Sequence[SentPicture]):
    """The contact sheet of what will be sent."""

    items: tuple[SentPicture, ...] = ()
    title: str = ""

    def of(self, shot: str) -> ContactSheet:
        """Return the part of one shot."""
        return ContactSheet(tuple(one for one in self.items if one.shot == shot), self.title)

    @property
    def size(self) -> int:
        """Bytes of all requests together, before any encoding of the wire."""
        return sum(one.size for one in self.items)

    def jpeg(self, *, columns: int = 5, cell_width: int = 240, quality: int = 88) -> bytes:
        """Return the sheet as one JPEG, pictures in the order in which they are sent.

        Raises:
            UsageError: nothing is sent.
            BadReference: a picture is gone.
        """
        from charkit.media.images import encode_jpeg, fit, open_upright
        from charkit.media.previews import contact_sheet

        if not self.items:
            raise UsageError("no pictures go out, so there is no sheet of them")
        cells = []
        for one in self.items:
            picture = open_upright(one.shown)
            scale = min(1.0, 2 * cell_width / max(picture.size))
            small = fit(picture, max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
            cells.append(("\n".join((f"{one.shot}, {one.kind} {one.place}", *one.said, f"to {one.route}")), small))
        title = f"{self.title or 'What will be sent'}\n{self._summary}"
        return encode_jpeg(contact_sheet(cells, columns=columns, title=title, cell_width=cell_width), quality=quality)

    def save(self, path: Path | str) -> Path:
        """Write the sheet as JPEG.

        Raises:
            UsageError: nothing is sent.
        """
        from charkit.documents import replace_file

        replace_file(Path(path), self.jpeg())
        return Path(path)

    @property
    def _summary(self) -> str:
        shots = len({one.shot for one in self.items})
        clips = sum(one.kind == "clip" for one in self.items)
        also = f" and {counted(clips, 'clip')}" if clips else ""
        pictures = counted(len(self.items) - clips, "picture")
        return f"{pictures}{also} for {counted(shots, 'shot')}, {_weight(self.size)}"

    @overload
    def __getitem__(self, index: int) -> SentPicture: ...
    @overload
    def __getitem__(self, index: slice) -> ContactSheet: ...
    def __getitem__(self, index: int | slice) -> SentPicture | ContactSheet:
        return ContactSheet(self.items[index], self.title) if isinstance(index, slice) else self.items[index]

    def __len__(self) -> int:
        return len(self.items)

    def __repr__(self) -> str:
        return f"<ContactSheet: {self._summary}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        return {"text/plain": repr(self), "text/html": _shown(self)}


def sending(
    planned: Iterable[Planned], routes: Mapping[str, Route], *, title: str = "", role: Role = Role.CHARACTER
) -> ContactSheet:
    """Return what will be sent for some planned shots.

    Args:
        planned: The shots, each bound to a route: a `Plan`, or some of its shots.
        routes: The routes by name.
        title: A heading for the sheet.
        role: What the pictures are for.
    """
    found = []
    for shot in planned:
        style = routes[shot.route].tags if shot.route in routes else "none"
        found += [
            SentPicture(
                shot=shot.shot,
                route=shot.route,
                place=index + 1,
                tag=tag_of(style, index),
                role=str(role),
                reference=reference,
            )
            for index, reference in enumerate(shot.references)
        ]
        found += [
            SentPicture(
                shot=shot.shot,
                route=shot.route,
                place=index + 1,
                tag=clip_tag_of(style, index),
                role=str(role),
                reference=clip,
            )
            for index, clip in enumerate(shot.clips)
        ]
    return ContactSheet(tuple(found), title)


def _weight(size: int) -> str:
    return f"{size / 1e6:.2f} MB" if size >= 1e6 else f"{size / 1e3:.1f} kB"


def _shown(sheet: ContactSheet) -> str:
    """Return the sheet as its picture and a table; without the picture where one is gone."""
    import base64

    from charkit.cards import Html, grid, table

    rows = [
        [one.shot, f"{one.kind} {one.place}", one.tag or "–", one.role, *one.said[:2], one.route] for one in sheet.items
    ]
    columns = ["shot", "which", "tag", "role", "shows", "form", "route"]
    told = table(columns, rows, caption=sheet._summary)  # noqa: SLF001  # its own module
    if not sheet.items:
        return told
    try:
        few = len(sheet) <= _FEW  # a page carries it
        picture = sheet.jpeg(cell_width=240 if few else 150, quality=80 if few else 65)
        data = base64.b64encode(picture).decode("ascii")
    except (UsageError, MediaError, OSError):  # a display must not raise; the table says what is known
        cards = [reference_card(one.reference) for one in sheet.items if not isinstance(one.reference, ClipReference)]
        return Html(str(grid(cards)) + told)
    return Html(f'<img alt="what will be sent" src="data:image/jpeg;base64,{data}" style="max-width: 100%">{told}')
