"""What may be wrong with the anchors of the access log: codes of `findings`, in Russian and English."""

from typing import Final

ANCHOR_FINDINGS: Final[dict[str, tuple[str, str]]] = {
    "access-anchor": (
        "Отметка о журнале доступа не продолжает прежнюю.",
        "An anchor of the access log is of no longer log than the one before.",
    ),
    "access-log-cut": (
        "В журнале доступа нет записей, которые были в нём по словам классного журнала.",
        "The access log lacks entries that it had, as the journal says.",
    ),
    "access-log-rewritten": (
        "Журнал доступа не тот, который отмечен в классном журнале.",
        "The access log is another one than the journal says.",
    ),
}
