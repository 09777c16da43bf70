"""`print`, `prints`, `certify`, `check-print`: forms on paper that can be proved (regulation 1.1, 3.1)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import uuid4

import orjson

from api.cli.comparing import format_change
from api.cli.console import Console, Exit
from api.cli.importing import founder
from api.cli.looking import look
from api.cli.replaying import class_of, moment_of, position_of
from api.cli.signing import open_to_sign, sign_or_wait
from api.cli.targets import check_free
from api.print_checks import FINDINGS, Checked, check_code, people_of
from api.printing import count_pages, prepare, print_again, scope_of as of_print, whose
from api.retention import PRINT
from api.schools import OpenSchool, open_school
from api.settings import SettingsError
from exports.printing.code import PREFIX, CodeRefused, PrintCode, parse_code
from exports.printing.comparing import Difference, as_text
from exports.printing.forms import Scope
from exports.printing.scan import SCAN_BYTES_MAX, ScanRefused, read_codes
from ledger.durable import create_file
from ledger.errors import LetopisError
from ledger.journal.commands import CertifySheet, VoidSheet
from ledger.journal.vocabulary import PERIOD_WORDS, PRINT_WORDS, VOID_WORDS
from projections.views.lookups import Course, Period, classes, courses, memberships, periods
from projections.views.prints import Print, find_print, prints

_VERDICTS: Final = {"verified": Exit.DONE, "finding": Exit.FINDING, "incomplete": Exit.UNAVAILABLE}
_VERDICT_WORDS: Final = {
    "verified": "ПОДТВЕРЖДЕНО / VERIFIED",
    "finding": "НАЙДЕНЫ РАСХОЖДЕНИЯ / FINDINGS",
    "incomplete": "ПРОВЕРЕНО НЕ ВСЁ / INCOMPLETE",
}
_OPTIONS: Final[Mapping[str, frozenset[str]]] = {
    "class_page": frozenset({"class_name", "subject", "subgroup", "period"}),
    "summary_sheet": frozenset({"class_name"}),
    "corrections": frozenset({"period"}),
    "substitutions": frozenset({"month"}),
    "conformity": frozenset(),
    "papers": frozenset(),
    "student_page": frozenset({"class_name", "period", "student"}),
    "attendance": frozenset({"class_name", "month"}),
    "lesson_plan": frozenset({"class_name", "subject", "subgroup"}),
}
"""Which options choose what a form of each kind is of."""
_EYES: Final = (
    "Код не видит текста на бумаге: сравните её глазами с подлинной формой (--out) или с текстом выше. / "
    "The code does not see the paper's text: compare it by eye with the true form (--out) or the text above."
)


class Chosen(NamedTuple):
    """What the command line chooses a form by."""

    kind: str
    class_name: str | None = None
    subject: str | None = None
    subgroup: str | None = None
    period: str | None = None
    month: str | None = None
    student: str | None = None


def run_print(console: Console, var: Path, chosen: Chosen, position: int | None, out: Path) -> int:
    """Issue a form: keep what it says, record it, have it signed, write its pages.

    Raises:
        SettingsError: an option is missing, names nothing, or does not go with the kind.
        LetopisError: a rule refuses it, or as `api.schools.open_school`.
    """
    check_free(out)
    with open_school(var, background=False) as school:
        as_of = position_of(school, position)
        scope = scope_of(school, chosen, as_of)
        look(school, "print", {}, purpose="print", form="form", **whose(school, scope), as_of=as_of)
        sheet = str(uuid4())
        actor = founder(school)
        made = prepare(school, scope, as_of, sheet, actor)
        school.vault.keep(sheet, PRINT, [made.disclosure.text])
        entry = school.execute(made.command, actor).first_index
        sign_or_wait(console, school)
        pdf = _pages(school, entry)
        # Between the two makings nothing may move: the entry says how many pages were given out.
        if count_pages(pdf) != made.command.pages:
            raise LetopisError(f"форма заняла не столько страниц, сколько внесено / pages differ: entry {entry}")
        issued = find_print(school.read_views(), entry=entry)
    create_file(out, pdf)
    number = issued.number if issued else 0
    content: dict[str, object] = {"entry": entry, "number": number, "sheet": sheet, "pages": made.command.pages}
    console.result(content, f"Форма № {number}, страниц {made.command.pages}, запись {entry}: {out} / form {number}")
    return Exit.DONE


def run_again(console: Console, var: Path, entry: int, out: Path) -> int:
    """Write the pages of a form that was issued, the same bytes as the first time.

    Raises:
        SettingsError: this entry issued no form.
        ContentGoneError: it cannot be made again.
    """
    check_free(out)
    with open_to_sign(var) as school:
        school.views.catch_up(school.recorder)
        issued = _issued(school, entry)
        of = whose(school, of_print(issued))
        look(school, "print", {}, purpose="print", form="form", **of, as_of=issued.position)
        sign_or_wait(console, school)
        pdf = _pages(school, entry)
    create_file(out, pdf)
    console.result({"entry": entry, "pages": count_pages(pdf)}, f"Напечатано снова / printed again: {out}")
    return Exit.DONE


def _pages(school: OpenSchool, entry: int) -> bytes:
    issued = find_print(school.read_views(), entry=entry)
    if issued is None:
        raise SettingsError(f"запись {entry} не о выдаче формы, см. letopis prints / this entry issued no form")
    pdf = print_again(school, issued)
    if pdf is None:
        raise LetopisError("запись ещё не подписана / the entry is not signed yet")
    return pdf


def run_certify(console: Console, var: Path, entry: int, by: str, office: str, on: str, *, seal: bool) -> int:
    """Record who certified the paper of a form.

    Raises:
        SettingsError: this entry issued no form.
        LetopisError: a rule refuses it.
    """
    with open_school(var, background=False) as school:
        issued = _issued(school, entry)
        command = CertifySheet(sheet=issued.sheet, certified_by=by, office=office, certified_on=on, seal=seal)
        made = school.execute(command, founder(school)).first_index
        school.checkpointer.sign()
    console.result({"entry": made}, f"Форма № {issued.number} заверена / certified: запись / entry {made}")
    return Exit.DONE


def run_void(console: Console, var: Path, entry: int, reason: str, basis: str) -> int:
    """Record that the paper of a form counts no more.

    Raises:
        SettingsError: this entry issued no form.
        LetopisError: a rule refuses it.
    """
    with open_school(var, background=False) as school:
        issued = _issued(school, entry)
        command = VoidSheet(sheet=issued.sheet, reason=reason, basis=basis)  # type: ignore[arg-type]  # a rule judges it
        made = school.execute(command, founder(school)).first_index
        school.checkpointer.sign()
    console.result({"entry": made}, f"Форма № {issued.number} снята / voided: запись / entry {made}")
    return Exit.DONE


def _issued(school: OpenSchool, entry: int) -> Print:
    issued = find_print(school.read_views(), entry=entry)
    if issued is None:
        raise SettingsError(f"запись {entry} не о выдаче формы, см. letopis prints / this entry issued no form")
    return issued


def run_prints(console: Console, var: Path, at: str | None = None, position: int | None = None) -> int:
    """Print the register of forms, as it is or was.

    Raises:
        SettingsError: two options exclude each other, or there is no such moment.
        NotYetProjected: there are not so many entries.
    """
    moment = moment_of(at, position)
    with open_school(var, background=False, recording=False) as school:
        school.views.catch_up(school.recorder)
        found = prints(school.views, at=moment)
        look(school, "prints", found)
        names = school.names({who for row in found.rows for who in (row.actor, row.certified_by) if who})
        lines = [_line(school, row, names) for row in found.rows]
    content: dict[str, Any] = {**orjson.loads(orjson.dumps(found)), "people": names}
    console.result(content, "\n".join(lines) or "Форм ещё не выдавали. / No form was issued yet.")
    return Exit.DONE


def _line(school: OpenSchool, row: Print, names: Mapping[str, str]) -> str:
    certified = voided = ""
    if row.certified_by is not None:
        who = names.get(row.certified_by, row.certified_by)
        certified = f"; заверена / certified {row.certified_on}: {row.office} {who} [{row.certified_entry}]"
    if row.voided_entry is not None:
        voided = f"; снята / void: {VOID_WORDS[row.reason or '']}, {row.basis} [{row.voided_entry}]"
    pages = f"страниц / pages {row.pages}, по запись / as of {row.position}"
    what = f"{school.app.day_of(row.at)} {PRINT_WORDS[row.kind]}"
    return f"№ {row.number} [{row.entry}] {what}, {pages}{certified}{voided}"


# What a form is of.


def scope_of(school: OpenSchool, chosen: Chosen, position: int) -> Scope:
    """Find the ids that a form's options name.

    Raises:
        SettingsError: an option is missing, names nothing, or does not go with the kind.
    """
    kind = chosen.kind.replace("-", "_")
    if kind not in PRINT_WORDS:
        kinds = ", ".join(one.replace("_", "-") for one in PRINT_WORDS)
        raise SettingsError(f"что печатать / what to print: {kinds}")
    _check_options(kind, chosen)
    if kind == "class_page":
        course = _course(school, chosen, position)
        return Scope(
            kind, course=course.course, period=_period(school, chosen.period, position, course.class_group).period
        )
    if kind == "summary_sheet":
        return Scope(kind, class_group=class_of(school, chosen.class_name or "", position))
    if kind == "lesson_plan":
        return Scope(kind, course=_course(school, chosen, position).course)
    if kind == "attendance":
        return Scope(kind, class_group=class_of(school, chosen.class_name or "", position), month=chosen.month)
    if kind == "student_page":
        group = class_of(school, chosen.class_name or "", position)
        period = _period(school, chosen.period, position, group).period
        return Scope(kind, period=period, class_group=group, student=_student(school, chosen.student, group, position))
    if kind == "corrections":
        return Scope(kind, period=_period(school, chosen.period, position, None).period)
    return Scope(kind, month=chosen.month if kind == "substitutions" else None)


def _check_options(kind: str, chosen: Chosen) -> None:
    """Refuse an option that would not narrow the form: it would be of more than was asked, and that for ever."""
    given = {name for name, value in chosen._asdict().items() if value is not None} - {"kind"}
    known = {name: f"--{name.removesuffix('_name')}" for name in Chosen._fields}
    unknown = [known[name] for name in Chosen._fields if name in given - _OPTIONS[kind]]
    if unknown:
        form = kind.replace("_", "-")
        own = ", ".join(known[name] for name in Chosen._fields if name in _OPTIONS[kind]) or "—"
        raise SettingsError(
            f"{', '.join(unknown)}: у {form} такого выбора нет, есть {own}; ничего не внесено / "
            f"does not go with {form}, which takes {own}; nothing was recorded"
        )


def _course(school: OpenSchool, chosen: Chosen, position: int) -> Course:
    group = class_of(school, chosen.class_name or "", position)
    rows = courses(school.views, class_group=group, at=position).rows
    found = [row for row in rows if row.subject == chosen.subject and chosen.subgroup in (None, row.subgroup)]
    if len(found) == 1:
        return found[0]
    if found:
        parts = ", ".join(row.subgroup or "—" for row in found)
        raise SettingsError(f"--subgroup: какая подгруппа / which subgroup: {parts}")
    subjects = ", ".join(sorted({row.subject for row in rows})) or "—"
    raise SettingsError(f"--subject: у класса есть / the class has: {subjects}")


def _student(school: OpenSchool, text: str | None, group: str, position: int) -> str:
    """The student of this id or name among those who are or were in the class."""
    ids = sorted({row.student for row in memberships(school.views, class_group=group, at=position).rows})
    if text in ids:
        return text
    look(school, "print", {}, kinds=("names",), purpose="print", classes=(group,), as_of=position)
    names = school.names(set(ids))
    found = [id_ for id_ in ids if text is not None and text == names.get(id_)]
    if len(found) != 1:
        raise SettingsError("--student: id или полное имя ученика этого класса / id or full name of one of the class")
    return found[0]


def _period(school: OpenSchool, text: str | None, position: int, group: str | None) -> Period:
    """The period of this id, or of this number among the class's shortest ones."""
    rows = periods(school.views, at=position).rows
    by_id = [row for row in rows if row.period == text]
    if by_id:
        return by_id[0]
    own = [row for row in rows if row.kind != "year" and str(row.number) == text]
    if group is not None:
        of = next(row for row in classes(school.views, at=position).rows if row.class_group == group)
        own = [row for row in own if row.year == of.year and of.grade in row.grades]
    if len(own) == 1:
        return own[0]
    known = "; ".join(f"{row.period} — {row.number} {PERIOD_WORDS[row.kind]} {row.starts_on}" for row in rows)
    raise SettingsError(f"--period: номер или id / a number or an id: {known}")


# Checking.


def run_check(console: Console, var: Path, scan: Path | None, text: str | None, out: Path | None) -> int:
    """Read the code on a scan (or as typed) and say what the log says of it.

    Raises:
        SettingsError: neither or both are given, or the file is not there.
    """
    if (scan is None) == (text is None):
        raise SettingsError("скан или --code: одно из двух / a scan or --code, one of them")
    if out is not None:
        check_free(out)
    try:
        code = parse_code(text) if text is not None else _scanned(scan or Path())
    except (CodeRefused, ScanRefused) as error:
        console.complain(f"letopis: {error}")
        console.result({"verdict": "incomplete", "refused": str(error)})
        return Exit.UNAVAILABLE
    with open_school(var, background=False, recording=False) as school:
        school.views.catch_up(school.recorder)
        checked = check_code(school, code)
        if checked.issued is not None:
            of = whose(school, of_print(checked.issued))
            look(school, "check-print", {}, purpose="check", **of, as_of=school.views.position())
        people = school.names(people_of(checked))
        opened = school.vault.values(sorted({one.note for one in checked.corrected if one.note}))
        notes = {digest: one.value for digest, one in opened.items()}
        lines = as_lines(school, code, checked, people, notes)
    if out is not None and checked.pdf is not None:
        create_file(out, checked.pdf)
    console.result(as_json(code, checked, people, notes), lines)
    return _VERDICTS[checked.verdict]


def _scanned(scan: Path) -> PrintCode:
    try:
        with scan.open("rb") as file:
            raw = file.read(SCAN_BYTES_MAX + 1)
    except OSError as error:
        raise SettingsError(f"{scan}: файл не читается / cannot be read: {error.strerror}") from None
    texts = read_codes(raw)
    ours = [text for text in texts if text.startswith(PREFIX)]
    if len(ours) > 1:
        raise ScanRefused("на скане коды разных форм: проверяйте по одной / codes of several forms: one at a time")
    if not ours:
        seen = "есть только чужие коды / only codes of others" if texts else "кода не видно / no code is seen"
        raise ScanRefused(f"{seen}; помогает скан ровнее или 300 dpi / a straighter scan or 300 dpi helps")
    return parse_code(ours[0])


def as_json(
    code: PrintCode, checked: Checked, people: Mapping[str, str], notes: Mapping[str, str]
) -> dict[str, object]:
    """The answer for programs."""
    return {
        "verdict": checked.verdict,
        "findings": [{"code": one, "ru": FINDINGS[one][0], "en": FINDINGS[one][1]} for one in checked.findings],
        "gone": checked.gone,
        "code": {"entry": code.entry, "position": code.position, "size": code.size, "root": code.root.hex()},
        "form": None if checked.issued is None else orjson.loads(orjson.dumps(checked.issued)),
        "title": checked.title,
        "content": [orjson.loads(sheet.content()) for sheet in checked.sheets],
        "since": {
            "corrected": orjson.loads(orjson.dumps(checked.corrected)),
            "recorded": checked.recorded,
            "rows": orjson.loads(orjson.dumps(checked.differing)),
        },
        "people": dict(people),
        "notes": dict(notes),
    }


def as_lines(
    school: OpenSchool, code: PrintCode, checked: Checked, people: Mapping[str, str], notes: Mapping[str, str]
) -> str:
    """The answer for people: the content, what was found, who certified it, what came since."""
    lines = [as_text(checked.sheets)] if checked.sheets else []
    lines.append(_VERDICT_WORDS[checked.verdict])
    lines += [" / ".join(FINDINGS[one]) for one in checked.findings]
    lines += [checked.gone] if checked.gone else []
    place = f"по запись / as of {code.position}; корень при / root at {code.size}: {code.root.hex()}"
    lines.append(f"запись / entry {code.entry}; {place}")
    if checked.issued is not None:
        lines.append(_line(school, checked.issued, people))
        if checked.issued.certified_entry is None:
            lines.append("О заверении записи нет. / No entry says that it was certified.")
    if checked.sheets:
        lines += _since(checked, people, notes)
        lines.append(_EYES)
    return "\n".join(lines)


def _since(checked: Checked, people: Mapping[str, str], notes: Mapping[str, str]) -> list[str]:
    if not (checked.corrected or checked.recorded or checked.differing):
        return ["С тех пор здесь ничего не изменилось. / Nothing has changed here since."]
    lines = []
    if checked.corrected:
        lines.append(f"Исправлено с тех пор / corrected since: {len(checked.corrected)}")
        lines += [format_change(one, people, notes) for one in checked.corrected]
    if checked.recorded:
        lines.append(f"Внесено с тех пор / recorded since: {checked.recorded}")
    if checked.differing:
        lines.append(f"Строки, которые теперь другие / rows that differ now: {len(checked.differing)}")
        lines += [_row(one) for one in checked.differing]
    return lines


def _row(one: Difference) -> str:
    cells = " | ".join(" ".join(cell.split()) for cell in one.cells)
    return f"{'+' if one.is_new else '-'} {one.sheet}: {cells} {list(one.entries)}"
