"""Every sentence the command line says; what the bot says in Slack stands in ``phrases``."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from index.answer import SURE
from index.guard import place_of
from index.types import Form

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from zoneinfo import ZoneInfo

    from index.build import Built
    from index.evaluate import Unread
    from index.types import Answer, Briefing, Citation, NextStep, Searched

UNSURE = "This may not answer the question. Read the passage before you use it."
_QUESTION_SHOWN = 200  # characters of a question repeated in a reply


def answer(value: Answer, today: date | None) -> str:
    """Say an answer: the quote and where it stands, or what was searched and what came nearest.

    ``today`` is given where it is not the clock's, and said.
    """
    lines = list(_answered(value) if value.citations else _refused(value))
    notes = [*value.restricted, *([f"today taken as {day(today)}"] if today else [])]
    return "\n".join([*lines, "", "; ".join([searched(value.searched), *notes]) + "."])


def _answered(value: Answer) -> Iterator[str]:
    count = value.form.together(len(value.citations))
    yield from [] if value.confidence >= SURE else ["", UNSURE]
    for at, (one, marked) in enumerate(zip(value.citations[:count], value.marks, strict=False)):
        yield from ["", "Earlier"] if value.form is Form.CHANGED and at else []
        yield _marked(one.quote, marked)
        yield f"  {place(one)}"
        yield f"  {one.source}"
    if value.more:
        yield f"… and {value.more} more"
    more = value.citations[count:]
    if more:
        yield ""
        yield "See also"
    for one in more:
        yield f"- {_line(one.quote)}"
        yield f"  {place(one)}"


def _refused(value: Answer) -> Iterator[str]:
    asked = value.question[:_QUESTION_SHOWN] + ("…" if len(value.question) > _QUESTION_SHOWN else "")
    yield f"The briefings do not hold the answer to “{asked}”." if asked else "There is no question to answer."
    if value.nearest:
        yield ""
        yield "Nearest passages"
    for one in value.nearest:
        yield f"- {_line(one.quote)}"
        yield f"  {place(one)}"


def place(one: Citation) -> str:
    """Say where a quote stands."""
    return f"{one.title} · {day(one.published)} · ¶{one.paragraph} · {one.briefing}"


def searched(value: Searched) -> str:
    """Say what was looked through."""
    count = f"{value.briefings:,} briefing{'' if value.briefings == 1 else 's'}"
    if value.first is None:
        return f"Searched {count}"
    if value.first == value.last:
        return f"Searched {count}, {day(value.last)}"
    return f"Searched {count}, {day(value.first)} to {day(value.last)}"


def day(value: date | None) -> str:
    """Write a date: "12 December 2025"."""
    return f"{value.day} {value:%B} {value.year}" if value else "undated"


def built(value: Built) -> str:
    """Say what an index run did: counts first, then each refusal."""
    counts = ", ".join(
        f"{len(found)} {name}"
        for name, found in (
            ("added", value.added),
            ("changed", value.changed),
            ("removed", value.removed),
            ("unchanged", value.unchanged),
            ("rejected", value.rejected),
        )
    )
    ignored = f" ({value.ignored} other file{'' if value.ignored == 1 else 's'} ignored)" if value.ignored else ""
    return "\n".join([f"Briefings: {counts}{ignored}", *(f"rejected {one}" for one in value.rejected)])


def kept(value: Built) -> str:
    """Say that refused briefings that were good before stay as they were."""
    return f"{len(value.kept)} refused: the last good version stays: {', '.join(value.kept)}" if value.kept else ""


def steps(found: Sequence[NextStep]) -> str:
    """List next steps, each with its date and its place."""
    lines = []
    for one in found:
        due = "undated" if one.due is None else f"{day(one.due.earliest)} to {day(one.due.latest)}"
        if one.due and one.due.earliest == one.due.latest:
            due = day(one.due.earliest)
        lines += [f"- {_line(one.item)}", f"  {due} · {one.briefing}:¶{one.paragraph}"]
    return "\n".join(lines) if lines else "No next steps found."


def shown(value: Briefing) -> str:
    """Show a briefing with its paragraphs' numbers."""
    head = [value.title, f"{day(value.published)} · {value.source}", ""]
    return "\n".join([*head, *(f"¶{one.n} {value.body[one.start : one.end]}\n" for one in value.paragraphs)]).rstrip()


def scores(values: dict[str, float | int | None], unread: Sequence[Unread]) -> str:
    """List an evaluation's figures, then the lines that could not be read."""
    width = max(map(len, values))
    lines = [f"{name:{width}}  {'–' if value is None else value}" for name, value in values.items()]
    return "\n".join([*lines, *(f"not read: {one.error}" for one in unread)])


def posts(found: Mapping[str, Any], zone: ZoneInfo) -> str:
    """List subscriptions with what comes next of each, then what became of posts, newest first."""
    if not (found["subscriptions"] or found["posts"]):
        return "No subscription, and no post. /briefings post here makes one, in a channel."
    lines = ["Posts are held: the clock jumped ahead."] if found["held"] else []
    for one in found["subscriptions"]:
        topics = ", ".join(map(_line, one["topics"])) or "every briefing"
        lines.append(f"p{one['number']} {one['channel']} · {topics} · {_line(one['schedule'])} · {one['as']}")
        when = f"paused: {_line(one['paused'])}" if one["paused"] else f"next {_moment(one['next'], zone)}"
        lines.append(f"   {when}: {_several([new['title'] for new in one['briefings']])}")
    lines += ["", "What became of posts"] if found["posts"] else []
    for one in found["posts"]:
        said = " · ".join(part for part in (one["state"], _line(one["reason"])) if part)
        titles = [shown["title"] for shown in one["briefings"]]
        lines.append(f"{_moment(one['slot'], zone)} {one['channel']} p{one['subscription']} {said}: {_several(titles)}")
    return "\n".join(lines)


def _moment(instant: str | None, zone: ZoneInfo) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(zone):%Y-%m-%d %H:%M}" if instant else "at once"


def _several(titles: Sequence[str]) -> str:
    return "; ".join(map(_line, titles)) or "nothing new"


def gaps(groups: Sequence[Mapping[str, Any]]) -> str:
    """List groups of questions, the largest first."""
    lines = []
    for group in groups:
        lines.append(f"{group['count']} × {_line(group['questions'][0])[:_QUESTION_SHOWN]}")
        lines += [f"    {_line(one)[:_QUESTION_SHOWN]}" for one in group["questions"][1:]]
        lines += [f"    said: {why}" for why in group["why"]]
    return "\n".join(lines) if lines else "No gaps: every question kept was answered, and none was found unhelpful."


def _marked(quote: str, highlight: str | None) -> str:
    """Put the words that answer between asterisks, as plain text marks bold."""
    at = place_of(highlight, quote) if highlight else -1
    if at < 0 or not highlight:
        return f"“{quote}”"
    return f"“{quote[:at]}*{highlight}*{quote[at + len(highlight) :]}”"


def _line(text: str) -> str:
    return " ".join(text.split())
