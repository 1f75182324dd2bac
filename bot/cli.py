"""The command line: its grammar, and a function for each command."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from bot import words
from index import evaluate, gold, report
from index.steps import within
from index.words import about

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from zoneinfo import ZoneInfo

    from index.ask import Considered
    from index.build import Built
    from index.types import Answer, Briefing, NextStep

OK = 0
REFUSED = 1  # some input was refused, the rest is done; or check found something wrong
UNUSABLE = 2  # nothing could be done


def grammar() -> argparse.ArgumentParser:
    """Describe every command."""
    parser = argparse.ArgumentParser(
        prog="dispatchbox", description="Answers from your policy briefings, with citations."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    index = _command(commands, "index", "read the briefings and bring the index up to date")
    index.add_argument("folder", nargs="?", type=Path, help="the folder of briefings (default: the setting)")
    index.add_argument(
        "--jsonl", type=Path, metavar="FILE", help="take lines {id, title, text[, published, url]} instead"
    )

    ask = _command(commands, "ask", "answer a question, with citations", today=True, channel=True)
    ask.add_argument("question")

    scored = _command(commands, "eval", "score a file of questions", today=True, channel=True)
    scored.add_argument("file", type=Path, metavar="QUESTIONS.jsonl")
    scored.add_argument("--out", type=Path, metavar="RESULTS.jsonl", help="write a line for each question")

    listed = _command(commands, "steps", "list the next steps found in the briefings", today=True, channel=True)
    listed.add_argument("--from", dest="first", type=_day, metavar="YYYY-MM-DD", help="only those due then or later")
    listed.add_argument("--until", dest="last", type=_day, metavar="YYYY-MM-DD", help="only those due by then")
    listed.add_argument("--topic", metavar="TOPIC", help="only those of briefings on this topic")

    judged = _command(commands, "eval-steps", "score the next steps found against a file", today=True, channel=True)
    judged.add_argument("file", type=Path, metavar="STEPS.jsonl")

    show = _command(commands, "show", "show a briefing with its paragraphs and offsets", today=True, channel=True)
    show.add_argument("id")

    _command(commands, "check", "tell what is wrong with settings, models and index")

    _command(commands, "run", "answer in Slack until stopped", today=True)

    tried = _command(commands, "try", "open a small workspace in the browser, with the bot in it", today=True)
    tried.add_argument("--port", type=int, default=0, metavar="N", help="the port (default: a free one)")
    tried.add_argument("--no-browser", action="store_true", help="only print the address")

    _command(commands, "gaps", "list unanswered and unhelpful questions, grouped by meaning, without names")

    _command(commands, "posts", "list what will be posted where and when, what was, and what was held or skipped")

    backup = _command(commands, "backup", "copy what the bot remembers to a file, while it runs")
    backup.add_argument("file", type=Path, metavar="FILE")
    restore = _command(commands, "restore", "put a backup in the place of what the bot remembers")
    restore.add_argument("file", type=Path, metavar="FILE")
    return parser


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, does: str, **more: bool
) -> argparse.ArgumentParser:
    """Add a command with the options that all have, and those it asks for."""
    parser = commands.add_parser(name, help=does, description=does[0].upper() + does[1:] + ".")
    parser.add_argument("--briefings", type=Path, metavar="FOLDER", help="the folder of briefings")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="the folder of the database and the index")
    parser.add_argument("--json", action="store_true", help="print JSON")
    if more.get("today"):
        parser.add_argument("--today", type=_day, metavar="YYYY-MM-DD", help="take this day for today")
    if more.get("channel"):
        parser.add_argument("--channel", metavar="ID", help="see what this channel may see, too")
    return parser


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = f"{text!r} is no date; write YYYY-MM-DD"
        raise argparse.ArgumentTypeError(message) from error


def index(build: Callable[[Callable[..., Any]], Built], *, as_json: bool, quiet: bool = False) -> int:
    """Bring the index up to date, and say what was done: on stderr where ``quiet``."""
    built = build(_bar)
    for file, warning in built.warnings:
        say(f"warning: {file}: {warning}")
    if built.kept:
        say(words.kept(built))
    if quiet:
        say(words.built(built))
    else:
        _print(report.built(built), words.built(built), as_json=as_json)
    return REFUSED if built.rejected else OK


def ask(question: str, answer: Callable[[str], Answer], today: date | None, *, as_json: bool) -> int:
    """Answer one question."""
    found = answer(question)
    _print(report.answer(found), words.answer(found, today), as_json=as_json)
    return OK


def score(
    file: Path, out: Path | None, consider: Callable[[str], Considered], threshold: float, *, as_json: bool
) -> int:
    """Score a file of questions, writing a line for each where one asks for it."""
    read = evaluate.read_items(file)
    items = [one for one in read if isinstance(one, evaluate.Item)]
    unread = [one for one in read if isinstance(one, evaluate.Unread)]
    bar = tqdm(items, desc="questions", file=sys.stderr, disable=None)
    outcomes = list(evaluate.run(bar, consider, threshold))
    lines: dict[int, dict[str, Any]] = {id(one.item): one.line for one in outcomes}
    if out:
        rows = [
            lines[id(one)] if isinstance(one, evaluate.Item) else {"id": one.id, "error": one.error} for one in read
        ]
        out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    if as_json:
        for one in unread:
            say(f"not read: {one.error}")
    scores = evaluate.scores(outcomes)
    _print(scores, words.scores(scores, unread), as_json=as_json)
    return OK


def steps(
    told: Iterable[tuple[Briefing, Sequence[NextStep]]],
    first: date | None,
    last: date | None,
    topic: str | None,
    *,
    as_json: bool,
) -> int:
    """List the next steps of briefings, in the order given.

    With ``first`` or ``last``, only those that may fall then; with ``topic``, of briefings on it.
    """
    chosen = [found for one, found in told if topic is None or about(topic, one.topics, one.title)]
    found = [step for steps in chosen for step in steps if within(step.due, first, last)]
    _print([report.step(one) for one in found], words.steps(found), as_json=as_json)
    return OK


def score_steps(file: Path, briefings: Sequence[Briefing], *, as_json: bool) -> int:
    """Score the next steps found against a file of those that reading finds."""
    wanted, unread = gold.read_gold(file)
    counted, apart = gold.tally(wanted, {one.id: one for one in briefings})
    for reason in [*unread, *apart]:
        say(f"not read: {reason}")
    _print(counted.scores, words.scores(counted.scores, []), as_json=as_json)
    return OK


def show(name: str, briefing: Briefing | None, *, as_json: bool) -> int:
    """Show one briefing."""
    if briefing is None:
        say(f"no briefing {name!r} here; 'dispatchbox steps' and the citations name those there are")
        return UNUSABLE
    _print(report.briefing(briefing), words.shown(briefing), as_json=as_json)
    return OK


def check(findings: Sequence[tuple[str, str | None]], *, as_json: bool) -> int:
    """Say what was looked at and, for what is wrong, what to do. A finding is (what, problem or None)."""
    wrong = [problem for _, problem in findings if problem]
    data = {
        "ok": not wrong,
        "checks": [{"check": what, "ok": not problem, "problem": problem} for what, problem in findings],
    }
    _print(
        data,
        "\n".join(f"{'wrong' if bad else 'ok':5}  {what}{f': {bad}' if bad else ''}" for what, bad in findings),
        as_json=as_json,
    )
    return REFUSED if wrong else OK


def gaps(groups: Sequence[dict[str, Any]], *, as_json: bool) -> int:
    """List questions that found no answer, or no good one, in groups."""
    _print(groups, words.gaps(groups), as_json=as_json)
    return OK


def posts(found: dict[str, Any], zone: ZoneInfo, *, as_json: bool) -> int:
    """List subscriptions, what they will post, and what became of posts. What is wrong in their file is said apart."""
    for problem in found["problems"]:
        say(f"wrong: {problem}")
    _print(found, words.posts(found, zone), as_json=as_json)
    return REFUSED if found["problems"] else OK


def say(message: str) -> None:
    """Say something that is not data."""
    print(message, file=sys.stderr)  # noqa: T201 - a command speaks


def _print(data: object, text: str, *, as_json: bool) -> None:
    print(json.dumps(data, ensure_ascii=False, indent=1) if as_json else text)  # noqa: T201 - a command prints


def _bar(batches: Sequence[Sequence[object]], total: int) -> Iterator[Sequence[object]]:
    """Show how many passages are encoded, then in how many briefings steps were looked for."""
    with tqdm(total=total, desc="indexing", unit="", file=sys.stderr, disable=None) if total else nullcontext() as bar:
        for batch in batches:
            yield batch
            if bar:
                bar.update(len(batch))
