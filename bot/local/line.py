"""The line from the stand-in to the bot: what Slack delivers over Socket Mode or signed HTTP, and delivers again."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from typing import TYPE_CHECKING, Any

from aiohttp import ClientSession, ClientTimeout, WSMsgType, web

from bot.local.state import APP, BOT_USER, TEAM, State

if TYPE_CHECKING:
    from collections.abc import Coroutine

RETRIES = (1.0, 60.0, 300.0)  # seconds after which Slack delivers again what was not acknowledged


class Line:
    """Delivers to the bot. ``retries`` are the waits before a redelivery, in seconds; ``bot_url`` switches to HTTP."""

    def __init__(self, state: State | None = None, retries: tuple[float, ...] = RETRIES) -> None:
        self.state = state or State.small()
        self.retries = retries
        self.bot_url = ""
        self.secret = "local signing secret"  # noqa: S105 - of a stand-in on this machine
        self.silent = False  # lines stay open, and nothing comes over them
        self.acknowledged: dict[str, float] = {}  # seconds from delivery to acknowledgement, by envelope id
        self._sockets: list[web.WebSocketResponse] = []
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._loop = asyncio.new_event_loop()

    async def deliver(self, kind: str, payload: dict[str, Any], *, again: bool) -> dict[str, Any] | None:
        """Deliver something, again until it is acknowledged where ``again``; give the acknowledgement's payload."""
        for attempt, wait in enumerate((*self.retries, None) if again else (None,)):
            envelope = f"E{self.state.number()}"
            began = time.perf_counter()
            answer = await (
                self._posted(kind, payload, attempt) if self.bot_url else self._sent(envelope, kind, payload, attempt)
            )
            if answer is not None:
                self.acknowledged[envelope] = time.perf_counter() - began
                return answer
            if wait is not None:
                await asyncio.sleep(wait)
        return None

    async def _sent(self, envelope: str, kind: str, payload: dict[str, Any], attempt: int) -> dict[str, Any] | None:
        if not self._sockets or self.silent:
            return None
        future: asyncio.Future[dict[str, Any]] = self._loop.create_future()
        self._waiting[envelope] = future
        frame = {
            "envelope_id": envelope,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        frame |= {"retry_attempt": attempt, "retry_reason": "timeout"} if attempt else {}
        try:
            await self._sockets[-1].send_json(frame)
            return await asyncio.wait_for(future, 3)
        except (TimeoutError, ConnectionError):
            self._waiting.pop(envelope, None)
            return None

    async def _posted(self, kind: str, payload: dict[str, Any], attempt: int) -> dict[str, Any] | None:
        """Deliver over signed HTTP."""
        if kind == "events_api":
            body, form = json.dumps(payload), "application/json"
        else:
            from urllib.parse import urlencode  # noqa: PLC0415 - for the forms of HTTP mode alone

            body = urlencode(payload if kind == "slash_commands" else {"payload": json.dumps(payload)})
            form = "application/x-www-form-urlencoded"
        stamp = str(int(time.time()))
        signed = hmac.new(self.secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
        headers = {"Content-Type": form, "X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={signed}"}
        headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": "http_timeout"} if attempt else {}
        try:
            async with (
                ClientSession(timeout=ClientTimeout(3)) as session,
                session.post(self.bot_url, data=body.encode(), headers=headers) as answer,
            ):
                text = await answer.text()
                return (json.loads(text) if text.startswith("{") else {}) if answer.ok else None
        except (TimeoutError, OSError):
            return None

    def _later(self, work: Coroutine[Any, Any, Any]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def event(self, event: dict[str, Any], **more: Any) -> None:
        """Tell the bot of an event."""
        payload = {
            "type": "event_callback", "team_id": TEAM, "api_app_id": APP, "event_id": f"Ev{self.state.number()}",
            "event_time": int(time.time()), "event": event,
            "authorizations": [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True}], **more,
        }  # fmt: skip
        self._later(self.deliver("events_api", payload, again=True))

    # -- the bot's connections --------------------------------------------------------------------------

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        self._sockets.append(socket)
        await socket.send_json(
            {"type": "hello", "num_connections": len(self._sockets), "connection_info": {"app_id": APP}}
        )
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self._acknowledge(json.loads(message.data))
            elif message.type is WSMsgType.PING and not self.silent:
                await socket.pong(message.data)
        self._sockets.remove(socket)
        return socket

    async def announce(self, reason: str) -> None:
        """Tell the bot to connect anew, or that it may not: refresh_requested, warning, link_disabled."""
        for socket in list(self._sockets):
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {}})

    def _acknowledge(self, frame: dict[str, Any]) -> None:
        waiting = self._waiting.pop(str(frame.get("envelope_id")), None)
        if waiting and not waiting.done():
            waiting.set_result(frame.get("payload") or {})

    async def disconnect(self) -> None:
        """Drop the bot's connections without a word."""
        for socket in list(self._sockets):
            socket._writer.transport.abort()  # type: ignore[union-attr]  # noqa: SLF001 - a dropped line says nothing
        await asyncio.sleep(0)
