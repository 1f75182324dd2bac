"""The answers' rows: what was answered, and what of its quotes those who saw them know by now.

That is kept in the answer's own data, under ``since``, so that it is erased with it. The ledger owns the
database and its transactions.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot.types import Heard, Kept, Said
from index.types import Form

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

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
    """Reads what answers quoted. ``rows`` runs a query in the ledger and gives what it finds."""

    def __init__(self, rows: Callable[..., list[Any]]) -> None:
        self._rows = rows

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


def apply(execute: Callable[..., Any], effect: Kept | Heard) -> None:
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
