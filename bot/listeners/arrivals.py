"""The index has changed: steps of new briefings become items, and what they report is put to who waits for it."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from bot import cards, change, guarded, item_phrases, kit, match, topics
from bot.desk import key_of
from bot.listeners import corrections, lists, revised, watchlist
from bot.listeners.questions import refusal
from bot.replies import form, post, privately
from bot.types import Arrived, Changed, Note, Proposal, Standing, WatchItem
from bot.watchlist import Wish, owned
from index import dates, report
from index.words import STOPWORDS, stem, words

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from bot.desk import Desk
    from bot.types import Effect, Inbound
    from index.types import Briefing, NextStep

_WITHDRAWN = "the briefing no longer says this"
_FIRST_ROUND = "(first round)"  # stands among the briefings seen until all have been
_BITE = 20  # briefings of one look
_WORK = 500  # open items that halve it
_SHARED = 2  # words that a briefing and an item have in common, below which it is no report
_ALIKE = 0.6  # of an item's words kept by an edit, above which it is the same item


def arrived(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Bring the items up to some of the briefings that are new or changed; the next look takes the rest.

    A look is short, for questions wait meanwhile. Until the very first round is over every briefing is old:
    its steps enter, and nothing is proposed.
    """
    seen = desk.ledger.items.arrived()
    now = desk.searcher.digests(desk.somebody())
    changed = _oldest_first(desk, {name for name, digest in now.items() if seen.get(name) != digest})
    gone = [name for name in seen if name not in now and name != _FIRST_ROUND]
    first = not seen or _FIRST_ROUND in seen
    missing, fresh = {name: seen[name] for name in gone}, _fresh(desk, now, seen, gone)
    moved = _renamed(desk, missing, fresh)
    bite = _BITE if first else max(1, _BITE * _WORK // (_WORK + len(desk.ledger.items.still_open())))
    changed.sort(key=lambda name: name not in moved)  # a look that sees one go sees it come, too
    some = list(desk.searcher.briefings(changed[: max(bite, len(moved))], desk.somebody()).values())
    items = _entered(desk, some, gone, moved)
    effects: list[Effect] = [Changed(key_of(inbound), "", desk.now(), "briefing", tuple(items))] if items else []
    effects += [Arrived(one.id, one.digest, change.sums(one.body)) for one in some]
    effects += [Arrived(name, "") for name in gone]
    effects += corrections.answers(desk, some, missing, fresh)
    effects += revised.posts(desk, inbound, some, missing, fresh)
    if first:
        return [*effects, Arrived(_FIRST_ROUND, "" if len(some) == len(changed) else "begun")] if seen or some else []
    for one in some:
        effects += _told(desk, one) if one.id not in seen and one.id not in moved else []
    return effects


def _fresh(desk: Desk, now: Iterable[str], seen: Container[str], gone: Sequence[str]) -> list[Briefing]:
    """Read the briefings not seen before where some are gone, which may be among them under another name."""
    names = [name for name in now if name not in seen] if gone else []
    return list(desk.searcher.briefings(names, desk.somebody()).values())


def _renamed(desk: Desk, gone: Mapping[str, str], fresh: Sequence[Briefing]) -> dict[str, str]:
    """Map a briefing not seen before to the one that is gone whose words it has: the same, in another file."""
    said = {stood: name for name in gone if (stood := desk.ledger.items.stood(name, ""))}
    return {one.id: said.pop(key) for one in fresh if (key := frozenset(change.sums(one.body))) in said}


def _oldest_first(desk: Desk, names: Container[str]) -> list[str]:
    found = [one for one in desk.searcher.entries(desk.somebody()) if one.id in names]
    return [one.id for one in sorted(found, key=lambda one: (str(one.published), one.id))]


# -- steps become items -----------------------------------------------------------------------------------


def _entered(
    desk: Desk, briefings: Sequence[Briefing], gone: Iterable[str], moved: Mapping[str, str]
) -> list[WatchItem]:
    """Give every item that is new or no longer what it was; ``moved`` maps briefings to what they were called."""
    number = desk.ledger.items.next_number()
    changed: list[WatchItem] = []
    found = desk.searcher.steps(briefings)
    for briefing in sorted(briefings, key=lambda one: (str(one.published), one.id)):
        known = desk.ledger.items.of_briefing(moved.get(briefing.id, briefing.id))
        for step, item in _paired(found[briefing.id], known):
            if step is None:
                changed += _withdrawn(desk, item) if item else []
                continue
            now = _item(desk, briefing, step, item.number if item else number)
            number += item is None
            after = _seen_by_owner(desk, item, _kept(item, now)) if item else now
            changed += [after] if after != item else []
    for name in set(gone) - set(moved.values()):
        changed += [one for item in desk.ledger.items.of_briefing(name) for one in _hidden(desk, item)]
    return changed


def _paired(found: Sequence[NextStep], known: Sequence[WatchItem]) -> list[tuple[NextStep | None, WatchItem | None]]:
    """Pair the steps of a briefing with the items they were before: first the same, then the likest of the rest."""
    left = list(known)
    before: dict[int, WatchItem] = {}
    for at, step in enumerate(found):
        same = next((one for one in left if one.text == step.item), None)
        if same:
            left.remove(same)
            before[at] = same
    alike = [(_likeness(step, one), at, one) for at, step in enumerate(found) if at not in before for one in left]
    for likeness, at, one in sorted(alike, key=lambda pair: -pair[0]):
        if likeness >= _ALIKE and at not in before and one in left:
            left.remove(one)
            before[at] = one
    return [*((step, before.get(at)) for at, step in enumerate(found)), *((None, one) for one in left)]


def _likeness(step: NextStep, item: WatchItem) -> float:
    return SequenceMatcher(None, step.item.lower().split(), item.text.lower().split(), autojunk=False).ratio()


def _key(step: NextStep) -> str:
    return hashlib.sha256(f"{step.briefing}\n{step.item}".encode()).hexdigest()[:24]


def _item(desk: Desk, briefing: Briefing, step: NextStep, number: int) -> WatchItem:
    source = {**report.cited(briefing, step), "topics": list(briefing.topics)}
    team, now = desk.settings.team_channel or "", desk.now()
    return WatchItem(
        number, step.item, step.due, "", team, Standing.OPEN, "", now, "", now, source, briefing.channels, step.bodies,
        step=_key(step),
    )  # fmt: skip


def _kept(item: WatchItem, now: WatchItem) -> WatchItem:
    """Take what the briefing says now, and keep what people made of it; what we dropped opens again."""
    due = item.due if item.status is Standing.MOVED else now.due
    ours = item.status is Standing.DROPPED and not item.changed_by and any(map(_withdraws, item.notes))
    fresh = replace(
        item, text=now.text, due=due, source=now.source, channels=now.channels, bodies=now.bodies, step=now.step,
        status=Standing.OPEN if ours else item.status, notes=tuple(one for one in item.notes if not _withdraws(one)),
    )  # fmt: skip
    return fresh if fresh == item else replace(fresh, changed_by="", changed_at=now.changed_at)


def _seen_by_owner(desk: Desk, before: WatchItem, after: WatchItem) -> WatchItem:
    """Leave an item that its owner may no longer see to nobody: its words are not for them.

    Where Slack does not say, and of what is over, the owner keeps the words that they knew, and nobody else sees them.
    """
    if not after.owner or after.channels is None or after.channels == before.channels:
        return after
    said = [desk.directory.members(one) for one in after.channels]
    if any(after.owner in (one or ()) for one in said):
        return after
    return owned(after, "") if after.open and said and None not in said else replace(before, channels=())


def _withdraws(note: Note) -> bool:
    return not note.by and note.text == _WITHDRAWN


def _withdrawn(desk: Desk, item: WatchItem) -> list[WatchItem]:
    """Drop an unclaimed item whose briefing no longer has it; tell the owner of a claimed one by a note."""
    if not item.open:
        return []
    if any(map(_withdraws, item.notes)):
        return []
    note = Note("", desk.now(), _WITHDRAWN)
    after = replace(item, notes=(*item.notes, note), changed_by="", changed_at=desk.now())
    return [after if item.owner else replace(after, status=Standing.DROPPED)]


def _hidden(desk: Desk, item: WatchItem) -> list[WatchItem]:
    """Withdraw an item whose briefing is not to be seen any more, for it may be under embargo again.

    Who owns it keeps the words that they know, and nobody else sees them. When the briefing comes back, so does it.
    """
    after = next(iter(_withdrawn(desk, item)), item)
    return [replace(after, channels=())] if after.channels != () else []


# -- what a new briefing reports ------------------------------------------------------------------------------


def _told(desk: Desk, briefing: Briefing) -> list[Effect]:
    """Tell owners, the team and those who watch a topic what a new briefing says of theirs; a message each."""
    passages = desk.passages(briefing)
    if not passages:
        return []
    found: dict[str, list[tuple[WatchItem, match.Match]]] = defaultdict(list)
    held = _content(f"{briefing.title} {briefing.body}")
    for item in desk.ledger.items.still_open():
        to = item.owner or desk.settings.team_channel or ""
        if not to or item.source.get("briefing") == briefing.id or not desk.shown_to(to, briefing):
            continue
        if desk.ledger.items.proposal(item.number, briefing.id):
            continue
        if not item.owner and item.channels is not None and to not in item.channels:
            continue
        wanted = _content(item.text)
        if len(held & wanted) < min(_SHARED, len(wanted)):
            continue
        watched = _watched(item)
        one = match.follow_up(watched, desk.vector(match.subject(watched)), briefing, passages)
        if one and one.score >= desk.settings.follow_up_threshold:
            found[to].append((item, one))
    return [*_proposed(desk, briefing, found), *_on_topics(desk, briefing, passages)]


def _content(text: str) -> set[str]:
    """Give the stems of the words that carry a text's sense."""
    return {stem(word) for word in words(text) if word not in STOPWORDS}


def _watched(item: WatchItem) -> match.Watched:
    published = item.source.get("published")
    said = dates.read(str(published), None) if published else None
    topics = frozenset(item.source.get("topics", ()))
    quote = str(item.source.get("quote", ""))
    day, title = said.earliest if said else None, str(item.source.get("title", ""))
    return match.Watched(item.text, quote, item.due, item.bodies, day, topics, title)


def _proposed(desk: Desk, briefing: Briefing, found: dict[str, list[tuple[WatchItem, match.Match]]]) -> list[Effect]:
    effects: list[Effect] = []
    for to, pairs in sorted(found.items()):
        pairs.sort(key=lambda pair: -pair[1].score)
        items = guarded.items(desk, [item for item, _ in pairs], lists.namer(desk))
        shown = [(item, report.cited(briefing, one)) for item, (_, one) in zip(items, pairs, strict=True)]
        shown = [(item, citation) for item, citation in shown if _agrees(desk, item, citation)]
        for at in range(0, len(shown), cards.ASKED_AT_ONCE):
            message = cards.followed(shown[at : at + cards.ASKED_AT_ONCE], lists.namer(desk))
            key = f"followed:{briefing.id}:{briefing.digest[:12]}:{to}:{at}"
            effects.append(post(to, "", key, message, to if to.startswith(("U", "W")) else ""))
        asked = {item.number for item, _ in shown}
        effects += [
            Proposal(item.number, briefing.id, one.start, one.end, one.score)
            for item, one in pairs
            if item.number in asked
        ]
    return effects


def _agrees(desk: Desk, item: WatchItem, citation: dict[str, Any]) -> bool:
    """Tell whether what a proposal quotes stands there; the item's line was held against its own source."""
    name = lists.namer(desk)
    ours = [guarded.line(item, name), *guarded.of_item(item, name)]
    return guarded.sound(desk, cards.followed([(item, citation)], name), [citation], ours)


def _on_topics(desk: Desk, briefing: Briefing, passages: Sequence[Any]) -> list[Effect]:
    told: dict[str, list[tuple[str, dict[str, Any]]]] = defaultdict(list)
    for watch in desk.ledger.items.watches():
        if not desk.shown_to(watch.owner, briefing):
            continue
        one = topics.on_topic(watch.topic, desk.vector(watch.topic), briefing, passages)
        if one and one.score >= topics.THRESHOLD:
            citation = report.cited(briefing, one)
            if guarded.sound(desk, cards.topic([(watch.topic, citation)]), [citation], [watch.topic]):
                told[watch.owner].append((watch.topic, citation))
    return [
        post(owner, "", f"topic:{briefing.id}:{briefing.digest[:12]}:{owner}", cards.topic(found), owner)
        for owner, found in sorted(told.items())
    ]


# -- what people say of it --------------------------------------------------------------------------------


def answered(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Do what somebody says of a proposal; what is not about the item is never proposed again."""
    if refused := refusal(desk, inbound):
        return [privately(inbound, key_of(inbound), refused)]
    text, _, name = inbound.value.partition(" ")
    number = lists.number_of(text)
    proposal = desk.ledger.items.proposal(number, name)
    item = desk.ledger.items.get([number]).get(number)
    if proposal is None or item is None or not lists.may_see(desk, inbound.user, item):
        return [privately(inbound, key_of(inbound), kit.note(item_phrases.NO_ITEM))]
    if proposal.answer == "unrelated" or not item.open:
        return [privately(inbound, key_of(inbound), kit.note(item_phrases.ALREADY_ANSWERED))]
    answer = inbound.name.removeprefix("followed_")
    if answer == "moved":
        return [form(inbound, f"form:{key_of(inbound)}", cards.move_form(item, name, _said(desk, proposal, item)))]
    kept: list[Effect] = [replace(proposal, answer=answer)]
    if answer == "done":
        briefing = desk.briefing(name, desk.person(inbound.user))
        note = f"as reported in {briefing.title}" if briefing else ""
        return [*kept, *watchlist.change(desk, inbound, Wish("done", (number,), note))]
    return [
        *kept,
        privately(inbound, key_of(inbound), kit.note(item_phrases.ANSWERED[answer].format(number=item.number))),
    ]


def _said(desk: Desk, proposal: Proposal, item: WatchItem) -> Any:  # noqa: ANN401 - a date or None
    """Read the date that the new sentence names, to begin the form with."""
    briefing = desk.briefing(proposal.briefing, desk.somebody())
    if briefing is None or briefing.published is None:
        return None
    named = dates.find(briefing.body[proposal.start : proposal.end], briefing.published)
    ahead = [one.latest for _, _, one in named if one.latest > briefing.published]
    return next((day for day in ahead if item.due is None or day != item.due.latest), None)


ACTIONS = {f"followed_{answer}": answered for answer in item_phrases.FOLLOWED_LABELS}
