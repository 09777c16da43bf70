"""What the `data` of events about backups looks like (events.md, "Backups")."""

from typing import Final

from verify.fragments import INDEX, MINUTE, ROOT, SOME_TEXT, EventType, event_type, words

_STEPS: Final = rb'"(?:audit|checkpoint|restore|values)"'

BACKUP_EVENTS: Final[tuple[EventType, ...]] = (
    event_type(
        "backup_taken/1", "backup", what=rb'(\["keys"\]|\["ledger"(?:,"vault")?\]|\["vault"\])', size=INDEX, root=ROOT,
        bytes=rb"([1-9][0-9]{0,14})", sha256=ROOT, place=SOME_TEXT,
    ),
    event_type(
        "backup_verified/1", "backup", taken=INDEX, restored_at=MINUTE,
        verdict=words("verified", "finding", "incomplete"), how=rb"(\[" + _STEPS + rb"(?:," + _STEPS + rb"){0,3}\])",
        size_opt=INDEX, root_opt=ROOT,
    ),
)  # fmt: skip
