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
_A_WEEK = 7  # days
_LONGEST_TIME = 7  # words: "Friday the 12th of December 2025"

# A verb between "which" and a noun begins a sentence on it, which asks for something else: "what did the regulator …".
# So does "will", but not before a figure: "what will the price be?"
_VERBS = r"(?:is|are|was|were|be|been|do|does|did|has|have|had|will|would|can|could|shall|should|may|might|must)"
_IS = r"(?:'s|’s| is| was| are| were)"
_WHICH = rf"\b(?:which|what){_IS}?(?: the)? (?:(?!(?:do|does|did|has|have|had)\b)[\w'’-]+ ){{0,2}}"
# "Which is the regulator that …" asks for a name; "what is the regulator …" has named it.
_ONE = rf"\b(?:which{_IS}?|what)(?: the)? (?:(?!{_VERBS}\b)\w+ ){{0,2}}"
# Nouns that may as well be the subject, or part of it, are asked for only where they stand free.
_FREE = "".join(
    rf"(?<!\b{word} )" for word in ("a", "about", "about the", "on the", "to the", "in the", "by the", "set")
)
_SOUGHT = (
    rf"(?:{_WHICH}|(?:,|\b(?:and|there|me|know|need|have|find)(?: of)?) (?:(?:the|an?|any|its|their) )?(?:\w+ )?"
    rf"|^(?:(?!(?:{_VERBS}|what|which|how|who|why|at|by|on|before|after|about|miss\w*)\b)\S+ )*)"
)
# "What explains the figures?" has them, and asks for something else: no "the" comes late.
_FIGURES = (
    rf"\bwhat{_IS}?(?: (?:the|our|its|their))? (?:(?!(?:do|does|did|has|have|had|the|these|those|our|its|their)\b)"
    r"[\w'’-]+ ){0,2}(?:figures?|statistics)\b"
)
_LAW = r"(?:acts?|laws?|bills?|regulations?|articles?|sections?|clauses?|directives?|treat(?:y|ies)|instruments?|orders?|powers?|provisions?|legal bas[ei]s)"
# In small letters, and not by what it is for: an Energy Bill is a law, and so are the bills before Parliament.
_BILL = (
    r"\b(?!what (?:are|were) (?:\w+ ){0,4}bills (?:before|in|on|to)\b)"
    rf"what(?:{_IS}| will| would)(?: the)? (?:(?!(?:in|of|on|to|for|about|the)\b)\w+ ){{0,3}}(?-i:bills?)\b"
    r"(?! (?:meant|intended|designed|supposed|about|called|going)\b)|\bbills? of £"
)
_PEOPLE = r"(?:minister|secretary|mps?|peers?|judge|chair|commissioner|chancellor|leader|president|part(?:y|ies)|compan(?:y|ies)|bod(?:y|ies)|court|committee|department|regulator|unions?|firms?|agency|councils?|countr(?:y|ies)|states?)"
# What is asked for, the plainest words first, as the kinds of answer that would do.
_ASKED: tuple[tuple[re.Pattern[str], tuple[Kind, ...]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), kinds)
    for pattern, kinds in (
        (
            r"\bhow long\b|\bhow much (?:more )?(?:notice|time|longer)\b|\b(?:how|for how) many (?:days|weeks|months|years)\b|\bnotice period\b",
            (Kind.DURATION,),
        ),
        (r"\bby how much\b", (Kind.PERCENT, Kind.MONEY, Kind.NUMBER)),
        (rf"{_WHICH}(?:percentage|per ?cent|proportion|share|rate)\b|\bper ?cent(?:age)?\b", (Kind.PERCENT,)),
        (
            rf"\bhow (?:much|big|large)\b|{_FIGURES}\b",
            (Kind.MONEY, Kind.PERCENT, Kind.NUMBER),
        ),
        (
            rf"\bprice tag\b|{_WHICH}(?:cost|price|budget|funding|sum|fine|value)\b|{_BILL}|\bwhat (?:does|do|did|will|would) .{{1,60}} cost\b|\bworth\b",
            (Kind.MONEY,),
        ),
        (rf"\bhow (?:many|often)\b|{_FREE}number of\b", (Kind.NUMBER,)),
        (
            rf"\bwhen\b|\bby what date\b|{_SOUGHT}deadlines?\b|{_WHICH}(?:dates?|day|month|year)\b(?!-)|\bstart date\b|^date\b|\bdates?\?",
            (Kind.DATE,),
        ),
        (
            rf"{_ONE}{_LAW}\b|{_WHICH}{_LAW} (?:that|which|under)\b|{_WHICH}legal bas[ei]s\b|\bunder (?:which|what)\b",
            (Kind.INSTRUMENT,),
        ),
        (rf"\bwho(?:m|se)?\b|{_ONE}{_PEOPLE}\b", (Kind.NAME,)),
        (rf"\bwhere\b|{_WHICH}(?:city|town|venue|place|location|region|site)\b", (Kind.PLACE,)),
    )
)
_WHEN = r"(?=(?P<when>[\w ,./'’–-]{3,80}))"  # looked at, not taken: another preposition may follow
_SINCE = re.compile(rf"\bsince {_WHEN}", re.IGNORECASE)
_LAST = re.compile(
    r"\b(?:in|over|during|within|from) the (?:last|past|previous) (?P<count>\w+ )?(?P<unit>day|week|fortnight|month|quarter|year)s?\b",
    re.IGNORECASE,
)
_CALENDAR = r"(?P<which>this|last) (?P<unit>week|month|year)\b|(?P<day>today|yesterday)\b"
_TIME = re.compile(
    rf"\b(?:(?:(?:in|during|on|from|of|for) )?(?:{_CALENDAR})(?!['’]s)"
    rf"|(?P<edge>in|during|on|from|of|dated|before|after) {_WHEN})",
    re.IGNORECASE,
)
_PAPERS = r"(?:briefings?|news|our (?:notes?|papers?|reports?|coverage|updates?))"
_OUR_OWN = re.compile(rf"\b(?:{_CALENDAR})(?=(?:['’]s)? {_PAPERS}\b)", re.IGNORECASE)  # "last week's briefings"
# Words that make a time right behind them one of publication: what we said then, not what happened then. So they do
# with a subject between, unless it is asked what they say ``now``: "what do our briefings say about fares in 2025?", or
# what came ``late``: "the latest on the vote in May".
_OURS = re.compile(
    r"(?P<now>\b(?:do|does) (?:(?:the|our|any|all|these) )*)?\b(?:"
    r"(?:we|briefings?)(?: (?:have|has|had|did|do|does|are|were|was|been|ever|already|also|last|all|that|which))*"
    r" (?:say|said|saying|write|wrote|written|report|reported|publish|published|brief|briefed|issued?"
    r"|(?P<of>(?:cover|mention|discuss)(?:ed|ing)?))"
    rf"|what(?:['’]s been| was| were| has been) published|{_PAPERS}|(?P<late>what(?:'s|’s| is| was) new|latest|newest|most recent))\b",
    re.IGNORECASE,
)
# A subject without a verb: a time behind a verb is when that was done.
_SUBJECT = re.compile(
    rf" (?:about|on|regarding|concerning|around|(?:cover|mention|discuss)(?:ed|ing)?)"
    rf"(?: (?!(?:{_VERBS}|that|which|who|whose|what|how|when|where|whether|why|says?|said)\b)\S+)*(?<!ed) ",
    re.IGNORECASE,
)
_ENDS = re.compile(r" ?(?:$|[?.!,;]| please\b)", re.IGNORECASE)
_FIRST = re.compile(
    r"(?P<time>(?:in|during|on|before|after|this|last|today|yesterday)\b[^,?]{0,40}), (?P<rest>.+?)[?.! ]*$",
    re.IGNORECASE,
)
_LATEST = re.compile(
    r"\b(?:latest|most recent|newest) (?:on|about|from|news|briefing)"
    r"|\bwhat(?:'s|’s| is) (?:the )?latest\b(?! (?:figures?|numbers?|statistics)\b)"
    r"|\bwhat(?:'s|’s| is) new(?= ?(?:$|[?.!,;:])| (?:on|about|in|with|for|from|at|since|this|today)\b)",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"\b(?:what )?(?:did|have|has|do) (?:we|our briefings?) (?:say|said|written|write|reported|report)\b|\blatest\b|\bnewest\b|\bmost recent\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d\b")
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
    rest = re.sub(re.escape(named), " ", text, flags=re.IGNORECASE) if named else text
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
    if own := _OUR_OWN.search(text):
        return _calendar(own, today)
    first = _FIRST.match(text)
    said = f"{first['rest']} {first['time']}" if first else text
    heads = list(_OURS.finditer(said))
    times = [(match, found) for match in _TIME.finditer(said) if heads and (found := _named(match, today))]
    return next((found for head in heads for match, found in times if _published(head, match, found)), None)


def _named(match: re.Match[str], today: date) -> DateRange | None:
    """Read a time with its preposition; none still to come, since nothing is published then."""
    found = _bounded(match, today) if match["edge"] else _calendar(match, today)
    return found if found and found.earliest <= today else None


def _published(head: re.Match[str], match: re.Match[str], found: DateRange) -> bool:
    """Tell whether a time follows words of publication, at once or at the end of their subject."""
    between = match.string[head.end() : match.start()] if head.end() < match.start() else ""
    if between in {" ", ", "}:
        return True
    if head["now"] or (head["late"] and match["edge"]) or match["edge"] == "of":
        return False
    subject = f" on{between}" if head["of"] else between
    ends = _ENDS.match(match.string, match.start() + len(found.words))
    return bool(ends and _SUBJECT.fullmatch(subject))


def _bounded(match: re.Match[str], today: date) -> DateRange | None:
    """Read the time after a preposition; "on" takes a day, or a few."""
    named, edge = _time(match, today), match["edge"].lower()
    if not named or (edge == "on" and (named.latest - named.earliest).days >= _A_WEEK):
        return None
    said = f"{edge} {named.words}"
    if edge == "before":
        return _range(date.min, named.earliest - timedelta(days=1), said)
    if edge == "after":
        return _range(named.latest + timedelta(days=1), date.max, said)
    return _range(named.earliest, named.latest, said)


def _time(match: re.Match[str], today: date) -> DateRange | None:
    """Read the longest time that the words after a preposition begin with: the last one up to today.

    None where a year is left behind it: it is of another time, then, than what was read.
    """
    following = match["when"].split()
    for count in range(min(len(following), _LONGEST_TIME), 0, -1):
        said = " ".join(following[:count]).strip(" ,.")
        if named := dates.read(f"in {said}", today, past=True) or dates.read(said, today, past=True):
            cut = any(_YEAR.match(word) for word in following[count : count + 1])
            return None if cut else DateRange(named.earliest, named.latest, said, named.exact)
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
