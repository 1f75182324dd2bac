"""Slack's documented limits on messages, views and their blocks; pure.

Source: docs.slack.dev, reference of blocks, block elements and composition objects, and chat.postMessage.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

TEXT = 40_000  # characters of a message's text before Slack cuts it
MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
_MOST = {
    "section": 3000,
    "button": 75,
    "value": 2000,
    "action_id": 255,
    "header": 150,
    "option": 75,
    "option_value": 150,
}
_ELEMENTS = {"context": 10, "actions": 25}
_CONFIRM = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
_TITLE = 24
_METADATA = 3000
_KNOWN = {"section", "context", "actions", "divider", "header", "input", "rich_text"}


def message_problem(text: str, blocks: Sequence[Mapping[str, Any]]) -> str | None:
    """Name the error Slack would give for a message, or None."""
    if not text and not blocks:
        return "no_text"
    if len(text) > TEXT:
        return "msg_too_long"
    return "invalid_blocks" if len(blocks) > MESSAGE_BLOCKS or any(_wrong(blocks)) else None


def view_problem(view: Mapping[str, Any]) -> str | None:
    """Name the error Slack would give for a view, or None."""
    blocks = view.get("blocks") or []
    long = len(view.get("private_metadata") or "") > _METADATA
    if view.get("type") == "modal":
        long |= any(len((view.get(part) or {}).get("text", "")) > _TITLE for part in ("title", "submit", "close"))
        long |= not view.get("title")
    return "invalid_arguments" if long or len(blocks) > VIEW_BLOCKS or any(_wrong(blocks)) else None


def _wrong(blocks: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Say what is wrong with each block."""
    for block in blocks:
        kind = str(block.get("type"))
        if kind not in _KNOWN:
            yield f"unknown block {kind}"
        if len(block.get("elements") or ()) > _ELEMENTS.get(kind, 1_000):
            yield f"too many elements in {kind}"
        if kind in {"context", "actions", "rich_text"} and not block.get("elements"):
            yield f"{kind} is empty"
        text = block.get("text")
        most = _MOST["header"] if kind == "header" else _MOST["section"]
        if isinstance(text, dict) and not 0 < len(text.get("text", "")) <= most:
            yield f"{kind} text"
        elements = [*(block.get("elements") or ()), *filter(None, (block.get("accessory"), block.get("element")))]
        for element in elements:
            yield from _element(element)
            yield from _rich(element)


def _rich(element: Mapping[str, Any]) -> Iterator[str]:
    if element.get("type") in {"text", "link"} and not element["text"]:
        yield "empty text"
    for inner in element.get("elements") or ():
        yield from _rich(inner)


def _element(element: Mapping[str, Any]) -> Iterator[str]:
    if element.get("type") == "mrkdwn" and not 0 < len(element.get("text", "")) <= _MOST["section"]:
        yield "context text"
    if len(element.get("action_id", "")) > _MOST["action_id"] or len(element.get("value", "")) > _MOST["value"]:
        yield "action"
    if element.get("type") == "button" and not 0 < len(element["text"]["text"]) <= _MOST["button"]:
        yield "button text"
    if len(element.get("accessibility_label", "")) > _MOST["button"]:
        yield "accessibility label"
    for option in element.get("options") or ():
        if len(option["text"]["text"]) > _MOST["option"] or len(option["value"]) > _MOST["option_value"]:
            yield "option"
    for part, words in (element.get("confirm") or {}).items():
        if isinstance(words, dict) and len(words.get("text", "")) > _CONFIRM.get(part, 300):
            yield f"confirm {part}"
