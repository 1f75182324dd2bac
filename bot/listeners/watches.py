"""Standing watches: a topic of which somebody is told when a new briefing speaks of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot import cards, guarded, item_phrases, kit, match, topics
from bot.listeners.lists import tell
from bot.types import Watch
from bot.watchlist import SPAN, Wish
from index import report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.desk import Desk
    from bot.types import Effect, Inbound
    from index.types import Briefing


def previewed(desk: Desk, inbound: Inbound, wish: Wish) -> Sequence[Effect]:
    """Show what a standing watch would have found in ninety days, so that it can be tuned before it is saved."""
    vector = desk.vector(wish.text)
    audience = desk.person(inbound.user)
    since = desk.today() - SPAN
    names = [one.id for one in desk.searcher.entries(audience) if one.published and one.published >= since]
    found: list[tuple[match.Match, Briefing]] = []
    matched = []
    for briefing in desk.searcher.briefings(names, audience).values():
        for passage in desk.passages(briefing):
            one = topics.on_topic(wish.text, vector, briefing, [passage])
            if one and one.score >= topics.THRESHOLD:
                found.append((one, briefing))
                matched.append(passage)
    found.sort(key=lambda pair: -pair[0].score)
    best = [report.cited(briefing, one) for one, briefing in found[:3]]
    near = topics.related(wish.text, vector, matched) if matched else ()
    count = len({briefing.id for _, briefing in found})
    message = cards.watch_preview(wish.text, len(found), count, best, guarded.held(desk, near, best))
    return tell(
        inbound, guarded.checked(desk, message, best, [wish.text, item_phrases.watch_preview(len(found), count)])
    )


def listed(desk: Desk, inbound: Inbound, _: Wish) -> Sequence[Effect]:
    """List a person's standing watches."""
    return tell(inbound, cards.watches([(one.number, one.topic) for one in desk.ledger.items.watches(inbound.user)]))


def ended(desk: Desk, inbound: Inbound, wish: Wish) -> Sequence[Effect]:
    """End a standing watch of one's own."""
    mine = {one.number: one for one in desk.ledger.items.watches(inbound.user)}
    found = mine.get(wish.numbers[0])
    if found is None:
        return tell(inbound, kit.note(item_phrases.NO_ITEM))
    return [replace(found, active=False), *tell(inbound, kit.note(f"w{found.number} is off."))]


def saved(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Keep a standing watch that was shown before."""
    words = inbound.value.strip()
    known = next((one for one in desk.ledger.items.watches(inbound.user) if one.topic == words), None)
    watch = known or Watch(desk.ledger.items.next_watch(), words, inbound.user, desk.now())
    return [watch, *tell(inbound, kit.note(item_phrases.watching(watch.number)))]
