"""What people do in the stand-in: write, press, choose, type a command; and the payloads that the bot gets of it."""

from __future__ import annotations

import re
import time
from abc import ABC, abstractmethod
from typing import Any

from bot.local.line import Line
from bot.local.state import APP, BOT_USER, TEAM

_MENTION = re.compile(r"@dispatchbox\b", re.IGNORECASE)


class People(Line, ABC):
    """Lets people act."""

    @property
    @abstractmethod
    def url(self) -> str:
        """Where the stand-in is."""

    @abstractmethod
    def _changed(self) -> None:
        """Show whoever looks what there is now."""

    async def say(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> dict[str, Any]:
        """Let a person write something; the bot is told as Slack tells it, a mention twice."""
        written = _MENTION.sub(f"<@{BOT_USER}>", self._escaped(text))
        number = self.state.number()
        message: dict[str, Any] = {"user": user, "text": written, "client_msg_id": f"m{number}", "team": TEAM}
        message |= {"thread_ts": thread_ts} if thread_ts else {}
        kept = self.state.say(channel, message)
        self._changed()
        found = self.state.channels[channel]
        if BOT_USER in found["members"]:
            kind = "im" if found.get("is_im") else "channel"
            event = {"type": "message", "channel": channel, "channel_type": kind, **message, "ts": kept["ts"]}
            await self.event(event)
            if f"<@{BOT_USER}>" in written and kind == "channel":
                await self.event({**event, "type": "app_mention"})
        return kept

    def _escaped(self, text: str) -> str:
        """Write a text as Slack sends it: its signs escaped, people's names as ids."""
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        for user, person in self.state.people.items():
            text = re.sub(rf"@{re.escape(person['name'])}\b", f"<@{user}|{person['name']}>", text, flags=re.IGNORECASE)
        return text

    async def edit(self, channel: str, ts: str, text: str) -> None:
        """Let a person edit a message."""
        (kept,) = (one for one in self.state.messages[channel] if one["ts"] == ts)
        kept |= {"text": text, "edited": {"ts": self.state.ts()}}
        changed = {name: kept[name] for name in kept if name != "metadata"}
        await self.event({"type": "message", "subtype": "message_changed", "channel": channel, "message": changed})

    async def delete(self, channel: str, ts: str) -> None:
        """Let a person delete a message."""
        self.state.messages[channel] = [one for one in self.state.messages[channel] if one["ts"] != ts]
        await self.event({"type": "message", "subtype": "message_deleted", "channel": channel, "deleted_ts": ts})

    async def command(self, user: str, channel: str, command: str, text: str) -> None:
        """Let a person type a slash command."""
        payload = {
            "command": command, "text": self._escaped(text), "user_id": user, "channel_id": channel, "team_id": TEAM,
            "api_app_id": APP, "trigger_id": self._trigger(user),
            "response_url": self._response_url(user, channel, None),
        }  # fmt: skip
        await self._interact("slash_commands", payload, user, channel)

    async def click(
        self, user: str, action: dict[str, Any], *, channel: str = "", ts: str = "", view: dict[str, Any] | None = None
    ) -> None:
        """Let a person press a button, or choose from a menu."""
        payload = self._payload("block_actions", user, channel)
        payload |= {"actions": [action], "container": {"type": "view"}} | ({"view": view} if view else {})
        message = next((one for one in self.state.messages.get(channel, ()) if one["ts"] == ts), None)
        if message:
            thread = message.get("thread_ts")
            payload |= {"message": message, "container": {"type": "message", "message_ts": ts, "thread_ts": thread}}
            payload["response_url"] = self._response_url(user, channel, thread)
        await self._interact("interactive", payload, user, channel)

    async def shortcut(self, user: str, channel: str, ts: str, callback_id: str) -> None:
        """Let a person choose a message shortcut."""
        (message,) = (one for one in self.state.messages[channel] if one["ts"] == ts)
        payload = self._payload("message_action", user, channel)
        url = self._response_url(user, channel, message.get("thread_ts"))
        payload |= {"callback_id": callback_id, "message": message, "response_url": url}
        await self._interact("interactive", payload, user, channel)

    async def submit(self, user: str, values: dict[str, Any]) -> None:
        """Let a person send the modal that is open."""
        view = self.state.modals[user].pop()
        payload = self._payload("view_submission", user, "") | {"view": {**view, "state": {"values": values}}}
        self._changed()
        await self._interact("interactive", payload, user, "")

    async def open_home(self, user: str, tab: str) -> None:
        """Let a person open the bot's Home, or its messages."""
        event = {
            "type": "app_home_opened",
            "user": user,
            "channel": "D" + user[1:],
            "tab": tab,
            "event_ts": self.state.ts(),
        }
        await self.event(event)

    async def _interact(self, kind: str, payload: dict[str, Any], user: str, channel: str) -> None:
        self._changed()
        if await self.deliver(kind, payload, again=False) is None:
            where = channel or "D" + user[1:]
            self.state.say(where, {"user": "USLACKBOT", "text": "Dispatch Box did not respond in time.", "only": user})
            self._changed()

    def _payload(self, kind: str, user: str, channel: str) -> dict[str, Any]:
        found: dict[str, Any] = {
            "type": kind, "team": {"id": TEAM}, "user": {"id": user, "team_id": TEAM}, "api_app_id": APP,
            "trigger_id": self._trigger(user),
        }  # fmt: skip
        return found | ({"channel": {"id": channel}} if channel else {})

    def _trigger(self, user: str) -> str:
        trigger = f"t{self.state.number()}.{user}"
        self.state.triggers[trigger] = (user, time.monotonic())
        return trigger

    def _response_url(self, user: str, channel: str, thread_ts: str | None) -> str:
        token = f"r{self.state.number()}"
        self.state.responses[token] = {
            "user": user, "channel": channel, "thread_ts": thread_ts, "used": 0, "at": time.monotonic(),
        }  # fmt: skip
        return f"{self.url}respond/{token}"
