"""A briefing that was posted is edited or withdrawn: its post is changed in place, and its thread told how, once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot import change, gist
from bot.desk import key_of
from bot.listeners import corrections, posting
from bot.replies import update
from bot.types import Said, Stand
from index import report

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.desk import Desk
    from bot.types import Effect, Inbound, Post
    from index.types import Briefing

    Shown = Mapping[str, Any]


def posts(
    desk: Desk, inbound: Inbound, edited: Iterable[Briefing], gone: Mapping[str, str], fresh: Sequence[Briefing]
) -> list[Effect]:
    """Change the posts of briefings that are new, edited or no longer there, as ``corrections.answers`` does answers.

    What is held or skipped is only noted of, so that a renamed file is known again.
    """
    now = {one.id: one for one in edited}
    found = desk.ledger.posts.of_briefings([*now, *gone])
    return [effect for kept in found for effect in _revised(desk, key_of(inbound), kept, now, gone, fresh)]


def _revised(  # noqa: PLR0913, PLR0917 - a post and what became of the briefings
    desk: Desk, look: str, kept: Post, now: Mapping[str, Briefing], gone: Mapping[str, str], fresh: Sequence[Briefing]
) -> list[Effect]:
    parts: list[Shown] = []
    notes: list[Effect] = []
    for part in kept.shown:
        name = part["briefing"]
        if name not in now and name not in gone:
            parts.append(part)
            continue
        said = _said(kept, part)
        briefing = now.get(name) or corrections.renamed([said], fresh)
        parts.append(_after(desk, kept, part, briefing))
        notes += corrections.told(desk, briefing, f"{name}:{look}", [said])
    after = replace(kept, shown=tuple(parts))
    if after == kept or kept.state not in {Stand.SENT, Stand.DUE} or desk.off(kept.channel):
        return [after] if after != kept else []
    message = posting.message(after)
    changed = [update(kept.channel, kept.key, f"update:{kept.key}:{look}", message)]
    return [after, *(changed if message != posting.message(kept) else []), *notes]


def _said(kept: Post, part: Shown) -> Said:
    """Give what a post showed of a briefing: one by itself its sentences and figures, a digest one sentence."""
    single = not kept.what.startswith("digest:")
    quotes = [one["quote"] for one in part["quotes"]]
    shown = [*quotes, *part.get("behind", ())] if single else quotes[:1]
    return Said(
        kept.key, kept.key, part["briefing"], part["title"], part["published"] or "", tuple(dict.fromkeys(shown)),
        kept.channel, kept.ts, gone=part.get("withdrawn", False), pending=not kept.ts,
    )  # fmt: skip


def _after(desk: Desk, kept: Post, part: Shown, briefing: Briefing | None) -> Shown:
    """Lay out what a post says of a briefing now: the same sentences as they read now, else others.

    In a channel that is shared outside nothing new is shown; of what does not agree with the briefing, its title alone.
    """
    if briefing is None or not desk.shown_to(kept.channel, briefing):
        return {**part, "withdrawn": True}
    now = posting.shown(desk, briefing, part["why"])
    if not desk.settings.guests and desk.directory.outside(kept.channel):
        return {**part, "briefing": briefing.id, "text": now["text"]}
    stood = desk.ledger.items.stood(part["briefing"], briefing.digest)
    quotes = [quote for old in part["quotes"] if (quote := _quoted(briefing, old["quote"], stood))]
    after = {**now, "quotes": quotes or now["quotes"]}
    return after if posting.agrees(desk, briefing, after) else {**after, "quotes": [], "figures": []}


def _quoted(briefing: Briefing, quote: str, stood: frozenset[str]) -> dict[str, Any] | None:
    """Cite a sentence as it reads now; None where nothing like it is new there. ``stood`` is as ``change`` has it."""
    at, text = briefing.body.find(quote), quote
    became = next(iter(change.corrected([quote], briefing.body, stood)), None)
    if became is not None:
        at, text = became.start, became.now
    if at < 0 or not text:
        return None
    paragraph = max((one.n for one in briefing.paragraphs if one.start <= at), default=1)
    return report.cited(briefing, gist.Told(at, at + len(text), text, paragraph))
