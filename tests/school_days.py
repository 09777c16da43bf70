"""Where the HTTP tests' school stands: in a zone where it is the middle of the morning as the tests start.

The server's clock is the machine's, and a suite may run for an hour: so far from midnight "yesterday" stays yesterday
for both, at whatever hour somebody runs it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_AHEAD = (10 - datetime.now(UTC).hour + 12) % 24 - 12  # hours before UTC; within what the zones' names go to
ZONE = f"Etc/GMT{-_AHEAD:+d}"  # POSIX signs: -3 is three hours ahead
TODAY = datetime.now(ZoneInfo(ZONE)).date()
YESTERDAY = TODAY - timedelta(days=1)
