"""What the bot says of the watchlist, its items and standing watches; as ``phrases``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.words import day
from index.types import Exact

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from index.types import DateRange

NO_ITEM = "There is no such item, or it is not for you to see. /watchlist lists yours."
NO_ITEMS = {
    "mine": "Nothing on your list. /watchlist unclaimed shows what nobody watches yet.",
    "team": "Nobody has claimed anything yet.",
    "all": "The watchlist is empty.",
    "unclaimed": "Every next step has an owner.",
    "done": "Nothing is done yet.",
    "search": "No item holds those words.",
}
VIEW_HEADS = {
    "mine": "My watchlist",
    "team": "The team’s watchlist",
    "all": "Every item",
    "unclaimed": "Unclaimed next steps",
    "done": "Done, newest first",
    "search": "Items that match",
}
NOTHING_TO_UNDO = "You changed nothing in the last ten minutes that could be taken back."
NO_ADD_TEXT = "Write what to watch: /watchlist add TEXT by DATE for @person"
NOT_MEMBER_OF = "That person may not see this item, so it cannot be theirs."
NOT_A_MEMBER = "Items can be given to members of this workspace only."
NO_STEPS = (
    "No next steps there. /nextsteps past shows those of the last 30 days; /nextsteps 180 days looks further ahead."
)
GONE_BY = "Date passed in the last 30 days"
FOLLOWED_HEAD = "Did it happen? A new briefing may say so:"
REMIND_HEAD = "Your watchlist today"
UNCLAIMED_HEAD = "Next steps that nobody watches yet"
FRESH_HEAD = "Unclaimed next steps of the last fortnight"
WATCHED_HEAD = "You watch"
TOPIC_HEAD = "A new briefing speaks of what you watch:"
NO_TEAM_CHANNEL = (
    "No team channel is set, so unclaimed next steps are posted nowhere. An admin can set DISPATCHBOX_TEAM_CHANNEL."
)
ALREADY_ANSWERED = "That was answered already."
CALENDAR_SENT = "Here is the calendar file. Open it in your calendar; items keep their place when they move."
CALENDAR_ADDRESS = (
    "Subscribe your calendar to this address. Whoever has it sees the list: keep it to yourself."
    " /watchlist calendar revoke ends it."
)
CALENDAR_REVOKED = "Your calendar address no longer opens anything."
NO_ADDRESS = "A calendar address needs HTTP mode and DISPATCHBOX_PUBLIC_URL. /watchlist calendar sends a file instead."
EXPORT_SENT = "Here is the list as CSV."
UNDO = "Undo"
ADD_STEP = "Add to watchlist"
SAVE_WATCH = "Save this watch"
ITEM_LABELS = {
    "claim": "Claim",
    "done": "Done",
    "snooze": "Snooze a week",
    "reassign": "Reassign",
    "drop": "Drop",
    "quiet": "Stop reminding me",
    "source": "Source",
}
FOLLOWED_LABELS = {
    "done": "Done",
    "moved": "Moved to …",
    "open": "Still open",
    "unrelated": "Not about this",
}
WHYS = {
    "woken": "Snoozed until now",
    "overdue": "Overdue",
    "unclaimed": "Nobody’s yet",
}
_NEAR_DAYS = {0: "Due today", 1: "Due tomorrow", -1: "Was due yesterday"}
ANSWERED = {"open": "#{number} stays open.", "unrelated": "Noted: not about #{number}. I do not ask that again."}
WATCHLIST_HELP = (
    "/watchlist shows yours; team, all, unclaimed, done and search WORDS show more.",
    "/watchlist add TEXT by DATE for @person. Without words, a form opens.",
    "/watchlist claim 7 · done 7: a note · snooze 7 1w · move 7 18 December · assign 7 @person · note 7 TEXT",
    "/watchlist drop 7 · undo takes your last change back, for ten minutes.",
    "/watchlist watch TOPIC · watches · unwatch w2 tells you when a new briefing speaks of it.",
    "/watchlist export · calendar sends your list as a file; with team, the team’s. calendar subscribe · revoke.",
    "/nextsteps [topic] [this week, 30 days, until DATE, past] lists what the briefings say comes next.",
)


def due(value: DateRange | None) -> str:
    """Write when an item is due: "18 December 2025", "by 31 March 2026", "about 1 March 2026 to 31 May 2026"."""
    if value is None:
        return "no date"
    if value.earliest == value.latest:
        return day(value.latest)
    if value.words.lower().startswith(("by ", "before ", "until ")):
        return f"by {day(value.latest)}"
    return f"{'about ' if value.exact is Exact.VAGUE else ''}{day(value.earliest)} to {day(value.latest)}"


def why(reason: str, value: DateRange | None, today: date) -> str:
    """Say why somebody is reminded of an item on a day: "Due today", "Due on Sunday", "Due in 9 days"."""
    if reason in WHYS or value is None:
        return WHYS.get(reason, "")
    days = (value.latest - today).days
    if days in _NEAR_DAYS:
        return _NEAR_DAYS[days]
    if abs(days) < 7:  # noqa: PLR2004 - the weekday says it
        return f"{'Due' if days > 0 else 'Was due'} on {value.latest:%A}"
    return f"Due in {days} days" if days > 0 else f"Was due {-days} days ago"


def done_to(verb: str, numbers: Sequence[int], whom: str) -> str:
    """Say what was done to items: "#7 is yours". ``whom`` is already inert."""
    many = len(numbers) > 1
    listed = ", ".join(f"#{number}" for number in numbers)
    be = "are" if many else "is"
    said = {
        "claim": f"{listed} {be} yours.",
        "assign": f"{listed} {be} {whom}’s.",
        "done": f"{listed} {be} done.",
        "drop": f"{listed} {be} dropped.",
        "snooze": f"{listed}: no reminder before {whom}.",
        "move": f"{listed}: now due {whom}.",
        "note": f"{listed}: note kept.",
        "quiet": f"{listed}: no more reminders.",
        "add": f"{listed} added.",
        "undo": f"Taken back: {listed}.",
        "handover": f"{listed} {be} {whom}’s now.",
    }
    return said[verb]


def unchanged(number: int, status: str, whom: str, when: datetime, zone: ZoneInfo) -> str:
    """Say kindly that somebody was faster. ``whom`` is already inert."""
    return (
        f"#{number} is {status} already: {whom}, {when.astimezone(zone):%H:%M on} {day(when.astimezone(zone).date())}."
    )


def kept_back(count: int) -> tuple[str, ...]:
    """Say how many items were not handed over, nothing where all were."""
    return (f"{count} more stay, for the new owner may not see them.",) if count else ()


def undated(words: str) -> str:
    """Say that what ends an item's text was not read as a date."""
    return f"I read no date in “{words[:60]}”; a date picker stands in /watchlist add without words."


def watch_preview(passages: int, briefings: int) -> str:
    """Say how much a standing watch would have found."""
    if not passages:
        return "Nothing of the last ninety days would have matched."
    return (
        f"In the last ninety days it would have matched {passages} passage{'' if passages == 1 else 's'}"
        f" in {briefings} briefing{'' if briefings == 1 else 's'}. The best:"
    )


def watching(number: int) -> str:
    """Say that a standing watch is on."""
    return f"w{number} is on: I tell you when a new briefing speaks of it. /watchlist unwatch w{number} ends it."


def left(whom: str, numbers: str, hidden: int) -> str:
    """Tell the team that somebody has left. ``whom`` is already inert; ``hidden`` items are not for it to see."""
    more = f" {hidden} more of theirs {'is' if hidden == 1 else 'are'} not for this channel to see." if hidden else ""
    if not numbers:
        return f"{whom} has left.{more}"
    return f"{whom} has left, so nobody watches these any more: {numbers}. /watchlist unclaimed lists them.{more}"
