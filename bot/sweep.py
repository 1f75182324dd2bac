"""What was said while nobody listened: read from Slack, and taken in as if it had just arrived."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from slack_sdk.errors import SlackApiError, SlackClientError

from bot import kit, phrases
from bot.replies import post
from bot.types import Inbound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from slack_sdk import WebClient

    from bot.accept import Acceptor
    from bot.ledger import Ledger

log = logging.getLogger(__name__)

_TOO_OLD = timedelta(hours=24)  # what was asked before gets one note, no answer
_FURTHEST = timedelta(days=8)  # nothing further back is read
_PAGE = 200


class Sweep:
    """Reads every conversation from the last message seen on."""

    def __init__(
        self, ledger: Ledger, client: WebClient, acceptor: Acceptor, me: str, now: Callable[[], datetime]
    ) -> None:
        self._ledger = ledger
        self._client = client
        self._acceptor = acceptor
        self._me = me
        self._now = now

    def run(self) -> int:
        """Take in what was missed; give how many messages that were for the bot."""
        marks = self._ledger.inbox.marks()
        if not marks:
            return 0  # a first start: nothing said before it was said to this bot
        since = min(marks.values())
        taken = 0
        for channel in sorted({*marks, *self._conversations()}):
            try:
                taken += self._channel(channel, marks.get(channel, since))
            except (SlackApiError, SlackClientError, OSError) as error:
                log.warning("channel %s was not swept: %s", channel, type(error).__name__)
        return taken

    def _conversations(self) -> Iterator[str]:
        cursor = ""
        while True:
            try:
                page = self._client.users_conversations(
                    types="im,public_channel,private_channel", exclude_archived=True, limit=_PAGE, cursor=cursor
                )
            except (SlackApiError, SlackClientError, OSError) as error:
                log.warning("conversations were not listed: %s", type(error).__name__)
                return
            yield from (one["id"] for one in page["channels"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    def _channel(self, channel: str, since: str) -> int:
        oldest = max(since, f"{(self._now() - _FURTHEST).timestamp():.6f}")
        found = []
        for message in self._pages("conversations_history", channel=channel, oldest=oldest):
            found.append(message)
            if message.get("reply_count") and str(message.get("latest_reply", "")) > since:
                found += [
                    reply
                    for reply in self._pages("conversations_replies", channel=channel, ts=message["ts"], oldest=oldest)
                    if reply.get("ts") != message["ts"]
                ]
        missed = [one for one in (self._read(channel, message) for message in found) if one]
        return self._take(sorted(missed, key=lambda one: one.ts))

    def _pages(self, method: str, **body: Any) -> Iterator[Mapping[str, Any]]:
        cursor = ""
        while True:
            page = getattr(self._client, method)(limit=_PAGE, cursor=cursor, **body)
            yield from page["messages"]
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    def _read(self, channel: str, message: Mapping[str, Any]) -> Inbound | None:
        """Read a message as the event that would have told of it."""
        mentioned = f"<@{self._me}" in str(message.get("text") or "") and not channel.startswith("D")
        event = {**message, "channel": channel, "type": "app_mention" if mentioned else "message"}
        event.pop("edited", None)
        if self._ledger.inbox.known(channel, str(message.get("ts"))):
            return None
        found = self._acceptor.read({}, event)
        return found if isinstance(found, Inbound) else None

    def _take(self, missed: list[Inbound]) -> int:
        """Answer what is recent; of what is older say once that it was missed."""
        edge = self._now() - _TOO_OLD
        recent = [one for one in missed if datetime.fromtimestamp(float(one.ts), UTC) >= edge]
        for one in recent:
            self._acceptor.keep(one)
        old = [one for one in missed if one not in recent]
        if old:
            last = old[-1]
            key = f"late:{last.channel}:{last.ts}"
            thread = last.thread_ts or ("" if last.channel.startswith("D") else last.ts)
            note = post(last.channel, thread, key, kit.note(phrases.LATE), last.user)
            self._ledger.miss([one.keys[0] for one in old], [note], self._now())
        return len(missed)
