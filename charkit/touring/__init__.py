"""A walk through what charkit promises, each promise shown by running it; ten minutes with the reading, no key.

scenes     what is shown at each stop, and how it is checked
walking    from stop to stop, in a folder of its own
"""

from charkit.touring.walking import Stop, Tour, walk

__all__ = ["Stop", "Tour", "walk"]
