"""The stand-in itself: Slack's Web API, its Socket Mode and its signed HTTP, and the page, on 127.0.0.1 alone."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, TypeVar

from aiohttp import WSMsgType, web

from bot.local.line import RETRIES
from bot.local.methods import call, respond
from bot.local.people import People
from bot.local.state import BOT_USER
from index.errors import DispatchBoxError

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from bot.local.state import Fault, State

_T = TypeVar("_T")
HOST = "127.0.0.1"
_PAGE = Path(__file__).parent / "page"
# Bodies with status 200 that are no answer of Slack's, by kind of fault.
_BODIES = {"html": b"<html>gateway</html>", "empty": b"", "truncated": b'{"ok": tr', "junk": b"\xff\xfe" * 1_000_000}


class PortError(DispatchBoxError):
    """The port cannot be listened on."""


class Workspace(People):
    """A running stand-in: what people do in it comes over the line to the bot, and the bot's calls come in here."""

    def __init__(self, state: State | None = None, port: int = 0, retries: tuple[float, ...] = RETRIES) -> None:
        super().__init__(state, retries)
        self.port = port
        self._pages: dict[web.WebSocketResponse, str] = {}
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
