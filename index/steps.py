"""``Briefing`` → ``NextStep``s; pure.

A first version: the closing paragraph, and what stands under a heading such as "Next steps".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from index import dates
from index.sentences import sentences
from index.types import NextStep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.types import Briefing, DateRange, Paragraph

_CUE = re.compile(
    r"\bnext steps?\b|\bto watch\b|\bwatch (?:for|next|whether)\b|\bnext dates?\b|\blooking ahead\b|\bwhat happens next\b"
    r"|\bwhat to watch\b|\bcomes? next\b|\bthe next (?:thing|point|stage|marker|test)s?\b|\bnext,",
    re.IGNORECASE,
)
_HEADING = re.compile(r"next steps?|what to watch|what happens next|looking ahead|timeline", re.IGNORECASE)
_FUTURE = re.compile(
    r"\b(?:will|due|expected|scheduled|set to|is to|are to|closes?|begins?|plans? to|remains? to)\b", re.IGNORECASE
)
_SHORTEST = 2  # words: fewer are what is left of a lead-in
# "Next steps to watch are …", "What to watch next: …", "Next, watch for …"
_LEAD = re.compile(
    r"^(?:[^:.;]{0,60}?\b(?:next|watch|ahead|dates?)\b[^:.;]{0,40}?(?::|\b(?:are|is|include|includes|for)\b)|next,?\s+watch(?:\s+for)?|watch(?:\s+for)?)\s*",
    re.IGNORECASE,
)
# An item begins so; a comma or an "and" before anything else joins words within one item.
_ITEM = r"(?:the|a|an|any|whether|when|how|if|its|their|further|publication|progress|[A-Z][\w’'-]+(?:’s|'s)?)\b"
_BETWEEN = re.compile(
    rf";\s+(?:and\s+)?|,\s+and\s+(?={_ITEM})|,\s+(?=(?:whether|the outcome|any|publication)\b)|\s+and\s+(?=(?:the outcome|whether|any)\b)"
)
_BODY = re.compile(
    r"\b(?:European (?:Council|Commission|Parliament)|Council of (?:the EU|Ministers)|House of (?:Commons|Lords)|Commons|Lords"
    r"|Home Office|Foreign Office|Cabinet Office|(?:HM )?Treasury|Ofgem|Ofcom|Ofwat|NICE|OBR|Office for Budget Responsibility"
    r"|Bank of England|Supreme Court|Court of Appeal|High Court|Downing Street|No 10|HMRC|NHS England|Environment Agency"
    r"|(?:Department|Ministry) (?:for|of)(?: (?:and |the )?[A-Z][\w’'-]+,?){1,5}"
    r"|(?:(?!(?:January|February|March|April|May|June|July|August|September|October|November|December|The) )[A-Z][\w’'-]+ ){1,4}(?:Committee|Council|Commission|Authority|Office|Tribunal|Agency|Court))"
)


def steps(briefing: Briefing) -> tuple[NextStep, ...]:
    """Find what a briefing says to watch next, in order. Undated briefings give no dates."""
    return tuple(
        step
        for paragraph in _closing(briefing)
        for start, end in sentences(briefing.body[paragraph.start : paragraph.end], paragraph.start)
        for step in _of_sentence(briefing, paragraph, start, end)
    )


def _closing(briefing: Briefing) -> Iterator[Paragraph]:
    """Give the paragraphs that say what comes next."""
    last = briefing.paragraphs[-1]
    headed = [paragraph for paragraph in briefing.paragraphs if _HEADING.search(paragraph.heading)]
    text = briefing.body[last.start : last.end]
    if headed:
        yield from headed
    elif _CUE.search(text) or (_FUTURE.search(text) and briefing.published and dates.find(text, briefing.published)):
        yield last


def _of_sentence(briefing: Briefing, paragraph: Paragraph, start: int, end: int) -> Iterator[NextStep]:
    """Give each item of a sentence that speaks of what is to come."""
    quote = briefing.body[start:end]
    due = _due(briefing, quote)
    if not (
        _CUE.search(quote)
        or _FUTURE.search(quote)
        or _HEADING.search(paragraph.heading)
        or (due and _ahead(briefing, due))
    ):
        return
    listed = _LEAD.sub("", quote, count=1).strip(" .") or quote
    items = [part.strip(" .;,:") for part in _BETWEEN.split(listed)]
    for item in (item for item in items if len(item.split()) >= _SHORTEST):
        yield NextStep(
            briefing=briefing.id,
            paragraph=paragraph.n,
            start=start,
            end=end,
            quote=quote,
            item=item,
            due=_due(briefing, item),
            bodies=tuple(dict.fromkeys(match.group().strip(" ,") for match in _BODY.finditer(item))),
        )


def _due(briefing: Briefing, text: str) -> DateRange | None:
    """Give the first time that the words name, none where the briefing is undated."""
    named = dates.find(text, briefing.published) if briefing.published else []
    return next((found for _, _, found in named if found.latest >= briefing.published), None)  # type: ignore[operator]


def _ahead(briefing: Briefing, due: DateRange) -> bool:
    return briefing.published is not None and due.latest > briefing.published
