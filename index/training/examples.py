"""Data folder → examples to train and measure the reader with; pure but for the reading, the same for the same seed.

Positives are the spans that the data holds, the questions that we wrote (``questions/``) and, from ministers'
replies, questions made of a sentence with one figure, date, name or instrument left out. Negatives are what is hard
in use: the best-ranked passage that is not the question's own; its own passage without the sentence that answers;
its own passage, asked about another name, year or sum; and what we wrote that a passage does not tell. Some
questions are clipped as people clip them in chat.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from tqdm import tqdm

from index import spans
from index.sentences import sentences
from index.types import Kind
from index.words import ASKING, STOPWORDS, stem, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SEED = 11
LEFT_OUT = frozenset({"xquad-en", "qed-dev"})  # CC BY-SA: the weights' licence would have to follow
REPLIES = "pq"
WRITTEN = "written"
OUTCOMES = "outcomes"
DOCUMENTS = "documents"
SIBLINGS = "siblings"  # a question, and a passage of the same document that does not answer it
OUTCOME = "What came of this: {}"  # how the network is asked for a report on a step that was to come
QUESTIONS = Path(__file__).with_name("questions")
# How many examples of each way to make one are drawn from each source; reviews and chat are far from policy.
DRAWN: dict[str, dict[str, int]] = {
    WRITTEN: {"own": 26000, "near": 4500, "cut": 4000, "swapped": 400},
    SIBLINGS: {"own": 13000, "near": 0, "cut": 0, "swapped": 0},
    OUTCOMES: {"own": 1900, "near": 400, "cut": 0, "swapped": 0},
    "squadshifts-new_wiki": {"own": 2500, "near": 1200, "cut": 800, "swapped": 100},
    "squadshifts-reddit": {"own": 300, "near": 100, "cut": 50, "swapped": 0},
    "squadshifts-amazon_reviews": {"own": 300, "near": 100, "cut": 50, "swapped": 0},
    "policyqa-dev": {"own": 300, "near": 150, "cut": 50, "swapped": 0},
    "covidqa": {"own": 400, "near": 200, "cut": 100, "swapped": 0},
    "clapnq-dev": {"own": 480, "near": 240, "cut": 100, "swapped": 0},
    "made": {"own": 1500, "near": 500, "cut": 800, "swapped": 100},
    REPLIES: {"own": 1000, "near": 800, "cut": 0, "swapped": 0},
}
_BLANK = "\n\n"
_PARAGRAPH = re.compile(r"[^\n]+")
_CLIPPED = 0.2  # the share of questions clipped
_UNTITLED = 0.3  # the share of passages shown without their title
_WORD = r"[^\W_]{2,}"
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


@dataclass(frozen=True, slots=True)
class Example:
    """A question and a passage; ``answers`` are (start, end) in the passage, empty where none is known.

    ``answerable`` says whether the passage answers; an answerable one without spans is a minister's reply.
    ``made`` is how it was made: own, near, cut or swapped.
    """

    source: str
    made: str
    question: str
    title: str
    passage: str
    answers: tuple[tuple[int, int], ...]
    answerable: bool


def training(data: Path, seed: int = SEED) -> list[Example]:
    """Give the examples to train on, in a random order that the seed decides."""
    own = sources(data / "reader-train.jsonl.gz")
    replies = list(lines_of(data / "pairs-train.jsonl.gz"))
    passages = {row["id"]: (_asked(row["question"])[1], row["passage"]) for row in replies}
    own |= _by_passage(written("train", passages))
    return _examples(own, replies, DRAWN, seed)


def held_apart(data: Path, each: int = 150, seed: int = SEED) -> list[Example]:
    """Give the examples to measure with: contexts and sources as in training, none of them trained on."""
    own = sources(data / "reader-dev.jsonl.gz")
    drawn = {source: dict.fromkeys(("own", "near", "cut"), each) for source in own}
    replies = lines_of(data / "parliament-dev" / "passages.jsonl.gz")
    ours = _by_passage(written("dev", {row["id"]: ("", row["text"]) for row in replies}))
    drawn |= {source: {"own": len(some), "near": each, "cut": each} for source, some in ours.items()}
    own |= ours
    return _examples(own, [], drawn, seed)


def _examples(
    own: dict[str, list[Example]], replies: Sequence[dict[str, Any]], drawn: dict[str, dict[str, int]], seed: int
) -> list[Example]:
    draw = random.Random(seed)  # noqa: S311 - a draw to be had again
    every = dict(own)
    if replies:
        every["made"] = list(_questions_made(replies, draw))
        every[REPLIES] = list(_relevance(replies))
    found: list[Example] = []
    for source, numbers in tqdm(drawn.items(), desc="examples", disable=None):
        found += _of_source(every.get(source, []), numbers, draw)
    draw.shuffle(found)
    return [_varied(one, draw) for one in found]


def _of_source(own: list[Example], numbers: dict[str, int], draw: random.Random) -> list[Example]:
    found = list(_drawn(own, numbers.get("own", 0), draw))
    sure = [one for one in own if one.answerable]
    makers = {"near": _near_misses(own), "cut": without_answer, "swapped": swapper(own, draw)}
    for made, maker in makers.items():
        wanted = numbers.get(made, 0)
        tried = (maker(one) for one in _drawn(sure, wanted * 2, draw))
        found += [one for one in tried if one][:wanted]
    return found


def _drawn(rows: Sequence[Example], count: int, draw: random.Random) -> list[Example]:
    """Draw so many, each as often as the next."""
    whole, rest = divmod(count, max(len(rows), 1))
    return [*list(rows) * whole, *draw.sample(list(rows), min(rest, len(rows)))]


# -- what the data holds ------------------------------------------------------------------------------


def lines_of(file: Path) -> Iterator[dict[str, Any]]:
    """Read a compressed file of JSON lines."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def sources(file: Path, left_out: frozenset[str] = LEFT_OUT) -> dict[str, list[Example]]:
    """Read a file of questions with spans, by source, those whose licence would bind the weights left out."""
    found: dict[str, list[Example]] = defaultdict(list)
    for row in lines_of(file):
        if row["source"] in left_out:
            continue
        text = row["context"]
        answers = tuple(dict.fromkeys(_trimmed(text, a["start"], a["start"] + len(a["text"])) for a in row["answers"]))
        title = "" if re.match(r"Amazon Reviews|Filtered Reddit", row["title"]) else row["title"]
        found[row["source"]].append(
            Example(row["source"], "own", row["question"], title, text, answers, bool(row["answerable"] and answers))
        )
    return dict(found)


def written(part: str, replies: Mapping[str, tuple[str, str]]) -> dict[str, list[Example]]:
    """Read by source what we wrote, about replies (their title and text, by id), passages or documents of our own.

    A question without an answer is about its very passage, or document, which does not tell; an item of a watchlist
    asks what came of it. A document's passages are parted by blank lines. Raises ValueError where a reply is not among
    those given or what is asked about does not hold an answer.
    """
    file = QUESTIONS / f"{part}.jsonl"
    found: dict[str, list[Example]] = {WRITTEN: [], OUTCOMES: [], DOCUMENTS: []}
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        title, text = replies.get(row["reply"], ("", "")) if "reply" in row else (row["title"], _text_of(row))
        questions = DOCUMENTS if "passages" in row else WRITTEN
        asked = [(questions, one["question"], one["answer"]) for one in row.get("questions", ())]
        asked += [(OUTCOMES, OUTCOME.format(one["item"]), one["report"]) for one in row.get("items", ())]
        for source, question, answer in asked:
            if answer not in text or not text:
                message = f"{file}: {answer!r} is not in the passage of {row.get('reply', title)!r}; mend the line"
                raise ValueError(message)
            places = tuple(at.span() for at in re.finditer(re.escape(answer), text)) if answer else ()
            found[source].append(Example(source, "own", question, title, text, places, bool(answer)))
    return found


def _text_of(row: dict[str, Any]) -> str:
    return str(row.get("passage") or _BLANK.join(row["passages"]))


def _by_passage(ours: dict[str, list[Example]]) -> dict[str, list[Example]]:
    """Ask a document's questions of each of its passages: where one answers, and of those that do not, its siblings."""
    found = {source: list(some) for source, some in ours.items() if source != DOCUMENTS} | {SIBLINGS: []}
    for one in ours[DOCUMENTS]:
        for passage in _PARAGRAPH.finditer(one.passage):
            at, end = passage.span()
            answers = tuple((first - at, last - at) for first, last in one.answers if at <= first and last <= end)
            source = WRITTEN if answers else SIBLINGS
            part = replace(one, source=source, passage=passage[0], answers=answers, answerable=bool(answers))
            found[source].append(part)
    return found


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _relevance(replies: Sequence[dict[str, Any]]) -> Iterator[Example]:
    """Give questions with the replies that answer them, as far as a reply does not evade."""
    for row in replies:
        if not _EVADED.search(row["passage"]):
            question, department = _asked(row["question"])
            yield Example(REPLIES, "own", question, department, row["passage"], (), answerable=True)


def _asked(question: str) -> tuple[str, str]:
    """Part a written question into what is asked and whose department was asked."""
    found = _ADDRESSED.match(question)
    asked = _PLEAS.sub("", question[found.end() :] if found else question).strip()
    who = re.sub(r"^(?:Secretary of State|Minister) (?:for|of) ", "", found["who"]) if found else ""
    return asked[:1].upper() + asked[1:], who


# -- questions made of a sentence -----------------------------------------------------------------------


def _questions_made(replies: Sequence[dict[str, Any]], draw: random.Random) -> Iterator[Example]:
    for row in replies:
        text, (_, department) = row["passage"], _asked(row["question"])
        places = [place for place in sentences(text) if len(text[slice(*place)].split()) >= _SHORTEST]
        draw.shuffle(places)
        for place in places[:2]:
            made = _question_of(text, place, draw)
            if made:
                yield Example("made", "own", made[0], department, text, (made[1],), answerable=True)


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


# -- negatives --------------------------------------------------------------------------------------------


def _near_misses(own: list[Example]) -> Any:  # noqa: ANN401 - a function from an example to a negative
    """Pair a question with the best-ranked passage of its source that neither is its own nor holds its answer."""
    passages = list(dict.fromkeys(one.passage for one in own))
    if len(passages) < 2:  # noqa: PLR2004 - no other
        return lambda _: None
    titles = {one.passage: one.title for one in own}
    vectoriser = TfidfVectorizer(sublinear_tf=True, stop_words=sorted(STOPWORDS), token_pattern=_WORD)
    table = vectoriser.fit_transform([f"{titles[passage]} {passage}" for passage in passages])

    def near(one: Example) -> Example | None:
        asked = vectoriser.transform([f"{one.question} {one.title}"])
        scores = np.asarray((table @ asked.T).todense())[:, 0]
        for at in np.argsort(-scores)[:6]:
            passage = passages[int(at)]
            if passage != one.passage and not _holds(passage, one):
                return replace(one, made="near", passage=passage, title=titles[passage], answers=(), answerable=False)
        return None

    return near


def _holds(passage: str, one: Example) -> bool:
    """Tell whether a passage holds any of an example's answers, or repeats much of its passage."""
    texts = [one.passage[start:end].lower() for start, end in one.answers]
    mine = set(one.passage.lower().split())
    alike = len(mine & set(passage.lower().split())) / max(len(mine), 1)
    return alike > 0.6 or any(text in passage.lower() for text in texts)  # noqa: PLR2004 - the same reply given again


def without_answer(one: Example) -> Example | None:
    """Leave out of the passage every sentence that holds an answer."""
    texts = [one.passage[start:end].lower() for start, end in one.answers]
    rest = one.passage
    for start, end in reversed(sentences(one.passage)):
        held = any(start < last and first < end for first, last in one.answers)
        if held or any(text in one.passage[start:end].lower() for text in texts):
            rest = rest[:start] + rest[end:]
    rest = rest.strip()
    if not one.answers or len(rest.split()) < 25:  # noqa: PLR2004 - nothing left that could mislead
        return None
    return replace(one, made="cut", passage=rest, answers=(), answerable=False)


def swapper(own: list[Example], draw: random.Random) -> Any:  # noqa: ANN401 - a function from an example to a negative
    """Ask about another name, year, sum or instrument than the passage holds, one that others ask about."""
    named: dict[Kind, list[str]] = defaultdict(list)
    kinds = (Kind.NAME, Kind.DATE, Kind.MONEY, Kind.INSTRUMENT, Kind.PLACE)
    for one in draw.sample(own, min(len(own), 3000)):
        for kind in kinds:
            named[kind] += [one.question[start:end] for start, end in spans.find(kind, one.question) if start]

    def swapped(one: Example) -> Example | None:
        places = [(kind, place) for kind in kinds for place in spans.find(kind, one.question) if place[0]]
        held = set(map(stem, words(f"{one.title} {one.passage}")))
        for kind, (start, end) in draw.sample(places, len(places)):
            others = [name for name in draw.sample(named[kind], min(8, len(named[kind]))) if _strange(name, held)]
            if others and not _strange(one.question[start:end], held):
                question = one.question[:start] + others[0] + one.question[end:]
                return replace(one, made="swapped", question=question, answers=(), answerable=False)
        return None

    return swapped


def _strange(name: str, held: set[str]) -> bool:
    """Tell whether a passage holds none of a name's own words."""
    own = [stem(word) for word in words(name) if word not in STOPWORDS]
    return bool(own) and not any(word in held for word in own)


# -- as people write in chat ------------------------------------------------------------------------------


def _varied(one: Example, draw: random.Random) -> Example:
    title = "" if draw.random() < _UNTITLED else one.title
    question = (
        clipped(one.question, draw)
        if one.source not in {"made", WRITTEN, SIBLINGS, OUTCOMES} and draw.random() < _CLIPPED
        else one.question
    )
    return replace(one, title=title, question=question)


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
