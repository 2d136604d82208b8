"""The route matrix: what can be used today, for what, at what price, and how anybody knows.

Adding a route is one entry in `routes.yaml`, or in a file of one's own; adding an endpoint likewise.
"""

from charkit.routes.facts import Fact, Lengths, LikenessPolicy, Price, Region, Size
from charkit.routes.intake import ClipLimits, PictureKind, PictureLimits, TagStyle, clip_tag_of, tag_of
from charkit.routes.limits import Bounds, Limits
from charkit.routes.matrix import RouteMatrix
from charkit.routes.measured import Measured
from charkit.routes.route import Capabilities, Endpoint, Route

__all__ = [
    "Bounds",
    "Capabilities",
    "ClipLimits",
    "Endpoint",
    "Fact",
    "Lengths",
    "LikenessPolicy",
    "Limits",
    "Measured",
    "PictureKind",
    "PictureLimits",
    "Price",
    "Region",
    "Route",
    "RouteMatrix",
    "Size",
    "TagStyle",
    "clip_tag_of",
    "tag_of",
]
