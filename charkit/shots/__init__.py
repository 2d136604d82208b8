"""What the film must show: an ordered list of shots, in a file that people write.

Invariants: shot ids are unique; who speaks in a shot, or is shown by a clip of it, is in it; once a storyboard is
loaded with its cast, every character it names is in the cast and has the outfit it is to wear.
"""

from charkit.shots.shot import Aspect, Dialogue, Framing, InShot, Resolution, Shot, ShotClip
from charkit.shots.storyboard import Storyboard

__all__ = ["Aspect", "Dialogue", "Framing", "InShot", "Resolution", "Shot", "ShotClip", "Storyboard"]
