"""Questions: mentioned, written directly, or asked on in a thread."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot import blocks, follow, guarded, kit, phrases
from bot.desk import key_of, private
from bot.replies import openly, post, privately
from bot.types import Kept, Surface

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.desk import Desk
    from bot.types import Effect, Inbound, Message, Outbound
    from index.types import Audience

LATE = timedelta(minutes=30)  # after which an answer says when it was asked


def heard(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Answer what was said where others may read it, or in a direct message."""
    if inbound.surface is Surface.THREAD:
        reply = desk.ledger.answers.relayed(inbound.channel, inbound.thread_ts)
        if reply:
            return [_back(desk, inbound, reply)]
        if desk.ledger.setting(inbound.channel, "follow_ups") is False or not follow.asks(inbound.text):
            return []
    turned = turned_away(desk, inbound)
    if turned is not None:
        return turned
    if follow.greets(inbound.text):
        return [_help(desk, inbound)]
    alone = bool(desk.ledger.setting(inbound.channel, "private"))
    return answered(desk, inbound, alone=alone)


def asked(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Answer a question to the asker alone, with a button to share it."""
    turned = turned_away(desk, inbound)
    if turned is not None:
        return turned
    if follow.greets(inbound.text):
        return [privately(inbound, key_of(inbound), kit.note(phrases.ASK_USAGE))]
    return answered(desk, inbound, alone=True)


def answered(desk: Desk, inbound: Inbound, *, alone: bool, about: frozenset[str] | None = None) -> Sequence[Effect]:
    """Answer, and remember the answer; from the briefings ``about`` alone, where they are named."""
    key = key_of(inbound)
    # In a conversation's top level the key is its channel; in a channel every question opens a thread.
    thread = inbound.thread_ts or ("" if inbound.channel.startswith("D") else inbound.ts)
    before = desk.ledger.answers.last(inbound.channel, thread) if inbound.channel else None
    read_as = follow.joined(before.question, inbound.text) if before else None
    audience = replace(_audience(desk, inbound, alone=alone), only=about)
    data = desk.ask(inbound.text, audience, read_as)
    data["after"] = before.key if before and read_as else None
    late = inbound.received + LATE < desk.now()
    said = phrases.asked_at(inbound.received, desk.settings.timezone) if late else ""
    shareable = alone and inbound.channel.startswith(("C", "G"))
    message = blocks.answer(data, key, desk.settings.today, shareable=shareable, late=said)
    message = guarded.answer(desk, message, data, said)
    kept = Kept(key, inbound.user, inbound.channel, thread, read_as or inbound.text, data, alone, desk.now())
    say = privately if alone else openly
    return [kept, say(inbound, key, message, key)]


def _audience(desk: Desk, inbound: Inbound, *, alone: bool) -> Audience:
    """In a channel, what all of it may see; to one person, what that person may."""
    if alone or inbound.channel.startswith("D") or not inbound.channel:
        return desk.person(inbound.user)
    return desk.channel(inbound.channel)


def turned_away(desk: Desk, inbound: Inbound) -> Sequence[Effect] | None:
    """Say why a question is not looked at, if so. Too many get one word: one for each would be a flood of its own."""
    refused = refusal(desk, inbound)
    over = 0 if refused else _excess(desk, inbound)
    if over > 1:
        return []
    if over:
        refused = kit.note(phrases.busy(desk.settings.quota))
    return [privately(inbound, key_of(inbound), refused)] if refused else None


def refusal(desk: Desk, inbound: Inbound) -> Message | None:
    """Say why somebody gets no answer here, if so."""
    person = desk.directory.person(inbound.user)
    if desk.off(inbound.channel):
        return kit.note(phrases.OFF)
    if person is None:
        return kit.note(phrases.UNCHECKED)
    if not (person.member or desk.settings.guests):
        return kit.note(phrases.OUTSIDER)
    shown = not private(inbound) and inbound.channel.startswith(("C", "G"))
    if shown and not desk.settings.guests and desk.directory.outside(inbound.channel):
        return kit.note(phrases.SHARED_OUTSIDE)
    return None


def _excess(desk: Desk, inbound: Inbound) -> int:
    """Tell by how much somebody is over the quota with this, 0 where they are not."""
    asked_by_now = desk.ledger.inbox.asked(inbound.user, inbound.received - timedelta(minutes=1), inbound.received)
    return max(0, asked_by_now - desk.settings.quota) if desk.settings.quota else 0


def _help(desk: Desk, inbound: Inbound) -> Outbound:
    examples = desk.examples(
        desk.person(inbound.user) if inbound.channel.startswith("D") else desk.channel(inbound.channel)
    )
    say = privately if desk.ledger.setting(inbound.channel, "quiet") else openly
    return say(inbound, key_of(inbound), blocks.help_text(examples))


def _back(desk: Desk, inbound: Inbound, asked_before: Kept) -> Outbound:
    """Pass a reply of the team back to where the question was asked, or to the asker alone."""
    person = desk.directory.person(inbound.user)
    name = person.name if person else "a colleague"
    message = blocks.passed_back(name, inbound.text, asked_before.question)
    to = asked_before.user if asked_before.private or not asked_before.channel else asked_before.channel
    return post(
        to, "" if to == asked_before.user else asked_before.thread_ts, key_of(inbound), message, asked_before.user
    )
