"""Quoted sentences and the text they were quoted from, edited → what became of each, word by word; pure.

White space, punctuation at a word's edge and markup are no change; a figure's own point, sign or unit is.
The struck words are styled rich text, not mrkdwn, so that nothing in them can end the strike; for a screen
reader, which does not hear a strike, the fallback says "was 15, now 12".
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from bot import kit, phrases
from index.markup import paragraphs
from index.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.kit import Block
    from bot.types import Message
    from index.types import Briefing

_ALIKE = 0.6  # of two sentences' words in common, from which on one became the other
_AROUND = 4  # words shown on either side of a change
_MOST = 4  # changes within a sentence, above which the whole of it is shown, before and after
_KEPT, _CHANGED, _WHOLE = 120, 300, 700  # characters shown of a run of words, and of a change
_ROOM = 2_600  # characters of changes in one message
_STOPS = ".,;:!?…"
_CLOSING = ")]}\"”’'»*_`"
_OPENING = "([{\"“„‘'«*_`"
_BARE = frozenset(_STOPS + _CLOSING + _OPENING + "-‐‑–—|>#•")
_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\([^()\s]*\)")
_HYPHEN = re.compile(r"(?<=[^\W\d_])-(?=[^\W\d_])")
_SAME_SIGNS = str.maketrans("‐‑–—’‘ʼ", "----'''")


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a quoted sentence: ``now`` stands at ``start`` in the new body; '' and -1 where nothing does."""

    was: str
    now: str
    start: int = -1


@dataclass(frozen=True, slots=True)
class Edit:
    """Words kept, then what was struck and what came in its place; each may be ''. Spaces around stand in ``kept``."""

    kept: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class _Word:
    """A word with the punctuation around it, and what it is compared by."""

    text: str
    key: str


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence, and where it starts."""

    text: str
    start: int
    words: tuple[_Word, ...]


# -- what became of a quote ---------------------------------------------------------------------------


def corrected(quotes: Iterable[str], body: str) -> tuple[Change, ...]:
    """Tell what became in a new body of what was quoted from an older one, sentence by sentence, in order.

    A sentence that still stands whole, anywhere, gives nothing. One that does not became the likest
    sentence, or is gone.
    """
    parts = chain.from_iterable(_read(quote) for quote in quotes if not _stands(quote, body))
    changed = [one for one in dict.fromkeys(part.text for part in parts) if not _stands(one, body)]
    return tuple(_became(one, _read(body)) for one in changed)


def between(was: str, now: str) -> Change | None:
    """Tell what became of one text, None where that is no change."""
    return None if _flat(_words(was)) == _flat(_words(now)) else Change(was, now)


def _stands(quote: str, body: str) -> bool:
    """Tell whether words stand in a body as whole sentences, verbatim or but for punctuation and markup."""
    at = body.find(quote)
    while quote and at >= 0:
        if _opens(body, at) and _closes(quote, body, at + len(quote)):
            return True
        at = body.find(quote, at + 1)
    keys = _flat(_words(quote))
    pattern = "\1" + "[\0\1]".join(map(re.escape, keys)) + "\1"
    return not keys or re.search(pattern, _spelled(body)) is not None


def _opens(body: str, at: int) -> bool:
    """Tell whether a sentence may begin here, so that what stands before is not part of it."""
    before = body[:at].rstrip()
    return not before or "\n" in body[len(before) : at] or not (before[-1].isalnum() or before[-1] in ",;")


def _closes(quote: str, body: str, end: int) -> bool:
    """Tell whether a sentence ends here: at its stop, or with its line."""
    line = body[end:].partition("\n")[0]
    stopped = quote.rstrip(_CLOSING).endswith((".", "!", "?", "…"))
    return not line.strip() or (stopped and not line[0].isalnum())


@lru_cache(maxsize=16)
def _read(body: str) -> tuple[_Sentence, ...]:
    """Read a body's sentences."""
    found = chain.from_iterable(sentences(body[one.start : one.end], one.start) for one in paragraphs(body))
    return tuple(_Sentence(body[start:end], start, _words(body[start:end])) for start, end in found)


@lru_cache(maxsize=16)
def _spelled(body: str) -> str:
    """Write a body as its words' keys, with another mark between sentences than between words."""
    return "\1" + "\1".join("\0".join(_flat(one.words)) for one in _read(body)) + "\1"


def _became(old: str, found: Sequence[_Sentence]) -> Change:
    """Find the sentence likest to an old one."""
    matcher = SequenceMatcher(None, autojunk=False)
    matcher.set_seq2(_folded(_words(old)))
    scored = []
    for one in found:
        matcher.set_seq1(_folded(one.words))
        if matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE:
            scored.append((matcher.ratio(), one))
    ratio, best = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    return Change(old, best.text, best.start) if best and ratio >= _ALIKE else Change(old, "")


# -- words --------------------------------------------------------------------------------------------


def _words(text: str) -> tuple[_Word, ...]:
    """Cut a text into words; punctuation that stands alone goes with the word before it."""
    found: list[_Word] = []
    for part in _LINK.sub(r"\1", kit.clean(text)).replace("~~", "").split():
        if set(part) <= _BARE:
            found[-1:] = [_Word(f"{one.text} {part}", one.key) for one in found[-1:]]
            continue
        core = part.lstrip(_OPENING).rstrip(_CLOSING + _STOPS)
        found.append(_Word(part, unicodedata.normalize("NFC", core).translate(_SAME_SIGNS)))
    return tuple(found)


def _flat(words: Iterable[_Word]) -> list[str]:
    """List what words are compared by; "well-known" is two, as "well known" is."""
    return [key for word in words for key in _HYPHEN.sub(" ", word.key).split()]


def _folded(words: Iterable[_Word]) -> list[str]:
    return [word.key.casefold() for word in words]


def _joined(words: Iterable[_Word], most: int) -> str:
    return kit.cut(" ".join(word.text for word in words), most)


# -- the change, shown ----------------------------------------------------------------------------------


def edits(change: Change) -> tuple[Edit, ...]:
    """Show a change: the words struck, then the new ones, with a few words around. All struck where it is gone."""
    was, now = _words(change.was), _words(change.now)
    old, new = ([word.key for word in words] for words in (was, now))
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    found = tuple(_edits(steps, was, now))
    long = sum(len(one.kept) + len(one.was) + len(one.now) for one in found) > _WHOLE
    if long or sum(tag != "equal" for tag, *_ in steps) > _MOST:
        return tuple(_edits([("replace", 0, len(was), 0, len(now))], was, now))
    return found


def _edits(
    steps: Sequence[tuple[str, int, int, int, int]], was: Sequence[_Word], now: Sequence[_Word]
) -> Iterator[Edit]:
    """Give the edits in order. A stop after new words is kept text: "was 15, now 12", not "now 12."."""
    kept = ""
    for tag, i, j, k, n in steps:
        if tag == "equal":
            kept += _around(now[k:n], first=k == 0, last=n == len(now) and j == len(was))
            continue
        new = _joined(now[k:n], _CHANGED)
        bare = new.rstrip(_STOPS) or new
        yield Edit(kept and f"{kept} ", _joined(was[i:j], _CHANGED).rstrip(_STOPS), bare)
        kept = f"{new[len(bare) :]} " if n < len(now) else new[len(bare) :]
    if kept.strip():
        yield Edit(kept, "", "")


def _around(words: Sequence[_Word], *, first: bool, last: bool) -> str:
    """Write the words that were kept between changes, the middle of many left out."""
    if len(words) <= _AROUND * (1 if first or last else 2) + 1:
        return _joined(words, _KEPT)
    before = "" if first else _joined(words[:_AROUND], _KEPT)
    after = "" if last else _joined(words[-_AROUND:], _KEPT)
    return " ".join(part for part in (before, "…", after) if part)


def runs(change: Change) -> list[Block]:
    """Give a change as elements of rich text."""
    found: list[Block] = []
    for one in edits(change):
        found += [kit.run(one.kept)] if one.kept else []
        found += [kit.run(one.was, strike=True)] if one.was else []
        found += [kit.run(f" {one.now}" if one.was else one.now)] if one.now else []
    return found


def spoken(change: Change) -> str:
    """Give a change as it is read aloud: "on [was 15, now 12] December". Not yet escaped."""
    return "".join(one.kept + _told(one) for one in edits(change))


def _told(one: Edit) -> str:
    if one.was and one.now:
        return f"[was {one.was}, now {one.now}]"
    return f"[removed: {one.was}]" if one.was else f"[added: {one.now}]" if one.now else ""


# -- the note ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """Of one answer or post: the question it answered, '' for none, the title it showed, and what changed."""

    asked: str
    title: str
    changes: tuple[Change, ...]


def note(head: str, rows: Sequence[Row], briefing: Briefing | None) -> Message:
    """Say what became of what was quoted; None where nothing of the briefing is shown but its old title.

    Where rows changed alike the change is shown once. What has no room is counted.
    """
    alike: dict[tuple[Change, ...], list[Row]] = defaultdict(list)
    for row in rows:
        alike[row.changes].append(row)
    parts: list[Block] = []
    said, room, left = [f"{phrases.CORRECTION} {head}"], _ROOM, 0
    for changes, several in alike.items():
        blocks, lines = _row(changes, several, briefing)
        size = sum(map(len, lines))
        fits = not parts or size <= room
        left += max(0, len(several) - _MOST) if fits else len(several)
        if fits:
            parts, said, room = [*parts, *blocks], [*said, *lines], room - size
    more = [phrases.more_corrections(left)] if left else []
    opening = kit.line(f"*{phrases.CORRECTION}* {head}")
    return kit.message("\n".join([*said, *more]), opening, kit.rich(*parts), *map(kit.context, more))


def _row(changes: Sequence[Change], several: Sequence[Row], briefing: Briefing | None) -> tuple[list[Block], list[str]]:
    """Lay out what changed alike for several, and where it stands now: in blocks, and in lines of the fallback."""
    blocks, lines = [], []
    for asked in dict.fromkeys(row.asked for row in several[:_MOST] if row.asked):
        blocks.append(kit.section(kit.run(f"{phrases.YOU_ASKED} “{kit.cut(kit.clean(asked), kit.ASKED)}”")))
        lines.append(f"{phrases.YOU_ASKED} “{kit.inert(asked, kit.ASKED)}”")
    for one in changes[:_MOST]:
        blocks.append({"type": "rich_text_quote", "elements": runs(one)})
        lines.append(f"“{kit.inert(spoken(one), _WHOLE)}”")
    title = kit.cut(kit.clean(briefing.title if briefing else several[0].title), kit.TITLE)
    if briefing is None:
        return [*blocks, kit.section(kit.run(title))], [*lines, kit.inert(title, kit.TITLE)]
    where = f" · {_place(changes, briefing)}"
    return [*blocks, kit.section(kit.link(title, briefing.source), kit.run(where))], [
        *lines,
        f"{kit.inert(title, kit.TITLE)}{where}",
    ]


def _place(changes: Sequence[Change], briefing: Briefing) -> str:
    """Say where the first changed sentence stands now, or else of when the briefing is."""
    start = next((one.start for one in changes if one.start >= 0), -1)
    paragraph = max((one.n for one in briefing.paragraphs if one.start <= start), default=0)
    day = briefing.published.isoformat() if briefing.published else ""
    return phrases.place(day or None, paragraph) if paragraph else phrases.issued(day)
