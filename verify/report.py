"""A report for people, in Russian and English, and for programs, as JSON."""

import json
from typing import Final

from verify.extract_findings import LIMITS
from verify.findings import FINDINGS, Report, Verdict, shown
from verify.unchecked import UNCHECKED

_VERDICTS: Final = {
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
_VERIFIED_EXTRACT: Final = (
    "ПОДТВЕРЖДЕНО: всё, что утверждает выписка, проверено, расхождений нет. Чего она не утверждает, сказано ниже.",
    "VERIFIED: everything that the extract claims was checked and nothing differs. What it does not is below.",
)
_WORDS: Final = {
    "school": ("Школа", "School"),
    "clock": ("Часы", "Clock"),
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
    "extract": ("Выписка", "Extract of"),
    "against": ("Сравнено с архивом, записей", "Compared with an archive of"),
    "complete_streams": ("Полных потоков", "Whole streams"),
    "closed_lessons": ("Уроков в закрытиях", "Lessons in closings"),
    "sealed_by": ("Манифесты подписаны ключом", "Manifests signed by"),
    "not_compared": (
        "Не сверено с записями, только хеши по манифесту",
        "Not compared with the entries, only with the manifest's hashes",
    ),
}


def _both(pair: tuple[str, str], language: str) -> str:
    return {"ru": pair[0], "en": pair[1]}.get(language, f"{pair[0]} / {pair[1]}")


def _phrase(text: str, language: str) -> str:
    """Return what a check wrote in the report's language; in both where it is not a value, which has but one."""
    from verify.phrases import in_russian  # only a report that has something to say needs it

    russian = text if language == "en" else in_russian(text)
    return text if russian == text else _both((russian, text), language)


def to_text(report: Report, language: str = "both") -> str:
    """Return the report as lines of text; `language` is `ru`, `en` or `both`."""
    is_extract = report.verdict is Verdict.VERIFIED and report.limits
    lines = [_both(_VERIFIED_EXTRACT if is_extract else _VERDICTS[report.verdict], language)]
    lines += [f"  {_both(_WORDS[name], language)}: {shown(value)}" for name, value in report.facts.items()]
    for number, finding in enumerate(report.findings, 1):
        lines.append(f"{number}. [{finding.code}] {finding.place}")
        lines.append(f"   {_both(finding.meaning, language)}")
        lines.append(f"   {_both(('ожидалось', 'expected'), language)}: {_phrase(finding.expected, language)}")
        lines.append(f"   {_both(('найдено', 'found'), language)}: {_phrase(finding.found, language)}")
    if report.beyond:
        lines.append(_both((f"… и ещё {report.beyond}", f"… and {report.beyond} more"), language))
    for unchecked in report.unchecked:
        lines.append(
            f"- [{unchecked.code}] {_both(unchecked.meaning, language)} ({_phrase(unchecked.detail, language)})"
        )
    lines += [
        f"* [{limit.code}] {_both(limit.meaning, language)} ({_phrase(limit.detail, language)})"
        for limit in report.limits
    ]
    return "\n".join(lines) + "\n"


def to_json(report: Report) -> str:
    """Return the report as one JSON object with stable names."""
    return json.dumps(
        {
            "verdict": report.verdict.value,
            "facts": report.facts,
            "findings": [
                {
                    "code": finding.code,
                    "where": str(finding.place),
                    "file": finding.place.file,
                    "line": finding.place.line,
                    "entry": finding.place.entry,
                    "offset": finding.place.offset,
                    "field": finding.place.field,
                    "expected": finding.expected,
                    "found": finding.found,
                    "meaning": {"ru": finding.meaning[0], "en": finding.meaning[1]},
                }
                for finding in report.findings
            ],
            "findings_beyond": report.beyond,
            "unchecked": [
                {"code": item.code, "detail": item.detail, "meaning": {"ru": item.meaning[0], "en": item.meaning[1]}}
                for item in report.unchecked
            ],
            "limits": [
                {"code": item.code, "detail": item.detail, "meaning": {"ru": item.meaning[0], "en": item.meaning[1]}}
                for item in report.limits
            ],
        },
        ensure_ascii=False,
        indent=2,
    )


def codes_page() -> str:
    """Return docs/findings.md: every code with its meanings."""
    parts = [
        "# Findings / Находки",
        "",
        "What the verifier can say, by code. Codes are stable: a program may rely on them. This page is written by",
        "`python -m verify.report`, and a test holds it to the program.",
        "",
        "## Findings: something is wrong (exit code 1)",
        "",
        "| code | по-русски | in English |",
        "|---|---|---|",
        *(f"| `{code}` | {russian} | {english} |" for code, (russian, english) in FINDINGS.items()),
        "",
        "## Unchecked: never reported as verified (exit code 3, where nothing is wrong)",
        "",
        "| code | по-русски | in English |",
        "|---|---|---|",
        *(f"| `{code}` | {russian} | {english} |" for code, (russian, english) in UNCHECKED.items()),
        "",
        "## Limits: what an extract does not claim (the exit code is not about them)",
        "",
        "| code | по-русски | in English |",
        "|---|---|---|",
        *(f"| `{code}` | {russian} | {english} |" for code, (russian, english) in LIMITS.items()),
        "",
    ]
    return "\n".join(parts)


if __name__ == "__main__":
    print(codes_page(), end="")  # noqa: T201
