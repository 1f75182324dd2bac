"""The stand-in itself: Slack's Web API, its Socket Mode and its signed HTTP, and the page, on 127.0.0.1 alone."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
import time
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, TypeVar

from aiohttp import ClientSession, ClientTimeout, WSMsgType, web

from bot.local.methods import call, respond
from bot.local.state import APP, BOT_USER, TEAM, State
from index.errors import DispatchBoxError

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from bot.local.state import Fault

_T = TypeVar("_T")
HOST = "127.0.0.1"
_PAGE = Path(__file__).parent / "page"
_MENTION = re.compile(r"@dispatchbox\b", re.IGNORECASE)
# Bodies with status 200 that are no answer of Slack's, by kind of fault.
_BODIES = {"html": b"<html>gateway</html>", "empty": b"", "truncated": b'{"ok": tr', "junk": b"\xff\xfe" * 1_000_000}
_RETRIES = (1.0, 60.0, 300.0)  # seconds after which Slack delivers again what was not acknowledged


class PortError(DispatchBoxError):
    """The port cannot be listened on."""


class Workspace:
    """A running stand-in. ``retries`` are the waits before a redelivery, in seconds; ``bot_url`` switches to HTTP."""

    def __init__(self, state: State | None = None, port: int = 0, retries: tuple[float, ...] = _RETRIES) -> None:
        self.state = state or State.small()
        self.port = port
        self.retries = retries
        self.bot_url = ""
        self.secret = "local signing secret"  # noqa: S105 - of a stand-in on this machine
        self.silent = False  # lines stay open, and nothing comes over them
        self.acknowledged: dict[str, float] = {}  # seconds from delivery to acknowledgement, by envelope id
        self._sockets: list[web.WebSocketResponse] = []
        self._pages: dict[web.WebSocketResponse, str] = {}
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._loop = asyncio.new_event_loop()
        self._ready = Event()
        self._failed: OSError | None = None
        self._thread = Thread(target=self._serve, name="workspace", daemon=True)

    # -- running ----------------------------------------------------------------------------------------

    def start(self) -> Workspace:
        """Serve in a thread; returns when it does."""
        self._thread.start()
        self._ready.wait(10)
        if self._failed:
            message = f"{HOST}:{self.port}: {self._failed.strerror}; name another port with --port, or none"
            raise PortError(message) from self._failed
        return self

    def stop(self) -> None:
        """Stop serving."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://{HOST}:{self.port}/"

    def environment(self) -> dict[str, str]:
        """Give what points a bot at it."""
        return {
            "SLACK_API_URL": f"{self.url}api/",
            "SLACK_BOT_TOKEN": "xoxb-local",
            "SLACK_APP_TOKEN": "xapp-local",
            "SLACK_SIGNING_SECRET": self.secret,
        }

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Run something in the stand-in's own loop, from another thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=0.2)
        self._loop.run_until_complete(runner.setup())
        site = web.TCPSite(runner, HOST, self.port)
        try:
            self._loop.run_until_complete(site.start())
        except OSError as error:
            self._failed = error
            self._ready.set()
            return
        self.port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]  # noqa: SLF001 - aiohttp tells it nowhere else
        self.state.url = self.url
        self._ready.set()
        self._loop.run_forever()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(runner.cleanup())
        self._loop.close()

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=1_048_576)
        app.router.add_post("/api/{method}", self._api)
        app.router.add_get("/socket", self._socket)
        app.router.add_post("/upload/{name}", self._upload)
        app.router.add_get("/file/{name}", self._file)
        app.router.add_post("/respond/{token}", self._respond)
        app.router.add_get("/", self._index)
        app.router.add_get("/feed", self._feed)
        app.router.add_static("/page", _PAGE)
        return app

    # -- the bot's side ---------------------------------------------------------------------------------

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        body = await _body(request)
        self.state.calls.append({"method": method, "body": body, "at": time.time()})
        fault = self.state.fault(method, str(body.get("channel") or ""))
        if method == "apps.connections.open" and fault is None:
            ticket = self.state.number()
            return web.json_response({"ok": True, "url": f"ws://{HOST}:{self.port}/socket?ticket={ticket}"})
        if fault:
            return await self._faulty(request, fault, method, body)
        return self._answered(call(self.state, method, body))

    def _answered(self, answer: dict[str, Any]) -> web.Response:
        self._changed()
        if "retry_after" in answer:
            headers = {"Retry-After": str(answer.pop("retry_after"))}
            return web.json_response(answer, status=429, headers=headers)
        return web.json_response(answer)

    async def _faulty(
        self, request: web.Request, fault: Fault, method: str, body: dict[str, Any]
    ) -> web.StreamResponse:
        """Do what a fault says instead of, or around, the call."""
        if fault.kind in {"after", "500 after"}:
            call(self.state, method, body)
            self._changed()
        if fault.kind == "late":
            self._loop.call_later(float(fault.value), self._late, method, body)
        if fault.kind in {"before", "after", "late"}:
            request.transport.close()  # type: ignore[union-attr]  # an accepted request has a transport
            return web.Response(status=502)
        if fault.kind == "slow":
            await asyncio.sleep(float(fault.value))
            return self._answered(call(self.state, method, body))
        if fault.kind == "429":
            headers = {} if fault.value is None else {"Retry-After": str(fault.value)}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        if fault.kind == "error":
            return web.json_response({"ok": False, "error": fault.value})
        if fault.kind in _BODIES:
            return web.Response(body=_BODIES[fault.kind], content_type="text/html")
        return web.Response(status=500, text="oops")

    def _late(self, method: str, body: dict[str, Any]) -> None:
        call(self.state, method, body)
        self._changed()

    async def _respond(self, request: web.Request) -> web.Response:
        body = await request.json()
        fault = self.state.fault("response_url", "")
        if fault and fault.kind == "500":
            return web.Response(status=500, text="oops")
        status, said = respond(self.state, request.match_info["token"], body)
        self._changed()
        if fault:
            request.transport.close()  # type: ignore[union-attr]  # likewise
        return web.Response(status=status, text=said)

    async def _upload(self, request: web.Request) -> web.Response:
        """Take a file's bytes, as they are or as a form's."""
        kept = self.state.files.get(request.match_info["name"])
        if kept is None:
            raise web.HTTPNotFound
        kept["content"] = await request.read()
        return web.Response(text="OK")

    async def _file(self, request: web.Request) -> web.Response:
        kept = self.state.files.get(request.match_info["name"])
        if kept is None:
            raise web.HTTPNotFound
        headers = {"Content-Disposition": f'attachment; filename="{kept["name"]}"'}
        return web.Response(body=kept["content"], headers=headers)

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

    # -- what Slack delivers ----------------------------------------------------------------------------

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

    # -- what people do ---------------------------------------------------------------------------------

    async def say(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> dict[str, Any]:
        """Let a person write something; the bot is told as Slack tells it, a mention twice."""
        written = _MENTION.sub(f"<@{BOT_USER}>", self._escaped(text))
        number = self.state.number()
        message: dict[str, Any] = {"user": user, "text": written, "client_msg_id": f"m{number}", "team": TEAM}
        message |= {"thread_ts": thread_ts} if thread_ts else {}
        kept = self.state.say(channel, message)
        self._changed()
        found = self.state.channels[channel]
        if BOT_USER in found["members"]:
            kind = "im" if found.get("is_im") else "channel"
            event = {"type": "message", "channel": channel, "channel_type": kind, **message, "ts": kept["ts"]}
            await self.event(event)
            if f"<@{BOT_USER}>" in written and kind == "channel":
                await self.event({**event, "type": "app_mention"})
        return kept

    def _escaped(self, text: str) -> str:
        """Write a text as Slack sends it: its signs escaped, people's names as ids."""
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        for user, person in self.state.people.items():
            text = re.sub(rf"@{re.escape(person['name'])}\b", f"<@{user}|{person['name']}>", text, flags=re.IGNORECASE)
        return text

    async def edit(self, channel: str, ts: str, text: str) -> None:
        """Let a person edit a message."""
        (kept,) = (one for one in self.state.messages[channel] if one["ts"] == ts)
        kept |= {"text": text, "edited": {"ts": self.state.ts()}}
        changed = {name: kept[name] for name in kept if name != "metadata"}
        await self.event({"type": "message", "subtype": "message_changed", "channel": channel, "message": changed})

    async def delete(self, channel: str, ts: str) -> None:
        """Let a person delete a message."""
        self.state.messages[channel] = [one for one in self.state.messages[channel] if one["ts"] != ts]
        await self.event({"type": "message", "subtype": "message_deleted", "channel": channel, "deleted_ts": ts})

    async def command(self, user: str, channel: str, command: str, text: str) -> None:
        """Let a person type a slash command."""
        payload = {
            "command": command, "text": self._escaped(text), "user_id": user, "channel_id": channel, "team_id": TEAM,
            "api_app_id": APP, "trigger_id": self._trigger(user),
            "response_url": self._response_url(user, channel, None),
        }  # fmt: skip
        await self._interact("slash_commands", payload, user, channel)

    async def click(
        self, user: str, action: dict[str, Any], *, channel: str = "", ts: str = "", view: dict[str, Any] | None = None
    ) -> None:
        """Let a person press a button, or choose from a menu."""
        payload = self._payload("block_actions", user, channel)
        payload |= {"actions": [action], "container": {"type": "view"}} | ({"view": view} if view else {})
        message = next((one for one in self.state.messages.get(channel, ()) if one["ts"] == ts), None)
        if message:
            thread = message.get("thread_ts")
            payload |= {"message": message, "container": {"type": "message", "message_ts": ts, "thread_ts": thread}}
            payload["response_url"] = self._response_url(user, channel, thread)
        await self._interact("interactive", payload, user, channel)

    async def shortcut(self, user: str, channel: str, ts: str, callback_id: str) -> None:
        """Let a person choose a message shortcut."""
        (message,) = (one for one in self.state.messages[channel] if one["ts"] == ts)
        payload = self._payload("message_action", user, channel)
        url = self._response_url(user, channel, message.get("thread_ts"))
        payload |= {"callback_id": callback_id, "message": message, "response_url": url}
        await self._interact("interactive", payload, user, channel)

    async def submit(self, user: str, values: dict[str, Any]) -> None:
        """Let a person send the modal that is open."""
        view = self.state.modals[user].pop()
        payload = self._payload("view_submission", user, "") | {"view": {**view, "state": {"values": values}}}
        self._changed()
        await self._interact("interactive", payload, user, "")

    async def open_home(self, user: str, tab: str) -> None:
        """Let a person open the bot's Home, or its messages."""
        event = {
            "type": "app_home_opened",
            "user": user,
            "channel": "D" + user[1:],
            "tab": tab,
            "event_ts": self.state.ts(),
        }
        await self.event(event)

    async def _interact(self, kind: str, payload: dict[str, Any], user: str, channel: str) -> None:
        self._changed()
        if await self.deliver(kind, payload, again=False) is None:
            where = channel or "D" + user[1:]
            self.state.say(where, {"user": "USLACKBOT", "text": "Dispatch Box did not respond in time.", "only": user})
            self._changed()

    def _payload(self, kind: str, user: str, channel: str) -> dict[str, Any]:
        found: dict[str, Any] = {
            "type": kind, "team": {"id": TEAM}, "user": {"id": user, "team_id": TEAM}, "api_app_id": APP,
            "trigger_id": self._trigger(user),
        }  # fmt: skip
        return found | ({"channel": {"id": channel}} if channel else {})

    def _trigger(self, user: str) -> str:
        trigger = f"t{self.state.number()}.{user}"
        self.state.triggers[trigger] = (user, time.monotonic())
        return trigger

    def _response_url(self, user: str, channel: str, thread_ts: str | None) -> str:
        token = f"r{self.state.number()}"
        self.state.responses[token] = {
            "user": user, "channel": channel, "thread_ts": thread_ts, "used": 0, "at": time.monotonic(),
        }  # fmt: skip
        return f"{self.url}respond/{token}"

    # -- the page ---------------------------------------------------------------------------------------

    async def _index(self, _: web.Request) -> web.FileResponse:
        policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:"
        return web.FileResponse(_PAGE / "index.html", headers={"Content-Security-Policy": policy})

    async def _feed(self, request: web.Request) -> web.WebSocketResponse:
        """Show a person the workspace, and do what they do."""
        origin = request.headers.get("Origin", "")
        if origin and origin.rstrip("/") != self.url.rstrip("/") and not origin.startswith("http://localhost"):
            raise web.HTTPForbidden(text="open the page from this machine")
        page = web.WebSocketResponse()
        await page.prepare(request)
        self._pages[page] = "U0ANNA"
        await self._show(page)
        async for message in page:
            if message.type is WSMsgType.TEXT:
                self._later(self._do(page, json.loads(message.data)))
        del self._pages[page]
        return page

    async def _do(self, page: web.WebSocketResponse, wish: dict[str, Any]) -> None:
        """Do one thing that a person did on the page."""
        user = self._pages.get(page, "U0ANNA")
        match wish.get("do"):
            case "be" if wish.get("user") in self.state.people:
                self._pages[page] = wish["user"]
                await self._show(page)
            case "say":
                await self.say(user, wish["channel"], wish["text"], wish.get("thread_ts"))
            case "command":
                await self.command(user, wish["channel"], wish["command"], wish["text"])
            case "click":
                more = {"channel": wish.get("channel", ""), "ts": wish.get("ts", ""), "view": wish.get("view")}
                await self.click(user, wish["action"], **more)
            case "shortcut":
                await self.shortcut(user, wish["channel"], wish["ts"], wish["callback_id"])
            case "submit":
                await self.submit(user, wish["values"])
            case "close" if self.state.modals.get(user):
                self.state.modals[user].pop()
                self._changed()
            case "home":
                await self.open_home(user, wish["tab"])

    def _changed(self) -> None:
        for page in list(self._pages):
            self._later(self._show(page))

    async def _show(self, page: web.WebSocketResponse) -> None:
        """Send a page all that its person may see."""
        user, state = self._pages.get(page, ""), self.state
        mine = [one for one in state.channels.values() if user in one["members"]]
        seen = {
            one["id"]: [m for m in state.messages.get(one["id"], ()) if m.get("only") in {None, user}] for one in mine
        }
        modals = state.modals.get(user)
        view = {
            "me": user, "people": state.people, "channels": mine, "messages": seen, "home": state.homes.get(user),
            "modal": modals[-1] if modals else None, "prompts": state.prompts.get(user, []), "bot": BOT_USER,
            "calls": state.calls[-40:], "connected": bool(self._sockets or self.bot_url),
        }  # fmt: skip
        if not page.closed:
            await page.send_json(view)


async def _body(request: web.Request) -> dict[str, Any]:
    """Read a call's arguments, as JSON or as a form."""
    if request.content_type == "application/json":
        found: dict[str, Any] = json.loads(await request.text() or "{}")
        return found
    form = await request.post()
    return {name: _value(str(value)) for name, value in form.items()}


def _value(text: str) -> object:
    """Read one argument of a form: lists and mappings come as JSON."""
    return json.loads(text) if text[:1] in {"[", "{"} else text
