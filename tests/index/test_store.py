"""The store: since when a briefing is known, and an older store brought up to date."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import agenda, schema
from index.build import build
from index.parse import read_folder
from index.schema import LONG_AGO
from index.search import Searcher, visible
from index.steps import key, steps
from index.store import FILE, Store
from index.types import Audience, DateRange, Exact, NextStep
from tests.conftest import LONDON
from tests.fakes import HashEncoder

if TYPE_CHECKING:
    from pathlib import Path

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
TUESDAY, FRIDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=4)
STEEL = "The steel quota falls by 60 per cent on 1 July."


def write(folder: Path, name: str, body: str = STEEL, title: str = "Steel") -> None:
    (folder / f"{name}.md").write_text(f"---\ntitle: {title}\npublished: 2026-02-01\n---\n{body}\n")


def index(folder: Path, data: Path, now: datetime) -> dict[str, datetime]:
    """Index at an instant; give since when each briefing is known."""
    build(data, partial(read_folder, folder, LONDON), HashEncoder(), now)
    store = Store.open(data)
    found = {entry.id: entry.first_indexed for entry in store.catalogue()}
    store.close()
    return found


def test_a_briefing_is_known_since_it_was_first_indexed_whatever_is_edited(briefings: Path, tmp_path: Path) -> None:
    write(briefings, "steel")
    assert index(briefings, tmp_path / "var", MONDAY) == {"steel": MONDAY}
    write(briefings, "steel", "The steel quota falls by 50 per cent.", "Steel, corrected")
    write(briefings, "rail", "Fares are frozen.")
    assert index(briefings, tmp_path / "var", TUESDAY) == {"steel": MONDAY, "rail": TUESDAY}


@pytest.mark.parametrize("order", ["at once", "gone first", "copied first"])
def test_a_renamed_file_with_the_same_body_is_the_same_briefing(briefings: Path, tmp_path: Path, order: str) -> None:
    write(briefings, "steel")
    index(briefings, tmp_path / "var", MONDAY)
    if order == "copied first":
        write(briefings, "quota")
        index(briefings, tmp_path / "var", TUESDAY)
    (briefings / "steel.md").unlink()
    if order == "gone first":
        index(briefings, tmp_path / "var", TUESDAY)
    write(briefings, "quota", title="Quota")
    assert index(briefings, tmp_path / "var", FRIDAY) == {"quota": MONDAY}
    write(briefings, "quota", "Edited since.")
    assert index(briefings, tmp_path / "var", FRIDAY) == {"quota": MONDAY}


def test_an_older_store_is_brought_up_to_date_where_it_is_opened_and_nothing_in_it_is_new(
    briefings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(briefings, "steel")
    with sqlite3.connect(old(tmp_path, monkeypatch)) as db:
        db.execute(
            "insert into briefings values ('steel', 'Steel', ?, 'steel.md', '[]', null, null, '[]', null, '[]', null,"
            " null, '[]', 'another digest')",
            [STEEL],
        )
    db.close()
    store = Store.open(tmp_path)
    assert [(entry.id, entry.first_indexed) for entry in store.catalogue()] == [("steel", LONG_AGO)]
    store.close()
    write(briefings, "steel", "Edited since.")
    write(briefings, "renamed", STEEL)
    write(briefings, "rail", "Fares are frozen.")
    assert index(briefings, tmp_path, MONDAY) == {"steel": LONG_AGO, "renamed": LONG_AGO, "rail": MONDAY}


def test_what_an_older_store_holds_of_the_future_is_held_until_its_file_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = {"past": "2026-02-01", "future": "2026-04-01", "undated": None}
    with sqlite3.connect(old(tmp_path, monkeypatch)) as db:
        for name, day in days.items():
            db.execute(
                "insert into briefings values (?, 'T', 'B', 'p', '[]', ?, null, '[]', null, '[]', null, null, '', '')",
                [name, day],
            )
    db.close()
    store = Store.open(tmp_path)
    assert [one.id for one in visible(store.catalogue(), Audience(MONDAY), None)] == ["past", "undated"]
    store.close()


def test_nothing_is_encoded_again_for_a_new_schema(briefings: Path, tmp_path: Path) -> None:
    write(briefings, "steel")
    index(briefings, tmp_path, MONDAY)
    with sqlite3.connect(tmp_path / FILE) as db:
        db.executescript("drop table steps; drop table firsts; pragma user_version = 1")
        db.execute("alter table briefings drop column first_indexed")
    db.close()
    encoder = HashEncoder()
    built = build(tmp_path, partial(read_folder, briefings, LONDON), encoder, TUESDAY)
    assert (built.unchanged, encoder.encoded) == (("steel",), [])


def test_since_when_briefings_are_known_stays_through_a_new_schema(briefings: Path, tmp_path: Path) -> None:
    write(briefings, "steel")
    index(briefings, tmp_path, MONDAY)
    with sqlite3.connect(tmp_path / FILE) as db:
        db.executescript("drop table steps; pragma user_version = 2")
    db.close()
    write(briefings, "steel", "Edited since.")
    assert index(briefings, tmp_path, TUESDAY) == {"steel": MONDAY}


def old(data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the store that the first version made."""
    with monkeypatch.context() as patch:
        patch.setattr(schema, "_STEPS", schema._STEPS[:1])
        patch.setattr(schema, "VERSION", 1)
        db = sqlite3.connect(data / FILE)
        schema.migrate(db)
        db.close()
    return data / FILE


CLOSING = "Next steps to watch are the vote on 3 March and the ruling of the court."


def test_steps_are_found_once_for_each_reading_of_a_briefing_and_kept(
    briefings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[str] = []
    monkeypatch.setattr("index.build.steps", lambda one: found.append(one.id) or steps(one))
    write(briefings, "steel", f"{STEEL}\n\n{CLOSING}")
    write(briefings, "rail", "Fares are frozen.")
    index(briefings, tmp_path / "var", MONDAY)
    index(briefings, tmp_path / "var", TUESDAY)
    assert sorted(found) == ["rail", "steel"]
    write(briefings, "rail", f"Fares are frozen.\n\n{CLOSING}")
    (briefings / "steel.md").unlink()
    index(briefings, tmp_path / "var", FRIDAY)
    assert found[2:] == ["rail"]
    store = Store.open(tmp_path / "var")
    (rail,) = store.briefings(["rail"]).values()
    assert store.steps([key(rail.digest)]) == {key(rail.digest): steps(rail)}
    assert [one.item for one in steps(rail)] == ["the vote on 3 March", "the ruling of the court"]
    assert len(agenda.held(store._db.conn)) == 1
    store.close()


def test_steps_that_were_not_kept_are_found_when_they_are_asked_for(briefings: Path, tmp_path: Path) -> None:
    write(briefings, "steel", CLOSING)
    index(briefings, tmp_path / "var", MONDAY)
    with sqlite3.connect(tmp_path / "var" / FILE) as db:
        db.execute("delete from steps")
    searcher = Searcher.open(tmp_path / "var", HashEncoder(), print)
    (steel,) = searcher.briefings(["steel"], Audience(MONDAY)).values()
    assert searcher.steps([steel]) == {"steel": steps(steel)}


@given(
    st.builds(
        NextStep, st.text(), st.integers(1), st.integers(0), st.integers(0), st.text(), st.text(),
        st.none() | st.builds(lambda day, words: DateRange(day, day, words, Exact.DAY), st.dates(), st.text()),
        st.lists(st.text()).map(tuple),
    )
)  # fmt: skip
def test_a_step_is_read_as_it_was_kept(step: NextStep) -> None:
    db = sqlite3.connect(":memory:")
    db.execute(agenda.TABLES)
    agenda.keep(db, {"one": [step], "none": []})
    assert agenda.read(db, ["one", "none", "other"]) == {"one": (step,), "none": ()}
    db.close()
