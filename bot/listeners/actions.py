"""Buttons, menus and the small modal. Every right is checked again: a value is only a key."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot import blocks, guarded, kit, phrases
from bot.desk import key_of
from bot.listeners import arrivals, postledger, posts, threads, watchlist
from bot.listeners.commands import TURNED, page, settings
from bot.listeners.questions import asked, refusal
from bot.replies import form, post, privately
from bot.types import Judged, Setting
from bot.words import day
from index import report

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.desk import Desk
    from bot.types import Effect, Inbound, Kept, Message
    from index.types import Audience, Briefing, NextStep

_AROUND = 1  # paragraphs shown on either side of the one cited


def clicked(desk: Desk, inbound: Inbound) -> Sequence[Effect]:  # noqa: PLR0911 - a kind of button each
    """Do what a button says."""
    if act := _OF_LISTENERS.get(inbound.name):
        return act(desk, inbound)
    if inbound.name == "more":
        first, _, words = inbound.value.partition(" ")
        return _said(inbound, page(desk, inbound, int(first) if first.isdecimal() else 0, words))
    if inbound.name == "item":
        return _said(inbound, _item(desk, inbound))
    if inbound.name.startswith("example_"):
        return asked(desk, replace(inbound, text=inbound.value))
    if inbound.name.startswith("set_"):
        return _set(desk, inbound)
    kept = _mine(desk, inbound)
    if kept is None:
        return _said(inbound, kit.note(phrases.GONE))
    return _OF_ANSWER[inbound.name](desk, inbound, kept) if inbound.name in _OF_ANSWER else []


def submitted(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Take what was filled into a modal: an item's form, or the reason why an answer was not helpful."""
    if inbound.name in watchlist.VIEWS:
        return watchlist.submitted(desk, inbound)
    if inbound.name in _FORMS:
        return _FORMS[inbound.name](desk, inbound)
    kept = _mine(desk, replace(inbound, channel=""))
    if kept is None:
        return []
    filled = dict(inbound.fields)
    why = " ".join(part for part in (filled.get("choice", ""), filled.get("more", "")) if part)[:600]
    return [Judged(kept.key, inbound.user, helpful=False, why=why, at=desk.now())]


def _said(inbound: Inbound, message: Message) -> Sequence[Effect]:
    return [privately(inbound, key_of(inbound), message)]


def _mine(desk: Desk, inbound: Inbound) -> Kept | None:
    """Find the answer that a button belongs to, where this person could see it."""
    kept = desk.ledger.answers.get(inbound.value)
    if kept is None or not kept.data:
        return None
    if kept.user == inbound.user:
        return kept
    channel = inbound.channel or kept.channel
    seen = not kept.private and channel == kept.channel and desk.directory.member(inbound.user, channel)
    return kept if seen else None


def _audience(desk: Desk, inbound: Inbound, kept: Kept) -> Audience:
    return desk.person(inbound.user) if kept.private or not kept.channel.startswith("C") else desk.channel(kept.channel)


def _helpful(desk: Desk, inbound: Inbound, kept: Kept) -> Sequence[Effect]:
    judged = Judged(kept.key, inbound.user, helpful=True, why="", at=desk.now())
    return [judged, *_said(inbound, kit.note(phrases.THANKS_HELPFUL))]


def _unhelpful(desk: Desk, inbound: Inbound, kept: Kept) -> Sequence[Effect]:
    """Note it at once, and ask why in a modal."""
    judged = Judged(kept.key, inbound.user, helpful=False, why="", at=desk.now())
    modal = form(inbound, f"why:{key_of(inbound)}", blocks.why(kept.key))
    return [judged, modal, *_said(inbound, kit.note(phrases.THANKS_UNHELPFUL))]


def _copy(desk: Desk, inbound: Inbound, kept: Kept) -> Sequence[Effect]:
    if not _still(desk, inbound, kept):
        return _said(inbound, kit.note(phrases.CHANGED))
    return _said(inbound, guarded.answer(desk, blocks.brief(kept.data), kept.data))


def _passage(desk: Desk, inbound: Inbound, kept: Kept) -> Sequence[Effect]:
    """Show the paragraph cited with its neighbours."""
    first = (kept.data["citations"] or kept.data["nearest"])[0]
    briefing = desk.briefing(first["briefing"], _audience(desk, inbound, kept))
    if briefing is None or briefing.body[first["start"] : first["end"]] != first["quote"]:
        return _said(inbound, kit.note(phrases.CHANGED))
    near = [p for p in briefing.paragraphs if abs(p.n - first["paragraph"]) <= _AROUND]
    shown = [(p.n, briefing.body[p.start : p.end], p.n == first["paragraph"]) for p in near]
    message = blocks.passage(briefing.title, briefing.source, shown)
    return _said(inbound, guarded.checked(desk, message, guarded.paragraphs(briefing, near)))


def _still(desk: Desk, inbound: Inbound, kept: Kept) -> bool:
    """Tell whether every quote still stands, and may be seen."""
    quoted = kept.data["citations"] or kept.data["nearest"]
    return len(guarded.standing(desk, quoted, _audience(desk, inbound, kept))) == len(quoted)


def _share(desk: Desk, inbound: Inbound, kept: Kept) -> Sequence[Effect]:
    """Post a private answer in its channel, once, where all of the channel may see what it quotes."""
    if kept.user != inbound.user or not kept.channel.startswith(("C", "G")):
        return _said(inbound, kit.note(phrases.GONE))
    if refused := refusal(desk, inbound):
        return _said(inbound, refused)
    if not _still(desk, inbound, kept):
        return _said(inbound, kit.note(phrases.CHANGED))
    data = _as_seen(desk, kept.data, desk.channel(kept.channel))
    if data is None:
        return _said(inbound, kit.note(phrases.NOT_FOR_CHANNEL))
    if not desk.directory.member(desk.directory.me, kept.channel):
        return _said(inbound, kit.note(phrases.NOT_MEMBER))
    public = replace(kept, key=f"{kept.key}-shared", data=data, private=False, thread_ts="", at=desk.now())
    message = guarded.answer(desk, blocks.shared(data, public.key, desk.settings.today), data)
    said = post(kept.channel, "", f"share:{kept.key}", message, inbound.user, public.key)
    return [public, said, *_said(inbound, kit.note(phrases.SHARED))]


def _as_seen(desk: Desk, data: Mapping[str, Any], audience: Audience) -> dict[str, Any] | None:
    """Give an answer as it stands and an audience may see it, counts included; None where its headline does not."""
    parts = {part: guarded.standing(desk, data[part], audience) for part in ("citations", "nearest")}
    if data["citations"] and data["citations"][0] not in parts["citations"]:
        return None
    marks = data.get("marks") or [data["highlight"], *[None] * len(data["citations"])]
    pairs = zip(data["citations"], marks, strict=False)
    shown = {
        "marks": [marked for one, marked in pairs if one in parts["citations"]],
        # Two citations that answer together are one answer only while both are seen; what is not shown is not counted.
        "form": "list" if data.get("form") == "list" else _together(data, parts["citations"]),
        "more": 0,
    }
    return {**data, **parts, **shown, "searched": report.searched(desk.searcher.searched(audience))}


def _together(data: Mapping[str, Any], seen: Sequence[Any]) -> str:
    return str(data.get("form", "passage")) if data["citations"][:2] == seen[:2] else "passage"


def _team(desk: Desk, inbound: Inbound, kept: Kept) -> Sequence[Effect]:
    """Pass the question to the team, once, with what its channel may see of the passages."""
    channel = desk.settings.team_channel
    if not channel:
        return _said(inbound, kit.note(phrases.NO_TEAM))
    data = _as_seen(desk, kept.data, desk.channel(channel)) or {**kept.data, "citations": [], "nearest": []}
    near = [*data["citations"], *data["nearest"]]
    message = guarded.checked(desk, blocks.relay(data), near, [data["question"]])
    relayed = post(channel, "", f"relay:{kept.key}", message, inbound.user, kept.key)
    return [relayed, *_said(inbound, kit.note(phrases.PASSED_ON))]


def _again(desk: Desk, inbound: Inbound, kept: Kept) -> Sequence[Effect]:
    """Show a private answer once more, to its asker."""
    if kept.user != inbound.user or not _still(desk, inbound, kept):
        return _said(inbound, kit.note(phrases.CHANGED))
    shareable = kept.channel.startswith(("C", "G"))
    message = blocks.answer(kept.data, kept.key, desk.settings.today, shareable=shareable)
    return _said(inbound, guarded.answer(desk, message, kept.data))


def _item(desk: Desk, inbound: Inbound) -> Message:
    """Show how a briefing opens, or what it says to watch."""
    what, _, name = inbound.value.partition(" ")
    briefing = desk.briefing(name, desk.person(inbound.user))
    if briefing is None:
        return kit.note(phrases.CHANGED)
    if what == "steps":
        return blocks.steps(briefing.title, briefing.source, _steps(desk, briefing))
    opening = briefing.paragraphs[:2]
    shown = [(p.n, briefing.body[p.start : p.end], False) for p in opening]
    message = blocks.passage(briefing.title, briefing.source, shown)
    return guarded.checked(desk, message, guarded.paragraphs(briefing, opening))


def _steps(desk: Desk, briefing: Briefing) -> list[tuple[str, str]]:
    """List what a briefing says to watch, and when; what does not agree with it is left out."""
    rows = [((one.item, _when(one)), one) for one in desk.searcher.steps([briefing])[briefing.id]]
    return [
        row
        for row, one in rows
        if guarded.dated(one.due, one.quote, briefing.published)
        and guarded.sound(
            desk, blocks.steps(briefing.title, briefing.source, [row]), [report.cited(briefing, one)], [row[1]]
        )
    ]


def _when(step: NextStep) -> str:
    if step.due is None:
        return "no date"
    one, other = day(step.due.earliest), day(step.due.latest)
    return one if one == other else f"{one} to {other}"


def _set(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Turn a setting of this channel."""
    name, _, on = inbound.value.partition(" ")
    inside = not inbound.channel.startswith(("C", "G")) or desk.directory.member(inbound.user, inbound.channel)
    if name not in TURNED or not (desk.admin(inbound.user) and inside):
        return _said(inbound, kit.note(phrases.NOT_ALLOWED))
    turned = Setting(inbound.channel, name, on == "1")
    return [turned, *_said(inbound, settings(desk, inbound.channel, {name: turned.on}))]


_OF_ANSWER: dict[str, Callable[[Desk, Inbound, Kept], Sequence[Effect]]] = {
    "helpful": _helpful,
    "unhelpful": _unhelpful,
    "copy": _copy,
    "passage": _passage,
    "share": _share,
    "team": _team,
    "again": _again,
}
_OF_LISTENERS = watchlist.ACTIONS | arrivals.ACTIONS | posts.ACTIONS | postledger.ACTIONS | threads.ACTIONS
_FORMS = {"post_edit": posts.edited, "post_question": threads.asked}
ACTIONS = (
    *_OF_ANSWER,
    *_OF_LISTENERS,
    "more",
    "item",
    *(f"example_{at}" for at in range(4)),
    *(f"set_{name}" for name in TURNED),
)
VIEWS = ("why", *watchlist.VIEWS, *_FORMS)
