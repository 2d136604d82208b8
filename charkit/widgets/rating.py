"""One blinded question after the other: two pictures, three buttons, every answer on disk at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charkit.cards import Html, grid
from charkit.cards import card as shown_card
from charkit.scoring.people import ANSWERS
from charkit.widgets.board import Board

if TYPE_CHECKING:
    import ipywidgets

    from charkit.scoring.people import Answer, HumanCheck, Question

__all__ = ["RatingPanel"]


class RatingPanel(Board):
    """Asks a rater. Tab goes from button to button, Enter or space answers; closing the notebook loses nothing.

    What a saved notebook shows without a kernel is the question as it stood, as pictures and words.
    """

    def __init__(self, check: HumanCheck, rater: str) -> None:
        """Set up the panel.

        Args:
            check: The questions.
            rater: Whose answers these are; names the file.

        Raises:
            MissingDependency: ipywidgets is not installed.
            UsageError: the name cannot be a file's.
        """
        super().__init__()
        self.check = check
        self.rater = rater
        self._asked: Question | None = None
        self._given: list[Question] = []
        self._words = self.widgets.HTML()
        self._pictures = self.widgets.HTML()
        self.buttons = {said: self._button(said) for said in ANSWERS}
        self.back = self.button("back", self.undo, tooltip="Answer the last question again", width="80px")
        self.fill(self._words, self._pictures, self.widgets.HBox([*self.buttons.values(), self.back]))
        self._show(check.next_for(rater))

    def _button(self, said: Answer) -> ipywidgets.Button:
        return self.button(said, lambda: self.answer(said), tooltip=f"The two pictures: {said}", width="148px")

    @property
    def done(self) -> int:
        """How many questions are answered."""
        return len(self.check.rating(self.rater).answers)

    def answer(self, said: Answer) -> None:
        """Answer the question that is shown, as its button does, and show the next one."""
        if self._asked is None:
            return
        self.check.answer(self.rater, self._asked.id, said)
        self._given.append(self._asked)
        self._show(self.check.next_for(self.rater))

    def undo(self) -> None:
        """Show the question that was answered last again; its answer stands until another one is given."""
        if self._given:
            self._show(self._given.pop())

    def _show(self, question: Question | None) -> None:
        self._asked = question
        for button in self.buttons.values():
            button.disabled = question is None
        self._words.value = self._line()
        self._pictures.value = self._sides()

    def _line(self) -> str:
        count = len(self.check.questions)
        if self._asked is None:
            return f"Thank you: all {count} questions are answered."
        return (
            f"Question {self.done + 1} of {count}: is it the same character? Look at who it is, not at pose or light."
        )

    def __repr__(self) -> str:
        return f"RatingPanel({self.rater}: {self.done} of {len(self.check.questions)} answered)"

    def _sides(self) -> Html:
        if self._asked is None:
            return Html("")
        # The alternative text says which picture it is, never what it shows.
        sides = (("the one", self._asked.left), ("the other", self._asked.right))
        return grid(
            [shown_card(side, picture=picture, picture_type="image/jpeg", width=240) for side, picture in sides]
        )

    def still(self) -> Html:
        """Return the question as it stands, for pages without a kernel."""
        answers = f"<p>Answers: {', '.join(ANSWERS)}.</p>" if self._asked else ""
        return Html(f"<p>{self._line()}</p>" + self._sides() + answers)
