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
_MADE_BY: Final = ("Отчёт проверяющей программы «Летописи»", "Verification report of Letopis's verifier")
_NO_KEY: Final = ("Подпись не проверена: ключ не указан.", "No key was given: the signature was not checked.")
_HEAD: Final = (
    '<!DOCTYPE html>\n<html lang="ru">\n<head>\n<meta charset="utf-8">\n'
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
    '<meta name="viewport" content="width=device-width">\n'
)


def to_html(report: Report, language: str = "both") -> str:
    """Return the page in `ru`, `en` or `both`: the verdict first, then facts, findings, what was checked or not."""
    return _Page(language).whole(report)


class _Page:
    """What a page is made of, in one language or in both."""

    def __init__(self, language: str) -> None:
        self._language = language

    def whole(self, report: Report) -> str:
        name = shown(report.subject)
        title = f"Verification: {name}" if self._language == "en" else f"Проверка: {name}"
        head = _HEAD.replace('lang="ru"', 'lang="en"') if self._language == "en" else _HEAD
        parts = [head, f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"]
        parts.append(f"<h1>{escape(title)}</h1>\n<p class=en>{self._two(_MADE_BY)}</p>\n")
        parts += self._body(report)
        for part in report.parts:
            parts.append(f"<div class=part>\n<h1>{escape(shown(part.subject))}</h1>\n")
            parts += self._body(part)
            parts.append("</div>\n")
        parts.append(self._heading(("Чего не проверяет никакая проверка", "What no verification checks")))
        parts.append("<ul>\n" + "".join(f"<li>{self._two(words)}</li>\n" for words in NEVER_CHECKED) + "</ul>\n")
        return "".join(parts) + "</body>\n</html>\n"

    def _body(self, report: Report) -> Iterator[str]:
        verdict = report.verdict
        yield f'<div class="verdict {verdict.value}">{self._two(verdict_of(report))}</div>\n'
        if report.facts:
            yield self._heading(("Что проверялось", "What was verified"))
            yield self._table((name, self._two(tuple(map(shown, value)))) for name, value in facts_of(report))  # type: ignore[arg-type]
            if "key" not in report.facts and not report.parts:
                yield f"<p>{self._two(_NO_KEY)}</p>\n"
        if report.findings:
            yield self._heading(("Расхождения", "Findings"))
            for number, finding in enumerate(report.findings, 1):
                yield self._finding(number, finding)
            if report.beyond:
                yield f"<p>{self._two((f'… и ещё {report.beyond}', f'… and {report.beyond} more'))}</p>\n"
        if report.unchecked:
            yield self._heading(("Не удалось проверить", "Could not be checked"))
            rows = ((item.meaning, self._phrase(item.detail)) for item in report.unchecked)
            yield self._table(rows)
        if report.limits:
            yield self._heading(("Чего выписка не утверждает", "What the extract does not claim"))
            yield self._table((limit.meaning, self._phrase(limit.detail)) for limit in report.limits)
        if checked := checked_of(report):
            yield self._heading(("Что сверено", "What was compared"))
            yield self._table(((words, str(count)) for words, count in checked), is_numbers=True)
        if report.corrections:
            yield self._heading(("Исправления в журнале", "Corrections in the log"))
            yield (
                "<table>\n<tr><th></th>"
                + "".join(f"<td class=n>{self._two(words)}</td>" for words in CORRECTIONS)
                + "</tr>\n"
            )
            for what, counts in report.corrections.items():
                yield (
                    f"<tr><th>{self._two(CORRECTED[what])}</th>"
                    + "".join(f"<td class=n>{n}</td>" for n in counts)
                    + "</tr>\n"
                )
            yield "</table>\n"
        if report.by_manifest:
            yield self._heading(("Сверено только по манифесту", "Compared with the manifest alone"))
            words = (
                "Байты этих файлов те, что записаны в манифесте. Что в них написано, не проверялось.",
                "The bytes of these files are those of the manifest. What they say was not checked.",
            )
            yield f"<p>{self._two(words)}</p>\n<p><code>{escape(shown(by_manifest_of(report)))}</code></p>\n"

    def _finding(self, number: int, finding: Finding) -> str:
        place = self._two(place_of(finding.place))
        return (
            f"<section class=one>\n<h3>{number}. <code>{finding.code}</code> · {place}</h3>\n"
            f"<p>{self._two(finding.meaning)}</p>\n"
            f"<p>{self._two(('Ожидалось', 'expected'))}: {self._phrase(finding.expected)}</p>\n"
            f"<p>{self._two(('Найдено', 'found'))}: {self._phrase(finding.found)}</p>\n</section>\n"
        )

    def _phrase(self, text: str) -> str:
        russian = in_russian(text)
        return f"<code>{escape(text)}</code>" if russian == text else self._two((russian, text))

    def _two(self, words: _Words) -> str:
        """Return the language that is asked for, or Russian and English beside it where that is another text."""
        russian, english = words
        if self._language != "both" or russian == english:
            return escape(english if self._language == "en" else russian)
        return f"{escape(russian)} <span class=en>{escape(english)}</span>"

    def _heading(self, words: _Words) -> str:
        return f"<h2>{self._two(words)}</h2>\n"

    def _table(self, rows: Iterable[tuple[_Words, str]], *, is_numbers: bool = False) -> str:
        """Return a table of two columns; the second is HTML."""
        attribute = " class=n" if is_numbers else ""
        return (
            "<table>\n"
            + "".join(f"<tr><th>{self._two(n)}</th><td{attribute}>{v}</td></tr>\n" for n, v in rows)
            + "</table>\n"
        )
