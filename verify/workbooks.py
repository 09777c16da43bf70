"""The workbooks beside the tables (tables.md, "Workbooks"): their rows are those of the tables.

A workbook is a ZIP of XML. Each sheet is compared with its table, and what else decides what a program shows of it with
the form that it has here; the first thing that differs is the finding.
"""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from typing import Final

from verify.bag import Bag
from verify.layout import LayoutError, check_members, read_end
from verify.sheets import NAMESPACES, PART_MAX_BYTES, XML, Part, Sheet, malformed, rows_of_file
from verify.source import READ_ERRORS

BOOK_MAX_BYTES: Final = 256 << 20
PARTS_MAX_BYTES: Final = 1 << 32
PIECE_BYTES: Final = 1 << 20
PACKED_BYTES: Final = 1 << 16
ROWS_MAX: Final = 1_048_576
BOOKS: Final[dict[str, dict[str, str]]] = {
    "journal": {
        "lessons": "Уроки", "files": "Файлы заданий", "posted": "Задания заранее", "marks": "Отметки",
        "works": "Работы", "make_ups": "Отработки", "absences": "Пропуски и опоздания", "substitutions": "Замещения",
        "corrections": "Исправления",
    },
    "results": {
        "assessment": "Правила оценивания", "results": "Итоговые отметки",
        "result_corrections": "Исправления итогов", "council": "Решения педсовета",
    },
    "planning": {
        "courses": "Курсы", "plans": "Тематические планы", "subgroups": "Подгруппы", "schedule": "График работ",
        "calendar": "Календарь", "bells": "Звонки", "timetables": "Расписание", "cancellations": "Отменённые уроки",
        "substitution_plans": "Назначенные замещения",
    },
    "people": {
        "people": "Люди", "enrollments": "Зачисления в классы", "certificates": "Справки",
        "duties": "Обязанности учителей", "responsible": "Ответственные за журнал",
        "guardians": "Законные представители", "data_notices": "Уведомления о сведениях",
        "data_updates": "Обновление сведений", "refreshes": "Ежегодные обновления",
        "consents": "Согласия на рассылку", "refusals": "Отказы от сведений",
    },
    "oversight": {
        "regulations": "Редакции регламента", "checks": "Проверки журнала", "remarks": "Замечания",
        "incidents": "Инциденты", "excuses": "Уважительные причины", "freshness": "Своевременность показа",
        "portals": "Порталы", "witnesses": "Свидетели журнала", "closings": "Закрытие периодов",
        "journals": "Закрытие журналов", "journal_excuses": "Чего нет в закрытых журналах",
        "backdatings": "Задним числом", "evidence": "Проверки и архивы", "printouts": "Распечатки",
        "backups": "Резервные копии", "prints": "Печатные формы", "erasures": "Сроки хранения и стирание",
        "blocks": "Заблокированные сведения", "anchors": "Отметки журнала доступа",
        "accounts": "Учётные записи и роли", "paper": "Бумажный архив",
    },
}  # fmt: skip
"""Workbooks, the tables in each in their order, and the names of their sheets."""
_NAMES: Final = "xl/workbook.xml"
_ENCRYPTED: Final = 0x2061  # or patched
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006/"
_DOCUMENT: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_MEDIA: Final = "application/vnd.openxmlformats-"
_TYPES: Final = {
    "/docProps/app.xml": f"{_MEDIA}officedocument.extended-properties+xml",
    "/docProps/core.xml": f"{_MEDIA}package.core-properties+xml",
    "/xl/styles.xml": f"{_MEDIA}officedocument.spreadsheetml.styles+xml",
    "/xl/theme/theme1.xml": f"{_MEDIA}officedocument.theme+xml",
    "/xl/workbook.xml": f"{_MEDIA}officedocument.spreadsheetml.sheet.main+xml",
}
_BOOK: Final = (
    f'<workbook {NAMESPACES}><fileVersion appName="xl" lastEdited="4" lowestEdited="4" rupBuild="4505"/>'
    '<workbookPr defaultThemeVersion="124226"/><bookViews><workbookView xWindow="240" yWindow="15" windowWidth="16095" '
    'windowHeight="9660"/></bookViews><sheets>'
)
_RANGE: Final = '<definedName name="_xlnm._FilterDatabase" localSheetId="{}" hidden="1">{}!$A$1:${}${}</definedName>'
_END: Final = '<calcPr calcId="124519" fullCalcOnLoad="1"/></workbook>'
# How sheets look, by SHA-256.
_LOOKS: Final = {
    "xl/styles.xml": "d8b6235cca449c928a1b73c9ed1478cf91fb42b5752e45d3132664e1c4c47558",
    "xl/theme/theme1.xml": "75104b2164c20dab2578383d827deac3a7eec077c3f7c99a4099a551fdebb134",
}
# Who made it and when, which no sheet shows.
_SAID: Final = frozenset(("docProps/app.xml", "docProps/core.xml"))


def check_workbook(bag: Bag, book: str) -> bool:
    """Compare a workbook, where it is there, with the tables, in which nothing was found; say whether it was whole.

    Raises:
        ApartError: the first thing that differs.
    """
    file = f"data/tables/{book}.xlsx"
    raw = bag.small(file, BOOK_MAX_BYTES)
    if raw is None:
        return False
    _Book(bag, file, raw).compare({f"data/tables/{name}.csv": title for name, title in BOOKS[book].items()})
    return True


class _Book:
    """One workbook."""

    def __init__(self, bag: Bag, file: str, raw: bytes) -> None:
        self._bag = bag
        self._file = file
        self._raw = raw
        self._parts = self._open()
        self._sheets: list[Sheet] = []

    def _open(self) -> dict[str, zipfile.ZipInfo]:
        file = io.BytesIO(self._raw)
        try:
            end = read_end(file)
            with zipfile.ZipFile(file) as packed:
                infos = packed.infolist()
            check_members(file, infos, end)
        except (LayoutError, *READ_ERRORS) as error:
            raise malformed(self._file, "a workbook", error) from None
        for info in infos:
            kind = stat.S_IFMT(info.external_attr >> 16)
            if info.flag_bits & _ENCRYPTED or info.compress_type not in (0, 8) or kind not in (0, stat.S_IFREG):
                raise malformed(self._file, "plain parts", info.orig_filename)
        parts = {info.orig_filename: info for info in infos}
        if len(parts) != len(infos) or sum(info.file_size for info in infos) > PARTS_MAX_BYTES:
            raise malformed(self._file, "plain parts", "others")
        return parts

    def compare(self, tables: dict[str, str]) -> None:
        """Compare each sheet with its table, and then what says which sheets there are and how they look."""
        for file, title in tables.items():
            self._compare_table(file, title)
        numbers = range(1, len(self._sheets) + 1)
        expected = {
            "[Content_Types].xml": _types(numbers),
            "_rels/.rels": _links(
                (f"{_DOCUMENT}officeDocument", _NAMES),
                (f"{_PACKAGE}relationships/metadata/core-properties", "docProps/core.xml"),
                (f"{_DOCUMENT}extended-properties", "docProps/app.xml"),
            ),
            "xl/_rels/workbook.xml.rels": _links(
                *((f"{_DOCUMENT}worksheet", f"worksheets/sheet{number}.xml") for number in numbers),
                (f"{_DOCUMENT}theme", "theme/theme1.xml"),
                (f"{_DOCUMENT}styles", "styles.xml"),
            ),
        }
        sheets = {_name_of(number) for number in numbers}
        if self._parts.keys() != {*expected, *_LOOKS, *_SAID, _NAMES} | sheets:
            raise malformed(self._file, "plain parts", "others")
        for name, text in expected.items():
            if self._small(name) != XML + text.encode():
                raise malformed(self._file, name)
        for name, digest in _LOOKS.items():
            if sha256(self._small(name)).hexdigest() != digest:
                raise malformed(self._file, name)
        self._compare_names()

    def _compare_table(self, file: str, title: str) -> None:
        with closing(rows_of_file(self._bag, file)) as rows:
            self._compare_rows(rows, title)

    def _compare_rows(self, rows: Iterator[tuple[list[bytes], bool]], title: str) -> None:
        header, _ = next(rows, ([b""], True))
        sheet = self._begin(title, header)
        for number, (fields, is_plain) in enumerate(rows):
            if number and number % (ROWS_MAX - 1) == 0:
                sheet.finish()
                sheet = self._begin(f"{title} {number // (ROWS_MAX - 1) + 1}", header)
            sheet.take(fields, is_plain=is_plain)
        sheet.finish()

    def _begin(self, title: str, header: list[bytes]) -> Sheet:
        name = _name_of(len(self._sheets) + 1)
        if name not in self._parts:
            raise malformed(self._file, name, "none")
        sheet = Sheet(self._file, title, Part(self._pieces(name)), len(header))
        if sheet.is_first != (not self._sheets):
            raise malformed(self._file, f"the beginning of the sheet {title}")
        self._sheets.append(sheet)
        sheet.header(header)
        return sheet

    def _compare_names(self) -> None:
        """Compare which sheets the workbook names, in what order, and where their filters are."""
        listed = [
            f'<sheet name="{sheet.title}" sheetId="{number}" r:id="rId{number}"/>'
            for number, sheet in enumerate(self._sheets, 1)
        ]
        ranges = [_RANGE.format(number, sheet.title, *sheet.last) for number, sheet in enumerate(self._sheets)]
        start = f"{_BOOK}{''.join(listed)}</sheets><definedNames>"
        # A name with a space is in quotes, and ranges stand in the order of the alphabet.
        found = self._small(_NAMES).decode("utf-8", "replace").removeprefix(XML.decode())
        inner = found.removeprefix(start).removesuffix(f"</definedNames>{_END}").replace("'", "")
        told = sorted(f"{one}</definedName>" for one in inner.split("</definedName>")[:-1])
        whole = len(start) + len(inner) + len(f"</definedNames>{_END}")
        if told != sorted(ranges) or whole != len(found.replace("'", "")):
            raise malformed(self._file, _NAMES)

    def _small(self, name: str) -> bytes:
        if self._parts[name].file_size > PART_MAX_BYTES:
            raise malformed(self._file, f"at most {PART_MAX_BYTES} bytes", self._parts[name].file_size)
        return b"".join(self._pieces(name))

    def _pieces(self, name: str) -> Iterator[bytes]:
        """Yield a part's bytes; the last of them when its length and CRC are known to be what the ZIP says."""
        info = self._parts[name]
        lengths = struct.unpack_from("<2H", self._raw, info.header_offset + 26)
        at = info.header_offset + 30 + sum(lengths)
        packed = memoryview(self._raw)[at : at + info.compress_size]
        total, crc, held = 0, 0, b""
        try:
            for piece in _inflated(packed) if info.compress_type else (bytes(packed),):
                yield held
                total, crc, held = total + len(piece), zlib.crc32(piece, crc), piece
                if total > info.file_size:
                    break
        except zlib.error as error:
            raise malformed(self._file, name, error) from None
        if (total, crc) != (info.file_size, info.CRC):
            raise malformed(self._file, name)
        yield held


def _inflated(packed: memoryview) -> Iterator[bytes]:
    """Yield what a deflated stream gives, in pieces; raises zlib.error where it is not one that ends with `packed`."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    for at in range(0, len(packed), PACKED_BYTES):
        rest: bytes | memoryview = packed[at : at + PACKED_BYTES]
        piece = stream.decompress(rest, PIECE_BYTES)
        while piece:
            yield piece
            rest = stream.unconsumed_tail
            piece = stream.decompress(rest, PIECE_BYTES)
        if stream.eof and (stream.unused_data or at + PACKED_BYTES < len(packed)):
            raise zlib.error("bytes behind a deflated stream")
    if not stream.eof:
        raise zlib.error("a deflated stream that does not end")


def _name_of(number: int) -> str:
    return f"xl/worksheets/sheet{number}.xml"


def _types(numbers: range) -> str:
    media = _TYPES | {
        f"/{_name_of(number)}": f"{_MEDIA}officedocument.spreadsheetml.worksheet+xml" for number in numbers
    }
    return (
        f'<Types xmlns="{_PACKAGE}content-types">'
        f'<Default Extension="rels" ContentType="{_MEDIA}package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        + "".join(f'<Override PartName="{name}" ContentType="{of}"/>' for name, of in media.items())
        + "</Types>"
    )


def _links(*links: tuple[str, str]) -> str:
    told = (
        f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(links, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}relationships">{"".join(told)}</Relationships>'
