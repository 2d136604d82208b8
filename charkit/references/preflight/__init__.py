"""Preflight: what a service would refuse, or what would spoil a shot, found before anything is uploaded.

Every finding has a rule, a level, a picture that proves it and a way round. What nobody could look at (no weights, no
OpenCV, nobody declared it) is `unknown`, never a pass. A person may override a finding with a reason, which is kept and
shown; never a refusal by the service's own terms.
"""

from charkit.references.preflight.looking import Looked, look
from charkit.references.preflight.overrides import Override, Overrides
from charkit.references.preflight.pairs import Resemblance
from charkit.references.preflight.pictured import Domain, Pictured, Sending
from charkit.references.preflight.records import Finding, Level, Preflight, Summary
from charkit.references.preflight.run import preflight

__all__ = [
    "Domain",
    "Finding",
    "Level",
    "Looked",
    "Override",
    "Overrides",
    "Pictured",
    "Preflight",
    "Resemblance",
    "Sending",
    "Summary",
    "look",
    "preflight",
]
