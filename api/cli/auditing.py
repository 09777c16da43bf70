"""`audit`: the whole store, verified by its owner; the only way to lift the read-only latch."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

from api.anchoring import anchors_of, compare
from api.cli.console import Console, Exit
from api.cli.proving import record_verification
from api.schools import open_school
from api.settings import (
    Layout,
    SchoolFile,
    access_environment,
    access_origin,
    ledger_environment,
    passphrase,
    read_school_file,
)
from ledger.access.log import AccessLog
from ledger.application import School
from ledger.audit import AuditReport, audit
from ledger.errors import LedgerInUse, LetopisError
from ledger.journal.anchors import Anchor
from ledger.signing.keys import load_signer


class LatchInUseError(LetopisError):
    """The latch cannot be lifted while a server has the ledger."""


def audit_school(console: Console, var: Path, processes: int, *, unlatch: bool, record: bool = False) -> int:
    """Verify the whole store; without `unlatch` it is opened for reading, beside a running server too.

    With `record`, the stand-alone verifier then reads an archive of all, and its verdict becomes an entry, unless the
    audit found something: a log with findings takes none.

    On PostgreSQL a running server sees that its latch was lifted; on SQLite it holds the file, and must be stopped.

    Returns:
        0 where nothing is wrong, 1 with findings, 3 where something could not be checked.

    Raises:
        LatchInUseError: `unlatch`, and a server has the SQLite file.
        LetopisError: the store or its key cannot be opened.
        OSError: the log has passed, but the latch file cannot be renamed.
    """
    if record:
        # Before hours of hashing, find out whether anything can be recorded.
        with open_school(var, background=False):
            pass
    layout = Layout(var)
    file = read_school_file(layout)
    signer = load_signer(layout.signing_key, file.origin, passphrase())
    reading = ledger_environment(layout, file, read_only=file.database == "sqlite")
    settings = ledger_environment(layout, file) if unlatch else reading
    try:
        school = School(settings)
    except LedgerInUse:
        raise LatchInUseError(
            f"{var}: журнал открыт сервером: остановите его перед --unlatch / "
            "a server has this ledger; stop it before --unlatch"
        ) from None
    with closing(school):
        latched = getattr(school.ledger, "latched", None)
        with console.progress("проверка базы / audit", school.ledger.head().size) as done:
            report = audit(
                school.ledger,
                processes=processes,
                environment=reading,
                vkeys=[signer.verifier_key],
                unlatch=unlatch,
                progress=lambda entries, _: done(entries),
            )
        still = getattr(school.ledger, "latched", None)
        anchors = anchors_of(school) if report.passed else ()
    content, text = _content(report, latched, still), audit_lines(report, latched, still)
    looks = _audit_access(layout, file, processes, anchors, unlatch=unlatch)
    content["access_log"] = None if looks is None else _content(looks, None, None)
    text += "" if looks is None else "\n" + audit_lines(looks, None, None)
    if record and report.passed:
        recorded = record_verification(console, var)
        content["recorded"] = recorded
        text += f"\nВнесено / recorded: {recorded['verdict']}, запись / entry {recorded['entry']}"
    console.result(content, text)
    reports = [report] if looks is None else [report, looks]
    if not all(one.passed for one in reports):
        return Exit.FINDING
    return Exit.UNAVAILABLE if any(one.unchecked for one in reports) else Exit.DONE


def _audit_access(
    layout: Layout, file: SchoolFile, processes: int, anchors: tuple[Anchor, ...], *, unlatch: bool
) -> AuditReport | None:
    """Verify the access log too, and that it continues what the journal says of it; None where there is none yet."""
    if not layout.access_key.exists() or (file.database == "sqlite" and not layout.access_file.exists()):
        gone = compare(anchors, None)
        return AuditReport(access_origin(file.origin), 0, None, 0, tuple(gone), len(gone), ()) if gone else None
    signer = load_signer(layout.access_key, access_origin(file.origin), passphrase())
    reading = access_environment(layout, file, read_only=file.database == "sqlite")
    settings = access_environment(layout, file) if unlatch else reading
    with closing(AccessLog(settings, file.origin, str)) as log:
        found = audit(
            log.ledger, processes=processes, environment=reading, vkeys=[signer.verifier_key], unlatch=unlatch
        )
        wrong = compare(anchors, log.ledger) if found.passed else []
        return replace(found, findings=(*found.findings, *wrong), findings_count=found.findings_count + len(wrong))


def _content(report: AuditReport, latched: str | None, still: str | None) -> dict[str, object]:
    return {
        "passed": report.passed,
        "origin": report.origin,
        "entries": report.size,
        "root": report.root.hex() if report.root is not None else None,
        "checkpoints": report.checkpoints_count,
        "findings_count": report.findings_count,
        "findings": [
            {"code": found.code, "index": found.index, "expected": found.expected, "found": found.found}
            for found in report.findings
        ],
        "unchecked": list(report.unchecked),
        "latched": still,
        "unlatched": latched is not None and still is None,
    }


def audit_lines(report: AuditReport, latched: str | None = None, still: str | None = None) -> str:
    """What people read of an audit; `latched`, `still`: why recording was stopped before and after it."""
    lines = [
        f"{report.origin}: записей / entries {report.size}, "
        f"контрольных точек / checkpoints {report.checkpoints_count}, корень / root "
        + (report.root.hex() if report.root is not None else "—")
    ]
    for found in report.findings:
        place = "" if found.index is None else f" запись / entry {found.index}:"
        lines.append(f"{found.code}:{place} ожидалось / expected {found.expected}, найдено / found {found.found}")
    if report.findings_count > len(report.findings):
        lines.append(f"… и ещё / and more: {report.findings_count - len(report.findings)}")
    lines += [f"не проверено / not checked: {what}" for what in report.unchecked]
    if report.passed:
        lines.append("Всё сходится. / All of it holds.")
    else:
        lines.append(f"Найдено нарушений / findings: {report.findings_count}")
    if still is not None:
        lines.append(f"Запись остановлена / recording is stopped: {still}")
    elif latched is not None:
        lines.append("Запись снова разрешена. / Recording is allowed again.")
    return "\n".join(lines)
