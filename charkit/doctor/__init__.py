"""Whether everything is there that charkit needs, and what to do where it is not.

checkup     what was found, in words
programs    Python, packages, codecs, notebooks, browser, fonts
services    keys, routes, weights
places      settings, disks, ledger
"""

from charkit.doctor.checkup import Check, Checkup, doctor

__all__ = ["Check", "Checkup", "doctor"]
