"""Question → words, dates, topics, the kind of answer asked for; pure."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from typing import TYPE_CHECKING

from index import dates
from index.types import DateRange, Exact, Kind, Question
from index.words import ASKING, STOPWORDS, fold, stem, words

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 2_000  # characters; what is beyond is not read
_MOST_TERMS = 24
_LONGEST_TIME = 4  # words: "the end of October"

_WHICH = r"\b(?:which|what)(?:'s|’s| is| was| are| were)?(?: the)? (?:\w+ ){0,2}"
_LAW = r"(?:acts?|laws?|bills?|regulations?|articles?|sections?|clauses?|directives?|treat(?:y|ies)|instruments?|orders?|powers?|provisions?|legal bas[ei]s)"
_PEOPLE = r"(?:minister|secretary|mps?|peers?|judge|chair|commissioner|chancellor|leader|president|part(?:y|ies)|compan(?:y|ies)|bod(?:y|ies)|court|committee|department|regulator|unions?|firms?|agency|councils?|countr(?:y|ies)|states?)"
# What is asked for, the plainest words first, as the kinds of answer that would do.
_ASKED: tuple[tuple[re.Pattern[str], tuple[Kind, ...]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), kinds)
    for pattern, kinds in (
        (r"\bby how much\b", (Kind.PERCENT, Kind.MONEY, Kind.NUMBER)),
        (rf"{_WHICH}(?:percentage|per ?cent|proportion|share|rate)\b|\bper ?cent(?:age)?\b", (Kind.PERCENT,)),
        (r"\bhow long\b|\b(?:how|for how) many (?:days|weeks|months|years)\b|\bnotice period\b", (Kind.DURATION,)),
        (r"\bhow (?:much|big|large)\b", (Kind.MONEY, Kind.PERCENT, Kind.NUMBER)),
        (
            rf"\bprice tag\b|{_WHICH}(?:cost|price|budget|funding|sum|fine|bill|value)\b|\bwhat (?:does|do|did|will|would) .{{1,60}} cost\b|\bworth\b",
            (Kind.MONEY,),
        ),
        (r"\bhow (?:many|often)\b|\bnumber of\b", (Kind.NUMBER,)),
        (
            rf"\bwhen\b|\bby what date\b|\bdeadline\b|{_WHICH}(?:dates?|day|month|year)\b|\bstart date\b|^date\b|\bdates?\?",
            (Kind.DATE,),
        ),
        (rf"{_WHICH}{_LAW}\b|\bunder (?:which|what)\b", (Kind.INSTRUMENT,)),
        (rf"\bwho(?:m|se)?\b|{_WHICH}{_PEOPLE}\b", (Kind.NAME,)),
        (rf"\bwhere\b|{_WHICH}(?:city|town|venue|place|location|region|site)\b", (Kind.PLACE,)),
    )
)
_WHEN = r"[\w ,'’-]{3,40}"
_SINCE = re.compile(rf"\bsince (?P<when>{_WHEN})", re.IGNORECASE)
_LAST = re.compile(
    r"\b(?:in|over|during|within|from) the (?:last|past|previous) (?P<count>\w+ )?(?P<unit>day|week|fortnight|month|quarter|year)s?\b",
    re.IGNORECASE,
)
_CALENDAR = re.compile(
    r"\b(?P<which>this|last) (?P<unit>week|month|year)\b|\b(?P<day>today|yesterday)\b", re.IGNORECASE
)
_DURING = re.compile(rf"\b(?:in|during|on|from) (?P<when>{_WHEN})", re.IGNORECASE)
_BEFORE = re.compile(rf"\bbefore (?P<when>{_WHEN})", re.IGNORECASE)
_AFTER = re.compile(rf"\bafter (?P<when>{_WHEN})", re.IGNORECASE)
# Words that make a time one of publication: what we said then, not what happened then.
_OURS = re.compile(
    r"\b(?:we|our)\b.{0,20}\b(?:say|said|saying|write|wrote|written|report|reported|publish|published|cover|covered|brief|briefed)\b"
    r"|\bbriefings?\b|\bnews\b|\bwhat(?:'s|’s| is| was) new\b|\bpublished\b",
    re.IGNORECASE,
)
_LATEST = re.compile(
    r"\b(?:latest|most recent|newest) (?:on|about|from|news|briefing)|\bwhat(?:'s|’s| is) (?:the )?(?:latest|new)\b",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"\b(?:what )?(?:did|have|has|do) (?:we|our briefings?) (?:say|said|written|write|reported|report)\b|\blatest\b|\bnewest\b|\bmost recent\b",
    re.IGNORECASE,
)
_COUNTS = {
    name: n for n, name in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
}
_COUNTS |= {"": 1, "few": 3, "couple": 2}
_DAYS = {"day": 1, "week": 7, "fortnight": 14, "month": 31, "quarter": 92, "year": 366}

_MONEY_OR_REFERENCE = re.compile(
    r"(?:[£€$]\s?)?\d[\d.,]*\s?(?:billion|million|trillion|bn|m|tn|thousand|k|%|per cent)?(?!\w)"
    r"|\b(?:article|section|clause|schedule|regulation|resolution|part|annex|paragraph|s|art|cl|reg|para)\.?\s?\d+[\w()]*"
    r"|\b[A-Z]{2,}-?\d+\w*",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“]([^\"”]{3,80})[\"”]")
_NAME = re.compile(r"\b[A-Z][\w’'-]+(?: (?:(?:of|for|and|the) )?[A-Z][\w’'-]+)+")


def read(text: str, today: date) -> Question:
    """Read a question asked on a day. Anything may come in; the result may have no terms."""
    text = clean(text)
    period, named = _period(text, today)
    rest = text.replace(named, " ") if named else text
    rest = _SAID.sub(" ", rest)
    terms = tuple(dict.fromkeys(word for word in words(rest) if word not in STOPWORDS))[:_MOST_TERMS]
    return Question(
        text=text,
        terms=terms,
        names=tuple(_names(rest, terms)),
        phrases=tuple(dict.fromkeys(_phrases(rest)))[:_MOST_TERMS],
        asks=_asks(text),
        period=period,
        latest=bool(_LATEST.search(text)),
    )


def clean(text: str) -> str:
    """Take out what cannot be seen, make white space single, and cut at 2,000 characters."""
    seen = "".join(" " if char.isspace() else char for char in text[: 2 * LONGEST] if _shows(char))
    return " ".join(seen.split())[:LONGEST]


def _shows(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"}


def _asks(text: str) -> tuple[tuple[Kind, ...], ...]:
    """Find what is asked for, in the order of the question; words that ask are read once."""
    found: list[tuple[int, int, tuple[Kind, ...]]] = []
    for pattern, kinds in _ASKED:
        match = pattern.search(text)
        if match and not any(match.start() < end and start < match.end() for start, end, _ in found):
            found.append((*match.span(), kinds))
    return tuple(dict.fromkeys(kinds for _, _, kinds in sorted(found)))


def _names(text: str, terms: tuple[str, ...]) -> Iterator[str]:
    """Give the stems of the words that are names, years, figures or references."""
    bare = text.split()
    shouted = text.isupper()
    for at, token in enumerate(bare):
        for word in words(token):
            capital = token[:1].isupper() and at > 0 and not shouted
            acronym = len(token) > 1 and token[:2].isupper() and not shouted
            if word in terms and word not in ASKING and (capital or acronym or any(map(str.isdigit, word))):
                yield stem(word)


def _phrases(text: str) -> Iterator[str]:
    """Give the words that must stand together, folded: sums, references, names and what is quoted."""
    for pattern in (_MONEY_OR_REFERENCE, _NAME):
        found = (fold(match.group()).strip(" .,") for match in pattern.finditer(text))
        yield from (phrase for phrase in found if not phrase.isdecimal())
    yield from (fold(match[1]) for match in _QUOTED.finditer(text))


def _period(text: str, today: date) -> tuple[DateRange | None, str]:
    """Find a restriction of time, and the words that make it; none unless the words are plain."""
    for found in (_since(text, today), _last(text, today), _ours(text, today)):
        if found:
            return found, found.words
    return None, ""


def _since(text: str, today: date) -> DateRange | None:
    for match in _SINCE.finditer(text):
        if named := _time(match, today):
            return _range(named.earliest, today, f"since {named.words}")
    return None


def _last(text: str, today: date) -> DateRange | None:
    match = _LAST.search(text)
    count = (match["count"] or "").strip().lower() if match else ""
    if not match or not (count in _COUNTS or (count.isdecimal() and len(count) <= 3)):  # noqa: PLR2004 - 999 years are enough
        return None
    days = int(count) if count.isdecimal() else _COUNTS[count]
    back = min(days * _DAYS[match["unit"].lower()], (today - date.min).days)
    return _range(today - timedelta(days=back), today, match.group())


def _ours(text: str, today: date) -> DateRange | None:
    """Read a time only where the question speaks of what we published then."""
    if not (_OURS.search(text) or _LATEST.search(text)):
        return None
    if match := _CALENDAR.search(text):
        return _calendar(match, today)
    for pattern, edges in ((_DURING, "during"), (_BEFORE, "before"), (_AFTER, "after")):
        for match in pattern.finditer(text):
            named = _time(match, today)
            if named and edges == "during":
                return _range(named.earliest, named.latest, f"{match.group().split()[0]} {named.words}")
            if named and edges == "before":
                return _range(date.min, named.earliest - timedelta(days=1), f"before {named.words}")
            if named:
                return _range(named.latest + timedelta(days=1), date.max, f"after {named.words}")
    return None


def _time(match: re.Match[str], today: date) -> DateRange | None:
    """Read the time that the words after a preposition begin with: the last one up to today."""
    following = match["when"].split()[:_LONGEST_TIME]
    for count in range(len(following), 0, -1):
        said = " ".join(following[:count]).strip(" ,")
        if named := dates.read(f"in {said}", today, past=True) or dates.read(said, today, past=True):
            return DateRange(named.earliest, named.latest, said, named.exact)
    return None


def _calendar(match: re.Match[str], today: date) -> DateRange | None:
    """Read this or last week, month or year, today and yesterday."""
    if match["day"]:
        day = today - timedelta(days=match["day"].lower() == "yesterday")
        return _range(day, day, match.group())
    unit = match["unit"].lower()
    starts = {
        "week": today - timedelta(days=today.weekday()),
        "month": today.replace(day=1),
        "year": today.replace(month=1, day=1),
    }
    start = starts[unit]
    if match["which"].lower() == "this":
        return _range(start, today, match.group())
    end = start - timedelta(days=1)
    before = {"week": end - timedelta(days=6), "month": end.replace(day=1), "year": end.replace(month=1, day=1)}
    return _range(before[unit], end, match.group())


def _range(earliest: date, latest: date, words_used: str) -> DateRange | None:
    return DateRange(earliest, latest, words_used, Exact.RANGE) if earliest <= latest else None
