"""Every sentence the bot says in Slack. Text from outside stands in none of them: ``blocks`` puts it in."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bot.words import day

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo


NOT_FOUND = "Not in the briefings."
NO_QUESTION = "There is no question there that I can answer. Ask one in a sentence."
NEAREST = "The nearest passages:"
ALSO = "See also"
EARLIER = "The briefings gave another value earlier:"
READ_AS = "Read as:"
FROM_TEAM = "From the team, not from a briefing:"
HELP = (
    "I answer from the team’s briefings: the passage that answers, and where to check it. If they do not hold the"
    " answer, I say so."
)
HELP_WAYS = (
    "Mention me in a channel, or write to me directly, with a question.",
    "Reply in the thread to go on; no mention is needed.",
    "/ask QUESTION answers you alone. /briefings lists the newest, /briefings find WORDS those that match.",
    "Message menu, Ask the briefings: takes that message for the question.",
    "/briefings post here TOPICS weekdays at 08:30 has new briefings posted in a channel; posts and ledger show them.",
    "/watchlist lists the next steps that are yours, /nextsteps what the briefings say comes next.",
    "/dispatchbox help, status, settings, forget me.",
)
# What became of a briefing that was quoted: said in the thread of the quote, and to one person.
CORRECTIONS = {
    "changed": ("The briefing quoted above has changed since:", "A briefing that I quoted to you has changed since:"),
    "withdrawn": (
        "The briefing quoted above has been withdrawn from here:",
        "A briefing that I quoted to you has been withdrawn from here:",
    ),
    "back": (
        "The briefing quoted above, withdrawn before, is back:",
        "A briefing that I quoted to you, withdrawn before, is back:",
    ),
    "hidden": (
        "The briefing quoted above has changed since. Write to me directly to see what it says now:",
        "A briefing that I quoted to you has changed since:",
    ),
}
CORRECTION = "Correction."
YOU_ASKED = "You asked:"
EXAMPLES = "Questions to try"
NEWEST = "The newest briefings"
NO_BRIEFINGS = "There are no briefings here that you may see."
OUTSIDER = "I answer members of this workspace only. Ask the colleague who invited you."
SHARED_OUTSIDE = "This channel is shared with another organisation, so I do not answer in it. Write to me directly."
OFF = "Dispatch Box is switched off here. An admin can switch it on with /dispatchbox on."
UNCHECKED = "I could not check with Slack what you may see. Please ask again in a minute."
FORGOTTEN = (
    "Done: the text of what you asked, of my answers to you and of your standing watches is erased."
    " Messages in Slack stay until you delete them."
)
NOT_ALLOWED = "That is for admins only: those whom the settings file names, and workspace admins."
GONE = "That answer is no longer kept, or not for you to see. Ask the question again."
CHANGED = "That passage has since changed or is no longer yours to see. Ask the question again."
SHARED = "Shared in the channel."
NOT_MEMBER = (
    "I am not in this channel, so I cannot post there. Add me with /invite @dispatchbox, then press Share again."
)
NOT_FOR_CHANNEL = "This answer quotes a briefing that this channel may not see, so it stays between us."
WITHHELD = "Withheld, for it does not agree with its briefing. Read it there."
PASSED_ON = "Passed to the team. Their reply will come to you."
NO_TEAM = "No team channel is set, so I cannot pass it on. An admin can set DISPATCHBOX_TEAM_CHANNEL."
THANKS_HELPFUL = "Noted: helpful. You can change it at any time."
THANKS_UNHELPFUL = "Noted: not helpful. You can change it at any time."
COPY_HINT = "Copy for a brief"
UNKNOWN_COMMAND = "I know help, status, settings, on, off and forget me. For a question, use /ask."
ASK_USAGE = "Write the question after the command: /ask when does the consultation close?"
OWED = "An earlier private answer may not have reached you."
LATE = "While I was away you asked something more than a day ago. If you still need it, please ask again."
UNAVAILABLE = "The index of briefings cannot be used at the moment; whoever runs me has been told in the log."

HELPFUL = "Helpful"
UNHELPFUL = "Not helpful"
COPY = "Copy for a brief"
PASSAGE = "Show passage"
TEAM = "Ask the team"
SHARE = "Share in channel"
MORE = "More"
SHOW_AGAIN = "Show it again"
OPENING = "Show how it opens"
STEPS = "Show next steps"

TEAM_CONFIRM = (
    "Ask the team?",
    "Your question and the nearest passages are posted to the team’s channel.",
    "Post it",
    "Not now",
)
WHY_TITLE = "Not helpful"
WHY_LABEL = "What was wrong?"
WHY_HINT = "A word is enough. No names are kept with it in reports."
WHY_CHOICES = (
    ("wrong", "Wrong passage"),
    ("figure", "Wrong figure, date or name"),
    ("missing", "It should have been found"),
    ("unclear", "Hard to follow"),
    ("other", "Something else"),
)


def as_of(searched: Mapping[str, object], restricted: Sequence[str], today: date | None) -> str:
    """Say how much was searched, how new it is, and what was restricted."""
    count = int(str(searched["briefings"]))
    newest = searched["to"]
    parts = [f"{count:,} briefing{'' if count == 1 else 's'}" + (f", newest {_day(str(newest))}" if newest else "")]
    parts += [f"{one[:1].lower()}{one[1:]}" for one in restricted]
    return "; ".join([*parts, *([f"today taken as {day(today)}"] if today else [])])


def items(shown: int, more: int) -> str:
    """Say how many items a list has."""
    if more:
        return f"The newest {shown} of {shown + more} found:"
    return "One found:" if shown == 1 else f"{shown} found, newest first:"


def searched(value: Mapping[str, object]) -> str:
    """Say what was looked through in vain."""
    count = int(str(value["briefings"]))
    said = f"I searched {count:,} briefing{'' if count == 1 else 's'}"
    if value["from"] and value["to"]:
        said += f" from {_day(str(value['from']))} to {_day(str(value['to']))}"
    return f"{said}."


def place(published: str | None, paragraph: int) -> str:
    """Say where a quote stands, after its title: "12 December 2025 · ¶4"."""
    return f"{_day(published)} · ¶{paragraph}"


def issued(value: str) -> str:
    """Say when a briefing was published, '' for no day."""
    return f"Published {_day(value)}" if value else "Published on no given day"


def more_corrections(count: int) -> str:
    """Count the answers that have no room."""
    return f"and {count} more of my answers: ask again to have the latest."


def asked_at(when: datetime, zone: ZoneInfo) -> str:
    """Say when a question that waited was asked."""
    return f"You asked this at {when.astimezone(zone):%H:%M on} {day(when.astimezone(zone).date())}."


def busy(quota: int) -> str:
    """Ask somebody to slow down."""
    return f"That is more than {quota} questions in a minute, and I leave out the rest. Wait a minute, then ask again."


def failed(reference: str) -> str:
    """Apologise, with the reference that stands in the log."""
    return f"Something went wrong on my side, and I have no answer. Please ask again, or quote reference {reference}."


def unsaid(channel: str, reason: str) -> str:
    """Tell an asker privately that an answer could not be posted. ``channel`` is Slack's own id."""
    return f"I could not post an answer in <#{channel}>: {reason}. Ask me here instead."


def freshness(count: int, newest: date | None, indexed: datetime | None, zone: ZoneInfo) -> str:
    """Say how many briefings there are and how fresh the index is."""
    said = f"{count:,} briefing{'' if count == 1 else 's'} you may see"
    if newest:
        said += f", the newest of {day(newest)}"
    if indexed:
        local = indexed.astimezone(zone)
        said += f". Index made {day(local.date())} at {local:%H:%M}"
    return said + "."


def status(waiting: Mapping[str, int], counts: Mapping[str, int], up_seconds: float) -> tuple[str, ...]:
    """Say how the bot is: its queue, what it has counted, how long it has been up."""
    hours, rest = divmod(int(up_seconds), 3600)
    queue = ", ".join(f"{name} {number}" for name, number in waiting.items())
    counted = ", ".join(f"{name} {number:,}" for name, number in counts.items()) or "nothing yet"
    return (f"Waiting: {queue}.", f"Counted: {counted}.", f"Up for {hours} h {rest // 60} min.")


def setting(name: str, *, on: bool) -> str:
    """Name a setting and say how it stands."""
    said = {
        "follow_ups": ("Follow-ups in threads are answered without a mention", "Follow-ups need a mention"),
        "private": ("Answers are shown to the asker alone", "Answers are posted in the thread"),
        "quiet": ("Quiet: no help or notes in the channel", "Help and notes are posted in the channel"),
        "off": ("Switched off", "Switched on"),
    }[name]
    return said[0] if on else said[1]


def listed(first: int, last: int, total: int, words: str) -> str:
    """Head a page of a list. ``words`` are what was looked for, '' for the newest."""
    if not total:
        return "No briefing matches." if words else NO_BRIEFINGS
    what = "Briefings that match" if words else "Briefings, newest first"
    return f"{what}: {first} to {last} of {total}"


def example(subject: str) -> str:
    """Ask about a subject."""
    return f"What is the latest on {subject}?"


def _day(value: str | None) -> str:
    return day(date.fromisoformat(value)) if value else "undated"


def published(value: str | None) -> str:
    """Write a briefing's date of publication."""
    return _day(value)
