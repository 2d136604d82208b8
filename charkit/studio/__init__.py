"""The one object a notebook opens."""

from charkit.studio.opening import open_desk, open_studio, route_matrix
from charkit.studio.room import Studio

__all__ = ["Studio", "open_desk", "open_studio", "route_matrix"]
