"""Values → Block Kit; pure. With ``kit``, the only door through which text reaches Slack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import phrases
from bot.kit import (
    ASKED,
    ITEM,
    LONGEST,
    NEAR,
    NEIGHBOUR,
    PAGE,
    PARAGRAPH,
    QUOTE,
    TITLE,
    Block,
    actions,
    button,
    clean,
    confirmed,
    context,
    cut,
    face,
    inert,
    line,
    link,
    linked,
    message,
    note,
    placed,
    plain,
    quoted,
    rich,
    run,
    section,
    titled,
)
from bot.words import UNSURE, day
from index.answer import SURE
from index.guard import parted, place_of
from index.types import Form

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from bot.types import Message


def _team(key: str) -> Block:
    return button("team", phrases.TEAM, key, confirm=confirmed(phrases.TEAM_CONFIRM))


def _feedback(key: str) -> list[Block]:
    return [button("helpful", phrases.HELPFUL, key), button("unhelpful", phrases.UNHELPFUL, key)]


# -- answers ----------------------------------------------------------------------------------------


def answer(
    data: Mapping[str, Any], key: str, today: date | None, *, shareable: bool = False, late: str = ""
) -> Message:
    """Show an answer or a refusal, from the shape of ``ask --json`` with ``restricted`` and ``read_as``.

    ``shareable`` adds the button that posts it in the channel; ``late`` is said first.
    """
    head = [context(late)] if late else []
    if data["read_as"]:
        read = cut(clean(data["read_as"]), ASKED)
        head.append(rich(section(run(f"{phrases.READ_AS} ", italic=True), run(read))))
    lines = [late] if late else []
    lines += [f"{phrases.READ_AS} {inert(data['read_as'], ASKED)}"] if data["read_as"] else []
    as_of = phrases.as_of(data["searched"], data["restricted"], today)
    body, said = _found(data) if data["citations"] else _missing(data)
    buttons = _feedback(key)
    if data["citations"]:
        buttons += [button("passage", phrases.PASSAGE, key), button("copy", phrases.COPY, key)]
        buttons += [button("share", phrases.SHARE, key, style="primary")] if shareable else []
    else:
        buttons.append(_team(key))
    return message("\n".join([*lines, *said, as_of]), *head, *body, context(inert(as_of, 300)), actions(*buttons))


def shared(data: Mapping[str, Any], key: str, today: date | None) -> Message:
    """Show an answer that somebody shares, under the question it answers."""
    asked = cut(clean(data["question"]), ASKED)
    said = answer(data, key, today)
    head = rich(section(run("Shared answer to: ", bold=True), run(asked)))
    return message(f"Shared answer to: {inert(asked, ASKED)}\n{said.text}", head, *said.blocks)


def offered(key: str) -> Message:
    """Offer a private answer again."""
    return message(phrases.OWED, line(phrases.OWED), actions(button("again", phrases.SHOW_AGAIN, key)))


def _found(data: Mapping[str, Any]) -> tuple[list[Block], list[str]]:
    """Quote what answers: the first passage, or the first two where both are the answer, or every item of a list."""
    form, cited = Form(data.get("form", "passage")), data["citations"]
    marks = data.get("marks") or [data["highlight"]]
    count = form.together(len(cited))
    most = ITEM if form is Form.LIST else QUOTE // count
    sure = data["confidence"] >= SURE
    body: list[Block] = [] if sure else [line(f"*{UNSURE}*")]
    said: list[str] = [] if sure else [UNSURE]
    for at, (one, marked) in enumerate(zip(cited[:count], [*marks, *[None] * count], strict=False)):
        if form is Form.CHANGED and at == 1:
            body.append(line(f"*{phrases.EARLIER}*"))
            said.append(phrases.EARLIER)
        quote = _from(one["quote"], marked, most)
        body.append(rich(quoted(quote, marked, most), placed(one)))
        said += [f"“{inert(quote, most)}”", plain(one)]
    if form is Form.LIST:
        head = phrases.items(len(cited), data.get("more", 0))
        return [line(f"*{head}*"), *body], [head, *said]
    if more := cited[count:]:
        body.append(context(f"{phrases.ALSO}: " + "; ".join(map(linked, more))))
        said.append(f"{phrases.ALSO}: " + "; ".join(map(plain, more)))
    return body, said


def _from(quote: str, marked: str | None, most: int) -> str:
    """Leave out the beginning of a quote where the words marked would be cut off: between words, and in no figure."""
    at = place_of(marked, quote) if marked else -1
    if not marked or at + len(marked) < most:
        return quote
    start = parted(quote, max(0, at - max(0, most - len(marked)) // 2))
    start = quote.rfind(" ", 0, start + 1) + 1
    return f"…{quote[start:]}" if start else quote


def _missing(data: Mapping[str, Any]) -> tuple[list[Block], list[str]]:
    lead = f"{phrases.NOT_FOUND} {phrases.searched(data['searched'])}"
    near = data["nearest"][:2]
    if not near:
        return [line(f"*{phrases.NOT_FOUND}* {phrases.searched(data['searched'])}")], [lead]
    parts = [part for one in near for part in (quoted(one["quote"], None, NEAR), placed(one))]
    said = [line for one in near for line in (f"“{inert(one['quote'], NEAR)}”", plain(one))]
    opening = line(f"*{phrases.NOT_FOUND}* {phrases.searched(data['searched'])} {phrases.NEAREST}")
    return [opening, rich(*parts)], [f"{lead} {phrases.NEAREST}", *said]


def brief(data: Mapping[str, Any]) -> Message:
    """Give an answer as plain text, ready to paste: the first citation, or all that answer together."""
    form = Form(data.get("form", "passage"))
    parts = [
        f"“{clean(one['quote'])}”\n{clean(one['title'])}, {phrases.place(one['published'], one['paragraph'])}\n"
        f"{one['source']}"
        for one in data["citations"][: form.together(len(data["citations"]))]
    ]
    between = f"\n\n{phrases.EARLIER}\n" if form is Form.CHANGED else "\n\n"
    text = between.join(parts)
    pasted = {"type": "rich_text_preformatted", "elements": [run(cut(text, LONGEST - 100))]}
    return message(f"{phrases.COPY_HINT}\n{inert(text, LONGEST - 500)}", rich(pasted))


def passage(title: str, source: str, paragraphs: Sequence[tuple[int, str, bool]]) -> Message:
    """Show paragraphs (number, text, whether it is the one cited) with their numbers."""
    parts = [section(link(cut(clean(title), TITLE), source))]
    said = [inert(title, TITLE)]
    for number, text, cited in paragraphs:
        shown = cut(clean(text), PARAGRAPH if cited else NEIGHBOUR)
        label = run(f"¶{number} ", bold=cited)
        parts.append(
            {"type": "rich_text_quote", "elements": [label, run(shown)]} if cited else section(label, run(shown))
        )
        said.append(f"¶{number} {inert(shown, PARAGRAPH)}")
    return message("\n".join(said), rich(*parts))


# -- lists, home, modals ----------------------------------------------------------------------------


def help_text(examples: Sequence[str]) -> Message:
    """Say in short what the bot does, with questions to click."""
    ways = "\n".join(f"• {way}" for way in phrases.HELP_WAYS)
    blocks = [line(phrases.HELP), line(ways), *_examples(examples)]
    return message(f"{phrases.HELP}\n{ways}", *blocks)


def _examples(examples: Sequence[str]) -> list[Block]:
    """Offer questions as buttons."""
    examples = [one for one in examples if clean(one).strip()]
    if not examples:
        return []
    buttons = [
        button(f"example_{at}", cut(clean(one), 75), one, accessibility_label=cut(clean(one), 75))
        for at, one in enumerate(examples[:4])
    ]
    return [line(f"*{phrases.EXAMPLES}*"), actions(*buttons)]


def briefings(rows: Sequence[Mapping[str, Any]], first: int, total: int, words: str) -> Message:
    """List a page of briefings: rows of title, published, source and id."""
    head = phrases.listed(first + 1, first + len(rows), total, words)
    blocks = [line(f"*{head}*"), *(_row(row) for row in rows)]
    said = [head, *(f"{inert(row['title'], TITLE)} · {day(row['published'])}" for row in rows)]
    if first + len(rows) < total:
        blocks.append(actions(button("more", phrases.MORE, f"{first + len(rows)} {words}")))
    return message("\n".join(said), *blocks)


def _row(row: Mapping[str, Any]) -> Block:
    options = [
        {"text": {"type": "plain_text", "text": label}, "value": f"{what} {row['id']}"[:150]}
        for what, label in (("opening", phrases.OPENING), ("steps", phrases.STEPS))
    ]
    menu = {"type": "overflow", "action_id": "item", "options": options}
    return {**line(f"{titled(row['title'], row['source'])} · {day(row['published'])}"), "accessory": menu}


def steps(title: str, source: str, items: Sequence[tuple[str, str]]) -> Message:
    """List the next steps of a briefing: (item, when)."""
    parts = [section(link(cut(clean(title), TITLE), source))]
    rows = [section(run(f"{cut(clean(item), 300)} · {when}")) for item, when in items[:PAGE]]
    parts.append({"type": "rich_text_list", "style": "bullet", "elements": rows})
    said = [inert(title, TITLE), *(f"{inert(item, 300)} · {when}" for item, when in items[:PAGE])]
    return message("\n".join(said), rich(*parts))


def home(fresh: str, rows: Sequence[Mapping[str, Any]], examples: Sequence[str], lists: Sequence[Block] = ()) -> Block:
    """Lay out App Home as a view. ``lists`` is the person's watchlist, as ``cards`` lays it out."""
    ways = "\n".join(f"• {way}" for way in phrases.HELP_WAYS)
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Dispatch Box"}},
        line(phrases.HELP),
        context(fresh),
        *_examples(examples),
        *([{"type": "divider"}, *lists] if lists else []),
        {"type": "divider"},
        line(ways),
        {"type": "divider"},
        line(f"*{phrases.NEWEST}*" if rows else phrases.NO_BRIEFINGS),
        *(_row(row) for row in rows),
    ]
    return {"type": "home", "blocks": blocks}


def why(key: str) -> Block:
    """Lay out the small modal that asks what was wrong."""
    options = [{"text": {"type": "plain_text", "text": label}, "value": value} for value, label in phrases.WHY_CHOICES]
    choice = {"type": "radio_buttons", "action_id": "choice", "options": options}
    more = {"type": "plain_text_input", "action_id": "more", "multiline": True, "max_length": 500}
    return {
        "type": "modal",
        "callback_id": "why",
        "private_metadata": key,
        "title": {"type": "plain_text", "text": phrases.WHY_TITLE},
        "submit": {"type": "plain_text", "text": "Send"},
        "close": {"type": "plain_text", "text": "Cancel"},
        "blocks": [
            {"type": "input", "block_id": "choice", "optional": True, "label": face(phrases.WHY_LABEL),
             "element": choice},
            {"type": "input", "block_id": "more", "optional": True, "label": face("More, if you like"),
             "hint": face(phrases.WHY_HINT), "element": more},
            actions(_team(key)),
        ],
    }  # fmt: skip


def settings(states: Mapping[str, bool]) -> Message:
    """Show a channel's settings, each with the button that turns it."""
    blocks, said = [], []
    for name, on in states.items():
        words = phrases.setting(name, on=on)
        turned = button(f"set_{name}", "Change", f"{name} {int(not on)}", accessibility_label=f"Change: {words}"[:75])
        blocks.append({**line(f"{words}."), "accessory": turned})
        said.append(f"{words}.")
    return message("\n".join(said), *blocks)


def lines(texts: Iterable[str]) -> Message:
    """Say several sentences of ours, one to a line."""
    return note("\n".join(texts))


def relay(data: Mapping[str, Any]) -> Message:
    """Put a question to the team, with the nearest passages."""
    asked = cut(clean(data["question"]), 1_000)
    near = [*data["citations"], *data["nearest"]][:2]
    parts = [part for one in near for part in (quoted(one["quote"], None, NEAR), placed(one))]
    head = "A colleague asks the team. Reply in this thread, and your reply is passed back as yours."
    body = [rich(*parts)] if parts else []
    said = [head, inert(asked, 1_000), *(plain(one) for one in near)]
    return message(
        "\n".join(said), line(head), rich({"type": "rich_text_quote", "elements": [run(asked, bold=True)]}), *body
    )


def passed_back(name: str, text: str, question: str) -> Message:
    """Pass on what a person of the team replied, under their name and nobody else's."""
    asked, reply, who = cut(clean(question), ASKED), cut(clean(text), QUOTE), cut(clean(name), 80)
    head = section(run(f"{phrases.FROM_TEAM} ", bold=True), run(f"{who}, on “{asked}”"))
    return message(
        f"{phrases.FROM_TEAM} {inert(name, 80)}\n{inert(reply, QUOTE)}",
        rich(head, {"type": "rich_text_quote", "elements": [run(reply)]}),
    )
