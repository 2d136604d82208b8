"""What the linter reads of a storyboard and its shots: the words, and nothing else of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from charkit.prompts.video import ShotWords

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["BoardShot", "BoardWords"]


class _InShot(Protocol):
    @property
    def name(self) -> str:
        """Who."""

    @property
    def wardrobe(self) -> str:
        """In which outfit."""


class BoardShot(ShotWords, Protocol):
    """What the linter reads of a shot. `charkit.shots.Shot` is one."""

    @property
    def seconds(self) -> int:
        """Its length."""

    @property
    def route(self) -> str | None:
        """The route that a person chose."""

    @property
    def characters(self) -> Sequence[_InShot]:
        """Its cast."""

    @property
    def allow(self) -> Mapping[str, str]:
        """Rules that a person allows here, each with the reason."""


class BoardWords(Protocol):
    """What the linter reads of a storyboard. `charkit.shots.Storyboard` is one."""

    @property
    def title(self) -> str:
        """The film's."""

    @property
    def style(self) -> str:
        """The style line of every prompt."""

    @property
    def language(self) -> str:
        """Of the dialogue."""

    @property
    def route(self) -> str | None:
        """The route of shots that name none."""

    @property
    def allow(self) -> Mapping[str, str]:
        """Rules that a person allows everywhere, each with the reason."""

    @property
    def file(self) -> Path | None:
        """Where it was read from."""

    @property
    def shots(self) -> Sequence[BoardShot]:
        """The shots in order."""
