"""What Slack sends → an ``Inbound`` in the inbox, before Slack is told that it arrived; the rest is counted."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slack_bolt import BoltResponse

from bot.types import Inbound, Surface

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from bot.ledger import Ledger

_LONGEST = 4_000  # characters kept of what somebody wrote
_HUMAN = {"", "thread_broadcast", "file_share", "me_message"}  # message subtypes that a person writes
_LINK = re.compile(r"<((?:https?|mailto):[^|>]+)(?:\|([^>]*))?>")
_NAMED = re.compile(r"<([#@!])([^|>]*)(?:\|([^>]*))?>")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bot is: its user, its bot id, its workspace."""

    user: str
    bot: str
    team: str


class Acceptor:
    """Global middleware: writes what is for the bot to the inbox, durably, and counts the rest."""

    def __init__(
        self, ledger: Ledger, identity: Identity, now: Callable[[], datetime], accepted: Callable[[], object]
    ) -> None:
        self._ledger = ledger
        self._me = identity
        self._now = now
        self._accepted = accepted

    def take(self, body: dict[str, Any], next: Callable[[], Any]) -> BoltResponse | None:  # noqa: A002 - Bolt's name for it
        """Keep or count it, then let Bolt acknowledge. Raises LedgerError: then there is no acknowledgement."""
        event = body.get("event")
        if isinstance(event, dict):
            return self._event(body, event, next)
        inbound = interaction(body, self._now())
        if inbound is None or inbound.team not in {"", self._me.team}:
            self._ledger.count("ignored: another workspace" if inbound else "ignored: interaction")
            return BoltResponse(status=200)
        if self._ledger.accept(inbound, urgent=True):
            self._accepted()
        next()
        return None

    def _event(self, body: dict[str, Any], event: dict[str, Any], proceed: Callable[[], Any]) -> BoltResponse | None:
        found = self.read(body, event)
        if isinstance(found, str):
            self._ledger.count(f"ignored: {found}")
            return BoltResponse(status=200)
        self.keep(found)
        proceed()
        return None

    def keep(self, inbound: Inbound) -> None:
        """Write an event to the inbox, once."""
        if self._ledger.accept(inbound, urgent=inbound.surface in {Surface.HOME, Surface.PROMPTS}):
            self._accepted()

    def indexed(self, version: str) -> None:
        """Write to the inbox that the index has changed, once for each version."""
        self.keep(Inbound(Surface.INDEXED, self._me.team, "", (f"indexed:{version}",), self._now()))

    def morning(self, user: str, day: str) -> None:
        """Write to the inbox that somebody's reminders of a day are due, or the team's where nobody is named."""
        key = f"morning:{user}:{day}"
        self.keep(Inbound(Surface.MORNING, self._me.team, user, (key,), self._now(), value=day))

    def slot(self, number: int, when: str) -> None:
        """Write to the inbox that a subscription's slot has come, once; ``when`` is its instant."""
        value, key = f"{number} {when}", f"slot:{number}:{when}"
        self.keep(Inbound(Surface.SLOT, self._me.team, "", (key,), self._now(), value=value))

    def filed(self, version: str) -> None:
        """Write to the inbox that the file of subscriptions has changed, once for each version."""
        self.keep(Inbound(Surface.FILED, self._me.team, "", (f"filed:{version}",), self._now()))

    def read(self, body: Mapping[str, Any], event: Mapping[str, Any]) -> Inbound | str:  # noqa: PLR0911 - a reason each
        """Read an event: something for the bot, or the reason why it is not."""
        if body.get("team_id") not in (None, self._me.team):
            return "another workspace"
        kind, subtype = _text(event, "type"), _text(event, "subtype")
        if kind == "message" and subtype in {"message_changed", "message_deleted"}:
            return self._changed(event, subtype)
        if event.get("user") == self._me.user or event.get("bot_id") == self._me.bot:
            return "my own"
        if event.get("bot_id") or event.get("user") == "USLACKBOT" or subtype == "bot_message":
            return "a bot's"
        if not _text(event, "user") or not isinstance(event.get("text", ""), str):
            return "incomplete"
        if kind == "app_home_opened":
            return self._opened(body, event)
        if kind not in {"message", "app_mention"} or subtype not in _HUMAN or event.get("edited"):
            return f"{kind} {subtype or 'event'}"[:60]
        surface = self._surface(event)
        return self._said(body, event, surface) if isinstance(surface, Surface) else surface

    def _surface(self, event: Mapping[str, Any]) -> Surface | str:
        """Tell where something was said; a reason where it is not for the bot."""
        channel, thread = _text(event, "channel"), _text(event, "thread_ts")
        if not (channel and _text(event, "ts")):
            return "incomplete"
        direct = event.get("channel_type") == "im" or channel.startswith("D")
        if event["type"] == "app_mention":
            return "direct mention" if direct else Surface.MENTION
        if direct:
            return Surface.DIRECT
        if f"<@{self._me.user}" in _text(event, "text"):
            return "mention, told twice"
        known = thread and (self._ledger.answers.last(channel, thread) or self._ledger.answers.relayed(channel, thread))
        return Surface.THREAD if known else "not for me"

    def _said(self, body: Mapping[str, Any], event: Mapping[str, Any], surface: Surface) -> Inbound:
        channel, ts = _text(event, "channel"), _text(event, "ts")
        keys = [f"message:{channel}:{ts}"]
        keys += [f"event:{found}" for found in [_text(body, "event_id")] if found]
        keys += [f"client:{found}" for found in [_text(event, "client_msg_id")] if found]
        return Inbound(
            surface=surface,
            team=self._me.team,
            user=_text(event, "user"),
            keys=tuple(keys),
            received=self._now(),
            channel=channel,
            text=spoken(_text(event, "text"), self._me.user),
            ts=ts,
            thread_ts=_text(event, "thread_ts"),
        )

    def _opened(self, body: Mapping[str, Any], event: Mapping[str, Any]) -> Inbound:
        user = _text(event, "user")
        at = _text(body, "event_id") or f"{user}:{_text(event, 'event_ts')}"
        surface = Surface.HOME if event.get("tab") == "home" else Surface.PROMPTS
        return Inbound(
            surface=surface, team=self._me.team, user=user, keys=(f"event:{at}",), received=self._now(),
            channel=_text(event, "channel"),
        )  # fmt: skip

    def _changed(self, event: Mapping[str, Any], subtype: str) -> str:
        """Take an edit, or a deletion, of a question that waits."""
        channel, message = _text(event, "channel"), _part(event, "message")
        if subtype == "message_deleted":
            self._ledger.inbox.retract(channel, _text(event, "deleted_ts"))
        elif isinstance(message.get("text"), str):
            self._ledger.inbox.amend(channel, _text(message, "ts"), spoken(_text(message, "text"), self._me.user))
        return subtype


def interaction(body: Mapping[str, Any], now: datetime) -> Inbound | None:
    """Read a command, a click, a shortcut or a submitted modal; None where it is none of them."""
    if "command" in body:
        return _command(body, now)
    user, view, message, container = (_part(body, name) for name in ("user", "view", "message", "container"))
    common: dict[str, Any] = {
        "team": _text(_part(body, "team"), "id") or _text(user, "team_id"),
        "user": _text(user, "id"),
        "received": now,
        "channel": _text(_part(body, "channel"), "id"),
        "response_url": _text(body, "response_url"),
        "trigger": _text(body, "trigger_id"),
    }
    kind, actions = body.get("type"), body.get("actions")
    if kind == "block_actions" and isinstance(actions, list) and actions and isinstance(actions[0], dict):
        action = actions[0]
        return Inbound(
            Surface.ACTION, keys=(f"trigger:{common['trigger']}:{_text(action, 'action_id')}",),
            name=_text(action, "action_id"),
            value=_text(action, "value") or _text(_part(action, "selected_option"), "value"),
            thread_ts=_text(message, "thread_ts") or _text(container, "thread_ts"),
            reply_to=_text(message, "ts") or _text(container, "message_ts"), **common,
        )  # fmt: skip
    if kind == "message_action":
        return Inbound(
            Surface.SHORTCUT, keys=(f"trigger:{common['trigger']}",), name=_text(body, "callback_id"),
            text=spoken(_text(message, "text"), ""), thread_ts=_text(message, "thread_ts"),
            reply_to=_text(message, "ts"), **common,
        )  # fmt: skip
    if kind == "view_submission":
        key = f"view:{_text(view, 'id')}:{_text(view, 'hash') or common['trigger']}"
        return Inbound(
            Surface.VIEW, keys=(key,), name=_text(view, "callback_id"), value=_text(view, "private_metadata"),
            fields=tuple(_fields(view)), **common,
        )  # fmt: skip
    return None


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Take an object out of a payload; an empty one where it is missing or something else."""
    found = body.get(name)
    return found if isinstance(found, dict) else {}


def _text(body: Mapping[str, Any], name: str) -> str:
    """Take a text out of a payload, without halves of surrogate pairs; '' where it is missing or something else."""
    found = body.get(name)
    return found.encode("utf-8", "ignore").decode() if isinstance(found, str) else ""


def _command(body: Mapping[str, Any], now: datetime) -> Inbound:
    return Inbound(
        Surface.COMMAND,
        team=_text(body, "team_id"),
        user=_text(body, "user_id"),
        keys=(f"trigger:{_text(body, 'trigger_id')}",),
        received=now,
        channel=_text(body, "channel_id"),
        text=spoken(_text(body, "text"), ""),
        value=html.unescape(_text(body, "text").replace("\0", ""))[:_LONGEST],  # with people as Slack writes them
        name=_text(body, "command"),
        response_url=_text(body, "response_url"),
        trigger=_text(body, "trigger_id"),
    )


def _fields(view: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give what was filled into a modal: (block id, words)."""
    for block, actions in _part(_part(view, "state"), "values").items():
        for state in (one for one in (actions.values() if isinstance(actions, dict) else ()) if isinstance(one, dict)):
            chosen = _text(_part(state, "selected_option"), "value") or _text(state, "selected_date")
            yield block, _text(state, "value") or chosen or _text(state, "selected_user")


def spoken(text: str, me: str) -> str:
    """Give what a person wrote as they wrote it: Slack's marks undone, the bot's own name taken out."""
    if me:
        text = re.sub(rf"<@{re.escape(me)}(?:\|[^>]*)?>", " ", text)
    text = _LINK.sub(lambda found: found[2] or found[1], text)
    text = _NAMED.sub(lambda found: found[3] or ("" if found[1] != "!" else found[2].partition("^")[0]), text)
    whole = html.unescape(text).replace("\0", "").encode("utf-8", "ignore").decode()  # half a surrogate pair is no text
    return whole[:_LONGEST].strip()
