"""A message → the call to Slack that says it where it belongs; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.types import Inbound, Method, Outbound, Surface

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.types import Message


def openly(inbound: Inbound, key: str, message: Message, answer: str = "") -> Outbound:
    """Say it in the thread of what came in; in a direct message, in the conversation."""
    thread = inbound.thread_ts or ("" if inbound.channel.startswith("D") else inbound.ts)
    return post(inbound.channel, thread, key, message, inbound.user, answer)


def post(  # noqa: PLR0913, PLR0917 - a message and where it goes
    channel: str, thread_ts: str, key: str, message: Message, user: str, answer: str = ""
) -> Outbound:
    """Post a message in a channel, or in a person's direct messages where ``channel`` is a user's id."""
    body: dict[str, Any] = {"channel": channel, **({"thread_ts": thread_ts} if thread_ts else {})}
    return Outbound(key, Method.POST, channel, body, message, user, answer)


def update(channel: str, of: str, key: str, message: Message) -> Outbound:
    """Put another message in the place of one that was posted in this channel under the key ``of``."""
    return Outbound(key, Method.UPDATE, channel, {"channel": channel, "of": of}, message)


def beneath(  # noqa: PLR0913, PLR0917 - a message and the thread it goes into
    channel: str, of: str, key: str, message: Message, answer: str = "", thread_ts: str = ""
) -> Outbound:
    """Post in the thread of the message posted in this channel under the key ``of``, or in that of ``thread_ts``.

    With ``of`` it waits until that message was posted, and is given up where that never is.
    """
    names = {"of": of, "thread_ts": thread_ts}
    body = {"channel": channel, **{name: value for name, value in names.items() if value}}
    return Outbound(key, Method.POST, channel, body, message, answer=answer)


def privately(inbound: Inbound, key: str, message: Message, answer: str = "") -> Outbound:
    """Say it to one person alone, by the way that what came in leaves open."""
    lane = f"private:{inbound.user}"
    if inbound.response_url:
        body: dict[str, Any] = {"url": inbound.response_url, "response_type": "ephemeral", "replace_original": False}
        return Outbound(key, Method.RESPOND, lane, body, message, inbound.user, answer)
    if inbound.channel.startswith(("C", "G")):
        thread = inbound.thread_ts or (inbound.ts if inbound.surface is Surface.MENTION else "")
        body = {"channel": inbound.channel, "user": inbound.user, **({"thread_ts": thread} if thread else {})}
        return Outbound(key, Method.EPHEMERAL, lane, body, message, inbound.user, answer)
    return post(inbound.channel or inbound.user, inbound.thread_ts, key, message, inbound.user, answer)


def form(inbound: Inbound, key: str, view: Mapping[str, Any]) -> Outbound:
    """Open a modal for the one who clicked or typed."""
    body = {"trigger_id": inbound.trigger, "view": view}
    return Outbound(key, Method.MODAL, f"modal:{inbound.user}", body, None, inbound.user)


def file(inbound: Inbound, key: str, filename: str, content: str, message: Message) -> Outbound:
    """Send somebody a file in their direct messages."""
    body = {"filename": filename, "content": content}
    return Outbound(key, Method.FILE, f"private:{inbound.user}", body, message, inbound.user)
