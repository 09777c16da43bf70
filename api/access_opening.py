"""A school's access log and its key: made, opened when they are first needed, closed."""

from __future__ import annotations

import threading
from collections.abc import Callable

from api.settings import Layout, SchoolFile, access_environment, access_origin, passphrase
from ledger.access.log import AccessLog
from ledger.durable import SECRET_MODE, FileTaken
from ledger.signing.checkpoints import Checkpointer
from ledger.signing.keys import Signer, create_key, load_signer, vkey_path


class LazyAccess:
    """A school's access log and its key, opened when they are first needed: who looks at nothing needs neither."""

    def __init__(self, layout: Layout, file: SchoolFile, school_name: Callable[[], str]) -> None:
        self._layout = layout
        self._file = file
        self._school_name = school_name
        self._lock = threading.Lock()
        self._log: AccessLog | None = None
        self._checkpointer: Checkpointer | None = None
        self._signer: Signer | None = None

    @property
    def log(self) -> AccessLog:
        """The log.

        Raises:
            AccessLogUnavailable: it cannot be opened.
        """
        with self._lock:
            if self._log is None:
                environment = access_environment(self._layout, self._file)
                self._log = AccessLog(environment, self._file.origin, self._school_name)
            return self._log

    @property
    def signer(self) -> Signer:
        """The log's key; made where a folder has none yet.

        Raises:
            LetopisError: it cannot be used.
        """
        with self._lock:
            if self._signer is None:
                ensure_access_key(self._layout, self._file)
                origin = access_origin(self._file.origin)
                self._signer = load_signer(self._layout.access_key, origin, passphrase())
            return self._signer

    @property
    def checkpointer(self) -> Checkpointer:
        """What signs the log.

        Raises:
            LetopisError: log or key cannot be opened.
        """
        log, signer = self.log, self.signer
        with self._lock:
            if self._checkpointer is None:
                self._checkpointer = Checkpointer(log.ledger, signer)
            return self._checkpointer

    def close(self) -> None:
        """Close what was opened."""
        with self._lock:
            if self._checkpointer is not None:
                self._checkpointer.stop()
            if self._log is not None:
                self._log.close()
                self._log = None


def ensure_access_key(layout: Layout, school: SchoolFile) -> None:
    """Make the access log's key, unless there is one.

    Raises:
        KeyRefused, FileRefused: it cannot be made.
    """
    if not layout.access_key.exists():
        try:
            create_key(layout.access_key, access_origin(school.origin), passphrase())
            vkey_path(layout.access_key).chmod(SECRET_MODE)  # as everything in the folder
        except FileTaken:
            if not layout.access_key.exists():
                raise


def make_access_log(layout: Layout, school: SchoolFile) -> None:
    """Make the access log and its key, or bring its tables up to date; as `make_vault`.

    Raises:
        LetopisError: they cannot be made.
    """
    ensure_access_key(layout, school)
    AccessLog(access_environment(layout, school, create=True), school.origin, str).close()
