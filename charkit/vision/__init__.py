"""Looking at pictures with weights that a person has: faces today.

What is not there (the weights, OpenCV) gives `unknown` with how to get it, never a "no".
"""

from charkit.vision.faces import FRONT, PERHAPS, SURE, Face, FaceFinder, Faces

__all__ = ["FRONT", "PERHAPS", "SURE", "Face", "FaceFinder", "Faces"]
