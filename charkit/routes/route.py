"""One way to make a shot or a picture: endpoint, model, capabilities, price, lifecycle."""

from __future__ import annotations

import datetime as dt  # noqa: TC003  # pydantic reads annotations at run time
from typing import Literal, TypeAlias

from pydantic import Field, field_validator, model_validator

from charkit.errors import RouteClosed, UnsupportedRequest
from charkit.routes.facts import Entry, Fact, Lengths, LikenessPolicy, Price, Size, Sizes, Sourced, Status
from charkit.routes.intake import ClipLimits, PictureLimits, TagStyle
from charkit.routes.limits import Limits

__all__ = ["Capabilities", "Endpoint", "Kind", "Route", "TagStyle"]

Kind: TypeAlias = Literal["video", "image", "judge"]
"""What a route makes: clips, pictures, or a judgement of them."""

_MOUNTS = {
    "openai-videos": "/openai/v1",
    "openai-images": "/openai/v1",
    "gemini-omni": "/google",
    "gemini-images": "/google",
    "gemini-image-turns": "/google",
    "gemini-judge": "/google",
    "openai-judge": "/openai/v1",
    "vertex-veo": "/google",
}
"""Where the simulator speaks a wire format."""

_DIALECT_MOUNTS = {
    "muse": "/muse/v1",
    "openrouter": "/openrouter/v1",
    "vllm-omni": "/vllm/v1",
    "sglang": "/sglang/v1",
    "new-api": "/newapi/v1",
}
"""Where it speaks a dialect of one."""


class Endpoint(Sourced):
    """Where requests go, with which key, in which wire format."""

    name: str = ""
    protocol: str
    """The wire format: a key of `charkit.providers.ADAPTERS`."""
    base_url: str = Field(pattern=r"^https?://\S+$")
    key: str = ""
    """The *name* of the environment variable that holds the key, never the key; empty where none is needed."""
    dialect: str = ""
    limits: Limits = Limits()
    """How much it may be asked at once, as far as that is established."""
    simulator: str = ""
    """Where the simulator speaks the same wire format; found from the protocol where it is left out."""

    @field_validator("key")
    @classmethod
    def _a_variable(cls, value: str) -> str:
        named = value.isascii() and value.isidentifier() and value == value.upper()
        if value and not named:  # the message never repeats it
            raise ValueError(
                "must be the NAME of an environment variable, such as MY_GATEWAY_KEY, never the key itself"
            )
        return value

    @model_validator(mode="before")
    @classmethod
    def _mounted(cls, value: object) -> object:
        if isinstance(value, dict) and not value.get("simulator"):
            mount = _DIALECT_MOUNTS.get(str(value.get("dialect"))) or _MOUNTS.get(str(value.get("protocol")), "")
            return {**value, "simulator": mount}
        return value


class Capabilities(Entry):
    """What a route can carry. A fact that is left out is not established; code treats it as unsupported."""

    seconds: Fact[Lengths] | None = None
    sizes: Fact[Sizes] | None = None
    references: Fact[dict[str, int]] | None = None
    """How many pictures per role (`character`, `object`, `style`, `any`) one request may carry."""
    per_character: Fact[int] | None = None
    """How many pictures of one character one request may carry, where that is fewer than all of them."""
    subjects: Fact[int] | None = None
    """How many different characters the pictures of one request may show."""
    pictures: Fact[PictureLimits] | None = None
    """What a reference picture must be like."""
    frames: Fact[PictureLimits] | None = None
    """What a first or last frame must be like."""
    clips: Fact[ClipLimits] | None = None
    """What a clip must be like that goes along as a reference."""
    character_clip: Fact[ClipLimits] | None = None
    """What a clip must be like from which the service makes a character."""
    tags: Fact[TagStyle] | None = None
    characters: Fact[int] | None = None
    """How many character ids one request may name."""
    first_frame: Fact[bool] | None = None
    last_frame: Fact[bool] | None = None
    edit: Fact[bool] | None = None
    extension: Fact[bool] | None = None
    seed: Fact[bool] | None = None
    sound: Fact[bool] | None = None
    negative_prompt: Fact[bool] | None = None
    prompt_limit: Fact[int] | None = None
    """The longest prompt, in characters."""
    prompt_tokens: Fact[int] | None = None
    """The longest prompt, in the service's tokens, where it says so."""
    faces: Fact[str] | None = None
    """The route's policy about faces and likeness."""
    likeness: Fact[LikenessPolicy] | None = None
    """The same as far as the planner can weigh it."""
    regions: Fact[str] | None = None
    results_kept: Fact[str] | None = None
    """How long a result can be fetched."""


class Route(Entry):
    """One way to make a shot or a picture."""

    name: str
    endpoint: str
    model: str
    kind: Kind
    status: Fact[Status]
    opens: Fact[dt.date] | None = None
    ends: Fact[dt.date] | None = None
    """The first day on which it does not answer any more."""
    replacement: Fact[str] | None = None
    """What to use instead: the name of a route, or words."""
    capabilities: Capabilities = Capabilities()
    price: Fact[Price] | None = None
    """Nothing is sent over a route without a price."""
    claimed: Fact[str] | None = None
    """How well it is *claimed* to keep a character, by whom; never a measurement."""

    def state(self, on: dt.date) -> str:
        """Return the status on a day: the recorded one, or `shut down` or `not open yet` by its dates."""
        if self.ends is not None and on >= self.ends.value:
            return "shut down"
        if self.opens is not None and on < self.opens.value:
            return "not open yet"
        return self.status.value

    def live(self, on: dt.date) -> bool:
        """Whether requests may be sent to it on a day."""
        return self.state(on) in {"live", "preview", "deprecated", "self-hosted"}

    def check_open(self, on: dt.date) -> None:
        """Refuse a route that cannot be used on a day.

        Raises:
            RouteClosed: past its end.
            UnsupportedRequest: not open yet, or nobody knows whether it still answers.
        """
        state = self.state(on)
        if state == "unclear":
            raise UnsupportedRequest(
                f"whether route {self.name!r} still answers is not established",
                rule=self.status.note or "its sources contradict each other",
                nearest=self.replacement.value if self.replacement else "",
                source=self.status.source,
            )
        if state == "shut down":
            ended = self.ends.value.isoformat() if self.ends else "a date that is not known"
            raise RouteClosed(self.name, ended, self.replacement.value if self.replacement else "")
        if state == "not open yet" and self.opens is not None:
            raise UnsupportedRequest(
                f"route {self.name!r} opens on {self.opens.value}", source=self.opens.source, rule=f"today is {on}"
            )

    def size(self, resolution: str, aspect: str) -> Size | None:
        """Return the pixels for a resolution and an aspect, or None where the route does not offer them."""
        sizes = self.capabilities.sizes
        return sizes.value.get(resolution, {}).get(aspect) if sizes else None

    def lengths(self, resolution: str, *, references: bool = False) -> tuple[int, ...]:
        """Return the clip lengths it makes, in whole seconds."""
        seconds = self.capabilities.seconds
        return seconds.value.allowed(resolution, references=references) if seconds else ()

    def max_references(self, role: str = "character") -> int:
        """Return how many pictures of a role one request may carry."""
        references = self.capabilities.references
        if references is None:
            return 0
        return references.value.get(role, references.value.get("any", 0))

    @property
    def picture_limits(self) -> PictureLimits:
        """What a reference picture must be like; nothing is asked where nothing is established."""
        return self.capabilities.pictures.value if self.capabilities.pictures else PictureLimits()

    @property
    def frame_limits(self) -> PictureLimits:
        """What a first or last frame must be like; as a reference picture where nothing else is established."""
        return self.capabilities.frames.value if self.capabilities.frames else self.picture_limits

    @property
    def max_per_character(self) -> int | None:
        """How many pictures of one character one request may carry, where that is limited."""
        return self.capabilities.per_character.value if self.capabilities.per_character else None

    @property
    def max_subjects(self) -> int | None:
        """How many different characters one request's pictures may show, where that is limited."""
        return self.capabilities.subjects.value if self.capabilities.subjects else None

    @property
    def max_characters(self) -> int:
        """How many character ids one request may name."""
        return self.capabilities.characters.value if self.capabilities.characters else 0

    @property
    def tags(self) -> TagStyle:
        """How its prompts refer to pictures and characters."""
        return self.capabilities.tags.value if self.capabilities.tags else "none"

    @property
    def takes_seed(self) -> bool:
        """Whether it honours a seed."""
        return bool(self.capabilities.seed and self.capabilities.seed.value)

    @property
    def sound(self) -> bool | None:
        """Whether its clips have sound; None where that is not established."""
        return self.capabilities.sound.value if self.capabilities.sound else None

    def cost(self, *, seconds: int = 0, resolution: str = "any") -> float:
        """Return the price of one clip or picture in US dollars.

        Raises:
            UnsupportedRequest: no price is known for this, so nothing may be sent.
        """
        usd = self.price.value.cost(seconds=seconds, resolution=resolution) if self.price else None
        if usd is None:
            what = f"{seconds} s at {resolution}" if self.kind == "video" else f"a picture at {resolution}"
            raise UnsupportedRequest(
                f"route {self.name!r} has no known price for {what}",
                rule="nothing is sent without a price",
                nearest=str(self.price.value) if self.price else "write one into your own routes file",
                source=self.price.source if self.price else "",
            )
        return usd

    def __repr__(self) -> str:
        return f"<Route {self.name}: {self.model} at {self.endpoint}, {self.status.value}>"

    __str__ = __repr__

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002
        from charkit.routes.show import route_card

        return {"text/plain": repr(self), "text/html": route_card(self)}
