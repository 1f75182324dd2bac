"""The words of this floor: what comes in, what goes out, what is remembered between; frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class Surface(StrEnum):
    """Where in Slack something was said or clicked."""

    MENTION = "mention"
    DIRECT = "direct"
    THREAD = "thread"  # a message without a mention, in a thread that the bot has answered in
    COMMAND = "command"
    SHORTCUT = "shortcut"
    ACTION = "action"
    VIEW = "view"
    HOME = "home"
    PROMPTS = "prompts"  # somebody opened the bot's messages


class Method(StrEnum):
    """The ways in which the bot speaks; only POST can be read back from Slack."""

    POST = "chat.postMessage"
    EPHEMERAL = "chat.postEphemeral"
    RESPOND = "response_url"
    MODAL = "views.open"
    HOME = "views.publish"
    PROMPTS = "assistant.threads.setSuggestedPrompts"


@dataclass(frozen=True, slots=True)
class Inbound:
    """Something said or clicked, as it is kept in the inbox.

    ``name`` is the command's, action's, shortcut's or view's; ``value`` its opaque value. ``ts`` and
    ``thread_ts`` are Slack's; ``keys`` tell it from every other, and one in common makes a duplicate.
    """

    surface: Surface
    team: str
    user: str
    keys: tuple[str, ...]
    received: datetime
    channel: str = ""
    text: str = ""
    ts: str = ""
    thread_ts: str = ""
    name: str = ""
    value: str = ""
    response_url: str = ""
    trigger: str = ""
    reply_to: str = ""  # the message a button stands under
    fields: tuple[tuple[str, str], ...] = ()  # what was filled into a modal

    @property
    def conversation(self) -> str:
        """What is answered in order: the channel, else the person."""
        return self.channel or self.user


@dataclass(frozen=True, slots=True)
class Message:
    """What the bot says: Block Kit, and the same as text. ``blocks`` are as Slack's JSON has them."""

    text: str
    blocks: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Outbound:
    """One call to Slack, to be made once. ``key`` is unique; calls of one ``lane`` are made in order.

    ``body`` holds the method's arguments, without ``text``, ``blocks`` and metadata for a message.
    """

    key: str
    method: Method
    lane: str
    body: Mapping[str, Any] = field(default_factory=dict)
    message: Message | None = None
    user: str = ""  # whom to tell where it cannot be said
    answer: str = ""  # the answer that it shows


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as remembered: who asked what where, and what was answered, in the shape of ``ask --json``.

    ``private`` was shown to the asker alone. ``question`` and ``data`` are emptied when erased.
    """

    key: str
    user: str
    channel: str
    thread_ts: str
    question: str
    data: Mapping[str, Any]
    private: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """What one person thinks of one answer; a later one replaces it."""

    answer: str
    user: str
    helpful: bool
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Relay:
    """A question passed to the team: where their replies are looked for, and where they go."""

    channel: str
    ts: str
    answer: str


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of a channel, or of all of them (``*``): follow_ups, private, quiet, off."""

    channel: str
    name: str
    on: bool


@dataclass(frozen=True, slots=True)
class Forget:
    """Erase what one person asked."""

    user: str


Effect = Outbound | Kept | Judged | Setting | Forget
