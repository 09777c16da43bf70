"""The register of printed forms (events.md, "Printed forms"): numbers, scopes, what is certified or void.

Whether paper says what its content says, no log can tell; `verify.print_code` binds paper to an entry.
"""

import json
from typing import TYPE_CHECKING, Final

from verify.disclosures import OF_PRINTS
from verify.entry import ACTOR, AT, DATA, Groups
from verify.events import unescape
from verify.state import ClassGroup, Course, Period, Stream
from verify.table import cell

if TYPE_CHECKING:
    from verify.replay import Replay

_SCOPES: Final = {
    b"class_page": ["course", "period"],
    b"summary_sheet": ["class_group"],
    b"corrections": ["period"],
    b"substitutions": ["month"],
    b"conformity": [],
    b"papers": [],
    b"student_page": ["period", "class_group", "student"],
    b"attendance": ["class_group", "month"],
    b"lesson_plan": ["course"],
}
_ISSUED, _CERTIFIED, _VOIDED = ("выдана".encode(), "заверена".encode(), "снята".encode())
_KINDS: Final = {
    b"class_page": "страница журнала".encode(), b"summary_sheet": "сводная ведомость".encode(),
    b"corrections": "исправления".encode(), b"substitutions": "замещения".encode(),
    b"conformity": "соответствие регламенту".encode(), b"papers": "реестр бумажного архива".encode(),
    b"student_page": "табель ученика".encode(), b"attendance": "посещаемость класса".encode(),
    b"lesson_plan": "календарный план".encode(),
}  # fmt: skip
_REASONS: Final = {
    b"spoiled": "испорчена".encode(), b"lost": "утрачена".encode(), b"wrong_scope": "не о том".encode(),
    b"superseded": "заменена".encode(), b"other": "иное".encode(),
}  # fmt: skip
# Kinds of paper that the forms of a kind lie in; others lie in `other`, which takes all.
_PAPER: Final = {
    b"class_page": b"class_journal", b"summary_sheet": b"summary_sheet", b"corrections": b"corrections",
    b"substitutions": b"substitutions",
}  # fmt: skip
_YES_NO: Final = {b"true": "да".encode(), b"false": "нет".encode()}


class Prints:
    """The sheets of a school: which were issued, and what became of them."""

    def __init__(self, replay: "Replay") -> None:
        self._replay = replay
        self._find = replay.find
        self._issued: dict[bytes, tuple[bytes, bytes | None, bytes | None]] = {}
        self._of: dict[bytes, tuple[bytes | None, bytes | None]] = {}
        self._certified: dict[bytes, bytes] = {}
        self._voided: dict[bytes, bytes] = {}
        self._number = 0
        self._disclosed: set[int] = set()

    def sheet_issued(self, stream: Stream, index: int, groups: Groups) -> None:
        """Take a form into the register: the next number, a scope that goes with its kind, no later position."""
        digests, group, course, kind, month, number, pages, period, position, sheet, student = groups[DATA]
        scope = b" ".join(one for one in (course, period, group, month, student) if one)
        self._row(index, groups, _ISSUED, sheet, number, _KINDS[kind], scope, position, pages)
        if self._replay.school and stream.id != self._replay.school:
            self._find("stream-kind", b"prints/" + self._replay.school, stream.key)
        self._replay.disclose(index, json.loads(digests), OF_PRINTS)
        if sheet in self._issued:
            self._find("recorded-twice", "a sheet once", sheet, field_name="data.sheet")
        if int(number) != self._number + 1 and (self._number or not stream.is_partial):
            self._find("print-register", self._number + 1, number, field_name="data.number")
        self._number = int(number)
        if self._replay.disclosures.known(json.loads(digests)):
            self._disclosed.add(self._number)
        self._issued[sheet] = kind, period, month
        self._of[sheet] = course, group
        if not 1 <= int(position) <= index:
            self._find("evidence-size", f"from 1 to {index}", position, field_name="data.position")
        given = {"course": course, "period": period, "class_group": group, "month": month, "student": student}
        wanted = _SCOPES[kind]
        if [name for name, value in given.items() if value is not None] != wanted:
            self._find("print-register", ", ".join(wanted) or "no scope", kind, field_name="data.kind")
        else:
            self._check_scope(course, period, group, student)

    def _check_scope(
        self, course: bytes | None, period: bytes | None, group: bytes | None, student: bytes | None
    ) -> None:
        """Look up what a form is of; a page's period is one of the class's, its student was in the class then."""
        of_class = None if group is None else self._replay.made(b"class", group, "class_group")
        made = None if period is None else self._replay.made(b"period", period, "period")
        of = None if course is None else self._replay.made(b"course", course, "course")
        if isinstance(of, Course):
            of_class = of.group
        if not (isinstance(made, Period) and isinstance(of_class, ClassGroup)):
            return
        # In a range that begins later they may be known by their ids alone.
        if made.grades and of_class.grade and (made.year != of_class.year or of_class.grade not in made.grades):
            self._find("print-register", "a period of the class", made.key, field_name="data.period")
        elif student is not None and made.grades and not self._replay.start:
            stays = of_class.roster.get(self._replay.person(student, "student", b"student"), ())
            if not any(one.starts_on <= made.ends_on and made.starts_on <= (one.ends_on or b"~") for one in stays):
                self._find("print-register", "a student of the class in the period", student, field_name="data.student")

    def sheet_certified(self, _stream: Stream, index: int, groups: Groups) -> None:
        """Take a certification: by an employee, once, of a sheet that is not void."""
        by, on, office, seal, sheet = groups[DATA]
        who = self._replay.employee(by, "certified_by")
        cells = (who.id, cell(who.name), cell(unescape(office)), on, _YES_NO[seal])
        self._row(index, groups, _CERTIFIED, sheet, b"", b"", b"", b"", b"", *cells)
        self._check_standing(sheet)
        if sheet in self._certified:
            self._find("recorded-twice", "a sheet certified once", sheet, field_name="data.sheet")
        self._certified[sheet] = b"%b: %b, %b" % (on, who.name, unescape(office))

    def sheet_voided(self, _stream: Stream, index: int, groups: Groups) -> None:
        """Take a sheet out of the register; its number stays taken."""
        basis, reason, sheet = groups[DATA]
        cells = (b"", b"", b"", b"", b"", _REASONS[reason], cell(unescape(basis)))
        self._row(index, groups, _VOIDED, sheet, b"", b"", b"", b"", b"", *cells)
        self._check_standing(sheet)
        self._voided[sheet] = unescape(basis)

    def standing(self, sheet: bytes) -> tuple[bytes, bytes]:
        """Say of a sheet who certified it and when, and why it is void; empty where nobody did and it is not."""
        return self._certified.get(sheet, b""), self._voided.get(sheet, b"")

    def check_printed(self, sheet: bytes, condition: bytes, period: bytes | None, month: bytes | None) -> None:
        """Judge a form that a printout consists of: issued, not void, of the printout's period or month."""
        self._check_standing(sheet, "sheets")
        issued = self._issued.get(sheet)
        if issued is not None and condition != b"archive" and issued != (condition, period, month):
            self._find("printout-scope", "a form of what was printed", sheet, field_name="data.sheets")

    def check_filed(self, sheet: bytes, kind: bytes, group: bytes | None) -> None:
        """Judge a form that lies in a paper of a kind and class: issued, not void, of these."""
        self._check_standing(sheet, "sheets")
        if sheet not in self._issued or kind == b"other":
            return
        course, of = self._of[sheet]
        if course is not None:
            # In a range that begins later the course may not be known.
            made = self._replay.streams.get(b"course/" + course)
            of = made.group.id if isinstance(made, Course) and made.group is not None else group
        if _PAPER.get(self._issued[sheet][0]) != kind or of != group:
            self._find("paper-register", "a form of what the paper is", sheet, field_name="data.sheets")

    def check_erased(self, numbers: list[int] | range) -> None:
        """Judge the forms whose keys went with somebody's values: of the register, sorted, none disclosed here."""
        is_known = not numbers or numbers[-1] <= self._number
        among = numbers if isinstance(numbers, range) else set(numbers)
        is_sorted = among is numbers or numbers == sorted(among)
        if not is_sorted or (not is_known and not self._replay.start):
            self._find("erasure", f"sorted numbers up to {self._number}", len(numbers), field_name="data.sheets")
        if shown := {number for number in self._disclosed if number in among}:
            self._find("erased-disclosed", "no disclosure of the form", min(shown), field_name="data.sheets")

    def _check_standing(self, sheet: bytes, field: str = "sheet") -> None:
        """Report a sheet that was not issued or is void; in a range that begins later it may have been before."""
        if sheet in self._voided or (sheet not in self._issued and not self._replay.start):
            self._find("print-register", "a sheet that was issued and not voided", sheet, field_name="data." + field)

    def _row(self, index: int, groups: Groups, action: bytes, *cells: bytes) -> None:
        rest = [b""] * (13 - len(cells))
        self._replay.tables.plain("prints", index, [groups[AT], action, *cells, *rest, groups[ACTOR]])
