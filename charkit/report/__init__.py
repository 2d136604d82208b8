"""The report: one self-contained page that shows a film and everything behind it, made to be shared."""

from __future__ import annotations

from charkit.report.page import strip, write_report
from charkit.report.records import (
    Claim,
    Report,
    ReportCharacter,
    ReportData,
    ReportReference,
    ReportShot,
    ReportSpending,
    ReportTake,
)

__all__ = [
    "Claim",
    "Report",
    "ReportCharacter",
    "ReportData",
    "ReportReference",
    "ReportShot",
    "ReportSpending",
    "ReportTake",
    "strip",
    "write_report",
]
