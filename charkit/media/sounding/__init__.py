"""The sound of a film: clips laid under their pictures, music under them, one loudness, encoded once.

```
score (what is heard when) ──> mixed ──> music, ducked ──> measured ──> one gain, peaks limited if need be ──> AAC
```

Sound goes through in blocks of a second; where it has to be measured before it can be levelled it waits on disk. Memory
does not grow with the film. All of it happens beside the work on the picture.
"""

from charkit.media.sounding.bed import Bed
from charkit.media.sounding.copying import Copied, check_copyable
from charkit.media.sounding.encoding import Encoded, SoundLane, encoded
from charkit.media.sounding.levelling import CEILING, Levelled
from charkit.media.sounding.loudness import Loudness, Meter, measure
from charkit.media.sounding.mixing import mixed
from charkit.media.sounding.pieces import Score, SoundCut, SoundPiece, score
from charkit.media.sounding.plan import SoundPlan
from charkit.media.sounding.track import Sounded, Sounding, evened, sounded, sounding

__all__ = [
    "CEILING",
    "Bed",
    "Copied",
    "Encoded",
    "Levelled",
    "Loudness",
    "Meter",
    "Score",
    "SoundCut",
    "SoundLane",
    "SoundPiece",
    "SoundPlan",
    "Sounded",
    "Sounding",
    "check_copyable",
    "encoded",
    "evened",
    "measure",
    "mixed",
    "score",
    "sounded",
    "sounding",
]
