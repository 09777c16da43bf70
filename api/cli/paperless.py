"""The demonstration's evidence under regulation 3.3: what would have to be printed, and what makes it unnecessary.

A witness on the same machine shows how one works. It proves nothing to a stranger: the same hand keeps both.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

from api.cli.console import Console
from api.cli.importing import founder
from api.cli.obliging import format_text
from api.cli.proving import record_timings, timing_line, verify_and_record
from api.cli.watching import answering, make_witness, trust_log
from api.cli.witnesses import OUTCOMES
from api.schools import OpenSchool
from ledger.journal.commands import AppointWitness
from ledger.wire.entry import parse_at
from ledger.wire.note import parse_vkey
from projections.views.obligations import Obligations, obligations

_NAME: Final = "witness.example/demo"


def do_without_paper(console: Console, school: OpenSchool, witness: Path) -> tuple[int, int, str]:
    """Say what must be printed; have a witness cosign, the register asked and the log verified; say what is left.

    Args:
        console: where it is said.
        school: whose quarter is over and closed.
        witness: a folder to make the witness in.

    Returns:
        How many obligations need paper before and after, and the witness's verifier key.

    Raises:
        LetopisError, SettingsError: a step failed.
    """
    # The sample's own day: a demonstration that is run a year later shows the same quarter, and no year that is over.
    today = parse_at(school.recorder.head().at)
    before = _obligations(school, today)
    _say(console, format_text(before))
    vkey = make_witness(witness, _NAME)
    trust_log(witness, parse_vkey(school.signer.vkey))
    with answering(witness) as link:
        appointed = AppointWitness(vkey=vkey, held_by="Свидетель показа", link=link, basis="показ / demonstration")
        school.execute(appointed, founder(school))
        for asked in school.ask_witnesses():
            _say(
                console, f"\nсвидетель / witness {asked.name}: {OUTCOMES[asked.outcome]} ({asked.why}) [{asked.entry}]"
            )
    school.views.catch_up(school.recorder)
    months = [row.scope for row in before.rows if row.condition == "substitutions"]
    for command, entry in record_timings(school, f"{min(months)}-01", f"{max(months)}-01"):
        _say(console, f"замещения / substitutions {timing_line(command, entry)}")
    recorded = verify_and_record(console, school)
    _say(console, f"проверка журнала / the log verified: {recorded['verdict']} [{recorded['entry']}]\n")
    after = _obligations(school, today)
    _say(console, format_text(after))
    return before.required, after.required, vkey


def _obligations(school: OpenSchool, today: datetime) -> Obligations:
    school.views.catch_up(school.recorder)
    return obligations(school.views, now=today)


def _say(console: Console, text: str) -> None:
    console.say("\n".join(f"   {line}" if line else "" for line in text.split("\n")))
