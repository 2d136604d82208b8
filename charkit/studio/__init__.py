"""The one object a notebook opens."""

from charkit.studio.opening import open_desk, open_studio, route_matrix
from charkit.studio.prompting import lint_production
from charkit.studio.room import Studio
from charkit.studio.score_verbs import check_run, score_run

__all__ = ["Studio", "check_run", "lint_production", "open_desk", "open_studio", "route_matrix", "score_run"]
