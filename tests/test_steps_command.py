"""The commands that list next steps and score them, called as the composition root calls them."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

from bot import cli
from index.markup import paragraphs
from index.steps import steps
from index.types import Briefing

if TYPE_CHECKING:
    from pathlib import Path

BODY = "The levy starts on 1 June.\n\nNext steps are the vote on 3 March and the ruling of the court."
BRIEFINGS = [
    Briefing("a", "Levy", BODY, "a.md", paragraphs(BODY), date(2026, 2, 12), topics=("tax",)),
    Briefing("b", "Ports", "Ports close on 4 March.", "b.md", paragraphs("Ports close on 4 March."), date(2026, 2, 13)),
]


@pytest.mark.parametrize(
    ("first", "last", "topic", "items"),
    [
        (None, None, None, ["The levy starts on 1 June", "the vote on 3 March", "the ruling of the court", "Ports close on 4 March"]),
        (date(2026, 3, 4), None, None, ["The levy starts on 1 June", "Ports close on 4 March"]),
        (None, date(2026, 3, 3), None, ["the vote on 3 March"]),
        (date(2026, 3, 3), date(2026, 3, 4), "tax", ["the vote on 3 March"]),
        (None, None, "ports", ["Ports close on 4 March"]),
        (None, None, "fish", []),
    ],
    ids=["all", "from", "until", "all three", "topic in the title", "no such topic"],
)  # fmt: skip
def test_steps_lists_what_is_asked_for(
    first: date | None, last: date | None, topic: str | None, items: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.steps([(one, steps(one)) for one in BRIEFINGS], first, last, topic, as_json=True) == 0
    assert [one["item"] for one in json.loads(capsys.readouterr().out)] == items


def test_a_step_is_printed_whole(capsys: pytest.CaptureFixture[str]) -> None:
    cli.steps([(BRIEFINGS[1], steps(BRIEFINGS[1]))], None, None, None, as_json=True)
    assert json.loads(capsys.readouterr().out) == [
        {
            "briefing": "b",
            "paragraph": 1,
            "start": 0,
            "end": 23,
            "quote": "Ports close on 4 March.",
            "item": "Ports close on 4 March",
            "due": {"earliest": "2026-03-04", "latest": "2026-03-04", "words": "on 4 March", "exact": "day"},
            "bodies": [],
        }
    ]


def test_eval_steps_prints_its_scores_and_tells_on_stderr_what_it_could_not_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    due = {"earliest": "2026-03-04", "latest": "2026-03-04"}
    rows = [
        {"briefing": "b", "steps": [{"quote": "Ports close on 4 March.", "due": due}]},
        {"briefing": "z", "steps": []},
    ]
    (tmp_path / "gold.jsonl").write_text("no\n" + "".join(json.dumps(row) + "\n" for row in rows))
    assert cli.score_steps(tmp_path / "gold.jsonl", BRIEFINGS, as_json=True) == 0
    said = capsys.readouterr()
    assert json.loads(said.out) == {"precision": 1.0, "recall": 1.0, "dates": 1.0, "n_gold": 1, "n_found": 1}
    assert [line.split(";")[0] for line in said.err.splitlines()] == [
        f"not read: {tmp_path}/gold.jsonl:1: Expecting value: line 1 column 1 (char 0)",
        "not read: line 3: no briefing 'z'",
    ]


@pytest.mark.parametrize("options", [["--from", "soon"], ["--until", "2026-02-30"]])
def test_a_day_that_is_none_is_refused(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.grammar().parse_args(["steps", *options])
    assert f"'{options[1]}' is no date; write YYYY-MM-DD" in capsys.readouterr().err
