"""What is typed after /briefings post here, what a file says, what is new, which two sentences: each by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import eligible
from bot.entries import EntryError
from bot.entries import read as read_file
from bot.gist import figures, gist
from bot.schedule import Schedule
from bot.subscribe import FORM, here, read, topics_of
from bot.types import Subscription
from index.split import split
from index.store import Entry, Stored
from index.types import Briefing, Paragraph
from tests.conftest import LONDON
from tests.fakes import HashEncoder

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 11, 24)
KNOWN = {"sanctions", "housing", "rail"}
WEEKDAYS, ONCE = "30 8 * * 1-5", ""

READ: list[tuple[str, dict[str, Any]]] = [
    ("", {"topics": (), "cron": ONCE, "digest": False}),
    ("all weekdays at 08:30", {"topics": (), "cron": WEEKDAYS, "digest": True}),
    ("sanctions weekdays at 08:30", {"topics": ("sanctions",), "cron": WEEKDAYS}),
    ("weekdays at 08:30 sanctions", {"topics": ("sanctions",), "cron": WEEKDAYS}),
    ("sanctions, frozen assets Mondays at 9", {"topics": ("sanctions", "frozen assets"), "cron": "0 9 * * 1"}),
    ("topics: sanctions and housing daily at 7", {"topics": ("sanctions", "housing"), "cron": "0 7 * * *"}),
    ("sanctions housing at once", {"topics": ("sanctions", "housing"), "cron": ONCE}),
    ("rail fares", {"topics": ("rail fares",), "cron": ONCE}),
    ("Sanctions, sanctions", {"topics": ("Sanctions",)}),
    ("sanctions Mondays at 9 as each", {"digest": False, "cron": "0 9 * * 1"}),
    ("sanctions Mondays at 9 each", {"topics": ("sanctions",), "digest": False}),
    ("sanctions each day at 9", {"topics": ("sanctions",), "cron": "0 9 * * *", "digest": True}),
    ("as a digest weekdays at 08:30 sanctions", {"topics": ("sanctions",), "digest": True}),
    ("weekdays at 08:30 even when nothing is new", {"says_none": True, "topics": ()}),
    ("sanctions from 1 December 2025", {"topics": ("sanctions",), "since": date(2025, 12, 1)}),
    ("sanctions from 1 October weekdays at 08:30 as digest", {"since": date(2026, 10, 1), "cron": WEEKDAYS}),
    ("imports from China", {"topics": ("imports from China",), "since": None}),
    ("sanctions as digest", {"problem": "For a digest name a time"}),
    ("sanctions at 25:00", {"problem": "I read no time in “sanctions at 25:00”"}),
    (", ".join(f"topic{n}" for n in range(11)), {"problem": "I read 11 topics, and take 10"}),
    ("x" * 90, {"problem": "is too long for a topic"}),
]


@pytest.mark.parametrize(("text", "expected"), READ, ids=[text[:40] or "nothing" for text, _ in READ])
def test_a_subscription_is_read(text: str, expected: dict[str, Any]) -> None:
    wanted = read(text, "Europe/London", TODAY, KNOWN)
    for name, value in expected.items():
        if name == "problem":
            assert value in wanted.problem
        else:
            assert (wanted.schedule.cron if name == "cron" else getattr(wanted, name)) == value
    assert bool(wanted.problem) == ("problem" in expected)


def test_the_form_that_is_shown_is_read_as_it_stands() -> None:
    wanted = read(str(here(FORM.removeprefix("/briefings "))), "Europe/London", TODAY)
    assert (wanted.topics, wanted.schedule.cron, wanted.digest) == (("sanctions", "rail fares"), WEEKDAYS, True)
    assert (wanted.since, wanted.problem) == (date(2025, 12, 1), "")


@pytest.mark.parametrize(
    ("text", "rest"),
    [("post here", ""), ("POST  HERE: tax", "tax"), ("post hereford floods", None), ("post office", None),
     ("post", None), ("the post here", None)],
)  # fmt: skip
def test_post_is_the_command_only_before_here(text: str, rest: str | None) -> None:
    assert here(text) == rest


WORDS = st.sampled_from(
    ["sanctions", ",", "and", "weekdays", "at 08:30", "daily", "as digest", "each", "from", "1 December", "at once",
     "Mondays", "topics:", "even when nothing is new", "<!channel>", "☂", "from 1 December", "on the 31st"]
)  # fmt: skip


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(WORDS | st.text(max_size=12), max_size=9).map(" ".join), st.dates(date(2000, 1, 2), date(2090, 1, 1)))
def test_whatever_is_typed_is_read_calmly(text: str, today: date) -> None:
    wanted = read(text, "Europe/London", today, KNOWN)
    assert wanted.since is None or wanted.since <= today
    assert len(wanted.problem) < 600
    assert not (wanted.digest and wanted.schedule.at_once) or wanted.problem
    assert len({topic.lower() for topic in wanted.topics}) == len(wanted.topics)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(st.text("abcdefgh", min_size=1, max_size=8), max_size=6, unique=True))
def test_topics_listed_between_commas_are_read_back(topics: list[str]) -> None:
    words = [topic for topic in topics if topic not in {"a", "and", "or", "all"}]
    assert topics_of(", ".join(words)) == tuple(words)


# -- by file --------------------------------------------------------------------------------------------

WRONG = [
    ('[a]\nchannel = "policy"', "channel = 'policy' is no channel's id"),
    ("[a]\ntopics = []", "channel = None is no channel's id"),
    ('[a]\nchannel = "C0123"\nwhen = "someday"', "I read no time to post in “someday”"),
    ('[a]\nchannel = "C0123"\ncron = "61 * * * *"', "'61 * * * *' is no cron expression"),
    ('[a]\nchannel = "C0123"\nwhen = "daily at 9"\nzone = "Mars/Base"', "'Mars/Base' is no time zone"),
    ('[a]\nchannel = "C0123"\nwhen = "daily at 9"\ncron = "0 9 * * *"', "keep one of them"),
    ('[a]\nchannel = "C0123"\ntopics = "sanctions"', "topics = 'sanctions' is no list of words"),
    ('[a]\nchannel = "C0123"\nas = "list"', "as = 'list' is unknown"),
    ('[a]\nchannel = "C0123"\nas = "digest"', "as = 'digest' needs a time"),
    ('[a]\nchannel = "C0123"\nfrom = "2025-12-01"', "from = '2025-12-01' is no day"),
    ('[a]\nchannel = "C0123"\ncolour = "red"', "colour = 'red' is unknown"),
    ("a = 1", "= 1 is no subscription"),
]


@pytest.mark.parametrize(("text", "said"), WRONG, ids=[said for _, said in WRONG])
def test_a_wrong_entry_is_named_with_file_and_value_and_harms_no_other(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "subscriptions.toml"
    good = '\n[good]\nchannel = "C0123ABCD"\nwhen = "Mondays at 9"\ntopics = ["tax"]\nfrom = 2025-12-01\n'
    file.write_text(f"{text}\n{good}")
    found = read_file(file, "Europe/London")
    ((name, problem),) = found.wrong
    assert (name, problem.startswith(f"{file}: [a] ")) == ("a", True)
    assert said in problem
    (entry,) = found.good
    assert (entry.name, entry.channel, entry.topics, entry.schedule) == (
        "good", "C0123ABCD", ("tax",), Schedule("0 9 * * 1", "Europe/London"),
    )  # fmt: skip
    assert (entry.digest, entry.since) == (True, date(2025, 12, 1))


@pytest.mark.parametrize("text", ["[a", "\xff", None])
def test_a_file_that_cannot_be_read_says_so_and_that_nothing_is_lost(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "subscriptions.toml"
    if text is not None:
        file.write_bytes(text.encode("latin-1"))
    with pytest.raises(EntryError, match=r"subscriptions\.toml.*correct the file\. What it said before stays"):
        read_file(file, "Europe/London")


# -- what is new ----------------------------------------------------------------------------------------

MADE = datetime(2026, 11, 20, 12, tzinfo=UTC)
ONE = Subscription(1, "C1", (), Schedule("", "UTC"), digest=False, made_by="U1", made_at=MADE, last=MADE)


def entry(published: str | None, indexed: str, embargo: str | None = None) -> Entry:
    at = datetime.fromisoformat(embargo) if embargo else None
    day = date.fromisoformat(published) if published else None
    return Entry("b", "t", day, at, None, (1,), datetime.fromisoformat(indexed))


NEW = [
    ("after it was made", entry("2026-11-20", "2026-11-20T13:00+00:00"), True),
    ("before it was made", entry("2026-11-20", "2026-11-20T11:00+00:00"), False),
    ("seven days old", entry("2026-11-16", "2026-11-23T09:00+00:00"), True),
    ("eight days old", entry("2026-11-15", "2026-11-23T09:00+00:00"), False),
    ("eight days old in London, seven in UTC", entry("2026-08-01", "2026-08-08T23:30+00:00"), False),
    ("undated", entry(None, "2026-11-23T09:00+00:00"), False),
    ("known before, its embargo lifted after", entry("2026-11-20", "2026-11-20T11:00+00:00", "2026-11-21T09:00+00:00"),
     True),
    ("known before, published after", entry("2026-11-22", "2026-11-20T11:00+00:00"), True),
]  # fmt: skip


@pytest.mark.parametrize(("one", "is_new"), [case[1:] for case in NEW], ids=[case[0] for case in NEW])
def test_what_is_new_to_a_subscription(one: Entry, is_new: bool) -> None:  # noqa: FBT001 - a case
    made = replace(ONE, made_at=MADE - timedelta(days=150)) if one.published and one.published.month == 8 else ONE
    now = one.first_indexed + timedelta(days=4)
    assert eligible.new(made, one, 7, now, LONDON) is is_new
    assert eligible.new(replace(made, since=date(2026, 1, 1)), one, 7, now, LONDON) is (one.published is not None)


def test_what_waited_for_more_than_five_weeks_is_news_no_more() -> None:
    one = entry("2026-11-20", "2026-11-20T13:00+00:00")
    assert eligible.new(ONE, one, 7, MADE + timedelta(days=34), LONDON)
    assert not eligible.new(ONE, one, 7, MADE + timedelta(days=36), LONDON)


# -- the two sentences ----------------------------------------------------------------------------------


def stored(body: str) -> tuple[Briefing, list[Stored]]:
    paragraphs, at = [], 0
    for n, text in enumerate(body.split("\n\n"), 1):
        paragraphs.append(Paragraph(n, at, at + len(text)))
        at += len(text) + 2
    briefing = Briefing("b", "T", body, "b.md", tuple(paragraphs), digest="d")
    encoder = HashEncoder()
    found = []
    for passage in split(briefing):
        rows = encoder.encode([passage.text, *(body[one.start : one.end] for one in passage.sentences)])
        found.append(Stored(passage, briefing, rows[0], rows[1:]))
    return briefing, found


BODY = """Fuel duty rises by 5p a litre from 1 March, the Chancellor Rachel Reeves told the Commons.

It was expected. Hauliers, who met the Chancellor on fuel duty last week, say that 120 firms will close by the summer.

So be it. The duty on fuel brings in £1.2 billion a year, and 40% of that pays for roads.

What to watch next: the Finance Bill on 18 December, in which fuel duty stands at £0.58."""


def test_the_two_sentences_that_say_most_are_verbatim_in_order_and_no_list_of_what_to_watch() -> None:
    briefing, passages = stored(BODY)
    first, second = gist(briefing, passages)
    assert [first.paragraph, second.paragraph] == sorted([first.paragraph, second.paragraph])
    assert first.quote.startswith("Fuel duty rises by 5p a litre")
    assert "What to watch" not in second.quote
    assert not second.quote.startswith(("It was", "So be"))
    assert figures(briefing) == ("5p", "£1.2 billion", "40%", "£0.58")


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), min_size=1, max_size=90), max_size=8))
def test_of_any_text_at_most_two_sentences_are_chosen_and_they_are_its_own(parts: list[str]) -> None:
    briefing, passages = stored("\n\n".join(part for part in parts if part.strip()) or "x")
    told = gist(briefing, passages)
    assert len(told) <= 2
    assert all(briefing.body[one.start : one.end] == one.quote for one in told)
    assert len({one.start for one in told}) == len(told)
    assert all(one.start < other.start for one, other in pairwise(told))
    assert np.isfinite([one.paragraph for one in told]).all()
