"""A report for people, in Russian and English, and for programs, as JSON."""

import json
from typing import Final

from verify.extract_findings import LIMITS
from verify.findings import FINDINGS, Report, shown
from verify.report_words import (
    CORRECTED,
    CORRECTIONS,
    NEVER_CHECKED,
    RULES,
    SCHOOL,
    STATUSES,
    by_manifest_of,
    checked_of,
    facts_of,
    place_of,
    verdict_of,
)
from verify.unchecked import UNCHECKED

SCHEMA: Final = "letopis-verification/1"


def both(pair: tuple[str, str], language: str) -> str:
    """Return a pair in the report's language: Russian, English, or both."""
    if pair[0] == pair[1]:
        return pair[0]
    return {"ru": pair[0], "en": pair[1]}.get(language, f"{pair[0]} / {pair[1]}")


def phrase(text: str, language: str) -> str:
    """Return what a check wrote in the report's language; in both where it is not a value, which has but one."""
    from verify.phrases import in_russian  # only a report that has something to say needs it

    russian = text if language == "en" else in_russian(text)
    return text if russian == text else both((russian, text), language)


def to_text(report: Report, language: str = "both") -> str:
    """Return the report as lines of text; `language` is `ru`, `en` or `both`."""
    lines = _lines(report, language)
    for part in report.parts:
        lines += ["", f"== {shown(part.subject)}", *_lines(part, language)]
    lines += ["", both(("Не проверялось и никогда не проверяется:", "Not checked, ever:"), language)]
    lines += [f"  {both(words, language)}" for words in NEVER_CHECKED]
    return "\n".join(lines) + "\n"


def _lines(report: Report, language: str) -> list[str]:
    lines = [both(verdict_of(report), language)]
    lines += [f"  {both(name, language)}: {shown(both(value, language))}" for name, value in facts_of(report)]
    for number, finding in enumerate(report.findings, 1):
        lines.append(f"{number}. [{finding.code}] {place_of(finding.place)[language != 'ru']}")
        lines.append(f"   {both(finding.meaning, language)}")
        lines.append(f"   {both(('ожидалось', 'expected'), language)}: {phrase(finding.expected, language)}")
        lines.append(f"   {both(('найдено', 'found'), language)}: {phrase(finding.found, language)}")
    if report.beyond:
        lines.append(both((f"… и ещё {report.beyond}", f"… and {report.beyond} more"), language))
    for unchecked in report.unchecked:
        lines.append(f"- [{unchecked.code}] {both(unchecked.meaning, language)} ({phrase(unchecked.detail, language)})")
    lines += [
        f"* [{limit.code}] {both(limit.meaning, language)} ({phrase(limit.detail, language)})"
        for limit in report.limits
    ]
    if checked := checked_of(report):
        lines += [both(("Проверено:", "Checked:"), language)]
        lines += [f"  {both(words, language)}: {count}" for words, count in checked]
    if report.corrections:
        columns = ", ".join(both(words, language) for words in CORRECTIONS)
        lines.append(f"{both(('Исправления', 'Corrections'), language)} ({columns}):")
        lines += [
            f"  {both(CORRECTED[what], language)}: {', '.join(map(str, counts))}"
            for what, counts in report.corrections.items()
        ]
    lines += _deadlines(report, language)
    if report.by_manifest:
        only = both(("Только по манифесту, не по содержанию", "By the manifest alone, not by what they say"), language)
        lines.append(f"{only}: {shown(by_manifest_of(report))}")
    return lines


def _deadlines(report: Report, language: str) -> list[str]:
    """Return the counts of deadlines, a line for each class and rule."""
    if not report.deadlines:
        return []
    lines = [both(("Сроки, посчитанные заново по записям:", "Deadlines, counted again from the entries:"), language)]
    for group, rules in report.deadlines.items():
        for rule, counts in rules.items():
            said = ", ".join(f"{both(STATUSES[status], language)} {count}" for status, count in counts.items())
            lines.append(f"  {shown(group) or both(SCHOOL, language)}, {both(RULES[rule], language)}: {said}")
    return lines


def to_json(report: Report) -> str:
    """Return the report as one JSON object with stable names (docs/verify.md)."""
    return json.dumps({"schema": SCHEMA, **_object(report)}, ensure_ascii=False, indent=2)


def _object(report: Report) -> dict[str, object]:
    return {
        "subject": shown(report.subject),
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
        "checked": {name: count for name, count in sorted(report.checked.items()) if count},
        "corrections": {
            what: {"all": counts[0], "after_close": counts[1], "approved": counts[2]}
            for what, counts in sorted(report.corrections.items())
        },
        "by_manifest": dict(sorted(report.by_manifest.items())),
        "parts": [_object(part) for part in report.parts],
    } | ({"deadlines": report.deadlines} if report.deadlines else {})


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
