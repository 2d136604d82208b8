"""The plan: for every shot its route, bound references, price and warnings, made before any money is spent.

Invariants: a plan names only routes that are live on its day; it holds the exact words and the digests of the exact
bytes that a request will carry; what a route cannot carry is said here, or the plan is refused.
"""

from charkit.plan.choosing import plan_film, ways_of
from charkit.plan.decisions import Approval, ApprovedShot, ChosenRoute, RouteChoices
from charkit.plan.records import PassedOver, Plan, PlannedShot
from charkit.plan.ways import Ways
from charkit.plan.wording import prompt_on

__all__ = [
    "Approval",
    "ApprovedShot",
    "ChosenRoute",
    "PassedOver",
    "Plan",
    "PlannedShot",
    "RouteChoices",
    "Ways",
    "plan_film",
    "prompt_on",
    "ways_of",
]
