"""The whole line in fresh processes, with the real model: file, index, answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from index.answer import SURE
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

REFERENCE = """Westminster Policy News & Legislative Analysis

UK and Belgium expand cooperation at No 10

The Prime Minister met his Belgian colleague Bart de Wever on 12 December. They spoke of migration and growth.

On Ukraine, they called sustained economic pressure on Russia essential.

Central securities depositories must pass on the net profits of immobilised Russian assets, twice yearly.

Belgium matters because Euroclear sits in Brussels. Euroclear reports a first payment of about €1.55 billion in
July 2024, and a further c. €2 billion for the second half of 2024.

Next steps to watch are any statement on migration operations and the outcome of the 18 December European Council.
"""
EUROCLEAR = "How much did Euroclear first pay for Ukraine, and when?"


def run(*arguments: str, models: Path, check: int = 0, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        env={**os.environ, "DISPATCHBOX_MODELS": str(models), **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == check, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


@pytest.fixture
def data(briefings: Path, tmp_path: Path, models: Path) -> Path:
    (briefings / "2025-12-12-note.txt").write_text(REFERENCE)
    run("index", str(briefings), "--data", str(tmp_path / "var"), models=models)
    return tmp_path / "var"


def answer(question: str, data: Path, models: Path, *more: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("ask", question, "--data", str(data), "--json", *more, models=models))
    return found


def test_a_figure_is_quoted_highlighted_and_cited_by_its_paragraph(data: Path, models: Path) -> None:
    found = answer(EUROCLEAR, data, models)
    assert list(found) == [
        "question", "status", "answer", "highlight", "confidence", "citations", "nearest", "searched", "took_ms",
    ]  # fmt: skip
    assert (found["status"], found["highlight"]) == ("answered", "€1.55 billion")
    first = found["citations"][0]
    assert list(first) == ["briefing", "title", "published", "paragraph", "start", "end", "quote", "source"]
    assert (first["paragraph"], first["published"], first["source"]) == (4, "2025-12-12", "2025-12-12-note.txt")
    assert "July 2024" in found["answer"]
    assert found["answer"] == first["quote"]
    shown = json.loads(run("show", first["briefing"], "--data", str(data), "--json", models=models))
    assert shown["body"][first["start"] : first["end"]] == first["quote"]
    assert found["searched"] == {"briefings": 1, "passages": 1, "from": "2025-12-12", "to": "2025-12-12"}


def test_what_is_not_there_is_refused_with_the_nearest_passages(data: Path, models: Path) -> None:
    found = answer("What did the leaders agree about fishing quotas?", data, models)
    assert (found["status"], found["answer"], found["highlight"], found["citations"]) == ("not_found", None, None, [])
    assert found["nearest"]


def test_a_time_in_the_question_restricts_and_the_reply_says_so(data: Path, models: Path) -> None:
    asked = ("ask", "What did we say about Euroclear in 2024?", "--data", str(data), "--today", "2026-01-05")
    said = run(*asked, models=models)
    assert "only briefings published in 2024" in said
    assert "Searched 0 briefings" in said
    assert "today taken as 5 January 2026" in said


@pytest.mark.parametrize("question", ["", "?!", "x" * 40_000, '"NEAR( OR', "a\u202eb\x1b[31m", "пolicy"])
def test_hostile_questions_get_a_short_reply(data: Path, models: Path, question: str) -> None:
    assert len(run("ask", question, "--data", str(data), models=models)) < 4_000


def test_next_steps_are_listed_with_their_sentence_and_date(data: Path, models: Path) -> None:
    first, second = json.loads(run("steps", "--data", str(data), "--json", models=models))
    assert (first["item"], first["due"]) == ("any statement on migration operations", None)
    assert second["due"] == {
        "earliest": "2025-12-18", "latest": "2025-12-18", "words": "the 18 December", "exact": "day",
    }  # fmt: skip
    assert second["bodies"] == ["European Council"]
    assert second["quote"].startswith("Next steps to watch")


def test_a_refusal_gives_exit_one_and_names_the_file(briefings: Path, tmp_path: Path, models: Path) -> None:
    (briefings / "bad.md").write_bytes(b"\xff")
    told = json.loads(run("index", str(briefings), "--data", str(tmp_path / "v"), "--json", models=models, check=1))
    assert told["added"] == 0
    assert [one["file"] for one in told["rejected"]] == ["bad.md"]


def test_without_an_index_ask_exits_two_and_check_one(tmp_path: Path, models: Path) -> None:
    run("ask", "x", "--data", str(tmp_path / "none"), models=models, check=2)
    run("check", "--data", str(tmp_path / "none"), models=models, check=1)


def test_check_is_content_with_a_good_index(data: Path, models: Path) -> None:
    assert "wrong" not in run("check", "--data", str(data), models=models)


def test_asking_never_imports_torch(data: Path, models: Path) -> None:
    script = (
        "import sys; from bot.__main__ import main;"
        f"main(['ask', 'who met whom?', '--data', {str(data)!r}]);"
        "assert not {'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)"
    )
    environment = {**os.environ, "DISPATCHBOX_MODELS": str(models)}
    subprocess.run([sys.executable, "-c", script], env=environment, cwd=ROOT, check=True, capture_output=True)


def test_eval_scores_a_file_and_goes_on_after_a_bad_line(data: Path, models: Path, tmp_path: Path) -> None:
    asked = {"id": "a", "question": EUROCLEAR, "answers": ["€1.55 billion"], "gold": ["2025-12-12-note"]}
    file, out = tmp_path / "q.jsonl", tmp_path / "out.jsonl"
    lines = [json.dumps(asked | {"answerable": True}), "no json", '{"id": "c", "question": "Who won the Derby?"}']
    file.write_text("\n".join(lines))
    told = run("eval", str(file), "--data", str(data), "--json", "--out", str(out), models=models)
    scores = json.loads(told)
    assert {name: scores[name] for name in ("n", "n_answerable", "recall_1", "mrr_10", "holds", "highlight_f1")} == {
        "n": 2, "n_answerable": 1, "recall_1": 1.0, "mrr_10": 1.0, "holds": 1.0, "highlight_f1": 1.0,
    }  # fmt: skip
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    sure = rows[0]["confidence"] >= SURE
    assert (scores["sure"], scores["right_when_sure"]) == ((1.0, 1.0) if sure else (0.0, None))
    assert rows[1]["error"]
    assert rows[0]["ranked"] == ["2025-12-12-note"]
