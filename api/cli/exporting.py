"""`export`: an archive of all that is recorded, and where it is asked, the record of it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

from api.cli.console import Console, Exit
from api.cli.continuing import end_of
from api.cli.keeping import export_archive, viewer
from api.cli.looking import SHOWS, look
from api.cli.proving import find_year, record_archive
from api.cli.signing import open_to_sign
from api.cli.targets import check_free, free_folder, zip_or_remove
from api.schools import open_school
from api.settings import SettingsError
from exports.description import UNSTATED, Retention
from ledger.durable import create_file


class ExportOptions(NamedTuple):
    """What is asked of an export.

    A zip beside it, no personal values, from which checkpoint on; whether it is recorded, and for which year; who hands
    it over, and how long it is kept; whether it has PDFs (None: an archive in which people have names has them);
    whether to go on with an export that died; how many processes set the PDFs; the earlier archives that it continues.
    """

    zip_: bool = False
    public: bool = False
    since: int | None = None
    record: bool = False
    year: str | None = None
    handed_over_by: str = ""
    retention: Retention = UNSTATED
    documents: bool | None = None
    resume: bool = False
    jobs: int | None = None
    continues: tuple[Path, ...] = ()


def run_export(console: Console, var: Path, out: Path, options: ExportOptions) -> int:
    """Write an archive of all that is recorded, and a zip beside it: both or neither; record it where that is asked.

    Raises:
        SettingsError: one of them is there already; nothing is written.
    """
    zip_, public, since, record, year_title, handed_over_by, retention, documents, resume, jobs, continues = options
    if documents is None:
        documents = not public
    if since is not None and (record or continues):
        raise SettingsError("--since: без --record и --continues / goes with neither --record nor --continues")
    zipped = free_folder(out, zip_=zip_)
    with open_school(var, background=False) if record else open_to_sign(var) as school:
        year = find_year(school, year_title) if record else ""
        since = end_of(school.recorder, continues) if continues else since
        kinds = SHOWS["export"] if public else (*SHOWS["export"], "contacts", "disclosures", "names", "notes")
        size = school.recorder.head().size
        look(school, "export", {}, kinds=kinds, purpose="export", form="archive", classes=(), as_of=size)
        checkpoint = export_archive(
            console,
            school,
            out,
            public=public,
            since=since,
            documents=documents,
            handed_over_by=handed_over_by,
            retention=retention,
            resume=resume,
            processes=jobs,
        )
        if zip_:
            zip_or_remove(out, zipped)
        content: dict[str, object] = {
            "archive": str(out),
            "size": checkpoint.size,
            "first": since or 0,
            "vkey": school.signer.vkey,
        }
        if record:
            content["recorded"] = record_archive(school, out, year, continues)
        earlier = "".join(f" --earlier {path}" for path in continues)
        check = f'python3 {out}/verify.pyz {out}{earlier} --key "{school.signer.vkey}"'
        count = checkpoint.size - (since or 0)
        console.result(content, f"{out}: записей / entries: {count}\nПроверить / verify: {check}")
    return Exit.DONE


def run_viewer(console: Console, out: Path) -> int:
    """Write the page that verifies and shows archives apart from any, for readers to have it from elsewhere.

    Raises:
        SettingsError: the file is there already.
    """
    check_free(out)
    page = viewer()
    create_file(out, page, mode=0o644)
    digest = hashlib.sha256(page).hexdigest()
    console.result({"page": str(out), "sha256": digest}, f"{out}\nSHA-256: {digest}")
    return Exit.DONE
