"""The folder of briefings watched: what changes is indexed once it is quiet, and what went bad is said once."""

from __future__ import annotations

import logging
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from watchfiles import watch

from index.errors import DispatchBoxError, FolderError
from index.parse import listed, read_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
    from pathlib import Path
    from threading import Event
    from zoneinfo import ZoneInfo

    from watchfiles import Change

    from index.build import Built, Progress
    from index.parse import Batch

    Build = Callable[[Callable[[dict[str, str]], Batch], Progress], Built]
    Stamp = tuple[int, ...]

log = logging.getLogger(__name__)
logging.getLogger("watchfiles").setLevel(logging.WARNING)  # it tells of every change it sees

QUIET = 1.0  # seconds without a change, after which a file counts as written
LOOK = 4.0  # seconds between two looks where nothing is told: network folders tell nothing
_BACK = 60.0  # seconds that a folder has to fill again after it was away, before what lacks counts as removed
_AGAIN = 20.0  # seconds until an index that failed is tried again
_TICK, _GROUPED, _STEP = 300, 300, 50  # milliseconds: between two moments; in which what is told is gathered
_UNREADABLE: Stamp = (-1,)


@dataclass(frozen=True, slots=True)
class Seen:
    """A file's stamp at the last look, None where it is gone, and since when (monotonic seconds) it is so."""

    stamp: Stamp | None
    since: float


def settle(seen: Mapping[str, Seen], found: Mapping[str, Stamp], at: float) -> dict[str, Seen]:
    """Note at a look which files are as they were; those that changed, came or went are so since now."""
    now = {name: Seen(found.get(name), at) for name in seen.keys() | found.keys()}
    return {name: seen[name] if name in seen and seen[name].stamp == one.stamp else one for name, one in now.items()}


class Watcher:
    """Keeps an index up to a folder. ``build`` brings the index up to what it reads, and never empties it.

    A folder that is not there, or that is all at once empty, is taken for one that is away: an unmounted
    disk, a synced folder on its way. Its briefings stay, and come up to date when it is back.
    """

    def __init__(self, folder: Path, zone: ZoneInfo, build: Build, monotonic: Callable[[], float]) -> None:
        self._folder = folder
        self._zone = zone
        self._build = build
        self._monotonic = monotonic
        self._seen: dict[str, Seen] = {}
        self._done: dict[str, Stamp] = {}
        self._told: dict[str, frozenset[str]] = {}  # what was said of each file
        self._trouble = ""  # what was said of the whole
        self._away = False
        self._due = 0.0  # the moment of the next look where nothing is told
        self._retry = 0.0  # the moment before which a build that failed is not tried again
        self._trusted = 0.0  # the moment from which what lacks counts as removed

    def run(self, stop: Event) -> None:
        """Watch until told to stop."""
        for told in self._moments(stop):
            if told or self._monotonic() >= self._due:
                self._look(stop)

    def _moments(self, stop: Event) -> Iterator[bool]:
        """Give the moments at which one may look: whether a change was told of, or time alone has gone by."""
        while not stop.is_set():
            place = _place(self._folder)
            if place is None:
                stop.wait(_TICK / 1000)
                yield False
                continue
            yield True
            try:
                with closing(_changes(self._folder, stop)) as changes:
                    for told in changes:
                        yield bool(told)
                        if _place(self._folder) != place:
                            break
            except (RuntimeError, OSError) as error:  # as watchfiles says that the system gives no more watches
                log.info("%s: changes are not told of (%s), but looked for", self._folder, error)
                stop.wait(LOOK)

    def _look(self, stop: Event) -> None:
        """See what is there, and index what is quiet and not indexed yet."""
        at = self._monotonic()
        self._due = at + LOOK
        found = self._found()
        if not found:
            self._away = True
            return
        if self._away:
            self._away, self._trouble, self._trusted = False, "", at + _BACK
            log.info("%s: is back", self._folder)
        self._seen = settle(self._seen, found, at)
        fresh = {name for name, one in self._seen.items() if at - one.since < QUIET}
        lacking = {name for name, one in self._seen.items() if one.stamp is None and at < self._trusted}
        quiet = {name: one.stamp for name, one in self._seen.items() if name not in fresh | lacking}
        if at >= self._retry and any(self._done.get(name) != stamp for name, stamp in quiet.items()):
            self._index(quiet, partial(_until, stop))
        if fresh:
            self._due = at

    def _found(self) -> dict[str, Stamp]:
        """Give what tells each briefing's file from what it was; nothing where the folder is away, saying so once."""
        try:
            found = _stamps(self._folder)
            trouble = f"{self._folder}: no briefing in it"
        except FolderError as error:
            found, trouble = {}, str(error)
        if not found:
            self._say(f"{trouble}; until there is, the index stays as it is")
        return found

    def _index(self, quiet: Mapping[str, Stamp | None], progress: Progress) -> None:
        busy: set[str] = set()
        try:
            built = self._build(partial(self._read, quiet, busy), progress)
        except (DispatchBoxError, OSError) as error:
            self._retry = self._monotonic() + _AGAIN
            self._say(str(error))
            return
        self._trouble = ""
        self._done = {name: stamp for name, stamp in {**self._done, **quiet}.items() if stamp}
        self._seen = {name: one for name, one in self._seen.items() if one.stamp or name not in quiet}
        self._report(built, busy)

    def _read(self, quiet: Mapping[str, Stamp | None], busy: set[str], known: dict[str, str]) -> Batch:
        """Read what is as it was when it was seen quiet; the rest, named to ``busy``, stays as it is indexed."""
        now = _stamps(self._folder)
        busy |= {name for name in self._seen.keys() | now.keys() if name not in quiet or now.get(name) != quiet[name]}
        return read_folder(self._folder, self._zone, known, busy)

    def _report(self, built: Built, busy: Collection[str]) -> None:
        """Say what was done and, of each file, once, what is wrong with it."""
        if built.added or built.changed or built.removed:
            counts = len(built.added), len(built.changed), len(built.removed)
            log.info("briefings: %d added, %d changed, %d removed", *counts)
        refused = [(one.file, f"{one}{_kept(one.file, built)}") for one in built.rejected]
        warned = [(file, f"{file}: {words}") for file, words in built.warnings]
        before, self._told = self._told, {name: said for name, said in self._told.items() if name in busy}
        for file, words in (*refused, *warned):
            if words not in before.get(file, ()):
                log.warning("%s", words)
            self._told[file] = self._told.get(file, frozenset()) | {words}

    def _say(self, trouble: str) -> None:
        if trouble != self._trouble:
            log.warning("%s", trouble)
        self._trouble = trouble


def _changes(folder: Path, stop: Event) -> Generator[set[tuple[Change, str]]]:
    return watch(
        folder, watch_filter=None, debounce=_GROUPED, step=_STEP, rust_timeout=_TICK, yield_on_timeout=True,
        stop_event=stop, ignore_permission_denied=True, raise_interrupt=False,
    )  # fmt: skip


def _until(stop: Event, batches: Sequence[Sequence[object]], _: int) -> Iterator[Sequence[object]]:
    """Give the batches to encode until told to stop; those encoded are kept."""
    for batch in batches:
        if stop.is_set():
            raise DispatchBoxError("stopped while indexing; the next start goes on from there")
        yield batch


def _kept(file: str, built: Built) -> str:
    return "; its last good version stays" if PurePosixPath(file).stem in built.kept else ""


def _place(folder: Path) -> tuple[int, int] | None:
    """Tell one folder from another that is put in its place; None where there is none."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _stamps(folder: Path) -> dict[str, Stamp]:
    """Stamp each briefing's file, by its name within the folder. Raises FolderError."""
    return {path.relative_to(folder).as_posix(): _stamp(path) for path in listed(folder)[0]}


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except OSError:
        return _UNREADABLE
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino
