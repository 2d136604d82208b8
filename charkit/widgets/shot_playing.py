"""The part of the shot board that plays takes: in step, with their worst frames, boxes on demand, stars by key."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from charkit.errors import UsageError
from charkit.widgets.clip_boxes import FRAMES, Boxed, find_boxes, looks_of
from charkit.widgets.player import Clip, Player
from charkit.widgets.shot_work import ShotWork
from charkit.widgets.thumbs import Thumbs

if TYPE_CHECKING:
    from pathlib import Path

    from charkit.shots import Shot
    from charkit.studio.room import Studio
    from charkit.widgets.shot_view import TakeView

__all__ = ["ShotPlaying"]


class ShotPlaying(ShotWork):
    """A board that can play."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.thumbs = Thumbs(studio.place.folder / ".thumbs")
        """Small pictures of takes."""
        self.playing: tuple[tuple[str, int], ...] = ()
        """Shot and number of the takes that are played."""
        self.player = Player(on_choice=self._chosen)
        self.boxes_button = self.button(
            "find boxes",
            self._find_boxes,
            tooltip="Draw faces and characters on the clips that are played",
            disabled=True,
        )

    @abstractmethod
    def decided(self) -> None:
        """Read decisions again, and show them."""

    def play_beside(self, view: TakeView) -> str:
        """Play a take beside the one of its shot that was played last, or else the one that the cut list chooses."""
        others = {one.key: one for one in self._views if one.take.subject == view.take.subject and one.take.ok}
        before = [key for key in self.playing if key in others and key != view.key]
        chosen = [key for key, one in others.items() if one.chosen and key != view.key]
        beside = (before[-1:] or chosen or [key for key in others if key != view.key])[:1]
        return self.play([*(others[key] for key in beside), view])

    def play(self, found: list[TakeView]) -> str:
        """Play takes of one shot in step.

        Raises:
            UsageError: more than fit side by side.
            UnreadableMedia: one of them cannot be read; what was played goes on.
        """
        clips = [self._clip(view) for view in found]
        self.playing = tuple(view.key for view in found)
        self.boxes_button.disabled = not found
        starred = [str(place) for place, view in enumerate(found, start=1) if view.decision.starred]
        self.player.show(*clips, winner=starred[0] if len(starred) == 1 else "")
        self.decided()
        return f"{' and '.join(view.take.id for view in found)}: click into the picture, then keys"

    def _find_boxes(self) -> None:
        playing, clips = self.playing, self.player.clips
        shots = {shot.id: shot for shot in self._studio.storyboard.each()}

        async def work() -> None:
            found = [
                await self.in_thread(partial(_boxes, clip.path, shots.get(shot)))
                for clip, (shot, _) in zip(clips, playing, strict=True)
            ]
            if self.playing == playing:  # nobody went on to another shot
                boxed = [replace(clip, boxes=one.boxes) for clip, one in zip(clips, found, strict=True)]
                self.player.show(*boxed, winner=self.player.winner, at=self.player.time)
            problems = dict.fromkeys(problem for one in found for problem in one.problems)
            count = sum(bool(box.label) for one in found for box in one.boxes)
            self.say(
                "; ".join([f"{count} boxes in {len(clips) * FRAMES} frames", *problems]), "warn" if problems else "ok"
            )

        self.start(work())
        self.say("looking for faces and characters …", "busy")

    def _clip(self, view: TakeView) -> Clip:
        if view.take.path is None:
            raise UsageError(f"{view.take.id} has no clip")
        return Clip.of(view.take.path, label=view.take.id, marks=view.marks, poster=self.thumbs.of(view.take))

    def _chosen(self, which: str) -> str:
        """Star the take that was chosen in the player; the others of the pair lose their stars."""
        said = self._studio.decisions
        for place, (shot, number) in enumerate(self.playing, start=1):
            if str(place) == which:
                said.star(shot, number)
            elif said.of(shot, number).starred:
                said.star(shot, number, on=False)
        self.decided()
        self.changed()
        shot, number = self.playing[int(which or 1) - 1]
        return f"{shot}, take {number} is starred" if which else f"no take of {shot} that is played is starred"


def _boxes(clip: Path, shot: Shot | None) -> Boxed:
    return find_boxes(clip, looks_of(shot, clip) if shot is not None else ())
