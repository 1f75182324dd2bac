"""What a person sees of the watchlist: views, next steps, App Home's lists, files to take away."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot import cards, guarded, ics, item_phrases, kit
from bot.desk import key_of
from bot.listeners.questions import refusal
from bot.replies import file, privately
from bot.types import Subscribed
from bot.watchlist import PAST, Wish, grouped, window
from index.words import about

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.desk import Desk
    from bot.types import Effect, Inbound, Message, WatchItem

VIEWS = frozenset("mine team all unclaimed done search".split())
_FORTNIGHT = timedelta(days=14)
_MOST = 20_000  # items of one file
_UNDATED = 3  # steps without a date on the first page of next steps


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


def page(desk: Desk, user: str, view: str, first: int, words: str) -> Message:
    """Show one page of a view."""
    found, total = desk.ledger.items.page(view, user, inside(desk, user), words=words, first=first, count=kit.PAGE)
    found = guarded.items(desk, found, namer(desk))
    groups = [("", found)] if view in {"done", "all", "search"} else grouped(found, desk.today())
    return cards.listed(view, groups, user, namer(desk), first, total, words)


def more(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Show the next page of a view."""
    view, _, rest = inbound.value.partition(" ")
    first, _, words = rest.partition(" ")
    if view not in VIEWS:
        return tell(inbound, kit.note(item_phrases.NO_ITEM))
    return tell(inbound, page(desk, inbound.user, view, number_of(first), words))


def home(desk: Desk, user: str) -> list[dict[str, Any]]:
    """Lay out a person's lists for App Home."""
    items, seen = desk.ledger.items, inside(desk, user)
    mine, total = items.page("mine", user, seen)
    mine = guarded.items(desk, mine, namer(desk))
    since = (desk.today() - _FORTNIGHT).isoformat()
    unclaimed, _ = items.page("fresh", user, seen, since=since)
    watched = [(one.number, one.topic) for one in items.watches(user)]
    team = bool(desk.settings.team_channel)
    fresh = guarded.items(desk, unclaimed, namer(desk))
    return cards.home(mine, total, fresh, watched, user, namer(desk), team=team)


def nextsteps(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Answer /nextsteps: what the briefings say comes next, from today, then undated, then what has just passed."""
    if refused := refusal(desk, inbound):
        return tell(inbound, refused)
    return tell(inbound, upcoming(desk, inbound.user, inbound.text, 0))


def more_steps(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Show the next page of next steps."""
    if refused := refusal(desk, inbound):
        return tell(inbound, refused)
    first, _, words = inbound.value.partition(" ")
    return tell(inbound, upcoming(desk, inbound.user, words, number_of(first)))


def upcoming(desk: Desk, user: str, words: str, first: int) -> Message:
    """Show one page of what the briefings say comes next; what has just passed stands under the first."""
    asked = window(words, desk.today())
    if isinstance(asked, str):
        return cards.problem(asked)
    known = [one for one in _steps(desk, user) if _speaks(one, asked.topic)]
    dated = [one for one in known if one.due and one.due.latest >= asked.first and one.due.earliest <= asked.last]
    undated = [] if asked.past or asked.last < desk.today() else [one for one in known if one.due is None and one.open]
    undated.sort(key=lambda one: str(one.source.get("published") or ""), reverse=True)
    if asked.past:
        dated = [one for one in dated if one.due and one.due.latest < desk.today()]
    gone = [] if asked.past else [
        one for one in known if one.due and desk.today() - PAST <= one.due.latest < desk.today()
    ]  # fmt: skip
    left = _undated_seen([one for one in dated if one not in gone], undated)
    if not (left or gone):
        return kit.note(item_phrases.NO_STEPS)
    head = f"Next steps{f' on {asked.topic}' if asked.topic else ''}{', dates gone by' if asked.past else ''}"
    shown = guarded.items(desk, left[first : first + cards.STEPS], namer(desk))
    past = guarded.items(desk, gone[: 0 if first else cards.GONE], namer(desk))
    return cards.steps(head, shown, past, namer(desk), cards.Part(first, len(left), words))


def _undated_seen(dated: Sequence[WatchItem], undated: Sequence[WatchItem]) -> list[WatchItem]:
    """Put the dated before the undated, but some of those on the first page, where they would be looked for."""
    kept = undated[:_UNDATED]
    first = cards.STEPS - len(kept)
    return [*dated[:first], *kept, *dated[first:], *undated[_UNDATED:]]


def _steps(desk: Desk, user: str) -> list[WatchItem]:
    """List the steps of the briefings that a person may see now."""
    names = {entry.id for entry in desk.searcher.entries(desk.person(user))}
    return [one for one in desk.ledger.items.of_briefings() if one.source.get("briefing") in names]


def _speaks(item: WatchItem, topic: str) -> bool:
    """Tell whether an item is on a topic, by its words and bodies, and its briefing's title and topics together."""
    source, topics = item.source, item.source.get("topics", ())
    told = (item.text, source.get("quote", ""), *item.bodies, source.get("title", ""), *topics)
    return not topic or about(topic, topics, " ".join(map(str, told)))


def exported(desk: Desk, inbound: Inbound, wish: Wish) -> Sequence[Effect]:
    """Send a person's own open items as a file, or the team's: CSV, or a calendar."""
    words = wish.text.lower().split()
    view = "team" if "team" in words else "mine"
    if wish.verb == "calendar" and {"subscribe", "revoke"} & set(words):
        return subscribed(desk, inbound, revoke="revoke" in words, view=view)
    items, _ = desk.ledger.items.page(view, inbound.user, inside(desk, inbound.user), count=_MOST)
    items = guarded.items(desk, items, namer(desk))
    if wish.verb == "export":
        name, content, said = f"{view}.csv", ics.table(items, namer(desk)), item_phrases.EXPORT_SENT
    else:
        title = item_phrases.VIEW_HEADS[view]
        name, content, said = f"{view}.ics", ics.calendar(items, desk.now(), title).decode(), item_phrases.CALENDAR_SENT
    if not items:
        return tell(inbound, kit.note(item_phrases.NO_ITEMS[view]))
    return [file(inbound, key_of(inbound), f"watchlist-{name}", content, kit.note(said))]


def subscribed(desk: Desk, inbound: Inbound, *, revoke: bool, view: str) -> Sequence[Effect]:
    """Give a calendar address that nobody can guess, in the place of the one before; or take it back."""
    if revoke:
        return [Subscribed(inbound.user, view, "", desk.now()), *tell(inbound, kit.note(item_phrases.CALENDAR_REVOKED))]
    if desk.settings.port is None or not desk.settings.public_url:
        return tell(inbound, kit.note(item_phrases.NO_ADDRESS))
    token = secrets.token_urlsafe(32)
    address = f"{desk.settings.public_url.rstrip('/')}/calendar/{token}.ics"
    kept = Subscribed(inbound.user, view, digest_of(token), desk.now())
    return [kept, *tell(inbound, cards.subscription(address))]


def digest_of(token: str) -> str:
    """Sum a token: the ledger keeps no token itself."""
    return hashlib.sha256(token.encode()).hexdigest()


def calendar(desk: Desk, token: str) -> bytes | None:
    """Give the calendar that an address opens, as its owner may see it now; None where it opens none."""
    found = desk.ledger.items.calendar(digest_of(token))
    if found is None:
        return None
    user, view = found
    person = desk.directory.person(user)
    if person is None or not person.member:
        return None
    items, _ = desk.ledger.items.page(view, user, inside(desk, user), count=_MOST)
    items = guarded.items(desk, items, namer(desk))
    return ics.calendar(items, desk.now(), item_phrases.VIEW_HEADS[view])


def tell(inbound: Inbound, message: Message) -> list[Effect]:
    """Say something to the one who asked, alone."""
    return [privately(inbound, key_of(inbound), message)]


def number_of(text: str) -> int:
    """Read an item's number; 0, which no item has, where it is none, as in a forged value."""
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0
