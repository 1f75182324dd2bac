"""The tables of the store, numbered step by step, and since when each briefing is known; over a plain connection.

A briefing is the same one under another file name where its body is the same, and with another body where
its id is the same. What is remembered of one that is gone is two sums and an instant, no words of it.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from index import agenda

if TYPE_CHECKING:
    import sqlite3

LONG_AGO = datetime.fromtimestamp(0, UTC)  # of what was indexed before instants were kept
_TABLES = """
create table meta (key text primary key, value text not null);
create table briefings (
    id text primary key, title text not null, body text not null, path text not null, paragraphs text not null,
    published text, publication text, topics text not null, url text, sources text not null, embargo text,
    channels text, extra text not null, digest text not null);
create table passages (
    id integer primary key autoincrement, briefing text not null references briefings(id), start integer not null,
    end integer not null, first_paragraph integer not null, last_paragraph integer not null, heading text not null,
    sentences text not null, digest text not null, key text not null);
create index passages_briefing on passages (briefing);
create table encodings (key text primary key, passage blob not null, sentences blob not null);
create virtual table words using fts5 (title, heading, text, tokenize = 'porter unicode61 remove_diacritics 2')
"""
_FIRSTS = f"""
create table firsts (name text primary key, at text not null) without rowid;
alter table briefings add column first_indexed text not null default '{LONG_AGO.isoformat()}'
"""
# Until its file is read again, a briefing is held till its day begins in UTC.
_HELD = """
update briefings set embargo = published || 'T00:00:00+00:00'
    where published is not null and coalesce(embargo, '') < published
"""
# Numbered by place: a database at version n has run the first n.
_STEPS = (_TABLES, _FIRSTS, agenda.TABLES, _HELD)
VERSION = len(_STEPS)


def migrate(db: sqlite3.Connection) -> None:
    """Bring the tables up to date, in one transaction; of two that try at once the second finds it done."""
    db.execute("begin immediate")
    try:
        (version,) = db.execute("pragma user_version").fetchone()
        for step in _STEPS[version:]:
            for statement in step.strip().split(";\n"):
                db.execute(statement)
        if version == 1:  # made before instants were kept
            for name, body in db.execute("select id, body from briefings").fetchall():
                _remember(db, _names(name, body), LONG_AGO.isoformat())
        db.execute(f"pragma user_version = {VERSION}")
    except BaseException:
        db.rollback()
        raise
    db.commit()


def first_indexed(db: sqlite3.Connection, name: str, body: str, now: datetime) -> str:
    """Tell since when a briefing is known, as an ISO instant in UTC; from now on, where it never was."""
    names = _names(name, body)
    found = db.execute("select min(at) from firsts where name in (?, ?)", names).fetchone()[0]
    at = str(found or now.astimezone(UTC).isoformat())
    _remember(db, names, at)
    return at


def _remember(db: sqlite3.Connection, names: tuple[str, str], at: str) -> None:
    rows = [(one, at) for one in names]
    db.executemany("insert into firsts values (?, ?) on conflict do update set at = min(at, excluded.at)", rows)


def _names(name: str, body: str) -> tuple[str, str]:
    return _sum(f"id\n{name}"), _sum(f"body\n{body}")


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
