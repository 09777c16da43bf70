"""Stories of backups that never may have happened so, signed by a school's key."""

from tests.verify_archive import Sample
from tests.verify_mutations import story


@story("evidence-root")
def a_backup_of_another_log(school: Sample) -> None:
    school.builder.backed_up(root="ab" * 32)


@story("evidence-size")
def a_backup_of_what_was_not_there_yet(school: Sample) -> None:
    b = school.builder
    b.backed_up(size=len(b.entries) + 1, root="ab" * 32)


@story("data-field", "table-row-extra")
def keys_beside_what_they_open(school: Sample) -> None:
    school.builder.backed_up(what=["keys", "vault"])


@story("backup")
def a_good_verdict_of_another_root(school: Sample) -> None:
    b = school.builder
    b.restored(b.backed_up(), root="ab" * 32)


@story("backup")
def a_good_verdict_of_fewer_entries(school: Sample) -> None:
    b = school.builder
    b.restored(b.backed_up(), size=2)


@story("backup")
def a_good_verdict_without_an_audit(school: Sample) -> None:
    b = school.builder
    b.restored(b.backed_up(), how=["restore"])


@story("backup")
def a_good_verdict_of_keys_that_nobody_restored(school: Sample) -> None:
    b = school.builder
    b.restored(b.backed_up(what=["keys"]), how=["values"])


@story("backup")
def a_proof_of_another_backup(school: Sample) -> None:
    b = school.builder
    other = b.backed_up()
    (taken,) = [one["index"] for one in b.entries if one["stream"] == f"backup/{other}"]
    b.restored(b.backed_up(), taken=taken)


@story("backup")
def a_size_without_a_root(school: Sample) -> None:
    b = school.builder
    backup = b.backed_up()
    b.restored(backup, verdict="finding")
    del b.entries[-1]["data"]["root"]
    b.rooted.discard(b.entries[-1]["index"])


@story("data-field")
def the_same_step_twice(school: Sample) -> None:
    b = school.builder
    b.restored(b.backed_up(), how=["audit", "restore", "restore"])


@story("stream-kind")
def a_proof_before_any_backup(school: Sample) -> None:
    b = school.builder
    b.begin()
    fields = {"taken": 1, "restored_at": "2027-06-10T09:15", "verdict": "finding", "how": ["restore"]}
    b.add("backup", b.uuid(), "backup_verified", **fields)


@story("table-cell")
def another_place_in_the_table_of_backups(school: Sample) -> None:
    school.builder.shown["backups", 0] = (9, "у директора")
