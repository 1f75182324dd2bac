"""The watchlist's commands, menus and forms. Every right is checked again at every gesture."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from bot import cards, guarded, item_phrases, kit, phrases
from bot.desk import key_of
from bot.listeners import lists, watches
from bot.listeners.lists import may_see, namer, number_of, tell
from bot.listeners.questions import refusal
from bot.replies import form
from bot.types import Changed, Standing, WatchItem
from bot.watchlist import FORMS, Wish, changed, ends_in_date, read
from bot.words import day as written
from index.types import DateRange, Exact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bot.desk import Desk
    from bot.types import Effect, Inbound, Message

_UNDO = timedelta(minutes=10)
_CHANGES = frozenset("claim done snooze move assign note drop".split())


def watchlist(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Answer /watchlist."""
    if refused := refusal(desk, inbound):
        return tell(inbound, refused)
    wish = read(inbound.value, desk.today())
    if wish.problem and wish.verb == "help":
        return tell(inbound, cards.helped(wish.problem))
    if wish.problem:
        return tell(inbound, cards.problem(f"{wish.problem} {'' if 'form is' in wish.problem else _form(wish.verb)}"))
    if wish.verb in lists.VIEWS and not wish.numbers:
        return tell(inbound, lists.page(desk, inbound.user, wish.verb, 0, wish.text))
    if wish.verb in _CHANGES:
        return change(desk, inbound, wish)
    return _OTHER[wish.verb](desk, inbound, wish)


def _form(verb: str) -> str:
    return f"The form is: {FORMS[verb]}" if verb in FORMS else ""


def change(desk: Desk, inbound: Inbound, wish: Wish) -> Sequence[Effect]:
    """Act on items by number, and say what came of it."""
    found = desk.ledger.items.get(wish.numbers)
    mine = [found[n] for n in wish.numbers if n in found and may_see(desk, inbound.user, found[n])]
    if not mine:
        return tell(inbound, kit.note(item_phrases.NO_ITEM))
    if wish.verb == "assign" and (refused := _cannot_own(desk, wish.people[0], mine)):
        return tell(inbound, kit.note(refused))
    late = {one.number: said for one in mine if (said := _too_late(desk, one, wish))}
    free = [one for one in mine if one.number not in late]
    if not free:
        return tell(inbound, kit.note(" ".join(late.values())))
    return made(
        desk, inbound, wish, [changed(one, wish, inbound.user, desk.now()) for one in free], beside=[*late.values()]
    )


def made(  # noqa: PLR0913 - what is kept, and what is said beside it
    desk: Desk,
    inbound: Inbound,
    wish: Wish,
    items: Sequence[WatchItem],
    *,
    undoes: str = "",
    beside: Sequence[str] = (),
) -> Sequence[Effect]:
    """Keep items as they are now, and say so, with the way back; ``beside`` is already inert, and said after it."""
    gesture = key_of(inbound)
    done = Changed(gesture, inbound.user, desk.now(), wish.verb, tuple(items), undoes)
    said = item_phrases.done_to(wish.verb, [one.number for one in items], _whom(desk, wish))
    seen = [one for one in items if may_see(desk, inbound.user, one)]  # an admin hands over more than they may read
    shown = guarded.items(desk, seen, namer(desk))
    back = "" if wish.verb == "undo" else gesture
    return [done, *tell(inbound, cards.changed(said, shown, namer(desk), back, _read_as(wish), beside))]


def _read_as(wish: Wish) -> str:
    """Say how a date was read, or that what looks like one was not; '' where there is none."""
    if wish.due and wish.verb in {"add", "move"}:
        return f"I read “{wish.due.words}” as {item_phrases.due(wish.due)}."
    undated = ends_in_date(wish.text) if wish.verb == "add" else ""
    return item_phrases.undated(undated) if undated else ""


def _whom(desk: Desk, wish: Wish) -> str:
    """Name what a change came to: a person, a day."""
    if wish.verb == "move" and wish.due:
        return item_phrases.due(wish.due)
    if wish.verb == "snooze" and wish.until:
        return written(wish.until)
    return kit.inert(namer(desk)(wish.people[-1]), 60) if wish.people else ""


def _cannot_own(desk: Desk, person: str, items: Iterable[WatchItem]) -> str:
    """Say why somebody cannot own items, '' where they can."""
    known = desk.directory.person(person)
    if known is None or not known.member:
        return item_phrases.NOT_A_MEMBER
    return "" if all(_for(desk, person, one) for one in items) else item_phrases.NOT_MEMBER_OF


def _for(desk: Desk, person: str, item: WatchItem) -> bool:
    """Tell whether an item would be somebody's to see if nobody owned it."""
    return may_see(desk, person, replace(item, owner=""))


def _too_late(desk: Desk, item: WatchItem, wish: Wish) -> str:
    """Tell somebody that another was faster: what they want is so already; '' where it is not."""
    if wish.text and wish.verb != "claim":
        return ""
    wanted = {"done": item.status is Standing.DONE, "drop": item.status is Standing.DROPPED, "claim": bool(item.owner)}
    if not wanted.get(wish.verb, False) or (wish.verb == "claim" and not item.open):
        return ""
    whom = item.owner if wish.verb == "claim" else item.changed_by
    shown = kit.inert(namer(desk)(whom), 60) if whom else "the briefing"
    state = "claimed" if wish.verb == "claim" else item.status.value
    return item_phrases.unchanged(item.number, state, shown, item.changed_at, desk.settings.timezone)


def _add(desk: Desk, inbound: Inbound, wish: Wish) -> Sequence[Effect]:
    if not wish.text:
        return [form(inbound, f"add:{key_of(inbound)}", cards.add_form(inbound.channel))]
    owner = wish.people[0] if wish.people else inbound.user
    return added(desk, inbound, wish, owner, inbound.channel, "")


def added(  # noqa: PLR0913, PLR0917 - an item's parts
    desk: Desk, inbound: Inbound, wish: Wish, owner: str, channel: str, permalink: str
) -> Sequence[Effect]:
    """Add an item: its own channel's, and no wider than that channel.

    ``permalink`` is that of the message it is made of, "-" where Slack does not say, '' where there is none.
    """
    item = WatchItem(
        desk.ledger.items.next_number(), wish.text, wish.due, owner, channel, Standing.OPEN, inbound.user, desk.now(),
        inbound.user, desk.now(), {"permalink": permalink} if permalink.startswith("http") else {},
        _audience(desk, inbound.user, channel, permalink),
    )  # fmt: skip
    # Who makes an item of what only they and its owner see says by that whom they tell.
    if owner != inbound.user and (refused := _cannot_own(desk, owner, [item] if item.channels else [])):
        return tell(inbound, kit.note(refused))
    return made(desk, inbound, wish, [item])


def _audience(desk: Desk, user: str, channel: str, permalink: str) -> tuple[str, ...] | None:
    """Say who sees an item: all, a closed channel's members, or (no channel at all) its owner and maker alone.

    A message of a direct conversation stays with them; so does what comes from a channel that Slack does not say
    its maker is in, for then the bot may not be in it either.
    """
    if not channel.startswith(("C", "G")):
        return () if permalink else None
    closed = desk.directory.closed(channel)
    if desk.directory.member(user, channel):
        return (channel,) if closed else None
    return () if permalink or closed else None


def _undo(desk: Desk, inbound: Inbound, _: Wish) -> Sequence[Effect]:
    """Take back one's own last change, where nothing was changed since."""
    steps = desk.ledger.items.last_gesture(inbound.user, desk.now() - _UNDO)
    if not steps:
        return tell(inbound, kit.note(item_phrases.NOTHING_TO_UNDO))
    now = desk.ledger.items.get(step.after.number for step in steps)
    since = next((now[step.after.number] for step in steps if not _same(now[step.after.number], step.after)), None)
    if since:
        whom = kit.inert(namer(desk)(since.changed_by), 60)
        zone = desk.settings.timezone
        return tell(inbound, kit.note(item_phrases.unchanged(since.number, "changed", whom, since.changed_at, zone)))
    back = [
        replace(
            step.before or replace(step.after, status=Standing.DROPPED), changed_by=inbound.user, changed_at=desk.now()
        )
        for step in steps
    ]
    return made(desk, inbound, Wish("undo"), back, undoes=steps[0].gesture)


def _same(one: WatchItem, other: WatchItem) -> bool:
    """Tell whether two states of an item differ in nothing but who brought it about and when."""
    return replace(one, changed_by=other.changed_by, changed_at=other.changed_at) == other


def _handover(desk: Desk, inbound: Inbound, wish: Wish) -> Sequence[Effect]:
    """Give all of one person's open items to another; for admins."""
    if not desk.admin(inbound.user):
        return tell(inbound, kit.note(phrases.NOT_ALLOWED))
    leaver, heir = wish.people
    theirs = [one for one in desk.ledger.items.still_open() if one.owner == leaver]
    if not theirs:
        return tell(inbound, kit.note(item_phrases.NO_ITEM))
    free = [one for one in theirs if _for(desk, heir, one)]
    if refused := _cannot_own(desk, heir, []) or ("" if free else item_phrases.NOT_MEMBER_OF):
        return tell(inbound, kit.note(refused))
    given = [changed(one, Wish("assign", people=(heir,)), inbound.user, desk.now()) for one in free]
    return made(desk, inbound, wish, given, beside=item_phrases.kept_back(len(theirs) - len(free)))


def _help(_: Desk, inbound: Inbound, __: Wish) -> Sequence[Effect]:
    return tell(inbound, cards.helped())


def menu(desk: Desk, inbound: Inbound) -> Sequence[Effect]:  # noqa: PLR0911 - a choice each
    """Do what was chosen from an item's menu, or pressed under it: "done 7"."""
    if refused := refusal(desk, inbound):
        return tell(inbound, refused)
    verb, _, text = inbound.value.partition(" ")
    if inbound.name == "add_step":
        verb, text = "claim", inbound.value
    item = desk.ledger.items.get([number_of(text)]).get(number_of(text))
    if item is None or not may_see(desk, inbound.user, item):
        return tell(inbound, kit.note(item_phrases.NO_ITEM))
    if verb == "source" and item.source.get("quote"):
        return tell(inbound, _origin(desk, item))
    if verb == "reassign":
        return [form(inbound, f"form:{key_of(inbound)}", cards.reassign_form(item))]
    if verb == "snooze":
        return change(desk, inbound, Wish("snooze", (item.number,), until=desk.today() + timedelta(days=7)))
    if verb in {"claim", "done", "drop", "quiet"}:
        return change(desk, inbound, Wish(verb, (item.number,)))
    return tell(inbound, kit.note(item_phrases.NO_ITEM))


def _origin(desk: Desk, item: WatchItem) -> Message:
    """Show the sentence that an item comes from, as long as it stands."""
    if not guarded.standing(desk, [item.source], desk.somebody()):
        return kit.note(phrases.CHANGED)
    (shown,) = guarded.items(desk, [item], namer(desk))
    return guarded.checked(desk, cards.origin(shown), [item.source], guarded.of_item(shown, namer(desk)))


def undo(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Take back by the button under what was done, where that still is the last change."""
    steps = desk.ledger.items.last_gesture(inbound.user, desk.now() - _UNDO)
    if not steps or steps[0].gesture != inbound.value:
        return tell(inbound, kit.note(item_phrases.NOTHING_TO_UNDO))
    return _undo(desk, inbound, Wish("undo"))


def submitted(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Take what was filled into a form: a new item, an owner, a date."""
    if refused := refusal(desk, inbound):
        return tell(inbound, refused)
    filled = dict(inbound.fields)
    if inbound.name == "add_item":
        channel, _, permalink = inbound.value.partition(" ")
        due = _day_range(filled.get("date", ""))
        wish = Wish("add", text=" ".join(filled.get("text", "").split())[:500], due=due)
        if not wish.text:
            return tell(inbound, kit.note(item_phrases.NO_ADD_TEXT))
        return added(desk, inbound, wish, filled.get("person") or inbound.user, channel, permalink)
    text, _, briefing = inbound.value.partition(" ")
    numbers = (number_of(text),)
    if inbound.name == "reassign" and filled.get("person"):
        return change(desk, inbound, Wish("assign", numbers, people=(filled["person"],)))
    due = _day_range(filled.get("date", ""))
    if inbound.name == "move_item" and due:
        return [*_moved(desk, numbers, briefing), *change(desk, inbound, Wish("move", numbers, due=due))]
    return []


def _moved(desk: Desk, numbers: Sequence[int], briefing: str) -> list[Effect]:
    """Remember that a proposal was answered with a new date."""
    found = desk.ledger.items.proposal(numbers[0], briefing) if briefing else None
    return [replace(found, answer="moved")] if found else []


def _day_range(text: str) -> DateRange | None:
    try:
        due = date.fromisoformat(text)
    except ValueError:
        return None
    return DateRange(due, due, written(due), Exact.DAY)


_OTHER: dict[str, Callable[[Desk, Inbound, Wish], Sequence[Effect]]] = {
    "add": _add,
    "undo": _undo,
    "handover": _handover,
    "help": _help,
    "watch": watches.previewed,
    "export": lists.exported,
    "calendar": lists.exported,
    "watches": watches.listed,
    "unwatch": watches.ended,
}
COMMANDS = {"/watchlist": watchlist, "/nextsteps": lists.nextsteps}
ACTIONS = {
    "watch_item": menu,
    "add_step": menu,
    "watch_more": lists.more,
    "steps_more": lists.more_steps,
    "undo": undo,
    "watch_save": watches.saved,
}
VIEWS = ("add_item", "reassign", "move_item")
