"""Makes system calls of this process fail from now on: the kernel itself returns the error (seccomp).

For subprocesses of fault tests: it cannot be taken back. Needs no rights and no compiled code. What fails is every call of
that name, whatever file it is on.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct

_NUMBERS = {
    "x86_64": {
        "write": 1,
        "pread64": 17,
        "pwrite64": 18,
        "fsync": 74,
        "fdatasync": 75,
        "ftruncate": 77,
        "openat": 257,
        "seccomp": 317,
    },
    "aarch64": {
        "write": 64,
        "pread64": 67,
        "pwrite64": 68,
        "fsync": 82,
        "fdatasync": 83,
        "ftruncate": 46,
        "openat": 56,
        "seccomp": 277,
    },
}
_PR_SET_NO_NEW_PRIVS = 38
_SET_MODE_FILTER = 1
_FOR_ALL_THREADS = 1
_LOAD_NUMBER = (0x20, 0, 0, 0)
_JUMP_IF_EQUAL = 0x15
_RETURN = 0x06
_ALLOW = 0x7FFF0000
_ERROR = 0x00050000


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def fail_syscalls(error: int, *names: str) -> None:
    """From now on these calls return `error`, in all threads of the process."""
    numbers = _NUMBERS.get(platform.machine())
    if numbers is None:
        raise RuntimeError(f"fault tests need the system call numbers of {platform.machine()}: add them here")
    steps = [_LOAD_NUMBER]
    steps += [(_JUMP_IF_EQUAL, len(names) - position, 0, numbers[name]) for position, name in enumerate(names)]
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _ERROR | error)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = _Program(len(steps), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or libc.syscall(
        numbers["seccomp"], _SET_MODE_FILTER, _FOR_ALL_THREADS, ctypes.byref(program)
    ):
        raise OSError(ctypes.get_errno(), f"seccomp: {os.strerror(ctypes.get_errno())}")
