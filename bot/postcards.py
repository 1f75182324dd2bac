"""Scheduled posts → Block Kit: posts, digests, threads, subscriptions, the ledger; pure. Made of ``kit``'s pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import cards, phrases, post_phrases, schedule
from bot.kit import (
    Block,
    actions,
    button,
    clean,
    context,
    cut,
    face,
    inert,
    line,
    link,
    message,
    quoted,
    rich,
    run,
    section,
    titled,
)
from bot.types import Stand

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from bot.types import Message, Post, Subscription, WatchItem

    Shown = Mapping[str, Any]

MOST = 10  # briefings of one digest, items of one thread, rows of one list
_QUOTE, _SENTENCE, _TITLE, _TOPIC = 900, 130, 110, 60  # characters shown of each
_TOPICS = 120  # likewise of all topics of a subscription
_STEPS, _LISTED = 9, 8  # items of a thread, subscriptions of a list


# -- what is posted -----------------------------------------------------------------------------------


def post(shown: Shown) -> Message:
    """Show one briefing: title, date, the sentences that say most, topics, figures, why it is here."""
    day = phrases.published(shown["published"])
    if shown.get("withdrawn"):
        title = inert(shown["title"], 150)
        gone = f"{post_phrases.WITHDRAWN} {title} · {day}"
        return message(f"{gone}\n{post_phrases.WITHDRAWN_NOTE}", line(f"*{gone}*"), line(post_phrases.WITHDRAWN_NOTE))
    small = _small(shown)
    blocks = [line(f"*{titled(shown['title'], shown['source'])}* · {day}")]
    blocks += [rich(*(quoted(one["quote"], None, _QUOTE) for one in shown["quotes"]))] if shown["quotes"] else []
    blocks += [context(small)] if small else []
    said = [f"{inert(shown['title'], 150)} · {day}", *(f"“{inert(one['quote'], _QUOTE)}”" for one in shown["quotes"])]
    return message("\n".join([*said, *([small] if small else [])]), *blocks)


def _small(shown: Shown) -> str:
    """Write topics, figures, and which of the topics asked for it matches."""
    parts = {"Topics": shown["topics"][:6], "Figures": shown["figures"], "Matches": shown["why"][:6]}
    written = ((name, ", ".join(inert(one, _TOPIC) for one in found)) for name, found in parts.items())
    return " · ".join(f"{name}: {words}" for name, words in written if words)


def digest(shown: Sequence[Shown], key: str, first: int = 0) -> Message:
    """Show briefings by topic, at most ten from ``first``, with a button for the rest; one line where there is none."""
    if not shown:
        return message(post_phrases.NOTHING_NEW, line(post_phrases.NOTHING_NEW))
    page = shown[first : first + MOST]
    head = post_phrases.digest_head(len(shown)) if not first else f"{first + 1} to {first + len(page)} of {len(shown)}"
    parts, said = [], [head]
    for topic, found in _grouped(page):
        parts += [section(run(cut(clean(topic), _TOPIC), bold=True)), _list([_row(one) for one in found])]
        said += [inert(topic, _TOPIC), *(_flat(one) for one in found)]
    left = len(shown) - first - len(page)
    more = [actions(button("post_more", f"and {left} more", f"{first + len(page)} {key}"))] if left else []
    said += [f"and {left} more"] if left else []
    return message("\n".join(said), line(f"*{head}*"), rich(*parts), *more)


def _grouped(shown: Sequence[Shown]) -> list[tuple[str, list[Shown]]]:
    """Group briefings by the topic that matched, else by their first; the largest group first, the rest last."""
    groups: dict[str, list[Shown]] = {}
    for one in shown:
        groups.setdefault(next(iter([*one["why"], *one["topics"]]), ""), []).append(one)
    order = sorted(groups.items(), key=lambda pair: (not pair[0], -len(pair[1]), pair[0]))
    return [(topic or post_phrases.NO_TOPIC, found) for topic, found in order]


def _list(rows: list[Block]) -> Block:
    return {"type": "rich_text_list", "style": "bullet", "elements": rows}


def _row(one: Shown) -> Block:
    if one.get("withdrawn"):
        title = run(cut(clean(one["title"]), _TITLE), strike=True)
        return section(run(f"{post_phrases.WITHDRAWN} "), title, run(f" · {phrases.published(one['published'])}"))
    told = one["quotes"][0]["quote"] if one["quotes"] else ""
    sentence = [run(f" · {cut(clean(' '.join(told.split())), _SENTENCE)}")] if told else []
    title = link(cut(clean(one["title"]), _TITLE), one["source"])
    return section(title, run(f" · {phrases.published(one['published'])}"), *sentence)


def _flat(one: Shown) -> str:
    gone = f"{post_phrases.WITHDRAWN} " if one.get("withdrawn") else ""
    return f"• {gone}{inert(one['title'], _TITLE)} · {phrases.published(one['published'])}"


def thread(items: Sequence[WatchItem], name: Callable[[str], str], key: str, many: int) -> Message:
    """Show next steps with a button to claim each, and one to ask: under a post, or a digest of ``many``."""
    blocks, said = [], []
    if items:
        blocks, said = [line(f"*{post_phrases.STEPS_HEAD}*")], [post_phrases.STEPS_HEAD]
    for one in items[:_STEPS]:
        label = f"{post_phrases.CLAIM}: #{one.number}"
        claim = button("post_claim", post_phrases.CLAIM, f"{one.number} {key}", accessibility_label=label)
        text = cards.item(one, name, under=many == 1)
        blocks.append({**line(text), **({} if one.owner else {"accessory": claim})})
        said.append(cards.flat(text))
    if len(items) > _STEPS:
        blocks.append(context(f"and {len(items) - _STEPS} more: /nextsteps"))
    ask = post_phrases.ASK_ABOUT if many == 1 else post_phrases.ASK_ABOUT_THESE
    said.append(ask)
    return message("\n".join(said), *blocks, actions(button("post_ask", ask, key)))


def ask_form(key: str, title: str) -> Block:
    """Lay out the form that asks about what a post speaks of."""
    words = {"type": "plain_text_input", "action_id": "text", "multiline": True, "max_length": 1_000}
    asked: Block = {"type": "input", "block_id": "text", "label": face("Your question"), "element": words}
    about = [context(inert(title, 200))] if title else []
    return _form("post_question", "Ask about this", "Ask", key, *about, asked)


# -- subscriptions --------------------------------------------------------------------------------------


def made(
    one: Subscription, times: Sequence[datetime], would: int, older: tuple[date, int] | None, zone: ZoneInfo
) -> Message:
    """Say what a subscription does: in words, the next times, what it would have brought; ask about older ones.

    ``older`` counts those since a day that it would post besides, where somebody asked for them.
    """
    lines = [
        f"{post_phrases.POSTING_HERE} {told(one)}.",
        post_phrases.next_times(times, zone),
        post_phrases.would_have(would),
    ]
    lines += [post_phrases.older(one.number, older[1], older[0])] if older else []
    lines = [part for part in lines if part]
    more: list[Block] = []
    if older and older[1]:
        value = f"{one.number} {older[0].isoformat()}"
        more = [actions(button("post_older", post_phrases.include(older[1]), value, style="primary"))]
    return message("\n".join(map(cards.flat, lines)), *(line(part) for part in lines), *more)


def told(one: Subscription) -> str:
    """Write what a subscription posts, in mrkdwn: topics, when, as what."""
    topics = inert(", ".join(one.topics), _TOPICS) or "every briefing"
    form = "as a digest" if one.digest else "each by itself"
    none = ", and says so when nothing is new" if one.digest and one.says_none else ""
    return f"{topics} · {inert(schedule.said(one.schedule), 110)} · {form}{none}"


def listed(found: Sequence[tuple[Subscription, Sequence[datetime]]], zone: ZoneInfo) -> Message:
    """List a channel's subscriptions, each with its next times and what can be done with it."""
    if not found:
        return message(post_phrases.NO_SUBSCRIPTIONS, line(post_phrases.NO_SUBSCRIPTIONS))
    blocks, said = [line(f"*{post_phrases.SUBSCRIPTIONS}*")], [post_phrases.SUBSCRIPTIONS]
    for one, times in found[:_LISTED]:
        rest = (
            [f"{post_phrases.PAUSED}: {inert(one.paused, 60)}"]
            if one.paused
            else [post_phrases.next_times(times[:1], zone)]
        )
        rest += [f"{post_phrases.IN_FILE} ({inert(one.entry, 40)})"] if one.entry else []
        text = " · ".join([f"*p{one.number}* {told(one)}", *(part for part in rest if part)])
        blocks.append({**line(text), "accessory": _menu(one)})
        said.append(cards.flat(text))
    more = len(found) - _LISTED
    return message("\n".join(said), *blocks, *([context(f"and {more} more")] if more > 0 else []))


def _menu(one: Subscription) -> Block:
    turned = "resume" if one.paused else "pause"
    verbs = ["send"] if one.entry and not one.paused else ["resume", "send"] if one.entry else [
        turned, "edit", "send", "remove",
    ]  # fmt: skip
    return choices("post_menu", verbs, str(one.number))


def choices(action: str, verbs: Sequence[str], value: str) -> Block:
    """Offer what can be done, in a menu."""
    options = [{"text": face(post_phrases.POST_LABELS[verb]), "value": f"{verb} {value}"} for verb in verbs]
    return {"type": "overflow", "action_id": action, "options": options}


def edit_form(one: Subscription) -> Block:
    """Lay out the form that changes a subscription: topics, when, as what."""
    topics = {"type": "plain_text_input", "action_id": "topics", "initial_value": ", ".join(one.topics)}
    when = {"type": "plain_text_input", "action_id": "when", "initial_value": schedule.said(one.schedule)}
    form = "none" if one.digest and one.says_none else "digest" if one.digest else "each"
    options = [{"text": face(label), "value": value} for value, label in post_phrases.FORMS_OF_POSTS.items()]
    chosen = next(option for option in options if option["value"] == form)
    kinds = {"type": "radio_buttons", "action_id": "as", "options": options, "initial_option": chosen}
    return _form(
        "post_edit", f"Edit p{one.number}", "Save", str(one.number),
        {"type": "input", "block_id": "topics", "optional": True, "label": face("Topics"),
         "hint": face("Between commas; none for every briefing."), "element": topics},
        {"type": "input", "block_id": "when", "label": face("When"), "hint": face(schedule.FORMS), "element": when},
        {"type": "input", "block_id": "as", "label": face("As"), "element": kinds},
    )  # fmt: skip


def _form(name: str, title: str, submit: str, kept: str, *blocks: Block) -> Block:
    return {
        "type": "modal", "callback_id": name, "private_metadata": kept, "title": face(title[:24]),
        "submit": face(submit), "close": face("Cancel"), "blocks": list(blocks),
    }  # fmt: skip


# -- the ledger -----------------------------------------------------------------------------------------


def ledger(
    ahead: Sequence[tuple[Subscription, datetime, Sequence[str]]], gone: Sequence[Post], zone: ZoneInfo, held: str
) -> Message:
    """Show what will go where and when, what waits, went or was skipped and why. ``held`` says why all is held."""
    stop = {"accessory": button("post_release", post_phrases.GO_ON, "all")}
    blocks: list[Block] = [{**line(held), **stop}] if held else []
    said = [held] if held else []
    if not (ahead or gone):
        return message("\n".join([*said, post_phrases.NO_POSTS]), *blocks, line(post_phrases.NO_POSTS))
    for one, slot, titles in ahead[:4]:
        text = f"*{post_phrases.moment(slot, zone)}* · <#{one.channel}> · p{one.number} · {_titles(titles)}"
        menu = choices("post_slot", ["hold", "skip", "send"], f"{one.number} {slot.isoformat()}")
        blocks.append({**line(text), "accessory": menu})
        said.append(cards.flat(text))
    for past in gone[: 10 - len(blocks)]:
        text = f"{post_phrases.moment(past.slot, zone)} · <#{past.channel}> · {entry(past)}"
        menu = {"accessory": choices("post_held", ["send", "skip"], past.key)} if past.state is Stand.HELD else {}
        blocks.append({**line(text), **menu})
        said.append(cards.flat(text))
    return message("\n".join(said), line(f"*{post_phrases.LEDGER}*"), *blocks)


def entry(one: Post) -> str:
    """Write what became of a post: its state, what it speaks of, and the reason."""
    titles = ["(withdrawn)" if shown.get("withdrawn") else str(shown["title"]) for shown in one.shown]
    why = inert(one.reason, 120)
    return " · ".join(part for part in (one.state.value, _titles(titles) if titles else "", why) if part)


def _titles(titles: Sequence[str]) -> str:
    if not titles:
        return "nothing new so far"
    shown = "; ".join(inert(title, 70) for title in titles[:2])
    return f"{len(titles)} briefing{'' if len(titles) == 1 else 's'}: {shown}{'; …' if len(titles) > 2 else ''}"  # noqa: PLR2004 - two are named
