"""Subscriptions and the ledger of posts: commands, menus and forms. Every right is checked again at every gesture."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from bot import eligible, kit, phrases, postcards, schedule, subscribe
from bot.desk import key_of
from bot.listeners import filed, posting
from bot.listeners.lists import namer, number_of, tell
from bot.listeners.questions import refusal
from bot.schedule import ScheduleError
from bot.types import Method, Outbound, Paused, Setting, Stand, Subscription

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.desk import Desk
    from bot.types import Effect, Inbound, Message, Post
    from index.store import Entry

_WEEKS = timedelta(weeks=4)  # looked back over, to say what a subscription would have brought
_TIMES = 3


def may(desk: Desk, inbound: Inbound, channel: str) -> Message | None:
    """Say why somebody may not change what is posted in a channel; None where they may: its settings are theirs."""
    if refused := refusal(desk, inbound):
        return refused
    if not channel.startswith(("C", "G")):
        return kit.note(phrases.NOT_THERE)
    if not (desk.admin(inbound.user) and desk.directory.member(inbound.user, channel)):
        return kit.note(phrases.NOT_ALLOWED)
    return None


# -- commands -----------------------------------------------------------------------------------------------


def command(desk: Desk, inbound: Inbound) -> Sequence[Effect] | None:
    """Answer /briefings post here, posts and ledger; None for what is none of them."""
    words = " ".join(inbound.text.lower().split())
    wanted = subscribe.here(inbound.text)
    act = {"posts": _listed, "ledger": _ledger}.get(words) or (partial(_made, wanted) if wanted is not None else None)
    if act is None:
        return None
    refused = may(desk, inbound, inbound.channel)
    return tell(inbound, refused) if refused else act(desk, inbound)


def _made(text: str, desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Make a subscription of a channel."""
    known = desk.topics(desk.channel(inbound.channel))
    wanted = subscribe.read(text, desk.settings.timezone.key, desk.today(), known)
    if wanted.problem:
        return tell(inbound, kit.note(kit.inert(f"{wanted.problem} The form is: {subscribe.FORM}", 900)))
    if not desk.directory.member(desk.directory.me, inbound.channel):
        return tell(inbound, kit.note(phrases.NOT_THERE))
    now = desk.now()
    one = Subscription(
        desk.ledger.posts.next_number(), inbound.channel, wanted.topics, wanted.schedule, wanted.digest, inbound.user,
        now, now, None, wanted.says_none,
    )  # fmt: skip
    count = posting.would(desk, one, partial(eligible.older, one, first=wanted.since)) if wanted.since else 0
    return [one, *tell(inbound, _told(desk, one, (wanted.since, count) if wanted.since else None))]


def _told(desk: Desk, one: Subscription, older: tuple[date, int] | None = None) -> Message:
    """Say what a subscription does."""
    first = desk.today() - _WEEKS

    def recent(entry: Entry) -> bool:
        return entry.published is not None and entry.published >= first

    times = schedule.upcoming(one.schedule, desk.now(), _TIMES)
    return postcards.made(one, times, posting.would(desk, one, recent), older, desk.settings.timezone)


def _listed(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """List what is posted in a channel."""
    found = desk.ledger.posts.subscriptions(inbound.channel)
    rows = [(one, () if one.paused else schedule.upcoming(one.schedule, desk.now(), 1)) for one in found]
    return tell(inbound, postcards.listed(rows, desk.settings.timezone))


def _ledger(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Show what will go where and when, what went, and what was held or skipped, in the channels a person is in."""
    subscriptions = desk.ledger.posts.subscriptions()
    inside = {one for one in {each.channel for each in subscriptions} if desk.directory.member(inbound.user, one)}
    inside.add(inbound.channel)
    ahead = coming(desk, [one for one in subscriptions if one.channel in inside])
    stopped = phrases.CLOCK_HELD if posting.held(desk) else ""
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


# -- a subscription's menu ----------------------------------------------------------------------------------


def menu(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Do what was chosen of a subscription: "pause 3"."""
    verb, _, text = inbound.value.partition(" ")
    one = desk.ledger.posts.subscription(number_of(text))
    if one is None or verb not in _OF_SUBSCRIPTION:
        return tell(inbound, kit.note(phrases.NO_SUBSCRIPTION))
    if refused := may(desk, inbound, one.channel):
        return tell(inbound, refused)
    if one.entry and not (verb == "send" or (verb == "resume" and one.paused)):
        return tell(inbound, kit.note(phrases.READ_ONLY))
    return _OF_SUBSCRIPTION[verb](desk, inbound, one)


def _turned(inbound: Inbound, one: Subscription, verb: str, *effects: Effect) -> Sequence[Effect]:
    return [*effects, *tell(inbound, kit.note(phrases.turned(one.number, verb)))]


def _pause(desk: Desk, inbound: Inbound, one: Subscription) -> Sequence[Effect]:
    return _turned(inbound, one, "pause", Paused(one.number, f"by {namer(desk)(inbound.user)}"))


def _resume(desk: Desk, inbound: Inbound, one: Subscription) -> Sequence[Effect]:
    """Let a subscription run from now on: slots it slept through stay missed; what came meanwhile comes next."""
    found = posting.fresh(desk, one) if one.schedule.at_once else []
    said = posting.made(desk, one, found, inbound.received, posting.held(desk))
    runs: list[Effect] = [Paused(one.number, ""), replace(one, last=desk.now())]
    return _turned(inbound, one, "resume", *runs, *(said if found else []))


def _remove(_: Desk, inbound: Inbound, one: Subscription) -> Sequence[Effect]:
    return _turned(inbound, one, "remove", replace(one, ended=True))


def _edit(_: Desk, inbound: Inbound, one: Subscription) -> Sequence[Effect]:
    return _form(inbound, postcards.edit_form(one))


def _form(inbound: Inbound, view: dict[str, object]) -> Sequence[Effect]:
    body = {"trigger_id": inbound.trigger, "view": view}
    return [Outbound(f"form:{key_of(inbound)}", Method.MODAL, f"modal:{inbound.user}", body, None, inbound.user)]


def _send(desk: Desk, inbound: Inbound, one: Subscription) -> Sequence[Effect]:
    """Post now what is new."""
    found = posting.fresh(desk, one)
    if not found:
        return tell(inbound, kit.note(phrases.NOTHING_TO_SEND))
    return _turned(inbound, one, "send", *posting.made(desk, one, found, inbound.received))


_OF_SUBSCRIPTION: dict[str, Callable[[Desk, Inbound, Subscription], Sequence[Effect]]] = {
    "pause": _pause,
    "resume": _resume,
    "remove": _remove,
    "edit": _edit,
    "send": _send,
}


def edited(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Take what was filled into a subscription's form."""
    one = desk.ledger.posts.subscription(number_of(inbound.value))
    if one is None or one.entry:
        return tell(inbound, kit.note(phrases.READ_ONLY if one else phrases.NO_SUBSCRIPTION))
    if refused := may(desk, inbound, one.channel):
        return tell(inbound, refused)
    filled = dict(inbound.fields)
    try:
        when = schedule.read(filled.get("when", ""), one.schedule.zone)
    except ScheduleError as error:
        return tell(inbound, kit.note(kit.inert(str(error), 600)))
    form = filled.get("as", "each")
    topics = tuple(topic[:80] for topic in subscribe.topics_of(filled.get("topics", "")))[: subscribe.MOST_TOPICS]
    last = one.last if when == one.schedule else desk.now()
    after = replace(
        one, topics=topics, schedule=when, digest=form != "each" and not when.at_once, says_none=form == "none",
        last=last,
    )  # fmt: skip
    return [after, *tell(inbound, _told(desk, after))]


def older(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Let older briefings in, once somebody has seen how many they are; at once they are posted now."""
    text, _, day = inbound.value.partition(" ")
    one = desk.ledger.posts.subscription(number_of(text))
    first = _day(day)
    if one is None or first is None or one.entry:
        return tell(inbound, kit.note(phrases.NO_SUBSCRIPTION))
    if refused := may(desk, inbound, one.channel):
        return tell(inbound, refused)
    after = replace(one, since=first)
    now = one.schedule.at_once and not one.paused
    found = posting.made(desk, after, posting.fresh(desk, after), inbound.received, posting.held(desk)) if now else []
    return _turned(inbound, one, "older", after, *found)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


# -- the ledger's menus ---------------------------------------------------------------------------------------


def slot(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Hold or skip a slot before it comes, or post now: "hold 3 2026-11-25T08:30:00+00:00"."""
    verb, _, rest = inbound.value.partition(" ")
    text, _, when = rest.partition(" ")
    one = desk.ledger.posts.subscription(number_of(text))
    if one is None:
        return tell(inbound, kit.note(phrases.NO_SUBSCRIPTION))
    if refused := may(desk, inbound, one.channel):
        return tell(inbound, refused)
    if verb == "send":
        return _send(desk, inbound, one)
    found = next((each for each, next_slot, _ in coming(desk, [one]) if next_slot.isoformat() == when), None)
    if found is None or verb not in {"hold", "skip"}:
        return tell(inbound, kit.note(phrases.NO_POST))
    reason = f"by {namer(desk)(inbound.user)}"
    state = Stand.HELD if verb == "hold" else Stand.SKIPPED
    return _turned(inbound, one, verb, posting.mark(one, datetime.fromisoformat(when), state, reason))


def dealt(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Send or skip what is held: "send post:digest:3:C0POLICY:20261125T083000Z"."""
    verb, _, key = inbound.value.partition(" ")
    kept = desk.ledger.posts.get(key)
    if kept is None or kept.state is not Stand.HELD or verb not in {"send", "skip"}:
        return tell(inbound, kit.note(phrases.NO_POST))
    if refused := may(desk, inbound, kept.channel):
        return tell(inbound, refused)
    if verb == "skip":
        skipped = replace(kept, state=Stand.SKIPPED, reason=f"by {namer(desk)(inbound.user)}")
        return [skipped, *tell(inbound, kit.note(phrases.SKIPPED))]
    effects = posting.again(desk, kept)
    return [*effects, *tell(inbound, kit.note(phrases.SENDING if effects else phrases.NOTHING_TO_SEND))]


def released(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Let posts go on after the clock was checked, and send those held for it."""
    if not desk.admin(inbound.user):
        return tell(inbound, kit.note(phrases.NOT_ALLOWED))
    held = [one for one in desk.ledger.posts.every() if _by_clock(one)]
    effects = [effect for one in reversed(held) for effect in posting.again(desk, one)]
    return [Setting("*", "posts_held", on=False), *effects, *tell(inbound, kit.note(phrases.GOING_ON))]


def _by_clock(one: Post) -> bool:
    return one.state is Stand.HELD and one.reason == phrases.HELD_BY_CLOCK


ACTIONS = {
    "post_menu": menu,
    "post_older": older,
    "post_slot": slot,
    "post_held": dealt,
    "post_release": released,
}
