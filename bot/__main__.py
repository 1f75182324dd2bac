"""The composition root: it constructs, and reads the clock; so does ``serve``, for what has to do with Slack."""

from __future__ import annotations

import importlib.util
import os
import sqlite3
import sys
from datetime import UTC, date, datetime, time
from functools import partial
from typing import TYPE_CHECKING

from bot import cli
from bot.settings import Settings, SettingsError, load
from index.ask import ask, consider
from index.build import build
from index.encode import OnnxEncoder
from index.errors import DispatchBoxError
from index.models import ensure, folder_of
from index.parse import read_folder, read_lines
from index.read import OnnxReader
from index.runtime import read_manifest
from index.search import Searcher, visible
from index.steps import known
from index.store import Store
from index.types import Audience

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from bot.watch import Build
    from index.build import Built, Progress
    from index.parse import Batch
    from index.types import Briefing, Encoder

_INTERRUPTED = 130  # as a shell reports SIGINT
_SAFE_SQLITE = (3, 51, 3)  # the first without the rare damage of a WAL file by two writers


def main(arguments: list[str] | None = None) -> int:
    """Run one command; give its exit status."""
    options = cli.grammar().parse_args(arguments)
    try:
        settings = load(briefings=options.briefings, data=options.data, today=getattr(options, "today", None))
        return _COMMANDS[options.command](options, settings)
    except DispatchBoxError as error:
        if options.command == "check":
            return cli.check([("settings", str(error))], as_json=options.json)
        cli.say(f"dispatchbox: {error}")
        return int(getattr(error, "status", cli.UNUSABLE))
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return cli.OK


def _index(options: argparse.Namespace, settings: Settings) -> int:
    encoder = OnnxEncoder.open(ensure(settings.models_folder, settings.model, settings.precision))
    read = (
        partial(read_lines, options.jsonl, settings.timezone)
        if options.jsonl
        else partial(read_folder, options.folder or settings.briefings, settings.timezone)
    )
    return cli.index(partial(build, settings.data, read, encoder, _now(settings)), as_json=options.json)


def _ask(options: argparse.Namespace, settings: Settings) -> int:
    answer = partial(
        ask,
        searcher=_searcher(settings),
        reader=OnnxReader.open(),
        audience=_audience(options, settings),
        today=_today(settings),
        threshold=settings.threshold,
    )
    return cli.ask(options.question, answer, settings.today, as_json=options.json)


def _eval(options: argparse.Namespace, settings: Settings) -> int:
    look = partial(
        consider,
        searcher=_searcher(settings),
        reader=OnnxReader.open(),
        audience=_audience(options, settings),
        today=_today(settings),
    )
    return cli.score(options.file, options.out, look, settings.threshold, as_json=options.json)


def _steps(options: argparse.Namespace, settings: Settings) -> int:
    seen = list(_seen(options, settings))
    found = known(seen, Store.open(settings.data).steps)
    return cli.steps(
        [(one, found[one.id]) for one in seen], options.first, options.last, options.topic, as_json=options.json
    )


def _eval_steps(options: argparse.Namespace, settings: Settings) -> int:
    return cli.score_steps(options.file, list(_seen(options, settings)), as_json=options.json)


def _show(options: argparse.Namespace, settings: Settings) -> int:
    found = {briefing.id: briefing for briefing in _seen(options, settings)}
    return cli.show(options.id, found.get(options.id), as_json=options.json)


def _check(options: argparse.Namespace, settings: Settings) -> int:
    return cli.check(list(_findings(settings)), as_json=options.json)


def _try(options: argparse.Namespace, settings: Settings) -> int:
    if not importlib.util.find_spec("aiohttp"):
        raise SettingsError("the workspace in the browser needs aiohttp; pip install 'dispatchbox[try]'")
    from bot.local.launch import serve  # noqa: PLC0415 - aiohttp, which only this command needs

    apart = settings.model_copy(update={"data": settings.data / "try", "models": settings.models_folder})

    def prepare() -> None:
        encoder = OnnxEncoder.open(ensure(apart.models_folder, apart.model, apart.precision))
        read = partial(read_folder, apart.briefings, apart.timezone)
        cli.index(partial(build, apart.data, read, encoder, _now(apart)), as_json=False, quiet=True)

    return serve(apart, options.port, prepare, browser=not options.no_browser)


def _run(_: argparse.Namespace, settings: Settings) -> int:
    from bot import serve  # noqa: PLC0415 - Slack's libraries, which cost ask a third of its time

    return serve.run(settings, partial(_opened, settings))


def _gaps(options: argparse.Namespace, settings: Settings) -> int:
    from bot import serve  # noqa: PLC0415 - likewise

    return cli.gaps(serve.gaps(settings, _encoder(settings)), as_json=options.json)


def _posts(options: argparse.Namespace, settings: Settings) -> int:
    from bot import serve  # noqa: PLC0415 - likewise

    return cli.posts(serve.posts(settings, _searcher(settings)), settings.timezone, as_json=options.json)


def _backup(options: argparse.Namespace, settings: Settings) -> int:
    from bot import serve  # noqa: PLC0415 - likewise

    serve.backup(settings, options.file)
    cli.say(f"{options.file}: written and checked")
    return cli.OK


def _restore(options: argparse.Namespace, settings: Settings) -> int:
    from bot import serve  # noqa: PLC0415 - likewise

    serve.put_back(settings, options.file)
    cli.say(f"{options.file}: restored to {settings.data}")
    return cli.OK


_COMMANDS = {
    "index": _index, "ask": _ask, "eval": _eval, "steps": _steps, "eval-steps": _eval_steps, "show": _show,
    "check": _check, "run": _run,
    "try": _try, "gaps": _gaps, "posts": _posts, "backup": _backup, "restore": _restore,
}  # fmt: skip


def _encoder(settings: Settings) -> OnnxEncoder:
    return OnnxEncoder.open(folder_of(settings.models_folder, settings.model, settings.precision))


def _searcher(settings: Settings, encoder: Encoder | None = None) -> Searcher:
    return Searcher.open(settings.data, encoder or _encoder(settings), lambda words: cli.say(f"warning: {words}"))


def _opened(settings: Settings) -> tuple[Callable[[], Searcher], Build]:
    """Load the model once, for what searches the index and for what brings it up to date."""
    encoder = _encoder(settings)

    def bring(read: Callable[[dict[str, str]], Batch], progress: Progress) -> Built:
        return build(settings.data, read, encoder, datetime.now(UTC), progress, may_empty=False)

    return partial(_searcher, settings, encoder), bring


def _seen(options: argparse.Namespace, settings: Settings) -> Iterator[Briefing]:
    """Give the briefings this audience may see, by date of publication, undated last."""
    store = Store.open(settings.data)
    with store.snapshot():
        entries = visible(store.catalogue(), _audience(options, settings), None)
        found = store.briefings([entry.id for entry in entries])
    yield from sorted(found.values(), key=lambda briefing: (briefing.published or date.max, briefing.id))


def _audience(options: argparse.Namespace, settings: Settings) -> Audience:
    return Audience(_now(settings), frozenset([options.channel] if options.channel else []))


def _now(settings: Settings) -> datetime:
    """Read the clock; where today is set, the instant it begins, so that no embargo of that day is lifted early."""
    if settings.today:
        return datetime.combine(settings.today, time(), settings.timezone).astimezone(UTC)
    return datetime.now(UTC)


def _today(settings: Settings) -> date:
    return settings.today or datetime.now(settings.timezone).date()


def _findings(settings: Settings) -> Iterator[tuple[str, str | None]]:
    """Look at everything an answer needs: (what, and what is wrong with it or None)."""
    yield "settings", None
    missing = None if settings.briefings.is_dir() else "no such folder; create it or set DISPATCHBOX_BRIEFINGS"
    yield f"briefings in {settings.briefings}", missing
    model = folder_of(settings.models_folder, settings.model, settings.precision)
    yield f"model {settings.model} ({settings.precision}) in {model}", _problem(lambda: read_manifest(model))
    yield f"index in {settings.data}", _problem(lambda: _sound_index(settings))
    if settings.subscriptions:
        yield f"subscriptions in {settings.subscriptions}", _wrong_entries(settings)
    if sqlite3.sqlite_version_info < _SAFE_SQLITE:
        yield f"SQLite {sqlite3.sqlite_version}: before 3.51.3, so one writer at a time (which the lock sees to)", None


def _problem(look: object) -> str | None:
    try:
        look()  # type: ignore[operator]
    except DispatchBoxError as error:
        return str(error)
    return None


def _wrong_entries(settings: Settings) -> str | None:
    from bot.listeners.filed import problems  # noqa: PLC0415 - Slack's libraries, as above

    return "; ".join(problems(settings)) or None


def _sound_index(settings: Settings) -> None:
    Store.open(settings.data).check()
    said: list[str] = []
    folder = folder_of(settings.models_folder, settings.model, settings.precision)
    Searcher.open(settings.data, OnnxEncoder.open(folder), said.append)
    if said:
        raise DispatchBoxError(said[0])


if __name__ == "__main__":
    sys.exit(main())
