"""Stories of witnesses that never may have happened so, signed by a school's key."""

from tests.verify_archive import Sample
from tests.verify_mutations import story
from tests.witness_keys import WITNESSES, WitnessKey

THIRD = WitnessKey("third.example/w", 3)


@story("witness")
def witness_appointed_twice(school: Sample) -> None:
    school.builder.appoint_witness(WITNESSES[0])


@story("witness")
def witness_dismissed_that_was_never_appointed(school: Sample) -> None:
    b = school.builder
    b.dismiss_witness(WITNESSES[1])
    b.dismiss_witness(WITNESSES[1])


@story("witness")
def cosignature_of_a_witness_that_was_dismissed(school: Sample) -> None:
    b = school.builder
    b.dismiss_witness(WITNESSES[1])
    b.cosign(WITNESSES[1], time=1_796_000_000)


@story("witness")
def cosignature_of_fewer_entries_than_before(school: Sample) -> None:
    b = school.builder
    b.cosign(WITNESSES[0], time=1_796_000_000)
    b.cosign(WITNESSES[0], size=len(b.entries) - 3, time=1_796_000_000)


@story("witness")
def cosignature_dated_before_the_last(school: Sample) -> None:
    school.builder.cosign(WITNESSES[0], time=1_794_000_000)


@story("witness-key")
def witness_under_the_id_of_another_key(school: Sample) -> None:
    b = school.builder
    b.dismiss_witness(WITNESSES[0])
    b.appoint_witness(WITNESSES[0], vkey=THIRD.vkey)


@story("witness-key")
def witness_with_the_logs_own_key(school: Sample) -> None:
    school.builder.appoint_witness(THIRD, vkey=school.builder.key.vkey)


@story("cosignature")
def cosignature_that_nobody_made(school: Sample) -> None:
    school.builder.cosign(WITNESSES[0], time=1_796_000_000, signature="A" * 86 + "==")


@story("cosignature")
def cosignature_of_another_witness(school: Sample) -> None:
    b = school.builder
    b.cosigned[b.cosign(WITNESSES[0], time=1_796_000_000)] = WITNESSES[1]


@story("cosignature")
def cosignature_with_another_time(school: Sample) -> None:
    b = school.builder
    size = len(b.entries)
    signature = WITNESSES[0].cosign(b.key.name, size, bytes.fromhex(b.root_at(size)), 1_796_000_000)
    b.cosign(WITNESSES[0], time=1_796_000_001, signature=signature)


@story("evidence-root")
def cosignature_of_another_root(school: Sample) -> None:
    school.builder.cosign(WITNESSES[0], time=1_796_000_000, root="12" * 32)


@story("evidence-size")
def cosignature_of_a_log_that_is_not_there_yet(school: Sample) -> None:
    b = school.builder
    b.cosign(WITNESSES[0], size=len(b.entries) + 2, time=1_796_000_000, root="12" * 32)


@story("table-cell")
def witness_that_a_table_calls_another(school: Sample) -> None:
    school.builder.shown[("witnesses", 1)] = (5, "другой")
