"""What the bot says of scheduled posts and of what they show; as ``phrases``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.words import day

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

NOTHING_NEW = "No new briefings this time."
NO_TOPIC = "Other"
STEPS_HEAD = "Next steps"
CLAIM = "Claim"
ASK_ABOUT = "Ask about this"
ASK_ABOUT_THESE = "Ask about these"
POSTING_HERE = "New briefings are posted here:"
SUBSCRIPTIONS = "What is posted here"
NO_SUBSCRIPTIONS = "Nothing is posted here. /briefings post here TOPICS weekdays at 08:30 begins it."
PAUSED = "paused"
IN_FILE = "set in the file"
READ_ONLY = "That subscription is set in the file of subscriptions; change it there."
NO_SUBSCRIPTION = "There is no such subscription here. /briefings posts lists them."
NO_POST = "That post is not there any more, or was dealt with already. /briefings ledger shows how it stands."
NOTHING_TO_SEND = "There is nothing new to post."
NOT_THERE = "Posts need a channel that I am in. Add me with /invite @dispatchbox, then say it again there."
LEDGER = "Posts: what comes, and what came of them"
NO_POSTS = "Nothing is to be posted, and nothing was."
GO_ON = "Post again"
CLOCK_HELD = "Posts are held: my clock jumped ahead by more than three hours. Check it, then let them go on."
HELD_BY_CLOCK = "my clock jumped ahead"
MISSED = "the bot was away at that time"
NONE_NEW = "nothing new"
SENT_LATER = "sent later, each by itself"
SKIPPED = "Skipped: it is not posted."
SENDING = "It is posted now."
HELD_OFF = "Dispatch Box is switched off here"
HELD_SHARED = "the channel is shared with another organisation"
WITHDRAWN = "Withdrawn:"
WITHDRAWN_NOTE = "This briefing was withdrawn. What was posted of it here no longer stands."
GOING_ON = "Posts go on; those held are sent."
POST_LABELS = {
    "pause": "Pause",
    "resume": "Resume",
    "edit": "Edit",
    "send": "Send now",
    "remove": "Remove",
    "hold": "Hold",
    "skip": "Skip",
}
FORMS_OF_POSTS = {
    "digest": "A digest, and silence when nothing is new",
    "none": "A digest, and one line when nothing is new",
    "each": "Each briefing by itself",
}


def moment(when: datetime, zone: ZoneInfo) -> str:
    """Write an instant locally: "Wednesday 25 November 2026 at 08:30"."""
    local = when.astimezone(zone)
    return f"{local:%A} {day(local.date())} at {local:%H:%M}"


def next_times(times: Sequence[datetime], zone: ZoneInfo) -> str:
    """Say when the next posts come, '' for at once."""
    if not times:
        return ""
    place = zone.key.rpartition("/")[2].replace("_", " ")
    return f"Next, in {place}: {'; '.join(moment(one, zone) for one in times)}."


def would_have(count: int) -> str:
    """Say how much a subscription would have brought in the last weeks."""
    return f"In the last four weeks {_briefings(count)} would have come."


def digest_head(count: int) -> str:
    """Head a digest."""
    return f"{count:,} new briefing{'' if count == 1 else 's'}"


def include(count: int) -> str:
    """Label the button that lets older briefings in."""
    return f"Post the older {count:,} too" if count > 1 else "Post the older one too"


def older(number: int, count: int, since: date) -> str:
    """Ask whether older briefings are to be posted."""
    few = f"Since {day(since)} there are {_briefings(count)} that p{number} would post besides new ones."
    return f"{few} Shall they come too?" if count else f"Since {day(since)} there is no older briefing to post."


def turned(number: int, verb: str) -> str:
    """Say what was done to a subscription."""
    said = {
        "pause": "is paused. /briefings posts resumes it",
        "resume": "goes on",
        "remove": "is removed, and posts nothing more",
        "edit": "is changed",
        "hold": "holds that post; /briefings ledger sends or skips it",
        "skip": "skips that post",
        "send": "posts now",
        "older": "posts the older ones too",
    }[verb]
    return f"p{number} {said}."


def _briefings(count: int) -> str:
    return f"{count:,} briefing{'' if count == 1 else 's'}" if count else "no briefing"


def paused(channel: str, reason: str) -> str:
    """Tell who made a subscription that its channel takes no posts any more. ``channel`` is Slack's own id."""
    return (
        f"I no longer post briefings in <#{channel}>: {reason}. The subscription is paused; /briefings posts there"
        " resumes it."
    )
