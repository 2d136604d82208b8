"""What a studio can be asked about its scores beside asking for them; the other verbs stand in `room`."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from charkit.errors import UsageError
from charkit.scoring import GrabCut, PaletteScorer, Scorecard
from charkit.scoring.calibration import Calibration, calibrate, cast_pairs, of_controls, split_halves
from charkit.scoring.controls import make_controls
from charkit.scoring.sensitivity import check_sensitivity
from charkit.studio.panel import panel_for
from charkit.studio.wiring import Wiring

if TYPE_CHECKING:
    from charkit.scoring.sensitivity import Sensitivity
    from charkit.studio.room import Studio

__all__ = ["ScoreVerbs", "check_run", "score_run"]


class ScoreVerbs(Wiring):
    """Lines and ceilings of `Studio`'s scores."""

    def calibrate(self, *, strangers: bool = True) -> Calibration:
        """Set the palette's line on this run's own cast, and measure how far a perfect character gets.

        Takes are judged against the references of other characters (wrong pairs), second halves of takes against first
        halves (right pairs), and pasted figures against both. A cast of fewer than ten keeps the stock line. Later
        calls of `score` use what was found. Costs time, no money.

        Args:
            strangers: Also paste figures into the takes' own backgrounds: the hardest wrong pairs.

        Raises:
            UsageError: There is no take yet.
        """
        evidence = [entry for entry in self._evidence(self.takes()) if entry.character]
        if not evidence:
            raise UsageError("there is no take with a character yet; shoot first, then calibrate")
        with self._working("calibrate"), tempfile.TemporaryDirectory(prefix="charkit-halves-") as folder:
            wrong, right = (
                cast_pairs(evidence, PaletteScorer),
                split_halves(evidence, PaletteScorer, GrabCut(), Path(folder)),
            )
            pasted = of_controls(make_controls(evidence, PaletteScorer)) if strangers else ((), ())
        facts = PaletteScorer().facts
        found = calibrate(
            (*wrong, *pasted[0]),
            axis=facts.axis,
            scorer=f"{facts.name} {facts.version}",
            stock=PaletteScorer().threshold,
            genuine=(*right, *pasted[1]),
        )
        found.save(self._calibration_file)
        card = self.place.folder / "scorecard.json"
        if card.is_file():  # whoever reads it sees the line that holds
            Scorecard.load(card).under(found).save(card)
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

    def calibration(self) -> Calibration | None:
        """Return what `calibrate` found in this run; None before."""
        file = self._calibration_file
        return Calibration.load(file) if file.is_file() else None

    def _calibrated(self, card: Scorecard) -> Scorecard:
        """Return a card under this run's own line; verdicts follow from the scores, nothing is measured again."""
        found = self.calibration()
        return card if found is None else card.under(found)

    def scored(self) -> Scorecard | None:
        """Return what was scored last, as it is on disk; nothing is measured. None where nothing was scored yet."""
        file = self.place.folder / "scorecard.json"
        return self._decided(self._calibrated(Scorecard.load(file))) if file.is_file() else None

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
