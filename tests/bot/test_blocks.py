"""Hostile text on its way to Slack: no live mention, no foreign link, no limit broken; parsed, not searched."""

from __future__ import annotations

import html
import random
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import blocks, cards, kit, phrases, post_phrases, postcards, words
from bot.local.limits import message_problem, view_problem
from bot.schedule import Schedule
from bot.types import Note, Post, Stand, Standing, Subscription, WatchItem
from index.types import DateRange, Exact
from tests.bot.world import elements
from tests.conftest import LONDON

if TYPE_CHECKING:
    from bot.types import Message

URL = "https://briefings.example/a?b=1&c=2"
PIECES = [
    *("<!channel>", "<!here>", "<!everyone>", "<!subteam^S1>", "<@U0ANNA>", "<#C0POLICY>", "&lt;!channel&gt;"),
    *("＜!channel＞", "&amp;lt;!here&amp;gt;", "<https://evil.example/?q=1|Company policy>", "evil.example/SECRET"),
    *("http://evil.example", "HTTPS://EVIL.EXAMPLE", "mailto:a@evil.example", "[x](http://evil.example)"),
    *("![](http://evil.example/a.png)", "slack://open", "javascript:alert(1)", "*bold*", "_it_", "~gone~", "`code`"),
    *("```", "> quote", "\u202eabc", "\u200b", "\u2066", "\U000e0041\U000e0042", "\x00\x07\x1b[31m", "\ud800"),
    *("👩\u200d👩\u200d👧", "🇬🇧", "e\u0301" * 5, "Z\u0338\u0321\u031b", "|", ">", "<", "&", "@channel", "@here"),
    *("#general", "\n\n", "\r\n", "\u2028", "£1.55 billion", "пolicy", "مرحبا", "{{7*7}}", "%s", "{0.__class__}"),
]
# What Slack makes live in mrkdwn and in a message's text: control sequences, and words that look like links.
LIVE = re.compile(r"<([@#!][^<>]*|[a-z]+:[^<>]*)>", re.IGNORECASE)
AUTOLINK = re.compile(r"(?i)\b(?:https?|mailto|ftp|slack|tel):(?=[^\s\u2060…])|\b[\w-]+\.(?:example|com|uk|org)\b")


def drawn(seed: int) -> str:
    """A hostile text by number; every hundredth is 40,000 characters long."""
    draw = random.Random(seed)
    text = "".join(draw.choice(PIECES) + draw.choice(["", " ", "x"]) for _ in range(draw.randrange(1, 30)))
    return (text * 40_000)[:40_000] if seed % 100 == 0 else text


def answer(quote: str, title: str, question: str, source: str = URL, **more: Any) -> dict[str, Any]:
    cited = {
        "briefing": "b",
        "title": title,
        "published": "2026-01-05",
        "paragraph": 3,
        "start": 0,
        "end": 1,
        "quote": quote,
    }
    cited |= {"source": source}
    searched = {"briefings": 24, "passages": 90, "from": "2025-10-24", "to": "2026-07-03"}
    return {
        "question": question, "status": "answered", "highlight": None, "confidence": 0.9,
        "citations": [cited, cited, cited], "nearest": [], "searched": searched, "restricted": [],
        "read_as": question, **more,
    }  # fmt: skip


def inert(message: Message, urls: set[str], channels: frozenset[str] | set[str] = frozenset()) -> None:
    """Fail where anything in a message is live that should not be, or breaks a limit.

    ``channels`` may be named by Slack's own id, which is no outside text.
    """
    shown = list(message.blocks)
    assert message_problem(message.text, shown) is None
    assert len(shown) <= kit.MOST_BLOCKS
    assert len(message.text) <= kit.LONGEST
    visible = 0
    for one in elements(shown):
        assert one.get("type") not in {"user", "usergroup", "broadcast", "channel", "image"}
        if one.get("type") == "link":
            assert one["url"] in urls
        if isinstance(one.get("text"), str):
            visible += len(html.unescape(re.sub(r"<[^|>]*\|", "", one["text"])).replace("\u2060", ""))
            ours = one["text"].replace("\u2060", "")  # the word joiner that breaks links
            assert kit.clean(ours) == ours
        if one.get("type") == "mrkdwn":
            dead(one["text"], urls, channels)
    assert visible <= kit.LONGEST
    dead(message.text, urls, channels)
    message.text.encode()


def dead(text: str, urls: set[str], channels: frozenset[str] | set[str] = frozenset()) -> None:
    for channel in channels:
        text = text.replace(f"<#{channel}>", "")
    allowed = {url.replace("&", "&amp;") for url in urls}
    for found in LIVE.findall(text):
        assert found.partition("|")[0] in allowed
    without = LIVE.sub("", text)
    assert "<" not in without
    assert not AUTOLINK.search(without)
    assert not re.search(r"&(?!(?:amp|lt|gt);)", text), "an entity was cut"


@pytest.mark.parametrize("block", range(20))
def test_two_thousand_hostile_questions_and_sentences_come_out_dead(block: int) -> None:
    for seed in range(block * 100, block * 100 + 100):
        text, other = drawn(seed), drawn(seed + 5_000)
        found = answer(text, other, other)
        inert(blocks.answer(found, "k" * 24, date(2026, 1, 1), shareable=True, late=phrases.OFF), {URL})
        inert(blocks.answer(answer(text, other, text, source=other), "k", None), set())
        missing = {"status": "not_found", "citations": [], "nearest": found["citations"]}
        inert(blocks.answer(answer(text, other, other, **missing), "k", None), {URL})
        form = ("parts", "changed", "list")[seed % 3]
        several = {"form": form, "citations": found["citations"] * 2, "marks": [text[:5]] * 6, "more": 4}
        inert(blocks.answer({**found, **several}, "k", None), {URL})
        inert(blocks.brief({**found, **several}), {URL})
        inert(blocks.shared(found, "k", None), {URL})
        inert(blocks.brief(found), {URL})
        inert(blocks.relay({**found, "question": text}), {URL})
        inert(blocks.passed_back(other, text, text), set())
        inert(blocks.passage(other, URL, [(1, text, False), (2, other, True), (3, text, False)]), {URL})
        inert(blocks.help_text([text, other]), set())
        inert(blocks.steps(other, URL, [(text, "no date")] * 12), {URL})
        row = {"title": text, "published": None, "source": URL, "id": "i" * 300}
        inert(blocks.briefings([row] * 10, 0, 30, other), {URL})
        assert view_problem(blocks.home("fresh", [row] * 5, [text, other])) is None


def test_an_answer_likelier_wrong_than_right_opens_with_that_reserve_and_others_do_not() -> None:
    found = answer("The fee is £30.", "Fees", "what is the fee?", read_as="")
    unsure = blocks.answer({**found, "confidence": 0.49}, "k", None)
    assert unsure.text.startswith(f"{words.UNSURE}\n“The fee is £30.”")
    assert [one["text"] for one in elements(list(unsure.blocks)) if words.UNSURE in str(one.get("text"))]
    assert words.UNSURE not in str(blocks.answer({**found, "confidence": 0.5}, "k", None))
    assert words.UNSURE in blocks.shared({**found, "confidence": 0.49}, "k", None).text


@pytest.mark.parametrize("block", range(4))
def test_hostile_items_of_the_watchlist_come_out_dead(block: int) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    due = DateRange(date(2026, 1, 5), date(2026, 1, 9), "by 9 January", Exact.RANGE)
    for seed in range(block * 50, block * 50 + 50):
        text, other = drawn(seed), drawn(seed + 9_000)
        cited = answer(text, other, text)["citations"][0]
        one = WatchItem(
            7, text, due, "U1", "C1", Standing.OPEN, "U1", now, "U1", now, {**cited, "topics": [other]},
            notes=(Note("U1", now, other),),
        )  # fmt: skip
        typed = replace(one, number=8, owner="", source={"permalink": "https://x.slack.com/archives/C1/p1"})
        several = [one, typed] * 5
        urls = {URL, "https://x.slack.com/archives/C1/p1"}
        inert(cards.listed("mine", [("Later", several)], "U1", lambda _, name=other: name, 0, 30, other), urls)
        inert(cards.changed("#7 is done.", several, lambda _, name=other: name, "k", text), urls)
        inert(cards.steps(text, several, several, lambda _, name=other: name, cards.Part(0, 40, text)), urls)
        inert(cards.followed([(one, cited)] * 3, lambda _, name=other: name), urls)
        inert(cards.reminder([(one, "Due today")] * 12, lambda _, name=other: name, "U1"), urls)
        inert(cards.topic([(text, cited)] * 5), urls)
        inert(cards.watch_preview(text, 3, 2, [cited] * 3, [other, text]), urls)
        inert(cards.watches([(1, text)] * 20), urls)
        inert(cards.problem(text), set())
        inert(cards.helped(other), set())
        inert(cards.origin(one), urls)
        home = cards.home(several, 30, several, [(1, text)] * 5, "U1", lambda _, name=other: name, team=False)
        assert view_problem({"type": "home", "blocks": home}) is None
        assert view_problem(cards.add_form("C1", text, URL)) is None


@pytest.mark.parametrize("block", range(4))
def test_hostile_titles_topics_and_reasons_of_posts_come_out_dead(block: int) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    for seed in range(block * 50, block * 50 + 50):
        text, other = drawn(seed), drawn(seed + 13_000)
        cited = answer(text, other, text)["citations"]
        shown = {
            "briefing": "b", "title": other, "source": URL, "published": "2026-01-05", "topics": [text, other] * 5,
            "figures": [text] * 5, "why": [other, text] * 5, "quotes": cited[:2], "text": "0" * 64,
        }  # fmt: skip
        inert(postcards.post(shown), {URL})
        inert(postcards.post({**shown, "source": other, "quotes": [], "topics": [], "why": []}), set())
        inert(postcards.digest([{**shown, "topics": [f"{n}{text}"], "why": []} for n in range(14)], "k"), {URL})
        step = WatchItem(7, text, None, "", "C1", Standing.OPEN, "U1", now, "U1", now, {**cited[0], "topics": [other]})
        inert(postcards.thread([step, replace(step, owner="U1")] * 8, lambda _, name=other: name, "k", 1), {URL})
        one = Subscription(
            3, "C1", (text, other) * 5, Schedule("30 8 * * 1-5", "Europe/London"), digest=True, made_by="U1",
            made_at=now, last=now, paused=text, entry=other,
        )  # fmt: skip
        inert(postcards.made(one, [now] * 3, 6, (date(2026, 1, 1), 12), LONDON), set())
        inert(postcards.listed([(one, [now])] * 12, LONDON), set())
        post = Post("digest:3", "C1", now, 3, Stand.HELD, text, (shown,) * 4)
        ahead = [(one, now, [text, other, text])] * 6
        own = {"C1"}
        inert(postcards.ledger(ahead, [post] * 12, LONDON, post_phrases.CLOCK_HELD), set(), own)
        assert view_problem(postcards.edit_form(replace(one, topics=(text, other)))) is None
        assert view_problem(postcards.ask_form("k", text)) is None


@given(st.text(max_size=80), st.integers(1, 40))
def test_a_cut_text_is_short_and_never_ends_inside_a_sign(text: str, most: int) -> None:
    found = kit.cut(text, most)
    assert len(found) <= most
    assert found == text or found.endswith("…")


@pytest.mark.parametrize("sign", ["👩\u200d👩\u200d👧", "🇬🇧", "e\u0301\u0302", "👍🏽", "☎️"])
@pytest.mark.parametrize("room", range(2, 12))
def test_a_sign_is_kept_whole_or_left_out(sign: str, room: int) -> None:
    found = kit.cut(sign * 6, room).removesuffix("…")
    assert found == sign * (len(found) // len(sign))


def test_an_earlier_value_is_said_to_be_earlier_and_stands_under_the_newer() -> None:
    found = answer("It is €90 billion.", "New", "How much?", highlight="€90 billion")
    old = {**found["citations"][0], "quote": "It is €140 billion.", "title": "Old", "published": "2025-10-24"}
    found |= {
        "citations": [found["citations"][0], old, found["citations"][2]],
        "form": "changed",
        "marks": ["€90 billion", "€140 billion", None],
    }
    said = blocks.answer(found, "k", None).text.splitlines()
    assert said[1:6] == [
        "“It is €90 billion.”",
        "New · 5 January 2026 · ¶3",
        phrases.EARLIER,
        "“It is €140 billion.”",
        "Old · 24 October 2025 · ¶3",
    ]
    bold = [
        run["text"]
        for one in blocks.answer(found, "k", None).blocks
        for run in elements([dict(one)])
        if isinstance(run.get("style"), dict) and run["style"].get("bold")
    ]
    assert bold == ["€90 billion", "€140 billion"]


def test_a_list_says_how_many_it_has_and_shows_each_with_its_place() -> None:
    found = answer("Belgium lent €5 million.", "Paper", "every sum tied to Belgium", form="list", more=4)
    said = blocks.answer({**found, "marks": ["€5 million"] * 3}, "k", None).text.splitlines()
    assert said[1] == "The newest 3 of 7 found:"
    assert said[2:4] == ["“Belgium lent €5 million.”", "Paper · 5 January 2026 · ¶3"]
    assert len([one for one in said if one.startswith("“")]) == 3
    alone = {**found, "citations": found["citations"][:1], "more": 0}
    assert blocks.answer(alone, "k", None).text.splitlines()[1] == "One found:"


def test_a_highlight_is_bold_and_the_quote_stays_verbatim() -> None:
    quote = "Its first *transfer* was €1.55 billion, up 4.1% <on> 2023 & 2024."
    shown = blocks.answer(answer(quote, "T", "Q", highlight="€1.55 billion"), "k", None)
    (block,) = [one for one in elements(shown.blocks) if one["type"] == "rich_text_quote"]
    assert "".join(one["text"] for one in block["elements"]) == quote


@pytest.mark.parametrize(
    "source", ["javascript:alert(1)", "https://a.example/<x>", "2026-01-05-a.md", "https://a.example/|b", "file:///etc"]
)
def test_only_a_web_address_is_linked(source: str) -> None:
    shown = blocks.answer(answer("q", "t", "q", source=source), "k", None)
    assert [one for one in elements(shown.blocks) if one["type"] == "link"] == []
    assert "<" not in shown.text


def test_what_is_said_of_ours_is_within_limits() -> None:
    inert(blocks.help_text([]), set())
    inert(blocks.settings({"follow_ups": True, "private": False, "quiet": False, "off": False}), set())
    assert view_problem(blocks.why("k")) is None
    assert blocks.briefings([], 0, 0, "x").text == "No briefing matches."
