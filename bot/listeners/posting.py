"""What is posted: at a slot, at once, or by hand; each post with its thread, and what came of it in the ledger."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot import eligible, gist, guarded, phrases, post_phrases, postcards, schedule
from bot.listeners.lists import namer, number_of
from bot.replies import beneath, post
from bot.types import Post, Resend, Stand
from index import report

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from bot.desk import Desk
    from bot.types import Effect, Inbound, Message, Subscription, WatchItem
    from index.store import Entry
    from index.types import Briefing

    Found = Sequence[tuple[Briefing, tuple[str, ...]]]

_MOST = 500  # briefings looked at, the newest: reading one for its topics takes milliseconds, and questions wait


# -- which ------------------------------------------------------------------------------------------------


def fresh(desk: Desk, one: Subscription, had: Collection[str] = ()) -> list[tuple[Briefing, tuple[str, ...]]]:
    """List what is new to a subscription's channel, oldest first, each with the topics that it matches.

    ``had`` are briefings and texts that the channel is about to have. A briefing counts once its next steps
    are items, for they stand in its thread.
    """
    days, now, zone = desk.settings.post_days, desk.now(), desk.settings.timezone
    posted = desk.ledger.posts.posted(one.channel) | frozenset(had)
    arrived = desk.ledger.items.arrived()

    def wanted(entry: Entry) -> bool:
        return entry.id in arrived and eligible.new(one, entry, days, now, zone)

    return list(_relevant(desk, one, posted, wanted))


def would(desk: Desk, one: Subscription, wanted: Callable[[Entry], bool]) -> int:
    """Count the briefings that a subscription would post of those that are wanted, the newest 500 looked at."""
    return sum(1 for _ in _relevant(desk, one, desk.ledger.posts.posted(one.channel), wanted))


def _relevant(
    desk: Desk, one: Subscription, posted: frozenset[str], wanted: Callable[[Entry], bool]
) -> Iterator[tuple[Briefing, tuple[str, ...]]]:
    """Give the briefings that a channel may see, has not had, and that are on the topics; no text twice."""
    audience = desk.channel(one.channel)
    entries = [entry for entry in desk.searcher.entries(audience) if entry.id not in posted and wanted(entry)]
    names = [entry.id for entry in sorted(entries, key=lambda each: str(each.published))[-_MOST:]]
    texts = set(posted)
    found = desk.searcher.briefings(names, audience).values()
    for briefing in sorted(found, key=lambda each: (str(each.published), each.id)):
        text = eligible.sum_of(briefing.body)
        why = tuple(topic for topic in one.topics if desk.speaks(topic, briefing))
        if text not in texts and (why or not one.topics):
            texts.add(text)
            yield briefing, why


def shown(desk: Desk, briefing: Briefing, why: Sequence[str]) -> dict[str, Any]:
    """Lay out what a post says of a briefing, as ``Post.shown`` has it."""
    figures = gist.figures(briefing)
    quotes = [report.cited(briefing, told) for told in gist.gist(briefing, desk.passages(briefing))]
    return {
        "briefing": briefing.id,
        "title": briefing.title,
        "source": briefing.source,
        "published": briefing.published.isoformat() if briefing.published else None,
        "topics": list(briefing.topics),
        "figures": list(figures),
        "behind": gist.holding(briefing, figures),
        "why": list(why),
        "quotes": quotes,
        "text": eligible.sum_of(briefing.body),
    }


# -- posting ----------------------------------------------------------------------------------------------


def mark(one: Subscription, slot: datetime, state: Stand, reason: str) -> Post:
    """Say of a whole slot that it is held or skipped."""
    what = f"digest:{one.number}" if one.digest else f"slot:{one.number}"
    return Post(what, one.channel, slot, one.number, state, reason)


def made(desk: Desk, one: Subscription, found: Found, slot: datetime, held: str = "") -> list[Effect]:
    """Post what was found, a digest or each by itself; or, for a reason, hold it."""
    kept = _sound(desk, found)
    if found and not kept:
        return [mark(one, slot, Stand.SKIPPED, phrases.WITHHELD)]
    state = Stand.HELD if held else Stand.DUE
    if one.digest:
        newest = tuple(reversed(kept))
        return _said(desk, Post(f"digest:{one.number}", one.channel, slot, one.number, state, held, newest))
    posts = [Post(part["briefing"], one.channel, slot, one.number, state, held, (part,)) for part in kept]
    return [effect for part in posts for effect in _said(desk, part)]


def _sound(desk: Desk, found: Found) -> list[dict[str, Any]]:
    """Lay out what posts say of briefings, and leave out what does not agree with them."""
    parts = [(briefing, shown(desk, briefing, why)) for briefing, why in found]
    return [part for briefing, part in parts if agrees(desk, briefing, part)]


def agrees(desk: Desk, briefing: Briefing, part: Mapping[str, Any]) -> bool:
    """Tell whether what a post says of a briefing stands in it, the whole of which it cites; log what does not."""
    return guarded.sound(
        desk,
        postcards.post(part),
        [*part["quotes"], *guarded.paragraphs(briefing, briefing.paragraphs)],
        [*part["topics"], *part["why"], phrases.published(part["published"])],
    )


def _said(desk: Desk, kept: Post) -> list[Effect]:
    """Keep a post and, where it is due, say it, with its thread."""
    if kept.state is not Stand.DUE:
        return [kept]
    said: list[Effect] = [kept, post(kept.channel, "", kept.key, message(kept), "")]
    if not kept.shown:
        return said
    return [*said, beneath(kept.channel, kept.key, f"thread:{kept.key}", below(desk, kept, {}))]


def below(desk: Desk, kept: Post, changed: Mapping[int, WatchItem]) -> Message:
    """Lay out what stands in a post's thread: the open steps of its briefings, those that change as they will be."""
    names = [one["briefing"] for one in kept.shown[: postcards.MOST]]
    known = {item.number: item for name in names for item in desk.ledger.items.of_briefing(name)}
    items = known | {number: item for number, item in changed.items() if item.source.get("briefing") in names}
    still = guarded.items(desk, [item for item in items.values() if item.open], namer(desk))
    return postcards.thread(still, namer(desk), kept.key, len(kept.shown))


def message(kept: Post) -> Message:
    """Lay out what a post says."""
    single = not kept.what.startswith("digest:")
    return postcards.post(kept.shown[0]) if single else postcards.digest(kept.shown, kept.key)


def held(desk: Desk, channel: str = "") -> str:
    """Say why the posts of a channel are held at present, '' where they are not."""
    if desk.ledger.setting("*", "posts_held"):
        return post_phrases.HELD_BY_CLOCK
    if channel and desk.off(channel):
        return post_phrases.HELD_OFF
    shared = channel and not desk.settings.guests and desk.directory.shared(channel)
    return post_phrases.HELD_SHARED if shared else ""


# -- when -------------------------------------------------------------------------------------------------


def slot(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Do what is owed to a subscription by now; ``value`` is its number and the slot that it was noticed by.

    Without a value it is for those that want what is new at once.
    """
    if not inbound.value:
        return at_once(desk, inbound)
    one = desk.ledger.posts.subscription(number_of(inbound.value.partition(" ")[0]))
    if one is None or one.paused:
        return []
    owed = schedule.owed(one.schedule, one.last, desk.now())
    effects: list[Effect] = [
        mark(one, missed, Stand.SKIPPED, post_phrases.MISSED)
        for missed in owed.skipped
        if not _marked(desk, one, missed)
    ]
    newest = owed.due or max(owed.skipped, default=None)
    if newest is None:
        return []
    if owed.due and not _marked(desk, one, owed.due):
        effects += _due(desk, one, owed.due)
    return [replace(one, last=newest), *effects]


def _marked(desk: Desk, one: Subscription, when: datetime) -> bool:
    """Tell whether somebody held or skipped a slot before it came."""
    return desk.ledger.posts.get(mark(one, when, Stand.HELD, "").key) is not None


def _due(desk: Desk, one: Subscription, when: datetime) -> list[Effect]:
    found = fresh(desk, one)
    if found or (one.digest and one.says_none):
        return made(desk, one, found, when, held(desk, one.channel))
    return [mark(one, when, Stand.SKIPPED, post_phrases.NONE_NEW)]


def at_once(desk: Desk, inbound: Inbound) -> list[Effect]:
    """Post what is new to the channels that want it at once."""
    effects: list[Effect] = []
    had: dict[str, set[str]] = {}
    for one in desk.ledger.posts.subscriptions():
        if one.paused or not one.schedule.at_once:
            continue
        found = fresh(desk, one, had.get(one.channel, ()))
        effects += made(desk, one, found, inbound.received, held(desk, one.channel))
        given = had.setdefault(one.channel, set())
        given.update(name for briefing, _ in found for name in (briefing.id, eligible.sum_of(briefing.body)))
    return effects


def again(desk: Desk, kept: Post) -> list[Effect]:
    """Send a post that was held: as it stood where Slack did not take it, else as the briefings are now."""
    if desk.ledger.outcome(kept.key)[0]:
        return [replace(kept, state=Stand.DUE, reason=""), Resend(kept.key)]
    one = desk.ledger.posts.subscription(kept.subscription)
    if one is None:
        return []
    if not kept.shown:
        found = fresh(desk, one)
        done = [] if one.digest else [replace(kept, state=Stand.SKIPPED, reason=post_phrases.SENT_LATER)]
        return [*made(desk, one, found, kept.slot), *done] if found else []
    audience = desk.channel(kept.channel)
    still = desk.searcher.briefings([part["briefing"] for part in kept.shown], audience)
    found = [(still[part["briefing"]], tuple(part["why"])) for part in kept.shown if part["briefing"] in still]
    now = tuple(_sound(desk, found))
    return _said(desk, replace(kept, state=Stand.DUE, reason="", shown=now)) if now else []
