"""`python -m bench`: everything, or `--quick`: what fits into two minutes."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.appending import postgres_appends, sqlite_appends
from bench.asking import MILLISECONDS, questions_asked, viewed_from, year_school
from bench.deciding import access_decided
from bench.erasing import people_erased
from bench.hostile import hostile_archives
from bench.keeping import people_kept
from bench.looking import looks_recorded
from bench.measure import Report
from bench.printing import documents_set
from bench.reading import full_verification, growth, views_as_of, views_rebuilt, year_archive
from bench.spanning import substitutions_of_years
from bench.viewing import views_shown
from tests.cluster import Cluster, running_cluster
from tests.conftest import make_template

PARTS = (
    "sqlite",
    "postgres",
    "vault",
    "verify",
    "hostile",
    "rebuild",
    "asof",
    "looks",
    "access",
    "questions",
    "views",
    "spanning",
    "erasing",
    "growth",
    "archive",
    "documents",
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under two minutes")
    parser.add_argument("--only", default="", help=f"comma-separated: {', '.join(PARTS)}")
    parser.add_argument("--entries", type=int, default=0, help="of the long log in `growth`")
    parser.add_argument(
        "--school", type=Path, help="a folder with a school's year, for `questions` and `views`: copied, not made again"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object of all ratios, and nothing else")
    options = parser.parse_args()
    only = set(filter(None, options.only.split(",")))
    if strange := only - set(PARTS):
        parser.error(f"--only: no such part: {', '.join(sorted(strange))}")
    rounds, scale = (3, 1) if options.quick else (7, 2)
    begun = time.monotonic()
    report = Report(is_quiet=options.json)

    def wanted(part: str) -> bool:
        return not only or part in only

    with tempfile.TemporaryDirectory(prefix="letopis-bench-", dir=_disk()) as name:
        folder = Path(name)
        if wanted("sqlite"):
            sqlite_appends(report, folder, rounds, scale)
        if wanted("postgres"):
            with _cluster() as cluster:
                postgres_appends(report, cluster, rounds, scale)
        if wanted("vault"):
            people_kept(report, folder, rounds, people=300 * scale)
        if wanted("verify"):
            full_verification(report, folder, rounds, commands=12_000 if options.quick else None)
        if wanted("rebuild"):
            with _cluster() as cluster:
                views_rebuilt(report, folder, cluster, rounds, commands=3_000 if options.quick else 16_000)
        if wanted("asof"):
            views_as_of(report, folder, rounds)
        if wanted("growth"):
            growth(report, folder, rounds, entries=options.entries or (200_000 if options.quick else 1_000_000))
        _of_looks_and_files(report, folder, rounds, wanted)
        if not options.quick:
            _of_a_year(report, folder, wanted, options.school)
    report.write(Path("var/bench.json"))
    if options.json:
        print(report.json())
    else:
        print(f"var/bench.json: {len(report.results)} ratios in {time.monotonic() - begun:.0f} s")
    return 0


def _of_looks_and_files(report: Report, folder: Path, rounds: int, wanted: Callable[[str], bool]) -> None:
    if wanted("hostile"):
        hostile_archives(report, folder)
    if wanted("looks"):
        with _cluster() as cluster:
            looks_recorded(report, folder, cluster, rounds)
    if wanted("access"):
        with _cluster() as cluster:
            access_decided(report, folder, cluster, rounds)
    if wanted("documents"):
        documents_set(report, rounds)


def _of_a_year(report: Report, folder: Path, wanted: Callable[[str], bool], ready: Path | None) -> None:
    """What needs the model school's whole year, which takes minutes to make."""
    if wanted("spanning"):
        substitutions_of_years(report, folder / "years", rounds=5)
    if wanted("erasing"):
        with _cluster() as cluster:
            people_erased(report, folder / "erasing", cluster, students=5)
    if wanted("archive"):
        year_archive(report, folder)
    if wanted("questions") or wanted("views"):
        with year_school(folder / "year", ready) as school:
            if wanted("questions"):
                with _cluster() as cluster:
                    questions_asked(report, school, cluster, rounds=2)
            if wanted("views"):
                views_shown(report, school, rounds=2)
        if wanted("views"):
            with _cluster() as cluster, viewed_from(folder / "year", cluster) as school:
                views_shown(report, school, rounds=2, database="postgres")
        report.tell_short(f"p95 above {MILLISECONDS:g} ms", "question_", "view_")


@contextmanager
def _cluster() -> Iterator[Cluster]:
    """A PostgreSQL of our own with fsync on and the ledger's schema in its template."""
    with running_cluster(durable=True) as cluster:
        make_template(cluster)
        yield cluster


def _disk() -> Path:
    """A folder on a disk, for a memory file system would make every fsync free."""
    var = Path("var")
    var.mkdir(exist_ok=True)
    return var


if __name__ == "__main__":
    sys.exit(main())
