"""The picture of a film: what can be copied is copied bit for bit, only what changes is encoded again.

```
pieces ──> layout (where each stands) ──> stretches (copy or render) ──> rendering (both cores) ──> one lane of packets
```

A frame is rendered for one of three reasons: a transition or a change (words, colours) touches it; it stands between an
in point and the next picture that decodes by itself; or it stands before an out point in a group whose order cannot be
cut there. Everything else keeps its packets. The cost therefore grows with the frames that change, not with the film.
"""

from charkit.media.picture.pieces import Change, FrameChange, Join, Layout, Piece, Placed, lay_out
from charkit.media.picture.rendering import Rendered, render
from charkit.media.picture.stretches import Stretch, stretches

__all__ = [
    "Change",
    "FrameChange",
    "Join",
    "Layout",
    "Piece",
    "Placed",
    "Rendered",
    "Stretch",
    "lay_out",
    "render",
    "stretches",
]
