"""The log's first entry, against what the store says of the log as a whole.

Which clock stamps the entries stands in two places: the store refuses a given moment by its own setting, and readers of
the log believe `school_opened` (verify/spec/events.md). A store that was set to ``sample`` takes made-up times into a
log that promises the server's.
"""

from __future__ import annotations

from typing import Final

from ledger.audit.range import AuditedRecorder, Findings
from ledger.errors import LedgerDamaged
from ledger.wire.entry import parse_entry
from ledger.wire.errors import WireError

_OPENED: Final = "school_opened/1"
_CLOCKS: Final = ("server", "sample")


def compare_clock(findings: Findings, recorder: AuditedRecorder) -> None:
    """Compare the clock that entry 0 states with the store's setting.

    An entry 0 that is missing, cannot be read or opens no school says nothing here: others find it.
    """
    try:
        entries = [parse_entry(raw) for raw in recorder.entries(0, 1)]
    except (LedgerDamaged, WireError):
        return
    for entry in entries:
        stated = entry.data.get("clock")
        if entry.type == _OPENED and stated != recorder.clock:
            found = stated if stated in _CLOCKS else "neither server nor sample"
            findings.add("clock_differs", 0, f"clock {recorder.clock}, as the store is set", f"clock {found}")
