"""Looking at pictures with weights that a person has: finding faces, and making vectors of faces and of figures.

What is not there (the weights, OpenCV) gives `unknown` with how to get it, never a "no".
"""

from charkit.vision.encoding import CCIP, DINOV2_S, Encoder, Recipe
from charkit.vision.faces import FRONT, PERHAPS, SURE, Face, FaceFinder, Faces
from charkit.vision.recognising import FaceRecogniser

__all__ = [
    "CCIP",
    "DINOV2_S",
    "FRONT",
    "PERHAPS",
    "SURE",
    "Encoder",
    "Face",
    "FaceFinder",
    "FaceRecogniser",
    "Faces",
    "Recipe",
]
