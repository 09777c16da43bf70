"""Bags with more in them than an archive has, under names that mean another file elsewhere, or described by a lie."""

from collections.abc import Callable

from tests.verify_archive import Files, manifest
from tests.verify_mutations import bytes_changed, swap

INFO = "bag-info.txt"


def file_added(name: str, path: str, *codes: str) -> None:
    def change(files: Files) -> None:
        files[path] = "\ufeffученик;отметка\r\nИванов;5\r\n".encode()

    change.__name__ = name
    bytes_changed(*codes)(change)


_UNSAFE = ("name-unsafe", "manifest-missing", "bag-oxum")
file_added("tables_in_upper_case", "data/Tables/itogi.csv", "bag-file-unexpected")
file_added("second_folder_of_tables", "data/tables2/marks.csv", "bag-file-unexpected")
file_added("table_beside_the_tables", "data/marks.csv", "bag-file-unexpected")
file_added("table_in_a_folder_of_tables", "data/tables/2026/marks.csv", "table-unexpected")
file_added("checkpoint_of_an_interrupted_export", "data/log/checkpoint.new", "bag-file-unexpected")
file_added("entries_of_another_ending", "data/log/entries-000000000001.JSONL", "bag-file-unexpected")
file_added("entries_of_thirteen_digits", "data/log/entries-0000000000000.jsonl", "bag-file-unexpected")
file_added("second_file_of_disclosures", "data/log/disclosures-2.jsonl", "bag-file-unexpected")
file_added("folder_with_a_dot_behind", "data/tables./marks.csv", *_UNSAFE)
file_added("table_with_a_space_behind", "data/tables/marks.csv ", *_UNSAFE)
file_added("stream_of_a_table", "data/tables/marks.csv:evil", *_UNSAFE)
file_added("document_named_as_a_device", "data/documents/CON", *_UNSAFE)
file_added("document_named_as_a_device_with_an_ending", "data/documents/nul.txt", *_UNSAFE)
file_added("name_that_reads_backwards", "data/documents/\u202efdp.exe", *_UNSAFE)


@bytes_changed("name-collision")
def file_where_another_system_has_a_folder(files: Files) -> None:
    files["data/documents/A"] = files["data/documents/a/page.html"] = b""


def tags_changed(*codes: str) -> Callable[[Callable[[Files], None]], object]:
    """Register a change of the tag files, listed as if they were right."""

    def register(change: Callable[[Files], None]) -> object:
        def changed(files: Files) -> None:
            change(files)
            tags = {name: raw for name, raw in files.items() if not name.startswith(("data/", "tagmanifest"))}
            files["tagmanifest-sha256.txt"] = manifest(tags)

        changed.__name__ = change.__name__
        bytes_changed(*codes, manifests=False)(changed)
        return change

    return register


@tags_changed("bag-file-unexpected")
def file_to_be_fetched(files: Files) -> None:
    files["fetch.txt"] = b"https://example.com/marks.csv 5 data/tables/marks.csv\n"


@tags_changed("bag-file-unexpected")
def manifest_of_another_algorithm(files: Files) -> None:
    files["manifest-sha512.txt"] = b"0" * 128 + b"  data/log/checkpoint\n"


@tags_changed("bag-file-unexpected")
def table_among_the_tag_files(files: Files) -> None:
    files["itogi.csv"] = b"5\r\n"


@tags_changed("bag-file-missing")
def no_bag_info(files: Files) -> None:
    del files[INFO]


def info_changed(name: str, old: str, new: str, code: str = "bag-info") -> None:
    def change(files: Files) -> None:
        files[INFO] = swap(files[INFO], old.encode(), new.encode())

    change.__name__ = name
    tags_changed(code)(change)


info_changed("bag_info_of_another_log", "Identifier: letopis.example/school/1534", "Identifier: other.example/1")
info_changed("bag_info_of_another_school", "Школа № 1534", "Школа № 9")
info_changed("bag_info_of_another_size", "Size: 62", "Size: 61")
info_changed("bag_info_of_another_beginning", "First-Index: 0", "First-Index: 9")
info_changed("bag_info_of_another_day", "Date: 2026-09-01", "Date: 1999-01-01")
info_changed("bag_info_that_denies_disclosures", "Disclosures: full", "Disclosures: none")
info_changed("bag_info_that_says_it_twice", "Letopis-Size: 62\n", "Letopis-Size: 62\nletopis-size: 61\n")
info_changed("bag_info_that_goes_on_in_the_next_line", "Letopis-Size: 62\n", "Letopis-Size: 62\n  00\n")
info_changed("bag_info_without_an_oxum", "Payload-Oxum", "Payload-Ox", "bag-oxum")


@tags_changed("archive-limit", "bag-info", "bag-oxum")
def bag_info_without_end(files: Files) -> None:
    files[INFO] += b"A: b\n" * 20_000


@tags_changed("bag-info")
def bag_info_without_a_final_line_feed(files: Files) -> None:
    files[INFO] += b"Contact-Name: nobody"
