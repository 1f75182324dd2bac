"""The watchlist: /watchlist, /nextsteps, the items' menus and forms. Every right is checked again at every gesture."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from bot import cards, ics, kit, match, phrases
from bot.desk import key_of
from bot.listeners.questions import refusal
from bot.replies import file, privately
from bot.types import Changed, Method, Outbound, Standing, Watch, WatchItem
from bot.watchlist import FORMS, PAST, SPAN, Wish, changed, grouped, read, window
from bot.words import day as written
from index.question import read as read_question
from index.types import DateRange, Exact
from index.words import stems

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bot.desk import Desk
    from bot.types import Effect, Inbound, Message
    from index.types import Briefing

_UNDO = timedelta(minutes=10)
_FORTNIGHT = timedelta(days=14)
_MOST = 20_000  # items of one file
_VIEWS = frozenset("mine team all unclaimed done search".split())
_CHANGES = frozenset("claim done snooze move assign note drop".split())


def watchlist(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Answer /watchlist."""
    if refused := refusal(desk, inbound):
        return _say(inbound, refused)
    wish = read(inbound.value, desk.today())
    if wish.problem and wish.verb == "help":
        return _say(inbound, cards.helped(wish.problem))
    if wish.problem:
        return _say(inbound, cards.problem(f"{wish.problem} {'' if 'form is' in wish.problem else _form(wish.verb)}"))
    if wish.verb in _VIEWS and not wish.numbers:
        return _say(inbound, page(desk, inbound.user, wish.verb, 0, wish.text))
    if wish.verb in _CHANGES:
        return change(desk, inbound, wish)
    return _OTHER[wish.verb](desk, inbound, wish)


def _form(verb: str) -> str:
    return f"The form is: {FORMS[verb]}" if verb in FORMS else ""


def _say(inbound: Inbound, said: Message) -> list[Effect]:
    return [privately(inbound, key_of(inbound), said)]


# -- who may see what -----------------------------------------------------------------------------------


def inside(desk: Desk, user: str) -> frozenset[str]:
    """Name the channels that restrict something and that a person is in."""
    restricted = desk.ledger.items.channels() | desk.searcher.channels()
    return frozenset(one for one in restricted if desk.directory.member(user, one))


def may_see(desk: Desk, user: str, item: WatchItem) -> bool:
    """Tell whether an item is for a person to see."""
    if item.channels is None or user in {item.owner, item.made_by}:
        return True
    return any(desk.directory.member(user, channel) for channel in item.channels)


def namer(desk: Desk) -> Callable[[str], str]:
    """Give what names people in a message."""

    def name(user: str) -> str:
        person = desk.directory.person(user) if user else None
        return person.name if person else "somebody"

    return name


# -- lists ----------------------------------------------------------------------------------------------


def page(desk: Desk, user: str, view: str, first: int, words: str) -> Message:
    """Show one page of a view."""
    found, total = desk.ledger.items.page(view, user, inside(desk, user), words=words, first=first, count=kit.PAGE)
    groups = [("", found)] if view in {"done", "all", "search"} else grouped(found, desk.today())
    return cards.listed(view, groups, user, namer(desk), first, total, words)


def home(desk: Desk, user: str) -> list[dict[str, Any]]:
    """Lay out a person's lists for App Home."""
    items, seen = desk.ledger.items, inside(desk, user)
    mine, total = items.page("mine", user, seen)
    since = (desk.today() - _FORTNIGHT).isoformat()
    unclaimed = [one for one in items.page("unclaimed", user, seen, count=500)[0] if _published(one) >= since]
    watched = [(one.number, one.topic) for one in items.watches(user)]
    team = bool(desk.settings.team_channel)
    return cards.home(mine, total, unclaimed[: kit.PAGE], watched, user, namer(desk), team=team)


def _published(item: WatchItem) -> str:
    return str(item.source.get("published") or "")


def nextsteps(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Answer /nextsteps: what the briefings say comes next, from today, then undated, then what has just passed."""
    if refused := refusal(desk, inbound):
        return _say(inbound, refused)
    asked = window(inbound.text, desk.today())
    if isinstance(asked, str):
        return _say(inbound, cards.problem(asked))
    known = [one for one in _steps(desk, inbound.user) if _speaks(desk, one, asked.topic)]
    dated = [one for one in known if one.due and one.due.latest >= asked.first and one.due.earliest <= asked.last]
    undated = [] if asked.past or asked.last < desk.today() else [one for one in known if one.due is None and one.open]
    ahead = [*([one for one in dated if one.due and one.due.latest < desk.today()] if asked.past else dated), *undated]
    gone = [] if asked.past else [
        one for one in known if one.due and desk.today() - PAST <= one.due.latest < desk.today()
    ]  # fmt: skip
    if not (ahead or gone):
        return _say(inbound, kit.note(phrases.NO_STEPS))
    head = f"Next steps{f' on {asked.topic}' if asked.topic else ''}{', dates gone by' if asked.past else ''}"
    shown = [one for one in ahead if one not in gone]
    return _say(inbound, cards.steps(head, shown, gone, namer(desk), max(0, len(shown) - kit.PAGE)))


def _steps(desk: Desk, user: str) -> list[WatchItem]:
    """List the steps of the briefings that a person may see now."""
    names = {entry.id for entry in desk.searcher.entries(desk.person(user))}
    return [one for one in desk.ledger.items.of_briefings() if one.source.get("briefing") in names]


def _speaks(desk: Desk, item: WatchItem, topic: str) -> bool:
    """Tell whether an item is on a topic: its words, its bodies, its briefing's title and topics hold every word."""
    if not topic:
        return True
    wanted = {stem for term in read_question(topic, desk.today()).terms or (topic,) for stem in stems(term)}
    briefing = f"{item.source.get('title', '')} {' '.join(item.source.get('topics', ()))}"
    return wanted <= set(stems(f"{item.text} {item.source.get('quote', '')} {' '.join(item.bodies)} {briefing}"))


# -- changes --------------------------------------------------------------------------------------------


def change(desk: Desk, inbound: Inbound, wish: Wish) -> Sequence[Effect]:
    """Act on items by number, and say what came of it."""
    found = desk.ledger.items.get(wish.numbers)
    mine = [found[n] for n in wish.numbers if n in found and may_see(desk, inbound.user, found[n])]
    if not mine:
        return _say(inbound, kit.note(phrases.NO_ITEM))
    if wish.verb == "assign" and (refused := _cannot_own(desk, wish.people[0], mine)):
        return _say(inbound, kit.note(refused))
    if len(mine) == 1 and (late := _too_late(desk, mine[0], wish)):
        return _say(inbound, late)
    return made(desk, inbound, wish, [changed(one, wish, inbound.user, desk.now()) for one in mine])


def made(desk: Desk, inbound: Inbound, wish: Wish, items: Sequence[WatchItem], undoes: str = "") -> Sequence[Effect]:
    """Keep items as they are now, and say so, with the way back."""
    gesture = key_of(inbound)
    done = Changed(gesture, inbound.user, desk.now(), wish.verb, tuple(items), undoes)
    said = phrases.done_to(wish.verb, [one.number for one in items], _whom(desk, wish))
    read_as = (
        f"I read “{wish.due.words}” as {phrases.due(wish.due)}." if wish.due and wish.verb in {"add", "move"} else ""
    )
    return [done, *_say(inbound, cards.changed(said, items, namer(desk), gesture, read_as))]


def _whom(desk: Desk, wish: Wish) -> str:
    """Name what a change came to: a person, a day."""
    if wish.verb == "move" and wish.due:
        return phrases.due(wish.due)
    if wish.verb == "snooze" and wish.until:
        return written(wish.until)
    return kit.inert(namer(desk)(wish.people[-1]), 60) if wish.people else ""


def _cannot_own(desk: Desk, person: str, items: Iterable[WatchItem]) -> str:
    """Say why somebody cannot own items, '' where they can."""
    known = desk.directory.person(person)
    if known is None or not known.member:
        return phrases.NOT_A_MEMBER
    hidden = [one for one in items if one.channels is not None and not may_see(desk, person, replace(one, owner=""))]
    return phrases.NOT_MEMBER_OF if hidden else ""


def _too_late(desk: Desk, item: WatchItem, wish: Wish) -> Message | None:
    """Tell somebody that another was faster: what they want is so already."""
    if wish.text:
        return None
    wanted = {"done": item.status is Standing.DONE, "drop": item.status is Standing.DROPPED, "claim": bool(item.owner)}
    if not wanted.get(wish.verb, False) or (wish.verb == "claim" and not item.open):
        return None
    whom = item.owner if wish.verb == "claim" else item.changed_by
    shown = kit.inert(namer(desk)(whom), 60) if whom else "the briefing"
    state = "claimed" if wish.verb == "claim" else item.status.value
    return kit.note(phrases.unchanged(item.number, state, shown, item.changed_at, desk.settings.timezone))


def _add(desk: Desk, inbound: Inbound, wish: Wish) -> Sequence[Effect]:
    if not wish.text:
        form = {"trigger_id": inbound.trigger, "view": cards.add_form(inbound.channel)}
        return [Outbound(f"add:{key_of(inbound)}", Method.MODAL, f"modal:{inbound.user}", form, None, inbound.user)]
    owner = wish.people[0] if wish.people else inbound.user
    return added(desk, inbound, wish, owner, inbound.channel, "")


def added(  # noqa: PLR0913, PLR0917 - an item's parts
    desk: Desk, inbound: Inbound, wish: Wish, owner: str, channel: str, permalink: str
) -> Sequence[Effect]:
    """Add an item: its own channel's, and no wider than that channel."""
    closed = channel.startswith(("C", "G")) and desk.directory.closed(channel)
    item = WatchItem(
        desk.ledger.items.next_number(), wish.text, wish.due, owner, channel, Standing.OPEN, inbound.user, desk.now(),
        inbound.user, desk.now(), {"permalink": permalink} if permalink else {}, (channel,) if closed else None,
    )  # fmt: skip
    if owner != inbound.user and (refused := _cannot_own(desk, owner, [item])):
        return _say(inbound, kit.note(refused))
    return made(desk, inbound, wish, [item])


def _undo(desk: Desk, inbound: Inbound, _: Wish) -> Sequence[Effect]:
    """Take back one's own last change, where nothing was changed since."""
    steps = desk.ledger.items.last_gesture(inbound.user, desk.now() - _UNDO)
    if not steps:
        return _say(inbound, kit.note(phrases.NOTHING_TO_UNDO))
    now = desk.ledger.items.get(step.after.number for step in steps)
    since = next((now[step.after.number] for step in steps if now[step.after.number] != step.after), None)
    if since:
        whom = kit.inert(namer(desk)(since.changed_by), 60)
        zone = desk.settings.timezone
        return _say(inbound, kit.note(phrases.unchanged(since.number, "changed", whom, since.changed_at, zone)))
    back = [
        replace(
            step.before or replace(step.after, status=Standing.DROPPED), changed_by=inbound.user, changed_at=desk.now()
        )
        for step in steps
    ]
    return made(desk, inbound, Wish("undo"), back, undoes=steps[0].gesture)


def _handover(desk: Desk, inbound: Inbound, wish: Wish) -> Sequence[Effect]:
    """Give all of one person's open items to another; for admins."""
    if not desk.admin(inbound.user):
        return _say(inbound, kit.note(phrases.NOT_ALLOWED))
    leaver, heir = wish.people
    theirs = [one for one in desk.ledger.items.still_open() if one.owner == leaver]
    if not theirs:
        return _say(inbound, kit.note(phrases.NO_ITEM))
    if refused := _cannot_own(desk, heir, theirs):
        return _say(inbound, kit.note(refused))
    given = [replace(one, owner=heir, changed_by=inbound.user, changed_at=desk.now()) for one in theirs]
    return made(desk, inbound, wish, given)


def _help(_: Desk, inbound: Inbound, __: Wish) -> Sequence[Effect]:
    return _say(inbound, cards.helped())


# -- standing watches -------------------------------------------------------------------------------------


def _watch(desk: Desk, inbound: Inbound, wish: Wish) -> Sequence[Effect]:
    """Show what a standing watch would have found in ninety days, so that it can be tuned before it is saved."""
    vector = desk.vector(wish.text)
    audience = desk.person(inbound.user)
    since = desk.today() - SPAN
    names = [one.id for one in desk.searcher.entries(audience) if one.published and one.published >= since]
    found: list[tuple[match.Match, Briefing]] = []
    matched = []
    for briefing in desk.searcher.briefings(names, audience).values():
        for passage in desk.passages(briefing):
            one = match.on_topic(wish.text, vector, briefing, [passage])
            if one and one.score >= match.TOPIC_THRESHOLD:
                found.append((one, briefing))
                matched.append(passage)
    found.sort(key=lambda pair: -pair[0].score)
    best = [match.citation(one, briefing) for one, briefing in found[:3]]
    near = match.related(wish.text, vector, matched) if matched else ()
    count = len({briefing.id for _, briefing in found})
    return _say(inbound, cards.watch_preview(wish.text, len(found), count, best, near))


def _exported(desk: Desk, inbound: Inbound, wish: Wish) -> Sequence[Effect]:
    """Send a person's own open items as a file, or the team's: CSV, or a calendar."""
    view = "team" if wish.text.lower() == "team" else "mine"
    items, _ = desk.ledger.items.page(view, inbound.user, inside(desk, inbound.user), count=_MOST)
    if wish.verb == "export":
        name, content, said = f"{view}.csv", ics.table(items, namer(desk)), phrases.EXPORT_SENT
    else:
        title = phrases.VIEW_HEADS[view]
        name, content, said = f"{view}.ics", ics.calendar(items, desk.now(), title).decode(), phrases.CALENDAR_SENT
    if not items:
        return _say(inbound, kit.note(phrases.NO_ITEMS[view]))
    return [file(inbound, key_of(inbound), f"watchlist-{name}", content, kit.note(said))]


def _watches(desk: Desk, inbound: Inbound, _: Wish) -> Sequence[Effect]:
    return _say(inbound, cards.watches([(one.number, one.topic) for one in desk.ledger.items.watches(inbound.user)]))


def _unwatch(desk: Desk, inbound: Inbound, wish: Wish) -> Sequence[Effect]:
    mine = {one.number: one for one in desk.ledger.items.watches(inbound.user)}
    found = mine.get(wish.numbers[0])
    if found is None:
        return _say(inbound, kit.note(phrases.NO_ITEM))
    return [replace(found, active=False), *_say(inbound, kit.note(f"w{found.number} is off."))]


def save_watch(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Keep a standing watch that was shown before."""
    words = inbound.value.strip()
    known = next((one for one in desk.ledger.items.watches(inbound.user) if one.topic == words), None)
    watch = known or Watch(desk.ledger.items.next_watch(), words, inbound.user, desk.now())
    return [watch, *_say(inbound, kit.note(phrases.watching(watch.number)))]


# -- menus, buttons, forms --------------------------------------------------------------------------------


def menu(desk: Desk, inbound: Inbound) -> Sequence[Effect]:  # noqa: PLR0911 - a choice each
    """Do what was chosen from an item's menu, or pressed under it: "done 7"."""
    if refused := refusal(desk, inbound):
        return _say(inbound, refused)
    verb, _, text = inbound.value.partition(" ")
    if inbound.name == "add_step":
        verb, text = "claim", inbound.value
    item = desk.ledger.items.get([number_of(text)]).get(number_of(text))
    if item is None or not may_see(desk, inbound.user, item):
        return _say(inbound, kit.note(phrases.NO_ITEM))
    if verb == "source" and item.source.get("quote"):
        return _say(inbound, cards.origin(item))
    if verb == "reassign":
        form = {"trigger_id": inbound.trigger, "view": cards.reassign_form(item)}
        return [Outbound(f"form:{key_of(inbound)}", Method.MODAL, f"modal:{inbound.user}", form, None, inbound.user)]
    if verb == "snooze":
        return change(desk, inbound, Wish("snooze", (item.number,), until=desk.today() + timedelta(days=7)))
    if verb in {"claim", "done", "drop", "quiet"}:
        return change(desk, inbound, Wish(verb, (item.number,)))
    return _say(inbound, kit.note(phrases.NO_ITEM))


def more(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Show the next page of a view."""
    view, _, rest = inbound.value.partition(" ")
    first, _, words = rest.partition(" ")
    if view not in _VIEWS:
        return _say(inbound, kit.note(phrases.NO_ITEM))
    return _say(inbound, page(desk, inbound.user, view, number_of(first), words))


def undo(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Take back by the button under what was done, where that still is the last change."""
    steps = desk.ledger.items.last_gesture(inbound.user, desk.now() - _UNDO)
    if not steps or steps[0].gesture != inbound.value:
        return _say(inbound, kit.note(phrases.NOTHING_TO_UNDO))
    return _undo(desk, inbound, Wish("undo"))


def submitted(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Take what was filled into a form: a new item, an owner, a date."""
    if refused := refusal(desk, inbound):
        return _say(inbound, refused)
    filled = dict(inbound.fields)
    if inbound.name == "add_item":
        channel, _, permalink = inbound.value.partition(" ")
        due = _day_range(filled.get("date", ""))
        wish = Wish("add", text=" ".join(filled.get("text", "").split())[:500], due=due)
        if not wish.text:
            return _say(inbound, kit.note(phrases.NO_ADD_TEXT))
        where = channel if desk.directory.member(inbound.user, channel) else ""
        return added(desk, inbound, wish, filled.get("person") or inbound.user, where, permalink)
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


def number_of(text: str) -> int:
    """Read an item's number; 0, which no item has, where it is none, as in a forged value."""
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0


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
    "watch": _watch,
    "export": _exported,
    "calendar": _exported,
    "watches": _watches,
    "unwatch": _unwatch,
}
COMMANDS = {"/watchlist": watchlist, "/nextsteps": nextsteps}
ACTIONS = {"watch_item": menu, "add_step": menu, "watch_more": more, "undo": undo, "watch_save": save_watch}
VIEWS = ("add_item", "reassign", "move_item")
