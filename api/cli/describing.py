"""The description of the service that a school publishes on portals, in Russian (2.3.1): one page of plain HTML."""

from __future__ import annotations

from html import escape
from typing import Final

from projections.reading import Reader
from projections.views.lookups import classes, school, years

# What families find, each as soon as the log has the first of it.
_OFFERED: Final = {
    "timetables": "расписание уроков",
    "lessons": "темы уроков и посещаемость",
    "homework": "домашние задания",
    "works": "отметки",
    "results": "итоговые отметки",
}
_PAGE: Final = """<!doctype html>
<html lang="ru">
<meta charset="utf-8">
<title>Электронный дневник: {name}</title>
<h1>Электронный дневник</h1>
<p>{name}</p>
<p>Услуга: ученик и его родители (законные представители) видят сведения об успеваемости и посещаемости
каждый день; при незапланированном сбое — не реже раза в неделю.</p>
{classes}{offered}<p>Как войти: {sign_in}</p>
<p>Дневник: <a href="{link}">{link}</a></p>
</html>
"""


def format_description(views: Reader, diary: str, sign_in: str) -> str:
    """Write the page: the school's name, its classes, what is offered, how to sign in, the link to the diary.

    It holds no person's name: nothing of it comes from the vault.
    """
    known = school(views).rows
    year = years(views).rows
    groups = [row for row in classes(views).rows if not year or row.year == year[-1].year]
    grades = sorted({row.grade for row in groups})
    offered = [words for table, words in _OFFERED.items() if views.select(f"SELECT 1 FROM {{{table}}} x LIMIT 1", {})]
    return _PAGE.format(
        name=escape(known[0].name if known else ""),
        classes=f"<p>Классы: {', '.join(map(str, grades))}.</p>\n" if grades else "",
        offered="<ul>\n" + "".join(f"<li>{words}</li>\n" for words in offered) + "</ul>\n" if offered else "",
        sign_in=escape(sign_in.strip()),
        link=escape(diary),
    )
