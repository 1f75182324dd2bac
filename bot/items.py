"""The watchlist's tables: items with their history, standing watches, what was proposed, what has arrived.

The ledger owns the database and its transactions; this room knows the rows. Items are never deleted, so
that a number is never used again.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from bot.types import Arrived, Changed, Note, Proposal, Standing, Subscribed, Watch, WatchItem
from index.types import DateRange, Exact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

TABLES = """
create table items (
    number integer primary key, body text not null, owner text not null, made_by text not null, status text not null,
    latest text, changed_at text not null, channels text, briefing text not null, step text not null);
create index items_owner on items (owner, status);
create index items_briefing on items (briefing);
create table history (
    id integer primary key autoincrement, gesture text not null, by text not null, at text not null, what text not null,
    number integer not null, before text not null, after text not null, undone integer not null default 0);
create index history_by on history (by, id);
create index history_number on history (number);
create table watches (
    number integer primary key, topic text not null, owner text not null, at text not null, active integer not null);
create table proposals (
    item integer not null, briefing text not null, start integer not null, "end" integer not null, score real not null,
    answer text not null default '', primary key (item, briefing)) without rowid;
create table arrived (briefing text primary key, digest text not null) without rowid;
"""
CALENDARS = """
create table calendars (
    digest text primary key, owner text not null, view text not null, at text not null) without rowid;
"""
SENTENCES = "alter table arrived add column sentences text not null default '[]'"
_OPEN = "status in ('open', 'moved')"
# The views of /watchlist, as conditions on a row. Every one is of what the person may see.
VIEWS = {
    "mine": f"owner = :user and {_OPEN}",
    "team": f"owner <> '' and {_OPEN}",
    "all": "1",
    "unclaimed": f"owner = '' and {_OPEN}",
    "fresh": f"owner = '' and {_OPEN} and json_extract(body, '$.source.published') >= :since",
    "done": "status = 'done'",
    "search": "1",
}
_SEEN = """(channels is null or owner = :user or made_by = :user
    or exists (select 1 from json_each(channels) where value in (select value from json_each(:inside))))"""


# An item's words: its own, its notes', and those of where it comes from.
_WORDS = """json_extract(body, '$.text') || ' ' || coalesce(json_extract(body, '$.source.title'), '')
    || ' ' || coalesce(json_extract(body, '$.source.quote'), '') || ' ' || coalesce((
        select group_concat(json_extract(value, '$.text'), ' ') from json_each(body, '$.notes')), '')
    || ' ' || coalesce((select group_concat(value, ' ') from json_each(body, '$.source.topics')), '')"""


@dataclass(frozen=True, slots=True)
class Step:
    """One change of one item, as the history has it; ``before`` is None where it was new."""

    gesture: str
    by: str
    at: datetime
    what: str
    before: WatchItem | None
    after: WatchItem


class Items:
    """Reads the watchlist. ``rows`` runs a query in the ledger and gives what it finds."""

    def __init__(self, rows: Callable[..., list[Any]]) -> None:
        self._rows = rows

    def next_number(self) -> int:
        """Give the number of the next item."""
        return int(self._rows("select coalesce(max(number), 0) + 1 from items")[0][0])

    def next_watch(self) -> int:
        """Give the number of the next standing watch."""
        return int(self._rows("select coalesce(max(number), 0) + 1 from watches")[0][0])

    def get(self, numbers: Iterable[int]) -> dict[int, WatchItem]:
        """Read items by number; those that there are not are left out."""
        query = "select body from items where number in (select value from json_each(?))"
        return {one.number: one for (body,) in self._rows(query, json.dumps(list(numbers))) for one in [_item(body)]}

    def page(  # noqa: PLR0913 - a view and the part of it that is shown
        self,
        view: str,
        user: str,
        inside: Iterable[str],
        *,
        words: str = "",
        first: int = 0,
        count: int = 10,
        since: str = "",
    ) -> tuple[list[WatchItem], int]:
        """Read a page of a view as a person may see it, and count the whole; by date, undated last.

        ``inside`` are the channels that the person is in; ``words`` must all stand in an item; ``since`` is the day,
        as text, from which on what is "fresh" was published.
        """
        given: dict[str, Any] = {"user": user, "inside": json.dumps(sorted(inside)), "since": since}
        given |= {"first": first, "count": count}
        conditions = [_SEEN, f"({VIEWS[view]})"]
        for at, word in enumerate(words.lower().split()[:8]):
            conditions.append(f"instr(lower({_WORDS}), :word{at}) > 0")
            given[f"word{at}"] = word
        where = " and ".join(conditions)
        order = "changed_at desc" if view == "done" else "latest is null, latest, number"
        total = self._rows(f"select count(*) from items where {where}", given)[0][0]  # noqa: S608 - our words
        query = f"select body from items where {where} order by {order} limit :count offset :first"  # noqa: S608 - our words
        return [_item(body) for (body,) in self._rows(query, given)], int(total)

    def still_open(self) -> list[WatchItem]:
        """List every open item, by number."""
        return [_item(body) for (body,) in self._rows(f"select body from items where {_OPEN} order by number")]  # noqa: S608 - our words

    def owners(self) -> list[str]:
        """Name everybody who owns an open item."""
        return [row[0] for row in self._rows(f"select distinct owner from items where owner <> '' and {_OPEN}")]  # noqa: S608 - our words

    def of_briefings(self) -> list[WatchItem]:
        """List every item that is a step of a briefing and was not dropped, by date, undated last."""
        query = (
            "select body from items where step <> '' and status <> 'dropped' order by latest is null, latest, number"
        )
        return [_item(body) for (body,) in self._rows(query)]

    def of_briefing(self, briefing: str) -> list[WatchItem]:
        """List the items that are steps of one briefing."""
        query = "select body from items where briefing = ? and step <> '' order by number"
        return [_item(body) for (body,) in self._rows(query, briefing)]

    def channels(self) -> frozenset[str]:
        """Name every channel to which some item is restricted."""
        query = "select distinct value from items, json_each(items.channels) where items.channels is not null"
        return frozenset(row[0] for row in self._rows(query))

    def history(self, number: int) -> list[Step]:
        """List what was done to an item, oldest first."""
        return self._steps("number = ? order by id", number)

    def last_gesture(self, user: str, since: datetime) -> list[Step]:
        """Give what a person's own last change did, where it is not older and was not taken back; else nothing."""
        query = """gesture = (select gesture from history where by = ? and at >= ? and not undone and what <> 'undo'
            order by id desc limit 1) order by id"""
        return self._steps(query, user, since.isoformat())

    def _steps(self, where: str, *values: object) -> list[Step]:
        rows = self._rows(f"select gesture, by, at, what, before, after from history where {where}", *values)  # noqa: S608 - our words
        return [
            Step(
                row[0], row[1], datetime.fromisoformat(row[2]), row[3], _item(row[4]) if row[4] else None, _item(row[5])
            )
            for row in rows
        ]

    def watches(self, owner: str = "") -> list[Watch]:
        """List the standing watches that are on, of one person or of all."""
        rows = self._rows(
            "select number, topic, owner, at, active from watches where active and ? in ('', owner) order by number",
            owner,
        )
        return [Watch(row[0], row[1], row[2], datetime.fromisoformat(row[3]), bool(row[4])) for row in rows]

    def proposal(self, item: int, briefing: str) -> Proposal | None:
        """Read what was proposed of an item by a briefing."""
        rows = self._rows(
            'select item, briefing, start, "end", score, answer from proposals where item = ? and briefing = ?',
            item, briefing,
        )  # fmt: skip
        return Proposal(*rows[0]) if rows else None

    def calendar(self, digest: str) -> tuple[str, str] | None:
        """Tell whose calendar of which view an address opens, by the sha256 of its token."""
        rows = self._rows("select owner, view from calendars where digest = ?", digest)
        return (rows[0][0], rows[0][1]) if rows else None

    def arrived(self) -> dict[str, str]:
        """Give the digest of every briefing seen so far, by id."""
        return dict(self._rows("select briefing, digest from arrived"))

    def stood(self, briefing: str, now: str) -> frozenset[str]:
        """Give the sums of a briefing's sentences as it was last seen; none where that is what it is ``now``."""
        rows = self._rows("select sentences from arrived where briefing = ? and digest <> ?", briefing, now)
        return frozenset(json.loads(rows[0][0]) if rows else ())


def apply(execute: Callable[..., Any], effect: Changed | Watch | Proposal | Arrived | Subscribed) -> None:
    """Write an effect, within the ledger's transaction."""
    match effect:
        case Changed():
            _change(execute, effect)
        case Watch():
            row = [effect.number, effect.topic, effect.owner, effect.at.isoformat(), effect.active]
            execute("insert or replace into watches (number, topic, owner, at, active) values (?, ?, ?, ?, ?)", row)
        case Proposal():
            values = [effect.item, effect.briefing, effect.start, effect.end, effect.score, effect.answer]
            execute("insert or replace into proposals values (?, ?, ?, ?, ?, ?)", values)
        case Subscribed():
            execute("delete from calendars where owner = ?", [effect.owner])
            if effect.digest:
                row = [effect.digest, effect.owner, effect.view, effect.at.isoformat()]
                execute("insert into calendars values (?, ?, ?, ?)", row)
        case Arrived():
            if effect.digest:
                row = [effect.briefing, effect.digest, json.dumps(effect.sentences)]
                execute("insert or replace into arrived (briefing, digest, sentences) values (?, ?, ?)", row)
            else:
                execute("delete from arrived where briefing = ?", [effect.briefing])


def forget(execute: Callable[..., Any], user: str) -> None:
    """End and erase a person's standing watches and calendar address; the items are the team's record, and stay."""
    execute("update watches set topic = '', active = 0 where owner = ?", [user])
    execute("delete from calendars where owner = ?", [user])


def _change(execute: Callable[..., Any], effect: Changed) -> None:
    if effect.undoes:
        execute("update history set undone = 1 where gesture = ?", [effect.undoes])
    for item in effect.items:
        before = execute("select body from items where number = ?", [item.number]).fetchone()
        body = _body(item)
        execute(
            "insert or replace into items values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [item.number, body, item.owner, item.made_by, item.status, item.due and item.due.latest.isoformat(),
             item.changed_at.isoformat(), None if item.channels is None else json.dumps(item.channels),
             str(item.source.get("briefing", "")), item.step],
        )  # fmt: skip
        execute(
            "insert into history (gesture, by, at, what, number, before, after) values (?, ?, ?, ?, ?, ?, ?)",
            [effect.key, effect.by, effect.at.isoformat(), effect.what, item.number, before[0] if before else "", body],
        )


def _body(item: WatchItem) -> str:
    return json.dumps(asdict(item), default=_plain, ensure_ascii=True)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


def _item(body: str) -> WatchItem:
    data: dict[str, Any] = json.loads(body)
    return WatchItem(
        **{
            **data,
            "due": _due(data["due"]),
            "status": Standing(data["status"]),
            "made_at": datetime.fromisoformat(data["made_at"]),
            "changed_at": datetime.fromisoformat(data["changed_at"]),
            "channels": None if data["channels"] is None else tuple(data["channels"]),
            "bodies": tuple(data["bodies"]),
            "notes": _notes(data["notes"]),
            "snoozed": date.fromisoformat(data["snoozed"]) if data["snoozed"] else None,
        }
    )


def _due(data: Mapping[str, str] | None) -> DateRange | None:
    if not data:
        return None
    earliest, latest = (date.fromisoformat(data[end]) for end in ("earliest", "latest"))
    return DateRange(earliest, latest, data["words"], Exact(data["exact"]))


def _notes(found: Sequence[Mapping[str, str]]) -> tuple[Note, ...]:
    return tuple(Note(one["by"], datetime.fromisoformat(one["at"]), one["text"]) for one in found)
