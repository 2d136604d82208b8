"""What a studio can be asked about its scores beside asking for them; the other verbs stand in `room`."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from charkit.errors import UsageError
from charkit.scoring import Scorecard
from charkit.scoring.calibration import Calibrations, calibrate_cast
from charkit.scoring.sensitivity import check_sensitivity
from charkit.studio.panel import calibrated_panel, panel_for
from charkit.studio.wiring import Wiring

if TYPE_CHECKING:
    from charkit.scoring.sensitivity import Sensitivity
    from charkit.studio.room import Studio

__all__ = ["ScoreVerbs", "check_run", "score_run"]


class ScoreVerbs(Wiring):
    """Lines and ceilings of `Studio`'s scores."""

    def calibrate(self, *, strangers: bool = True) -> Calibrations:
        """Set each scorer's line on this run's own cast, and measure how far a perfect character gets.

        Takes are judged against the references of other characters (wrong pairs), second halves of takes against first
        halves (right pairs), and pasted figures against both; by the palette, and by every recogniser whose weights are
        held and that was made for somebody in the cast. A cast of fewer than ten keeps the stock lines. Later calls of
        `score` use what was found. Costs time, no money.

        Args:
            strangers: Also paste figures into the takes' own backgrounds: the hardest wrong pairs.

        Raises:
            UsageError: There is no take yet.
        """
        evidence = [entry for entry in self._evidence(self.takes()) if entry.character]
        if not evidence:
            raise UsageError("there is no take with a character yet; shoot first, then calibrate")
        able, without = calibrated_panel(self.cast.values())
        with (
            self._working("calibrate", len(able)) as stage,
            tempfile.TemporaryDirectory(prefix="charkit-halves-") as folder,
        ):
            found = calibrate_cast(
                evidence, able, Path(folder), strangers=strangers, without=without, on_progress=stage.step
            )
        found.save(self._calibration_file)
        card = self.place.folder / "scorecard.json"
        if card.is_file():  # whoever reads it sees the line that holds
            found.over(Scorecard.load(card)).save(card)
        return found

    def check_scorers(self) -> Sensitivity:
        """Put changed takes before every scorer that costs nothing, and say which of them notice. Makes nothing.

        Raises:
            UsageError: There is no take with a character yet.
        """
        evidence = [entry for entry in self._evidence(self.takes()) if entry.character]
        if not evidence:
            raise UsageError("there is no take with a character yet; shoot first, then check the scorers")
        with self._working("check scorers"):
            return check_sensitivity(evidence, lambda: panel_for(self.cast.values()))

    def calibration(self) -> Calibrations | None:
        """Return what `calibrate` found in this run; None before."""
        file = self._calibration_file
        return Calibrations.load(file) if file.is_file() else None

    def _own_lines(self) -> Calibrations:
        """Return this run's own lines; none before they were set."""
        return self.calibration() or Calibrations()

    def scored(self) -> Scorecard | None:
        """Return what was scored last, as it is on disk; nothing is measured. None where nothing was scored yet."""
        file = self.place.folder / "scorecard.json"
        return self._decided(self._own_lines().over(Scorecard.load(file))) if file.is_file() else None

    def _decided(self, card: Scorecard) -> Scorecard:
        """Return a card that chooses takes as a person decided."""
        said = self.decisions.all()
        return card.decided(
            starred=[key for key, one in said.items() if one.starred],
            rejected=[key for key, one in said.items() if one.verdict == "rejected"],
        )

    @property
    def _calibration_file(self) -> Path:
        return self.place.folder / "calibration.json"

    # ------------------------------------------------------------------ what the studio brings


def score_run(production: Path | str, *, run: str = "run", calibrated: bool = False) -> Scorecard:
    """Score what a run has, without making anything: what `charkit score` calls.

    Args:
        production: Its folder.
        run: The run's name.
        calibrated: Also set the line on the run's own cast and measure the ceiling; what was found before is used in
            any case.

    Raises:
        UsageError: There is no such run, or it has no take.
    """
    studio = _opened(production, run)
    if calibrated:
        studio.calibrate()
    return studio.score(studio.takes())


def check_run(production: Path | str, *, run: str = "run") -> Sensitivity:
    """Say which scorers notice what, on what a run has: what `charkit score --check` calls.

    Raises:
        UsageError: There is no such run, or it has no take with a character.
    """
    return _opened(production, run).check_scorers()


def _opened(production: Path | str, run: str) -> Studio:
    """Return the studio of a run that has takes.

    Raises:
        UsageError: There is no such run, or it has no take.
    """
    from charkit.studio.opening import open_studio
    from charkit.workspace import Workspace

    place = Workspace.locate(production, run)
    if not (place.folder / "takes.json").is_file():
        runs = place.runs("takes.json")
        known = f"Runs with takes: {', '.join(runs)}." if runs else "No run has takes yet."
        raise UsageError(f"run {run!r} of {place.home.name} has no takes to score. {known}")
    return open_studio(production, run=run)
