"""A report as one HTML page for people: Russian with English beside it, no scripts, nothing fetched from anywhere."""

from collections.abc import Iterable, Iterator
from html import escape
from typing import Final

from verify.findings import Finding, Report, shown
from verify.phrases import in_russian
from verify.report_words import (
    CORRECTED,
    CORRECTIONS,
    NEVER_CHECKED,
    by_manifest_of,
    checked_of,
    facts_of,
    place_of,
    verdict_of,
)

_STYLE: Final = """
body{font:16px/1.45 "PT Sans","Noto Sans",Arial,sans-serif;color:#111;background:#fff;margin:2em auto;max-width:60em;
padding:0 1em}
h1{font-size:1.5em;margin:0 0 .2em}h2{font-size:1.2em;margin:1.6em 0 .4em}h3{font-size:1em;margin:1.2em 0 .3em}
.en{color:#555;font-size:.85em}.verdict{border-left:.5em solid;padding:.6em 1em;margin:1em 0;font-size:1.25em;
font-weight:bold}.verified{border-color:#1b7f3b;background:#eef7f0}.finding{border-color:#b3261e;background:#fbeeed}
.incomplete{border-color:#a36a00;background:#fdf5e4}table{border-collapse:collapse;width:100%;margin:.4em 0}
td,th{border-top:1px solid #ccc;padding:.3em .6em;text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{width:34%;font-weight:normal}.n{text-align:right;width:14%}code{font-family:"PT Mono",monospace;font-size:.9em}
section.one{border:1px solid #ccc;border-left:.4em solid #b3261e;padding:.5em 1em;margin:.7em 0;break-inside:avoid}
section.one p{margin:.3em 0}.part{border-top:3px solid #111;margin-top:2.5em}
"""
_Words = tuple[str, str]
_NO_KEY: Final = ("Подпись не проверена: ключ не указан.", "No key was given: the signature was not checked.")
_HEAD: Final = (
    '<!DOCTYPE html>\n<html lang="ru">\n<head>\n<meta charset="utf-8">\n'
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
    '<meta name="viewport" content="width=device-width">\n'
)


def to_html(report: Report) -> str:
    """Return the page: the verdict first, then facts, findings, what was checked and what was not."""
    title = f"Проверка: {shown(report.subject)}"
    parts = [_HEAD, f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"]
    parts.append(f"<h1>{escape(title)}</h1>\n<p class=en>Verification report of Letopis's verifier</p>\n")
    parts += _body(report)
    for part in report.parts:
        parts.append(f"<div class=part>\n<h1>{escape(shown(part.subject))}</h1>\n")
        parts += _body(part)
        parts.append("</div>\n")
    parts.append(_heading(("Чего не проверяет никакая проверка", "What no verification checks")))
    parts.append("<ul>\n" + "".join(f"<li>{_two(words)}</li>\n" for words in NEVER_CHECKED) + "</ul>\n")
    return "".join(parts) + "</body>\n</html>\n"


def _body(report: Report) -> Iterator[str]:
    verdict = report.verdict
    yield f'<div class="verdict {verdict.value}">{_two(verdict_of(report))}</div>\n'
    if report.facts:
        yield _heading(("Что проверялось", "What was verified"))
        yield _table((name, _two(tuple(map(shown, value)))) for name, value in facts_of(report))  # type: ignore[arg-type]
        if "key" not in report.facts and not report.parts:
            yield f"<p>{_two(_NO_KEY)}</p>\n"
    if report.findings:
        yield _heading(("Расхождения", "Findings"))
        for number, finding in enumerate(report.findings, 1):
            yield _finding(number, finding)
        if report.beyond:
            yield f"<p>{_two((f'… и ещё {report.beyond}', f'… and {report.beyond} more'))}</p>\n"
    if report.unchecked:
        yield _heading(("Не удалось проверить", "Could not be checked"))
        rows = ((item.meaning, _phrase(item.detail)) for item in report.unchecked)
        yield _table(rows)
    if report.limits:
        yield _heading(("Чего выписка не утверждает", "What the extract does not claim"))
        yield _table((limit.meaning, _phrase(limit.detail)) for limit in report.limits)
    if checked := checked_of(report):
        yield _heading(("Что сверено", "What was compared"))
        yield _table(((words, str(count)) for words, count in checked), is_numbers=True)
    if report.corrections:
        yield _heading(("Исправления в журнале", "Corrections in the log"))
        yield "<table>\n<tr><th></th>" + "".join(f"<td class=n>{_two(words)}</td>" for words in CORRECTIONS) + "</tr>\n"
        for what, counts in report.corrections.items():
            yield f"<tr><th>{_two(CORRECTED[what])}</th>" + "".join(f"<td class=n>{n}</td>" for n in counts) + "</tr>\n"
        yield "</table>\n"
    if report.by_manifest:
        yield _heading(("Сверено только по манифесту", "Compared with the manifest alone"))
        words = (
            "Байты этих файлов те, что записаны в манифесте. Что в них написано, не проверялось.",
            "The bytes of these files are those of the manifest. What they say was not checked.",
        )
        yield f"<p>{_two(words)}</p>\n<p><code>{escape(shown(by_manifest_of(report)))}</code></p>\n"


def _finding(number: int, finding: Finding) -> str:
    return (
        f"<section class=one>\n<h3>{number}. <code>{finding.code}</code> · {_two(place_of(finding.place))}</h3>\n"
        f"<p>{_two(finding.meaning)}</p>\n"
        f"<p>{_two(('Ожидалось', 'expected'))}: {_phrase(finding.expected)}</p>\n"
        f"<p>{_two(('Найдено', 'found'))}: {_phrase(finding.found)}</p>\n</section>\n"
    )


def _phrase(text: str) -> str:
    russian = in_russian(text)
    return f"<code>{escape(text)}</code>" if russian == text else _two((russian, text))


def _two(words: _Words) -> str:
    """Return Russian, and English beside it where that is another text."""
    russian, english = words
    return escape(russian) + ("" if russian == english else f" <span class=en>{escape(english)}</span>")


def _heading(words: _Words) -> str:
    return f"<h2>{_two(words)}</h2>\n"


def _table(rows: Iterable[tuple[_Words, str]], *, is_numbers: bool = False) -> str:
    """Return a table of two columns; the second is HTML."""
    attribute = " class=n" if is_numbers else ""
    return (
        "<table>\n" + "".join(f"<tr><th>{_two(n)}</th><td{attribute}>{v}</td></tr>\n" for n, v in rows) + "</table>\n"
    )
