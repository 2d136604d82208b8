"""Reads and writes the files that people and programs keep: YAML to edit, JSON to exchange.

YAML is 1.2 (`on: no` is text, not a pair of booleans), every document is checked against a pydantic model,
and whatever is wrong is said with file, line and the nearest thing that would be right. Writing never leaves
a half file under the final name, and keeps the comments of a YAML file that was there before.
"""

from charkit.documents.files import (
    check_place,
    read_json,
    read_yaml,
    replace_file,
    whole_file,
    write_json,
    write_yaml,
)
from charkit.documents.holding import held

__all__ = ["check_place", "held", "read_json", "read_yaml", "replace_file", "whole_file", "write_json", "write_yaml"]
