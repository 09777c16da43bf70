"""Reading workbooks back with a program that did not write them (fastexcel), as rows of text.

It hands a sheet out by the Arrow C data interface (https://arrow.apache.org/docs/format/CDataInterface.html), of which the
structures are spelt out here: text columns, and no more.
"""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import fastexcel


class _Schema(ctypes.Structure):
    pass


class _Array(ctypes.Structure):
    pass


_Schema._fields_ = [
    ("format", ctypes.c_char_p),
    ("name", ctypes.c_char_p),
    ("metadata", ctypes.c_void_p),
    ("flags", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("children", ctypes.POINTER(ctypes.POINTER(_Schema))),
]
_Array._fields_ = [
    ("length", ctypes.c_int64),
    ("null_count", ctypes.c_int64),
    ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(ctypes.POINTER(_Array))),
]


def read_workbook(path: Path) -> dict[str, list[list[str]]]:
    """Sheets by name, all rows, the first one included; a cell without anything is an empty text."""
    reader = fastexcel.read_excel(path)
    return {name: _rows(reader.load_sheet(name, header_row=None, dtypes="string")) for name in reader.sheet_names}


def _rows(sheet: Any) -> list[list[str]]:
    schema_capsule, array_capsule = sheet.__arrow_c_array__()
    schema = _inside(schema_capsule, b"arrow_schema", _Schema)
    array = _inside(array_capsule, b"arrow_array", _Array)
    columns = [
        _texts(array.children[place].contents, schema.children[place].contents.format)
        for place in range(array.n_children)
    ]
    return [list(cells) for cells in zip(*columns, strict=True)]


def _inside(capsule: object, name: bytes, structure: Any) -> Any:
    pointer_of = ctypes.pythonapi.PyCapsule_GetPointer
    pointer_of.restype, pointer_of.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    return structure.from_address(pointer_of(capsule, name))


def _texts(array: Any, format_: bytes) -> list[str]:
    """A column of UTF-8 text; a column without a single value has a type of its own."""
    if format_ == b"n":
        return [""] * array.length
    assert format_ in (b"u", b"U"), format_
    width = ctypes.c_int32 if format_ == b"u" else ctypes.c_int64
    offsets = (width * (array.offset + array.length + 1)).from_address(array.buffers[1])
    data = ctypes.string_at(array.buffers[2], offsets[array.offset + array.length]) if array.buffers[2] else b""
    return [data[offsets[n] : offsets[n + 1]].decode() for n in range(array.offset, array.offset + array.length)]
