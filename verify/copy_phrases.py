"""What findings about copies of the tables say was expected and found, in Russian (phrases.py)."""

from typing import Final

COPY_PHRASES: Final[dict[str, str]] = {
    "B-trees that share no page": "B-деревья без общих страниц",
    "a SQLite file of whole pages": "файл SQLite из целых страниц",
    "no other table": "никаких других таблиц",
    "rows of a B-tree": "строки B-дерева",
    "the keys of {}": "ключи таблицы {}",
    "the table {}": "таблица {}",
    "a workbook": "книга",
    "another row": "другая строка",
    "another text": "другой текст",
    "others": "другие",
    "plain parts": "обычные части",
    "the beginning of the sheet {}": "начало листа {}",
    "the end of the sheet {}": "конец листа {}",
    "what the table says": "то, что в таблице",
}
