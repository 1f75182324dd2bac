"""What must be remembered: inbox, outbox, answers, settings, the watchlist; alone imports sqlite-utils on this floor.

Every public method is one transaction, written through to the disk. One connection serves all threads,
one at a time, so a transaction must never wait for anything but the disk.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from threading import RLock
from typing import TYPE_CHECKING, Any

from sqlite_utils import Database

from bot import answers, items, posts
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
    Surface,
    Watch,
)
from index.errors import DispatchBoxError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

FILE = "bot.db"
_BUSY_SECONDS = 2.5  # Slack wants its acknowledgement within three
_KEYS_KEPT = timedelta(days=30)  # a duplicate comes within days; Slack replays an outage within hours
EVERYWHERE = "*"  # the channel of a setting that holds for all
_LOOKED = "briefing looked at"  # shown to nobody, for it counts the restricted ones too
# Numbered by place: a database at version n has run the first n.
_MIGRATIONS = (
    """
create table seen (key text primary key, at text not null) without rowid;
create table inbox (
    id integer primary key autoincrement, surface text not null, conversation text not null, user text not null,
    urgent integer not null, body text not null, received text not null, state text not null default 'new',
    attempts integer not null default 0, note text not null default '');
create index inbox_state on inbox (state, urgent, id);
create table outbox (
    id integer primary key autoincrement, key text not null unique, lane text not null, method text not null,
    user text not null, answer text not null, body text not null, created text not null,
    state text not null default 'pending', due text not null,
    begun text not null default '', attempts integer not null default 0, ts text not null default '',
    reason text not null default '');
create index outbox_state on outbox (state, lane, id);
create table answers (
    key text primary key, user text not null, channel text not null, thread_ts text not null, question text not null,
    data text not null, private integer not null, at text not null, relay_channel text not null default '',
    relay_ts text not null default '');
create index answers_thread on answers (channel, thread_ts);
create index answers_relay on answers (relay_channel, relay_ts);
create table feedback (
    answer text not null, user text not null, helpful integer not null, why text not null, at text not null,
    primary key (answer, user)) without rowid;
create table settings (channel text not null, name text not null, value integer not null, primary key (channel, name));
create table counts (what text primary key, n integer not null) without rowid;
create table marks (channel text primary key, ts text not null) without rowid;
""",
    items.TABLES,
    items.CALENDARS,
    posts.TABLES,
    items.SENTENCES,
)


class LedgerError(DispatchBoxError):
    """What must be remembered cannot be: the disk, or the file."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row of the inbox that is being worked on, and how often that was begun."""

    id: int
    inbound: Inbound
    attempts: int


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
    """The database of what must be remembered."""

    def __init__(self, db: Database, path: Path) -> None:
        self._db = db
        self._path = path
        self._lock = RLock()
        self.items = items.Items(self._rows)
        self.posts = posts.Posts(self._rows)
        self.answers = answers.Answers(self._rows)

    @classmethod
    def open(cls, folder: Path) -> Ledger:
        """Open the database of a data folder, made where it is missing. Raises LedgerError."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / FILE
        with _translated(path):
            connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, check_same_thread=False)
            ledger = cls(Database(connection), path)
            ledger._prepare()
        return ledger

    def _prepare(self) -> None:
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = full")
        self._db.execute("pragma secure_delete = on")
        version = self._db.execute("pragma user_version").fetchone()[0]
        if version > len(_MIGRATIONS):
            newer = f"schema {version}, not {len(_MIGRATIONS)}"
            message = f"{self._path}: made by a newer Dispatch Box ({newer}); update this one"
            raise LedgerError(message)
        for number, migration in enumerate(_MIGRATIONS[version:], version + 1):
            with self._change():
                for statement in migration.strip().rstrip(";").split(";\n"):
                    self._db.execute(statement)
                self._db.execute(f"pragma user_version = {number}")

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._db.close()

    @contextmanager
    def _change(self) -> Iterator[None]:
        """One transaction that takes the writer's place at its start, so that it never loses it half way."""
        with self._lock, _translated(self._path):
            self._db.execute("begin immediate")
            try:
                yield
            except BaseException:
                self._db.rollback()
                raise
            self._db.commit()

    def _rows(self, query: str, *values: object) -> list[Any]:
        """Run a query with values by place, or with one mapping of values by name."""
        given = values[0] if values and isinstance(values[0], dict) else values
        with self._lock, _translated(self._path):
            return self._db.execute(query, given).fetchall()

    # -- inbox ----------------------------------------------------------------------------------------

    def accept(self, inbound: Inbound, *, urgent: bool) -> bool:
        """Write what came in, ``urgent`` before the rest; False where it had come already."""
        with self._change():
            return self._accept(inbound, urgent=urgent)

    def _accept(self, inbound: Inbound, *, urgent: bool) -> bool:
        at = inbound.received.isoformat()
        row = [inbound.surface, inbound.conversation, inbound.user, urgent, _inbound_text(inbound), at]
        new = [
            self._db.execute("insert or ignore into seen (key, at) values (?, ?)", [key, at]).rowcount
            for key in inbound.keys
        ]
        if not all(new):
            self._count("duplicate")
            return False
        self._db.execute(
            "insert into inbox (surface, conversation, user, urgent, body, received) values (?, ?, ?, ?, ?, ?)", row
        )
        self._count(inbound.surface)
        if inbound.ts and inbound.channel:
            self._db.execute(
                "insert into marks (channel, ts) values (?, ?) on conflict (channel)"
                " do update set ts = max(ts, excluded.ts)",
                [inbound.channel, inbound.ts],
            )
        return True

    def count(self, what: str) -> None:
        """Count something that is not kept."""
        with self._change():
            self._count(what)

    def _count(self, what: str) -> None:
        self._db.execute(
            "insert into counts (what, n) values (?, 1) on conflict (what) do update set n = n + 1", [what]
        )

    def counts(self) -> dict[str, int]:
        """Give what was counted so far of what people and Slack sent."""
        return dict(self._rows("select what, n from counts where what <> ? order by what", _LOOKED))

    def looked(self) -> int:
        """Count how often a briefing was looked at, or noticed to be gone."""
        return int(self._rows("select coalesce(sum(n), 0) from counts where what = ?", _LOOKED)[0][0])

    def claim(self, served: str = "") -> Claimed | None:
        """Take a row that waits, and note that it was begun once more.

        Urgent rows come first, then the conversations in turn, beginning after the one ``served`` last, so
        that a busy one delays no other. Within a conversation Slack's order counts, not that of delivery.
        """
        with self._change():
            row = self._db.execute(
                "select id, body, attempts from inbox where state = 'new'"
                " order by urgent desc, conversation <= ?, conversation, json_extract(body, '$.ts'), id limit 1",
                [served],
            ).fetchone()
            if row is None:
                return None
            self._db.execute("update inbox set attempts = attempts + 1 where id = ?", [row[0]])
        return Claimed(row[0], _inbound(row[1]), row[2] + 1)

    def settle(self, row: int, effects: Sequence[Effect], now: datetime, note: str = "") -> None:
        """Mark a row of the inbox done together with everything that came of it."""
        with self._change():
            self._db.execute("update inbox set state = 'done', note = ? where id = ? and state = 'new'", [note, row])
            self._apply(effects, now)
        if any(isinstance(effect, Forget) for effect in effects):
            self.sweep_log()

    def apply(self, effects: Sequence[Effect], now: datetime) -> None:
        """Write what did not come of one row of the inbox."""
        with self._change():
            self._apply(effects, now)

    def retract(self, channel: str, ts: str) -> None:
        """Close a question that was deleted before it was answered."""
        with self._change():
            self._db.execute(
                "update inbox set state = 'done', note = 'deleted', body = '{}' where state = 'new'"
                " and json_extract(body, '$.channel') = ? and json_extract(body, '$.ts') = ?",
                [channel, ts],
            )

    def amend(self, channel: str, ts: str, text: str) -> None:
        """Take the newest text of a question that was edited before it was answered."""
        with self._change():
            self._db.execute(
                "update inbox set body = json_set(body, '$.text', ?) where state = 'new'"
                " and json_extract(body, '$.channel') = ? and json_extract(body, '$.ts') = ?",
                [text, channel, ts],
            )

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

    def waiting(self) -> dict[str, int]:
        """Count what waits: inbox, outbox, unknown; and what was parked."""
        (inbox,) = self._rows("select count(*) from inbox where state = 'new'")
        states = dict(self._rows("select state, count(*) from outbox group by state"))
        unsure = states.get("unknown", 0) + states.get("sending", 0)
        return {
            "inbox": inbox[0],
            "outbox": states.get("pending", 0),
            "unknown": unsure,
            "parked": states.get("parked", 0),
        }

    def miss(self, keys: Sequence[str], effects: Sequence[Effect], now: datetime) -> None:
        """Note messages as seen without taking them in, and do what the effects say."""
        with self._change():
            for key in keys:
                self._db.execute("insert or ignore into seen (key, at) values (?, ?)", [key, now.isoformat()])
            self._apply(effects, now)

    def marks(self) -> dict[str, str]:
        """Give the newest message seen of every channel: its ts by channel id."""
        return dict(self._rows("select channel, ts from marks"))

    def known(self, channel: str, ts: str) -> bool:
        """Tell whether a message was accepted before."""
        return bool(self._rows("select 1 from seen where key = ?", f"message:{channel}:{ts}"))

    # -- outbox ---------------------------------------------------------------------------------------

    def due(self, now: datetime) -> list[Due]:
        """List the first row of every lane that is not done with, where its time has come."""
        query = """select id, key, lane, method, user, answer, body, created, state, begun, attempts from outbox
            where id in (select min(id) from outbox where state in ('pending', 'sending', 'unknown') group by lane)
            and due <= ? order by id"""
        return [_due(row) for row in self._rows(query, now.isoformat())]

    def next_due(self) -> datetime | None:
        """Tell when the next row of the outbox is due."""
        rows = self._rows("""select min(due) from outbox
            where id in (select min(id) from outbox where state in ('pending', 'sending', 'unknown') group by lane)""")
        return datetime.fromisoformat(rows[0][0]) if rows[0][0] else None

    def begin(self, row: int, now: datetime) -> None:
        """Note that a call is about to be made: from here on its outcome is unknown until it is known."""
        with self._change():
            self._db.execute(
                "update outbox set state = 'sending', attempts = attempts + 1, begun = ? where id = ?",
                [now.isoformat(), row],
            )

    def sent(self, row: int, ts: str) -> None:
        """Note that Slack has it, and under which ts."""
        with self._change():
            self._db.execute("update outbox set state = 'sent', ts = ? where id = ?", [ts, row])
            self._db.execute(
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
        with self._change():
            self._db.execute(
                "update outbox set state = ?, due = ?, reason = ? where id = ?", [state, due.isoformat(), reason, row]
            )
            if outbound:
                self._db.execute("update outbox set body = ? where id = ?", [_outbound_text(outbound), row])

    def park(self, row: int, reason: str, effects: Sequence[Effect], now: datetime) -> None:
        """Give a row up for a reason, and do instead what the effects say."""
        with self._change():
            self._db.execute("update outbox set state = 'parked', reason = ? where id = ?", [reason, row])
            self._count("parked")
            self._apply(effects, now)

    def parked(self) -> list[tuple[str, str]]:
        """List what was given up: (key, reason)."""
        return [
            (row[0], row[1]) for row in self._rows("select key, reason from outbox where state = 'parked' order by id")
        ]

    # -- what is remembered ---------------------------------------------------------------------------

    def _apply(self, effects: Sequence[Effect], now: datetime) -> None:  # noqa: C901 - a line for each effect
        for effect in effects:
            match effect:
                case Inbound():
                    self._accept(effect, urgent=True)
                case Outbound():
                    self._db.execute(
                        "insert or ignore into outbox (key, lane, method, user, answer, body, created, due)"
                        " values (?, ?, ?, ?, ?, ?, ?, ?)",
                        [effect.key, effect.lane, effect.method, effect.user, effect.answer, _outbound_text(effect),
                         now.isoformat(), now.isoformat()],
                    )  # fmt: skip
                case Kept() | Heard():
                    answers.apply(self._db.execute, effect)
                case Judged():
                    self._db.execute(
                        "insert or replace into feedback (answer, user, helpful, why, at) values (?, ?, ?, ?, ?)",
                        [effect.answer, effect.user, effect.helpful, effect.why, effect.at.isoformat()],
                    )
                case Setting():
                    self._db.execute(
                        "insert or replace into settings (channel, name, value) values (?, ?, ?)",
                        [effect.channel, effect.name, effect.on],
                    )
                case Forget():
                    self._erase("user = ?", effect.user)
                    items.forget(self._db.execute, effect.user)
                case Arrived():
                    items.apply(self._db.execute, effect)
                    self._count(_LOOKED)
                case Changed() | Watch() | Proposal() | Subscribed():
                    items.apply(self._db.execute, effect)
                case Subscription() | Post() | Paused() | Resend():
                    posts.apply(self._db.execute, effect, now)

    def answer(self, key: str) -> Kept | None:
        """Read one answer."""
        return next(iter(self._answers("key = ?", key)), None)

    def last_answer(self, channel: str, thread_ts: str) -> Kept | None:
        """Read the newest answer given in a thread, or in a conversation's top level (``thread_ts`` '')."""
        where = "channel = ? and thread_ts = ? and private = 0 and question <> '' order by at desc limit 1"
        return next(iter(self._answers(where, channel, thread_ts)), None)

    def relayed(self, channel: str, ts: str) -> Kept | None:
        """Read the answer whose question was passed to the team in this message."""
        return next(iter(self._answers("relay_channel = ? and relay_ts = ?", channel, ts)), None)

    def _answers(self, where: str, *values: object) -> Iterator[Kept]:
        query = f"select key, user, channel, thread_ts, question, data, private, at from answers where {where}"  # noqa: S608 - our words
        for row in self._rows(query, *values):
            at = datetime.fromisoformat(row[7])
            yield Kept(row[0], row[1], row[2], row[3], row[4], json.loads(row[5]), bool(row[6]), at)

    def owed(self, user: str) -> str | None:
        """Name a private answer of the last day that may never have been seen, and was not offered again yet."""
        rows = self._rows(
            "select answer from outbox o where user = ? and state = 'parked' and reason = 'unknown' and answer <> ''"
            " and not exists (select 1 from outbox where key = 'owed:' || o.answer) order by id desc limit 1",
            user,
        )
        return rows[0][0] if rows else None

    def feedback(self, answer: str) -> dict[str, bool]:
        """Tell who found an answer helpful, and who did not."""
        return {
            row[0]: bool(row[1]) for row in self._rows("select user, helpful from feedback where answer = ?", answer)
        }

    def gaps(self) -> list[Kept]:
        """List the answers that were refusals, or that somebody found unhelpful, oldest first."""
        return list(
            self._answers(
                "question <> '' and (json_extract(data, '$.status') = 'not_found' or key in"
                " (select answer from feedback where not helpful)) order by at"
            )
        )

    def reasons(self, answer: str) -> list[str]:
        """List why people found an answer unhelpful, without their names."""
        query = "select why from feedback where answer = ? and not helpful and why <> '' order by at"
        return [row[0] for row in self._rows(query, answer)]

    def setting(self, channel: str, name: str) -> bool | None:
        """Read a setting of a channel, or None where it was never made."""
        rows = self._rows("select value from settings where channel = ? and name = ?", channel, name)
        return bool(rows[0][0]) if rows else None

    # -- what is erased, and kept safe ----------------------------------------------------------------

    def erase(self, before: datetime) -> None:
        """Erase the texts of what was asked before an instant, from the file and its log; keys and counts stay."""
        with self._change():
            self._erase("at < ?", before.isoformat())
            self._db.execute("delete from seen where at < ?", [(before - _KEYS_KEPT).isoformat()])
        self.sweep_log()

    def sweep_log(self) -> None:
        """Empty the write-ahead log into the file, so that nothing erased is left in it."""
        self._rows("pragma wal_checkpoint(truncate)")

    def _erase(self, where: str, value: str) -> None:
        """Empty every text where a condition on ``at`` or ``user`` holds, and what repeats it for others.

        Those are follow-ups that were read together with it, and what was passed to the team. What still
        waits is closed.
        """
        found = self._db.execute(
            f"""with recursive gone(key) as (
                select key from answers where {where} and data <> '{{}}'
                union select a.key from answers a join gone on json_extract(a.data, '$.after') = gone.key)
            select json_group_array(key) from gone""",  # noqa: S608 - our words
            [value],
        )
        keys = found.fetchone()[0]
        gone = "in (select value from json_each(?))"
        self._db.execute(f"update feedback set why = '' where why <> '' and ({where} or answer {gone})", [value, keys])  # noqa: S608 - likewise
        self._db.execute(f"update answers set question = '', data = '{{}}' where key {gone}", [keys])  # noqa: S608 - likewise
        for table, at, closed, shown in (
            ("inbox", "received", "done", ""),
            ("outbox", "created", "parked", f" or answer {gone}"),
        ):
            waits = "state in ('new', 'pending', 'sending', 'unknown')"
            mine = where.replace("at <", f"{at} <")
            self._db.execute(
                f"update {table} set body = '{{}}', state = case when {waits} then '{closed}' else state end"  # noqa: S608 - likewise
                f" where body <> '{{}}' and ({mine}{shown})",
                [value, *([keys] if shown else [])],
            )

    def backup(self, file: Path) -> None:
        """Copy the database to a file while it is in use, and check the copy. Raises LedgerError."""
        with self._lock, _translated(file):
            copy = sqlite3.connect(file)
            self._db.conn.backup(copy)
            _sound(copy, file)
            copy.close()

    def check(self) -> None:
        """Run SQLite's own check. Raises LedgerError."""
        with self._lock, _translated(self._path):
            _sound(self._db.conn, self._path)


def restore(file: Path, folder: Path) -> None:
    """Put a backup in the place of a data folder's database. Raises LedgerError where it is not sound."""
    with _translated(file):
        if not file.is_file():
            message = f"{file}: no such backup; name a file that 'dispatchbox backup' wrote"
            raise LedgerError(message)
        source = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        _sound(source, file)
        folder.mkdir(parents=True, exist_ok=True)
        target = sqlite3.connect(folder / FILE)
        source.backup(target)
        target.close()
        source.close()


def _sound(connection: sqlite3.Connection, file: Path) -> None:
    found = connection.execute("pragma integrity_check(1)").fetchone()[0]
    if found != "ok":
        message = f"{file}: damaged ({found}); restore a backup with 'dispatchbox restore FILE'"
        raise LedgerError(message)


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into ours."""
    try:
        yield
    except sqlite3.OperationalError as error:
        message = f"{path}: {error}; check the disk and its permissions, and that no other program holds the file"
        raise LedgerError(message) from error
    except sqlite3.DatabaseError as error:
        message = f"{path}: {error}; restore a backup with 'dispatchbox restore FILE', or delete it to start anew"
        raise LedgerError(message) from error


def _inbound_text(value: Inbound) -> str:
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
