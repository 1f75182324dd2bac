"""Ministers' replies → questions as people type them in chat: made of a sentence, or clipped; pure but for the draw."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from index import spans
from index.sentences import sentences
from index.training.examples import Example
from index.types import Kind
from index.words import ASKING, STOPWORDS

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence
    from typing import Any

MADE = "made"
REPLIES = "pq"
_SHORTEST = 8  # words of a sentence that a question is made of
_EVADED = re.compile(
    r"\b(?:not (?:hold|held|available|collected|routinely|centrally)|disproportionate cost|refer the|I will write"
    r"|does not (?:hold|collect|comment)|shortly|in due course|not possible)\b",
    re.IGNORECASE,
)
_ADDRESSED = re.compile(
    r"^To ask (?:the )?(?P<who>.{3,120}?), (?=(?:what|whether|if|how|when|which|where|who|why|pursuant|with|for|on"
    r"|in|to|by|at|further|following|under)\b|\()"
)
_POINTING = frozenset("this these those that we our us they their it its he she his her".split())
_PLEAS = re.compile(r"[;,] and if (?:he|she|they) will make a statement|\[[^]]*\]|\([a-z]{1,3}\) ", re.IGNORECASE)
_CLAUSES = re.compile(r"[;:()–—]|, (?:and|which|who|but|while|as|with|including)\b|\b(?:which|while|although)\b")
_CARRIER = {
    Kind.MONEY: ("how much", "what sum", "what is the cost of", "how much money", "what was the value of"),
    Kind.PERCENT: ("what percentage", "what proportion", "by how much", "what share"),
    Kind.DATE: ("when", "what date", "when did", "when will", "what year"),
    Kind.DURATION: ("how long", "for how long", "how many years"),
    Kind.NUMBER: ("how many", "what number of", "how many"),
    Kind.NAME: ("who", "which body", "what", "which organisation"),
    Kind.PLACE: ("where", "in which place"),
    Kind.INSTRUMENT: ("which act", "under which law", "which regulations", "what legislation"),
}
_KINDS = tuple(_CARRIER)
_WEIGHTS = (7, 5, 7, 2, 5, 2, 1, 3)  # how often a kind is asked for where a sentence has several


def questions_made(replies: Sequence[dict[str, Any]], draw: random.Random) -> Iterator[Example]:
    """Make up to two questions of each reply, each answered by the figure, date or name that was left out of it."""
    for row in replies:
        text, (_, department) = row["passage"], addressed(row["question"])
        places = [place for place in sentences(text) if len(text[slice(*place)].split()) >= _SHORTEST]
        draw.shuffle(places)
        for place in places[:2]:
            made = _question_of(text, place, draw)
            if made:
                yield Example(MADE, "own", made[0], department, text, (made[1],), answerable=True)


def _question_of(text: str, place: tuple[int, int], draw: random.Random) -> tuple[str, tuple[int, int]] | None:
    """Make a question of a sentence: one span of it is asked for, the words nearest to it ask."""
    sentence = text[slice(*place)]
    kinds = [(kind, weight) for kind, weight in zip(_KINDS, _WEIGHTS, strict=True) if spans.find(kind, sentence)]
    if not kinds:
        return None
    kind = draw.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])[0]
    start, end = draw.choice(spans.find(kind, sentence))
    before, after = _CLAUSES.split(sentence[:start])[-1], _CLAUSES.split(sentence[end:])[0]
    kept = _thinned(f"{before} {after}" if draw.random() < 0.8 else f"{sentence[:start]} {sentence[end:]}", draw)  # noqa: PLR2004 - mostly the clause alone
    if len([word for word in kept.split() if word.lower() not in STOPWORDS]) < 3:  # noqa: PLR2004 - too few to tell what is asked
        return None
    carrier = draw.choice(_CARRIER[kind])
    question = f"{kept} {carrier}" if draw.random() < 0.25 else f"{carrier} {kept}"  # noqa: PLR2004 - some end with it
    question = question.strip()[:1].upper() + question.strip()[1:] if draw.random() < 0.5 else question.lower()  # noqa: PLR2004 - chat has no capitals
    return question + draw.choice(("?", "?", "")), (place[0] + start, place[0] + end)


def _thinned(text: str, draw: random.Random) -> str:
    """Leave out some of a text's small words, and now and then another."""
    kept: list[str] = []
    for word in re.findall(r"[^\s,.]+(?:[.,]\d+)*", text):
        if word.lower() in _POINTING or (not kept and word.lower() in STOPWORDS):
            continue
        small = word.lower() in STOPWORDS
        if draw.random() > (0.45 if small else 0.12):
            kept.append(word)
    return " ".join(kept[-14:] if len(kept) > 18 else kept)  # noqa: PLR2004 - as long as people ask


def as_asked(replies: Sequence[dict[str, Any]]) -> Iterator[Example]:
    """Give questions with the replies that answer them, as far as a reply does not evade."""
    for row in replies:
        if not _EVADED.search(row["passage"]):
            question, department = addressed(row["question"])
            yield Example(REPLIES, "own", question, department, row["passage"], (), answerable=True)


def addressed(question: str) -> tuple[str, str]:
    """Part a written question into what is asked and whose department was asked."""
    found = _ADDRESSED.match(question)
    asked = _PLEAS.sub("", question[found.end() :] if found else question).strip()
    who = re.sub(r"^(?:Secretary of State|Minister) (?:for|of) ", "", found["who"]) if found else ""
    return asked[:1].upper() + asked[1:], who


def clipped(question: str, draw: random.Random) -> str:
    """Clip a question: small words go, the asking word comes first or last, capitals may go."""
    tokens = question.rstrip("? ").split()
    asking = [word for word in tokens if word.lower() in {"who", "what", "when", "where", "which", "how", "why"}]
    if not asking or len(tokens) > 30:  # noqa: PLR2004 - a parliamentary question is asked whole
        return question
    kept = [
        word
        for word in tokens
        if word not in asking and (word.lower() not in STOPWORDS or word.lower() in ASKING or draw.random() < 0.25)  # noqa: PLR2004 - some stay
    ]
    parts = [*kept, asking[0]] if draw.random() < 0.5 else [asking[0], *kept]  # noqa: PLR2004 - either
    text = " ".join(parts)
    return (text.lower() if draw.random() < 0.5 else text) + draw.choice(("?", ""))  # noqa: PLR2004 - either
