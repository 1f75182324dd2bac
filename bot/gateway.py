"""One call to Slack, made as its outbound says, and the look for what was posted; nothing is tried again here.

A posted message carries its key as metadata, so it can be found.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from http.client import HTTPException
from typing import TYPE_CHECKING, Any

from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.webhook import WebhookClient

from bot.outcome import Outcome, of_error
from bot.types import Method

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from slack_sdk import WebClient

    from bot.types import Message, Outbound

_EVENT = "dispatchbox_message"  # the metadata's event_type
_APART = timedelta(minutes=1)  # by which Slack's clock and ours may differ
_PAGE = 100


class Gateway:
    """Makes calls to Slack, and says of each how it came out."""

    def __init__(self, client: WebClient) -> None:
        self._client = client

    def make(self, outbound: Outbound) -> Outcome:
        """Make a call, once; its outcome has the message's ts where there is one."""
        return _tried(partial(self._made, outbound))

    def find(self, outbound: Outbound, written: datetime) -> Outcome:
        """Look for a message that was ``written`` to the outbox then; its outcome has no ts where it is not there."""
        return _tried(partial(self._found, outbound, written))

    def _made(self, outbound: Outbound) -> str:
        """Make a call; give the message's ts where there is one."""
        body, said = dict(outbound.body), _said(outbound.message)
        match outbound.method:
            case Method.RESPOND:
                return _respond(body, said)
            case Method.FILE:
                return self._uploaded(body, outbound)
            case Method.POST:
                body["channel"] = self._conversation(body["channel"])
                body["metadata"] = {"event_type": _EVENT, "event_payload": {"key": outbound.key}}
                said |= {"unfurl_links": False, "unfurl_media": False}
            case Method.UPDATE:  # it keeps the metadata; blocks that are not named would stay
                body["channel"] = self._conversation(body["channel"])
                said = {"blocks": [], **said, "parse": "none"}  # its default is another than chat.postMessage's
        done = self._client.api_call(outbound.method.value, json={**body, **said})
        return str(done.get("ts") or "")

    def _uploaded(self, body: dict[str, Any], outbound: Outbound) -> str:
        """Upload a file and share it with one person."""
        self._client.files_upload_v2(
            channel=self._conversation(outbound.user), filename=body["filename"], title=body["filename"],
            content=body["content"], initial_comment=outbound.message.text if outbound.message else None,
        )  # fmt: skip
        return ""

    def _conversation(self, channel: str) -> str:
        """Open the direct messages with a person, where the channel is one."""
        if not channel.startswith(("U", "W")):
            return channel
        return str(self._client.conversations_open(users=channel)["channel"]["id"])

    def _found(self, outbound: Outbound, written: datetime) -> str:
        """Read the thread or the conversation back; give the message's ts, '' where it is not there."""
        channel = self._conversation(outbound.body["channel"])
        thread = outbound.body.get("thread_ts")
        since = str((written - _APART).timestamp())
        read = partial(self._client.conversations_replies, ts=thread) if thread else self._client.conversations_history
        cursor = ""
        while True:
            page = read(channel=channel, oldest=since, include_all_metadata=True, limit=_PAGE, cursor=cursor)
            for one in page.get("messages") or ():
                payload = (one.get("metadata") or {}).get("event_payload") or {}
                if payload.get("key") == outbound.key:
                    return str(one["ts"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return ""


def _tried(call: Callable[[], str]) -> Outcome:
    """Call; give the ts that came of it, or what its error means."""
    try:
        return Outcome(None, ts=call())
    except (SlackClientError, HTTPException, OSError, ValueError) as error:
        return of_error(error)


def _said(message: Message | None) -> dict[str, Any]:
    """Lay a message out as arguments."""
    if message is None:
        return {}
    return {"text": message.text, **({"blocks": list(message.blocks)} if message.blocks else {})}


def _respond(body: dict[str, Any], said: dict[str, Any]) -> str:
    """Answer by a response_url, once; Slack says 200 and "ok"."""
    done = WebhookClient(body.pop("url"), timeout=10, retry_handlers=[]).send_dict({**body, **said})
    if done.status_code != 200:  # noqa: PLR2004 - HTTP's word for taken
        raise SlackApiError("response_url", {"error": _word(done.body, done.status_code)})  # type: ignore[no-untyped-call]
    return ""


def _word(body: str, status: int) -> str:
    return "ratelimited" if status == 429 else "internal_error" if status >= 500 else (body or "unknown")[:40]  # noqa: PLR2004
