"""One person's file as one page: Russian with English beside it, no script, nothing from elsewhere, ready to print.

Whatever comes from the school goes through `html.escape`. The page needs a browser and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from html import escape
from typing import Any, Final
from zoneinfo import ZoneInfo

from exports.subject.section import Column, Section, Subject
from exports.subject.words import PURPOSE_WORDS
from ledger.journal.vocabulary import PERSON_WORDS

_ENTRIES_SHOWN: Final = 12
_STYLE: Final = """
:root{color-scheme:light}
body{font:15px/1.45 "PT Sans","DejaVu Sans",system-ui,sans-serif;color:#1b1b1b;background:#fff;margin:2rem auto;
max-width:84rem;padding:0 1rem}
h1{font-size:1.5rem;margin:0 0 .3rem} h2{font-size:1.1rem;margin:2rem 0 .3rem;border-bottom:1px solid #b8b8b8}
.en{color:#555;font-weight:400;font-size:.86em} p{margin:.3rem 0;max-width:56rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:1rem 0} dt{color:#555} dd{margin:0}
.wide{overflow-x:auto} table{border-collapse:collapse;margin:.6rem 0;width:100%;font-size:.86em}
th,td{text-align:left;vertical-align:top;padding:.25rem .5rem .25rem 0;border-bottom:1px solid #e2e2e2}
th{border-bottom:1px solid #8a8a8a} th .en{display:block} td.id{font-size:.8em;overflow-wrap:anywhere}
nav a{margin-right:1rem;white-space:nowrap} .none{color:#555}
@page{size:A4 landscape;margin:12mm}
@media print{body{margin:0;max-width:none;font-size:8pt} nav{display:none} .wide{overflow:visible}
thead{display:table-header-group} tr{break-inside:avoid} h2{break-after:avoid}}
"""
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def format_page(subject: Subject) -> bytes:
    """The page, UTF-8."""
    return "".join(_page(subject)).encode()


def _page(subject: Subject) -> Iterator[str]:
    zone = ZoneInfo(subject.time_zone)
    yield (
        '<!DOCTYPE html>\n<html lang="ru"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">'
        f"<title>Сведения о человеке — {escape(subject.school)}</title><style>{_STYLE}</style></head><body>\n"
    )
    yield f"<h1>{_both('Какие сведения школа хранит об этом человеке', 'What the school keeps of this person')}</h1>\n"
    yield "<dl>"
    for name_ru, name_en, value in _head(subject, zone):
        yield f"<dt>{_both(name_ru, name_en)}</dt><dd>{escape(value)}</dd>"
    yield "</dl>\n"
    yield _paragraph(
        "Ответ по статье 14 закона «О персональных данных» (152-ФЗ). Сделан из самого журнала: у каждой строки есть "
        "номер записи, по которому школа её предъявит. Других учеников здесь нет; представители и сообщившие названы "
        "номерами. Храните файл как личный документ.",
        "An answer under article 14 of the law on personal data (152-FZ), made of the journal itself: each row has the "
        "number of an entry, which the school can show. No other student is in it; guardians are told by their ids. "
        "Keep it as a private document.",
    )
    yield (
        "<nav>" + " ".join(f'<a href="#{one.name}">{escape(one.title_ru)}</a>' for one in subject.sections) + "</nav>\n"
    )
    for section in subject.sections:
        yield from _section(section, subject, zone)
    yield "</body></html>\n"


def _head(subject: Subject, zone: ZoneInfo) -> Iterator[tuple[str, str, str]]:
    signed = "нет / none" if subject.checkpoint is None else str(subject.checkpoint)
    why = _coded(PURPOSE_WORDS, subject.purpose) + (f", {subject.basis}" if subject.basis else "")
    yield "О ком", "Of whom", subject.name or "имя не хранится / the name is not kept"
    yield "Номер человека", "Id", f"{subject.person} ({_coded(PERSON_WORDS, subject.kind)})"
    yield "Оператор", "Operator", f"{subject.school} ({subject.origin})"
    yield "Файл сделан", "Made at", f"{_moment(subject.made_at, zone)} ({subject.time_zone})"
    yield "Зачем", "Purpose", why
    yield "Записей журнала", "Entries of the log", f"{subject.position}; подписано / signed: {signed}"
    yield "Записей журнала доступа", "Entries of the access log", str(subject.access_position)


def _section(section: Section, subject: Subject, zone: ZoneInfo) -> Iterator[str]:
    yield f'<section id="{section.name}"><h2>{_both(section.title_ru, section.title_en)}</h2>\n'
    if section.note_ru:
        yield _paragraph(section.note_ru, section.note_en)
    if not section.rows:
        yield '<p class="none">Нет. <span class="en">None.</span></p></section>\n'
        return
    # A column in which nothing stands would only take room.
    shown = [
        place for place, _ in enumerate(section.columns) if any(row[place] not in (None, "") for row in section.rows)
    ]
    heads = (section.columns[place] for place in shown)
    titles = "".join(f"<th>{_both(one.name_ru, one.name.replace('_', ' '))}</th>" for one in heads)
    yield f'<div class="wide"><table><thead><tr>{titles}</tr></thead><tbody>\n'
    for row in section.rows:
        yield f"<tr>{''.join(_cell(section.columns[place], row[place], subject, zone) for place in shown)}</tr>\n"
    yield "</tbody></table></div></section>\n"


def _cell(column: Column, value: Any, subject: Subject, zone: ZoneInfo) -> str:
    if value is None or value == "":
        return "<td></td>"
    match column.kind:
        case "moment":
            return f"<td>{escape(_moment(value, zone))}</td>"
        case "day":
            return f"<td>{escape('.'.join(reversed(value.split('-'))))}</td>"
        case "entries":
            more = f" … (+{len(value) - _ENTRIES_SHOWN})" if len(value) > _ENTRIES_SHOWN else ""
            return f"<td>{', '.join(map(str, value[:_ENTRIES_SHOWN]))}{more}</td>"
        case "person" | "reader":
            if value == subject.person:
                return "<td>этот человек / this person</td>"
            name = subject.names.get(value) if column.kind == "person" else None
            return f"<td>{escape(name)}</td>" if name else f'<td class="id">{escape(value)}</td>'
    if isinstance(value, list):
        return f"<td>{escape('; '.join(_coded(column.words, one) for one in value))}</td>"
    return f"<td>{escape(_coded(column.words, str(value)))}</td>"


def _coded(words: Mapping[str, str], code: str) -> str:
    """A code in Russian with English beside it; what is no code as it is."""
    word = words.get(code)
    return code if word is None else f"{word} / {code.removesuffix('/1').replace('_', ' ')}"


def _moment(at: str, zone: ZoneInfo) -> str:
    return datetime.fromisoformat(at).astimezone(zone).strftime("%d.%m.%Y %H:%M")


def _both(text_ru: str, text_en: str) -> str:
    return f'{escape(text_ru)} <span class="en" lang="en">{escape(text_en)}</span>'


def _paragraph(text_ru: str, text_en: str) -> str:
    return f'<p>{escape(text_ru)}<br><span class="en" lang="en">{escape(text_en)}</span></p>\n'
