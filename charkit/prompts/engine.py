"""How the words of a template are filled: jinja2 in its sandbox, and where in the file something went wrong."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from charkit.character import ended

if TYPE_CHECKING:
    from jinja2 import Environment
    from jinja2 import Template as Compiled

__all__ = ["HEADER", "body", "compiled", "environment", "line_of_error", "sentence"]

HEADER = re.compile(r"\A---\n(?P<yaml>.*?\n)---\n", re.DOTALL)
"""The part of a template file that declares its slots."""
_IN_TEMPLATE = "<template>"
"""What jinja2 calls the file of a template that was given as a string."""


def body(source: str) -> str:
    """Return the words below the header, on the lines on which they stand in the file."""
    return HEADER.sub(lambda header: "\n" * header[0].count("\n"), source)


def line_of_error(error: Exception) -> int | None:
    """Return the line of the template in which filling it failed; jinja2 writes it into the traceback."""
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == _IN_TEMPLATE:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


@lru_cache(maxsize=64)
def compiled(source: str) -> Compiled:
    """Return the words of a template file, ready to be filled."""
    return environment().from_string(body(source))


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return what reads and fills templates: no code of a template reaches anything."""
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    made = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=False,  # prompts are plain text; HTML is made in charkit.cards
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["sentence"] = sentence
    return made


def sentence(text: str) -> str:
    """Return text as one line that ends like a sentence; the filter `sentence` of templates."""
    return ended(" ".join(text.split()))
