"""The Bolt app, assembled: everything goes through the inbox, so its listeners only acknowledge."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from slack_bolt import App
from slack_bolt.adapter.wsgi import SlackRequestHandler

from bot.listeners import (
    actions,
    arrivals,
    commands,
    filed,
    home,
    mornings,
    posting,
    questions,
    shortcuts,
    threads,
    watchlist,
)
from bot.types import Inbound, Surface

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from slack_bolt import Ack
    from slack_sdk import WebClient

    from bot.accept import Acceptor
    from bot.desk import Desk
    from bot.types import Effect

COMMANDS = commands.COMMANDS | watchlist.COMMANDS
EVENTS = ("app_home_opened", "app_mention", "message")
PATH = "/slack/events"
_CALENDAR = re.compile(r"/calendar/([\w-]{20,100})\.ics")


def assemble(client: WebClient, acceptor: Acceptor, signing_secret: str | None) -> App:
    """Make the Bolt app around a client. Without a signing secret it serves Socket Mode alone."""
    app = App(
        client=client,
        signing_secret=signing_secret or "socket mode verifies by its own token",
        ignoring_self_events_enabled=False,  # the acceptor counts them
        attaching_conversation_kwargs_enabled=False,
    )
    app.middleware(acceptor.take)
    for event in EVENTS:
        app.event(event)(_noted)
    for command in COMMANDS:
        app.command(command)(_acknowledged)
    for action in actions.ACTIONS:
        app.action(action)(_acknowledged)
    for shortcut in shortcuts.SHORTCUTS:
        app.shortcut(shortcut)(_acknowledged)
    for view in actions.VIEWS:
        app.view(view)(_acknowledged)
    return app


def _noted() -> None:
    """Leave it to the worker: Bolt acknowledges events by itself."""


def _acknowledged(ack: Ack) -> None:
    """Acknowledge, and leave the rest to the worker."""
    ack()


def route(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    """Take what came in to the listener of its surface, and show anew what that changes: App Home, threads."""
    effects = _heard(desk, inbound)
    return [*effects, *home.renewed(desk, inbound, effects), *threads.renewed(desk, inbound, effects)]


def _heard(desk: Desk, inbound: Inbound) -> Sequence[Effect]:  # noqa: PLR0911 - a line for each surface
    match inbound.surface:
        case Surface.MENTION | Surface.DIRECT | Surface.THREAD:
            return questions.heard(desk, inbound)
        case Surface.COMMAND if inbound.name in COMMANDS:
            return COMMANDS[inbound.name](desk, inbound)
        case Surface.SHORTCUT if inbound.name in shortcuts.SHORTCUTS:
            return shortcuts.SHORTCUTS[inbound.name](desk, inbound)
        case Surface.ACTION:
            return actions.clicked(desk, inbound)
        case Surface.VIEW:
            return actions.submitted(desk, inbound)
        case Surface.HOME:
            return home.home(desk, inbound)
        case Surface.PROMPTS:
            return home.prompts(desk, inbound)
    return _OF_TIME[inbound.surface](desk, inbound) if inbound.surface in _OF_TIME else []


def _indexed(desk: Desk, inbound: Inbound) -> Sequence[Effect]:
    keys = tuple(f"at once:{key}" for key in inbound.keys)
    return [*arrivals.arrived(desk, inbound), Inbound(Surface.SLOT, inbound.team, "", keys, desk.now())]


# What nobody says but time does.
_OF_TIME: dict[Surface, Callable[[Desk, Inbound], Sequence[Effect]]] = {
    Surface.INDEXED: _indexed,
    Surface.MORNING: mornings.morning,
    Surface.FILED: filed.taken,
    Surface.SLOT: posting.slot,
}


def web(app: App, healthy: Callable[[], str | None], calendar: Callable[[str], bytes | None]) -> WSGIApplication:
    """Wrap the app for a WSGI server: Slack's requests at /slack/events, /healthz, and calendars by their tokens.

    ``healthy`` gives what is wrong, or None; ``calendar`` what a token opens, or None.
    """
    slack = SlackRequestHandler(app, PATH)

    def serve(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path = str(environ.get("PATH_INFO"))
        if path == "/healthz":
            wrong = healthy()
            start("503 Service Unavailable" if wrong else "200 OK", [("Content-Type", "application/json")])
            return [json.dumps({"ok": wrong is None, "problem": wrong}).encode()]
        if found := _CALENDAR.fullmatch(path):
            content = calendar(found[1])
            start("404 Not Found" if content is None else "200 OK", [("Content-Type", "text/calendar; charset=utf-8")])
            return [content or b""]
        return slack(environ, start)

    return serve
