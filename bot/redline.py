"""What became of quoted sentences → the words struck, the new ones beside them, and the note that says so; pure.

The struck words are styled rich text, not mrkdwn, so that nothing in them can end the strike; for a screen
reader, which does not hear a strike, the fallback says "was 15, now 12".
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from bot import kit, phrases
from bot.change import STOPS, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.change import Change, Word
    from bot.kit import Block
    from bot.types import Message
    from index.types import Briefing

_AROUND = 4  # words shown on either side of a change
_MOST = 4  # changes within a sentence, above which the whole of it is shown, before and after; and of one answer
_KEPT, _CHANGED, _WHOLE = 120, 300, 700  # characters shown of a run of words, and of a change
_ROOM = 2_600  # characters of changes in one message


@dataclass(frozen=True, slots=True)
class Edit:
    """Words kept, then what was struck and what came in its place; each may be ''. Spaces around stand in ``kept``."""

    kept: str
    was: str
    now: str


def edits(change: Change) -> tuple[Edit, ...]:
    """Show a change: the words struck, then the new ones, with a few words around. All struck where it is gone."""
    was, now = words(change.was), words(change.now)
    old, new = ([word.key for word in words] for words in (was, now))
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    found = tuple(_edits(steps, was, now))
    long = sum(len(one.kept) + len(one.was) + len(one.now) for one in found) > _WHOLE
    if long or sum(tag != "equal" for tag, *_ in steps) > _MOST:
        return tuple(_edits([("replace", 0, len(was), 0, len(now))], was, now))
    return found


def _edits(steps: Sequence[tuple[str, int, int, int, int]], was: Sequence[Word], now: Sequence[Word]) -> Iterator[Edit]:
    """Give the edits in order. A stop after new words is kept text: "was 15, now 12", not "now 12."."""
    kept = ""
    for tag, i, j, k, n in steps:
        if tag == "equal":
            kept += _around(now[k:n], first=k == 0, last=n == len(now) and j == len(was))
            continue
        new = _joined(now[k:n], _CHANGED)
        bare = new.rstrip(STOPS) or new
        yield Edit(kept and f"{kept} ", _joined(was[i:j], _CHANGED).rstrip(STOPS), bare)
        kept = f"{new[len(bare) :]} " if n < len(now) else new[len(bare) :]
    if kept.strip():
        yield Edit(kept, "", "")


def _around(words: Sequence[Word], *, first: bool, last: bool) -> str:
    """Write the words that were kept between changes, the middle of many left out."""
    if len(words) <= _AROUND * (1 if first or last else 2) + 1:
        return _joined(words, _KEPT)
    before = "" if first else _joined(words[:_AROUND], _KEPT)
    after = "" if last else _joined(words[-_AROUND:], _KEPT)
    return " ".join(part for part in (before, "…", after) if part)


def _joined(found: Iterable[Word], most: int) -> str:
    return kit.cut(" ".join(word.text for word in found), most)


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
