"""The index: incremental, never mixed, never damaged, never showing what may not be seen."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from index import vectors
from index.answer import READ
from index.ask import ask as answer
from index.build import build
from index.errors import FolderError, IndexUnusable
from index.parse import read_folder
from index.question import read as read_question
from index.read import OnnxReader
from index.search import Searcher
from index.types import Audience, Status
from tests.conftest import LONDON, ROOT
from tests.fakes import HashEncoder

if TYPE_CHECKING:
    from pathlib import Path

    from index.build import Built

NOW = datetime(2026, 3, 1, tzinfo=UTC)
OPEN = Audience(NOW)
SUBJECTS = ("fares", "fishing", "housing", "steel", "courts", "defence")


def write(folder: Path, name: str, words: str, front: str = "") -> None:
    (folder / f"{name}.md").write_text(f"---\ntitle: On {name}\npublished: 2026-02-01\n{front}---\n{words}\n")


def index(folder: Path, data: Path, encoder: HashEncoder | None = None) -> Built:
    return build(data, partial(read_folder, folder, LONDON), encoder or HashEncoder(), NOW)


def ask(data: Path, question: str, audience: Audience = OPEN) -> list[tuple[str, str]]:
    searcher = Searcher.open(data, HashEncoder(), lambda _: None)
    found = searcher.find(read_question(question, date(2026, 3, 1)), audience, READ)
    return [(hit.briefing.id, hit.passage.text) for hit in found.hits]


@pytest.fixture
def filled(briefings: Path) -> Path:
    for at, subject in enumerate(SUBJECTS):
        write(briefings, subject, f"Ministers agreed {at + 2} million pounds for {subject}.")
    return briefings


def test_only_what_changed_is_encoded_and_counted(filled: Path, tmp_path: Path) -> None:
    data = tmp_path / "var"
    assert len(index(filled, data).added) == 6
    write(filled, "steel", "Tariffs on steel rise in July.")
    (filled / "fares.md").unlink()
    encoder = HashEncoder()
    built = index(filled, data, encoder)
    assert (built.added, built.changed, built.removed, len(built.unchanged)) == ((), ("steel",), ("fares",), 4)
    assert all("steel" in text.lower() for text in encoder.encoded)
    assert "fares" not in [name for name, _ in ask(data, "fares")]


def test_a_refused_new_version_keeps_the_last_good_one(filled: Path, tmp_path: Path) -> None:
    data = tmp_path / "var"
    index(filled, data)
    (filled / "steel.md").write_bytes(b"\xff")
    built = index(filled, data)
    assert built.kept == ("steel",)
    assert built.removed == ()
    assert ask(data, "steel")[0][0] == "steel"


def test_a_change_of_front_matter_alone_counts_and_encodes_nothing(filled: Path, tmp_path: Path) -> None:
    data = tmp_path / "var"
    index(filled, data)
    write(filled, "steel", "Ministers agreed 5 million pounds for steel.", "channels: [C1]\n")
    encoder = HashEncoder()
    assert index(filled, data, encoder).changed == ("steel",)
    assert encoder.encoded == []
    assert "steel" not in [name for name, _ in ask(data, "steel")]
    assert ask(data, "steel", Audience(NOW, frozenset({"C1"})))[0][0] == "steel"


def test_another_model_is_refused_until_everything_is_indexed_again(filled: Path, tmp_path: Path) -> None:
    data = tmp_path / "var"
    index(filled, data, HashEncoder("old"))
    with pytest.raises(IndexUnusable, match="another model"):
        ask(data, "steel")
    index(filled, data)
    assert ask(data, "steel")[0][0] == "steel"


def test_what_a_killed_run_encoded_is_not_encoded_again(filled: Path, tmp_path: Path) -> None:
    class Dies(HashEncoder):
        def encode(self, texts: object) -> object:  # type: ignore[override]
            if self.encoded:
                raise KeyboardInterrupt
            return super().encode(texts)  # type: ignore[arg-type]

    for at in range(60):
        write(filled, f"more{at}", f"Paper {at} speaks of subject number {at}.")
    data = tmp_path / "var"
    with pytest.raises(KeyboardInterrupt):
        index(filled, data, Dies())
    encoder = HashEncoder()
    index(filled, data, encoder)
    assert 0 < len(encoder.encoded) < 2 * 66  # two texts a passage: the first batch is not among them


def test_a_damaged_generation_is_never_searched(filled: Path, tmp_path: Path) -> None:
    data = tmp_path / "var"
    index(filled, data)
    golden = ask(data, "what was agreed for steel")
    root = data / vectors.FOLDER
    name = vectors.current(root)
    assert name
    file = root / name / "passages.faiss"
    sound = file.read_bytes()
    draw = random.Random(1)
    for _ in range(300):
        damaged = bytearray(sound)
        kind = draw.choice(["flip", "cut", "zero", "junk"])
        at = draw.randrange(len(sound))
        if kind == "flip":
            damaged[at] ^= 1 << draw.randrange(8)
        elif kind == "cut":
            del damaged[at:]
        elif kind == "zero" and any(damaged[at : at + 64]):
            damaged[at : at + 64] = bytes(len(damaged[at : at + 64]))
        else:
            damaged += b"junk"
        file.write_bytes(damaged)
        said: list[str] = []
        searcher = Searcher.open(data, HashEncoder(), said.append)
        assert said
        assert "does not verify" in said[0]
        found = searcher.find(read_question("what was agreed for steel", date(2026, 3, 1)), OPEN, READ)
        assert [(hit.briefing.id, hit.passage.text) for hit in found.hits] == golden


def test_without_any_generation_the_store_is_searched(filled: Path, tmp_path: Path) -> None:
    data = tmp_path / "var"
    index(filled, data)
    golden = ask(data, "steel")
    shutil.rmtree(data / vectors.FOLDER)
    assert ask(data, "steel") == golden


def test_three_generations_are_kept_and_what_a_killed_writer_left_is_cleared(filled: Path, tmp_path: Path) -> None:
    data = tmp_path / "var"
    root = data / vectors.FOLDER
    for at in range(5):
        write(filled, "steel", f"Version {at} of steel.")
        (root / ".000099.tmp").mkdir(parents=True, exist_ok=True)
        index(filled, data)
    assert sorted(entry.name for entry in root.iterdir()) == ["000003", "000004", "000005", "CURRENT"]


def test_what_may_not_be_seen_is_never_found_or_counted(briefings: Path, tmp_path: Path) -> None:
    draw = random.Random(2)
    rules: dict[str, tuple[set[str] | None, datetime | None, date]] = {}
    for at in range(40):
        channels = draw.choice([None, {"C1"}, {"C2"}, {"C1", "C2"}, set()])
        embargo = draw.choice([None, None, NOW - timedelta(days=1), NOW + timedelta(days=1)])
        published = date(2026, 3, 28) + timedelta(days=draw.choice([-90, -1, 0, 1, 2, 90]))  # summer begins on the 29th
        rules[f"p{at}"] = (channels, embargo, published)
        front = f"title: Paper {at}\npublished: {published}\ntopics: [levies]\n"
        front += "" if channels is None else f"channels: [{', '.join(sorted(channels))}]\n"
        front += f"embargo: {embargo.isoformat()}\n" if embargo else ""
        (briefings / f"p{at}.md").write_text(f"---\n{front}---\nMinisters agreed a sum for subject {at}.\n")
    data = tmp_path / "var"
    index(briefings, data)
    searcher = Searcher.open(data, HashEncoder(), lambda _: None)
    for _ in range(1000):
        channel = draw.choice([None, "C1", "C2", "C3"])
        now = draw.choice([NOW, datetime(2026, 3, 28, tzinfo=UTC)]) + timedelta(hours=draw.randrange(-48, 49))
        allowed = {
            name
            for name, (channels, embargo, published) in rules.items()
            if (channels is None or channel in channels)
            and (embargo is None or embargo <= now)
            and published <= now.astimezone(LONDON).date()
        }
        audience = Audience(now, frozenset([channel] if channel else []))
        text = draw.choice([f"what was agreed for subject {draw.randrange(40)}", "what is the latest on levies?"])
        question = read_question(text, date(2026, 3, 1))
        found = searcher.find(question, audience, READ)
        assert {hit.briefing.id for hit in found.hits} <= allowed
        assert set(found.ranked) <= allowed
        assert (found.searched.briefings, searcher.searched(audience).briefings) == (len(allowed), len(allowed))
        assert found.searched.last == max((rules[name][2] for name in allowed), default=None)
        assert {entry.id for entry in searcher.entries(audience)} == allowed
        assert searcher.briefings(list(rules), audience).keys() == allowed
        assert set(searcher.rankings(question, audience)["fused"]) <= allowed


@pytest.mark.parametrize(
    "exact", ["£86 billion", "Article 122", "s.35", "COP30"], ids=["sum", "article", "section", "acronym"]
)
def test_exact_terms_are_found_first(briefings: Path, tmp_path: Path, exact: str) -> None:
    for at in range(300):
        write(
            briefings, f"other{at}", f"Paper {at} has £{at} million, Article {at + 200}, s.{at + 100} and COP{at + 40}."
        )
    write(briefings, "wanted", f"The text turns on {exact} as ministers said.")
    data = tmp_path / "var"
    index(briefings, data)
    assert ask(data, f"what about {exact}?")[0][0] == "wanted"


@pytest.mark.parametrize(
    "question",
    ["", '"', "a OR (", "NEAR(x y)", "fares*", "^fares", "title:fares", "x" * 40_000, "a\0b", "🙂", "?!…", "пolicy रेल"],
)
def test_no_question_is_syntax(filled: Path, tmp_path: Path, question: str) -> None:
    data = tmp_path / "var"
    index(filled, data)
    ask(data, question)


def test_an_index_of_nothing_is_searched_and_finds_nothing(briefings: Path, tmp_path: Path) -> None:
    index(briefings, tmp_path / "var")
    assert ask(tmp_path / "var", "what was agreed for steel") == []


def test_a_folder_found_empty_empties_the_index_only_where_it_may(filled: Path, tmp_path: Path) -> None:
    data = tmp_path / "var"
    index(filled, data)
    for path in filled.iterdir():
        path.unlink()
    with pytest.raises(FolderError, match="no briefing is left"):
        build(data, partial(read_folder, filled, LONDON), HashEncoder("new"), NOW, may_empty=False)
    assert len(ask(data, "million pounds")) == 6
    assert len(index(filled, data).removed) == 6


WRITER = """
import sys
from pathlib import Path
from datetime import UTC, datetime
from functools import partial
from index.build import build
from index.parse import read_folder
from tests.conftest import LONDON, ROOT
from tests.fakes import HashEncoder
for _ in range(5):
    build(Path(sys.argv[1]), partial(read_folder, Path(sys.argv[2]), LONDON), HashEncoder(), datetime.now(UTC))
"""


def test_several_threads_may_search_at_once(filled: Path, tmp_path: Path) -> None:
    index(filled, tmp_path / "var")
    searcher = Searcher.open(tmp_path / "var", HashEncoder(), lambda _: None)

    def look(at: int) -> str:
        subject = SUBJECTS[at % len(SUBJECTS)]
        searcher.entries(OPEN)
        return searcher.find(read_question(subject, NOW.date()), OPEN, READ).hits[0].briefing.id

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(look, range(120))) == [SUBJECTS[at % len(SUBJECTS)] for at in range(120)]


def test_the_latest_on_a_subject_is_the_opening_of_its_newest_briefing(briefings: Path, tmp_path: Path) -> None:
    for name, day, front, text in (
        ("old", "2026-01-05", "topics: [steel]", "Steel talks begin. Steel, steel and steel again, on steel quotas."),
        (
            "new",
            "2026-02-20",
            "topics: [steel]",
            "The quota was cut. It now stands at half.\n\nMinisters spoke of steel.",
        ),
        ("passing", "2026-02-25", "topics: [fares]", "Fares are frozen. The unions compared it with steel."),
    ):
        (briefings / f"{name}.md").write_text(f"---\ntitle: Paper {name}\npublished: {day}\n{front}\n---\n{text}\n")
    index(briefings, tmp_path / "var")
    searcher = Searcher.open(tmp_path / "var", HashEncoder(), lambda _: None)
    found = answer("What is the latest on steel?", searcher, OnnxReader.open(), OPEN, NOW.date(), 0.12)
    assert found.status is Status.ANSWERED
    assert found.quote == "The quota was cut. It now stands at half."
    assert list(dict.fromkeys(one.briefing for one in found.citations)) == ["new", "old", "passing"]
    assert found.restricted == ("newest first",)


def test_two_writers_take_turns_and_a_reader_sees_one_version_whole(filled: Path, tmp_path: Path) -> None:
    data, other = tmp_path / "var", tmp_path / "other"
    index(filled, data)
    other.mkdir()
    for at, subject in enumerate(SUBJECTS[:3]):
        write(other, f"new-{subject}", f"Ministers dropped {at + 2} million pounds for {subject}.")
    old, new = {f"{name}" for name in SUBJECTS}, {f"new-{name}" for name in SUBJECTS[:3]}
    searcher = Searcher.open(data, HashEncoder(), lambda _: None)
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(data), str(folder)], cwd=ROOT) for folder in (filled, other)
    ]
    seen = set()
    while any(writer.poll() is None for writer in writers):
        found = searcher.find(read_question("million pounds for ministers", date(2026, 3, 1)), OPEN, READ)
        assert {hit.briefing.id for hit in found.hits} in (old, new)
        assert found.searched.briefings in {6, 3}
        seen.add(found.searched.briefings)
    assert [writer.returncode for writer in writers] == [0, 0]
    assert seen == {6, 3}
