"""``Briefing`` → ``NextStep``s; pure.

A step is an item of a list of what to watch, dated or not, or what any sentence says is to happen at a
time. Not steps: what has happened, forecasts of figures, wishes, and what is only possible. A target
with a date to which somebody is bound is one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from index import dates
from index.coming import ANY_DAY, times
from index.guard import parted
from index.items import OPENING, cut, items, kept
from index.sentences import sentences
from index.tense import edges, verbs
from index.types import NextStep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date

    from index.coming import Time
    from index.types import Briefing, DateRange, Paragraph

VERSION = 3  # raise it when the same briefing would give other steps, by this room or one under it
_HEADING = re.compile(
    r"\b(?:next steps?|what to watch|what happens next|what(?:['’]s| is| comes) next|looking ahead|timeline|key dates|dates to watch|coming up|what next)\b|^next\W*$",
    re.IGNORECASE,
)
_HEADING_LINE = 60  # characters: a longer line is no heading
# "Next steps to watch are …", "What to watch next: …", "Next, watch for …", "Looking ahead, …"
_THING = r"(?:steps?|dates?|milestones?|stages?|events?|tests?|points?|moments?|hurdles?|things?|decisions?)"
_LEAD = re.compile(
    rf"^\W*(?:(?:the\s+|two\s+|three\s+)?(?:key\s+|main\s+|immediate\s+|other\s+)?(?:next|forthcoming|upcoming|coming)\s+{_THING}\b[^:;.,]{{0,40}}?(?::|\b(?:are|is|include|includes|will\s+be)\b:?)"
    rf"|(?:[^:;.,]{{0,40}},\s+)?[^:;.,]{{0,50}}\b(?:to\s+watch|to\s+look\s+(?:out\s+)?for|to\s+follow|to\s+note)\b[^:;.,]{{0,30}}?(?::|\b(?:are|is|include|includes)\b:?)"
    r"|(?:[^:;.,]{0,40}(?:,|\b(?:should|can|will|must|now|next|then|to)))?\s*\b(?:watch|look\s+(?:out|next))\s+(?:next\s+|now\s+)?for\b"
    r"|what\s+(?:happens|comes)\s+next\s*[:?]|looking\s+ahead\s*[,:]|(?:key\s+dates|timeline|next\s+steps|coming\s+up|still\s+to\s+come)\b[^:;.,]{0,30}(?::|\b(?:are|is)\b)"
    r"|(?:attention|focus|eyes)(?:\s+now|\s+next|\s+will|\s+then)*\s+(?:turns?|moves?|shifts?)\s+(?:now\s+|next\s+)?to\b)\s*(?:[\w ]{0,30}:(?=\s|$))?\s*",
    re.IGNORECASE,
)
_COMES = re.compile(
    r"\b(?:is|are|remains?)\s+(?:\w+\s+)?(?:due|expected|scheduled|set\s+to|to\s+(?:be|follow|report|publish|decide))\b"
    r"|\bwill\s+(?:\w+\s+)?(?:be\s+(?:published|laid|introduced|debated|considered|announced|held|decided|heard)|publish|report|respond|reply|lay|introduce|vote|meet|decide|return|announce|follow)\b"
    r"|\b(?:has|have)\s+(?:(?:still|also|now|first)\s+to\b|(?:\w+\s+)?been\s+(?:promised|pledged)\b)|\bstill\s+to\s+(?:be\s+[a-z]+|come|decide|report|publish|respond)\b",
    re.IGNORECASE,
)
_ATTRIBUTION = re.compile(
    r"[^;]{0,160}?\b(?:said|says|tells|told|confirms?|confirmed|adds|added|announced|have\s+announced|warned|indicated)\b[^;]{0,60}?\bthat\s+(?=(?:the|a|an|both|all|no|any|there|these|more|ministers|mps|peers|[A-Z0-9])\b)"
)

# Where a clause with a subject of its own begins, and what makes it look ahead.
_CLAUSE = re.compile(r",\s+(?:with|while|though|although|but|and)\s+(?=(?:the|a|an|[\w’'-]+)\s)", re.IGNORECASE)
_AHEAD = re.compile(r"\b(?:due|expected|scheduled|set|planned|likely|will|must|is|are)\s+(?:to\b|\w+)", re.IGNORECASE)
_CLAUSE_AFTER = 6  # words before it: fewer are no statement
_DENIED = re.compile(r"\b(?:not|no|nobody|none|never|without|yet\s+to|unclear)\b", re.IGNORECASE)
_MARKUP = re.compile(r"\*\*|__")
_LINE = re.compile(r"\n[ \t]*(?=\S)")
_MARKER = re.compile(r"[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+(?:[*_]{1,2})?")
_SHORTEST = 2  # words: fewer are what is left of a lead-in
_LONGEST_ITEM = 35  # words
_LONGEST_SUBJECT = 12  # words
_HEADLESS = re.compile(
    r"(?:it|they|he|she|which|who|(?:will|is|are|must|may)|[a-z]+(?:ing|ed)|set|sets|takes?|returns|ends|closes|opens|begins)\b"
)
_BODY = re.compile(
    r"\b(?:(?:(?!(?:January|February|March|April|May|June|July|August|September|October|November|December|The|A|An|When|If|Next) )[A-Z][\w’'-]+,? (?:and )?){1,5}(?:Committee|Council|Commission|Authority|Office|Tribunal|Agency|Court|Assembly|Executive|Ombudsman|Regulator|Board|Inspectorate)(?! of\b)"
    r"|European (?:Council|Commission|Parliament|Court of (?:Justice|Human Rights))|Council of (?:the EU|Ministers|Europe)|House of (?:Commons|Lords)|Commons|Lords|Parliament"
    r"|Home Office|Foreign Office|Cabinet Office|(?:HM )?Treasury|Ofgem|Ofcom|Ofwat|Ofsted|Ofqual|NICE|OBR|Office for (?:Budget Responsibility|National Statistics|Students)"
    r"|Bank of England|Supreme Court|Court of Appeal|High Court|Divisional Court|Downing Street|No 10|HMRC|DWP|MHCLG|DEFRA|Defra|NHS England|Environment Agency|Senedd|Holyrood|Stormont"
    r"|(?:Scottish|Welsh) (?:Government|Parliament)|Northern Ireland (?:Executive|Assembly)|NATO|G7|G20|UN|WTO|OECD|IMF|(?:Competition and Markets|Financial Conduct) Authority"
    r"|(?:Department|Ministry) (?:for|of)(?: (?:and |the |of )?[A-Z][\w’'-]+,?){1,5}"
    r")\b"
)


def steps(briefing: Briefing) -> tuple[NextStep, ...]:
    """Find what a briefing says is to come, in order. An undated briefing's times need their year."""
    return tuple(
        NextStep(
            briefing=briefing.id,
            paragraph=paragraph.n,
            start=start,
            end=end,
            quote=briefing.body[start:end],
            item=item,
            due=due,
            bodies=tuple(dict.fromkeys(match.group().strip(" ,") for match in _BODY.finditer(item))),
        )
        for paragraph, closing in _closing(briefing)
        for start, end in _spans(briefing.body, paragraph, closing=closing)
        for item, due in _of_sentence(
            briefing.body[start:end],
            briefing.published,
            closing=closing,
            item=closing and _is_item(briefing.body, start),
        )
        if item
    )


def known(
    briefings: Sequence[Briefing], read: Callable[[list[str]], Mapping[str, tuple[NextStep, ...]]]
) -> dict[str, tuple[NextStep, ...]]:
    """Give the next steps of each briefing by id: as ``read`` gives them by the readings' keys, else found now."""
    keys = [key(one.digest) for one in briefings]
    kept = read(keys)
    return {one.id: kept[name] if name in kept else steps(one) for name, one in zip(keys, briefings, strict=True)}


def key(digest: str) -> str:
    """Name one reading of a briefing by this version, by the briefing's digest: what the steps found in it depend on."""
    return f"{VERSION}:{digest}"


def within(due: DateRange | None, first: date | None, last: date | None) -> bool:
    """Tell whether a step may fall between two days, both inclusive; None is no bound, and bounds ask for a date."""
    if first is None and last is None:
        return True
    return due is not None and (first is None or due.latest >= first) and (last is None or due.earliest <= last)


def _closing(briefing: Briefing) -> Iterator[tuple[Paragraph, bool]]:
    """Give each paragraph, and whether it stands under words such as "Next steps"."""
    under, led = False, False
    for paragraph in briefing.paragraphs:
        text = briefing.body[paragraph.start : paragraph.end].strip()
        headed = bool(_HEADING.search(paragraph.heading))
        yield paragraph, headed or under or led or bool(_LEAD.match(text))
        if _is_heading(text):
            under = bool(_HEADING.search(text))
        led = text.endswith(":") and bool(_LEAD.match(text.rsplit("\n", 1)[-1].rsplit(". ", 1)[-1]))


def _is_heading(text: str) -> bool:
    """Tell a heading that stands as a line of its own in plain text from an item of a list."""
    short = len(text) <= _HEADING_LINE and "\n" not in text and text[-1:].isalpha()
    return short and not _MARKER.match(text) and not dates.find(text, ANY_DAY)


def _spans(body: str, paragraph: Paragraph, *, closing: bool) -> Iterator[tuple[int, int]]:
    """Cut a paragraph into sentences, and a timeline or table of what comes next into its lines."""
    for start, end in sentences(body[paragraph.start : paragraph.end], paragraph.start):
        lines = [match.end() for match in _LINE.finditer(body, start, end)] if closing else []
        begin = start
        for line in lines:
            rest = body[line:end].split("\n", 1)[0].lstrip("| *")
            if body.startswith("|", line) or any(at == 0 for at, _, _ in dates.find(rest[:30], ANY_DAY)):
                yield begin, begin + len(body[begin:line].rstrip())
                begin = line
        yield begin, end


def _is_item(body: str, start: int) -> bool:
    """Tell whether what starts here is an item of a list."""
    return bool(_MARKER.fullmatch(body, body.rfind("\n", 0, start) + 1, start))


def _of_sentence(quote: str, said: date | None, *, closing: bool, item: bool) -> Iterator[tuple[str, DateRange | None]]:
    """Give each step of a sentence: the item in short and when it is due."""
    lead = _LEAD.match(quote)
    if lead and (lead.end() < len(quote) or quote.rstrip().endswith(":")):
        yield from _listed(quote[lead.end() :], said)
        return
    item = item or (closing and not _verb_leads(quote))
    found = times(quote, said, listed=item)
    if found:
        yield from _told(quote, found)
    elif closing and _comes(quote, said, item=item):
        yield _short(quote), None


def _verb_leads(quote: str) -> bool:
    """Tell a full sentence from an item of a list, such as "10 March: second reading"."""
    return quote.endswith(".") and quote[:1].isupper() and not dates.find(quote[:12], ANY_DAY)


def _comes(quote: str, said: date | None, *, item: bool) -> bool:
    """Tell whether an undated sentence or item under a heading is something to watch."""
    if quote.startswith("|") or quote.endswith("?"):
        return False
    if not item:
        found = _COMES.search(quote)
        if not found:
            return False
        opens = max(cut for cut in edges(quote) if cut <= found.start())
        return not _DENIED.search(quote, opens, found.end())
    return not dates.find(quote, said or ANY_DAY) and len(quote.split()) >= _SHORTEST and not quote.endswith(":")


def _listed(text: str, said: date | None) -> Iterator[tuple[str, DateRange | None]]:
    """Give the items of a list that stands in one sentence."""
    for item in items(text.strip(), said):
        words = OPENING.sub("", item).strip(" .;,:")
        if len(words.split()) >= _SHORTEST or dates.find(words, said or ANY_DAY):
            found = times(words, said, listed=True)
            yield words, (found[0].due if found else None)


def _told(quote: str, found: Sequence[Time]) -> Iterator[tuple[str, DateRange | None]]:
    """Give the steps of a sentence that says what is to happen when."""
    said: list[DateRange | None] = []
    for piece, time in zip(cut(quote, found), kept(quote, found), strict=True):
        due = time.due
        if due is None or (due.earliest, due.latest) not in [(one.earliest, one.latest) for one in said if one]:
            said.append(due)
            yield _standing(quote, piece, quote[time.start : time.end]), due


def _standing(quote: str, piece: str, words: str) -> str:
    """Make a piece of a sentence stand on its own: without who said it, with its subject."""
    text = OPENING.sub("", piece.strip(" .;,:"))
    said = _ATTRIBUTION.match(text)
    if said and words in text[said.end() :]:
        return _short(text[said.end() :])
    text = _clause(next((part for part in text.split("; ") if words in part), text), words)
    if not quote.startswith(text[:20]) and _HEADLESS.match(text):
        found = verbs(quote)
        subject = quote[: found[0][0]].strip(" ,") if found else ""
        text = f"{subject} … {text}" if 0 < len(subject.split()) <= _LONGEST_SUBJECT else quote
    return _short(text)


def _clause(text: str, words: str) -> str:
    """Leave out what a sentence tells before the clause that looks ahead: "…, with leaders due to meet on 18 December"."""
    for joint in reversed(list(_CLAUSE.finditer(text, 0, max(text.find(words), 0)))):
        ahead = text[joint.end() :]
        if len(text[: joint.start()].split()) >= _CLAUSE_AFTER and _AHEAD.search(ahead[: ahead.find(words)]):
            return ahead
    return text


def _short(text: str) -> str:
    """Cut what is too long between words, and never in a figure."""
    words = _MARKUP.sub("", text).replace("|", " ").strip(" .;,:").split()
    whole, short = " ".join(words), " ".join(words[:_LONGEST_ITEM])
    return whole if whole == short else f"{whole[: parted(whole, len(short))].rstrip()} …"
