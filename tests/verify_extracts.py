"""Writes extracts straight from verify/spec/log-format.md section 7a, slow and plain, out of a log that `Builder` wrote.

`of_class` and `of_student` say which entries belong, as the section does; the program's own choice is compared with them.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.verify_archive import Builder, Files, canonical, leaf, manifested, root

Entries = Sequence[dict[str, Any]]
NAMING = ("person_registered/1", "personal_data_changed/1")
OF_A_COURSE = ("plan", "cancellation", "homework", "schedule", "substitution")
TABLES = ("marks", "absences", "results", "result_corrections")
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def kind_of(entry: dict[str, Any]) -> str:
    return str(entry["stream"].partition("/")[0])


def id_of(entry: dict[str, Any]) -> str:
    return str(entry["stream"].partition("/")[2])


def named_in(entry: dict[str, Any]) -> set[str]:
    return set(UUID.findall(json.dumps(entry)))


def people(entries: Entries) -> dict[str, str]:
    return {id_of(entry): entry["data"]["kind"] for entry in entries if entry["type"] == "person_registered/1"}


def naming(entries: Entries, who: Iterable[str]) -> set[int]:
    wanted = set(who)
    return {entry["index"] for entry in entries if entry["type"] in NAMING and id_of(entry) in wanted}


def of_class(entries: Entries, group: str) -> list[int]:
    opened = {entry["stream"]: entry["data"] for entry in entries if entry["version"] == 1}
    own = opened[f"class/{group}"]
    courses = {stream.partition("/")[2] for stream, data in opened.items() if data.get("class_group") == group}
    students = {
        entry["data"]["student"] for entry in entries if id_of(entry) == group and entry["type"] == "student_enrolled/1"
    }
    year = opened[f"year/{own['year']}"]

    def belongs(entry: dict[str, Any]) -> bool:
        kind, id_, first = kind_of(entry), id_of(entry), opened[entry["stream"]]
        if kind in ("class", "timetable", "control"):
            return id_ == group
        if kind in ("course", *OF_A_COURSE):
            return id_ in courses
        if kind in ("lesson", "results"):
            return first["course"] in courses
        if kind == "remark":
            return bool(first["class_group"] == group)
        if kind == "year":
            return bool(id_ == own["year"] and entry["version"] == 1)
        if kind == "calendar":
            return bool(id_ == own["year"])
        if kind == "period":
            return bool(first["year"] == own["year"] and own["grade"] in first["grades"])
        if kind == "certificate":
            data = entry["data"]
            if "corrects" in data:
                data = entries[data["corrects"]]["data"]
            return id_ in students and data["starts_on"] <= year["ends_on"] and data["ends_on"] >= year["starts_on"]
        if kind == "council":
            return id_ == own["year"] and bool(students & set(entry["data"]["students"]))
        return kind in ("school", "regulation", "assessment")

    chosen = {entry["index"] for entry in entries if belongs(entry)}
    bells = {entry["data"]["bells"] for entry in entries if entry["stream"] == f"timetable/{group}"}
    chosen |= {entry["index"] for entry in entries if kind_of(entry) == "bells" and id_of(entry) in bells}
    mentioned = set[str]().union(*(named_in(entries[index]) for index in chosen))
    staff = {who for who, kind in people(entries).items() if kind in ("teacher", "staff") and who in mentioned}
    return sorted(chosen | naming(entries, staff | students))


def of_student(entries: Entries, student: str) -> list[int]:  # noqa: C901 - one list of rules, as the section has it
    opened = {entry["stream"]: entry["data"] for entry in entries if entry["version"] == 1}
    kinds = people(entries)
    others = {who for who, kind in kinds.items() if kind == "student"} - {student}
    stays: dict[str, list[tuple[str, str]]] = {}
    for entry in entries:
        data = entry["data"]
        if entry["type"] in ("student_enrolled/1", "subgroup_joined/1") and data["student"] == student:
            stays.setdefault(entry["stream"], []).append((data["starts_on"], "9999-12-31"))
        if entry["type"] in ("student_left/1", "subgroup_left/1") and data["student"] == student:
            begun, _ = stays[entry["stream"]].pop()
            stays[entry["stream"]].append((begun, data["ends_on"]))
    touched = {entry["stream"] for entry in entries if student in named_in(entry)}
    years = {(opened[stream]["year"], opened[stream]["grade"]) for stream in stays if stream.startswith("class/")}
    guardians = {
        entry["data"]["guardian"]
        for entry in entries
        if entry["stream"] == f"person/{student}" and entry["type"] == "guardian_linked/1"
    }

    def is_taught(course: str, day: str | None = None) -> bool:
        data = opened[f"course/{course}"]
        streams = [f"class/{data['class_group']}", *([f"course/{course}"] if "subgroup" in data else [])]
        return all(any(day is None or a <= day <= b for a, b in stays.get(stream, [])) for stream in streams)

    about: set[int] = set()
    asked: set[int] = set()
    blocks: set[str] = set()

    def is_blocked(data: dict[str, Any]) -> bool:
        """Whether a block is of the student's values, or ends one that is."""
        if data.get("person") == student:
            blocks.add(data["block"])
        return data["block"] in blocks

    def states(entry: dict[str, Any]) -> bool:
        """Whether an entry of a lesson or a sheet states, corrects or asks for something of the student."""
        data, what = entry["data"], entry["type"].rpartition("_")[0]
        if what in ("lesson", "work", "homework") or entry["type"] in ("attendance_taken/1", "results_published/1"):
            return True
        if data.get("what") in ("lesson", "work", "homework"):
            asked.add(entry["index"])
            return True
        if entry["type"].endswith("correction_refused/1"):
            return data["request"] in about | asked
        is_own = data.get("student") == student or data.get("corrects", data.get("absence")) in about
        if is_own:
            about.add(entry["index"])
        return is_own

    def belongs(entry: dict[str, Any]) -> bool:
        kind, id_, data, first = kind_of(entry), id_of(entry), entry["data"], opened[entry["stream"]]
        if kind == "person":
            if id_ in guardians and entry["type"] not in NAMING:
                is_own = data.get("student") == student or data.get("consent", data.get("refusal")) in asked
                if is_own:
                    asked.add(entry["index"])
                return is_own
            return id_ == student
        if kind == "certificate":
            return id_ == student
        if kind == "year":
            return id_ in {year for year, _ in years} and entry["version"] == 1
        if kind == "period":
            return any((first["year"], grade) in years for grade in first["grades"])
        if kind == "council":
            return bool(data["students"] == [student])
        if kind == "blocking":
            return is_blocked(data)
        if kind in ("class", "course"):
            is_there = entry["stream"] in stays if kind == "class" else is_taught(id_)
            return is_there and data.get("student", student) == student and entry["type"] != "subgroup_listed/1"
        if kind == "lesson":
            is_there = entry["stream"] in touched or is_taught(first["course"], first["held_on"])
            return is_there and (entry["version"] == 1 or states(entry))
        if kind == "results":
            return entry["stream"] in touched and (entry["version"] == 1 or states(entry))
        return kind in ("school", "regulation", "assessment")

    chosen = {entry["index"] for entry in entries if belongs(entry) and not others & named_in(entry)}
    mentioned = set[str]().union(*(named_in(entries[index]) for index in chosen))
    staff = {who for who, kind in kinds.items() if kind != "student" and who in mentioned}
    return sorted(chosen | naming(entries, staff))


def shared(known: set[int], leaves: Sequence[bytes], low: int = 0) -> list[bytes]:
    """The shared proof, as section 7a walks the tree."""
    if not any(low <= index < low + len(leaves) for index in known):
        return [root(leaves)]
    if len(leaves) == 1:
        return []
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return shared(known, leaves[:k], low) + shared(known, leaves[k:], low + k)


@dataclass
class Extract:
    """An extract about to be written; tests change what it says before `files`, or the files afterwards."""

    b: Builder
    scope: str
    of: str
    indexes: list[int]
    lines: list[bytes] = field(default_factory=list)
    claim: dict[str, Any] = field(default_factory=dict)
    disclosed: list[tuple[str, int]] = field(default_factory=list)
    closings: dict[int, dict[str, Any]] = field(default_factory=dict)
    proof: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lines = self.b.lines()
        self.leaves = [leaf(line) for line in self.lines]
        chosen = set(self.indexes)
        known = chosen | {index - 1 for index in chosen if index}
        self.proof = shared(known, self.leaves)
        self.disclosed = [(text, index) for text, index in self.b.disclosures if index in chosen]
        self.claim = {
            "complete": [] if self.scope == "entries" else self.complete(),
            "entries": len(self.indexes), "origin": self.b.key.name, "scope": self.scope, "size": len(self.lines),
            **({"of": self.of} if self.of else {}),
        }  # fmt: skip
        if self.scope == "class":
            for index in self.indexes:
                if self.b.entries[index]["type"] == "period_closed/1":
                    self.closings[index] = self.closing(index)

    def complete(self) -> list[list[Any]]:
        """Streams whose versions are all here, each with its end."""
        chosen = set(self.indexes)
        whole: dict[str, bool] = {}
        ends: dict[str, list[Any]] = {}
        for entry in self.b.entries:
            whole[entry["stream"]] = whole.get(entry["stream"], True) and entry["index"] in chosen
            ends[entry["stream"]] = [entry["stream"], entry["version"], entry["index"]]
        return [ends[stream] for stream in sorted(ends) if whole[stream]]

    def closing(self, index: int) -> dict[str, Any]:
        """What a closing says of the lessons that are here."""
        entries = self.b.entries
        period = next(e["data"] for e in entries if e["stream"] == entries[index]["stream"] and e["version"] == 1)
        opened = {e["stream"]: e["data"] for e in entries if e["version"] == 1}
        ends: dict[str, list[Any]] = {}
        for entry in entries[:index]:
            if kind_of(entry) == "lesson":
                first = opened[entry["stream"]]
                group = opened["class/" + opened["course/" + first["course"]]["class_group"]]
                if (
                    group["year"] == period["year"]
                    and group["grade"] in period["grades"]
                    and period["starts_on"] <= first["held_on"] <= period["ends_on"]
                ):
                    ends[entry["stream"]] = [entry["stream"], entry["version"], entry["index"]]
        rows = [ends[stream] for stream in sorted(ends)]
        hashes = [leaf(canonical(row)) for row in rows]
        here = {entries[i]["stream"] for i in self.indexes}
        own = {place for place, row in enumerate(rows) if row[0] in here}
        return {
            "hashes": [node.hex() for node in shared(own, hashes)] if rows else [],
            "leaves": [[place, *rows[place]] for place in sorted(own)],
        }

    def table(self, name: str) -> bytes:
        """The rows of an archive's table whose entries are here."""
        raw = self.b.files()[f"data/tables/{name}.csv"].decode("utf-8-sig")
        head, *rows = raw.removesuffix("\r\n").split("\r\n")
        chosen = {str(index) for index in self.indexes}
        kept = [row for row in rows if row.partition(";")[0] in chosen]
        return b"\xef\xbb\xbf" + "".join(f"{row}\r\n" for row in (head, *kept)).encode()

    def files(self) -> Files:
        files = {
            "data/extract.json": canonical(self.claim) + b"\n",
            "data/log/checkpoint": self.b.key.checkpoint(self.leaves),
            "data/log/entries.jsonl": b"".join(self.lines[index] + b"\n" for index in self.indexes),
            "data/log/proof": b"".join(node.hex().encode() + b"\n" for node in self.proof),
            "data/log/disclosures.jsonl": b"".join(
                canonical({"disclosure": text, "index": index}) + b"\n" for text, index in self.disclosed
            ),
            **{f"data/log/closing-{index:012}.json": canonical(c) + b"\n" for index, c in self.closings.items()},
        }
        if self.scope != "entries":
            files |= {f"data/tables/{name}.csv": self.table(name) for name in TABLES}
        last = self.b.entries[self.indexes[-1]]
        of = f"{self.scope} {self.of}".rstrip()
        info = (
            f"Bagging-Date: {last['at'][:10]}\nExternal-Identifier: {self.b.key.name}\n"
            f"Source-Organization: {self.b.entries[0]['data']['name']}\nLetopis-Extract: {of}\n"
            f"Letopis-Size: {len(self.lines)}\nLetopis-Disclosures: some\n"
        )
        return manifested(files | {"bag-info.txt": info.encode()})


def of_one_result(b: Builder, result: int) -> Extract:
    """A result with what it was computed from and by, as single entries."""
    entry = b.entries[result]
    sheet = next(e for e in b.entries if e["stream"] == entry["stream"])
    rests_on = {f"course/{sheet['data']['course']}", f"period/{sheet['data']['period']}"}
    first = [e["index"] for e in b.entries if e["stream"] in rests_on and e["version"] == 1]
    return Extract(
        b, "entries", "", sorted({0, *first, sheet["index"], entry["data"]["rule"], *entry["data"]["inputs"], result})
    )
