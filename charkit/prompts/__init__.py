"""The words that go to a route: templates with declared slots, and the locked text inside them.

Templates are text files in `charkit/templates/`. Their first line is a comment that declares the slots; a template that
uses another name, or leaves one unused, is refused when it is loaded. Invariants: a character's locked text stands in
the prompt byte for byte; nothing that a person wrote is read as template; a prompt longer than its route takes is
refused here and never cut.
"""

from charkit.prompts.design import anchor_prompt, view_prompt
from charkit.prompts.template import Prompt, Template, load_template
from charkit.prompts.video import Appearing, video_prompt

__all__ = ["Appearing", "Prompt", "Template", "anchor_prompt", "load_template", "video_prompt", "view_prompt"]
