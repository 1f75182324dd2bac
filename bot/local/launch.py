"""``dispatchbox try``: the stand-in, and the bot as it would run anywhere, pointed at it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import webbrowser
from typing import TYPE_CHECKING

from bot.local.server import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.settings import Settings

TEAM_CHANNEL = "C0TEAM"


def serve(settings: Settings, port: int, prepare: Callable[[], object], *, browser: bool) -> int:
    """Serve until stopped; the bot is a process of its own, begun after ``prepare``. Gives the exit status.

    Raises PortError where the port is taken.
    """
    workspace = Workspace(port=port).start()
    print(f"Workspace: {workspace.url}", flush=True)  # noqa: T201 - the command's first line
    prepare()
    bot = subprocess.Popen([sys.executable, "-m", "bot", "run"], env=_environment(workspace, settings))
    signal.signal(signal.SIGTERM, lambda *_: bot.terminate())
    if browser:
        webbrowser.open(workspace.url)
    try:
        return bot.wait()
    except KeyboardInterrupt:
        bot.wait(10)
        return 0
    finally:
        bot.terminate()
        workspace.stop()


def _environment(workspace: Workspace, settings: Settings) -> dict[str, str]:
    """Give the bot its settings as they are, and Slack's as the stand-in has them."""
    kept = {name: value for name, value in os.environ.items() if name != "DISPATCHBOX_PORT"}
    return {
        **kept,
        **workspace.environment(),
        "DISPATCHBOX_DATA": str(settings.data),
        "DISPATCHBOX_MODELS": str(settings.models_folder),
        "DISPATCHBOX_BRIEFINGS": str(settings.briefings),
        "DISPATCHBOX_TEAM_CHANNEL": TEAM_CHANNEL,
        **({"DISPATCHBOX_TODAY": settings.today.isoformat()} if settings.today else {}),
    }
