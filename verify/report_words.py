"""What reports say around the findings, in Russian and in English: verdicts, facts, what was checked, what never is."""

from typing import Final

from verify.findings import Place, Report, Verdict, shown

VERDICTS: Final = {
    Verdict.VERIFIED: (
        "ПОДТВЕРЖДЕНО: всё проверено, расхождений нет.",
        "VERIFIED: everything was checked and nothing differs.",
    ),
    Verdict.FINDING: ("НАЙДЕНЫ РАСХОЖДЕНИЯ.", "FINDINGS."),
    Verdict.INCOMPLETE: (
        "НЕ ПОЛНОСТЬЮ: расхождений нет, но проверено не всё.",
        "INCOMPLETE: nothing differs, but not everything could be checked.",
    ),
}
VERIFIED_EXTRACT: Final = (
    "ПОДТВЕРЖДЕНО: всё, что утверждает выписка, проверено, расхождений нет. Чего она не утверждает, сказано ниже.",
    "VERIFIED: everything that the extract claims was checked and nothing differs. What it does not is below.",
)
FACTS: Final = {
    "school": ("Школа", "School"),
    "clock": ("Часы", "Clock"),
    "key": ("Ключ, которым проверяли", "Key it was verified with"),
    "origin": ("Журнал", "Log"),
    "start": ("Начало диапазона", "Range begins at"),
    "entries": ("Записей", "Entries"),
    "size": ("Размер дерева", "Tree size"),
    "root": ("Корень", "Root"),
    "signed_size": ("Подписано записей", "Signed size"),
    "signed_root": ("Подписанный корень", "Signed root"),
    "disclosures": ("Раскрытий", "Disclosures"),
    "rows": ("Строк таблиц", "Table rows"),
    "files": ("Файлов", "Files"),
    "index": ("Запись", "Entry"),
    "print_entry": ("Форма: запись", "Form: entry"),
    "print_position": ("Форма: на записи, всего", "Form: as of entries"),
    "print_number": ("Форма: номер", "Form: number"),
    "print_kind": ("Форма: вид", "Form: kind"),
    "print_certified": ("Форма: заверена", "Form: certified"),
    "extract": ("Выписка", "Extract of"),
    "against": ("Сравнено с архивом, записей", "Compared with an archive of"),
    "complete_streams": ("Полных потоков", "Whole streams"),
    "closed_lessons": ("Уроков в закрытиях", "Lessons in closings"),
    "witnesses": ("Свидетелей, названных школой", "Witnesses that the school named"),
    "witnessed": ("Заверено ими записей", "Entries cosigned by them"),
    "witnessed_pinned": ("Заверено названными вами свидетелями записей", "Entries cosigned by each witness you named"),
    "sealed_by": ("Манифесты подписаны ключом", "Manifests signed by"),
    "relation": ("Первое и второе", "The first and the second"),
    "first": ("Первое: размер и корень", "The first: size and root"),
    "second": ("Второе: размер и корень", "The second: size and root"),
    "common": ("Общих записей от начала", "Entries in common from the beginning"),
    "differs_at": ("Первая разная запись", "First entry that differs"),
}
RULES: Final = {
    "lesson": ("запись урока", "the lesson's record"),
    "attendance": ("отсутствующие", "attendance"),
    "oral_mark": ("оценки за устные ответы", "marks for oral answers"),
    "written_mark": ("оценки за письменные работы", "marks for written work"),
    "homework": ("домашние задания", "homework"),
    "result": ("показ итогов", "showing of results"),
    "notice": ("уведомления об изменении данных", "notices of changed data"),
    "refresh": ("ежегодное обновление данных", "the yearly refresh of data"),
}
SCHOOL: Final = ("школа", "the school")
"""What is of no class."""
STATUSES: Final = {
    "on_time": ("в срок", "on time"),
    "late": ("с опозданием", "late"),
    "missing": ("нет", "missing"),
    "pending": ("срок не вышел", "pending"),
    "exempt": ("не нужно", "exempt"),
    "no_regulation": ("нет регламента", "no regulation"),
}
VALUES: Final = {
    "server": ("сервера школы", "the school's server's"),
    "sample": ("учебные: школа вымышлена", "a sample's: the school is made up"),
    "same": ("одна и та же история", "one and the same history"),
    "continued": ("второе продолжает первое", "the second continues the first"),
    "continues": ("первое продолжает второе", "the first continues the second"),
    "fork": ("РАЗВЕТВЛЕНИЕ: школа подписала две истории", "FORK: the school signed two histories"),
    "differ": ("истории расходятся", "the histories differ"),
}
SCOPES: Final = {"class": "класс", "student": "ученик", "entries": "отдельные записи"}
"""What an extract is of."""
CHECKED: Final = {
    "files": ("Файлов сверено с манифестами", "Files compared with the manifests"),
    "signatures": ("Подписей контрольных точек", "Signatures of checkpoints"),
    "entries_hashed": ("Записей хэшировано в дерево", "Entries hashed into the tree"),
    "entries_chained": ("Записей прочитано и сверено с предыдущей", "Entries read and compared with the one before"),
    "entries_judged": ("Записей проверено правилами их события", "Entries judged by the rules of their event"),
    "authors": ("Записей урока сверено с его учителем", "Entries of lessons compared with their teacher"),
    "attendances": ("Явок сверено с пропусками", "Attendances compared with absences"),
    "results": ("Итоговых отметок вычислено заново", "Results computed again"),
    "closings": ("Закрытий периодов проверено", "Closings of periods derived again"),
    "closed_lessons": ("Уроков в них", "Lessons in them"),
    "erasures": ("Уничтожений личных сведений", "Erasures of personal values"),
    "destroyed_papers": ("Уничтожено бумажных дел (по словам школы)", "Papers destroyed (as the school says)"),
    "anchors": ("Отметок о журнале доступа", "Anchors of the access log"),
    "blocks": ("Блокирований личных сведений", "Blocks of personal values"),
    "erased_values": ("Стёртых сведений (по словам школы)", "Values erased (as the school says)"),
    "journals": ("Закрытий журналов пересчитано", "Closings of journals counted again"),
    "sheets": ("Сводных ведомостей составлено заново", "Summary sheets made again"),
    "cosignatures": ("Подписей свидетелей", "Cosignatures of witnesses"),
    "evidence_roots": ("Корней в свидетельствах сверено", "Roots in evidence compared"),
    "disclosures": ("Раскрытий сверено с записями", "Disclosures compared with entries"),
    "tables": ("Таблиц выведено из записей и сверено", "Tables derived from the entries and compared"),
    "rows": ("Строк в них", "Rows in them"),
    "databases": ("Файлов SQLite сверено с таблицами", "SQLite files compared with the tables"),
    "workbooks": ("Книг рядом с таблицами сверено с ними", "Workbooks beside the tables compared with them"),
}
CORRECTED: Final = {
    "lesson": ("урок", "lesson"), "substitution": ("замещение", "substitution"), "work": ("работа", "work"),
    "make_up": ("отработка", "make-up"), "mark": ("отметка", "mark"), "absence": ("пропуск", "absence"),
    "lateness": ("опоздание", "lateness"), "early_leave": ("ранний уход", "early leaving"),
    "homework": ("домашнее задание", "homework"), "period_mark": ("отметка за период", "period mark"),
    "exam_result": ("отметка за экзамен", "examination result"), "final_mark": ("итоговая отметка", "final mark"),
    "result": ("результат", "result"),
}  # fmt: skip
CORRECTIONS: Final = (
    ("всего", "all"),
    ("после закрытия или публикации", "after the close or publication"),
    ("из них утверждено вторым лицом", "of these approved by a second person"),
)
# What no verdict speaks of, whatever it is.
NEVER_CHECKED: Final = (
    (
        "Правда ли то, что внёс человек, у кого был ключ и верны ли были часы.",
        "Whether what a person entered is true, who held the key and whether the clock was right.",
    ),
    (
        "Нет ли другого журнала под тем же ключом: сравните два архива или архив с журналом (--against…).",
        "Whether the key signed another log too: compare two archives, or an archive with the log (--against…).",
    ),
    (
        "Что написано в файлах, сверенных только по манифесту: байты те же, что выгружены. Книги и SQLite: --copies.",
        "What files say that only the manifest was compared with: bytes are the export's. XLSX and SQLite: --copies.",
    ),
    (
        "Правила школы, которых нет в описании событий (spec/events.md); о сроках внесения говорит --deadlines.",
        "A school's rules that the description of events (spec/events.md) does not state; deadlines: ask --deadlines.",
    ),
)


def verdict_of(report: Report) -> tuple[str, str]:
    """Return the verdict in words; that of an extract speaks of what the extract claims."""
    if report.verdict is Verdict.VERIFIED and report.limits:
        return VERIFIED_EXTRACT
    return VERDICTS[report.verdict]


def place_of(place: Place) -> tuple[str, str]:
    """Return where a finding is, in Russian and in English."""
    parts = [shown(place.file)] if place.file else []
    named = (("строка", place.line), ("запись", place.entry), ("байт", place.offset), ("поле", place.field or None))
    parts += [f"{word} {shown(value)}" for word, value in named if value is not None]
    return ", ".join(parts), str(place)


def facts_of(report: Report) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    """Return a report's facts: name and value, each in both languages."""
    return [(FACTS[name], _value_of(name, str(value))) for name, value in report.facts.items()]


def _value_of(name: str, value: str) -> tuple[str, str]:
    scope, _, of = value.partition(" ")
    if name == "extract" and scope in SCOPES:
        return f"{SCOPES[scope]} {of}".rstrip(), value
    return VALUES.get(value, (value, value))


def checked_of(report: Report) -> list[tuple[tuple[str, str], int]]:
    """Return what was checked and how much of it, in the order of `CHECKED`, nothing of which there was none."""
    return [(words, report.checked[name]) for name, words in CHECKED.items() if report.checked[name]]


def by_manifest_of(report: Report) -> str:
    """Return the kinds of files of which nothing but their bytes was compared, each with their number."""
    return ", ".join(f"{kind} {count}" for kind, count in sorted(report.by_manifest.items()))
