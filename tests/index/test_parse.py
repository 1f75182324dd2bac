"""Files become briefings, or are refused with file, line and reason."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import BriefingError
from index.parse import MAX_BYTES, parse, read_folder, read_lines
from index.split import LONGEST, split
from tests.conftest import LONDON, ROOT

if TYPE_CHECKING:
    from pathlib import Path

GOOD = b"---\ntitle: Good\npublished: 2026-01-05\n---\nOne paragraph.\n"

REFUSED = [
    pytest.param(b"---\ntitle: T\n---\ncaf\xe9\n", 4, "not UTF-8", id="latin-1"),
    pytest.param(b"Just text\nwithout a title\n", 1, "no title", id="no title"),
    pytest.param(b"---\ntopics: [a]\n---\nText.\n", None, "no title", id="front matter without title"),
    pytest.param(b"---\ntitle: T\n---\n\n \n", None, "empty body", id="empty body"),
    pytest.param(b"", None, "empty body", id="empty file"),
    pytest.param(b"---\ntitle: 'T\n---\nText.\n", None, "YAML does not parse", id="open quote"),
    pytest.param(b"---\ntitle: &a T\nurl: *a\n---\nText.\n", 2, "aliases", id="alias"),
    pytest.param(b"---\ntitle: !!python/object:os.system T\n---\nText.\n", 2, "tag", id="tag"),
    pytest.param(b"---\ntitle: T\ntitle: U\n---\nText.\n", 3, "twice", id="key twice"),
    pytest.param(b"---\ntitle: T\nx: " + b"[" * 5000 + b"\n---\nText.\n", 3, "nested", id="deep nesting"),
    pytest.param(b"---\ntitle: T\n", 1, "no closing", id="unterminated"),
    pytest.param(b"---\ntitle: T\npublished: 2026-02-30\n---\nText.\n", None, "is no date", id="30 February"),
    pytest.param(b"---\ntitle: T\npublished: soon\n---\nText.\n", None, "is no date", id="no date"),
    pytest.param(
        b"---\ntitle: T\npublished: 0001-01-01T00:00Z\n---\nText.\n", None, "is no date", id="before the calendar"
    ),
    pytest.param(b"---\ntitle: T\nembargo: later\n---\nText.\n", None, "is no date", id="embargo that cannot be read"),
    pytest.param(b"---\ntitle: T\nembargo:\n---\nText.\n", None, "embargo", id="embargo left empty"),
    pytest.param(b"---\ntitle: T\n---\nText\0.\n", 4, "NUL", id="NUL"),
    pytest.param(b"---\ntitle: T\n---\n" + b"a" * MAX_BYTES, None, "larger than", id="over 2 MiB"),
]


@pytest.mark.parametrize(("data", "line", "reason"), REFUSED)
def test_a_bad_file_is_refused_with_its_line_and_the_good_one_is_read(
    briefings: Path, data: bytes, line: int | None, reason: str
) -> None:
    (briefings / "bad.md").write_bytes(data)
    (briefings / "good.md").write_bytes(GOOD)
    batch = read_folder(briefings, LONDON)
    assert [one.id for one in batch.briefings] == ["good"]
    (error,) = batch.rejected
    assert error.file == "bad.md"
    assert reason in error.reason
    if line is not None:
        assert error.line == line


def test_two_files_of_one_id_are_both_refused(briefings: Path) -> None:
    (briefings / "deep").mkdir()
    (briefings / "same.md").write_bytes(GOOD)
    (briefings / "deep" / "same.txt").write_bytes(GOOD)
    batch = read_folder(briefings, LONDON)
    assert not batch.briefings
    assert {error.file for error in batch.rejected} == {"same.md", "deep/same.txt"}


def test_a_link_that_leaves_the_folder_and_a_pipe_are_refused(briefings: Path, tmp_path: Path) -> None:
    outside = tmp_path / "secret.md"
    outside.write_bytes(GOOD)
    (briefings / "link.md").symlink_to(outside)
    os.mkfifo(briefings / "pipe.md")
    batch = read_folder(briefings, LONDON)
    assert not batch.briefings
    assert {error.file for error in batch.rejected} == {"link.md", "pipe.md"}


def test_readme_hidden_files_and_other_endings_are_ignored(briefings: Path) -> None:
    for name in ("README.md", ".hidden.md", "notes.docx"):
        (briefings / name).write_bytes(GOOD)
    batch = read_folder(briefings, LONDON)
    assert (batch.briefings, batch.rejected, batch.ignored) == ((), (), 3)


def test_offsets_count_code_points_after_bom_line_ends_and_invisible_characters() -> None:
    warnings: list[tuple[str, str]] = []
    data = "\ufeff---\r\ntitle: T\r\n---\r\n\r\nOne \u202etwo\u200b 🇬🇧.\r\rThree.\r\n".encode()
    briefing = parse(data, "a.md", LONDON, warnings)
    assert briefing.body == "One two 🇬🇧.\n\nThree."
    assert [(p.n, briefing.body[p.start : p.end]) for p in briefing.paragraphs] == [(1, "One two 🇬🇧."), (2, "Three.")]
    assert any("2 invisible" in words for _, words in warnings)


def test_headings_are_not_counted_and_a_list_is_one_paragraph() -> None:
    text = "# T\n\nFirst.\n\n## Next steps\n\n- one\n\n- two\n\nLast.\n"
    briefing = parse(text.encode(), "a.md", LONDON, [])
    assert briefing.title == "T"
    found = [(p.n, briefing.body[p.start : p.end], p.heading) for p in briefing.paragraphs]
    assert found == [
        (1, "First.", "T"),
        (2, "- one\n\n- two", "Next steps"),
        (3, "Last.", "Next steps"),
    ]


def test_plain_text_gives_publication_title_and_paragraphs() -> None:
    briefing = parse(b"The Paper\n\nThe title\n\nOne.\n\nTwo.", "2025-12-12-x.txt", LONDON, [])
    assert (briefing.publication, briefing.title, briefing.body) == ("The Paper", "The title", "One.\n\nTwo.")
    assert str(briefing.published) == "2025-12-12"


def opens(name: str, *lines: str, zone: ZoneInfo = LONDON) -> datetime | None:
    front = "".join(f"{line}\n" for line in ("title: T", *lines))
    return parse(f"---\n{front}---\nText.".encode(), name, zone, []).embargo


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["published: 2026-01-05"], "2026-01-05T00:00Z"),
        (["published: 2026-07-05"], "2026-07-04T23:00Z"),
        (["published: 2026-07-05T09:00:00+01:00"], "2026-07-05T08:00Z"),
        (["published: 2026-01-05", "embargo: 2026-01-05T12:00:00Z"], "2026-01-05T12:00Z"),
        (["published: 2026-01-05", "embargo: 2026-01-04T12:00:00Z"], "2026-01-05T00:00Z"),
        (["embargo: 2026-01-04T12:00:00Z"], "2026-01-04T12:00Z"),
        ([], None),
    ],
    ids=["winter", "summer", "a time", "embargo later", "embargo earlier", "embargo alone", "undated"],
)
def test_nobody_sees_a_briefing_before_its_embargo_nor_before_its_local_day(
    lines: list[str], expected: str | None
) -> None:
    assert opens("a.md", *lines) == (datetime.fromisoformat(expected) if expected else None)


def test_the_day_in_a_files_name_holds_it_back_too() -> None:
    assert opens("2026-07-05-a.md") == datetime(2026, 7, 4, 23, tzinfo=UTC)


@given(
    day=st.dates(date(2, 1, 1), date(9998, 12, 31)),
    zone=st.sampled_from(["Europe/London", "Asia/Tokyo", "America/New_York", "Asia/Beirut", "Pacific/Apia", "UTC"]),
    embargo=st.none()
    | st.builds(datetime.combine, st.dates(date(2, 1, 1), date(9998, 12, 31)), st.times(), st.just(UTC)),
)
@settings(max_examples=300)
def test_at_any_instant_that_a_briefing_may_be_seen_its_day_has_come_and_its_embargo_gone(
    day: date, zone: str, embargo: datetime | None
) -> None:
    lines = [f"published: {day}", *([f"embargo: {embargo.isoformat()}"] if embargo else [])]
    first = opens("a.md", *lines, zone=ZoneInfo(zone))
    assert first is not None
    assert first.astimezone(ZoneInfo(zone)).date() >= day
    assert embargo is None or first >= embargo
    just_before = first - timedelta(seconds=1)
    assert just_before.astimezone(ZoneInfo(zone)).date() < day or (embargo is not None and just_before < embargo)


@pytest.mark.parametrize(
    ("name", "published", "expected"),
    [
        pytest.param("2026-01-01-a.md", "2026-02-03", "2026-02-03", id="front matter first"),
        pytest.param("a.md", "2026-06-30T23:30:00Z", "2026-07-01", id="an instant is dated in London"),
        pytest.param("2026-01-01-a.md", "", "2026-01-01", id="file name"),
        pytest.param("a.md", "", "None", id="undated"),
    ],
)
def test_the_date_comes_from_front_matter_then_name_then_nowhere(name: str, published: str, expected: str) -> None:
    warnings: list[tuple[str, str]] = []
    briefing = parse(f"---\ntitle: T\npublished: {published}\n---\nText.".encode(), name, LONDON, warnings)
    assert str(briefing.published) == expected
    assert bool(warnings) == (expected == "None")


def test_empty_channels_mean_nobody_and_unknown_keys_are_kept() -> None:
    warnings: list[tuple[str, str]] = []
    briefing = parse(b"---\ntitle: T\nchannels: []\nmood: no\n---\nText.", "2026-01-01-a.md", LONDON, warnings)
    assert briefing.channels == ()
    assert briefing.extra == (("mood", "no"),)
    assert len(warnings) == 2


def test_lines_are_briefings_and_a_bad_line_keeps_its_number(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"id": "a", "title": "T", "text": "One."}\nnot json\n{"id": "b", "title": "", "text": "x"}\n')
    batch = read_lines(file, LONDON)
    assert [one.id for one in batch.briefings] == ["a"]
    assert [error.line for error in batch.rejected] == [2, 3]
    assert batch.present is None  # a line without id: nothing may be called gone


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    st.binary(max_size=400)
    | st.text(max_size=300).map(lambda text: f"---\n{text}\n---\nBody.".encode("utf-8", "replace"))
)
def test_any_bytes_are_read_or_refused_and_never_raise(data: bytes) -> None:
    try:
        briefing = parse(data, "a.md", LONDON, [])
    except BriefingError:
        return
    assert [p.n for p in briefing.paragraphs] == list(range(1, len(briefing.paragraphs) + 1))
    for passage in split(briefing):
        assert briefing.body[passage.start : passage.end] == passage.text


def test_every_sample_is_read_and_cut_into_verbatim_passages() -> None:
    batch = read_folder(ROOT / "briefings", LONDON)
    assert (len(batch.briefings), batch.rejected) == (24, ())
    for briefing in batch.briefings:
        assert briefing.sources
        assert briefing.published
        covered = [sentence for passage in split(briefing) for sentence in passage.sentences]
        assert covered == sorted(covered, key=lambda sentence: sentence.start)
        for passage in split(briefing):
            assert briefing.body[passage.start : passage.end] == passage.text
            assert len(passage.text.split()) <= LONGEST
