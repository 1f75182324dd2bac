"""Values → Block Kit; pure. The only door through which text reaches Slack.

Text from outside goes into ``rich_text`` elements, which Slack parses for nothing: no mention, no link,
no markup. Where mrkdwn or the plain fallback needs it, ``inert`` makes it mean nothing there either. A
link is made of an http(s) address of a briefing alone.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from bot import phrases
from bot.types import Message
from bot.words import day

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

Block = dict[str, Any]

LONGEST = 3_500  # characters of one message, as text or over its blocks
MOST_BLOCKS = 12
PAGE = 10  # items of a list shown at once
_QUOTE, _NEAR, _TITLE, _ASKED, _ADDRESS = 2_000, 600, 150, 200, 1_000  # characters shown of each
_PARAGRAPH, _NEIGHBOUR = 2_200, 500
_BUTTON_VALUE = 2_000
# Joiners and variation selectors belong to the sign before them; a flag is two regional indicators.
_TIED = ("\u200d", "\ufe0e", "\ufe0f", "\u20e3")
_KEPT_CONTROLS = "\n\t"
_DOTTED = re.compile(r"(?<=[^\W_])\.(?=[^\W\d_]{2,})")
_SCHEME = re.compile(r"(?i)(https?|mailto|tel|slack|ftp|file|javascript|data):")
_ADDRESS_FORM = re.compile(r"https?://[^\s<>|\"'`\\]+\Z")


# -- the escape -------------------------------------------------------------------------------------


def clean(text: str) -> str:
    """Take out what cannot be seen: controls, bidirectional and zero-width characters, tags, surrogates."""
    kept = (sign for sign in text if sign in _KEPT_CONTROLS or sign in _TIED or _visible(sign))
    return "".join(kept)


def _visible(sign: str) -> bool:
    return unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co", "Cn"}


def cut(text: str, most: int) -> str:
    """Cut to a number of characters, between signs as a reader sees them, with an ellipsis."""
    if len(text) <= most:
        return text
    at = most - 1
    while at > 0 and _inside(text, at):
        at -= 1
    return text[:at].rstrip() + "…"


def cut_escaped(text: str, most: int) -> str:
    """Cut mrkdwn as ``cut`` does, and never inside an entity or a link."""
    found = cut(text, most)
    if found == text:
        return text
    kept = found.removesuffix("…")
    for opening, closing in (("&", ";"), ("<", ">")):
        at = kept.rfind(opening)
        if at >= 0 and closing not in kept[at:]:
            kept = kept[:at]
    return kept + "…"


def _inside(text: str, at: int) -> bool:
    """Tell whether a cut here would part a sign from what belongs to it."""
    before, after = text[at - 1], text[at]
    flags = "\U0001f1e6" <= after <= "\U0001f1ff" and "\U0001f1e6" <= before <= "\U0001f1ff"
    tone = "\U0001f3fb" <= after <= "\U0001f3ff"
    return before == "\u200d" or after in _TIED or tone or flags or unicodedata.category(after).startswith("M")


def inert(text: str, most: int) -> str:
    """Make outside text mean nothing in mrkdwn or in a fallback: cleaned, cut, then escaped.

    A word joiner after the dot of a dotted word, and after a scheme's colon, keeps Slack from making a
    link of it; one after each sign of markup keeps it from being markup.
    """
    shown = cut(clean(text), most)
    shown = shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    shown = _SCHEME.sub("\\1:\u2060", _DOTTED.sub(".\u2060", shown))
    return re.sub(r"([*_~`@#])", "\\1\u2060", shown)


def address(source: str) -> str | None:
    """Give an address that may be linked, or None."""
    return source if len(source) <= _ADDRESS and _ADDRESS_FORM.match(source) else None


# -- pieces -----------------------------------------------------------------------------------------


def _text(text: str, **style: bool) -> Block:
    return {"type": "text", "text": text or "…", **({"style": style} if style else {})}


def _link(text: str, source: str) -> Block:
    found = address(source)
    return {"type": "link", "url": found, "text": text or "…"} if found else _text(text)


def _rich(*elements: Block) -> Block:
    return {"type": "rich_text", "elements": list(elements)}


def _section(*elements: Block) -> Block:
    return {"type": "rich_text_section", "elements": list(elements)}


def _quoted(quote: str, highlight: str | None, most: int) -> Block:
    """Quote verbatim, the words that answer in bold, and never cut."""
    shown = cut(clean(quote), most)
    at = shown.find(highlight) if highlight else -1
    if at < 0 or not highlight:
        return {"type": "rich_text_quote", "elements": [_text(shown)]}
    parts: tuple[tuple[str, dict[str, bool]], ...] = (
        (shown[:at], {}),
        (highlight, {"bold": True}),
        (shown[at + len(highlight) :], {}),
    )
    return {"type": "rich_text_quote", "elements": [_text(part, **style) for part, style in parts if part]}


def _placed(citation: Mapping[str, Any]) -> Block:
    title = cut(clean(citation["title"]), _TITLE)
    where = phrases.place(citation["published"], citation["paragraph"])
    return _section(_link(title, citation["source"]), _text(f" · {where}"))


def _plain(citation: Mapping[str, Any]) -> str:
    return f"{inert(citation['title'], _TITLE)} · {phrases.place(citation['published'], citation['paragraph'])}"


def _linked(citation: Mapping[str, Any]) -> str:
    """Place a citation in mrkdwn, its title a link where it has an address."""
    title = _titled(citation["title"], citation["source"])
    return f"{title} · {phrases.place(citation['published'], citation['paragraph'])}"


def _titled(title: str, source: str) -> str:
    """Write a title in mrkdwn, as a link where it has an address."""
    shown, found = inert(" ".join(title.split()), _TITLE), address(source)
    return f"<{found.replace('&', '&amp;')}|{shown.replace('|', '¦')}>" if found else shown


def _context(text: str) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": True}]}


def _said(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _button(action: str, label: str, value: str, **more: Any) -> Block:
    face = {"type": "plain_text", "text": label}
    return {"type": "button", "action_id": action, "text": face, "value": clean(value)[:_BUTTON_VALUE], **more}


def _actions(*buttons: Block) -> Block:
    return {"type": "actions", "elements": list(buttons)}


def _confirmed(words: Sequence[str]) -> Block:
    title, text, confirm, deny = ({"type": "plain_text", "text": word} for word in words)
    return {"title": title, "text": text, "confirm": confirm, "deny": deny}


def _team(key: str) -> Block:
    return _button("team", phrases.TEAM, key, confirm=_confirmed(phrases.TEAM_CONFIRM))


def _feedback(key: str) -> list[Block]:
    return [_button("helpful", phrases.HELPFUL, key), _button("unhelpful", phrases.UNHELPFUL, key)]


def message(text: str, *blocks: Mapping[str, Any]) -> Message:
    """Make a message, its fallback cut to what Slack keeps."""
    return Message(cut_escaped(text, LONGEST), blocks[:MOST_BLOCKS])


def note(text: str) -> Message:
    """Say a sentence of ours, with nothing from outside in it."""
    return message(text, _said(text))


# -- answers ----------------------------------------------------------------------------------------


def answer(
    data: Mapping[str, Any], key: str, today: date | None, *, shareable: bool = False, late: str = ""
) -> Message:
    """Show an answer or a refusal, from the shape of ``ask --json`` with ``restricted`` and ``read_as``.

    ``shareable`` adds the button that posts it in the channel; ``late`` is said first.
    """
    head = [_context(late)] if late else []
    if data["read_as"]:
        read = cut(clean(data["read_as"]), _ASKED)
        head.append(_rich(_section(_text(f"{phrases.READ_AS} ", italic=True), _text(read))))
    lines = [late] if late else []
    lines += [f"{phrases.READ_AS} {inert(data['read_as'], _ASKED)}"] if data["read_as"] else []
    as_of = phrases.as_of(data["searched"], data["restricted"], today)
    body, said = _found(data) if data["citations"] else _missing(data)
    buttons = _feedback(key)
    if data["citations"]:
        buttons += [_button("passage", phrases.PASSAGE, key), _button("copy", phrases.COPY, key)]
        buttons += [_button("share", phrases.SHARE, key, style="primary")] if shareable else []
    else:
        buttons.append(_team(key))
    return message("\n".join([*lines, *said, as_of]), *head, *body, _context(inert(as_of, 300)), _actions(*buttons))


def shared(data: Mapping[str, Any], key: str, today: date | None) -> Message:
    """Show an answer that somebody shares, under the question it answers."""
    asked = cut(clean(data["question"]), _ASKED)
    said = answer(data, key, today)
    head = _rich(_section(_text("Shared answer to: ", bold=True), _text(asked)))
    return message(f"Shared answer to: {inert(asked, _ASKED)}\n{said.text}", head, *said.blocks)


def offered(key: str) -> Message:
    """Offer a private answer again."""
    return message(phrases.OWED, _said(phrases.OWED), _actions(_button("again", phrases.SHOW_AGAIN, key)))


def _found(data: Mapping[str, Any]) -> tuple[list[Block], list[str]]:
    first, *more = data["citations"]
    body = [_rich(_quoted(first["quote"], data["highlight"], _QUOTE), _placed(first))]
    said = [f"“{inert(first['quote'], _QUOTE)}”", _plain(first)]
    if more:
        body.append(_context(f"{phrases.ALSO}: " + "; ".join(map(_linked, more))))
        said.append(f"{phrases.ALSO}: " + "; ".join(map(_plain, more)))
    return body, said


def _missing(data: Mapping[str, Any]) -> tuple[list[Block], list[str]]:
    lead = f"{phrases.NOT_FOUND} {phrases.searched(data['searched'])}"
    near = data["nearest"][:2]
    if not near:
        return [_said(f"*{phrases.NOT_FOUND}* {phrases.searched(data['searched'])}")], [lead]
    parts = [part for one in near for part in (_quoted(one["quote"], None, _NEAR), _placed(one))]
    said = [line for one in near for line in (f"“{inert(one['quote'], _NEAR)}”", _plain(one))]
    opening = _said(f"*{phrases.NOT_FOUND}* {phrases.searched(data['searched'])} {phrases.NEAREST}")
    return [opening, _rich(*parts)], [f"{lead} {phrases.NEAREST}", *said]


def brief(data: Mapping[str, Any]) -> Message:
    """Give an answer as plain text, ready to paste."""
    first = data["citations"][0]
    text = (
        f"“{clean(first['quote'])}”\n{clean(first['title'])}, {phrases.place(first['published'], first['paragraph'])}\n"
        f"{first['source']}"
    )
    pasted = {"type": "rich_text_preformatted", "elements": [_text(cut(text, LONGEST - 100))]}
    return message(f"{phrases.COPY_HINT}\n{inert(text, LONGEST - 500)}", _rich(pasted))


def passage(title: str, source: str, paragraphs: Sequence[tuple[int, str, bool]]) -> Message:
    """Show paragraphs (number, text, whether it is the one cited) with their numbers."""
    parts = [_section(_link(cut(clean(title), _TITLE), source))]
    said = [inert(title, _TITLE)]
    for number, text, cited in paragraphs:
        shown = cut(clean(text), _PARAGRAPH if cited else _NEIGHBOUR)
        label = _text(f"¶{number} ", bold=cited)
        parts.append(
            {"type": "rich_text_quote", "elements": [label, _text(shown)]} if cited else _section(label, _text(shown))
        )
        said.append(f"¶{number} {inert(shown, _PARAGRAPH)}")
    return message("\n".join(said), _rich(*parts))


# -- lists, home, modals ----------------------------------------------------------------------------


def help_text(examples: Sequence[str]) -> Message:
    """Say in short what the bot does, with questions to click."""
    ways = "\n".join(f"• {way}" for way in phrases.HELP_WAYS)
    blocks = [_said(phrases.HELP), _said(ways), *_examples(examples)]
    return message(f"{phrases.HELP}\n{ways}", *blocks)


def _examples(examples: Sequence[str]) -> list[Block]:
    """Offer questions as buttons."""
    examples = [one for one in examples if clean(one).strip()]
    if not examples:
        return []
    buttons = [
        _button(f"example_{at}", cut(clean(one), 75), one, accessibility_label=cut(clean(one), 75))
        for at, one in enumerate(examples[:4])
    ]
    return [_said(f"*{phrases.EXAMPLES}*"), _actions(*buttons)]


def briefings(rows: Sequence[Mapping[str, Any]], first: int, total: int, words: str) -> Message:
    """List a page of briefings: rows of title, published, source and id."""
    head = phrases.listed(first + 1, first + len(rows), total, words)
    blocks = [_said(f"*{head}*"), *(_row(row) for row in rows)]
    said = [head, *(f"{inert(row['title'], _TITLE)} · {day(row['published'])}" for row in rows)]
    if first + len(rows) < total:
        blocks.append(_actions(_button("more", phrases.MORE, f"{first + len(rows)} {words}")))
    return message("\n".join(said), *blocks)


def _row(row: Mapping[str, Any]) -> Block:
    options = [
        {"text": {"type": "plain_text", "text": label}, "value": f"{what} {row['id']}"[:150]}
        for what, label in (("opening", phrases.OPENING), ("steps", phrases.STEPS))
    ]
    menu = {"type": "overflow", "action_id": "item", "options": options}
    return {**_said(f"{_titled(row['title'], row['source'])} · {day(row['published'])}"), "accessory": menu}


def steps(title: str, source: str, items: Sequence[tuple[str, str]]) -> Message:
    """List the next steps of a briefing: (item, when)."""
    parts = [_section(_link(cut(clean(title), _TITLE), source))]
    rows = [_section(_text(f"{cut(clean(item), 300)} · {when}")) for item, when in items[:PAGE]]
    parts.append({"type": "rich_text_list", "style": "bullet", "elements": rows})
    said = [inert(title, _TITLE), *(f"{inert(item, 300)} · {when}" for item, when in items[:PAGE])]
    return message("\n".join(said), _rich(*parts))


def home(fresh: str, rows: Sequence[Mapping[str, Any]], examples: Sequence[str]) -> Block:
    """Lay out App Home as a view."""
    ways = "\n".join(f"• {way}" for way in phrases.HELP_WAYS)
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Dispatch Box"}},
        _said(phrases.HELP),
        _context(fresh),
        *_examples(examples),
        {"type": "divider"},
        _said(ways),
        {"type": "divider"},
        _said(f"*{phrases.NEWEST}*" if rows else phrases.NO_BRIEFINGS),
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
            {"type": "input", "block_id": "choice", "optional": True, "label": _face(phrases.WHY_LABEL),
             "element": choice},
            {"type": "input", "block_id": "more", "optional": True, "label": _face("More, if you like"),
             "hint": _face(phrases.WHY_HINT), "element": more},
            _actions(_team(key)),
        ],
    }  # fmt: skip


def _face(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def settings(states: Mapping[str, bool]) -> Message:
    """Show a channel's settings, each with the button that turns it."""
    blocks, said = [], []
    for name, on in states.items():
        words = phrases.setting(name, on=on)
        turned = _button(f"set_{name}", "Change", f"{name} {int(not on)}", accessibility_label=f"Change: {words}"[:75])
        blocks.append({**_said(f"{words}."), "accessory": turned})
        said.append(f"{words}.")
    return message("\n".join(said), *blocks)


def lines(texts: Iterable[str]) -> Message:
    """Say several sentences of ours, one to a line."""
    return note("\n".join(texts))


def relay(data: Mapping[str, Any]) -> Message:
    """Put a question to the team, with the nearest passages."""
    asked = cut(clean(data["question"]), 1_000)
    near = [*data["citations"], *data["nearest"]][:2]
    parts = [part for one in near for part in (_quoted(one["quote"], None, _NEAR), _placed(one))]
    head = "A colleague asks the team. Reply in this thread, and your reply is passed back as yours."
    body = [_rich(*parts)] if parts else []
    said = [head, inert(asked, 1_000), *(_plain(one) for one in near)]
    return message(
        "\n".join(said), _said(head), _rich({"type": "rich_text_quote", "elements": [_text(asked, bold=True)]}), *body
    )


def passed_back(name: str, text: str, question: str) -> Message:
    """Pass on what a person of the team replied, under their name and nobody else's."""
    asked, reply, who = cut(clean(question), _ASKED), cut(clean(text), _QUOTE), cut(clean(name), 80)
    head = _section(_text(f"{phrases.FROM_TEAM} ", bold=True), _text(f"{who}, on “{asked}”"))
    return message(
        f"{phrases.FROM_TEAM} {inert(name, 80)}\n{inert(reply, _QUOTE)}",
        _rich(head, {"type": "rich_text_quote", "elements": [_text(reply)]}),
    )
