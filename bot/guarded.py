"""What is about to be said of briefings, held against what they say now; what does not agree is not said.

Everything that a message shows is checked, its blocks as its fallback: each figure of it stands in a
paragraph that it cites, read again from the index, and each quote where it is said to stand. Of the rest
only what is handed over as ``own`` may be there, whole and as it was written: the question, what people
typed, what was searched. A citation's title, date and place are taken from the index, never from it.
"""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from bot import cards, item_phrases, kit, phrases
from bot.types import Message, Standing
from bot.words import day
from index import dates
from index.errors import DispatchBoxError
from index.guard import stands_whole, strange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from bot.desk import Desk
    from bot.types import WatchItem
    from index.types import Audience, Briefing, DateRange, Paragraph

    Cited = Mapping[str, Any]  # briefing, start, end and quote of ``ask --json``'s citations, at least

log = logging.getLogger(__name__)

_LINES = frozenset({"rich_text_section", "rich_text_quote", "rich_text_preformatted"})
_LINKED = re.compile(r"<[^<>|]*\|([^<>]*)>")
_BOLD = re.compile(r"\*(?!\u2060)")  # ours: the escape puts a word joiner after a briefing's
_LEAST = 8  # characters of a text cut short by which it is known again


class MisquoteError(DispatchBoxError):
    """What was about to be said does not agree with the briefings it cites. It names place and figure, no question."""


def checked(desk: Desk, message: Message, cited: Iterable[Cited], own: Iterable[str] = ()) -> Message:
    """Give a message back where all it says of briefings stands in what it cites. Raises MisquoteError.

    For what somebody waits for: the worker apologises, and logs the fault with the reference.
    """
    if found := faults(message, cited := list(cited), own, _read(desk, cited)):
        raise MisquoteError(f"{'; '.join(found)}; not sent: compare the briefing with 'dispatchbox show'")
    return message


def sound(desk: Desk, message: Message, cited: Iterable[Cited], own: Iterable[str] = ()) -> bool:
    """Tell whether all that a message says of briefings stands in what it cites, and log what does not.

    For a part of what nobody asked for, rendered alone: a faulty part is left out, and the rest is said.
    """
    found = faults(message, cited := list(cited), own, _read(desk, cited))
    for fault in found:
        log.error("not said: %s", fault)
    return not found


def answer(desk: Desk, message: Message, data: Mapping[str, Any], *own: str) -> Message:
    """Check an answer or a refusal, however shown. ``data`` is as ``ask --json`` has it. Raises MisquoteError."""
    cited = data["citations"] or data["nearest"]
    marks = data.get("marks") or [data["highlight"]]
    if any(marked and marked not in one["quote"] for one, marked in zip(cited, marks, strict=False)):
        raise MisquoteError(f"{_places(cited)}: what is marked is not in the quote; not sent: a fault of the reader")
    asked = [one for one in (data["question"], data.get("read_as")) if one]
    looked = [phrases.as_of(data["searched"], data.get("restricted", ()), desk.settings.today)]
    listed = phrases.items(len(cited), data.get("more", 0))
    return checked(desk, message, cited, [*asked, *looked, phrases.searched(data["searched"]), listed, *own])


def held(desk: Desk, terms: Iterable[str], cited: Sequence[Cited]) -> list[str]:
    """Choose the terms whose figures and instruments stand in what is cited."""
    briefings = _read(desk, cited)
    return [one for one in terms if not faults(Message(one), cited, (), briefings)]


def paragraphs(briefing: Briefing, shown: Iterable[Paragraph]) -> list[Cited]:
    """Cite whole paragraphs."""
    return [
        {"briefing": briefing.id, "start": one.start, "end": one.end, "quote": briefing.body[one.start : one.end]}
        for one in shown
    ]


def standing(desk: Desk, cited: Iterable[Cited], audience: Audience) -> list[Cited]:
    """Choose what is cited that still stands where it did, and that an audience may see."""
    cited = list(cited)
    found = desk.searcher.briefings([str(one["briefing"]) for one in cited], audience)
    return [one for one in cited if _stands(one, found)]


def items(desk: Desk, found: Sequence[WatchItem], name: Callable[[str], str]) -> list[WatchItem]:
    """Give items as they may be shown: of a faulty one its number and place alone; the fault is logged.

    An item whose briefing has changed since is held against the sentence that it was taken from.
    """
    briefings = _read(desk, [one.source for one in found if one.source.get("quote")])
    shown = []
    for one in found:
        wrong = _faults_of(desk, one, name, briefings) if one.source.get("quote") else ()
        for fault in wrong:
            log.error("not said: #%d, %s", one.number, fault)
        shown.append(replace(one, text=phrases.WITHHELD, due=None) if wrong else one)
    return shown


def line(one: WatchItem, name: Callable[[str], str]) -> str:
    """Give an item's line as a person reads it, to be handed over as checked already."""
    return _unmarked(cards.item(one, name))


def of_item(one: WatchItem, name: Callable[[str], str]) -> list[str]:
    """Give what an item's line says that no briefing did: its number, owner and note, its date as read or set."""
    typed = "" if one.source.get("quote") else one.text
    return [
        f"#{one.number}",
        name(one.owner),
        *(note.text for note in one.notes[-1:]),
        item_phrases.due(one.due),
        typed,
    ]


def faults(
    message: Message, cited: Sequence[Cited], own: Iterable[str], briefings: Mapping[str, Briefing]
) -> tuple[str, ...]:
    """Say what does not agree between a message and the briefings as they are; pure. Nothing of ``own`` is named."""
    unsound = [one for one in cited if not _stands(one, briefings)]
    passages = [text for one in cited if one not in unsound for text in _passages(one, briefings[one["briefing"]])]
    ours = [*own, *(text for one in cited if one not in unsound for text in _placed(one, briefings[one["briefing"]]))]
    figures = strange(_without(shown(message), ours), passages)
    return (
        *(f"{_places([one])}: the quote does not stand there" for one in unsound),
        *(f"{_places(cited)}: “{figure}” stands in no passage cited" for figure in figures),
    )


def _faults_of(
    desk: Desk, one: WatchItem, name: Callable[[str], str], briefings: Mapping[str, Briefing]
) -> tuple[str, ...]:
    """Say what does not agree between an item's line and what it was taken from."""
    source, ours = one.source, of_item(one, name)
    said = Message(cards.item(one, name))
    if _stands(source, briefings):
        found = faults(said, [source], ours, briefings)
    else:
        placed = [str(source["title"]), f"¶{source['paragraph']}"]
        figures = strange(_without(shown(said), [*ours, *placed]), [kit.clean(str(source["quote"]))])
        found = tuple(f"{_places([source])}: “{figure}” is not in its sentence" for figure in figures)
    due = () if _dated(desk, one) else (f"{_places([source])}: its sentence does not say {item_phrases.due(one.due)}",)
    return (*found, *due)


def dated(due: DateRange | None, quote: str, published: date | None) -> bool:
    """Tell whether a date is one that its sentence names."""
    named = ((one.earliest, one.latest) for _, _, one in dates.find(quote, published))
    return due is None or (due.earliest, due.latest) in named


def _dated(desk: Desk, one: WatchItem) -> bool:
    """Tell whether an item's date is read in its sentence, or somebody moved it there."""
    published = one.source.get("published")
    said = date.fromisoformat(str(published)) if published else None
    return (
        one.status is Standing.MOVED
        or dated(one.due, str(one.source["quote"]), said)
        or any(step.after.status is Standing.MOVED for step in desk.ledger.items.history(one.number))
    )


# -- what is shown, and what of it is not a briefing's -----------------------------------------------------


def shown(message: Message) -> str:
    """Give all that a message shows, as a person reads it, in paragraphs."""
    return "\n\n".join([_unmarked(message.text), *_texts(message.blocks)])


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        kind = value.get("type")
        if kind in _LINES:
            yield "".join(one.get("text") or one.get("url", "") for one in value["elements"])
        elif kind in {"mrkdwn", "plain_text"}:
            yield _unmarked(value["text"]) if kind == "mrkdwn" else value["text"]
        else:
            yield str(value.get("accessibility_label", ""))
            for part in value.values():
                yield from _texts(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _texts(part)


def _unmarked(text: str) -> str:
    """Undo ``kit.inert``, and read a link as its label."""
    text = _BOLD.sub("", _LINKED.sub(r"\1", text)).replace("\u2060", "")
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _without(text: str, own: Iterable[str]) -> str:
    """Take out what is not a briefing's, wherever it stands whole, or cut short with an ellipsis."""
    for one in sorted({form for text in own for form in _forms(text)}, key=len, reverse=True):
        at = text.find(one[:_LEAST])
        while at >= 0:
            if end := _end(text, at, one):
                text = f"{text[:at]}\n\n{text[end:]}"
            at = text.find(one[:_LEAST], at + 1)
    return text


def _end(text: str, at: int, one: str) -> int:
    """Tell where a text that may begin here ends; 0 where it is not there."""
    end = at + len(one)
    if text.startswith(one, at):
        return end if stands_whole(text, at, end) else 0
    cut = text.find("…", at + _LEAST, end)
    return cut if cut >= 0 and one.startswith(text[at:cut].rstrip()) and stands_whole(text, at, cut) else 0


def _forms(text: str) -> set[str]:
    """Give the ways in which a text from outside is shown: as it is, on one line, as the label of a link."""
    cleaned = kit.clean(text).strip()
    flat = " ".join(cleaned.split())
    return {cleaned, flat, flat.replace("|", "¦")} - {""}


# -- what is cited ----------------------------------------------------------------------------------------


def _read(desk: Desk, cited: Sequence[Cited]) -> dict[str, Briefing]:
    """Read what is cited as the index has it now. It is compared, and nothing of it is said."""
    names = list(dict.fromkeys(str(one["briefing"]) for one in cited))
    return desk.searcher.briefings(names, desk.somebody()) if names else {}


def _stands(one: Cited, briefings: Mapping[str, Briefing]) -> bool:
    found = briefings.get(str(one["briefing"]))
    return found is not None and bool(one["quote"]) and found.body[one["start"] : one["end"]] == one["quote"]


def _around(one: Cited, briefing: Briefing) -> list[Paragraph]:
    return [part for part in briefing.paragraphs if part.start < one["end"] and one["start"] < part.end]


def _passages(one: Cited, briefing: Briefing) -> list[str]:
    """Give the paragraphs in which a quote stands."""
    found = _around(one, briefing)
    return [kit.clean(briefing.body[part.start : part.end]) for part in found] or [kit.clean(one["quote"])]


def _placed(one: Cited, briefing: Briefing) -> list[str]:
    """Give a citation as it is printed, whole and in its parts."""
    number = next((part.n for part in _around(one, briefing)), 0)
    published = briefing.published
    place = phrases.place(published.isoformat() if published else None, number)
    return [briefing.title, briefing.source, place, f"¶{number}", *([f"· {day(published)}"] if published else [])]


def _places(cited: Iterable[Cited]) -> str:
    return ", ".join(f"{one['briefing']}:¶{one.get('paragraph', '?')}" for one in cited) or "nothing cited"
