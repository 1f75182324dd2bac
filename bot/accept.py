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

    def read(self, body: Mapping[str, Any], event: Mapping[str, Any]) -> Inbound | str:  # noqa: PLR0911 - a reason each
        """Read an event: something for the bot, or the reason why it is not."""
        if body.get("team_id") not in {None, self._me.team}:
            return "another workspace"
        kind, subtype = event.get("type"), str(event.get("subtype") or "")
        if kind == "message" and subtype in {"message_changed", "message_deleted"}:
            return self._changed(event, subtype)
        if event.get("user") == self._me.user or event.get("bot_id") == self._me.bot:
            return "my own"
        if event.get("bot_id") or event.get("user") == "USLACKBOT" or subtype == "bot_message":
            return "a bot's"
        strings = all(isinstance(event.get(name, ""), str) for name in ("user", "text", "channel", "ts", "thread_ts"))
        if not strings or not event.get("user"):
            return "incomplete"
        if kind == "app_home_opened":
            return self._opened(body, event)
        if kind not in {"message", "app_mention"} or subtype not in _HUMAN or event.get("edited"):
            return f"{kind} {subtype or 'event'}"[:60]
        surface = self._surface(event)
        return self._said(body, event, surface) if isinstance(surface, Surface) else surface

    def _surface(self, event: Mapping[str, Any]) -> Surface | str:
        """Tell where something was said; a reason where it is not for the bot."""
        if not (event.get("channel") and event.get("ts")):
            return "incomplete"
        direct = event.get("channel_type") == "im" or event["channel"].startswith("D")
        if event["type"] == "app_mention":
            return "direct mention" if direct else Surface.MENTION
        if direct:
            return Surface.DIRECT
        if f"<@{self._me.user}" in (event.get("text") or ""):
            return "mention, told twice"
        thread = event.get("thread_ts")
        known = thread and (
            self._ledger.last_answer(event["channel"], thread) or self._ledger.relayed(event["channel"], thread)
        )
        return Surface.THREAD if known else "not for me"

    def _said(self, body: Mapping[str, Any], event: Mapping[str, Any], surface: Surface) -> Inbound:
        keys = [f"message:{event['channel']}:{event['ts']}"]
        keys += [f"event:{body['event_id']}"] if body.get("event_id") else []
        keys += [f"client:{event['client_msg_id']}"] if event.get("client_msg_id") else []
        return Inbound(
            surface=surface,
            team=self._me.team,
            user=event["user"],
            keys=tuple(keys),
            received=self._now(),
            channel=event["channel"],
            text=spoken(event.get("text") or "", self._me.user),
            ts=event["ts"],
            thread_ts=event.get("thread_ts") or "",
        )

    def _opened(self, body: Mapping[str, Any], event: Mapping[str, Any]) -> Inbound:
        at = str(body.get("event_id") or f"{event['user']}:{event.get('event_ts')}")
        surface = Surface.HOME if event.get("tab") == "home" else Surface.PROMPTS
        return Inbound(
            surface=surface, team=self._me.team, user=event["user"], keys=(f"event:{at}",), received=self._now(),
            channel=event.get("channel") or "",
        )  # fmt: skip

    def _changed(self, event: Mapping[str, Any], subtype: str) -> str:
        """Take an edit, or a deletion, of a question that waits."""
        channel, message = str(event.get("channel") or ""), event.get("message") or {}
        if subtype == "message_deleted":
            self._ledger.retract(channel, str(event.get("deleted_ts") or ""))
        elif isinstance(message, dict) and isinstance(message.get("text"), str):
            self._ledger.amend(channel, str(message.get("ts") or ""), spoken(message["text"], self._me.user))
        return subtype


def interaction(body: Mapping[str, Any], now: datetime) -> Inbound | None:
    """Read a command, a click, a shortcut or a submitted modal; None where it is none of them."""
    if "command" in body:
        return _command(body, now)
    kind = body.get("type")
    user = body.get("user") or {}
    view, channel = body.get("view") or {}, body.get("channel") or {}
    common: dict[str, Any] = {
        "team": (body.get("team") or {}).get("id") or user.get("team_id") or "",
        "user": user.get("id") or "",
        "received": now,
        "channel": channel.get("id") or "",
        "response_url": body.get("response_url") or "",
        "trigger": body.get("trigger_id") or "",
    }
    if kind == "block_actions" and body.get("actions"):
        action = body["actions"][0]
        message, container = body.get("message") or {}, body.get("container") or {}
        value = action.get("value") or (action.get("selected_option") or {}).get("value") or ""
        keys = (f"trigger:{common['trigger']}:{action.get('action_id')}",)
        return Inbound(
            Surface.ACTION, keys=keys, name=str(action.get("action_id") or ""), value=str(value),
            thread_ts=str(message.get("thread_ts") or container.get("thread_ts") or ""),
            reply_to=str(message.get("ts") or container.get("message_ts") or ""), **common,
        )  # fmt: skip
    if kind == "message_action":
        message = body.get("message") or {}
        return Inbound(
            Surface.SHORTCUT, keys=(f"trigger:{common['trigger']}",), name=str(body.get("callback_id") or ""),
            text=spoken(str(message.get("text") or ""), ""), thread_ts=str(message.get("thread_ts") or ""), **common,
        )  # fmt: skip
    if kind == "view_submission":
        key = f"view:{view.get('id')}:{view.get('hash') or common['trigger']}"
        return Inbound(
            Surface.VIEW, keys=(key,), name=str(view.get("callback_id") or ""),
            value=str(view.get("private_metadata") or ""), fields=tuple(_fields(view)), **common,
        )  # fmt: skip
    return None


def _command(body: Mapping[str, Any], now: datetime) -> Inbound:
    return Inbound(
        Surface.COMMAND,
        team=str(body.get("team_id") or ""),
        user=str(body.get("user_id") or ""),
        keys=(f"trigger:{body.get('trigger_id')}",),
        received=now,
        channel=str(body.get("channel_id") or ""),
        text=spoken(str(body.get("text") or ""), ""),
        name=str(body["command"]),
        response_url=str(body.get("response_url") or ""),
        trigger=str(body.get("trigger_id") or ""),
    )


def _fields(view: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give what was filled into a modal: (block id, words)."""
    for block, actions in ((view.get("state") or {}).get("values") or {}).items():
        for state in actions.values():
            chosen = state.get("selected_option") or {}
            yield block, str(state.get("value") or chosen.get("value") or "")


def spoken(text: str, me: str) -> str:
    """Give what a person wrote as they wrote it: Slack's marks undone, the bot's own name taken out."""
    if me:
        text = re.sub(rf"<@{re.escape(me)}(?:\|[^>]*)?>", " ", text)
    text = _LINK.sub(lambda found: found[2] or found[1], text)
    text = _NAMED.sub(lambda found: found[3] or ("" if found[1] != "!" else found[2].partition("^")[0]), text)
    whole = html.unescape(text).replace("\0", "").encode("utf-8", "ignore").decode()  # half a surrogate pair is no text
    return whole[:_LONGEST].strip()
