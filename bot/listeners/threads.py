"""What people do in a post's thread: claim a next step, ask about what was posted, see the rest of a digest."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot import kit, post_phrases, postcards
from bot.desk import key_of
from bot.listeners import posting, watchlist
from bot.listeners.lists import number_of, tell
from bot.listeners.questions import answered, turned_away
from bot.replies import form, update
from bot.types import Changed, Surface

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.desk import Desk
    from bot.types import Effect, Inbound, Post

_RENEWED = timedelta(days=35)  # threads that are older stay as they are


def _seen(desk: Desk, inbound: Inbound, key: str) -> Post | None:
    """Give a post that this person can see in its channel."""
    kept = desk.ledger.posts.get(key)
    return kept if kept and desk.directory.member(inbound.user, kept.channel) else None


def more(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Show the next of a digest: what its channel may see now, and what its briefings still say."""
    first, _, key = inbound.value.partition(" ")
    kept = _seen(desk, inbound, key)
    if kept is None:
        return tell(inbound, kit.note(post_phrases.NO_POST))
    names = [str(one["briefing"]) for one in kept.shown]
    allowed = desk.searcher.briefings(names, desk.channel(kept.channel))
    still = [one for one in kept.shown if (found := allowed.get(one["briefing"])) and posting.agrees(desk, found, one)]
    at = min(number_of(first), max(len(still) - 1, 0))
    return tell(inbound, postcards.digest(still, key, at))


def claim(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Claim a next step from a thread: "7 post:…"."""
    number, _, _ = inbound.value.partition(" ")
    return watchlist.menu(desk, replace(inbound, value=f"claim {number}"))


def ask(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Open the form that asks about what was posted."""
    kept = _seen(desk, inbound, inbound.value)
    if kept is None:
        return tell(inbound, kit.note(post_phrases.NO_POST))
    title = str(kept.shown[0]["title"]) if len(kept.shown) == 1 else ""
    return [form(inbound, f"form:{key_of(inbound)}", postcards.ask_form(kept.key, title))]


def asked(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Answer a question about what was posted, from that alone and to the asker alone, in the channel."""
    kept = _seen(desk, inbound, inbound.value)
    if kept is None:
        return tell(inbound, kit.note(post_phrases.NO_POST))
    text = " ".join(dict(inbound.fields).get("text", "").split())
    here = replace(inbound, surface=Surface.ACTION, channel=kept.channel, thread_ts=kept.ts, text=text)
    if turned := turned_away(desk, here):
        return turned
    about = frozenset(str(one["briefing"]) for one in kept.shown)
    return answered(desk, here, alone=True, about=about) if text else []


def renewed(desk: Desk, inbound: Inbound, effects: Iterable[Effect]) -> list[Effect]:
    """Show the next steps in the threads of recent posts as they become, whoever changes them and where."""
    changed = {item.number: item for one in effects if isinstance(one, Changed) for item in one.items if item.step}
    names = {str(item.source.get("briefing", "")) for item in changed.values()}
    since = desk.now() - _RENEWED
    posts = [one for one in desk.ledger.posts.of_briefings(names) if one.ts and one.slot > since] if names else []
    return [
        update(one.channel, f"thread:{one.key}", f"update:thread:{one.key}:{key_of(inbound)}", below)
        for one in posts
        if (below := posting.below(desk, one, changed)) != posting.below(desk, one, {})
    ]


ACTIONS = {"post_more": more, "post_claim": claim, "post_ask": ask}
