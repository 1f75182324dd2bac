"""The ledger of posts: what will go where and when, what went, what was held or skipped and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot import kit, phrases, post_phrases, postcards, schedule
from bot.listeners import filed, posting
from bot.listeners.lists import namer, number_of, tell
from bot.listeners.posts import may, send, turned
from bot.types import Setting, Stand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.desk import Desk
    from bot.types import Effect, Inbound, Post, Subscription

_TIMES = 3  # slots ahead, of which the first that nobody held or skipped is shown


def command(desk: Desk, inbound: Inbound) -> Sequence[Effect] | None:
    """Show what will be posted in a person's channels, and what became of posts; None for other words."""
    if " ".join(inbound.text.lower().split()) != "ledger":
        return None
    if refused := may(desk, inbound, inbound.channel):
        return tell(inbound, refused)
    subscriptions = desk.ledger.posts.subscriptions()
    inside = {one for one in {each.channel for each in subscriptions} if desk.directory.member(inbound.user, one)}
    inside.add(inbound.channel)
    ahead = coming(desk, [one for one in subscriptions if one.channel in inside])
    stopped = post_phrases.CLOCK_HELD if posting.held(desk) else ""
    gone = desk.ledger.posts.recent(inside, postcards.MOST)
    return tell(inbound, postcards.ledger(ahead, gone, desk.settings.timezone, stopped))


def coming(desk: Desk, subscriptions: Sequence[Subscription]) -> list[tuple[Subscription, datetime, list[str]]]:
    """List the next slot of each subscription, soonest first, with the titles of what would go there as of now."""
    rows = []
    for one in subscriptions:
        times = () if one.paused else schedule.upcoming(one.schedule, desk.now(), _TIMES)
        free = [when for when in times if not desk.ledger.posts.get(posting.mark(one, when, Stand.HELD, "").key)]
        if free:
            rows.append((one, free[0], [briefing.title for briefing, _ in posting.fresh(desk, one)]))
    return sorted(rows, key=lambda row: (row[1], row[0].number))


def ledger(desk: Desk) -> dict[str, Any]:
    """Lay out every subscription, what it will post as of now, and what became of posts, as ``posts --json`` has it."""
    subscriptions = desk.ledger.posts.subscriptions()
    times = {one.number: when for one, when, _ in coming(desk, subscriptions)}
    return {
        "held": bool(posting.held(desk)),
        "problems": filed.problems(desk.settings),
        "subscriptions": [
            {
                "number": one.number, "channel": one.channel, "topics": list(one.topics), "cron": one.schedule.cron,
                "schedule": schedule.said(one.schedule), "as": "digest" if one.digest else "each",
                "paused": one.paused, "entry": one.entry,
                "next": times[one.number].isoformat() if one.number in times else None,
                "briefings": [{"id": new.id, "title": new.title} for new, _ in posting.fresh(desk, one)],
            }
            for one in subscriptions
        ],
        "posts": [
            {
                "slot": one.slot.isoformat(), "channel": one.channel, "subscription": one.subscription,
                "what": one.what, "state": one.state.value, "reason": one.reason,
                "briefings": [{"id": shown["briefing"], "title": shown["title"]} for shown in one.shown],
            }
            for one in desk.ledger.posts.every()
        ],
    }  # fmt: skip


# -- the ledger's menus ---------------------------------------------------------------------------------------


def slot(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Hold or skip a slot before it comes, or post now: "hold 3 2026-11-25T08:30:00+00:00"."""
    verb, _, rest = inbound.value.partition(" ")
    text, _, when = rest.partition(" ")
    one = desk.ledger.posts.subscription(number_of(text))
    if one is None:
        return tell(inbound, kit.note(post_phrases.NO_SUBSCRIPTION))
    if refused := may(desk, inbound, one.channel):
        return tell(inbound, refused)
    if verb == "send":
        return send(desk, inbound, one)
    found = next((each for each, next_slot, _ in coming(desk, [one]) if next_slot.isoformat() == when), None)
    if found is None or verb not in {"hold", "skip"}:
        return tell(inbound, kit.note(post_phrases.NO_POST))
    reason = f"by {namer(desk)(inbound.user)}"
    state = Stand.HELD if verb == "hold" else Stand.SKIPPED
    return turned(inbound, one, verb, posting.mark(one, datetime.fromisoformat(when), state, reason))


def dealt(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Send or skip what is held: "send post:digest:3:C0POLICY:20261125T083000Z"."""
    verb, _, key = inbound.value.partition(" ")
    kept = desk.ledger.posts.get(key)
    if kept is None or kept.state is not Stand.HELD or verb not in {"send", "skip"}:
        return tell(inbound, kit.note(post_phrases.NO_POST))
    if refused := may(desk, inbound, kept.channel):
        return tell(inbound, refused)
    if verb == "skip":
        skipped = replace(kept, state=Stand.SKIPPED, reason=f"by {namer(desk)(inbound.user)}")
        return [skipped, *tell(inbound, kit.note(post_phrases.SKIPPED))]
    effects = posting.again(desk, kept)
    return [*effects, *tell(inbound, kit.note(post_phrases.SENDING if effects else post_phrases.NOTHING_TO_SEND))]


def released(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Let posts go on after the clock was checked, and send those held for it."""
    if not desk.admin(inbound.user):
        return tell(inbound, kit.note(phrases.NOT_ALLOWED))
    held = [one for one in desk.ledger.posts.every() if _by_clock(one)]
    effects = [effect for one in reversed(held) for effect in posting.again(desk, one)]
    return [Setting("*", "posts_held", on=False), *effects, *tell(inbound, kit.note(post_phrases.GOING_ON))]


def _by_clock(one: Post) -> bool:
    return one.state is Stand.HELD and one.reason == post_phrases.HELD_BY_CLOCK


ACTIONS = {"post_slot": slot, "post_held": dealt, "post_release": released}
