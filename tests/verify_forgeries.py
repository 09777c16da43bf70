"""Stories that a school's key signed and that never may have happened so: the archive is whole, only its meaning is wrong."""

from tests.verify_archive import Builder, Sample
from tests.verify_mutations import story


def disclosed_person(b: Builder, kind: str, *disclosed: tuple[str, str], shown: str = "") -> str:
    """Register a person with these disclosures, and let the tables show a name (the id, where it is empty)."""
    person, index = b.uuid(), len(b.entries)
    digests = [b.disclose(name, value, index) for name, value in disclosed]
    b.add("person", person, "person_registered", kind=kind, sd=sorted(digests))
    b.names[person] = shown or person
    b.tables["people"].append([index, person, kind, b.names[person]])
    return person


# Whose names.


@story("disclosure-name", "table-cell")
def person_with_two_family_names(school: Sample) -> None:
    disclosed_person(school.builder, "student", ("family_name", "Иванов"), ("family_name", "Петров"), shown="?")


@story("disclosure-name")
def person_with_a_note(school: Sample) -> None:
    disclosed_person(school.builder, "student", ("note", "Петров"))


@story("disclosure-name")
def correction_with_a_family_name(school: Sample) -> None:
    b = school.builder
    digest = b.disclose("family_name", "Петров", len(b.entries))
    b.correct(len(b.entries) - 1, "4", "other", sd=[digest])


@story("disclosure-name")
def disclosure_given_twice(school: Sample) -> None:
    school.builder.disclosures.append(school.builder.disclosures[0])


@story("data-field")
def person_with_five_disclosures(school: Sample) -> None:
    names = ("family_name", "given_name", "patronymic", "birth_date")
    disclosed_person(school.builder, "student", *((name, "А") for name in names), shown="А А А")
    entry = school.builder.entries[-1]
    entry["data"]["_sd"] = sorted([*entry["data"]["_sd"], "A" * 43])


@story("digest-reused")
def person_under_the_name_of_another(school: Sample) -> None:
    b = school.builder
    first = next(entry for entry in b.entries if entry["type"] == "person_registered/1")
    index = len(b.entries)
    disclosed_person(b, "teacher", shown=b.names[first["stream"][7:]])
    b.entries[index]["data"]["_sd"] = first["data"]["_sd"]


@story("digest-reused")
def note_of_another_correction(school: Sample) -> None:
    b = school.builder
    noted = next(entry for entry in b.entries if entry["type"] == "mark_corrected/1" and "_sd" in entry["data"])
    b.correct(len(b.entries) - 1, "4", "other", sd=noted["data"]["_sd"])
