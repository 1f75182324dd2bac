"""Subscriptions: commands, menu and form. Every right is checked again at every gesture."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot import eligible, kit, phrases, post_phrases, postcards, schedule, subscribe
from bot.desk import key_of
from bot.listeners import posting
from bot.listeners.lists import namer, number_of, tell
from bot.listeners.questions import refusal
from bot.replies import form
from bot.schedule import ScheduleError
from bot.types import Paused, Subscription

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.desk import Desk
    from bot.types import Effect, Inbound, Message
    from index.store import Entry

_WEEKS = timedelta(weeks=4)  # looked back over, to say what a subscription would have brought
_TIMES = 3


def may(desk: Desk, inbound: Inbound, channel: str) -> Message | None:
    """Say why somebody may not change what is posted in a channel; None where they may: its settings are theirs."""
    if refused := refusal(desk, inbound):
        return refused
    if not channel.startswith(("C", "G")):
        return kit.note(post_phrases.NOT_THERE)
    if not (desk.admin(inbound.user) and desk.directory.member(inbound.user, channel)):
        return kit.note(phrases.NOT_ALLOWED)
    return None


# -- commands -----------------------------------------------------------------------------------------------


def command(desk: Desk, inbound: Inbound) -> Sequence[Effect] | None:
    """Answer /briefings post here and posts; None for what is neither."""
    words = " ".join(inbound.text.lower().split())
    wanted = subscribe.here(inbound.text)
    act = _listed if words == "posts" else partial(_made, wanted) if wanted is not None else None
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
    if desk.directory.outside(inbound.channel) and not desk.settings.guests:
        return tell(inbound, kit.note(phrases.SHARED_OUTSIDE))
    if not desk.directory.member(desk.directory.me, inbound.channel):
        return tell(inbound, kit.note(post_phrases.NOT_THERE))
    now = desk.now()
    one = Subscription(
        desk.ledger.posts.next_number(), inbound.channel, wanted.topics, wanted.schedule, wanted.digest, inbound.user,
        now, now, None, wanted.says_none,
    )  # fmt: skip
    return [one, *tell(inbound, _told(desk, one, _older(desk, one, wanted.since) if wanted.since else None))]


def _older(desk: Desk, one: Subscription, first: date) -> tuple[date, int]:
    """Count what a subscription would post of before it was made, since a day; no more than are looked at."""
    return first, posting.would(desk, one, partial(eligible.older, one, first=first))


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


# -- a subscription's menu ----------------------------------------------------------------------------------


def menu(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Do what was chosen of a subscription: "pause 3"."""
    verb, _, text = inbound.value.partition(" ")
    one = desk.ledger.posts.subscription(number_of(text))
    if one is None or verb not in _OF_SUBSCRIPTION:
        return tell(inbound, kit.note(post_phrases.NO_SUBSCRIPTION))
    if refused := may(desk, inbound, one.channel):
        return tell(inbound, refused)
    if one.entry and not (verb == "send" or (verb == "resume" and one.paused)):
        return tell(inbound, kit.note(post_phrases.READ_ONLY))
    return _OF_SUBSCRIPTION[verb](desk, inbound, one)


def turned(inbound: Inbound, one: Subscription, verb: str, *effects: Effect) -> Sequence[Effect]:
    """Do something to a subscription, and say so."""
    return [*effects, *tell(inbound, kit.note(post_phrases.turned(one.number, verb)))]


def _pause(desk: Desk, inbound: Inbound, one: Subscription) -> Sequence[Effect]:
    return turned(inbound, one, "pause", Paused(one.number, f"by {namer(desk)(inbound.user)}"))


def _resume(desk: Desk, inbound: Inbound, one: Subscription) -> Sequence[Effect]:
    """Let a subscription run from now on: slots it slept through stay missed; what came meanwhile comes next."""
    found = posting.fresh(desk, one) if one.schedule.at_once else []
    said = posting.made(desk, one, found, inbound.received, posting.held(desk, one.channel))
    runs: list[Effect] = [Paused(one.number, ""), replace(one, last=desk.now())]
    return turned(inbound, one, "resume", *runs, *(said if found else []))


def _remove(_: Desk, inbound: Inbound, one: Subscription) -> Sequence[Effect]:
    return turned(inbound, one, "remove", replace(one, ended=True))


def _edit(_: Desk, inbound: Inbound, one: Subscription) -> Sequence[Effect]:
    return [form(inbound, f"form:{key_of(inbound)}", postcards.edit_form(one))]


def send(desk: Desk, inbound: Inbound, one: Subscription) -> Sequence[Effect]:
    """Post now what is new."""
    found = posting.fresh(desk, one)
    if not found:
        return tell(inbound, kit.note(post_phrases.NOTHING_TO_SEND))
    return turned(inbound, one, "send", *posting.made(desk, one, found, inbound.received))


_OF_SUBSCRIPTION: dict[str, Callable[[Desk, Inbound, Subscription], Sequence[Effect]]] = {
    "pause": _pause,
    "resume": _resume,
    "remove": _remove,
    "edit": _edit,
    "send": send,
}


def edited(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Take what was filled into a subscription's form."""
    one = desk.ledger.posts.subscription(number_of(inbound.value))
    if one is None or one.entry:
        return tell(inbound, kit.note(post_phrases.READ_ONLY if one else post_phrases.NO_SUBSCRIPTION))
    if refused := may(desk, inbound, one.channel):
        return tell(inbound, refused)
    filled = dict(inbound.fields)
    try:
        when = schedule.read(filled.get("when", ""), one.schedule.zone)
    except ScheduleError as error:
        return tell(inbound, kit.note(kit.inert(str(error), 600)))
    kind = filled.get("as", "each")
    topics = tuple(topic[:80] for topic in subscribe.topics_of(filled.get("topics", "")))[: subscribe.MOST_TOPICS]
    last = one.last if when == one.schedule else desk.now()
    after = replace(
        one, topics=topics, schedule=when, digest=kind != "each" and not when.at_once, says_none=kind == "none",
        last=last,
    )  # fmt: skip
    return [after, *tell(inbound, _told(desk, after))]


def older(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Let older briefings in, once somebody has seen how many they are; at once they are posted now."""
    text, _, day = inbound.value.partition(" ")
    one = desk.ledger.posts.subscription(number_of(text))
    first = _day(day)
    if one is None or first is None or one.entry:
        return tell(inbound, kit.note(post_phrases.NO_SUBSCRIPTION))
    if refused := may(desk, inbound, one.channel):
        return tell(inbound, refused)
    after = replace(one, since=first)
    now = one.schedule.at_once and not one.paused
    found = (
        posting.made(desk, after, posting.fresh(desk, after), inbound.received, posting.held(desk, one.channel))
        if now
        else []
    )
    return turned(inbound, one, "older", after, *found)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


ACTIONS = {"post_menu": menu, "post_older": older}
