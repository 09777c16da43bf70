"""`demo`: one quarter of a sample school, from record to proof, each step said aloud.

It ends by itself and leaves the archive (folder and zip), the checkpoint and the vkey in its folder.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

from api.auth import Identity
from api.cli.console import Console, Exit
from api.cli.keeping import export_archive, verifier
from api.cli.paperless import do_without_paper
from api.cli.replaying import format_page
from api.cli.serving import SAMPLE_ORIGIN, SAMPLE_SEED
from api.founding import init_school
from api.sample import SampleSchool, load_through_application
from api.schools import OpenSchool, open_school
from api.settings import Layout, SchoolFile, SettingsError
from exports.archive import entries_file
from exports.bag import zip_bag
from ledger.durable import create_file
from ledger.journal.commands import ApproveCorrection, RequestCorrection
from ledger.wire.entry import Actor, parse_at
from projections.views.cell_history import cell_history
from projections.views.class_page import ClassPage, class_page
from projections.views.correction_register import correction_register
from projections.views.lookups import classes, periods

MADE: Final = ("archive", "archive.zip", "checkpoint", "school.vkey", "changed", "school", "verify.pyz", "witness")
SUBJECT: Final = "Математика"


class _Steps:
    """Numbers steps and tells how long each took."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._number = 0
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str, title: str) -> Iterator[None]:
        self._number += 1
        self._console.say(f"\n{self._number}. {title}")
        begun = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - begun, 3)


def run_demo(console: Console, var: Path) -> int:
    """Run the demonstration in the folder `var`; what an earlier run left there is made again."""
    _clear(var)
    steps = _Steps(console)
    with steps.step("school", "Выдуманная школа / sample school"):
        sample = SampleSchool(SAMPLE_SEED, "demo", origin=SAMPLE_ORIGIN)
        vkey = _found(var / "school", sample)
        console.say(f"   {sample.name}; ключ / key: {vkey}")
    with open_school(var / "school", background=False) as school:
        return _demonstrate(console, steps, var, school, sample)


def _demonstrate(console: Console, steps: _Steps, var: Path, school: OpenSchool, sample: SampleSchool) -> int:
    with steps.step("quarter", "Четверть уроков через приложение / a quarter of lessons through the application"):
        loaded = load_through_application(school.app, school.vault, sample)
        console.say(f"   команд / commands: {loaded.commands}, записей / entries: {loaded.entries}")
    with steps.step("checkpoint", "Подписанная контрольная точка / signed checkpoint"):
        signed = school.checkpointer.sign()
        console.say(_indented(signed.note.decode()))
    with steps.step("views", "Представления / views"):
        school.views.catch_up(school.recorder)
        console.say(_indented(_page(school)))
    with steps.step("correction", "Исправление после закрытия периода / a correction after the period was closed"):
        console.say(_indented(_correct_after_close(school, sample)))
    with steps.step("paper", "Что печатать по пункту 3.3 регламента / what clause 3.3 asks to print"):
        before, after, witness = do_without_paper(console, school, var / "witness")
    with steps.step("archive", "Архив года / year archive"):
        signed = export_archive(console, school, var / "archive")
        zip_bag(var / "archive", var / "archive.zip")
        create_file(var / "checkpoint", signed.note, mode=0o644)
        create_file(var / "school.vkey", f"{school.signer.vkey}\n".encode(), mode=0o644)
        create_file(var / "verify.pyz", verifier(), mode=0o644)
        console.say(f"   {var}/archive, {var}/archive.zip: {signed.size} записей / entries")
    with steps.step("verified", "Проверка архива отдельной программой / verified offline by the stand-alone verifier"):
        verdict, report = _verify(var, var / "archive", school.signer.vkey, witness)
        console.say(_indented(report))
    with steps.step("changed", "Один байт копии изменён / one byte of a copy changed"):
        place = _change_one_byte(var)
        console.say(f"   изменено / changed: {place}")
        changed, report = _verify(var, var / "changed", school.signer.vkey, witness)
        console.say(_indented(report))
    held = verdict == Exit.DONE and changed == Exit.FINDING and before > 0 == after
    console.result(
        {"held": held, "entries": signed.size, "seconds": steps.seconds, "changed": place, "to_print": [before, after]},
        "\nВсё сошлось. / All of it held." if held else "\nНе сошлось! / It did not hold!",
    )
    return Exit.DONE if held else Exit.FINDING


def _clear(var: Path) -> None:
    """Remove what an earlier run made, by name, and nothing else."""
    var.mkdir(parents=True, exist_ok=True)
    strange = sorted(path.name for path in var.iterdir() if path.name not in MADE and not path.name.endswith(".part"))
    if strange:
        raise SettingsError(
            f"{var}: здесь лежит {', '.join(strange)}, это не от показа; назовите другую папку / "
            "no demonstration made that; choose another --var"
        )
    for path in var.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _found(folder: Path, sample: SampleSchool) -> str:
    person = sample.roster().administrator
    administrator = Identity(person.id, "administrator", "sample", "Администратор / administrator")
    file = SchoolFile(origin=sample.origin, code="sample", clock="sample")
    vkey, _ = init_school(Layout(folder), file, [administrator])
    return vkey


def _page(school: OpenSchool) -> str:
    """The last lessons of a class in one subject, and how long the register of corrections is."""
    page, name = _closed_page(school)
    register = correction_register(school.views)
    late = sum(1 for row in register.rows if row.timing == "after_close")
    text = format_page(school, page, f"{name}, {SUBJECT}")
    return f"{text}\nРеестр исправлений / corrections: {len(register.rows)}, после закрытия / after close: {late}"


def _closed_page(school: OpenSchool) -> tuple[ClassPage, str]:
    """The page of a class in one subject over the quarter that is closed."""
    group = classes(school.views).rows[-1]
    closed = next(row for row in periods(school.views, grade=group.grade).rows if row.closed_by is not None)
    page = class_page(
        school.views, group.class_group, subject=SUBJECT, from_date=closed.starts_on, to_date=closed.ends_on
    )
    return page, group.name


def _correct_after_close(school: OpenSchool, sample: SampleSchool) -> str:
    """A teacher asks, the deputy head approves; then the cell's history."""
    page, _ = _closed_page(school)
    values = (value for line in page.lines for value in line.values)
    mark = next(value for value in values if value.what == "mark" and not value.corrected)
    teacher = next(column.lesson.teacher for column in page.columns if column.lesson.lesson == mark.lesson)
    moment = parse_at(school.recorder.head().at) + timedelta(hours=3)
    asked = school.execute(
        RequestCorrection(
            lesson=mark.lesson,
            corrects=mark.entry,
            new="4" if mark.value == "5" else "5",
            reason="rechecked",
            basis="Заявление № 14",
        ),
        Actor(teacher, "teacher"),
        at=moment,
    )
    approved = school.execute(
        ApproveCorrection(lesson=mark.lesson, request=asked.first_index),
        Actor(sample.roster().deputy.id, "deputy"),
        at=moment + timedelta(hours=1),
    )
    school.views.catch_up(school.recorder)
    lines = [f"заявка / request: {asked.first_index}, согласие / approval: {approved.first_index}"]
    for touch in cell_history(school.views, mark.lesson, mark.student).rows:
        shown = f"{touch.old or '—'} → {touch.new or '—'}"
        lines.append(f"запись / entry {touch.entry}: {touch.at} {touch.action} {shown} {touch.reason or ''}".rstrip())
    return "\n".join(lines)


def _verify(var: Path, archive: Path, vkey: str, witness: str) -> tuple[int, str]:
    """Run the verifier as anybody would: another process, nothing but Python."""
    command = [sys.executable, "-I", str(var / "verify.pyz"), str(archive), "--key", vkey, "--witness", witness]
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, capture_output=True, check=False, env=environment)  # noqa: S603 - our own files
    return done.returncode, (done.stdout + done.stderr).decode(errors="replace")


def _change_one_byte(var: Path) -> str:
    """Raise a mark of a copy by one bit of one byte: what somebody with a text editor would do."""
    shutil.copytree(var / "archive", var / "changed")
    path = var / "changed" / entries_file(0)
    content = bytearray(path.read_bytes())
    found = re.search(rb'"value":"([1-4])"', content)
    if found is None:
        raise SettingsError("нет отметки, которую изменить / the sample school has no mark to change")
    offset = found.start(1)
    content[offset] += 1
    path.write_bytes(content)
    line = content.count(b"\n", 0, offset) + 1
    return f"{entries_file(0)}, строка / line {line}, байт / byte {offset}"


def _indented(text: str) -> str:
    return "\n".join(f"   {line}" for line in text.rstrip("\n").split("\n"))
