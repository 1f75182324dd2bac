"""The truth: briefings and passages, their vectors too, in SQLite; alone imports sqlite-utils here.

A new version of the briefings becomes visible in one transaction. Encodings are kept by the text
they are of, and written as they are made, so that a killed run goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlite_utils import Database

from index import agenda
from index.errors import IndexUnusable, of_sqlite
from index.schema import LONG_AGO, VERSION, first_indexed, migrate
from index.types import Briefing, Paragraph, Passage, Sentence
from index.words import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from index.types import Vectors
    from index.vectors import Ids

FILE = "briefings.db"
_BUSY_SECONDS = 10
_COLUMNS = (
    "id title body path paragraphs published publication topics url sources embargo channels extra digest".split()
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A briefing in the catalogue: what decides who may see it, and its passages' ids.

    ``first_indexed`` is an instant in UTC, and stays through edits and where the file is renamed.
    """

    id: str
    title: str
    published: date | None
    embargo: datetime | None
    channels: frozenset[str] | None
    passages: tuple[int, ...]
    first_indexed: datetime = LONG_AGO


@dataclass(frozen=True, slots=True)
class Stored:
    """A passage as kept: its vector, of shape (dimension,), its sentences', (sentences, dimension)."""

    passage: Passage
    briefing: Briefing
    vector: Vectors
    sentence_vectors: Vectors


class Store:
    """The database of one data folder."""

    def __init__(self, db: Database, path: Path) -> None:
        self._db = db
        self._path = path

    @classmethod
    def open(cls, folder: Path, *, write: bool = False) -> Store:
        """Open the database of a data folder; ``write`` makes it where it is missing.

        Raises IndexUnusable where it is missing, damaged, or of a newer Dispatch Box.
        """
        path = folder / FILE
        if not write and not path.is_file():
            message = f"{path}: no index there; run 'dispatchbox index'"
            raise IndexUnusable(message)
        folder.mkdir(parents=True, exist_ok=True)
        with _translated(path):
            connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, check_same_thread=False)
            store = cls(Database(connection), path)
            store._prepare(write=write)
        return store

    def _prepare(self, *, write: bool) -> None:
        version = self._db.execute("pragma user_version").fetchone()[0]
        if version > VERSION:
            message = f"{self._path}: made by a newer Dispatch Box (schema {version}, not {VERSION}); update this one"
            raise IndexUnusable(message)
        if not version and not write:
            message = f"{self._path}: no index in it yet; run 'dispatchbox index'"
            raise IndexUnusable(message)
        if write:
            self._db.enable_wal()
            self._db.execute("pragma synchronous = full")
        if version < VERSION:
            migrate(self._db.conn)
        if not write:
            self._db.execute("pragma query_only = on")

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read within one transaction: a writer's new version is seen whole, at the next snapshot."""
        with _translated(self._path):
            self._db.execute("begin")
            try:
                yield
            finally:
                self._db.rollback()

    def check(self) -> None:
        """Run SQLite's own check of the whole file. Raises IndexUnusable."""
        with _translated(self._path):
            found = self._db.execute("pragma quick_check(1)").fetchone()[0]
        if found != "ok":
            message = f"{self._path}: damaged ({found}); delete it and run 'dispatchbox index'"
            raise IndexUnusable(message)

    # -- what is kept ---------------------------------------------------------------------------------

    def meta(self) -> dict[str, str]:
        """Give the index's own facts: model, cut, passage_set, revision, indexed_at."""
        with _translated(self._path):
            return dict(self._db.execute("select key, value from meta").fetchall())

    def digests(self) -> dict[str, str]:
        """Map every briefing's id to the digest of the bytes it was read from."""
        with _translated(self._path):
            return dict(self._db.execute("select id, digest from briefings").fetchall())

    def catalogue(self) -> tuple[Entry, ...]:
        """List every briefing, the permitted and the restricted."""
        query = """select b.id, b.title, b.published, b.embargo, b.channels, group_concat(p.id), b.first_indexed
            from briefings b left join passages p on p.briefing = b.id group by b.id"""
        return tuple(
            Entry(
                id=row[0],
                title=row[1],
                published=_date(row[2]),
                embargo=datetime.fromisoformat(row[3]) if row[3] else None,
                channels=frozenset(json.loads(row[4])) if row[4] is not None else None,
                passages=tuple(map(int, row[5].split(","))) if row[5] else (),
                first_indexed=datetime.fromisoformat(row[6]),
            )
            for row in self._db.execute(query)
        )

    def briefing(self, name: str) -> Briefing | None:
        """Read one briefing, or None."""
        return self.briefings([name]).get(name)

    def briefings(self, names: Sequence[str]) -> dict[str, Briefing]:
        """Read briefings by id; those that are gone are left out."""
        query = f"select {', '.join(_COLUMNS)} from briefings where id in (select value from json_each(?))"  # noqa: S608 - our columns
        return {row[0]: _briefing(row) for row in self._db.execute(query, [json.dumps(list(names))])}

    def passages(self, ids: Sequence[int]) -> dict[int, Stored]:
        """Read passages by id, each with its briefing; those that are gone are left out."""
        query = """select p.id, p.briefing, p.start, p.end, p.first_paragraph, p.last_paragraph, p.heading,
            p.sentences, p.digest, e.passage, e.sentences from passages p join encodings e on e.key = p.key
            where p.id in (select value from json_each(?))"""
        rows = self._db.execute(query, [json.dumps(list(ids))]).fetchall()
        briefings = self.briefings(sorted({row[1] for row in rows}))
        return {row[0]: _stored(row, briefings[row[1]]) for row in rows if row[1] in briefings}

    def encodings(self, ids: Iterable[int]) -> dict[int, tuple[Vectors, Vectors]]:
        """Read passages' vectors by id, each with its sentences': float32, (dimension,) and (sentences, dimension)."""
        query = """select p.id, e.passage, e.sentences from passages p join encodings e on e.key = p.key
            where p.id in (select value from json_each(?))"""
        rows = self._db.execute(query, [json.dumps(list(ids))])
        vectors = ((row[0], np.frombuffer(row[1], np.float32), np.frombuffer(row[2], np.float32)) for row in rows)
        return {i: (passage, sentences.reshape(-1, len(passage))) for i, passage, sentences in vectors}

    def vectors(self) -> tuple[Ids, Vectors]:
        """Read every passage's id and vector: int64 of shape (n,), float32 of shape (n, dimension)."""
        query = "select p.id, e.passage from passages p join encodings e on e.key = p.key order by p.id"
        with _translated(self._path):
            rows = self._db.execute(query).fetchall()
        ids = np.array([row[0] for row in rows], np.int64)
        vectors = np.frombuffer(b"".join(row[1] for row in rows), np.float32)
        return ids, vectors.reshape(len(rows), -1) if rows else np.zeros((0, 1), np.float32)

    def match(self, query: str, count: int, allowed: Sequence[int] | None) -> list[tuple[int, float]]:
        """Find passages by words: (id, BM25 score with the title counting double), best first."""
        # The plus keeps SQLite from asking the word index once for each allowed row.
        where = "" if allowed is None else "and +rowid in (select value from json_each(:allowed))"
        found = self._db.execute(
            f"select rowid, -bm25(words, 2.0, 1.0, 1.0) as score from words where words match :query {where}"  # noqa: S608 - no outside text
            " order by score desc, rowid limit :count",
            {"query": query, "count": count, "allowed": json.dumps(list(allowed)) if allowed is not None else None},
        )
        return [(int(row[0]), float(row[1])) for row in found]

    def holders(self, term: str, most: int) -> list[int]:
        """List the passages that hold a quoted term, up to so many."""
        rows = self._db.execute("select rowid from words where words match ? limit ?", [term, most])
        return [int(row[0]) for row in rows]

    def count_holders(self, term: str, most: int) -> int:
        """Count the passages that hold a quoted term, up to so many."""
        query = "select count(*) from (select 1 from words where words match ? limit ?)"
        return int(self._db.execute(query, [term, most]).fetchone()[0])

    def steps(self, keys: Iterable[str]) -> dict[str, agenda.Steps]:
        """Read the next steps found in readings of briefings, by the readings' keys; those not kept are left out."""
        with _translated(self._path):
            return agenda.read(self._db.conn, keys)

    # -- what changes it ------------------------------------------------------------------------------

    def encoded(self, keys: Iterable[str]) -> set[str]:
        """Tell which of these encodings are kept already."""
        query = "select key from encodings where key in (select value from json_each(?))"
        with _translated(self._path):
            return {row[0] for row in self._db.execute(query, [json.dumps(list(keys))])}

    def keep(self, encodings: Mapping[str, tuple[Vectors, Vectors]]) -> None:
        """Keep encodings by key, durably: a passage's vector, and its sentences'."""
        rows = [
            {"key": key, "passage": passage.tobytes(), "sentences": sentences.tobytes()}
            for key, (passage, sentences) in encodings.items()
        ]
        with _translated(self._path):
            self._db.table("encodings").insert_all(rows, replace=True)

    def readings(self) -> set[str]:
        """Name every reading whose steps are kept, by its key."""
        with _translated(self._path):
            return agenda.held(self._db.conn)

    def keep_steps(self, found: Mapping[str, agenda.Steps]) -> None:
        """Keep the next steps found in readings of briefings, durably, by the readings' keys."""
        with _translated(self._path), self._db.atomic():
            agenda.keep(self._db.conn, found)

    def drop_steps(self, but: Iterable[str]) -> None:
        """Drop the steps of every reading but these."""
        with _translated(self._path), self._db.atomic():
            agenda.drop_others(self._db.conn, but)

    def publish(
        self,
        changed: Iterable[tuple[Briefing, Sequence[tuple[Passage, str]]]],
        gone: Iterable[str],
        facts: Mapping[str, str],
        now: datetime,
    ) -> str:
        """Put changed briefings in, and take gone ones out, in one transaction; give the passage set.

        Each passage comes with the key of its encoding; encodings that no passage uses are dropped.
        ``facts`` about the index go to its meta data, and the instant.
        """
        with _translated(self._path), self._db.atomic():
            for name in gone:
                self._remove(name)
            for briefing, passages in changed:
                self._remove(briefing.id)
                self._insert(briefing, passages, now)
            self._db.execute("delete from encodings where key not in (select key from passages)")
            rows = self._db.execute("select id, key from passages order by id").fetchall()
            passage_set = hashlib.sha256(json.dumps(rows).encode()).hexdigest()
            revision = int(self.meta().get("revision", "0")) + 1
            facts = {
                **facts, "indexed_at": now.isoformat(), "passage_set": passage_set, "revision": str(revision),
            }  # fmt: skip
            self._db.table("meta").insert_all([{"key": k, "value": v} for k, v in facts.items()], replace=True)
        return passage_set

    def _remove(self, name: str) -> None:
        self._db.execute("delete from words where rowid in (select id from passages where briefing = ?)", [name])
        self._db.execute("delete from passages where briefing = ?", [name])
        self._db.execute("delete from briefings where id = ?", [name])

    def _insert(self, briefing: Briefing, passages: Sequence[tuple[Passage, str]], now: datetime) -> None:
        first = first_indexed(self._db.conn, briefing.id, briefing.body, now)
        self._db.table("briefings").insert({**_row(briefing), "first_indexed": first})
        for passage, key in passages:
            cursor = self._db.execute(
                "insert into passages (briefing, start, end, first_paragraph, last_paragraph, heading, sentences,"
                " digest, key) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    passage.briefing,
                    passage.start,
                    passage.end,
                    passage.first_paragraph,
                    passage.last_paragraph,
                    passage.heading,
                    json.dumps([(sentence.start, sentence.end) for sentence in passage.sentences]),
                    passage.digest,
                    key,
                ],
            )
            self._db.execute(
                "insert into words (rowid, title, heading, text) values (?, ?, ?, ?)",
                [cursor.lastrowid, fold(briefing.title), fold(passage.heading), fold(passage.text)],
            )


def _translated(path: Path) -> AbstractContextManager[None]:
    return of_sqlite(path, IndexUnusable, "delete it and run 'dispatchbox index'")


def _date(words: str | None) -> date | None:
    return date.fromisoformat(words) if words else None


def _row(briefing: Briefing) -> dict[str, str | None]:
    """Lay a briefing out as its columns."""
    return {
        "id": briefing.id,
        "title": briefing.title,
        "body": briefing.body,
        "path": briefing.path,
        "paragraphs": json.dumps([(p.n, p.start, p.end, p.heading) for p in briefing.paragraphs]),
        "published": briefing.published.isoformat() if briefing.published else None,
        "publication": briefing.publication,
        "topics": json.dumps(briefing.topics),
        "url": briefing.url,
        "sources": json.dumps(briefing.sources),
        "embargo": briefing.embargo.isoformat() if briefing.embargo else None,
        "channels": json.dumps(briefing.channels) if briefing.channels is not None else None,
        "extra": json.dumps(briefing.extra),
        "digest": briefing.digest,
    }


def _briefing(row: Sequence[Any]) -> Briefing:
    """Read a briefing from its columns."""
    column = dict(zip(_COLUMNS, row, strict=True))
    return Briefing(
        id=column["id"],
        title=column["title"],
        body=column["body"],
        path=column["path"],
        paragraphs=tuple(Paragraph(*part) for part in json.loads(column["paragraphs"])),
        published=_date(column["published"]),
        publication=column["publication"],
        topics=tuple(json.loads(column["topics"])),
        url=column["url"],
        sources=tuple(json.loads(column["sources"])),
        embargo=datetime.fromisoformat(column["embargo"]) if column["embargo"] else None,
        channels=tuple(json.loads(column["channels"])) if column["channels"] is not None else None,
        extra=tuple((key, value) for key, value in json.loads(column["extra"])),
        digest=column["digest"],
    )


def _stored(row: Sequence[Any], briefing: Briefing) -> Stored:
    """Read a passage from its columns; its text comes from the briefing's body."""
    _, name, start, end, first, last, heading, sentences, digest, vector, sentence_vectors = row
    offsets = tuple(Sentence(*part) for part in json.loads(sentences))
    text = briefing.body[start:end]
    passage = Passage(name, start, end, first, last, heading, text, offsets, digest)
    rows = np.frombuffer(sentence_vectors, np.float32).reshape(len(offsets), -1)
    return Stored(passage, briefing, np.frombuffer(vector, np.float32), rows)
