"""A sentence → the times at which it says that something is to happen; pure.

Left out: what has happened, forecasts and figures of a time, wishes, and what is only possible.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from index import dates
from index.tense import Tense, edges, tense, verbs
from index.types import Exact

if TYPE_CHECKING:
    from index.types import DateRange

_FORECAST = re.compile(
    r"\b(?:forecasts?|project(?:s|ed|ions?)|predict(?:s|ed)?|estimate[sd]?|modell?ing|(?:is|are|was|were)\s+put(?:\s+in\s+\w+)?\s+at|puts\s|averag(?:es|ing)|peak(?:s|ing)|worth|yield|growth|inflation|unemployment|borrowing|receipts|bring\s+in|(?:expected|set|likely)\s+to\s+(?:reach|rise|fall|grow|cost|total|save|raise|add|generate|contribute|boost|be\s+lent)|people\s+are\s+expected|analysts)\b",
    re.IGNORECASE,
)
_QUANTITY = re.compile(
    r"(?:[£€$]\s?\d[\d.,]*|\d[\d.,]*\s?(?:%|per\s+cent|million|billion|trillion|bn|m)|\d{1,3}(?:,\d{3})+)(?:\s?(?:million|billion|trillion|bn|m)\b)?(?:\s+(?:of\s+)?(?!(?:will|shall|must|is|are|was|were)\b)[\w-]+){0,3}\s*$"
)
_BOUND = re.compile(
    r"\b(?:is|are)\s+to\b|\bcommit(?:s|ted|ting|ment)?\b|\bpledge[sd]?\b|\btarget\b|\bpromise[sd]?\b|\bmust\b|\bwill\b|\brequired\b",
    re.IGNORECASE,
)
_PERIOD = re.compile(
    r"\b(?:years?|months|quarter|weeks|period|data|figures)\s+(?:to|for|in|ending|ended)\s+(?:the\s+)?$|\d\s+to\s+$",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(
    r"\b(?:if|unless|were|had)\b[^.]*\b(?:would|could|might)\b|\b(?:would|could|might)\b[^.]*\b(?:if|unless)\b",
    re.IGNORECASE,
)
_DEADLINE = re.compile(
    r"by|before|until|till|within|to\b|no\b|not\b|n['’]t|on\s+or|from|for|next|later|over|the\s+(?:coming|next)|coming|ahead|after|up\s+to|with\s",
    re.IGNORECASE,
)
_OPEN_ENDED = re.compile(
    r"by|before|until|till|within|no\b|on\s+or|over|for|in\s+the\s+(?:coming|next)|has|have|ahead|up\s+to|prior|inside|\d{4}$",
    re.IGNORECASE,
)
_BARE_YEAR = re.compile(
    r"since\b|(?:over|for|during|throughout|in)\s+the\s+(?:next|coming)\b.*\byears|(?:for|over|after|since|during|throughout)\s+\d{4}|\d{4}[-–/]\d|(?:(?:at|for)\s+)?the\s+\d{4}[-–/]",
    re.IGNORECASE,
)
_RUNNING_YEAR = re.compile(r"^(?:in|during|for)\s.*\d[-–/]\d", re.IGNORECASE)
_DROPPED = re.compile(
    r"\bwill\s+(?:now\s+)?not\b|\bno\s+longer\b|\bhas\s+happened\b|\b(?:scrapped|cancelled|abandoned|shelved|called\s+off)\b",
    re.IGNORECASE,
)
_REPORTED = re.compile(
    r"\b(?:said|told|announced|confirmed|promised|indicated|pledged|expected|added|agreed|warned|heard|learnt|stated|signalled|ruled|insisted)\b",
    re.IGNORECASE,
)
_WOULD = re.compile(r"\bwould\b", re.IGNORECASE)
# Who is to tell a figure tells of a step, not of a time's figure: "the OBR is to certify the yield in March".
_TELLS = re.compile(
    r"\b(?:will|shall|must|(?:is|are)(?:\s+\w+)?\s+to)\s+(?:then\s+|also\s+|now\s+)?(?:be\s+)?(?:(?:publish|issu|releas|certif|report|updat|revis|set\s+out|present|announc|produc|la(?:y|id)|writ|tell|told|respon|send|sent|submit)\w*|fil(?:ed?|es|ing)\b)",
    re.IGNORECASE,
)
# A time that names something already out: "in our briefing of 16 December".
_NAMES = re.compile(
    r"\b(?:briefings?|reports?|letters?|statements?|notes?|articles?|editions?|newsletters?|answers?|judgments?|speech|speeches|papers?)\s+of\s+$",
    re.IGNORECASE,
)
_NEARBY = re.compile(r"\b(?:next|this|later|coming|tomorrow|within|for|over)\b", re.IGNORECASE)
_CHANGES = re.compile(
    r"\bwill\s+(?:rise|fall|increase|drop|go\s+(?:up|down)|be\s+[a-z]+)\s+(?:to|by|from)\b", re.IGNORECASE
)
_WEEK = 7  # days: between the last of a weekday and the next
ANY_DAY = date(2024, 1, 1)  # for finding the words of a time in an undated briefing


@dataclass(frozen=True, slots=True)
class Time:
    """A time that a sentence says something is to happen at; ``due`` is None in an undated briefing."""

    start: int
    end: int
    due: DateRange | None
    led: bool  # its verb stands before it


def times(text: str, said: date | None, *, listed: bool = False) -> list[Time]:
    """Find the times at which a sentence, or an item of a list, says that something is to happen."""
    named_times = dates.find(text, said or ANY_DAY)
    if not named_times:
        return []
    found, cuts = verbs(text), edges(text)
    behind = {one[:2]: one[2] for one in dates.find(text, said, past=True)} if said else {}
    dated = {} if said else {one[:2]: one[2] for one in dates.find(text, None)}
    coming = []
    for start, end, named in named_times:
        kind, led = tense(start, end, found, cuts)
        if listed and not led:
            kind = Tense.NONE
        if kind is Tense.AHEAD and _WOULD.search(text[:end]) and not _REPORTED.search(text[:end]):
            kind = Tense.WISHED
        clause = text[max(cut for cut in cuts if cut <= start) : min(cut for cut in cuts if cut >= end)]
        if _figure(text[:start], clause, named, listed=listed) or (not listed and _SUPPOSED.search(text)):
            continue
        if kind is Tense.UNSURE and _DROPPED.search(text, end):
            continue
        if said is None:
            if kind in {Tense.AHEAD, Tense.UNSURE} or listed:
                coming.append(Time(start, end, dated.get((start, end)), led))
        elif _ahead(kind, named, behind.get((start, end), named), said, listed=listed):
            coming.append(Time(start, end, named, led))
    return coming


def _figure(before: str, clause: str, named: DateRange, *, listed: bool) -> bool:
    """Tell a figure of a time from what happens at it: "130,000 by 2030", "growth in 2026"."""
    words = named.words.lower()
    if _PERIOD.search(f"{before}to " if words.startswith("to ") else before) or _BARE_YEAR.match(words):
        return True
    if _NAMES.search(before):
        return True
    if named.exact is Exact.DAY or listed:
        return False
    near = next((part for part in re.split(r",\s+(?:and|with)\s+", clause) if named.words in part), clause)
    forecast = bool(_FORECAST.search(near)) and not _TELLS.search(near)
    quantity = bool(_QUANTITY.search(before))
    if words.startswith("from "):
        return forecast and quantity
    bound = _CHANGES.search(near) or (_BOUND.search(near) and words.startswith("by "))
    return forecast or (quantity and not bound and not words.startswith(("until", "before")))


def _ahead(kind: Tense, named: DateRange, past: DateRange, said: date, *, listed: bool) -> bool:
    """Decide whether a time is still to come, by its verb and by how it would be read of the past."""
    if named.latest < said or (named.earliest < said and _RUNNING_YEAR.search(named.words)):
        return False
    ahead = named.latest > said
    open_ended = bool(_OPEN_ENDED.match(named.words))
    surely = past == named and (named.earliest > said or (open_ended and ahead))
    nearer = ((named.latest if open_ended else named.earliest) - said).days <= (said - past.latest).days
    weekday = (named.latest - past.latest).days <= _WEEK
    deadline = bool(_DEADLINE.match(named.words))
    verdicts = {
        Tense.AHEAD: ahead or "today" in named.words.lower(),
        Tense.ASKED: surely or (past != named and (nearer or listed) and deadline),
        Tense.UNSURE: ahead and (listed or nearer or past == named or weekday),
        Tense.NONE: ahead if listed else surely or (ahead and nearer and (deadline or named.earliest > said)),
        Tense.WISHED: ahead and listed,
        Tense.BEHIND: surely and not open_ended and not _NEARBY.search(named.words),
    }
    return verdicts.get(kind, False)
