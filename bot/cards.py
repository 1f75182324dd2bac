"""Items of the watchlist → Block Kit; pure. Made of ``kit``'s pieces, as ``blocks`` is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot import item_phrases, phrases
from bot.kit import (
    Block,
    actions,
    address,
    button,
    clean,
    context,
    cut,
    face,
    inert,
    line,
    message,
    plain,
    quoted,
    rich,
    run,
    section,
    titled,
)
from bot.kit import placed as place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from bot.types import Message, WatchItem

_LINE = 260  # characters of an item's line, so that ten of them make one message
_LEAST, _NOTE, _OWNER, _HEAD, _WHERE = 60, 50, 40, 100, 60  # characters shown of each
_SHOWN = 10  # items of one message
_LINKED = re.compile(r"<[^<>|]*\|([^<>]*)>")
ASKED_AT_ONCE = 3  # items that one message asks about
STEPS = 8  # next steps of one message, which has a head, those gone by and a button beside them
GONE = 3  # items whose date has passed that one message names
_SMALL = 900  # characters of a small line
_BESIDE = 6  # sentences of one


def item(one: WatchItem, name: Callable[[str], str], *, under: bool = False) -> str:
    """Write an item on one line of mrkdwn: number, text, date, owner, source; the text has what room they leave.

    ``under`` its own briefing's title only the paragraph is named.
    """
    rest = [item_phrases.due(one.due), inert(name(one.owner), _OWNER) if one.owner else "unclaimed"]
    rest += [] if one.status.value == "open" else [one.status.value]
    origin = f"¶{one.source['paragraph']}" if under and one.source.get("title") else source(one)
    rest += [origin] if origin else []
    rest += [f"note: {inert(one.notes[-1].text, _NOTE)}"] if one.notes else []
    room = _LINE - len(_LINKED.sub(r"\1", " · ".join(rest)))
    return " · ".join([f"*#{one.number}* {inert(' '.join(one.text.split()), max(room, _LEAST))}", *rest])


def source(one: WatchItem) -> str:
    """Write where an item comes from, as a link where it has an address."""
    if one.source.get("title"):
        return f"{titled(cut(str(one.source['title']), _WHERE), str(one.source['source']))} ¶{one.source['paragraph']}"
    link = address(str(one.source.get("permalink", "")))
    return f"<{link.replace('&', '&amp;')}|the message>" if link else ""


def menu(one: WatchItem, *verbs: str) -> Block:
    """Offer what can be done with an item."""
    options = [{"text": face(item_phrases.ITEM_LABELS[verb]), "value": f"{verb} {one.number}"} for verb in verbs]
    return {"type": "overflow", "action_id": "watch_item", "options": options}


def _menu_of(one: WatchItem, user: str) -> Block:
    origin = ("source",) if one.source.get("quote") else ()
    if not one.open:
        return menu(one, "claim", *origin)
    if user and one.owner == user:
        return menu(one, "done", "snooze", "reassign", "quiet", *origin)
    return menu(one, *(() if one.owner else ("claim",)), "done", "reassign", "drop", *origin)


def listed(  # noqa: PLR0913, PLR0917 - a page and what stands around it
    view: str,
    groups: Sequence[tuple[str, Sequence[WatchItem]]],
    user: str,
    name: Callable[[str], str],
    first: int,
    total: int,
    words: str,
) -> Message:
    """List a page of items under the headings of their groups."""
    if not total:
        return message(item_phrases.NO_ITEMS[view], line(item_phrases.NO_ITEMS[view]))
    shown = sum(len(found) for _, found in groups)
    head = f"{item_phrases.VIEW_HEADS[view]}: {first + 1:,} to {first + shown:,} of {total:,}"
    blocks, said = [line(f"*{head}*")], [head]
    for group, found in groups:
        for at, one in enumerate(found):
            heading = f"*{group}*\n" if group and at == 0 else ""
            blocks.append({**line(f"{heading}{item(one, name)}"), "accessory": _menu_of(one, user)})
            said += [*([group] if heading else []), flat(item(one, name))]
    if first + shown < total:
        value = f"{view} {first + shown} {words}"
        blocks.append(actions(button("watch_more", phrases.MORE, value)))
    return message("\n".join(said), *blocks)


def flat(text: str) -> str:
    """Write a line of mrkdwn for a fallback: no bold, a link by its label."""
    return _LINKED.sub(r"\1", text).replace("*", "")


def changed(  # noqa: PLR0913, PLR0917 - what was done, and what is said beside it
    said: str,
    items: Sequence[WatchItem],
    name: Callable[[str], str],
    gesture: str,
    read: str = "",
    beside: Sequence[str] = (),
) -> Message:
    """Say what was done, and offer to take it back, '' where it cannot be.

    ``read`` tells how a date was read, from outside; ``beside`` says more, already inert.
    """
    rows = [line(item(one, name)) for one in items[:5]]
    small = [*([inert(read, 200)] if read else []), *beside[:_BESIDE]]
    small += [f"and {len(beside) - _BESIDE} more likewise."] if len(beside) > _BESIDE else []
    how = [context(" ".join(small))] if small else []
    text = "\n".join([said, *(flat(item(one, name)) for one in items[:5]), *small])
    back = [actions(button("undo", item_phrases.UNDO, gesture))] if gesture else []
    return message(text, line(said), *rows, *how, *back)


def problem(said: str) -> Message:
    """Say what was understood of a command, and the right form. ``said`` holds words from outside."""
    return message(inert(said, 600), rich(section(run(cut(clean(said), 600)))))


def helped(said: str = "") -> Message:
    """Say what the commands are, after what was not understood."""
    ways = "\n".join(f"• {way}" for way in item_phrases.WATCHLIST_HELP)
    head = [rich(section(run(cut(clean(said), 200))))] if said else []
    return message("\n".join([*([inert(said, 200)] if said else []), ways]), *head, line(ways))


def origin(one: WatchItem) -> Message:
    """Show the sentence an item comes from, and where it stands."""
    return message(
        f"#{one.number}\n“{inert(str(one.source['quote']), 900)}”\n{plain(one.source)}",
        rich(section(run(f"#{one.number} ", bold=True), run(cut(clean(one.text), _LINE)))),
        rich(quoted(str(one.source["quote"]), None, 1_500), place(one.source)),
    )


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a list is shown: from which on, of how many, and the words that asked for it."""

    first: int
    total: int
    words: str


def steps(
    head: str, ahead: Sequence[WatchItem], gone: Sequence[WatchItem], name: Callable[[str], str], part: Part
) -> Message:
    """List a page of next steps with their citations, and under it, in small, those whose date passed."""
    last = part.first + len(ahead)
    counted = f": {part.first + 1:,} to {last:,} of {part.total:,}" if ahead and part.total > len(ahead) else ""
    blocks, said = [line(f"*{inert(head, _HEAD)}{counted}*")], [f"{inert(head, _HEAD)}{counted}"]
    for one in ahead[:STEPS]:
        add = {
            "accessory": button(
                "add_step",
                item_phrases.ADD_STEP,
                str(one.number),
                accessibility_label=f"{item_phrases.ADD_STEP}: #{one.number}",
            )
        }
        blocks.append({**line(item(one, name)), **({} if one.owner else add)})
        said.append(flat(item(one, name)))
    if gone:
        past = "; ".join(f"#{one.number} {inert(one.text, 70)} ({item_phrases.due(one.due)})" for one in gone[:GONE])
        blocks.append(context(cut_line(f"{item_phrases.GONE_BY}: {past}")))
        said.append(f"{item_phrases.GONE_BY}: {past}")
    if last < part.total:
        blocks.append(actions(button("steps_more", phrases.MORE, f"{last} {part.words}"[:1_900])))
    return message("\n".join(said), *blocks)


def cut_line(text: str) -> str:
    """Keep a small line small: whole items only."""
    while len(text) > _SMALL and "; " in text:
        text = text.rpartition("; ")[0]
    return text


def followed(pairs: Sequence[tuple[WatchItem, Mapping[str, Any]]], name: Callable[[str], str]) -> Message:
    """Ask whether items happened: each with the sentence that may say so, cited, and what to answer."""
    blocks, said = [line(f"*{item_phrases.FOLLOWED_HEAD}*")], [item_phrases.FOLLOWED_HEAD]
    for one, citation in pairs[:ASKED_AT_ONCE]:
        value = f"{one.number} {citation['briefing']}"
        buttons = [
            button(f"followed_{answer}", label, value, accessibility_label=cut(f"{label}: #{one.number}", 75))
            for answer, label in item_phrases.FOLLOWED_LABELS.items()
        ]
        blocks += [
            line(item(one, name)),
            rich(quoted(citation["quote"], None, 500), place(citation)),
            actions(*buttons),
        ]
        said += [flat(item(one, name)), f"“{inert(citation['quote'], 500)}”", plain(citation)]
    return message("\n".join(said), *blocks)


def reminder(rows: Sequence[tuple[WatchItem, str]], name: Callable[[str], str], user: str) -> Message:
    """Remind somebody, or the team's channel where ``user`` is '', of items: (item, why)."""
    head = item_phrases.REMIND_HEAD if user else item_phrases.UNCLAIMED_HEAD
    blocks, said = [line(f"*{head}*")], [head]
    for one, why in rows[:_SHOWN]:
        text = f"{why} · {item(one, name)}"
        blocks.append({**line(text), "accessory": _menu_of(one, user)})
        said.append(flat(text))
    if len(rows) > _SHOWN:
        blocks.append(context(f"and {len(rows) - _SHOWN} more: /watchlist"))
    return message("\n".join(said), *blocks)


def topic(found: Sequence[tuple[str, Mapping[str, Any]]]) -> Message:
    """Tell somebody that a new briefing speaks of what they watch: (topic, citation)."""
    parts, said = [], [item_phrases.TOPIC_HEAD]
    for words, citation in found[:4]:
        parts += [
            section(run(f"{cut(clean(words), 80)}: ", bold=True)),
            quoted(citation["quote"], None, 400),
            place(citation),
        ]
        said += [f"{inert(words, 80)}: “{inert(citation['quote'], 300)}”", plain(citation)]
    more = cut(f"{phrases.ALSO}: {'; '.join(inert(words, 80) for words, _ in found[4:])}", 600)
    rest = [context(more)] if found[4:] else []
    said += [more] if rest else []
    return message("\n".join(said), line(f"*{item_phrases.TOPIC_HEAD}*"), rich(*parts), *rest)


def watch_preview(
    words: str, passages: int, briefings: int, best: Sequence[Mapping[str, Any]], related: Iterable[str]
) -> Message:
    """Show what a standing watch would have found, so that it can be tuned before it is saved."""
    head = item_phrases.watch_preview(passages, briefings)
    near = list(related)
    parts = [part for one in best[:3] for part in (quoted(one["quote"], None, 400), place(one))]
    terms = [rich(section(run("Related terms: "), run(cut(clean(", ".join(near)), 300))))] if near else []
    said = [head, *(f"“{inert(one['quote'], 400)}” {plain(one)}" for one in best[:3]), inert(", ".join(near), 300)]
    title = rich(section(run(f"Watch “{cut(clean(words), 100)}”", bold=True)))
    body = [rich(*parts)] if parts else []
    save = actions(button("watch_save", item_phrases.SAVE_WATCH, cut(clean(words), 200), style="primary"))
    return message("\n".join(said), title, line(head), *body, *terms, save)


def watches(found: Sequence[tuple[int, str]]) -> Message:
    """List standing watches: (number, topic)."""
    if not found:
        said = "You have no standing watch. /watchlist watch TOPIC makes one."
        return message(said, line(said))
    rows = [section(run(f"w{number} ", bold=True), run(cut(clean(words), 100))) for number, words in found[:20]]
    text = "\n".join(f"w{number} {inert(words, 100)}" for number, words in found[:20])
    return message(text, rich({"type": "rich_text_list", "style": "bullet", "elements": rows}))


def home(  # noqa: PLR0913, PLR0917 - the parts of a person's lists
    mine: Sequence[WatchItem],
    total: int,
    fresh: Sequence[WatchItem],
    watched: Sequence[tuple[int, str]],
    user: str,
    name: Callable[[str], str],
    *,
    team: bool,
) -> list[Block]:
    """Lay out a person's lists for App Home: theirs, what nobody has claimed yet, what they watch.

    ``total`` counts all that are theirs; ``team`` tells whether there is a team channel to post to.
    """
    blocks = [line(f"*{item_phrases.VIEW_HEADS['mine']}*" if mine else item_phrases.NO_ITEMS["mine"])]
    blocks += [{**line(item(one, name)), "accessory": _menu_of(one, user)} for one in mine]
    blocks += [context(f"and {total - len(mine):,} more: /watchlist")] if total > len(mine) else []
    if fresh:
        blocks.append(line(f"*{item_phrases.FRESH_HEAD}*"))
        blocks += [{**line(item(one, name)), "accessory": _menu_of(one, user)} for one in fresh]
    if watched:
        topics = ", ".join(f"w{number} {inert(words, 60)}" for number, words in watched[:20])
        blocks.append(context(f"{item_phrases.WATCHED_HEAD}: {topics}"))
    return [*blocks, *([] if team else [context(item_phrases.NO_TEAM_CHANNEL)])]


def subscription(address: str) -> Message:
    """Show somebody the address of their calendar: ours, and secret."""
    shown = {"type": "rich_text_preformatted", "elements": [run(address)]}
    return message(
        f"{item_phrases.CALENDAR_ADDRESS}\n{inert(address, 600)}", line(item_phrases.CALENDAR_ADDRESS), rich(shown)
    )


# -- modals -------------------------------------------------------------------------------------------


def add_form(channel: str, text: str = "", permalink: str = "") -> Block:
    """Lay out the form that adds an item; what it must remember travels in it."""
    words = {"type": "plain_text_input", "action_id": "text", "multiline": True, "max_length": 500}
    if text:
        words["initial_value"] = cut(clean(text), 500)
    return _modal(
        "add_item", "Add to watchlist", "Add", f"{channel} {permalink}"[:3_000],
        _input("text", "What to watch", words),
        _input("date", "Due, if known", {"type": "datepicker", "action_id": "date"}, optional=True),
        _input("person", "Owner, if not you", {"type": "users_select", "action_id": "person"}, optional=True),
    )  # fmt: skip


def reassign_form(one: WatchItem) -> Block:
    """Lay out the form that gives an item to somebody."""
    chosen = {"type": "users_select", "action_id": "person"}
    return _modal("reassign", f"Reassign #{one.number}", "Assign", str(one.number), _input("person", "To", chosen))


def move_form(one: WatchItem, briefing: str, initial: date | None) -> Block:
    """Lay out the form that moves an item to another date."""
    chosen: Block = {"type": "datepicker", "action_id": "date"}
    if initial:
        chosen["initial_date"] = initial.isoformat()
    return _modal(
        "move_item", f"Move #{one.number}", "Move", f"{one.number} {briefing}", _input("date", "Now due", chosen)
    )


def _modal(name: str, title: str, submit: str, kept: str, *blocks: Block) -> Block:
    return {
        "type": "modal", "callback_id": name, "private_metadata": kept, "title": face(title[:24]),
        "submit": face(submit), "close": face("Cancel"), "blocks": list(blocks),
    }  # fmt: skip


def _input(block: str, label: str, element: Block, *, optional: bool = False) -> Block:
    return {"type": "input", "block_id": block, "optional": optional, "label": face(label), "element": element}
