"""The one error tree of the write side.

Every error that may reach a person says what is wrong and where, in words without personal values. Delivery code maps
classes, never messages: `Refused` is a rule of the school, `Conflict` asks for a fresh look, `NodeReadOnly` and
`OutcomeUnknown` speak of the machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eventsourcing.persistence import IntegrityError, OperationalError

if TYPE_CHECKING:
    from ledger.log import Receipt


LOCAL_ACT: Final = "local_act"
"""A rule on which the regulation is silent: the school's local act has to say it."""
LOG: Final = "log"
"""A rule of the log itself and no school's: forms of values, ids that exist once, one school to a log."""


class LetopisError(Exception):
    """Base of every error that this package raises on purpose."""


class Refused(LetopisError):
    """A rule of the journal refuses the command; nothing was written.

    Its text is the message with its values filled in, in English. Delivery code says it in other languages: `rule`
    and `message` together are what a translation is found by.

    Attributes:
        rule: name of the rule, snake_case, stable: clients may depend on it.
        message: what it says, with ``{names}`` where values stand; never made at run time.
        clause: where the rule comes from: a clause of the regulation, such as ``2.1``, `LOCAL_ACT` or `LOG`.
        where: the field of the command that is at fault, such as ``marks[3].value``; empty where no single field is.
        values: name -> value: numbers, words of ours, several words of which one is meant; never what a person typed.
    """

    def __init__(self, rule: str, message: str, *, clause: str, where: str = "", **values: int | str | tuple[str, ...]):
        words = {name: " or ".join(value) if isinstance(value, tuple) else value for name, value in values.items()}
        super().__init__(message.format_map(words))
        self.rule = rule
        self.message = message
        self.clause = clause
        self.where = where
        self.values = values


class Conflict(LetopisError, IntegrityError):
    """Another command moved a stream that this one had read or meant to write; decide again on fresh state.

    Attributes:
        stream: the stream that moved; empty where the log as a whole did (`Command.expected_size`).
    """

    def __init__(self, stream: str, message: str) -> None:
        super().__init__(message)
        self.stream = stream


class AlreadyRecorded(LetopisError):
    """A command with this key and digest was recorded before; `receipt` is its answer, for ever the same."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__("this command was recorded before")
        self.receipt = receipt


class KeyReused(LetopisError):
    """The idempotency key belongs to a command with another body."""


class NodeReadOnly(LetopisError, OperationalError):
    """This node met an I/O error on a commit and takes no appends until a full verification has passed."""


class OutcomeUnknown(LetopisError, OperationalError):
    """The connection was lost around COMMIT: ask `find_receipt` by the command's key before you answer."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


class LedgerInUse(LetopisError):
    """Another server holds this ledger's lock."""


class LedgerDamaged(LetopisError):
    """Stored bytes do not say what their hashes say.

    Attributes:
        code: short stable name of the finding, such as ``chain_broken``.
        index: leaf index of the first entry at fault, or None.
    """

    def __init__(self, code: str, message: str, *, index: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.index = index
