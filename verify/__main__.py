"""Command line: `python -m verify`, `letopis-verify`, `python3 verify.pyz`."""

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from verify.archive import Pinned, verify_archive
from verify.extract import is_extract
from verify.findings import Report
from verify.note import COSIGNATURE, Checkpoint, NoteError, VerifierKey, parse_checkpoint, parse_vkey
from verify.report import to_json, to_text

if TYPE_CHECKING:
    from verify.tiles import Server

_USAGE_ERROR = 2
_FILE_MAX_BYTES = 1 << 20


class UsageError(Exception):
    """The command line is wrong; the text says how."""


def _read(path: str, max_bytes: int = _FILE_MAX_BYTES) -> bytes:
    try:
        with Path(path).open("rb") as file:
            raw = file.read(max_bytes + 1)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    if len(raw) > max_bytes:
        raise UsageError(f"{path}: больше {max_bytes} байт / larger than that many bytes")
    return raw


def _key(options: argparse.Namespace) -> VerifierKey | None:
    text = options.key
    if options.key_file:
        text = _read(options.key_file).decode("utf-8", "replace").removesuffix("\n").removesuffix("\r")
    if text is None:
        return None
    try:
        return parse_vkey(text)
    except NoteError as error:
        raise UsageError(f"--key: не ключ журнала / {error}") from None


def _witnesses(options: argparse.Namespace) -> tuple[VerifierKey, ...]:
    try:
        return tuple(parse_vkey(text, COSIGNATURE) for text in options.witness)
    except NoteError as error:
        raise UsageError(f"--witness: не ключ свидетеля / {error}") from None


def _old(options: argparse.Namespace) -> Checkpoint | None:
    if not options.old:
        return None
    try:
        return parse_checkpoint(_read(options.old))
    except NoteError as error:
        raise UsageError(f"--old: не контрольная точка / {error}") from None


class _Parser(argparse.ArgumentParser):
    """Says in Russian too that a command line is wrong; what exactly, the library says."""

    def error(self, message: str) -> NoReturn:
        """Raise it as what is wrong with the command line."""
        raise UsageError(f"команда записана неверно, см. --help / {message}")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="verify",
        description="Проверка архива или журнала школы. / Verifies a school's archive or running log.",
        epilog="Одна запись, код печатной формы, журнал доступа / one entry, a printed form's code, the access log: "
        "verify.pyz proof|print|access --help. Коды завершения / exit codes: 0 подтверждено / verified, 1 расхождения "
        "/ finding, 2 команда / usage, 3 не полностью / incomplete.",
    )
    parser.add_argument("archive", nargs="?", help="архив: папка или ZIP / the archive: a folder or a ZIP")
    parser.add_argument(
        "--url", help="вместо архива: адрес журнала работающей школы / instead: a running school's log prefix"
    )
    parser.add_argument(
        "--token-file", help="файл с токеном для --url (или LETOPIS_VERIFY_TOKEN) / bearer token for --url"
    )
    parser.add_argument(
        "--old", help="прежняя контрольная точка, которую журнал должен продолжать / an earlier checkpoint"
    )
    parser.add_argument(
        "--witness",
        metavar="VKEY",
        action="append",
        default=[],
        help="ключ свидетеля, полученный от него самого / a witness's key, got from the witness; repeatable",
    )
    parser.add_argument(
        "--earlier",
        metavar="ARCHIVE",
        action="append",
        default=[],
        help="прежний архив, который этот продолжает; нужны все / one that this continues; repeatable",
    )
    other = parser.add_mutually_exclusive_group()
    other.add_argument(
        "--against",
        metavar="ARCHIVE",
        help="другой архив той же школы: продолжает ли один другой, есть ли в нём записи выписки / another archive",
    )
    other.add_argument(
        "--against-url", metavar="URL", help="журнал той же школы: продолжает ли он архив / the school's running log"
    )
    parser.add_argument(
        "--quick", action="store_true", help="только сравнить, не проверяя сами архивы / compare and nothing else"
    )
    parser.add_argument(
        "--deadlines",
        action="store_true",
        help="посчитать, что внесено в срок и с опозданием / also count what was recorded in time and late",
    )
    parser.add_argument(
        "--copies",
        action="store_true",
        help="сверить с таблицами и книги XLSX с файлом SQLite / also compare workbooks and the SQLite file",
    )
    parser.add_argument(
        "--jobs", type=int, choices=(1, 2), help="процессов: 1 или 2; без указания по размеру / processes, by size"
    )
    _add_shared(parser)
    return parser


def _add_shared(parser: argparse.ArgumentParser) -> None:
    key = parser.add_mutually_exclusive_group()
    key.add_argument(
        "--key", metavar="VKEY", help="ключ журнала, полученный не из архива / the log's key, not from the archive"
    )
    key.add_argument("--key-file", help="файл с ключом / a file with the key")
    form = parser.add_mutually_exclusive_group()
    form.add_argument(
        "--format", choices=("text", "json", "html"), default="text", help="вид отчёта / the report's form"
    )
    form.add_argument("--json", dest="format", action="store_const", const="json", help="то же, что --format json")
    parser.add_argument("--html", metavar="FILE", help="кроме того, страница для людей / also write an HTML page")
    parser.add_argument(
        "--lang", choices=("ru", "en", "both"), default="both", help="язык отчёта / the report's language"
    )


def _proof_parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="verify proof", description="Проверка одной записи. / Verifies one entry's proof.")
    parser.add_argument("proof", help="файл tlog-proof / a tlog-proof file")
    parser.add_argument("--entry", required=True, help="файл с записью / a file with the entry's bytes")
    parser.add_argument("--disclosures", help="файл с раскрытиями / a file with disclosures, as disclosures.jsonl")
    _add_shared(parser)
    return parser


def _print_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="verify print", description="Проверка кода печатной формы по архиву. / Verifies a printed form's code."
    )
    parser.add_argument("code", help="текст кода, LETOPIS1/… / the code's text")
    parser.add_argument("--archive", required=True, help="архив: папка или ZIP / the archive: a folder or a ZIP")
    _add_shared(parser)
    return parser


def _access_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="verify access", description="Журнал доступа рядом с журналом. / An access log beside its journal."
    )
    parser.add_argument("access", help="архив журнала доступа / the access log's archive")
    parser.add_argument("--journal", required=True, help="архив журнала / the journal's archive")
    parser.add_argument("--journal-key", required=True, help="ключ журнала, vkey / the journal's key")
    _add_shared(parser)
    return parser


def _run_access(arguments: Sequence[str]) -> tuple[Report, argparse.Namespace]:
    from verify.anchored import verify_anchored

    options = _access_parser().parse_args(arguments)
    for path in (options.access, options.journal):
        if not Path(path).exists():
            raise UsageError(f"{path}: нет такого / not there")
    try:
        of_journal = Pinned(parse_vkey(options.journal_key), None)
    except NoteError as error:
        raise UsageError(f"--journal-key: не ключ журнала / {error}") from None
    pinned = Pinned(_key(options), None)
    return verify_anchored(Path(options.access), Path(options.journal), pinned, of_journal), options


def _run(arguments: Sequence[str]) -> tuple[Report, argparse.Namespace]:
    if arguments[:1] == ["proof"]:
        from verify.proof import verify_proof

        options = _proof_parser().parse_args(arguments[1:])
        disclosures = _read(options.disclosures) if options.disclosures else b""
        return verify_proof(_read(options.proof), _read(options.entry), disclosures, _key(options)), options
    if arguments[:1] == ["print"]:
        from verify.print_code import verify_print

        options = _print_parser().parse_args(arguments[1:])
        if not Path(options.archive).exists():
            raise UsageError(f"{options.archive}: нет такого / not there")
        return verify_print(Path(options.archive), options.code, _key(options)), options
    if arguments[:1] == ["access"]:
        return _run_access(arguments[1:])
    options = _parser().parse_args(arguments)
    pinned = Pinned(_key(options), _old(options), _witnesses(options))
    if bool(options.archive) == bool(options.url):
        raise UsageError("укажите архив или --url, одно из двух / an archive or --url, one of them")
    if options.quick and not (options.against or options.against_url):
        raise UsageError("--quick: вместе с --against или --against-url / goes with --against or --against-url")
    for name in ("earlier", "deadlines", "copies"):
        if getattr(options, name) and (options.url or options.against or options.against_url):
            raise UsageError(f"--{name}: при проверке одного архива / goes with one archive")
    for path in filter(None, (options.archive, options.against, *options.earlier)):
        if not Path(path).exists():
            raise UsageError(f"{path}: нет такого / not there")
    if options.url and (options.against or options.against_url):
        raise UsageError("--against, --against-url: при проверке архива / go with an archive")
    return _verified(options, pinned), options


def _verified(options: argparse.Namespace, pinned: Pinned) -> Report:
    if options.against and is_extract(Path(options.archive)):
        from verify.extract_against import verify_against

        if options.quick:
            raise UsageError(
                "--quick: для двух архивов, не для выписки / compares two archives; an extract is verified whole"
            )
        return verify_against(Path(options.archive), Path(options.against), pinned)
    if options.against:
        from verify.against import compare_archives

        return compare_archives(Path(options.archive), Path(options.against), pinned, quick=options.quick)
    if options.against_url:
        from verify.against import compare_with_server

        return compare_with_server(Path(options.archive), _server(options, "against_url"), pinned, quick=options.quick)
    if options.url:
        from verify.tiles import verify_server

        return verify_server(_server(options, "url"), pinned)
    return _verify_whole(Path(options.archive), pinned, options)


def _verify_whole(path: Path, pinned: Pinned, options: argparse.Namespace) -> Report:
    from verify import reader
    from verify.deadlines import Deadlines

    pinned = replace(pinned, with_copies=options.copies)
    earlier = tuple(map(Path, options.earlier))
    apart = reader.start(path, options.jobs, earlier)
    if earlier:
        from verify.earlier import Earlier

        pinned = replace(pinned, earlier=Earlier(earlier, pinned, apart))
    try:
        return verify_archive(path, pinned, apart=apart, deadlines=Deadlines() if options.deadlines else None)
    finally:
        if apart is not None:
            apart.close()


def _server(options: argparse.Namespace, name: str) -> "Server":
    from verify.tiles import Server

    token = _read(options.token_file).strip().decode("ascii", "replace") if options.token_file else None
    try:
        return Server(getattr(options, name), token)
    except ValueError as error:
        raise UsageError(f"--{name.replace('_', '-')}: {error}") from None


def _print(report: Report, options: argparse.Namespace) -> None:
    if options.html:
        from verify.html_report import to_html

        try:
            Path(options.html).write_text(to_html(report, options.lang), encoding="utf-8", newline="\n")
        except OSError as error:
            raise UsageError(f"--html: {options.html}: {error.strerror}") from None
    if options.format == "html":
        from verify.html_report import to_html

        text = to_html(report, options.lang)
    else:
        text = to_json(report) + "\n" if options.format == "json" else to_text(report, options.lang)
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        raise UsageError(f"отчёт не выведен / the report was not put out: {error.strerror}") from None


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify what the command line names, print the report and return the exit code."""
    # Half a million small values live until the end and make no cycles: collecting would only cost time.
    gc.disable()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        report, options = _run(sys.argv[1:] if arguments is None else arguments)
        _print(report, options)
    except UsageError as error:
        sys.stderr.write(f"verify: {error}\n")
        return _USAGE_ERROR
    return report.verdict.exit_code


def run() -> NoReturn:
    """Be the program: `main`, then an end at once.

    Taking half a million values apart, which the end of the process frees anyway, is a tenth of the time. What is
    written was flushed and closed by then, and found to be; the process that reads is gone.
    """
    code = main()
    with suppress(OSError):
        sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    run()
