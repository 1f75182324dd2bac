"""The answers' tables: what was answered, who found it helpful, and what of its quotes those who saw them know by now.

That last is kept in the answer's own data, under ``since``, so that it is erased with it. The ledger owns the
database and its transactions.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.types import Heard, Judged, Kept, Said
from index.types import Form

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

TABLES = """
create table answers (
    key text primary key, user text not null, channel text not null, thread_ts text not null, question text not null,
    data text not null, private integer not null, at text not null, relay_channel text not null default '',
    relay_ts text not null default '');
create index answers_thread on answers (channel, thread_ts);
create index answers_relay on answers (relay_channel, relay_ts);
create table feedback (
    answer text not null, user text not null, helpful integer not null, why text not null, at text not null,
    primary key (answer, user)) without rowid;
"""
_NEAREST = 2  # passages that a refusal shows
# An answer's message has its key, a shared one's that of what was shared. One whose fate stayed unknown may
# have been seen; one that was given up was not.
_QUOTING = """
select a.key, o.key, o.state, a.user, a.channel, a.thread_ts, a.question, a.private, a.data
from answers a join outbox o
    on o.answer = a.key and o.key in (a.key, 'share:' || substr(a.key, 1, length(a.key) - length('-shared')))
where a.at >= ? and a.data <> '{}' and (o.state <> 'parked' or o.reason like 'unknown%')
    and exists (select 1 from json_tree(a.data) where key = 'briefing' and value in (select value from json_each(?)))
order by a.at"""


class Answers:
    """Reads answers, and what was found of them. ``rows`` runs a query in the ledger and gives what it finds."""

    def __init__(self, rows: Callable[..., list[Any]]) -> None:
        self._rows = rows

    def get(self, key: str) -> Kept | None:
        """Read one answer."""
        return next(iter(self._kept("key = ?", key)), None)

    def last(self, channel: str, thread_ts: str) -> Kept | None:
        """Read the newest answer given in a thread, or in a conversation's top level (``thread_ts`` '')."""
        where = "channel = ? and thread_ts = ? and private = 0 and question <> '' order by at desc limit 1"
        return next(iter(self._kept(where, channel, thread_ts)), None)

    def relayed(self, channel: str, ts: str) -> Kept | None:
        """Read the answer whose question was passed to the team in this message."""
        return next(iter(self._kept("relay_channel = ? and relay_ts = ?", channel, ts)), None)

    def gaps(self) -> list[Kept]:
        """List the answers that were refusals, or that somebody found unhelpful, oldest first."""
        return self._kept(
            "question <> '' and (json_extract(data, '$.status') = 'not_found' or key in"
            " (select answer from feedback where not helpful)) order by at"
        )

    def _kept(self, where: str, *values: object) -> list[Kept]:
        query = f"select key, user, channel, thread_ts, question, data, private, at from answers where {where}"  # noqa: S608 - our words
        return [
            Kept(key, user, channel, thread_ts, question, json.loads(data), bool(private), datetime.fromisoformat(at))
            for key, user, channel, thread_ts, question, data, private, at in self._rows(query, *values)
        ]

    def feedback(self, answer: str) -> dict[str, bool]:
        """Tell who found an answer helpful, and who did not."""
        query = "select user, helpful from feedback where answer = ?"
        return {user: bool(helpful) for user, helpful in self._rows(query, answer)}

    def reasons(self, answer: str) -> list[str]:
        """List why people found an answer unhelpful, without their names."""
        query = "select why from feedback where answer = ? and not helpful and why <> '' order by at"
        return [why for (why,) in self._rows(query, answer)]

    def quoting(self, briefings: Iterable[str], since: datetime) -> list[Said]:
        """List what answers since an instant showed of these briefings, oldest first, if somebody may have seen it."""
        names = set(briefings)
        rows = self._rows(_QUOTING, since.isoformat(), json.dumps(sorted(names))) if names else []
        return [one for row in rows for one in _said(*row) if one.briefing in names]


def _said(  # noqa: PLR0913, PLR0917 - the columns of a row
    key: str, message: str, state: str, user: str, channel: str, thread_ts: str, question: str, private: int, text: str
) -> Iterator[Said]:
    """Read what one answer quoted of each briefing, brought up to what was told since."""
    data = json.loads(text)
    cited = data["citations"]
    shown = cited[: Form(data.get("form", Form.PASSAGE)).together(len(cited))] or data["nearest"][:_NEAREST]
    openly = not private and channel.startswith(("C", "G"))
    for name in dict.fromkeys(one["briefing"] for one in shown):
        quoted = [one for one in shown if one["briefing"] == name]
        first = {
            "briefing": name, "title": quoted[0]["title"], "published": quoted[0]["published"] or "", "gone": False,
            "lost": [],
            "quotes": [one["quote"] for one in quoted],
        }  # fmt: skip
        known = {**first, **data.get("since", {}).get(name, {})}
        yield Said(
            key, message, known["briefing"], known["title"], known["published"], tuple(known["quotes"]),
            channel if openly else "", thread_ts if openly else "", user, question, name, tuple(known["lost"]),
            gone=known["gone"], pending=state in {"pending", "sending", "unknown"},
        )  # fmt: skip


def apply(execute: Callable[..., Any], effect: Kept | Heard | Judged) -> None:
    """Write an effect, within the ledger's transaction; nothing where the answer was erased."""
    match effect:
        case Kept():
            execute(
                "insert or ignore into answers (key, user, channel, thread_ts, question, data, private, at)"
                " values (?, ?, ?, ?, ?, ?, ?, ?)",
                [effect.key, effect.user, effect.channel, effect.thread_ts, effect.question, json.dumps(effect.data),
                 effect.private, effect.at.isoformat()],
            )  # fmt: skip
        case Heard(said):
            known = {
                "briefing": said.briefing, "title": said.title, "published": said.published, "gone": said.gone,
                "quotes": said.quotes, "lost": said.lost,
            }  # fmt: skip
            execute(
                "update answers set data = json_patch(data, json_object('since', json(?)))"
                " where key = ? and data <> '{}'",
                [json.dumps({said.origin: known}), said.key],
            )
        case Judged():
            execute(
                "insert or replace into feedback (answer, user, helpful, why, at) values (?, ?, ?, ?, ?)",
                [effect.answer, effect.user, effect.helpful, effect.why, effect.at.isoformat()],
            )
