"""What this floor raises on purpose.

    DispatchBoxError
    ├── BriefingError       one briefing cannot be read: file, line and reason; the batch goes on
    ├── FolderError         the briefings folder itself cannot be read
    ├── ModelError          a model is missing, damaged or not what was pinned
    ├── IndexUnusable       nothing can be searched: no database, or one that is damaged or newer
    └── BusyError           another process is writing the index

Every message names the value and the file, and ends with what to do.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class DispatchBoxError(Exception):
    """The root: anything below is expected, explained and safe to show to a person."""


class BriefingError(DispatchBoxError):
    """One briefing is refused. ``line`` counts from 1; None where no line is to blame."""

    def __init__(self, file: str, line: int | None, reason: str) -> None:
        super().__init__(f"{file}:{line}: {reason}" if line else f"{file}: {reason}")
        self.file = file
        self.line = line
        self.reason = reason


class FolderError(DispatchBoxError):
    """The briefings folder is missing or cannot be listed."""


class ModelError(DispatchBoxError):
    """A model cannot be used."""


class IndexUnusable(DispatchBoxError):  # noqa: N818 - reads as the sentence the user sees
    """There is no index that may be searched."""


class BusyError(DispatchBoxError):
    """Another process holds the writer's lock."""


@contextmanager
def of_sqlite(path: Path, ours: type[DispatchBoxError], damaged: str) -> Iterator[None]:
    """Turn SQLite's errors into one of ours; ``damaged`` says what to do where the file itself is wrong."""
    try:
        yield
    except sqlite3.OperationalError as error:
        message = f"{path}: {error}; check the disk and its permissions, and that no other program holds the file"
        raise ours(message) from error
    except sqlite3.DatabaseError as error:
        message = f"{path}: {error}; {damaged}"
        raise ours(message) from error
