"""Which briefings are new to a channel; pure."""

from __future__ import annotations

import hashlib
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

    from bot.types import Subscription
    from index.store import Entry

NEWS = timedelta(days=35)  # a monthly digest misses nothing


def since(entry: Entry, zone: ZoneInfo) -> datetime:
    """Give the instant from which a briefing could be seen: indexed, embargo lifted, day of publication begun."""
    begun = [datetime.combine(entry.published, time(), zone)] if entry.published else []
    return max([entry.first_indexed, *begun, *([entry.embargo] if entry.embargo else [])])


def new(one: Subscription, entry: Entry, days: int, now: datetime, zone: ZoneInfo) -> bool:
    """Tell whether a briefing counts as new for a subscription, whatever the channel has had.

    It could first be seen after the subscription was made, and in the last five weeks, and was published no
    more than ``days`` before that, by the dates of ``zone``; or the subscription lets in older ones and it is
    one. One without a date of publication is never new.
    """
    if entry.published is None:
        return False
    if one.since and entry.published >= one.since:
        return True
    seen = since(entry, zone)
    return seen > max(one.made_at, now - NEWS) and entry.published >= seen.astimezone(zone).date() - timedelta(
        days=days
    )


def older(one: Subscription, entry: Entry, first: date) -> bool:
    """Tell whether a subscription that lets in briefings from a day on would have this one besides new ones."""
    return entry.published is not None and entry.published >= first and entry.first_indexed <= one.made_at


def sum_of(body: str) -> str:
    """Sum a text: a renamed file with the same body is the same briefing."""
    return hashlib.sha256(body.encode()).hexdigest()
