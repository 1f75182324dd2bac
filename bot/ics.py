"""Items → files to take away: a calendar and a table; pure. Alone imports icalendar."""

from __future__ import annotations

import csv
import io
import unicodedata
from datetime import timedelta
from typing import TYPE_CHECKING

from icalendar import Calendar, Event

from bot.types import Standing
from index.types import Exact

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from bot.types import WatchItem

_DOMAIN = "dispatchbox"  # the second half of a UID, which never changes
_SUMMARY, _QUOTE = 200, 1_500  # characters kept of each
COLUMNS = tuple("number status owner text earliest latest words title published paragraph address notes".split())


def calendar(items: Sequence[WatchItem], now: datetime, name: str) -> bytes:
    """Write items as a calendar of all-day events; ``now`` is stamped on each.

    An item keeps its UID for ever and its sequence grows with each change, so that a moved one moves in the
    calendars that hold it. A range is a span; what is uncertain is marked, and tentative. A dropped item is
    cancelled, a done one keeps its day and says so; an undated one is left out.
    """
    whole = Calendar()
    whole.add("prodid", "-//Dispatch Box//watchlist//EN")
    whole.add("version", "2.0")
    whole.add("x-wr-calname", _clean(name, _SUMMARY))
    for item in items:
        if item.due:
            whole.add_component(_event(item, now))
    return bytes(whole.to_ical())


def _event(item: WatchItem, now: datetime) -> Event:
    event = Event()
    due = item.due
    if due is None:
        raise ValueError(f"item {item.number} has no date; leave it out")
    marks = ["(about)"] if due.exact is Exact.VAGUE else []
    marks += ["(done)"] if item.status is Standing.DONE else []
    event.add("uid", f"item-{item.number}@{_DOMAIN}")
    event.add("sequence", int((item.changed_at - item.made_at).total_seconds()))
    event.add("dtstamp", now)
    event.add("dtstart", due.earliest)
    event.add("dtend", due.latest + timedelta(days=1))
    event.add("summary", " ".join([*marks, _clean(item.text, _SUMMARY)]))
    event.add("description", _description(item))
    event.add("transp", "TRANSPARENT")
    status = (
        "CANCELLED" if item.status is Standing.DROPPED else "TENTATIVE" if marks[:1] == ["(about)"] else "CONFIRMED"
    )
    event.add("status", status)
    return event


def _description(item: WatchItem) -> str:
    """Give the sentence an item comes from and where to check it."""
    source = item.source
    if not source.get("quote"):
        return f"Item {item.number} of the watchlist"
    place = f"{source['title']} · {source.get('published') or 'undated'} · ¶{source['paragraph']}"
    return f"“{_clean(str(source['quote']), _QUOTE)}”\n{_clean(place, _SUMMARY)}\n{_clean(str(source['source']), 500)}"


def table(items: Sequence[WatchItem], name: Callable[[str], str]) -> str:
    """Write items as CSV with a header. A cell that a spreadsheet would take for a formula is made text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for item in items:
        source, due = item.source, item.due
        link = source.get("source", source.get("permalink", ""))
        cells = [
            item.number, item.status.value, name(item.owner) if item.owner else "", item.text,
            due.earliest if due else "", due.latest if due else "", due.words if due else "", source.get("title", ""),
            source.get("published") or "", source.get("paragraph", ""), link,
            "; ".join(note.text for note in item.notes),
        ]  # fmt: skip
        writer.writerow([_cell(str(cell)) for cell in cells])
    return out.getvalue()


def _cell(text: str) -> str:
    shown = _clean(text, 32_000)
    return f"'{shown}" if shown[:1] in set("=+-@\t\r") else shown


def _clean(text: str, most: int) -> str:
    """Take out what cannot be seen, make white space single, and cut."""
    seen = "".join(" " if one.isspace() else one for one in text if one.isspace() or _shows(one))
    return " ".join(seen.split())[:most]


def _shows(one: str) -> bool:
    return unicodedata.category(one) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
