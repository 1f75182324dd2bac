"""Mornings: each owner's reminders in one message, the team's on Mondays; who has left gives their items back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from bot import cards, guarded, item_phrases, kit, remind
from bot.desk import key_of
from bot.listeners.lists import namer
from bot.replies import post
from bot.types import Changed
from bot.watchlist import owned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.desk import Desk
    from bot.types import Effect, Inbound, WatchItem


def morning(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Say what is due to one owner, or to the team's channel where nobody is named. ``value`` is the local day."""
    day = date.fromisoformat(inbound.value)
    since = desk.ledger.inbox.morning_before(inbound.user, inbound.value)
    still = [one for one in desk.ledger.items.still_open() if one.owner == inbound.user and _known(desk, one, day)]
    if not inbound.user:
        team = desk.settings.team_channel or ""
        still = [one for one in still if one.channels is None or team in one.channels]
        return _said(desk, team, still, since, day) if team else []
    person = desk.directory.person(inbound.user)
    if person and person.left:
        return _left(desk, inbound, still)
    return _said(desk, inbound.user, still, since, day)


def _known(desk: Desk, item: WatchItem, day: date) -> bool:
    """Tell whether an item is older than the hour of its owner's morning: nobody is reminded of what they just did."""
    if desk.settings.today:
        return True
    hour = datetime.combine(day, desk.settings.reminder_time, desk.zone(item.owner))
    return item.changed_at < hour


def _said(desk: Desk, to: str, items: Sequence[WatchItem], since: date | None, day: date) -> list[Effect]:
    due = sorted(items, key=lambda one: (one.due.latest if one.due else date.max, one.number))
    found = remind.reminders(due, since, day)
    if not found:
        return []
    shown = guarded.items(desk, [one.item for one in found], namer(desk))
    rows = [(item, item_phrases.why(one.why.value, item.due, day)) for item, one in zip(shown, found, strict=True)]
    user = to if to.startswith(("U", "W")) else ""
    return [post(to, "", f"remind:{to}:{day}", cards.reminder(rows, namer(desk), user), user)]


def _left(desk: Desk, inbound: Inbound, theirs: Sequence[WatchItem]) -> list[Effect]:
    """Make the items of somebody who has left unclaimed, and tell the team's channel once."""
    if not theirs:
        return []
    given = [replace(owned(one, ""), changed_by="", changed_at=desk.now()) for one in theirs]
    team = desk.settings.team_channel
    seen = [one for one in given if one.channels is None or (team or "") in one.channels]
    numbers = ", ".join(f"#{one.number}" for one in seen)
    note = kit.note(item_phrases.left(kit.inert(namer(desk)(inbound.user), 60), numbers, len(given) - len(seen)))
    key = key_of(inbound)
    told: list[Effect] = [post(team, "", f"left:{key}", note, "")] if team else []
    return [Changed(key, "", desk.now(), "left", tuple(given)), *told]
