"""A person at the workbench: opens the notebooks in JupyterLab, runs them, and decides by clicking.

What a click did is read from disk. The tests go on from each other's work, as a person does, and run in this order.
"""

from __future__ import annotations


def test_smoke(opened, artefacts):
    book = opened("01_character_design")
    book.run_all()
    book.picture(book.output("chosen = studio"), artefacts / "x.png")
