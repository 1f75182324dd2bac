"""Folder → store and vectors: the data path on one screen."""

from __future__ import annotations

import fcntl
import hashlib
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from index import vectors
from index.errors import BusyError, FolderError
from index.split import VERSION, embedded, split
from index.steps import key, steps
from index.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from index.errors import BriefingError
    from index.parse import Batch
    from index.types import Briefing, Encoder, Passage

    Progress = Callable[[Sequence[Sequence[object]], int], Iterable[Sequence[Any]]]

_LOCK = "index.lock"
_PATIENCE = 60.0  # seconds to wait for another writer
_PAUSE = 0.1  # seconds between two tries
_AT_ONCE = 32  # passages encoded, or briefings searched for steps, between two commits: what a killed run does again


@dataclass(frozen=True, slots=True)
class Built:
    """What one run did, by briefing id. ``kept`` were refused, and stay as they last were."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    kept: tuple[str, ...]
    rejected: tuple[BriefingError, ...]
    warnings: tuple[tuple[str, str], ...]
    ignored: int


@dataclass(frozen=True, slots=True)
class _Task:
    """A passage to encode: its key, and its text and sentences."""

    key: str
    texts: tuple[str, ...]


def build(  # noqa: PLR0913 - what an index depends on
    data: Path,
    read: Callable[[dict[str, str]], Batch],
    encoder: Encoder,
    now: datetime,
    progress: Progress = lambda tasks, _: tasks,
    *,
    may_empty: bool = True,
) -> Built:
    """Bring the index up to what ``read`` finds: one writer, one visible change, the pointer last.

    ``read`` is given the ids and digests already kept. ``progress`` wraps the batches to encode, given
    the number of passages, then those to find steps in, given that of briefings. Raises BusyError where
    another process is at it and, unless it ``may_empty`` the index, FolderError where nothing of what is
    kept is there any more.
    """
    with _lock(data):
        store = Store.open(data, write=True)
        try:
            facts = store.meta()
            kept = store.digests()
            fresh = (facts.get("model"), facts.get("cut")) != (encoder.digest, str(VERSION))
            known = {} if fresh else kept
            batch = read(known)
            if kept and not may_empty and batch.present is not None and not batch.present:
                raise FolderError("no briefing is left, so the index stays; run 'dispatchbox index' if that is meant")
            stale = _stale(store, batch, kept) if fresh else []
            changed = [_prepared(briefing, encoder) for briefing in (*batch.briefings, *stale)]
            _encode(store, changed, encoder, progress)
            gone = () if batch.present is None else sorted(set(kept) - batch.present)
            if changed or gone or fresh:
                store.publish(changed, gone, {"model": encoder.digest, "cut": str(VERSION)}, now)
            _cache(data / vectors.FOLDER, store, encoder)
            _keep_steps(store, progress)
        finally:
            store.close()
    return _report(batch, kept, gone)


_Prepared = tuple["Briefing", list[tuple["Passage", str]]]


def _stale(store: Store, batch: Batch, kept: dict[str, str]) -> list[Briefing]:
    """Take the last good versions of refused briefings along where everything is encoded anew."""
    read = {briefing.id for briefing in batch.briefings}
    there = set(kept) if batch.present is None else batch.present
    return list(store.briefings(sorted((set(kept) & there) - read)).values())


def _prepared(briefing: Briefing, encoder: Encoder) -> _Prepared:
    """Cut a briefing, and key each passage by all that its encoding depends on."""
    passages = split(briefing)
    return briefing, [(passage, _key(_texts(briefing, passage), encoder)) for passage in passages]


def _texts(briefing: Briefing, passage: Passage) -> tuple[str, ...]:
    """Give what is encoded for a passage: itself under its title, then each of its sentences."""
    return embedded(briefing, passage), *(briefing.body[one.start : one.end] for one in passage.sentences)


def _key(texts: tuple[str, ...], encoder: Encoder) -> str:
    return hashlib.sha256("\0".join((encoder.digest, *texts)).encode()).hexdigest()


def _encode(store: Store, changed: Sequence[_Prepared], encoder: Encoder, progress: Progress) -> None:
    """Encode what no earlier run has, committing every few passages."""
    texts = {key: _texts(briefing, passage) for briefing, passages in changed for passage, key in passages}
    missing = sorted(texts.keys() - store.encoded(texts), key=lambda key: len(texts[key][0]))
    tasks = [_Task(key, texts[key]) for key in missing]
    batches = [tasks[at : at + _AT_ONCE] for at in range(0, len(tasks), _AT_ONCE)]
    for batch in progress(batches, len(tasks)) if tasks else ():
        rows = encoder.encode([text for task in batch for text in task.texts])
        found = {}
        at = 0
        for task in batch:
            found[task.key] = (rows[at], rows[at + 1 : at + len(task.texts)])
            at += len(task.texts)
        store.keep(found)


def _keep_steps(store: Store, progress: Progress) -> None:
    """Find the next steps of briefings where no earlier run has, committing every few; drop those of other readings."""
    keys = {name: key(digest) for name, digest in store.digests().items()}
    held = store.readings()
    missing = [name for name, reading in keys.items() if reading not in held]
    batches = [missing[at : at + _AT_ONCE] for at in range(0, len(missing), _AT_ONCE)]
    for batch in progress(batches, len(missing)) if missing else ():
        store.keep_steps({keys[name]: steps(one) for name, one in store.briefings(batch).items()})
    if held - set(keys.values()):
        store.drop_steps(keys.values())


def _cache(root: Path, store: Store, encoder: Encoder) -> None:
    """Write a generation where the one pointed to is not of the store's passages, or does not verify."""
    passage_set = store.meta()["passage_set"]
    good = vectors.load(root, passage_set, encoder.digest, lambda _: None)
    if good is None or vectors.current(root) is None:
        vectors.write_generation(root, vectors.VectorIndex.build(*store.vectors(), passage_set), encoder.digest)


def _report(batch: Batch, kept: dict[str, str], gone: Sequence[str]) -> Built:
    read = {briefing.id: briefing.digest for briefing in batch.briefings}
    changed = {name for name in read.keys() & kept.keys() if read[name] != kept[name]}
    stayed = kept.keys() - changed - set(gone)
    return Built(
        added=tuple(sorted(read.keys() - kept.keys())),
        changed=tuple(sorted(changed)),
        removed=tuple(gone),
        unchanged=tuple(sorted(stayed - batch.refused)),
        kept=tuple(sorted(stayed & batch.refused)),
        rejected=batch.rejected,
        warnings=batch.warnings,
        ignored=batch.ignored,
    )


@contextmanager
def _lock(data: Path) -> Iterator[None]:
    """Hold the writer's lock, which dies with its process. Raises BusyError after a minute's wait."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / _LOCK).open("a") as file:
        for _ in range(int(_PATIENCE / _PAUSE)):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(_PAUSE)
            else:
                yield
                return
    message = f"{data / _LOCK}: another process is writing this index; wait until it is done, then run it again"
    raise BusyError(message)
