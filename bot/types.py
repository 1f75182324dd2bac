"""The words of this floor: what comes in, what goes out, what is remembered between; frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from bot.schedule import Schedule
    from index.types import DateRange


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
    MORNING = "morning"  # somebody's reminders are due
    INDEXED = "indexed"  # the index has changed, or a briefing's embargo or day of publication has come
    FILED = "filed"  # the file of subscriptions has changed
    SLOT = "slot"  # a subscription's time to post has come


class Method(StrEnum):
    """The ways in which the bot speaks. Only POST can be read back from Slack; only UPDATE may be made twice."""

    POST = "chat.postMessage"
    UPDATE = "chat.update"
    EPHEMERAL = "chat.postEphemeral"
    RESPOND = "response_url"
    MODAL = "views.open"
    HOME = "views.publish"
    PROMPTS = "assistant.threads.setSuggestedPrompts"
    FILE = "files.completeUploadExternal"  # a file to one person, in direct messages


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

    ``body`` holds the method's arguments, without ``text``, ``blocks`` and metadata for a message. ``of`` among
    them is the key of the message that this is about: it waits until that was said, and is given up where that
    never was. An UPDATE takes its ``ts`` from there, and a POST its ``thread_ts``, unless it names one or ''.
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


class Standing(StrEnum):
    """Where an item of the watchlist stands. A moved one is open, with another date than it began with."""

    OPEN = "open"
    MOVED = "moved"
    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Note:
    """What a person wrote beside an item."""

    by: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class WatchItem:
    """Something to watch, which somebody may own.

    ``owner`` is a user's id, '' where nobody has claimed it. ``channels`` are those whose members may see
    it, None where all may. ``source`` is a citation in the shape of ``ask --json``, or ``{permalink}`` of a
    message, or empty. ``step`` is the key of the briefing's step that it came from. ``snoozed`` is the day
    before which nobody is reminded; ``reminded`` is False once reminders were stopped.
    """

    number: int
    text: str
    due: DateRange | None
    owner: str
    channel: str
    status: Standing
    made_by: str
    made_at: datetime
    changed_by: str
    changed_at: datetime
    source: Mapping[str, Any] = field(default_factory=dict)
    channels: tuple[str, ...] | None = None
    bodies: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    snoozed: date | None = None
    reminded: bool = True
    step: str = ""

    @property
    def open(self) -> bool:
        """Whether it is still to come."""
        return self.status in {Standing.OPEN, Standing.MOVED}


@dataclass(frozen=True, slots=True)
class Changed:
    """Items as they are from now on, new ones among them, by one gesture of one person.

    ``key`` names the gesture, so that it can be undone whole; ``undoes`` the gesture it takes back.
    """

    key: str
    by: str
    at: datetime
    what: str
    items: tuple[WatchItem, ...]
    undoes: str = ""


@dataclass(frozen=True, slots=True)
class Watch:
    """A standing watch: its owner is told when a new briefing speaks of the topic. Numbered apart: w7."""

    number: int
    topic: str
    owner: str
    at: datetime
    active: bool = True


@dataclass(frozen=True, slots=True)
class Proposal:
    """A sentence of a new briefing that may say what became of an item, and what people made of it.

    ``answer`` is done, moved, open or unrelated; '' while nobody has said.
    """

    item: int
    briefing: str
    start: int
    end: int
    score: float
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A briefing has been seen: its steps are items, its passages were matched. ``digest`` tells its version.

    ``sentences`` are sums of those in it, so that a later version's new ones are told from the old.
    """

    briefing: str
    digest: str
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A person's one calendar address: the sha256 of its token, in the place of any before; '' revokes it."""

    owner: str
    view: str
    digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where new briefings are posted, which and when; by its number it is replaced.

    No ``topics`` means all. ``last`` is the newest slot dealt with, or when it was made. ``since`` lets in
    older briefings published from that day on. ``says_none`` has a digest say so when nothing is new.
    ``entry`` is its name in the file of subscriptions, '' for Slack's. ``paused`` says why, '' while it runs;
    it is changed by ``Paused`` alone.
    """

    number: int
    channel: str
    topics: tuple[str, ...]
    schedule: Schedule
    digest: bool
    made_by: str
    made_at: datetime
    last: datetime
    since: date | None = None
    says_none: bool = False
    paused: str = ""
    entry: str = ""
    ended: bool = False


class Stand(StrEnum):
    """Where a post stands. A due one is in the outbox, and counts as sent once Slack has it."""

    DUE = "due"
    HELD = "held"
    SKIPPED = "skipped"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class Post:
    """What a subscription posts at one slot: a briefing (its id), a digest ("digest:3"), or nothing ("slot:3").

    ``shown`` tells what it says of each briefing: id as ``briefing``, title, source, published, topics,
    figures, ``why`` (the topics that matched), ``quotes`` as citations, and ``text``, the sha256 of the body.
    """

    what: str
    channel: str
    slot: datetime
    subscription: int
    state: Stand
    reason: str = ""
    shown: tuple[Mapping[str, Any], ...] = ()
    ts: str = ""  # of its message, '' until Slack has it

    @property
    def key(self) -> str:
        """What, where and when, which never comes twice."""
        return f"post:{self.what}:{self.channel}:{self.slot:%Y%m%dT%H%M%SZ}"


@dataclass(frozen=True, slots=True)
class Paused:
    """Stop a subscription, for a reason; '' lets it run again."""

    number: int
    why: str


@dataclass(frozen=True, slots=True)
class Resend:
    """Take up again a message that was given up, and what hangs on it; Slack is read back first."""

    key: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a message quoted of a briefing, as those who saw it know it by now.

    ``key`` names the answer or post, ``message`` the call that says it, which may be ``pending``. All of
    ``channel`` saw it, in the thread of ``thread_ts``, or at its top where that is ''; or, where ``channel``
    is '', ``user`` alone, who asked ``question``. ``published`` is an ISO day, '' for none. ``origin`` is the
    briefing's id as it was quoted, which ``briefing`` no longer is once its file is renamed. ``gone`` tells
    that they know it withdrawn, ``lost`` what they know it not to say any more.
    """

    key: str
    message: str
    briefing: str
    title: str
    published: str
    quotes: tuple[str, ...]
    channel: str = ""
    thread_ts: str = ""
    user: str = ""
    question: str = ""
    origin: str = ""
    lost: tuple[str, ...] = ()
    gone: bool = False
    pending: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """Those who saw an answer hear what became of its quotes: ``said`` is what they know from here on."""

    said: Said


# An Inbound among the effects is worked on next, once what it comes from is kept.
Effect = (
    Inbound | Outbound | Kept | Judged | Setting | Forget | Changed | Watch | Proposal | Arrived | Subscribed
    | Subscription | Post | Paused | Resend | Heard
)  # fmt: skip
