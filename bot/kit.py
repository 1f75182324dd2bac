"""The escape, and the pieces of Block Kit that every message is made of; pure. See ``blocks``.

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
from index.guard import parted, place_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Block = dict[str, Any]

LONGEST = 3_500  # characters of one message, as text or over its blocks
MOST_BLOCKS = 12
PAGE = 10  # items of a list shown at once
QUOTE, NEAR, ITEM, TITLE, ASKED, _ADDRESS = 2_000, 600, 300, 150, 200, 1_000  # characters shown of each
PARAGRAPH, NEIGHBOUR = 2_200, 500
_BUTTON_VALUE = 2_000
# Joiners and variation selectors belong to the sign before them; a flag is two regional indicators.
_TIED = ("\u200d", "\ufe0e", "\ufe0f", "\u20e3")
# All but the plain signs of our languages, which are looked at one by one.
_RARE = re.compile(r"[^\n\t -~\u00a0-\u00ac\u00ae-\u024f\u2010-\u2027\u20a0-\u20bf]")
_DOTTED = re.compile(r"(?<=[^\W_])\.(?=[^\W\d_]{2,})")
_SCHEME = re.compile(r"(?i)(https?|mailto|tel|slack|ftp|file|javascript|data):")
_ADDRESS_FORM = re.compile(r"https?://[^\s<>|\"'`\\]+\Z")


# -- the escape -------------------------------------------------------------------------------------


def clean(text: str) -> str:
    """Take out what cannot be seen: controls, bidirectional and zero-width characters, tags, surrogates."""
    return _RARE.sub(_seen, text)


def _seen(found: re.Match[str]) -> str:
    sign = found.group()
    hidden = unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co", "Cn"} and sign not in _TIED
    return "" if hidden else sign


def cut(text: str, most: int) -> str:
    """Cut to a number of characters, between signs as a reader sees them and never in a figure, with an ellipsis."""
    if len(text) <= most:
        return text
    at = most - 1
    while at > 0 and _inside(text, at):
        at -= 1
    return text[: parted(text, at)].rstrip() + "…"


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


def run(text: str, **style: bool) -> Block:
    """Make a run of text, in a style such as bold."""
    return {"type": "text", "text": text or "…", **({"style": style} if style else {})}


def link(text: str, source: str) -> Block:
    """Make a link, or plain text where the source is no address."""
    found = address(source)
    return {"type": "link", "url": found, "text": text or "…"} if found else run(text)


def rich(*elements: Block) -> Block:
    """Make a block of rich text."""
    return {"type": "rich_text", "elements": list(elements)}


def section(*elements: Block) -> Block:
    """Make a line of rich text."""
    return {"type": "rich_text_section", "elements": list(elements)}


def quoted(quote: str, highlight: str | None, most: int) -> Block:
    """Quote verbatim, the words that answer in bold, and never cut."""
    shown = cut(clean(quote), most)
    at = place_of(highlight, shown) if highlight else -1
    if at < 0 or not highlight:
        return {"type": "rich_text_quote", "elements": [run(shown)]}
    parts: tuple[tuple[str, dict[str, bool]], ...] = (
        (shown[:at], {}),
        (highlight, {"bold": True}),
        (shown[at + len(highlight) :], {}),
    )
    return {"type": "rich_text_quote", "elements": [run(part, **style) for part, style in parts if part]}


def placed(citation: Mapping[str, Any]) -> Block:
    """Place a citation in rich text, its title a link where it has an address."""
    title = cut(clean(citation["title"]), TITLE)
    where = phrases.place(citation["published"], citation["paragraph"])
    return section(link(title, citation["source"]), run(f" · {where}"))


def plain(citation: Mapping[str, Any]) -> str:
    """Place a citation in a fallback."""
    return f"{inert(citation['title'], TITLE)} · {phrases.place(citation['published'], citation['paragraph'])}"


def linked(citation: Mapping[str, Any]) -> str:
    """Place a citation in mrkdwn, its title a link where it has an address."""
    title = titled(citation["title"], citation["source"])
    return f"{title} · {phrases.place(citation['published'], citation['paragraph'])}"


def titled(title: str, source: str) -> str:
    """Write a title in mrkdwn, as a link where it has an address."""
    shown, found = inert(" ".join(title.split()), TITLE), address(source)
    return f"<{found.replace('&', '&amp;')}|{shown.replace('|', '¦')}>" if found else shown


def context(text: str) -> Block:
    """Make a small line of mrkdwn."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": True}]}


def line(text: str) -> Block:
    """Make a line of mrkdwn."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def button(action: str, label: str, value: str, **more: Any) -> Block:
    """Make a button; its value is cut to what Slack takes."""
    face = {"type": "plain_text", "text": label}
    return {"type": "button", "action_id": action, "text": face, "value": clean(value)[:_BUTTON_VALUE], **more}


def actions(*buttons: Block) -> Block:
    """Put buttons side by side."""
    return {"type": "actions", "elements": list(buttons)}


def confirmed(words: Sequence[str]) -> Block:
    """Ask before a button acts: title, text, yes, no."""
    title, text, confirm, deny = ({"type": "plain_text", "text": word} for word in words)
    return {"title": title, "text": text, "confirm": confirm, "deny": deny}


def face(text: str) -> Block:
    """Make plain text, as labels and titles take it."""
    return {"type": "plain_text", "text": text}


def message(text: str, *blocks: Mapping[str, Any]) -> Message:
    """Make a message, its fallback cut to what Slack keeps."""
    return Message(cut_escaped(text, LONGEST), blocks[:MOST_BLOCKS])


def note(text: str) -> Message:
    """Say a sentence of ours, with nothing from outside in it."""
    return message(text, line(text))
