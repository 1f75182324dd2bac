"""The tables of scheduled posts: subscriptions, what they posted, held or skipped, and what each channel has had.

The ledger owns the database and its transactions; this room knows the rows. Subscriptions are never
deleted, so that a number is never used again.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from bot.schedule import Schedule
from bot.types import Paused, Post, Resend, Stand, Subscription

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

TABLES = """
create table subscriptions (
    number integer primary key, channel text not null, entry text not null, ended integer not null, body text not null,
    paused text not null default '');
create table posts (
    key text primary key, what text not null, channel text not null, slot text not null, subscription integer not null,
    state text not null, reason text not null, shown text not null) without rowid;
create index posts_channel on posts (channel, slot);
create table posted (channel text not null, name text not null, post text not null,
    primary key (channel, name, post)) without rowid;
create index posted_name on posted (name);
"""
_READ = """select p.what, p.channel, p.slot, p.subscription, p.state, p.reason, p.shown, o.state, o.reason, o.ts
    from posts p left join outbox o on o.key = p.key"""


class Posts:
    """Reads subscriptions and posts. ``rows`` runs a query in the ledger and gives what it finds."""

    def __init__(self, rows: Callable[..., list[Any]]) -> None:
        self._rows = rows

    def next_number(self) -> int:
        """Give the number of the next subscription."""
        return int(self._rows("select coalesce(max(number), 0) + 1 from subscriptions")[0][0])

    def subscriptions(self, channel: str = "") -> list[Subscription]:
        """List the subscriptions that have not ended, of one channel or of all, paused ones too; by number."""
        query = "select body, paused from subscriptions where not ended and ? in ('', channel) order by number"
        return [_subscription(*row) for row in self._rows(query, channel)]

    def subscription(self, number: int) -> Subscription | None:
        """Read one subscription, None where it has ended or never was."""
        found = self._rows("select body, paused from subscriptions where number = ? and not ended", number)
        return _subscription(*found[0]) if found else None

    def get(self, key: str) -> Post | None:
        """Read one post."""
        return next(iter(self._posts("where p.key = ?", key)), None)

    def recent(self, channels: Iterable[str], count: int = 20) -> list[Post]:
        """List the newest posts of some channels, newest first."""
        where = "where p.channel in (select value from json_each(?)) order by p.slot desc, p.key limit ?"
        return self._posts(where, json.dumps(sorted(channels)), count)

    def every(self, count: int = 200) -> list[Post]:
        """List the newest posts of all channels, newest first."""
        return self._posts("order by p.slot desc, p.key limit ?", count)

    def waiting(self, number: int) -> list[Post]:
        """List what a subscription holds, oldest first."""
        found = self._posts("where p.subscription = ? and p.state in ('held', 'due') order by p.slot, p.key", number)
        return [one for one in found if one.state is Stand.HELD]

    def of_briefings(self, names: Iterable[str]) -> list[Post]:
        """List the posts that speak of briefings, however they stand, oldest first."""
        where = (
            "where p.key in (select post from posted where name in (select value from json_each(?))) order by p.slot"
        )
        return self._posts(where, json.dumps(sorted(names)))

    def posted(self, channel: str) -> frozenset[str]:
        """Name what a channel has had, is about to have, or is not to have: briefings' ids and texts' sums."""
        return frozenset(row[0] for row in self._rows("select distinct name from posted where channel = ?", channel))

    def _posts(self, where: str, *values: object) -> list[Post]:
        return [_post(row) for row in self._rows(f"{_READ} {where}", *values)]


def apply(execute: Callable[..., Any], effect: Subscription | Post | Paused | Resend, now: datetime) -> None:
    """Write an effect, within the ledger's transaction."""
    match effect:
        case Subscription():
            body = json.dumps(asdict(effect), default=lambda value: value.isoformat())
            execute(
                "insert into subscriptions (number, channel, entry, ended, body) values (?, ?, ?, ?, ?) on conflict"
                " (number) do update set (channel, ended, body) = (excluded.channel, excluded.ended, excluded.body)",
                [effect.number, effect.channel, effect.entry, effect.ended, body],
            )
        case Paused():
            execute("update subscriptions set paused = ? where number = ?", [effect.why, effect.number])
        case Post():
            _keep(execute, effect)
        case Resend():
            execute(
                "update outbox set state = 'unknown', due = ?, reason = '' where state = 'parked' and body <> '{}'"
                " and (key = ? or json_extract(body, '$.body.of') = ?)",
                [now.isoformat(), effect.key, effect.key],
            )


def _keep(execute: Callable[..., Any], effect: Post) -> None:
    shown = json.dumps([dict(one) for one in effect.shown])
    state = Stand.DUE if effect.state is Stand.SENT else effect.state
    execute(
        "insert or replace into posts values (?, ?, ?, ?, ?, ?, ?, ?)",
        [effect.key, effect.what, effect.channel, effect.slot.isoformat(), effect.subscription, state, effect.reason,
         shown],
    )  # fmt: skip
    for one in effect.shown:
        for name in (one["briefing"], one["text"]):
            execute("insert or ignore into posted values (?, ?, ?)", [effect.channel, name, effect.key])


def _subscription(body: str, paused: str) -> Subscription:
    data: dict[str, Any] = json.loads(body)
    return Subscription(
        **{
            **data,
            "paused": paused,
            "topics": tuple(data["topics"]),
            "schedule": Schedule(**data["schedule"]),
            "made_at": datetime.fromisoformat(data["made_at"]),
            "last": datetime.fromisoformat(data["last"]),
            "since": date.fromisoformat(data["since"]) if data["since"] else None,
        }
    )


def _post(row: Any) -> Post:  # noqa: ANN401 - a row of the database
    what, channel, slot, subscription, state, reason, shown, sent, why, ts = row
    post = Post(
        what, channel, datetime.fromisoformat(slot), subscription, Stand(state), reason, tuple(json.loads(shown))
    )
    if post.state is not Stand.DUE:
        return post
    if sent == "parked":
        return replace(post, state=Stand.HELD, reason=why)
    return replace(post, state=Stand.SENT, ts=ts) if sent == "sent" else post
