"""Sharing a run, and running again what somebody shared.

gathering     what of a run goes along, and what stays here and why
licences      which references may go
cleaning      notebooks, pages and records without places of this machine
leaks         keys and places that are left, which stop it all
environment   which programs made it
crate         the RO-Crate description
bundles       the bundle's own record, its checksums; folder or zip, in and out
packing       one bundle in the making
sharing       the call that does it all
reproducing   another person's call: check, run again, compare
comparing     what differs between two runs
streams       by what two films differ
"""

from charkit.sharing.bundles import BundleRecord, LeftOut, SharedFile
from charkit.sharing.comparing import Aspect, Reproduction
from charkit.sharing.reproducing import reproduce
from charkit.sharing.sharing import Shared, share

__all__ = ["Aspect", "BundleRecord", "LeftOut", "Reproduction", "Shared", "SharedFile", "reproduce", "share"]
