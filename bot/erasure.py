"""What is erased: the texts that are past their time, or somebody's own, and what repeats them; keys and counts stay.

The ledger owns the database and its transactions; the tables are those of its rooms.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

_KEYS_KEPT = timedelta(days=30)  # a duplicate comes within days; Slack replays an outage within hours


def expire(execute: Callable[..., Any], before: datetime) -> None:
    """Erase the texts of what was asked before an instant, within the ledger's transaction."""
    _erase(execute, "{at} < ?", before.isoformat())
    execute("delete from seen where at < ?", [(before - _KEYS_KEPT).isoformat()])


def forget(execute: Callable[..., Any], user: str) -> None:
    """Erase the texts of what one person asked, within the ledger's transaction."""
    _erase(execute, "user = ?", user)


def _erase(execute: Callable[..., Any], where: str, value: str) -> None:
    """Empty every text where a condition on ``{at}`` or ``user`` holds, and what repeats it for others.

    Those are follow-ups that were read together with it, and what was passed to the team. What still
    waits is closed.
    """
    mine = where.format(at="at")
    found = execute(
        f"""with recursive gone(key) as (
            select key from answers where {mine} and data <> '{{}}'
            union select a.key from answers a join gone on json_extract(a.data, '$.after') = gone.key)
        select json_group_array(key) from gone""",  # noqa: S608 - our words
        [value],
    )
    keys = found.fetchone()[0]
    gone = "in (select value from json_each(?))"
    execute(f"update feedback set why = '' where why <> '' and ({mine} or answer {gone})", [value, keys])  # noqa: S608 - likewise
    execute(f"update answers set question = '', data = '{{}}' where key {gone}", [keys])  # noqa: S608 - likewise
    mine = where.format(at="received")
    execute(
        "update inbox set body = '{}', state = case state when 'new' then 'done' else state end"  # noqa: S608 - likewise
        f" where body <> '{{}}' and {mine}",
        [value],
    )
    mine = where.format(at="created")
    waits = "state in ('pending', 'sending', 'unknown')"
    execute(
        f"update outbox set body = '{{}}', state = case when {waits} then 'parked' else state end"  # noqa: S608 - likewise
        f" where body <> '{{}}' and ({mine} or answer {gone})",
        [value, keys],
    )
