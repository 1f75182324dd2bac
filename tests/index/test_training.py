"""What the reader is trained on: spans true to their passages, negatives that do not answer, the same for a seed."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from index.training import examples

if TYPE_CHECKING:
    from pathlib import Path

SUBJECTS = ("Norway", "Belgium", "Kenya", "Chile", "Japan", "Latvia", "Malta", "Peru")


ANSWERS = {name: f"£{at + 3} million" for at, name in enumerate(SUBJECTS)}


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a folder of data in the form that the training reads, with one source of another licence."""
    few = {"own": 16, "near": 8, "cut": 8, "swapped": 8}
    monkeypatch.setattr(examples, "DRAWN", dict.fromkeys(("squadshifts-new_wiki", "made", examples.REPLIES), few))
    rows: list[dict[str, Any]] = []
    pairs: list[dict[str, Any]] = []
    for at, name in enumerate(SUBJECTS):
        text = (
            f"The treaty with {name} was signed in May 20{10 + at}. It was worth {ANSWERS[name]} to both sides, and"
            " the House debated it for two days. Ministers told the committee that fishing would be dealt with"
            f" separately. Officials keep {' '.join(f'{name.lower()}{n}' for n in range(60))} under review."
        )
        found = [{"text": ANSWERS[name], "start": text.index(ANSWERS[name])}]
        row = {"title": name, "question": f"How much was the treaty with {name} worth?", "context": text}
        row |= {"answers": found, "answerable": True}
        rows += [{**row, "source": source} for source in ("squadshifts-new_wiki", "xquad-en")]
        asked = f"To ask the Secretary of State for Business, what the trade with {name} was worth in 2024."
        reply = f"Trade with {name} was worth £{at + 20} billion in 2024. It grew by {at + 2} per cent on the year."
        pairs.append({"source": "pq", "question": asked, "passage": reply})
    for file, lines in (("reader-train", rows), ("reader-dev", rows), ("pairs-train", pairs)):
        with gzip.open(tmp_path / f"{file}.jsonl.gz", "wt", encoding="utf-8") as out:
            out.write("".join(json.dumps(line) + "\n" for line in lines))
    return tmp_path


def test_the_same_seed_gives_the_same_examples_and_another_gives_others(data: Path) -> None:
    assert examples.training(data, 3) == examples.training(data, 3)
    assert examples.training(data, 3) != examples.training(data, 4)


def test_a_passage_that_does_not_answer_holds_no_answer(data: Path) -> None:
    drawn = examples.training(data, 3)
    made = {one.made for one in drawn}
    assert made == {"own", "near", "cut", "swapped"}
    for one in drawn:
        assert bool(one.answers) <= one.answerable
        if not one.answerable and one.made in {"near", "cut"} and one.source == "squadshifts-new_wiki":
            named = next(name for name in SUBJECTS if name.lower() in one.question.lower())
            assert ANSWERS[named] not in one.passage


def test_a_question_with_another_name_asks_what_its_passage_never_names(data: Path) -> None:
    swapped = [one for one in examples.training(data, 3) if one.made == "swapped" and one.source != "made"]
    assert swapped
    for one in swapped:
        asked = [name for name in SUBJECTS if name.lower() in one.question.lower()]
        assert len(asked) == 1
        assert asked[0] not in one.passage


def test_a_question_made_of_a_sentence_does_not_hold_its_own_answer(data: Path) -> None:
    made = [one for one in examples.training(data, 3) if one.source == "made" and one.made == "own"]
    assert made
    for one in made:
        (start, end) = one.answers[0]
        assert one.passage[start:end] not in one.question


def test_rows_whose_licence_would_bind_the_weights_are_left_out(data: Path) -> None:
    assert set(examples.sources(data / "reader-train.jsonl.gz")) == {"squadshifts-new_wiki"}
