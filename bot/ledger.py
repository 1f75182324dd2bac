"""What must be remembered: what came in together with what came of it; the outbox, settings and counts.

Every public method is one transaction, written through to the disk, as is every one of the inbox. The rooms
of the other tables read by ``rows``, and write by ``execute`` within a transaction of the ledger's.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot import answers, erasure, inbox, items, posts
from bot.database import Database
from bot.types import (
    Arrived,
    Changed,
    Effect,
    Forget,
    Heard,
    Inbound,
    Judged,
    Kept,
    Message,
    Method,
    Outbound,
    Paused,
    Post,
    Proposal,
    Resend,
    Setting,
    Subscribed,
    Subscription,
    Watch,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

FILE = "bot.db"
_LOOKED = "briefing looked at"  # shown to nobody, for it counts the restricted ones too
_TABLES = """
create table outbox (
    id integer primary key autoincrement, key text not null unique, lane text not null, method text not null,
    user text not null, answer text not null, body text not null, created text not null,
    state text not null default 'pending', due text not null,
    begun text not null default '', attempts integer not null default 0, ts text not null default '',
    reason text not null default '');
create index outbox_state on outbox (state, lane, id);
create table settings (channel text not null, name text not null, value integer not null, primary key (channel, name));
create table counts (what text primary key, n integer not null) without rowid;
"""
_MIGRATIONS = (
    inbox.TABLES + _TABLES + answers.TABLES,
    items.TABLES,
    items.CALENDARS,
    posts.TABLES,
    items.SENTENCES,
)


@dataclass(frozen=True, slots=True)
class Due:
    """A row of the outbox to be sent or settled. ``state`` is pending, sending or unknown.

    ``begun`` is when it was last tried, ``created`` when it was written.
    """

    id: int
    outbound: Outbound
    state: str
    attempts: int
    created: datetime
    begun: datetime


class Ledger:
    """The database of what must be remembered; its rooms read their own tables."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._change = database.change
        self._rows = database.rows
        self.inbox = inbox.Inbox(database)
        self.answers = answers.Answers(database.rows)
        self.items = items.Items(database.rows)
        self.posts = posts.Posts(database.rows)

    @classmethod
    def open(cls, folder: Path) -> Ledger:
        """Open the database of a data folder, made where it is missing. Raises LedgerError."""
        return cls(Database.open(folder / FILE, _MIGRATIONS))

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def backup(self, file: Path) -> None:
        """Copy the database to a file while it is in use, and check the copy. Raises LedgerError."""
        self._database.backup(file)

    # -- what came in, and what came of it --------------------------------------------------------------

    def accept(self, inbound: Inbound, *, urgent: bool) -> bool:
        """Write what came in, ``urgent`` before the rest; False where it had come already."""
        with self._change() as execute:
            return _accept(execute, inbound, urgent=urgent)

    def settle(self, row: int, effects: Sequence[Effect], now: datetime, note: str = "") -> None:
        """Mark a row of the inbox done together with everything that came of it."""
        with self._change() as execute:
            inbox.done(execute, row, note)
            _apply(execute, effects, now)
        if any(isinstance(effect, Forget) for effect in effects):
            self._database.checkpoint()

    def apply(self, effects: Sequence[Effect], now: datetime) -> None:
        """Write what did not come of one row of the inbox."""
        with self._change() as execute:
            _apply(execute, effects, now)

    def miss(self, keys: Sequence[str], effects: Sequence[Effect], now: datetime) -> None:
        """Note messages as seen without taking them in, and do what the effects say."""
        with self._change() as execute:
            inbox.see(execute, keys, now)
            _apply(execute, effects, now)

    def erase(self, before: datetime) -> None:
        """Erase the texts of what was asked before an instant, from the file and its log; keys and counts stay."""
        with self._change() as execute:
            erasure.expire(execute, before)
        self._database.checkpoint()

    def setting(self, channel: str, name: str) -> bool | None:
        """Read a setting of a channel, '*' for all of them, or None where it was never made."""
        rows = self._rows("select value from settings where channel = ? and name = ?", channel, name)
        return bool(rows[0][0]) if rows else None

    def count(self, what: str) -> None:
        """Count something that is not kept."""
        with self._change() as execute:
            _count(execute, what)

    def counts(self) -> dict[str, int]:
        """Give what was counted so far of what people and Slack sent."""
        return dict(self._rows("select what, n from counts where what <> ? order by what", _LOOKED))

    def looked(self) -> int:
        """Count how often a briefing was looked at, or noticed to be gone."""
        return int(self._rows("select coalesce(sum(n), 0) from counts where what = ?", _LOOKED)[0][0])

    def waiting(self) -> dict[str, int]:
        """Count what waits: inbox, outbox, unknown; and what was parked."""
        new = self.inbox.waiting()  # before the outbox, for what leaves it is there by then
        states = dict(self._rows("select state, count(*) from outbox group by state"))
        return {
            "inbox": new,
            "outbox": states.get("pending", 0),
            "unknown": states.get("unknown", 0) + states.get("sending", 0),
            "parked": states.get("parked", 0),
        }

    # -- outbox -----------------------------------------------------------------------------------------

    def due(self, now: datetime) -> list[Due]:
        """List the first row of every lane that is not done with, where its time has come."""
        query = """select id, key, lane, method, user, answer, body, created, state, begun, attempts from outbox
            where id in (select min(id) from outbox where state in ('pending', 'sending', 'unknown') group by lane)
            and due <= ? order by id"""
        return [_due(row) for row in self._rows(query, now.isoformat())]

    def begin(self, row: int, now: datetime) -> None:
        """Note that a call is about to be made: from here on its outcome is unknown until it is known."""
        with self._change() as execute:
            execute(
                "update outbox set state = 'sending', attempts = attempts + 1, begun = ? where id = ?",
                [now.isoformat(), row],
            )

    def sent(self, row: int, ts: str) -> None:
        """Note that Slack has it, and under which ts."""
        with self._change() as execute:
            execute("update outbox set state = 'sent', ts = ? where id = ?", [ts, row])
            execute(
                "update answers set (relay_channel, relay_ts) = (select lane, ts from outbox where id = ?)"
                " where key = (select answer from outbox where id = ? and key like 'relay:%')",
                [row, row],
            )

    def outcome(self, key: str) -> tuple[str, str]:
        """Tell how a call stands, and the ts it got, '' for none; its state is '' where there is no such call."""
        rows = self._rows("select state, ts from outbox where key = ?", key)
        return (rows[0][0], rows[0][1]) if rows else ("", "")

    def later(self, row: int, due: datetime, state: str, reason: str, outbound: Outbound | None = None) -> None:
        """Put a row off: ``state`` pending to send it, unknown to settle it. ``outbound`` replaces its text."""
        with self._change() as execute:
            execute(
                "update outbox set state = ?, due = ?, reason = ? where id = ?", [state, due.isoformat(), reason, row]
            )
            if outbound:
                execute("update outbox set body = ? where id = ?", [_outbound_text(outbound), row])

    def park(self, row: int, reason: str, effects: Sequence[Effect], now: datetime) -> None:
        """Give a row up for a reason, and do instead what the effects say."""
        with self._change() as execute:
            execute("update outbox set state = 'parked', reason = ? where id = ?", [reason, row])
            _count(execute, "parked")
            _apply(execute, effects, now)

    def parked(self) -> list[tuple[str, str]]:
        """List what was given up: (key, reason)."""
        return [
            (row[0], row[1]) for row in self._rows("select key, reason from outbox where state = 'parked' order by id")
        ]

    def owed(self, user: str) -> str | None:
        """Name a private answer of the last day that may never have been seen, and was not offered again yet."""
        rows = self._rows(
            "select answer from outbox o where user = ? and state = 'parked' and reason = 'unknown' and answer <> ''"
            " and not exists (select 1 from outbox where key = 'owed:' || o.answer) order by id desc limit 1",
            user,
        )
        return rows[0][0] if rows else None


def _accept(execute: Callable[..., Any], inbound: Inbound, *, urgent: bool) -> bool:
    new = inbox.accept(execute, inbound, urgent=urgent)
    _count(execute, inbound.surface if new else "duplicate")
    return new


def _count(execute: Callable[..., Any], what: str) -> None:
    execute("insert into counts (what, n) values (?, 1) on conflict (what) do update set n = n + 1", [what])


def _apply(execute: Callable[..., Any], effects: Sequence[Effect], now: datetime) -> None:
    for effect in effects:
        match effect:
            case Inbound():
                _accept(execute, effect, urgent=True)
            case Outbound():
                execute(
                    "insert or ignore into outbox (key, lane, method, user, answer, body, created, due)"
                    " values (?, ?, ?, ?, ?, ?, ?, ?)",
                    [effect.key, effect.lane, effect.method, effect.user, effect.answer, _outbound_text(effect),
                     now.isoformat(), now.isoformat()],
                )  # fmt: skip
            case Kept() | Heard() | Judged():
                answers.apply(execute, effect)
            case Setting():
                execute(
                    "insert or replace into settings (channel, name, value) values (?, ?, ?)",
                    [effect.channel, effect.name, effect.on],
                )
            case Forget():
                erasure.forget(execute, effect.user)
                items.forget(execute, effect.user)
            case Arrived():
                items.apply(execute, effect)
                _count(execute, _LOOKED)
            case Changed() | Watch() | Proposal() | Subscribed():
                items.apply(execute, effect)
            case Subscription() | Post() | Paused() | Resend():
                posts.apply(execute, effect, now)


def _outbound_text(value: Outbound) -> str:
    message = value.message and {"text": value.message.text, "blocks": list(value.message.blocks)}
    return json.dumps({"body": dict(value.body), "message": message})


def _due(row: Sequence[Any]) -> Due:
    ident, key, lane, method, user, answer, text, created, state, begun, attempts = row
    data = json.loads(text)
    message = Message(data["message"]["text"], tuple(data["message"]["blocks"])) if data.get("message") else None
    outbound = Outbound(key, Method(method), lane, data["body"], message, user, answer)
    return Due(
        ident, outbound, state, attempts, datetime.fromisoformat(created), datetime.fromisoformat(begun or created)
    )
