"""Next steps as the store keeps them, by the reading of a briefing that they were found in; over a plain connection."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from index.types import DateRange, Exact, NextStep

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence

TABLES = "create table steps (key text primary key, body text not null) without rowid"
_USED = "(select value from json_each(?))"

Steps = tuple[NextStep, ...]


def held(db: sqlite3.Connection) -> set[str]:
    """Name every reading whose steps are kept."""
    return {key for (key,) in db.execute("select key from steps")}


def read(db: sqlite3.Connection, keys: Iterable[str]) -> dict[str, Steps]:
    """Read the steps found in each reading; those that are not kept are left out."""
    rows = db.execute(f"select key, body from steps where key in {_USED}", [json.dumps(list(keys))])  # noqa: S608 - our words
    return {key: tuple(map(_step, json.loads(body))) for key, body in rows}


def keep(db: sqlite3.Connection, found: Mapping[str, Sequence[NextStep]]) -> None:
    """Keep the steps found in each reading, in the transaction that is open."""
    rows = [(key, json.dumps([_row(one) for one in steps])) for key, steps in found.items()]
    db.executemany("insert or replace into steps values (?, ?)", rows)


def drop_others(db: sqlite3.Connection, keys: Iterable[str]) -> None:
    """Drop the steps of every reading but these."""
    db.execute(f"delete from steps where key not in {_USED}", [json.dumps(list(keys))])  # noqa: S608 - our words


def _row(one: NextStep) -> list[Any]:
    due = one.due and [one.due.earliest.isoformat(), one.due.latest.isoformat(), one.due.words, one.due.exact.value]
    return [one.briefing, one.paragraph, one.start, one.end, one.quote, one.item, due, one.bodies]


def _step(row: Sequence[Any]) -> NextStep:
    briefing, paragraph, start, end, quote, item, due, bodies = row
    when = due and DateRange(date.fromisoformat(due[0]), date.fromisoformat(due[1]), due[2], Exact(due[3]))
    return NextStep(briefing, paragraph, start, end, quote, item, when, tuple(bodies))
