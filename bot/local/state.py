"""What the stand-in remembers: people, conversations, messages, views, and a ledger of what each could see."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from typing import Any

TEAM, BOT_USER, BOT_ID, APP = "T0LOCAL", "U0BOT", "B0BOT", "A0LOCAL"
Message = dict[str, Any]


@dataclass(slots=True)
class Fault:
    """A fault to order: on the ``nth`` call (from 1) of a method from now on, or on every one (0).

    ``kind``: 429, 500, 500 after (applied), error, before (no answer, not applied), after (applied, no
    answer), late (applied after ``value`` seconds, no answer), slow (``value`` seconds), and the bodies that
    are no answer: html, empty, truncated, junk. ``value`` also is the error's word or Retry-After's.
    ``channel`` narrows it.
    """

    method: str
    kind: str
    value: Any = None
    nth: int = 1
    channel: str = ""
    seen: int = 0

    def strikes(self, method: str, channel: str) -> bool:
        """Count a call, and tell whether the fault is due."""
        if method != self.method or (self.channel and channel != self.channel):
            return False
        self.seen += 1
        return self.nth in {0, self.seen}


@dataclass(slots=True)
class State:
    """Everything, in memory. Times are seconds; a ts is a string as Slack's."""

    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    channels: dict[str, dict[str, Any]] = field(default_factory=dict)
    messages: dict[str, list[Message]] = field(default_factory=dict)
    homes: dict[str, dict[str, Any]] = field(default_factory=dict)
    prompts: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    modals: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    responses: dict[str, dict[str, Any]] = field(default_factory=dict)
    triggers: dict[str, tuple[str, float]] = field(default_factory=dict)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    url: str = ""  # where the stand-in is
    ledger: list[dict[str, Any]] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    pace: float = 0.95  # seconds between two posts in a channel: Slack takes about one a second
    posted_at: dict[str, float] = field(default_factory=dict)
    # From the clock on: the bot remembers ids from one run of the stand-in to the next.
    _count: Any = field(default_factory=lambda: itertools.count(time.time_ns()))
    _last_ts: float = 0.0

    @classmethod
    def small(cls) -> State:
        """Make a workspace of two people, two channels and their direct messages with the bot."""
        state = cls()
        for user, name, admin in (("U0ANNA", "Anna Reed", True), ("U0BEN", "Ben Okafor", False)):
            state.add_person(user, name, is_admin=admin)
        state.add_channel("C0POLICY", "policy", ["U0ANNA", "U0BEN", BOT_USER])
        state.add_channel("C0TEAM", "briefing-team", ["U0ANNA", "U0BEN", BOT_USER])
        return state

    def add_person(self, user: str, name: str, **more: Any) -> None:
        """Add a person with direct messages to the bot."""
        profile = {"display_name": name, "real_name": name}
        self.people[user] = {
            "id": user,
            "name": name.partition(" ")[0].lower(),
            "team_id": TEAM,
            "tz": "Europe/London",
            "profile": profile,
            **more,
        }
        direct = "D" + user[1:]
        self.channels[direct] = {"id": direct, "is_im": True, "user": user, "members": [user, BOT_USER]}

    def add_channel(self, channel: str, name: str, members: list[str], **more: Any) -> None:
        """Add a channel with its members."""
        self.channels[channel] = {"id": channel, "name": name, "is_channel": True, "members": list(members), **more}

    def number(self) -> int:
        """Give the next number, never twice."""
        return int(next(self._count))

    def ts(self) -> str:
        """Give a ts later than every one before."""
        self._last_ts = max(time.time(), self._last_ts + 0.000_002)
        return f"{self._last_ts:.6f}"

    def say(self, channel: str, message: Message) -> Message:
        """Put a message into a conversation, and into the ledger of what could be seen."""
        kept = {"type": "message", **message, "ts": message.get("ts") or self.ts()}
        self.messages.setdefault(channel, []).append(kept)
        if kept.get("thread_ts"):
            for root in self.messages[channel]:
                if root["ts"] == kept["thread_ts"] and kept.get("only") is None:
                    root["reply_count"] = root.get("reply_count", 0) + 1
                    root["latest_reply"] = kept["ts"]
        self.saw("message", channel=channel, **kept)
        return kept

    def saw(self, what: str, **more: Any) -> None:
        """Write down what somebody could see."""
        self.ledger.append({"what": what, "at": time.time(), **more})

    def members(self, channel: str) -> list[str]:
        """List who is in a conversation."""
        return list(self.channels.get(channel, {}).get("members", ()))

    def fault(self, method: str, channel: str) -> Fault | None:
        """Take the fault that is due, if one is."""
        due = None
        for fault in self.faults:
            if fault.strikes(method, channel) and due is None:
                due = fault
        return due
