"""The command line `letopis`.

Progress goes to standard error and only to a terminal; what a command found goes to standard output, with ``--json`` as
one JSON object. Exit codes:

    0  done, or verified
    1  a finding, or refused by a rule
    2  wrong usage
    3  could not be checked, or not available now

Modules that a command needs are imported when it runs, so that ``--help`` answers at once.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Entry point of the console script."""
    from api.cli.app import run

    sys.exit(run(sys.argv[1:]))
