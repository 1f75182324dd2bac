"""One order of what was found: what the reader is given to read depends on it."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from index.fuse import fuse
from index.store import Entry

MANY = 50


def entry(name: str, *passages: int, published: date | None = None) -> Entry:
    return Entry(name, "", published, None, None, passages)


def ways(**found: list[tuple[int, float]]) -> dict[str, list[tuple[int, float]]]:
    return {"meaning": [], "words": [], "phrases": []} | found


def test_of_equals_the_newest_comes_first() -> None:
    owner = {1: entry("old", 1, published=date(2025, 1, 1)), 2: entry("new", 2, published=date(2026, 1, 1))}
    found = ways(meaning=[(1, 0.5), (2, 0.5)], words=[(1, 4.0), (2, 4.0)])
    assert [i for i, _ in fuse(found, {1: 0.5, 2: 0.5}, owner)] == [2, 1]


def test_the_one_passage_with_the_rare_name_is_read_though_many_are_middling_by_words_and_meaning() -> None:
    middling = [(i, 0.3) for i in range(1, MANY)]
    found = ways(meaning=middling, words=[(0, 9.0), *((i, 4.0) for i in range(1, MANY))])
    owner = {i: entry(f"b{i}", i) for i in range(MANY)}
    order = [i for i, _ in fuse(found, dict.fromkeys(range(MANY), 0.3), owner)]
    assert order[0] == 0


def test_of_two_passages_as_good_the_one_comes_first_whose_briefing_has_a_better_one() -> None:
    owner = dict.fromkeys((1, 3), entry("on the subject", 1, 3)) | {2: entry("another", 2)}
    found = ways(meaning=[(3, 0.8), (1, 0.4), (2, 0.4)])
    assert [i for i, _ in fuse(found, {1: 0.4, 2: 0.4, 3: 0.8}, owner)] == [3, 1, 2]


def test_what_holds_a_phrase_whole_comes_before_what_is_as_good_without() -> None:
    owner = {i: entry(f"b{i}", i) for i in (1, 2)}
    found = ways(meaning=[(1, 0.5), (2, 0.5)], phrases=[(2, 3.0)])
    assert [i for i, _ in fuse(found, {1: 0.5, 2: 0.5}, owner)] == [2, 1]


_RANKING = st.dictionaries(st.integers(0, 9), st.floats(0.1, 20)).map(
    lambda some: sorted(some.items(), key=lambda pair: -pair[1])
)


@given(_RANKING, _RANKING, _RANKING, st.dictionaries(st.integers(0, 9), st.floats(-1, 1)))
def test_all_that_was_found_is_ordered_once_whatever_was_found(
    meaning: list[tuple[int, float]],
    words: list[tuple[int, float]],
    phrases: list[tuple[int, float]],
    likeness: dict[int, float],
) -> None:
    owner = {i: entry(f"b{i % 3}", i) for i in range(10)}
    found = ways(meaning=meaning, words=words, phrases=phrases)
    order = [i for i, _ in fuse(found, likeness, owner)]
    assert sorted(order) == sorted({i for some in found.values() for i, _ in some})
