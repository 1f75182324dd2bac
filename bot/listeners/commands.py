"""Slash commands: /ask, /briefings, /dispatchbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import blocks, kit, phrases
from bot.desk import key_of
from bot.listeners import postledger, posts
from bot.listeners.questions import asked, refusal
from bot.replies import privately
from bot.types import Forget, Setting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.desk import Desk
    from bot.types import Effect, Inbound, Message

TURNED = ("follow_ups", "private", "quiet", "off")
_NORMAL = {"follow_ups": True, "private": False, "quiet": False, "off": False}


def ask(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Answer /ask."""
    return [*_owed(desk, inbound), *asked(desk, inbound)]


def briefings(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """List briefings: the newest ten, or those that match."""
    if refused := refusal(desk, inbound):
        return [privately(inbound, key_of(inbound), refused)]
    first, _, rest = " ".join(inbound.text.split()).partition(" ")
    first = first.lower()
    if first == "help":
        return [privately(inbound, key_of(inbound), _help(desk, inbound))]
    for of_posts in (posts.command, postledger.command):
        if (done := of_posts(desk, inbound)) is not None:
            return done
    words = rest if first == "find" else inbound.text.strip()
    return [*_owed(desk, inbound), privately(inbound, key_of(inbound), page(desk, inbound, 0, words))]


def page(desk: Desk, inbound: Inbound, first: int, words: str) -> Message:
    """Show one page of a list of briefings."""
    rows = desk.rows(desk.person(inbound.user), words)
    return blocks.briefings(rows[first : first + kit.PAGE], first, len(rows), words)


def dispatchbox(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Help, status, settings, on, off, forget me."""
    words = " ".join(inbound.text.lower().split()) or "help"

    def say(message: Message) -> Sequence[Effect]:
        return [privately(inbound, key_of(inbound), message)]

    if words == "forget me":
        return [Forget(inbound.user), *say(kit.note(phrases.FORGOTTEN))]
    if words in {"help", "status"}:
        return [*_owed(desk, inbound), *say(_help(desk, inbound) if words == "help" else _status(desk, inbound))]
    name, _, everywhere = words.partition(" ")
    if name not in {"settings", "on", "off"} or everywhere not in {"", "everywhere"}:
        return say(kit.note(phrases.UNKNOWN_COMMAND))
    if not _may_change(desk, inbound):
        return say(kit.note(phrases.NOT_ALLOWED))
    if name == "settings":
        return say(settings(desk, inbound.channel, {}))
    turned = Setting("*" if everywhere else inbound.channel, "off", name == "off")
    return [
        turned,
        *say(kit.note(f"{phrases.setting('off', on=turned.on)}{' everywhere' if everywhere else ' here'}.")),
    ]


def settings(desk: Desk, channel: str, changed: dict[str, bool]) -> Message:
    """Show a channel's settings as they are, or are about to be."""
    states = {}
    for name in TURNED:
        kept = desk.ledger.setting(channel, name)
        states[name] = changed.get(name, _NORMAL[name] if kept is None else kept)
    return blocks.settings(states)


def _may_change(desk: Desk, inbound: Inbound) -> bool:
    """Tell an admin who is in the channel, where it is one."""
    inside = not inbound.channel.startswith(("C", "G")) or desk.directory.member(inbound.user, inbound.channel)
    return desk.admin(inbound.user) and inside


def _help(desk: Desk, inbound: Inbound) -> Message:
    return blocks.help_text(desk.examples(desk.person(inbound.user)))


def _status(desk: Desk, inbound: Inbound) -> Message:
    up = desk.monotonic() - desk.started
    return blocks.lines([fresh(desk, inbound.user), *phrases.status(desk.ledger.waiting(), desk.ledger.counts(), up)])


def fresh(desk: Desk, user: str) -> str:
    """Say how fresh the index is, for one person."""
    from datetime import datetime  # noqa: PLC0415 - at run time for this line alone

    entries = desk.searcher.entries(desk.person(user))
    newest = max((entry.published for entry in entries if entry.published), default=None)
    at = desk.searcher.facts().get("indexed_at")
    return phrases.freshness(len(entries), newest, datetime.fromisoformat(at) if at else None, desk.settings.timezone)


def _owed(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Offer again what may never have been seen: a private answer whose sending ended in the unknown."""
    key = desk.ledger.owed(inbound.user)
    if not key:
        return []
    return [privately(inbound, f"owed:{key}", blocks.offered(key))]


COMMANDS = {"/ask": ask, "/briefings": briefings, "/dispatchbox": dispatchbox}
