"""Further codes and meanings, in Russian and English: disclosures, authors, logs, comparisons."""

from typing import Final

FURTHER_FINDINGS: Final[dict[str, tuple[str, str]]] = {
    "archive-receipt": (
        "Расписка говорит о другом архиве, чем записан.",
        "A receipt is of another archive than the one that was recorded.",
    ),
    "deadlines-differ": (
        "Таблица сроков говорит не то, что следует из записей и регламента.",
        "A table of deadlines does not say what follows from the entries and the regulation.",
    ),
    "copy-malformed": (
        "Копия таблиц (книга, файл SQLite) не того вида, какой она должна быть.",
        "A copy of the tables (a workbook, the SQLite file) is not of the form that it must have.",
    ),
    "copy-differs": (
        "Копия таблиц (книга, файл SQLite) говорит не то, что таблица CSV.",
        "A copy of the tables (a workbook, the SQLite file) does not say what the CSV says.",
    ),
    "earlier-mismatch": (
        "Прежние архивы не ведут к точке, которую продолжает этот.",
        "The earlier archives do not lead to the checkpoint that this one continues.",
    ),
    # Disclosures.
    "disclosure-malformed": ("Раскрытие не читается.", "A disclosure is malformed."),
    "disclosure-not-committed": (
        "Раскрытие не подтверждено записью.",
        "A disclosure's digest is not in the entry it names.",
    ),
    "disclosure-name": (
        "Раскрыто то, чего в такой записи быть не может, или одно и то же дважды.",
        "A disclosure is of a name that this entry may not have, or has twice.",
    ),
    "digest-reused": ("Хэш раскрытия взят из другой записи.", "A disclosure's digest stands in another entry too."),
    # A running log.
    "http-error": ("Ответ сервера не годится.", "The server's answer is unusable."),
    "bundle-malformed": ("Пакет записей не читается.", "An entry bundle is malformed."),
    "tile-mismatch": ("Плитка хэшей расходится с записями.", "A hash tile differs from the entries."),
    # Who recorded.
    "recorded-by-another": (
        "Запись сделал не тот, кто дал урок или отвечает за курс; или за другого — не из руководства школы.",
        "An entry is by neither the lesson's teacher nor the course's; or for another by who does not lead the school.",
    ),
    # Who outside the school cosigned.
    "witness": (
        "Запись не сходится с тем, как назначен свидетель и что он заверил прежде.",
        "An entry does not fit how the witness was appointed and what it cosigned before.",
    ),
    "witness-key": (
        "Ключ свидетеля не читается, или номер свидетеля не от этого ключа.",
        "A witness's key is malformed, or its id is not of this key.",
    ),
    "cosignature": (
        "Подпись свидетеля неверна: этого размера и корня он не заверял.",
        "A witness's signature is wrong: it did not cosign this size and root.",
    ),
    # Two histories compared.
    "fork": (
        (
            "Школа подписала две разные истории: обе подписи верны, а записи расходятся. Так бывает, когда журнал "
            "продолжили с устаревшей копии, когда один ключ был у двух серверов или когда записи подменили. "
            "Сохраните оба: вместе они доказательство, порознь его нет."
        ),
        (
            "The school signed two different histories: both signatures are valid, and the entries differ. It may have "
            "gone on from an outdated copy, two servers may have had one key, or entries were replaced. Keep both: "
            "together they are the evidence, and neither is alone."
        ),
    ),
    "histories-differ": (
        "Истории расходятся, но не доказано, что школа подписала обе: какая подлинная, говорит проверка каждой.",
        "The histories differ, but it is not proved that the school signed both: verifying each says which is genuine.",
    ),
    "log-behind-archive": (
        "Журнал работающей школы короче, чем она уже подписала в архиве: записи утрачены или их скрывают.",
        "The running school's log is shorter than what it signed in the archive: entries are lost or held back.",
    ),
    "other-log": (
        "Это журналы разных школ: один другого не продолжает.",
        "These are logs of different schools: neither continues the other.",
    ),
    "help-alone": (
        "В сильную роль дали войти в одиночку: без документа или когда ответить было кому.",
        "A way in to a strong role was given by one person: without a document, or though another could answer.",
    ),
}

FURTHER_UNCHECKED: Final[dict[str, tuple[str, str]]] = {
    "witness-missing": (
        "Названный свидетель (--witness) ничего в этом журнале не заверил.",
        "A witness that was named (--witness) cosigned nothing of this log.",
    ),
    "cosignatures-beyond": (
        "Подписей свидетелей больше, чем проверяется за один раз.",
        "There are more cosignatures than are verified in one run.",
    ),
    "quick": (
        "Сверены только хэши записей и подписи (--quick): сами архивы не проверялись.",
        "Only hashes and signatures were compared (--quick): the archives themselves were not verified.",
    ),
    "gap-between": (
        "Между архивами есть записи, которых нет ни в одном: что один продолжает другой, не доказано.",
        "Between the two there are entries that neither has: that one continues the other is not proved.",
    ),
    "nothing-to-compare": (
        "В одном из двух нет записей, которые можно сверить.",
        "One of the two has no entries that could be compared.",
    ),
}
