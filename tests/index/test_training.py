"""What the reader is trained on: spans true to their passages, negatives that do not answer, the same for a seed."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from index.training import askings, examples
from index.training.made import MADE, REPLIES

if TYPE_CHECKING:
    from pathlib import Path

    from index.training.examples import Example

SUBJECTS = ("Norway", "Belgium", "Kenya", "Chile", "Japan", "Latvia", "Malta", "Peru")


ANSWERS = {name: f"£{at + 3} million" for at, name in enumerate(SUBJECTS)}


OURS = (examples.WRITTEN, examples.OUTCOMES, examples.DOCUMENTS)
WRITTEN: list[dict[str, Any]] = [
    {"reply": "Kenya", "questions": [
        {"question": "UK-Kenya trade in 2024?", "answer": "£22 billion"},
        {"question": "What did Kenya import in 2024?", "answer": ""},
    ]},
    {"title": "Ports", "passage": "Peers approved the order on 3 May.", "items": [
        {"item": "The Lords are to vote on the ports order", "report": "approved the order on 3 May"},
        {"item": "MPs are to vote on the ports order", "report": ""},
    ]},
    {"title": "Rivers", "passages": ["The pilot cost £3 million.", "The Severn scheme cost £9 million."], "questions": [
        {"question": "What was paid for the Severn?", "answer": "£9 million"},
        {"question": "What was paid for the Trent?", "answer": ""},
    ]},
    {"replies": ["Chile", "Japan"], "questions": [
        {"question": "What did trade with Chile come to?", "answer": "£23 billion"},
    ]},
]  # fmt: skip


def write(data: Path, part: str, rows: list[dict[str, Any]]) -> None:
    (data / "questions" / f"{part}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a folder of data in the form that the training reads, with one source of another licence."""
    few = askings.Drawn(16, 8, 8, beside=2)
    monkeypatch.setattr(askings, "DRAWN", dict.fromkeys(("squadshifts-new_wiki", MADE, REPLIES, *OURS), few))
    rows: list[dict[str, Any]] = []
    pairs: list[dict[str, Any]] = []
    for at, name in enumerate(SUBJECTS):
        text = (
            f"The treaty with {name} was signed in May 20{10 + at}. It was worth {ANSWERS[name]} to both sides, and"
            " the House debated it for two days. Ministers told the committee that fishing would be dealt with"
            f" separately. Officials keep {' '.join(f'{name.lower()}{n}' for n in range(60))} under review."
        )
        found = [{"text": ANSWERS[name], "start": text.index(ANSWERS[name])}]
        row: dict[str, Any] = {"title": name, "context": text, "answers": found, "answerable": True}
        row["question"] = f"How much was the treaty with {name} worth?"
        rows += [{**row, "source": source} for source in ("squadshifts-new_wiki", "xquad-en")]
        asked = f"To ask the Secretary of State for Business, what the trade with {name} was worth in 2024."
        reply = f"Trade with {name} was worth £{at + 20} billion in 2024. It grew by {at + 2} per cent on the year."
        pairs.append({"id": name, "source": "pq", "question": asked, "passage": reply})
    (tmp_path / "questions").mkdir()
    monkeypatch.setattr(examples, "QUESTIONS", tmp_path / "questions")
    write(tmp_path, "train", WRITTEN)
    for file, lines in (("reader-train", rows), ("reader-dev", rows), ("pairs-train", pairs)):
        with gzip.open(tmp_path / f"{file}.jsonl.gz", "wt", encoding="utf-8") as out:
            out.write("".join(json.dumps(line) + "\n" for line in lines))
    return tmp_path


def drawn_one_by_one(data: Path) -> list[Example]:
    return [one for asking in askings.training(data, 3) for one in asking]


def test_the_same_seed_gives_the_same_askings_and_another_gives_others(data: Path) -> None:
    assert askings.training(data, 3) == askings.training(data, 3)
    assert askings.training(data, 3) != askings.training(data, 4)


def test_one_passage_of_an_asking_answers_at_most_and_all_are_asked_the_same(data: Path) -> None:
    drawn = askings.training(data, 3)
    assert {sum(one.answerable for one in asking) for asking in drawn} == {0, 1}
    assert max(map(len, drawn)) == 3  # the passage that answers, and two beside it
    for asking in drawn:
        assert len({one.question for one in asking}) == 1
        assert len({one.passage for one in asking}) == len(asking)


def test_a_passage_that_does_not_answer_holds_no_answer(data: Path) -> None:
    drawn = drawn_one_by_one(data)
    made = {one.made for one in drawn}
    assert made == {"own", "near", "cut", "swapped"}
    for one in drawn:
        assert bool(one.answers) <= one.answerable
        if not one.answerable and one.made in {"near", "cut"} and one.source == "squadshifts-new_wiki":
            named = next(name for name in SUBJECTS if name.lower() in one.question.lower())
            assert ANSWERS[named] not in one.passage


def test_a_question_with_another_name_asks_what_its_passage_never_names(data: Path) -> None:
    swapped = [one for one in drawn_one_by_one(data) if one.made == "swapped" and one.source == "squadshifts-new_wiki"]
    assert swapped
    for one in swapped:
        asked = [name for name in SUBJECTS if name.lower() in one.question.lower()]
        assert len(asked) == 1
        assert asked[0] not in one.passage


def test_a_question_made_of_a_sentence_does_not_hold_its_own_answer(data: Path) -> None:
    made = [one for one in drawn_one_by_one(data) if one.source == "made" and one.made == "own"]
    assert made
    for one in made:
        (start, end) = one.answers[0]
        assert one.passage[start:end] not in one.question


def test_rows_whose_licence_would_bind_the_weights_are_left_out(data: Path) -> None:
    assert set(examples.sources(data / "reader-train.jsonl.gz")) == {"squadshifts-new_wiki"}


def test_what_we_wrote_is_read_with_its_reply_or_its_own_passage(data: Path) -> None:
    drawn = [one for one in drawn_one_by_one(data) if one.source in OURS and one.made == "own"]
    found = {(one.question, one.answerable): [one.passage[slice(*place)] for place in one.answers] for one in drawn}
    assert found == {
        ("UK-Kenya trade in 2024?", True): ["£22 billion"],
        ("What did Kenya import in 2024?", False): [],
        ("What came of this: The Lords are to vote on the ports order", True): ["approved the order on 3 May"],
        ("What came of this: MPs are to vote on the ports order", False): [],
        ("What was paid for the Severn?", True): ["£9 million"],
        ("What did trade with Chile come to?", True): ["£23 billion"],
    }


def test_a_question_about_a_document_is_asked_of_the_passage_that_answers_together_with_those_beside_it(
    data: Path,
) -> None:
    found: dict[str, set[tuple[str, bool]]] = {}
    for asking in askings.training(data, 3):
        if asking[0].made in {"own", "near"}:
            found.setdefault(asking[0].question, set()).update((one.passage, one.answerable) for one in asking)
    pilot, severn = WRITTEN[2]["passages"]
    assert {(pilot, False), (severn, True)} <= found["What was paid for the Severn?"]
    assert {(pilot, False), (severn, False)} <= found["What was paid for the Trent?"]


def test_several_replies_on_one_subject_are_asked_about_as_a_document_is(data: Path) -> None:
    drawn = [
        asking for asking in askings.training(data, 3) if asking[0].question == "What did trade with Chile come to?"
    ]
    assert drawn
    for own, *beside in drawn:
        assert own.passage[slice(*own.answers[0])] == "£23 billion"
        assert {one.answerable for one in beside} == {False}


@pytest.mark.parametrize(("reply", "answer"), [("Kenya", "£23 billion"), ("Atlantis", "£22 billion"), ("Atlantis", "")])
def test_a_line_whose_reply_or_answer_is_not_there_is_named(data: Path, reply: str, answer: str) -> None:
    write(data, "train", [{"reply": reply, "questions": [{"question": "How much?", "answer": answer}]}])
    with pytest.raises(ValueError, match=rf"train\.jsonl: '{answer}' is not in the passage of '{reply}'; mend"):
        askings.training(data, 3)


def test_several_replies_of_which_one_is_not_there_are_named(data: Path) -> None:
    write(data, "train", [{"replies": ["Kenya", "Atlantis"], "questions": [{"question": "How much?", "answer": ""}]}])
    with pytest.raises(ValueError, match=r"train\.jsonl: '' is not in the passage of \['Kenya', 'Atlantis'\]; mend"):
        askings.training(data, 3)


def test_no_passage_of_ours_is_both_trained_on_and_measured_with() -> None:
    parts = {
        part: [json.loads(line) for line in (examples.QUESTIONS / f"{part}.jsonl").read_text("utf-8").splitlines()]
        for part in ("train", "dev")
    }
    trained, apart = (
        {
            name
            for row in rows
            for name in row.get("replies") or [row.get("reply") or row.get("passage") or row["passages"][0]]
        }
        for rows in parts.values()
    )
    assert trained
    assert apart
    assert not trained & apart
    for row in (row for rows in parts.values() for row in rows if not row.keys() & {"reply", "replies"}):
        said = [one.get("answer", one.get("report")) for one in row.get("questions", row.get("items"))]
        assert any(said)
        assert all(any(words in text for text in row.get("passages", [row.get("passage")])) for words in said)


def test_what_a_passage_of_a_document_of_ours_answers_no_other_passage_of_it_does() -> None:
    files = [(examples.QUESTIONS / f"{part}.jsonl").read_text("utf-8") for part in ("train", "dev")]
    rows = [json.loads(line) for text in files for line in text.splitlines()]
    documents = [row for row in rows if "passages" in row]
    assert documents
    for row in documents:
        for one in row["questions"]:
            assert sum(one["answer"] in text for text in row["passages"]) == (1 if one["answer"] else 5)
