"""The sample school of `serve --sample`: what an inspector asks for is there, was made as a school makes it, and holds."""

from __future__ import annotations

from pathlib import Path

from api.backups.folder import check_files, read_backup
from api.cli.console import Console
from api.cli.keeping import export_archive
from api.cli.serving import make_sample
from api.schools import open_school
from projections.views.backups import backups
from projections.views.obligations import obligations
from verify.archive import verify_archive
from verify.note import parse_vkey
from verify.signed import Pinned

SHOWN = ("prints", "print_certifications", "printouts", "timings", "backups", "freshness_measurements", "council")
"""Tables of views that commands alone fill, and no lesson."""


def test_a_fresh_sample_shows_paper_evidence_and_a_backup_and_all_of_it_verifies(tmp_path: Path) -> None:
    var = tmp_path / "var"
    make_sample(Console(as_json=True), var)
    with open_school(var, background=False) as school:
        school.read_views()
        counts = {name: school.views.select(f"SELECT count(*) FROM {{{name}}} t", {})[0][0] for name in SHOWN}
        assert all(counts.values()), counts
        met = {one.condition for one in obligations(school.views).rows if one.met_by is not None}
        assert {"corrections", "substitutions"} <= met
        taken = read_backup(var / "sample-backup")
        check_files(taken)
        assert [one.backup for one in backups(school.views).rows] == [taken.manifest.backup]
        export_archive(Console(as_json=True), school, tmp_path / "archive", public=False)
        vkey, size = school.signer.vkey, school.recorder.head().size
    report = verify_archive(tmp_path / "archive", Pinned(parse_vkey(vkey), None))
    assert report.findings == []
    make_sample(Console(as_json=True), var)
    with open_school(var, background=False) as school:
        assert school.recorder.head().size == size, "what is whole is left as it is"
