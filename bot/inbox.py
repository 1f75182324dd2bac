"""The inbox: what came in, each once, begun and done with; and how far every channel was read.

What comes of a row is written by the ledger, in the transaction that marks the row done.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from bot.types import Inbound, Surface

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.database import Database

TABLES = """
create table seen (key text primary key, at text not null) without rowid;
create table inbox (
    id integer primary key autoincrement, surface text not null, conversation text not null, user text not null,
    urgent integer not null, body text not null, received text not null, state text not null default 'new',
    attempts integer not null default 0, note text not null default '');
create index inbox_state on inbox (state, urgent, id);
create table marks (channel text primary key, ts text not null) without rowid;
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row of the inbox that is being worked on, and how often that was begun."""

    id: int
    inbound: Inbound
    attempts: int


class Inbox:
    """Reads the inbox, and writes what concerns no other table."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows = database.rows

    def claim(self, served: str = "") -> Claimed | None:
        """Take a row that waits, and note that it was begun once more.

        Urgent rows come first, then the conversations in turn, beginning after the one ``served`` last, so
        that a busy one delays no other. Within a conversation Slack's order counts, not that of delivery.
        """
        with self._database.change() as execute:
            row = execute(
                "select id, body, attempts from inbox where state = 'new'"
                " order by urgent desc, conversation <= ?, conversation, json_extract(body, '$.ts'), id limit 1",
                [served],
            ).fetchone()
            if row is None:
                return None
            execute("update inbox set attempts = attempts + 1 where id = ?", [row[0]])
        return Claimed(row[0], _inbound(row[1]), row[2] + 1)

    def retract(self, channel: str, ts: str) -> None:
        """Close a question that was deleted before it was answered."""
        with self._database.change() as execute:
            execute(
                "update inbox set state = 'done', note = 'deleted', body = '{}' where state = 'new'"
                " and json_extract(body, '$.channel') = ? and json_extract(body, '$.ts') = ?",
                [channel, ts],
            )

    def amend(self, channel: str, ts: str, text: str) -> None:
        """Take the newest text of a question that was edited before it was answered."""
        with self._database.change() as execute:
            execute(
                "update inbox set body = json_set(body, '$.text', ?) where state = 'new'"
                " and json_extract(body, '$.channel') = ? and json_extract(body, '$.ts') = ?",
                [text, channel, ts],
            )

    def waiting(self) -> int:
        """Count the rows that are not done with."""
        return int(self._rows("select count(*) from inbox where state = 'new'")[0][0])

    def asked(self, user: str, since: datetime, until: datetime) -> int:
        """Count what one person has said or clicked from one instant to another, both included; App Home is neither."""
        query = "select count(*) from inbox where user = ? and received between ? and ? and surface <> 'home'"
        return int(self._rows(query, user, since.isoformat(), until.isoformat())[0][0])

    def opened_home(self, user: str) -> bool:
        """Tell whether a person has ever opened App Home."""
        return bool(self._rows("select 1 from inbox where user = ? and surface = 'home' limit 1", user))

    def morning_before(self, user: str, day: str) -> date | None:
        """Give the last day before this one whose reminders went to somebody; None where there is none."""
        query = "select max(key) from seen where key >= ? and key < ?"
        found = self._rows(query, f"morning:{user}:", f"morning:{user}:{day}")[0][0]
        return date.fromisoformat(found.rpartition(":")[2]) if found else None

    def known(self, channel: str, ts: str) -> bool:
        """Tell whether a message was accepted before."""
        return bool(self._rows("select 1 from seen where key = ?", f"message:{channel}:{ts}"))

    def marks(self) -> dict[str, str]:
        """Give the newest message seen of every channel: its ts by channel id."""
        return dict(self._rows("select channel, ts from marks"))


def accept(execute: Callable[..., Any], inbound: Inbound, *, urgent: bool) -> bool:
    """Write what came in, within the ledger's transaction; False where it had come already."""
    if not see(execute, inbound.keys, inbound.received):
        return False
    execute(
        "insert into inbox (surface, conversation, user, urgent, body, received) values (?, ?, ?, ?, ?, ?)",
        [inbound.surface, inbound.conversation, inbound.user, urgent, _text(inbound), inbound.received.isoformat()],
    )
    if inbound.ts and inbound.channel:
        execute(
            "insert into marks (channel, ts) values (?, ?) on conflict (channel)"
            " do update set ts = max(ts, excluded.ts)",
            [inbound.channel, inbound.ts],
        )
    return True


def see(execute: Callable[..., Any], keys: Iterable[str], at: datetime) -> bool:
    """Note keys as seen; tell whether all were new."""
    query = "insert or ignore into seen (key, at) values (?, ?)"
    new = [execute(query, [key, at.isoformat()]).rowcount for key in keys]
    return all(new)


def done(execute: Callable[..., Any], row: int, note: str) -> None:
    """Mark a row done, within the ledger's transaction."""
    execute("update inbox set state = 'done', note = ? where id = ? and state = 'new'", [note, row])


def _text(value: Inbound) -> str:
    return json.dumps({**asdict(value), "received": value.received.isoformat()})


def _inbound(text: str) -> Inbound:
    data = json.loads(text)
    return Inbound(
        **{
            **data,
            "surface": Surface(data["surface"]),
            "received": datetime.fromisoformat(data["received"]),
            "keys": tuple(data["keys"]),
            "fields": tuple((name, filled) for name, filled in data["fields"]),
        }
    )
