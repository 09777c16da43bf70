"""What could not be checked, and what that means in Russian and English; docs/findings.md lists them all."""

from typing import Final

from verify.extract_findings import EXTRACT_UNCHECKED
from verify.meanings import FURTHER_UNCHECKED

UNCHECKED: Final[dict[str, tuple[str, str]]] = {
    "no-key": (
        "Подпись не проверена: не указан закреплённый ключ (--key).",
        "The signature was not checked: no pinned key was given (--key).",
    ),
    "unknown-type": ("Есть события неизвестного типа.", "There are events of a type this verifier cannot read."),
    "before-range": (
        "Часть записей ссылается на то, что было до начала диапазона.",
        "Entries rest on what was before the range, which is not here.",
    ),
    "tables-by-form": (
        "Таблицы сверены с манифестом и по виду строк, а с записями нет: нужны прежние архивы (--earlier).",
        "Tables were checked by manifest and form, not against entries: the earlier archives are needed (--earlier).",
    ),
    "old-not-covered": (
        "Прежняя контрольная точка вне диапазона архива.",
        "The earlier checkpoint lies outside the archive's range.",
    ),
    "print-not-covered": (
        "Запись о форме или её контрольная точка вне диапазона архива.",
        "The form's entry or its checkpoint lies outside the archive's range.",
    ),
    "no-answer": (
        "Сервер не ответил: проверьте адрес и сеть и попробуйте позже. О журнале это ничего не говорит.",
        "The server did not answer: check the address and the network, or try later. That says nothing about the log.",
    ),
    "entries-not-served": (
        "Сервер не отдал записи (нужно право проверяющего): проверены только хэши.",
        "The server did not serve the entries (an inspector's right is needed): only hashes were checked.",
    ),
    "partly-disclosed": (
        "О человеке раскрыто не всё: не видно, нет ли среди скрытого второго имени.",
        "A part of what stands for a person is held back: whether a second name is among it cannot be seen.",
    ),
    **EXTRACT_UNCHECKED,
    **FURTHER_UNCHECKED,
    "deadlines-not-counted": (
        "Сроки не посчитаны: нет первой записи или компьютеру неизвестен часовой пояс школы (pip install tzdata).",
        "Deadlines were not counted: no entry 0, or this computer does not know the time zone (pip install tzdata).",
    ),
    "reader-lost": (
        "Второй процесс программы прервался: архив прочитан не до конца. Повторите с --jobs 1.",
        "The program's other process broke off: the archive was not read to its end. Try again with --jobs 1.",
    ),
    "earlier-unused": (
        "Архив начинается с первой записи: названные в --earlier не нужны и не читались. Сравнить архивы: --against.",
        "The archive begins with the first entry: those of --earlier were not needed, nor read. To compare: --against.",
    ),
    "stopped-early": (
        "Архив прочитан не до конца из-за находок выше.",
        "The archive was not read to its end because of the findings above.",
    ),
}
