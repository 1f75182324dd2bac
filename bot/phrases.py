"""Every sentence the bot says in Slack. Text from outside stands in none of them: ``blocks`` puts it in."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from bot.words import day
from index.types import Exact

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from index.types import DateRange

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
NO_ITEM = "There is no such item, or it is not for you to see. /watchlist lists yours."
WITHHELD = "Withheld, for it does not agree with its briefing. Read it there."
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
    "due": "Due today",
    "before": "Due next working day",
    "woken": "Snoozed until now",
    "overdue": "Overdue",
    "unclaimed": "Nobody’s yet",
}
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
PASSED_ON = "Passed to the team. Their reply will come to you."
NO_TEAM = "No team channel is set, so I cannot pass it on. An admin can set DISPATCHBOX_TEAM_CHANNEL."
THANKS_HELPFUL = "Noted: helpful. You can change it at any time."
THANKS_UNHELPFUL = "Noted: not helpful. You can change it at any time."
COPY_HINT = "Copy for a brief"
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


def due(value: DateRange | None) -> str:
    """Write when an item is due: "18 December 2025", "by 31 March 2026", "about 1 March 2026 to 31 May 2026"."""
    if value is None:
        return "no date"
    if value.earliest == value.latest:
        return day(value.latest)
    if value.words.lower().startswith(("by ", "before ", "until ")):
        return f"by {day(value.latest)}"
    return f"{'about ' if value.exact is Exact.VAGUE else ''}{day(value.earliest)} to {day(value.latest)}"


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


def left(whom: str, numbers: str) -> str:
    """Tell the team that somebody has left. ``whom`` is already inert."""
    return f"{whom} has left, so nobody watches these any more: {numbers}. /watchlist unclaimed lists them."


def published(value: str | None) -> str:
    """Write a briefing's date of publication."""
    return _day(value)


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
