"""verify.pyz: the same bytes on every build, and enough to verify with nothing but Python."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.verify_archive import sample, write_folder

ROOT = Path(__file__).parents[3]


def build(checkout: Path, target: Path, umask: int = 0o022) -> bytes:
    subprocess.run(
        [sys.executable, "-m", "verify.build", str(target)],
        cwd=checkout, check=True, umask=umask, env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    return target.read_bytes()


@pytest.fixture(scope="module")
def pyz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("dist") / "verify.pyz"
    build(ROOT, target)
    return target


def test_has_the_same_bytes_from_another_folder_another_umask_and_other_times(pyz: Path, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere" / "verify"
    other.parent.mkdir()
    shutil.copytree(ROOT / "verify", other, ignore=shutil.ignore_patterns("__pycache__"), copy_function=shutil.copyfile)
    for path in sorted(other.rglob("*"), reverse=True):
        os.utime(path, (1, 1))
    assert build(other.parent, tmp_path / "out" / "verify.pyz", 0o077) == pyz.read_bytes()


def test_carries_the_specification_and_nothing_foreign(pyz: Path) -> None:
    with zipfile.ZipFile(pyz) as archive:
        names = archive.namelist()
    assert {"verify/spec/log-format.md", "verify/spec/events.md", "verify/spec/tables.md"} <= set(names)
    assert names == sorted(names)
    assert all(name == "__main__.py" or name.startswith("verify/") for name in names)


def test_runs_isolated_and_without_site_packages(pyz: Path, tmp_path: Path) -> None:
    builder = sample().builder
    archive = write_folder(builder.files(), tmp_path / "bag")
    run = subprocess.run(
        [sys.executable, "-I", "-S", str(pyz), str(archive), "--key", builder.key.vkey],
        capture_output=True, cwd=tmp_path, env={}, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert "ПОДТВЕРЖДЕНО" in run.stdout.decode()


def test_runs_where_the_terminal_knows_no_russian(pyz: Path, tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-X", "utf8=0", str(pyz), str(tmp_path)],
        capture_output=True, env={"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONCOERCECLOCALE": "0"}, check=False,
    )  # fmt: skip
    assert run.returncode == 1, run.stderr
    assert b"archive-unreadable" in run.stdout


def test_imports_nothing_but_the_standard_library() -> None:
    script = "import sys, verify.__main__, verify.tiles, verify.proof, verify.build; print(*{m.partition('.')[0] for m in sys.modules})"
    run = subprocess.run([sys.executable, "-S", "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    foreign = {name for name in run.stdout.split() if name not in sys.stdlib_module_names and not name.startswith("_")}
    assert foreign == {"verify"}


@pytest.mark.parametrize("form", ["text", "json", "html"])
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_says_that_a_report_could_not_be_put_out(form: str, pyz: Path, tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        run = subprocess.run(
            [sys.executable, "-I", "-S", str(pyz), str(tmp_path), "--format", form],
            stdout=full, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
    assert run.returncode == 2
    assert "the report was not put out: No space left on device" in run.stderr.decode()
    assert b"Traceback" not in run.stderr


def test_says_that_nobody_reads_the_report(pyz: Path, tmp_path: Path) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    try:
        run = subprocess.run(
            [sys.executable, "-I", "-S", str(pyz), str(tmp_path)], stdout=writes, stderr=subprocess.PIPE, check=False
        )
    finally:
        os.close(writes)
    assert run.returncode == 2
    assert run.stderr.decode().splitlines() == ["verify: отчёт не выведен / the report was not put out: Broken pipe"]


def test_a_page_is_whole_when_the_program_has_ended(pyz: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    run = subprocess.run(
        [sys.executable, "-I", "-S", str(pyz), str(tmp_path / "."), "--html", str(page), "--format", "html"],
        capture_output=True, check=False,
    )  # fmt: skip
    assert run.returncode == 1
    assert page.read_bytes() == run.stdout
    assert page.read_text(encoding="utf-8").rstrip().endswith("</html>")
