"""The words that go to a route: templates with declared slots, and the locked text inside them.

Templates are text files in `charkit/templates/`; a production may have its own in a folder `prompts`. Each begins with
a header that declares its slots; one that uses another name, or leaves one unused, is refused when it is loaded.
Invariants: a character's locked text stands in the prompt byte for byte; nothing that a person wrote is read as
template; a prompt longer than its route takes is refused here and never cut.
"""

from charkit.prompts.design import anchor_prompt, view_prompt
from charkit.prompts.followup import Look, describe_prompt, edit_prompt, extension_prompt, judge_prompt, pair_prompt
from charkit.prompts.library import Templates
from charkit.prompts.template import Filled, Prompt, Slot, Template
from charkit.prompts.video import Appearing, video_prompt

__all__ = [
    "Appearing",
    "Filled",
    "Look",
    "Prompt",
    "Slot",
    "Template",
    "Templates",
    "anchor_prompt",
    "describe_prompt",
    "edit_prompt",
    "extension_prompt",
    "judge_prompt",
    "pair_prompt",
    "video_prompt",
    "view_prompt",
]
