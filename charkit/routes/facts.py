"""What is known about a route: every fact with its date, its source and how sure it is."""

from __future__ import annotations

import datetime as dt  # noqa: TC003  # pydantic reads annotations at run time
from typing import Annotated, Generic, Literal, NamedTuple, TypeAlias, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from charkit.money import dollars

__all__ = [
    "Confidence",
    "Entry",
    "Fact",
    "Lengths",
    "LikenessPolicy",
    "Price",
    "Region",
    "Size",
    "Sizes",
    "Sourced",
    "Status",
    "Step",
]

T = TypeVar("T")

Confidence: TypeAlias = Literal[
    "vendor page",
    "vendor page (copy)",
    "SDK source",
    "seen with the SDK",
    "third party",
    "computed",
    "convention",
    "claim",
]
"""Where a fact comes from, from the vendor's own word down to a figure that somebody claims without a method."""

Status: TypeAlias = Literal["live", "preview", "deprecated", "shut down", "by hand", "self-hosted", "unclear"]
"""`by hand`: a person makes the clip in an app. `unclear`: sources contradict each other on whether it still answers,
so nothing is sent to it."""

Region: TypeAlias = Literal["EEA", "CH", "UK", "US", "other"]
"""Where a person works, as far as services' rules tell places apart."""


class Entry(BaseModel):
    """A part of a routes file: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Sourced(Entry):
    """Something that is known since a day, from a source."""

    as_of: dt.date
    """The date of the evidence; of reading it, where the evidence bears none."""
    source: Annotated[str, Field(min_length=3)]
    confidence: Confidence
    note: str = ""

    @model_validator(mode="before")
    @classmethod
    def _cited(cls, value: object) -> object:
        if isinstance(value, dict) and "cite" in value:
            raise ValueError(str(value["cite"]))
        return value


class Fact(Sourced, Generic[T]):
    """One thing that is known. What is not established has no fact at all."""

    value: T


class Size(NamedTuple):
    """Pixels of a picture or clip."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


def _pixels(value: object) -> object:
    if isinstance(value, str):
        width, cross, height = value.partition("x")
        if not (cross and width.isdigit() and height.isdigit() and int(width) and int(height)):
            raise ValueError(f"{value!r} is no size; write it as 1280x720")
        return (int(width), int(height))
    return value


Sizes: TypeAlias = dict[str, dict[str, Annotated[Size, BeforeValidator(_pixels)]]]
"""Resolution (360p, 720p, 1K ...) -> aspect (16:9 ...) -> pixels."""


class Lengths(Entry):
    """Clip lengths in whole seconds: a range or a list, and what narrows it."""

    least: int | None = None
    most: int | None = None
    any_of: tuple[int, ...] = ()
    with_references: tuple[int, ...] | None = None
    """The only lengths allowed when references go along."""
    at: dict[str, tuple[int, ...]] = Field(default_factory=dict)
    """The only lengths allowed at a resolution."""

    @model_validator(mode="after")
    def _one_way(self) -> Lengths:
        if bool(self.any_of) == (self.least is not None and self.most is not None):
            raise ValueError("write either `least` and `most`, or a list of lengths under `any_of`")
        return self

    def allowed(self, resolution: str, *, references: bool = False) -> tuple[int, ...]:
        """Return the lengths allowed for a resolution, with or without references, in seconds."""
        lengths = self.any_of or tuple(range(self.least or 0, (self.most or 0) + 1))
        if resolution in self.at:
            lengths = tuple(n for n in lengths if n in self.at[resolution])
        if references and self.with_references is not None:
            lengths = tuple(n for n in lengths if n in self.with_references)
        return lengths

    def __str__(self) -> str:
        return ", ".join(map(str, self.any_of)) + " s" if self.any_of else f"{self.least} to {self.most} s"


class LikenessPolicy(Entry):
    """Whose pictures a route accepts. What is left out is not established, and is warned of instead of refused."""

    photoreal_faces: bool | None = None
    """Whether pictures may show photoreal human faces, also those that a machine made."""
    drawn_faces: bool | None = None
    """Whether pictures may show drawn, animated or rendered human faces; false where any human likeness is refused."""
    real_people: bool | None = None
    """Whether pictures may show people who live or lived; false where some of them are refused."""
    minors: bool | None = None
    """Whether pictures may show minors, in regions that are not named below."""
    minors_not_in: tuple[Region, ...] = ()
    """Regions in which pictures of minors are refused."""

    def __str__(self) -> str:
        words = {
            "photoreal faces": self.photoreal_faces,
            "drawn faces": self.drawn_faces,
            "real people": self.real_people,
            "minors": self.minors,
        }
        said = [f"{what}: {'yes' if allowed else 'no'}" for what, allowed in words.items() if allowed is not None]
        if self.minors_not_in:
            said.append(f"minors: not in {', '.join(self.minors_not_in)}")
        return "; ".join(said) or "nothing is said"


_UNITS = {"second": "/s", "image": "", "clip": " a clip", "million tokens": "/M tokens"}


def _amount(usd: float) -> str:
    """Return cents with two places, fractions of them with as many as they have."""
    return f"{usd:.2f}" if round(usd, 2) == usd else f"{usd:g}"


class Step(Entry):
    """One step of a price per clip."""

    up_to: int
    """Longest clip at this price, in seconds."""
    usd: float = Field(ge=0)


class Price(Entry):
    """What one clip or picture costs, in US dollars."""

    unit: Literal["second", "clip", "image", "million tokens"]
    usd: dict[str, Annotated[float, Field(ge=0)]] = Field(default_factory=dict)
    """Per second or image: by resolution, or by quality where that decides; `any` for one price. Per million tokens:
    `in` and `out`."""
    steps: tuple[Step, ...] = ()
    """Per clip: by length, shortest first."""

    @model_validator(mode="after")
    def _one_table(self) -> Price:
        if (self.unit == "clip") != bool(self.steps) or (self.unit == "clip") == bool(self.usd):
            raise ValueError("a price per clip needs `steps`; a price per second, image or million tokens needs `usd`")
        return self

    def cost(self, *, seconds: int = 0, resolution: str = "any") -> float | None:
        """Return the price of one clip or image in US dollars, or None where the table does not say.

        A price that depends on something other than the resolution (the quality of a picture) counts as its highest
        one, so that a cap is never passed unseen.
        """
        if self.unit == "clip":
            return next((step.usd for step in self.steps if seconds <= step.up_to), None)
        if self.unit == "million tokens":  # how many it takes is known only afterwards
            return None
        by_quality = not any(key[0].isdigit() or key == "any" for key in self.usd)
        unit = max(self.usd.values()) if by_quality else self.usd.get(resolution, self.usd.get("any"))
        if unit is None:
            return None
        return round(unit * seconds, 6) if self.unit == "second" else unit

    @property
    def brief(self) -> str:
        """The price in a few characters, such as `$0.02–0.21/s`: from the cheapest to the dearest."""
        amounts = sorted(step.usd for step in self.steps) or sorted(self.usd.values())
        least, most = (_amount(usd) for usd in (amounts[0], amounts[-1]))
        span = least if least == most else f"{least}–{most}"
        return f"${span}{_UNITS[self.unit]}"

    def __str__(self) -> str:
        if self.unit == "clip":
            return ", ".join(f"{dollars(step.usd)} to {step.up_to} s" for step in self.steps)
        if self.unit == "million tokens":
            return ", ".join(f"${usd:g} {key}" for key, usd in self.usd.items()) + " per million tokens"
        unit = {"second": "/s", "image": " each"}[self.unit]
        return ", ".join(f"${usd:g}{unit}" + ("" if key == "any" else f" at {key}") for key, usd in self.usd.items())
