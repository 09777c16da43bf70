"""What is wrong with a file, and where: every problem is collected, none repeats a value.

people.csv, строка 7, столбец 5 «дата рождения»: нужна дата ДД.ММ.ГГГГ или ГГГГ-ММ-ДД
    (a date DD.MM.YYYY or YYYY-MM-DD is needed) [bad_date]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PROBLEMS_MAX: Final = 500
"""Further ones are counted, not kept."""

_FILES: Final = "year, periods, people, classes, courses, subgroups, plans, bells, calendar, duties, timetable"

KINDS: Final[dict[str, tuple[str, str]]] = {
    # files
    "unknown_file": (
        f"имя файла не из списка: {_FILES}",
        f"the file's name is none of: {_FILES}",
    ),
    "two_files": ("две таблицы одного вида в одном импорте", "two tables of one kind in one import"),
    "file_too_large": ("файл больше 4 МиБ", "the file is larger than 4 MiB"),
    "not_text": ("нулевые байты: это не CSV или кодировка UTF-16", "NUL bytes: no CSV, or UTF-16"),
    "wrong_encoding": ("кодировка должна быть UTF-8 или Windows-1251", "the encoding has to be UTF-8 or Windows-1251"),
    "empty_file": ("нет строки заголовков", "there is no header row"),
    "too_many_rows": ("больше 20 000 строк", "more than 20,000 rows"),
    # form
    "unknown_header": (
        "не узнан ни один заголовок; разделитель «;» или «,»",
        "no header is recognised; the delimiter is ; or ,",
    ),
    "unknown_column": ("лишний столбец", "a column that does not belong here"),
    "repeated_column": ("столбец повторяется", "the column is there twice"),
    "missing_column": ("нет обязательного столбца", "a mandatory column is missing"),
    "wrong_field_count": ("число полей не равно числу заголовков", "not as many fields as headers"),
    "unbalanced_quote": ("кавычка не закрыта", "a quotation mark is never closed"),
    "stray_quote": (
        "кавычка внутри поля: поле надо взять в кавычки, а её удвоить",
        "a quotation mark inside a field: quote the field and double the mark",
    ),
    "control_character": ("управляющий знак или перевод строки в поле", "a control character or line end in a field"),
    "field_too_long": ("поле длиннее 200 знаков", "the field is longer than 200 characters"),
    "formula_like": ("значение начинается как формула (= + - @)", "the value begins like a formula (= + - @)"),
    "mixed_alphabets": ("русские и латинские буквы в одном слове", "Russian and Latin letters in one word"),
    # values
    "missing_value": ("нужно значение", "a value is needed"),
    "bad_code": ("код: буквы, цифры, точка, дефис; до 40 знаков", "a code: letters, digits, dot, hyphen; at most 40"),
    "bad_name": ("нужно имя буквами", "a name in letters is needed"),
    "bad_date": ("нужна дата ДД.ММ.ГГГГ или ГГГГ-ММ-ДД", "a date DD.MM.YYYY or YYYY-MM-DD is needed"),
    "no_such_day": ("такого дня нет в календаре", "there is no such day in the calendar"),
    "bad_birth_date": ("дата рождения вне 1900–2100 годов", "a birth date outside 1900 to 2100"),
    "bad_class": ("нужен класс, например 5А", "a class such as 5А is needed"),
    "latin_letter": ("буква класса латинская, нужна русская", "the class's letter is Latin, a Russian one is needed"),
    "bad_number": ("нужно целое число в допустимых пределах", "a whole number within the limits is needed"),
    "bad_grades": ("нужны классы, например 1-9 или «10, 11»", 'grades such as 1-9 or "10, 11" are needed'),
    "bad_word": ("нужно одно из слов", "one of these words is needed"),
    "order_too_long": ("номер приказа длиннее, чем знаков:", "the order's number has more characters than"),
    "bad_time": ("нужно время ЧЧ:ММ", "a time HH:MM is needed"),
    "times_reversed": ("урок кончается не позже, чем начинается", "the lesson does not end after it starts"),
    "one_day": (
        "учатся как в другой день один день, а не несколько",
        "one day, and not several, is taught as another weekday",
    ),
    "dates_reversed": ("последний день раньше первого", "the last day is before the first"),
    "year_too_long": ("учебный год длиннее 400 дней", "a school year longer than 400 days"),
    "outside_year": ("дата вне учебного года", "the date is outside the school year"),
    # references and repetitions
    "one_year": ("в файле должен быть ровно один учебный год", "exactly one school year has to be in the file"),
    "no_year": ("учебный год не задан: нужен файл year.csv", "no school year: a file year.csv is needed"),
    "duplicate": ("повторяет строку", "repeats the row"),
    "duplicate_person": ("тот же человек, что в строке", "the same person as in the row"),
    "ambiguous_person": (
        "в журнале несколько людей с этими именем и датой рождения",
        "the journal has several people with this name and birth date",
    ),
    "unknown_class": (
        "класса нет ни в classes.csv, ни в журнале",
        "the class is neither in classes.csv nor in the journal",
    ),
    "unknown_person": ("кода нет в people.csv", "the code is not in people.csv"),
    "unknown_course": (
        "такого курса нет ни в courses.csv, ни в timetable.csv, ни в журнале",
        "the course is neither in courses.csv nor in timetable.csv nor in the journal",
    ),
    "number_not_rising": ("номер пункта не больше, чем в строке", "the item's number is not above that of the row"),
    "plan_too_long": ("пунктов плана больше, чем", "the plan has more items than"),
    "unknown_subgroup": (
        "такой подгруппы нет ни в courses.csv, ни в timetable.csv, ни в журнале",
        "the subgroup is neither in courses.csv nor in timetable.csv nor in the journal",
    ),
    "not_in_class": ("по people.csv это не ученик этого класса", "by people.csv this is no student of this class"),
    "in_another_subgroup": (
        "на этот день ученик уже в подгруппе по этому предмету; перевод делается не импортом",
        "on that day the student is in a subgroup of this subject already; moving is not done by import",
    ),
    "wrong_kind": ("этот человек не учитель", "this person is no teacher"),
    "class_of_staff": ("класс бывает только у ученика", "only a student has a class"),
    "guardian_only": (
        "ученики и кем приходится указывают только у законного представителя",
        "students and relation are a guardian's alone",
    ),
    "wrong_student": ("этот человек не ученик", "this person is no student"),
    "overlap": ("пересекается с периодом в строке", "overlaps the period in the row"),
    "teacher_twice": ("учитель уже ведёт урок в это время, строка", "the teacher has a lesson at this time, row"),
    "class_twice": ("у класса уже есть урок в это время, строка", "the class has a lesson at this time, row"),
    "two_teachers": (
        "у курса другой учитель; если класс делится, укажите подгруппу; строка",
        "the course has another teacher; where the class is divided, name the subgroup; row",
    ),
    "bells_overlap": (
        "урок начинается раньше, чем кончается урок в строке",
        "the lesson starts before that of the row has ended",
    ),
    "unknown_bells": (
        "такого расписания звонков нет ни в bells.csv, ни в журнале",
        "the bell schedule is neither in bells.csv nor in the journal",
    ),
    "which_bells": (
        "расписаний звонков несколько, назовите одно; есть",
        "there are several bell schedules, name one of them:",
    ),
    "other_bells": ("у недели класса другие звонки, строка", "the class's week has other bells, row"),
    "bells_later": (
        "расписание звонков начинается позже этого дня",
        "the bell schedule begins later than this day",
    ),
    "no_bell": ("в расписании звонков нет урока с этим номером", "the bell schedule has no lesson of this number"),
    "week_too_long": ("уроков в неделе больше, чем", "the week has more lessons than"),
    # against the journal
    "differs": (
        "в журнале записано иначе; импорт этого не меняет",
        "the journal says otherwise; an import does not change it",
    ),
    "ambiguous_bells": (
        "в журнале несколько расписаний звонков с этим названием",
        "the journal has several bell schedules of this title",
    ),
    "not_later": (
        "в журнале есть более поздняя версия; новая начинается не раньше неё, то есть с",
        "the journal has a later version; a new one begins no earlier than that, which is on",
    ),
    "duty_stands": (
        "на этот день у учителя уже есть эта обязанность",
        "the teacher has this duty on that day already",
    ),
    "enrolled_elsewhere": (
        "на этот день ученик уже числится в классе этого года; перевод делается не импортом",
        "on that day the student is in a class of this year already; moving is not done by import",
    ),
    "teacher_change": (
        "в журнале другой учитель; для замены укажите в столбце «с» дату позже его начала",
        "the journal has another teacher; to change it give a later day in the column starts_on",
    ),
    "class_teacher_change": (
        "в журнале другой классный руководитель или его нет; укажите в столбце «с» день, с которого он им станет",
        "the journal has another class teacher, or none; give the day from which on in the column starts_on",
    ),
    "too_many_problems": ("показаны не все ошибки; всего", "not all problems are shown; in all"),
}
"""Kind -> what is expected, in Russian and in English. The kinds are stable: programs may depend on them."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        file: name of the file.
        line: line of the file where the row begins, from 1; 0: the whole file.
        column: number of the column, from 1; 0: the whole row.
        name: the column's header as the file has it; empty where there is none.
        kind: key of `KINDS`.
        detail: what else may be said, such as the number of another row; never a personal value.
    """

    file: str
    line: int
    column: int
    name: str
    kind: str
    detail: str = ""

    def __str__(self) -> str:
        russian, english = KINDS[self.kind]
        place = self.file
        if self.line:
            place += f", строка {self.line}"
        if self.column:
            place += f", столбец {self.column}"
        if self.name:
            place += f" «{self.name}»"
        detail = f" {self.detail}" if self.detail else ""
        return f"{place}: {russian}{detail} ({english}{detail}) [{self.kind}]"


class Problems:
    """A collection of problems, of bounded size."""

    def __init__(self) -> None:
        self.count = 0
        self._kept: list[Problem] = []

    def add(self, file: str, line: int, kind: str, *, column: int = 0, name: str = "", detail: str = "") -> None:
        """Note a problem."""
        self.count += 1
        if len(self._kept) < PROBLEMS_MAX:
            self._kept.append(Problem(file, line, column, name, kind, detail))

    def sorted(self) -> tuple[Problem, ...]:
        """Return what was kept by file and place, and a last one where there were more."""
        kept = sorted(self._kept, key=lambda problem: (problem.file, problem.line, problem.column))
        if self.count > len(kept):
            kept.append(Problem(kept[-1].file, 0, 0, "", "too_many_problems", str(self.count)))
        return tuple(kept)
