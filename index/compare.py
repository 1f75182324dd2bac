"""What was read in several passages → how they stand to each other; pure.

Two briefings may give the same thing at different times: then the newer value is the answer, and the older is shown
with its date. A question may ask for two things that no one quote holds: then two are quoted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from index import dates, rerank, spans
from index.types import Form, Kind
from index.words import fold, share, stem, stems, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from index.types import Hit, Question, Span

_FIGURES = (Kind.MONEY, Kind.PERCENT, Kind.DATE, Kind.DURATION, Kind.NUMBER)
_NEAR = 1.5  # log-odds by which a rival may be less likely to answer than the best
_LOOKED_AT = 5  # rivals, best first
_SUBJECT = 0.15  # of the question's words by weight, by which a rival's quote may hold fewer

_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen".split()
_ONES += "fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_NUMBERS = {word: n for n, word in enumerate(_ONES)} | {word: 10 * n for n, word in enumerate(_TENS, 2)}
_FRACTIONS = "half third quarter fifth sixth seventh eighth ninth tenth".split()
_SHARES = {word + plural: Fraction(1, n) for n, word in enumerate(_FRACTIONS, 2) for plural in ("", "s")}
_SCALES = {"dozen": 12, "hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_LEADS = frozenset((*_TENS, *_SCALES))  # a word of a number behind one of these goes on with it
# What a figure is counted in, and how many of that one of the word is, by the word's stem.
_UNITS = {
    word: (unit, Fraction(each))
    for unit, each, said in (
        ("£", "1", "£ gbp pound"), ("£", "0.01", "p penc"), ("€", "1", "€ eur euro"), ("$", "1", "$ us$ usd dollar"),
        ("%", "1", "% cent"), ("point", "1", "point"), ("minute", "1", "minut"), ("minute", "60", "hour"),
        ("day", "1", "day"), ("day", "7", "week"), ("day", "14", "fortnight"), ("working", "1", "work"),
        ("month", "1", "month"), ("month", "12", "year"), ("month", "120", "decad"),
    )
    for word in said.split()
}  # fmt: skip
_TOKEN = re.compile(r"(?:(?<!\S)-)?\d+(?:\.\d+)?|(?:\b[a-z]{1,3})?[£€$]|[^\W\d_]+|%")
_SILENT = re.compile(rf"\b({'|'.join(_SCALES)}) and (?!a\b)|\ban? ")  # "a hundred and five", not "one and a half"
_MINUS = re.compile(r"(?<!\S)-((?:[a-z]{1,3})?[£€$])\s?(?=\d)")
_HALF = re.compile(r"\b(?:half )?$", re.IGNORECASE)
_LED = re.compile(r"^(?:by|until|from|in|since|on)\s+", re.IGNORECASE)
_ORDINAL = r"(first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|final)"
_LEADING = re.compile(rf"\b{_ORDINAL}(?:\s\w+\sof)?\s$", re.IGNORECASE)  # "the first instalment of" €5 billion
_FOLLOWING = re.compile(rf"\s{_ORDINAL}\b", re.IGNORECASE)
_CLAUSE = re.compile(r"[,;:](?=\s)|[()—]")
# What a figure is for: said on either side of it with the former, after it with the latter as well.
_FOR = re.compile(r"\b(?:to|for)\s(?:the\s)?$")
_OF = re.compile(r"\b(?:to|for|of)\s(?:the\s)?$")


@dataclass(frozen=True, slots=True)
class _Value:
    """A figure as it is compared: what it says in what units, and for a date the days that its words may mean."""

    amounts: tuple[object, ...]
    units: frozenset[str] = frozenset()
    times: frozenset[tuple[date, date]] = frozenset()


def arranged(question: Question, found: Sequence[tuple[Span, Hit]]) -> tuple[Form, list[tuple[Span, Hit]]]:
    """Order what was read, best first, for showing: a newer value before an older, the parts of an answer together."""
    best, *rest = found
    rivals = [pair for pair in rest[:_LOOKED_AT] if _rivals(question, best, pair) and _differs(question, best, pair)]
    if rivals:
        newest, *others = sorted((best, *rivals), key=_age)
        older = next(pair for pair in others if pair is best or _differs(question, newest, pair))
        return Form.CHANGED, [newest, older, *(pair for pair in found if pair is not newest and pair is not older)]
    part = _part(question, found)
    if part:
        return Form.PARTS, [best, part, *(pair for pair in rest if pair is not part)]
    return Form.PASSAGE, list(found)


def agree(found: Sequence[tuple[Span, Hit]]) -> bool:
    """Tell whether one of the next three quotes holds the very words that the best one marks."""
    span, hit = found[0]
    marked = set(stems(_marked(span, hit)))
    return bool(marked) and any(marked <= set(stems(_quote(pair))) for pair in found[1:4])


def _rivals(question: Question, best: tuple[Span, Hit], rival: tuple[Span, Hit]) -> bool:
    """Tell whether a rival is about as likely to answer, and on the same as the best."""
    return rival[0].score >= best[0].score - _NEAR and _on_the_same(question, best, rival)


def _differs(question: Question, one: tuple[Span, Hit], other: tuple[Span, Hit]) -> bool:
    """Tell whether of two briefings of different days the newer gives another value for the same thing."""
    days = {hit.briefing.published for _, hit in (one, other)}
    kind = _kind(question, *one)
    if len(days) < 2 or None in days or kind is None or _kind(question, *other) is not kind:  # noqa: PLR2004 - two days
        return False
    newer, older = sorted((one, other), key=_age)
    return not _repeats(kind, newer, older) and not _apart(question, newer, older)


def _repeats(kind: Kind, newer: tuple[Span, Hit], older: tuple[Span, Hit]) -> bool:
    """Tell whether the newer says nothing new: its value is the older's, or stood in the older quote already.

    That the older value stands in the newer quote makes it no repetition ("£7,000, up from £5,000"), but for one
    in another unit, beside which it is given ("€140 billion (£122 billion)").
    """
    told, first = _values(kind, _marked(*newer), newer[1]), _values(kind, _marked(*older), older[1])[0]
    before = _values(kind, _quote(older), older[1])
    fresh = [one for one in told if not (_meet(one, first) or any(_equal(one, past) for past in before))]
    beside = any(_equal(first, one) for one in _values(kind, _quote(newer), newer[1]))
    return all(beside and one.units != first.units for one in fresh)


def _equal(one: _Value, other: _Value) -> bool:
    return (one.units, one.amounts) == (other.units, other.amounts) or bool(one.times & other.times)


def _meet(one: _Value, other: _Value) -> bool:
    """Tell whether two values are equal, or one is a time within the other ("12 June 2026" and "June 2026")."""
    within = any((a <= c and d <= b) or (c <= a and b <= d) for a, b in one.times for c, d in other.times)
    return within or _equal(one, other)


def _values(kind: Kind, text: str, hit: Hit) -> list[_Value]:
    """Give the figures of a kind in a text of a briefing, as they are compared."""
    flat = " ".join(text.split())
    found = spans.find(kind, flat)
    if kind is Kind.DATE:
        return [_time(flat[start:end], hit.briefing.published) for start, end in found]
    return [_amount(_halved(flat, start) + flat[start:end]) for start, end in found]


def _halved(text: str, start: int) -> str:
    """Give the "half " right before a figure ("half a million"), or nothing."""
    found = _HALF.search(text, 0, start)
    return found.group() if found else ""


def _time(printed: str, published: date | None) -> _Value:
    """Read a date, on the day it was printed, as one to come and as one gone by."""
    bare = _LED.sub("", printed)
    read = (dates.read(form, published, past=past) for form in (bare, f"in {bare}") for past in (False, True))
    return _Value(tuple(words(bare)), times=frozenset((one.earliest, one.latest) for one in read if one))


def _amount(printed: str) -> _Value:
    """Read a figure: "€1.5 billion" as "€1,500 million", "four-month" as "4 months"; else it is its words."""
    tokens = _TOKEN.findall(
        _MINUS.sub(r"\1 -", _SILENT.sub(lambda said: f"{said[1]} " if said[1] else "", fold(printed)))
    )
    values = _numbers(tokens)
    units: set[str] = set()
    factor = Fraction(1)
    for word in tokens:
        if unit := _UNITS.get(stem(word)):
            units.add(unit[0])
            factor *= unit[1]
        elif word[-1] in "£€$":
            units.add(word)
    if not values and not units:
        return _Value(tuple(words(printed)))
    return _Value(tuple(value * factor for value in values or [Fraction(1)]), frozenset(units))


def _numbers(tokens: Sequence[str]) -> list[Fraction]:
    """Read the numbers that words and digits make; those without a scale share the next one's."""
    values: list[list[Fraction]] = []  # each by what is added up
    scaled = 0
    for before, word in pairwise(("", *tokens)):
        if word in _SCALES:
            first = min(scaled, len(values) - 1) if _counts(before) else len(values)
            values[first:] = [_scaled(value, _SCALES[word]) for value in values[first:]] or [[Fraction(_SCALES[word])]]
            scaled = len(values)
        elif word in _SHARES and _counts(before):
            values[-1][-1] *= _SHARES[word]
        elif _counts(word):
            goes_on = (
                values and (before in _LEADS or (before == "and" and word in _SHARES)) and not word[-1].isdecimal()
            )
            values[len(values) - bool(goes_on) :] = [[*(values[-1] if goes_on else ()), _number(word)]]
    return [sum(value, Fraction(0)) for value in values]


def _counts(word: str) -> bool:
    return word[-1:].isdecimal() or word in _NUMBERS or word in _SHARES or word in _SCALES


def _number(word: str) -> Fraction:
    return Fraction(word) if word[-1].isdecimal() else Fraction(_SHARES.get(word) or _NUMBERS[word])


def _scaled(value: Sequence[Fraction], scale: int) -> list[Fraction]:
    """Scale what was said last: in "two million three hundred thousand" the hundreds, not the millions."""
    above = [one for one in value[:-1] if one >= scale]
    return [*above, sum(value[len(above) :], Fraction(0)) * scale]


def _apart(question: Question, one: tuple[Span, Hit], other: tuple[Span, Hit]) -> bool:
    """Tell whether two figures are for different things: each for a name, or with an ordinal, the other lacks."""
    asked = set(stems(question.text))
    quoted = [set(stems(_quote(pair))) for pair in (one, other)]
    return all(set(_meant(*pair)) - held - asked for pair, held in zip((one, other), reversed(quoted), strict=True))


def _meant(span: Span, hit: Hit) -> Iterator[str]:
    """Give the stems of the names that a marked figure is for, within its clause, and of an ordinal right beside it."""
    if not span.highlight:
        return
    text = _quote((span, hit))
    start, end = (at - span.start for at in span.highlight)
    low = max((one.end() for one in _CLAUSE.finditer(text, 0, start)), default=0)
    high = next((one.start() for one in _CLAUSE.finditer(text, end)), len(text))
    for first, last in spans.find(Kind.NAME, text):
        lead = _OF if first >= end else _FOR
        if low <= first < high and lead.search(text, 0, first):
            yield from stems(text[first:last])
    for ordinal in (_LEADING.search(text, 0, start), _FOLLOWING.match(text, end)):
        if ordinal:
            yield from stems(ordinal[1])


def _on_the_same(question: Question, best: tuple[Span, Hit], rival: tuple[Span, Hit]) -> bool:
    wanted, named = rerank.weighed(question)
    held = [set(stems(f"{pair[1].briefing.title} {_quote(pair)}")) for pair in (best, rival)]
    return share(wanted, held[1]) >= share(wanted, held[0]) - _SUBJECT and share(named, held[1]) >= share(
        named, held[0]
    )


def _kind(question: Question, span: Span, hit: Hit) -> Kind | None:
    """Tell of what kind a marked figure is; of those asked for, where any is."""
    asked = [kind for ask in question.asks for kind in ask if kind in _FIGURES]
    marked = _marked(span, hit)
    return next((kind for kind in asked or _FIGURES if spans.find(kind, marked)), None)


def _part(question: Question, found: Sequence[tuple[Span, Hit]]) -> tuple[Span, Hit] | None:
    """Find the quote that holds what is asked for and the best quote lacks, on the same names."""
    if len(question.asks) < 2:  # noqa: PLR2004 - one thing has no parts
        return None
    lacking = [ask for ask in question.asks if not _holds(ask, _quote(found[0]))]
    for pair in found[1:_LOOKED_AT]:
        if any(_holds(ask, _quote(pair)) for ask in lacking) and _rivals(question, found[0], pair):
            return pair
    return None


def _holds(ask: Sequence[Kind], quote: str) -> bool:
    return any(spans.find(kind, quote) for kind in ask)


def _marked(span: Span, hit: Hit) -> str:
    return " ".join(hit.briefing.body[slice(*span.highlight)].split()) if span.highlight else ""


def _quote(pair: tuple[Span, Hit]) -> str:
    span, hit = pair
    return hit.briefing.body[span.start : span.end]


def _age(pair: tuple[Span, Hit]) -> int:
    published = pair[1].briefing.published
    return -published.toordinal() if published else 0
