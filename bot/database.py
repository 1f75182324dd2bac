"""The file that the ledger is kept in: whole transactions, numbered migrations, backups; sqlite-utils is met here.

One connection serves all threads, one at a time, so a transaction must never wait for anything but the disk.
"""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager, contextmanager
from threading import RLock
from typing import TYPE_CHECKING, Any

import sqlite_utils

from index.errors import DispatchBoxError, of_sqlite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

_BUSY_SECONDS = 2.5  # Slack wants its acknowledgement within three


class LedgerError(DispatchBoxError):
    """What must be remembered cannot be: the disk, or the file."""


class Database:
    """One open file: read by ``rows``, written within ``change``. Both raise LedgerError."""

    def __init__(self, db: sqlite_utils.Database, path: Path) -> None:
        self._db = db
        self._path = path
        self._lock = RLock()

    @classmethod
    def open(cls, path: Path, migrations: Sequence[str]) -> Database:
        """Open a file, made where it is missing, and bring it up to date. Raises LedgerError.

        Migrations are numbered by place: a file at version n has had the first n.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        with _translated(path):
            connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, check_same_thread=False)
            database = cls(sqlite_utils.Database(connection), path)
            database._prepare()
            database._migrate(migrations)
        return database

    def _prepare(self) -> None:
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = full")
        self._db.execute("pragma secure_delete = on")

    def _migrate(self, migrations: Sequence[str]) -> None:
        version = self._db.execute("pragma user_version").fetchone()[0]
        if version > len(migrations):
            newer = f"schema {version}, not {len(migrations)}"
            message = f"{self._path}: made by a newer Dispatch Box ({newer}); update this one"
            raise LedgerError(message)
        for number, migration in enumerate(migrations[version:], version + 1):
            with self.change() as execute:
                for statement in migration.strip().rstrip(";").split(";\n"):
                    execute(statement)
                execute(f"pragma user_version = {number}")

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._db.close()

    @contextmanager
    def change(self) -> Iterator[Callable[..., Any]]:
        """One transaction that takes the writer's place at its start, so that it never loses it half way.

        Gives what executes a statement in it.
        """
        with self._lock, _translated(self._path):
            self._db.execute("begin immediate")
            try:
                yield self._db.execute
            except BaseException:
                self._db.rollback()
                raise
            self._db.commit()

    def rows(self, query: str, *values: object) -> list[Any]:
        """Run a query with values by place, or with one mapping of values by name."""
        given = values[0] if values and isinstance(values[0], dict) else values
        with self._lock, _translated(self._path):
            return self._db.execute(query, given).fetchall()

    def checkpoint(self) -> None:
        """Empty the write-ahead log into the file, so that nothing erased is left in it."""
        self.rows("pragma wal_checkpoint(truncate)")

    def backup(self, file: Path) -> None:
        """Copy everything to a file while it is in use, and check the copy. Raises LedgerError."""
        with self._lock, _translated(file):
            copy = sqlite3.connect(file)
            self._db.conn.backup(copy)
            _sound(copy, file)
            copy.close()


def restore(file: Path, path: Path) -> None:
    """Put a backup in the place of a file. Raises LedgerError where it is not sound."""
    with _translated(file):
        if not file.is_file():
            message = f"{file}: no such backup; name a file that 'dispatchbox backup' wrote"
            raise LedgerError(message)
        source = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        _sound(source, file)
        path.parent.mkdir(parents=True, exist_ok=True)
        target = sqlite3.connect(path)
        source.backup(target)
        target.close()
        source.close()


def _sound(connection: sqlite3.Connection, file: Path) -> None:
    found = connection.execute("pragma integrity_check(1)").fetchone()[0]
    if found != "ok":
        message = f"{file}: damaged ({found}); restore a backup with 'dispatchbox restore FILE'"
        raise LedgerError(message)


def _translated(path: Path) -> AbstractContextManager[None]:
    return of_sqlite(path, LedgerError, "restore a backup with 'dispatchbox restore FILE', or delete it to start anew")
