"""Data folder → questions, each with the passage it is asked of, and where that answers it; pure but for reading."""

from __future__ import annotations

import gzip
import json
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LEFT_OUT = frozenset({"xquad-en", "qed-dev"})  # CC BY-SA: the weights' licence would have to follow
WRITTEN = "written"
OUTCOMES = "outcomes"
DOCUMENTS = "documents"
SIBLINGS = "siblings"  # a question, and a passage of the same document that does not answer it
OUTCOME = "What came of this: {}"  # how the network is asked for a report on a step that was to come
QUESTIONS = Path(__file__).with_name("questions")
_BLANK = "\n\n"
_PARAGRAPH = re.compile(r"[^\n]+")


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
    asks what came of it. A document, or several replies on one subject, has its passages parted by blank lines. Raises
    ValueError where a reply is not among those given or what is asked about does not hold an answer.
    """
    file = QUESTIONS / f"{part}.jsonl"
    found: dict[str, list[Example]] = {WRITTEN: [], OUTCOMES: [], DOCUMENTS: []}
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        title, text = _shown(row, replies)
        questions = WRITTEN if row.keys() & {"reply", "passage"} else DOCUMENTS
        asked = [(questions, one["question"], one["answer"]) for one in row.get("questions", ())]
        asked += [(OUTCOMES, OUTCOME.format(one["item"]), one["report"]) for one in row.get("items", ())]
        for source, question, answer in asked:
            if answer not in text or not text:
                about = row.get("reply") or row.get("replies") or title
                message = f"{file}: {answer!r} is not in the passage of {about!r}; mend the line"
                raise ValueError(message)
            places = tuple(at.span() for at in re.finditer(re.escape(answer), text)) if answer else ()
            found[source].append(Example(source, "own", question, title, text, places, bool(answer)))
    return found


def _shown(row: dict[str, Any], replies: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    """Give the title and text that a line asks about."""
    if "reply" in row:
        return replies.get(row["reply"], ("", ""))
    if "replies" in row:
        several = [" ".join(replies[name][1].split()) for name in row["replies"] if name in replies]
        return "", _BLANK.join(several) if len(several) == len(row["replies"]) else ""
    return row["title"], str(row.get("passage") or _BLANK.join(row["passages"]))


def by_passage(one: Example) -> Iterator[Example]:
    """Ask a document's question of each of its passages, whether it answers or not."""
    for passage in _PARAGRAPH.finditer(one.passage):
        at, end = passage.span()
        answers = tuple((first - at, last - at) for first, last in one.answers if at <= first and last <= end)
        source = WRITTEN if answers else SIBLINGS
        yield replace(one, source=source, passage=passage[0], answers=answers, answerable=bool(answers))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end
