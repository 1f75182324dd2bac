"""A briefing was edited or withdrawn: those who saw its words are told what became of them, once, word by word.

An answer's own message stays as it is: it is what people have read and acted on, the private ones cannot be
changed, and the note beside it says both what was and what is. A post is changed in place by who posts it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot import change, phrases, redline
from bot.replies import beneath, post
from bot.types import Heard, Method, Outbound

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.change import Change
    from bot.desk import Desk
    from bot.types import Effect, Message, Said
    from index.types import Briefing

SINCE = timedelta(days=90)  # answers that are older are left alone


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What became, for those who saw it, of something said: changed, back, withdrawn, hidden; '' for nothing."""

    said: Said
    kind: str
    changes: tuple[Change, ...] = ()


def answers(desk: Desk, edited: Iterable[Briefing], gone: Mapping[str, str], fresh: Sequence[Briefing]) -> list[Effect]:
    """Correct what answers quoted of briefings that are new, edited or no longer there.

    ``gone`` maps ids to the digests last seen; ``fresh`` are briefings not seen before, among which one that
    is gone may stand under another file name.
    """
    now = {one.id: one for one in edited}
    quoting: dict[str, list[Said]] = defaultdict(list)
    for one in desk.ledger.answers.quoting([*now, *gone], desk.now() - SINCE):
        quoting[one.briefing].append(one)
    effects: list[Effect] = []
    for name, said in quoting.items():
        briefing = now.get(name) or renamed(said, fresh)
        version = briefing.digest if briefing else f"gone:{gone[name]}"
        effects += told(desk, briefing, version, said)
        effects += [Heard(after) for one in said if (after := _after(desk, briefing, one)) != one]
    return effects


def renamed(said: Sequence[Said], fresh: Iterable[Briefing]) -> Briefing | None:
    """Find what is gone under another name: by its title and day, or by all that was quoted of it."""

    def same(one: Said, other: Briefing) -> bool:
        alike = one.title == other.title and one.published == _day(other)
        return alike or (bool(one.quotes) and all(quote in other.body for quote in one.quotes))

    return next((other for other in fresh if all(same(one, other) for one in said)), None)


def told(desk: Desk, briefing: Briefing | None, version: str, said: Iterable[Said]) -> list[Effect]:
    """Say what became of a briefing's words, wherever it was said what they were; None where it is withdrawn.

    What was said openly gets one note in each thread; a person, one message for all that was said to them
    alone. ``version`` tells this state of the briefing from others: nothing is corrected twice for one. Asked
    before the briefing is noted as arrived, it knows which of its sentences are new.
    """
    together: dict[tuple[str, ...], list[_Verdict]] = defaultdict(list)
    for one in said:
        found = _verdict(desk, briefing, one)
        if found.kind:
            together[_group(found)].append(found)
    return [
        (_thread_note if several[0].said.channel else _direct_note)(briefing, version, several)
        for several in together.values()
    ]


def _group(one: _Verdict) -> tuple[str, ...]:
    """Name the note that says it: what stands in one thread shares one, and what one person alone saw."""
    said = one.said
    if said.pending or (said.channel and not said.thread_ts):
        return one.kind, said.key
    return (one.kind, said.channel, said.thread_ts) if said.channel else (one.kind, said.user)


def _thread_note(briefing: Briefing | None, version: str, several: Sequence[_Verdict]) -> Outbound:
    """Write into a thread, in a lane of its own, for many of these must not hold up the channel's answers."""
    said = several[0].said
    of = said.message if said.pending or not said.thread_ts else ""
    key = f"corrected:{said.key}:{version}"
    note = beneath(said.channel, of, key, _message(briefing, several), said.key, said.thread_ts)
    return replace(note, lane=f"corrected:{said.channel}")


def _direct_note(briefing: Briefing | None, version: str, several: Sequence[_Verdict]) -> Outbound:
    """Write to somebody; where the answer still waits to be said, after it, and in nobody's way."""
    said, message = several[0].said, _message(briefing, several)
    if not said.pending:
        return post(said.user, "", f"corrected:{said.user}:{version}", message, said.user)
    body = {"channel": said.user, "of": said.message, "thread_ts": ""}
    key = f"corrected:{said.key}:{version}"
    return Outbound(key, Method.POST, key, body, message, answer=said.key)


def _message(briefing: Briefing | None, several: Sequence[_Verdict]) -> Message:
    """Lay a correction out. Of a briefing that is not for this place nothing is shown but the title it had."""
    kind = several[0].kind
    head = phrases.CORRECTIONS[kind][0 if several[0].said.channel else 1]
    shown = briefing if kind in {"changed", "back"} else None
    rows = [redline.Row("" if one.said.channel else one.said.question, one.said.title, one.changes) for one in several]
    return redline.note(head, rows, shown)


# -- what became of it ----------------------------------------------------------------------------------


def _verdict(desk: Desk, briefing: Briefing | None, one: Said) -> _Verdict:
    if _silent(desk, one):
        return _Verdict(one, "")
    if briefing is None or not desk.shown_to(one.channel or one.user, briefing):
        return _Verdict(one, "" if one.gone else "withdrawn")
    changes = _changes(desk, briefing, one)
    if one.channel and changes and not desk.settings.guests and desk.directory.outside(one.channel):
        return _Verdict(one, "hidden")
    return _Verdict(one, "back" if one.gone else "changed" if changes else "", changes)


def _silent(desk: Desk, one: Said) -> bool:
    """Tell where nothing is said any more: switched off, or the person has left or is no member."""
    if desk.off(one.channel):
        return True
    person = None if one.channel else desk.directory.person(one.user)
    return person is not None and not (person.member or (desk.settings.guests and not person.left))


def _changes(desk: Desk, briefing: Briefing, one: Said) -> tuple[Change, ...]:
    """Compare what was shown of a briefing, its title and day included, with what it says now."""
    heads = [
        change.between(one.title, briefing.title),
        change.between(phrases.issued(one.published), phrases.issued(_day(briefing))),
    ]
    return (*(head for head in heads if head), *(each for part in _sentences(desk, briefing, one) for each in part))


def _sentences(desk: Desk, briefing: Briefing, one: Said) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """Give what became of the sentences quoted, and of those that were lost before."""
    stood = desk.ledger.items.stood(one.briefing, briefing.digest)
    again = change.returned(one.lost, briefing.body, stood) if stood else ()
    return change.corrected(one.quotes, briefing.body, stood), again


def _after(desk: Desk, briefing: Briefing | None, one: Said) -> Said:
    """Give what those who saw it know now."""
    if briefing is None:
        return replace(one, gone=True)
    if not desk.shown_to(one.channel or one.user, briefing):
        return replace(one, briefing=briefing.id, gone=True)
    changes, again = _sentences(desk, briefing, one)
    quotes = one.quotes
    for each in changes:
        quotes = tuple(quote.replace(each.was, each.now) for quote in quotes)
    found = {each.was or each.now for each in again}
    return replace(
        one, briefing=briefing.id, title=briefing.title, published=_day(briefing), gone=False,
        quotes=(*(quote for quote in quotes if quote.strip()), *(each.now for each in again)),
        lost=(*(each for each in one.lost if each not in found), *(each.was for each in changes if not each.now)),
    )  # fmt: skip


def _day(briefing: Briefing) -> str:
    return briefing.published.isoformat() if briefing.published else ""
