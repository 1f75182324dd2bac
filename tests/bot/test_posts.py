"""Scheduled posts over the stand-in: what goes where and when, once; who may; what is held, skipped, missed."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot import words
from bot.listeners.postledger import ledger
from bot.local.state import Fault
from bot.types import Stand
from tests.bot.stage import BUDGET, Stage
from tests.bot.world import ANNA, BEN, POLICY, SECRET, TEAM, elements, links, write
from tests.conftest import LONDON

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MONDAY = "2026-11-23T08:00"
RAIL = ("title: Rail fares\npublished: 2026-11-20\ntopics: [transport]", "Rail fares rise by 5%. So it goes.")


def value(message: dict[str, Any], action: str, nth: int = 0) -> str:
    """The value of a button, or of the n-th choice of the first menu, with that action."""
    found = next(one for one in elements(message["blocks"]) if one.get("action_id") == action)
    return str(found["options"][nth]["value"] if "options" in found else found["value"])


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    made: list[Stage] = []

    def new(at: str = MONDAY, **more: Any) -> Stage:
        made.append(Stage(tmp_path / str(len(made)), at, **more))
        return made[-1]

    (tmp_path / "0").mkdir()
    yield new
    for one in made:
        one.close()


def test_a_new_briefing_is_posted_at_once_with_its_thread(stage: Callable[..., Stage]) -> None:
    one = stage()
    assert "tax · at once · each by itself" in one.told("post here tax at once")["text"]
    one.drop()
    (post,) = one.said()
    title, first, second, small = post["text"].splitlines()
    assert title == "Budget raises fuel duty · 23 November 2026"
    assert BUDGET[1].startswith(first.strip("“”"))
    assert second.strip("“”") in BUDGET[1]
    assert small == "Topics: tax · Figures: 5p, £1.2 billion · Matches: tax"
    assert "<https://briefings.example/budget|Budget raises fuel duty>" in str(post["blocks"])
    (below,) = one.world.replies(post["ts"])
    assert below["text"].splitlines()[0] == "Next steps"
    assert "the Finance Bill on 18 December · 18 December 2026 · unclaimed" in below["text"]


def test_a_digest_comes_at_its_slot_by_topic_and_nothing_comes_where_nothing_is_new(
    stage: Callable[..., Stage],
) -> None:
    one = stage()
    said = one.told("post here weekdays at 08:30")
    assert "every briefing · every working day at 08:30, London time · as a digest" in said["text"]
    assert "Monday 23 November 2026 at 08:30; Tuesday 24 November 2026 at 08:30" in said["text"]
    one.drop()
    one.drop(
        "rail", ("title: Rail fares\npublished: 2026-11-20\ntopics: [transport]", "Rail fares rise by 5%. So it goes.")
    )
    assert one.said() == []
    one.at("2026-11-23T08:31")
    (post,) = one.said()
    assert post["text"].startswith("2 new briefings")
    assert [line for line in post["text"].splitlines() if "•" not in line][1:] == ["tax", "transport"]
    assert links(post) == ["https://briefings.example/budget"]
    one.at("2026-11-24T08:31")
    assert len(one.said()) == 1
    assert [(found.state, found.reason) for found in one.posts][:1] == [(Stand.SKIPPED, "nothing new")]


def test_a_channel_may_ask_for_a_line_where_nothing_is_new(stage: Callable[..., Stage]) -> None:
    one = stage()
    one.told("post here weekdays at 08:30 even when nothing is new")
    one.at("2026-11-23T08:31")
    assert [post["text"] for post in one.said()] == ["No new briefings this time."]


def long_digest(one: Stage) -> dict[str, Any]:
    """Have fourteen new briefings posted as one digest."""
    one.told("post here weekdays at 08:30")
    front = "title: Number {}\npublished: 2026-11-20\ntopics: [tax]"
    write(one.folder, {f"n{n:02}": (front.format(n), f"Body {n} costs £{n + 5} million.") for n in range(14)})
    one.index()
    one.at("2026-11-23T08:31")
    (post,) = one.said()
    return post


def test_a_long_digest_shows_ten_and_a_button_for_the_rest(stage: Callable[..., Stage]) -> None:
    one = stage()
    post = long_digest(one)
    assert post["text"].count("•") == 10
    (button,) = [found for found in elements(post["blocks"]) if found.get("action_id") == "post_more"]
    assert button["text"]["text"] == "and 4 more"
    rest = one.choose(post, "post_more", button["value"])
    assert rest["text"].startswith("11 to 14 of 14")
    assert rest["text"].count("•") == 4


def test_what_a_briefing_no_longer_says_is_left_out_of_the_rest_of_a_digest(stage: Callable[..., Stage]) -> None:
    one = stage()
    post = long_digest(one)
    (kept,) = one.sent()
    wrong = [{**part, "figures": ["£99 million"]} if part["title"] == "Number 2" else part for part in kept.shown]
    one.world.bot.ledger.apply([replace(kept, shown=tuple(wrong))], one.clock.now())
    rest = one.choose(post, "post_more", f"10 {kept.key}")
    assert rest["text"].startswith("11 to 13 of 13")
    assert "£99 million" not in json.dumps(rest)


def test_an_edit_is_not_new_and_neither_is_a_renamed_file(stage: Callable[..., Stage]) -> None:
    one = stage()
    one.told("post here at once")
    one.drop()
    for old, new in (("budget", "again"), ("again", "third")):
        (one.folder / f"{old}.md").rename(one.folder / f"{new}.md")
        one.index()
        one.look()
        one.drop(new, (BUDGET[0], BUDGET[1].replace("120", f"{len(new)}20")))
    assert len(one.said()) == 1


def test_what_is_older_than_a_week_or_undated_or_known_before_is_not_new(stage: Callable[..., Stage]) -> None:
    one = stage()
    one.told("post here at once")
    one.drop("old", day="2026-11-15")
    one.drop("undated", ("title: Undated", "An undated paper says something."))
    assert one.said() == []
    one.drop("week", (BUDGET[0], "A week old, and still news to the channel."), day="2026-11-16")
    assert len(one.said()) == 1
    one.told("post here at once")
    one.look()
    assert len(one.said()) == 1


def test_older_ones_come_once_their_number_was_seen_and_somebody_agreed(stage: Callable[..., Stage]) -> None:
    one = stage()
    asked = one.told("post here at once from 1 December 2025")
    assert "Since 1 December 2025 there are 2 briefings" in asked["text"]
    one.look()
    assert one.said() == []
    one.choose(asked, "post_older", value(asked, "post_older"))
    one.look()
    assert [post["text"].partition(" · ")[0] for post in one.said()] == [
        "UK and Belgium on frozen assets",
        "Rail fares frozen",
    ]
    one.choose(asked, "post_older", value(asked, "post_older"))
    one.look()
    assert len(one.said()) == 2


def test_one_under_embargo_is_posted_when_it_lifts_and_one_of_other_channels_never(stage: Callable[..., Stage]) -> None:
    one = stage()
    one.told("post here at once")
    one.drop("later", (f"{BUDGET[0]}\nembargo: 2026-11-23T12:00:00Z", BUDGET[1]))
    one.drop("steel", (f"{BUDGET[0]}\nchannels: [{SECRET}]", "Steel is secret. " + BUDGET[1]))
    assert one.said() == []
    assert "later" not in str(one.told("ledger"))
    one.at("2026-11-23T12:01")
    assert len(one.said()) == 1
    assert "Steel" not in str(one.state.messages[POLICY])


@pytest.mark.parametrize("seed", range(3))
def test_each_channel_has_at_each_time_what_it_may_see_and_nothing_else(stage: Callable[..., Stage], seed: int) -> None:
    one, draw = stage(), random.Random(seed)
    rules = {
        f"paper{n}": (draw.choice([None, (POLICY,), (TEAM,), (SECRET,), (POLICY, TEAM)]), draw.choice([0, 9, 10, 11]))
        for n in range(20)
    }
    for channel in (POLICY, TEAM):
        one.told("post here at once", channel=channel)
    papers = {}
    for name, (channels, hour) in rules.items():
        front = f"title: {name}.\npublished: 2026-11-23\nembargo: 2026-11-23T{hour:02}:00:00Z"
        front += f"\nchannels: [{', '.join(channels)}]" if channels else ""
        papers[name] = (front, f"The {name} says what no other paper says.")
    write(one.folder, papers)
    one.index()
    for hour in (8, 9, 10, 11):
        one.at(f"2026-11-23T{hour:02}:05")
        for channel in (POLICY, TEAM):
            due = {
                name for name, (channels, at) in rules.items() if at <= hour and (not channels or channel in channels)
            }
            said = [post["text"].replace("\u2060", "").partition(".")[0] for post in one.said(channel)]
            assert sorted(said) == sorted(due)


def test_two_subscriptions_of_one_channel_post_a_briefing_once(stage: Callable[..., Stage]) -> None:
    one = stage()
    for topics in ("tax", "every briefing, tax", "all"):
        one.told(f"post here {topics} at once")
    one.told("post here weekdays at 08:30")
    one.drop()
    one.at("2026-11-23T08:31")
    assert len(one.said()) == 1


def test_only_those_who_may_change_its_settings_make_a_channel_post(stage: Callable[..., Stage]) -> None:
    one = stage()
    for text in ("post here at once", "posts", "ledger"):
        assert "for admins only" in one.told(text, BEN)["text"]
    listed = one.told("posts")
    assert one.world.bot.ledger.posts.subscriptions() == []
    one.told("post here at once")
    for verb in ("pause 1", "remove 1", "send 1", "edit 1"):
        assert "for admins only" in one.choose(listed, "post_menu", verb, BEN)["text"]
    for value in ("send post:x:y", "skip ", "hold 1 x"):
        assert one.choose(listed, "post_held", value, BEN)["text"]
    assert one.world.bot.ledger.posts.subscription(1)


@pytest.mark.parametrize("text", ["post office closures", "post hereford floods", "postpone", "ledgers of steel"])
def test_a_question_that_begins_with_post_is_looked_for(stage: Callable[..., Stage], text: str) -> None:
    one = stage()
    assert one.told(text)["text"].split(",")[0].startswith(("No briefing matches", "Briefings that match", "Post"))
    assert one.world.bot.ledger.posts.subscriptions() == []


def test_a_subscription_is_paused_resumed_edited_sent_and_removed(stage: Callable[..., Stage]) -> None:
    one = stage()
    one.told("post here tax weekdays at 08:30")
    listed = one.told("posts")
    assert "p1 tax · every working day at 08:30, London time · as a digest" in listed["text"]
    one.choose(listed, "post_menu", "pause 1")
    assert "paused: by Anna Reed" in one.told("posts")["text"]
    one.drop()
    one.at("2026-11-23T08:31")
    assert one.said() == []
    one.choose(listed, "post_menu", "resume 1")
    assert "p1 posts now" in one.choose(listed, "post_menu", "send 1")["text"]
    one.look()
    assert len(one.said()) == 1
    assert "nothing new" in one.choose(listed, "post_menu", "send 1")["text"]
    action = {"action_id": "post_menu", "type": "button", "value": "edit 1"}
    one.world.workspace.run(one.world.workspace.click(ANNA, action, channel=POLICY, ts=listed["ts"]))
    form = one.world.wait(lambda: one.state.modals.get(ANNA))[-1]
    assert {found["initial_value"] for found in elements(form["blocks"]) if found.get("initial_value")} == {
        "tax", "every working day at 08:30, London time",
    }  # fmt: skip
    filled = {"topics": {"topics": {"value": "rail fares, tax"}}, "when": {"when": {"value": "Mondays at 9"}},
              "as": {"as": {"selected_option": {"value": "each"}}}}  # fmt: skip
    one.world.workspace.run(one.world.workspace.submit(ANNA, filled))
    said = one.world.wait(lambda: one.world.said("D0ANNA"))[-1]
    assert "rail fares, tax · Mondays at 09:00, London time · each by itself" in said["text"]
    one.choose(listed, "post_menu", "remove 1")
    assert "Nothing is posted here" in one.told("posts")["text"]


def test_a_slot_is_held_skipped_and_sent_from_the_ledger(stage: Callable[..., Stage]) -> None:
    one = stage()
    one.told("post here weekdays at 08:30")
    one.drop()
    shown = one.told("ledger")
    assert "Monday 23 November 2026 at 08:30" in shown["text"]
    assert "1 briefing: Budget raises fuel duty" in shown["text"]
    slot = next(
        found["options"][0]["value"] for found in elements(shown["blocks"]) if found.get("action_id") == "post_slot"
    )
    assert "holds that post" in one.choose(shown, "post_slot", slot)["text"]
    assert "not there any more" in one.choose(shown, "post_slot", slot)["text"]
    one.at("2026-11-23T08:31")
    assert one.said() == []
    waits = one.told("ledger")
    assert "held · by Anna Reed" in waits["text"]
    held = next(
        found["options"][0]["value"] for found in elements(waits["blocks"]) if found.get("action_id") == "post_held"
    )
    assert "posted now" in one.choose(waits, "post_held", held)["text"]
    one.look()
    assert len(one.said()) == 1
    assert "not there any more" in one.choose(waits, "post_held", held)["text"]
    again = one.told("ledger")
    value = next(
        found["options"][1]["value"] for found in elements(again["blocks"]) if found.get("action_id") == "post_slot"
    )
    one.choose(again, "post_slot", value)
    one.drop("more", (BUDGET[0], "Another budget paper says more."))
    one.at("2026-11-24T08:31")
    assert len(one.said()) == 1
    one.at("2026-11-25T08:31")
    assert len(one.said()) == 2


# -- once, on time ------------------------------------------------------------------------------------


def test_a_slot_missed_for_less_than_two_hours_is_made_good_and_older_ones_are_skipped(
    stage: Callable[..., Stage],
) -> None:
    one = stage()
    one.told("post here daily at 8:30")
    one.drop()
    one.at("2026-11-26T10:00")
    assert len(one.said()) == 1
    found = [(f"{kept.slot:%d %H:%M}", kept.state.value, kept.reason) for kept in one.posts]
    away = "the bot was away at that time"
    assert found == [("26 08:30", "sent", ""), *((f"{day} 08:30", "skipped", away) for day in (25, 24, 23))]
    one.drop("more", (BUDGET[0], "More is said of the budget."))
    one.at("2026-11-27T11:00")
    assert (len(one.said()), one.posts[0].state) == (1, Stand.SKIPPED)
    one.at("2026-11-28T08:31")
    assert len(one.said()) == 2


def test_a_clock_that_jumps_back_posts_nothing_twice(stage: Callable[..., Stage]) -> None:
    one = stage()
    one.told("post here daily at 8:30 even when nothing is new")
    one.at("2026-11-23T08:31")
    one.clock.jump(-timedelta(hours=1))
    one.look()
    one.at("2026-11-23T08:45")
    assert len(one.said()) == 1


def test_a_clock_that_jumps_ahead_holds_posts_says_so_and_lets_them_go_when_told(stage: Callable[..., Stage]) -> None:
    one = stage()
    one.told("post here daily at 8:30")
    one.told("post here at once", channel=TEAM)
    one.clock.jump(timedelta(hours=24))
    one.look()
    one.drop()
    one.at("2026-11-25T08:31")
    assert one.said() == []
    assert one.said(TEAM) == []
    assert one.world.said("D0ANNA")[-1]["text"].startswith("Posts are held: my clock jumped ahead")
    shown = one.told("ledger")
    assert "Posts are held" in shown["text"]
    assert "held · 1 briefing: Budget raises fuel duty · my clock jumped ahead" in shown["text"]
    assert "for admins only" in one.choose(shown, "post_release", "all", BEN)["text"]
    one.choose(shown, "post_release", "all")
    one.look()
    assert (len(one.said()), len(one.said(TEAM))) == (1, 1)


@pytest.mark.parametrize("code", ["is_archived", "channel_not_found", "not_in_channel"])
def test_a_channel_that_takes_no_posts_pauses_its_subscription_and_its_maker_hears_once(
    stage: Callable[..., Stage], code: str
) -> None:
    one = stage()
    one.told("post here at once")
    one.state.faults.append(Fault("chat.postMessage", "error", code, nth=0, channel=POLICY))
    one.drop()
    one.drop("more", (BUDGET[0], "More is said of the budget."))
    told = [said["text"] for said in one.world.said("D0ANNA") if "no longer post" in said["text"]]
    assert len(told) == 1
    assert one.world.bot.ledger.posts.subscription(1).paused  # type: ignore[union-attr]
    assert [kept.state for kept in one.posts] == [Stand.HELD]
    one.state.faults.clear()
    shown = one.told("ledger")
    one.choose(shown, "post_held", value(shown, "post_held"))
    one.look()
    assert len(one.said()) == 1
    assert len(one.world.replies(one.said()[0]["ts"])) == 1
    listed = one.told("posts")
    one.choose(listed, "post_menu", "resume 1")
    one.look()
    assert len(one.said()) == 2


def test_a_busy_channel_delays_no_other_and_keeps_its_order(stage: Callable[..., Stage]) -> None:
    one = stage()
    channels = [f"C0MANY{number}" for number in range(10)]
    for channel in channels:
        one.state.add_channel(channel, channel.lower(), [ANNA, "U0BOT"])
        one.told("post here at once", channel=channel)
    one.state.faults.append(Fault("chat.postMessage", "429", "3600", channel=channels[0]))
    for name in ("first", "second"):
        write(one.folder, {name: (BUDGET[0].format(day="2026-11-23"), f"The {name} paper says something new.")})
    one.index()
    others = channels[1:]
    one.world.wait(lambda: not one.world.bot._news() and all(len(one.said(each)) == 2 for each in others), 20)
    assert one.said(channels[0]) == []
    one.world.wait(lambda: one.world.bot.ledger.waiting()["outbox"] == 4)
    one.clock.pass_(timedelta(hours=1, seconds=1))
    one.world.wait(lambda: len(one.said(channels[0])) == 2, 20)
    for channel in channels:
        assert ["first" in said["text"] for said in one.said(channel)] == [True, False]


def test_where_it_is_switched_off_or_shared_outside_posts_are_held(stage: Callable[..., Stage]) -> None:
    one = stage()
    one.told("post here at once")
    one.told("post here at once", channel=TEAM)
    one.world.command("/dispatchbox", "off", channel=TEAM)
    one.state.channels[POLICY]["is_ext_shared"] = True
    one.world.bot._worker._handle.args[0].directory._kept.clear()  # type: ignore[attr-defined]
    one.drop()
    assert (one.said(), one.said(TEAM)) == ([], [])
    assert sorted(kept.reason for kept in one.posts) == [
        "Dispatch Box is switched off here", "the channel is shared with another organisation",
    ]  # fmt: skip
    assert "shared with another organisation" in one.told("post here at once")["text"]


# -- the thread -----------------------------------------------------------------------------------------


def test_a_next_step_is_claimed_from_the_thread(stage: Callable[..., Stage]) -> None:
    one = stage()
    one.told("post here at once")
    one.drop()
    (below,) = one.world.replies(one.said()[0]["ts"])
    number = int(value(below, "post_claim").partition(" ")[0])
    assert "is yours" in one.choose(below, "post_claim", value(below, "post_claim"), BEN)["text"]
    assert one.world.bot.ledger.items.get([number])[number].owner == BEN
    (below,) = one.world.wait(
        lambda: [told for told in one.world.replies(one.said()[0]["ts"]) if "Ben" in told["text"]]
    )
    assert [found for found in elements(below["blocks"]) if found.get("action_id") == "post_claim"] == []


def test_a_question_about_a_post_is_answered_from_it_alone_to_the_asker_alone(stage: Callable[..., Stage]) -> None:
    one = stage(threshold=0.0)
    one.told("post here at once")
    one.drop()
    (below,) = one.world.replies(one.said()[0]["ts"])
    action = {"action_id": "post_ask", "type": "button", "value": value(below, "post_ask")}
    one.world.workspace.run(one.world.workspace.click(BEN, action, channel=POLICY, ts=below["ts"]))
    one.world.wait(lambda: one.state.modals.get(BEN))
    asked = {"text": {"text": {"value": "How much did Euroclear first transfer?"}}}
    one.world.workspace.run(one.world.workspace.submit(BEN, asked))
    answer = one.world.whisper(1, BEN)
    assert "1 briefing" in answer["text"]
    assert "Euroclear" not in answer["text"]


# -- by file --------------------------------------------------------------------------------------------

FILED = """
[taxes]
channel = "C0POLICY"
topics = ["tax"]
when = "weekdays at 08:30"

[all]
channel = "C0TEAM"
"""


def test_subscriptions_are_taken_from_a_file_and_are_read_only_in_slack(
    stage: Callable[..., Stage], tmp_path: Path
) -> None:
    file = tmp_path / "subscriptions.toml"
    file.write_text(FILED)
    one = stage(subscriptions=file)
    listed = one.told("posts")
    assert "set in the file (taxes)" in listed["text"]
    for verb in ("edit 1", "pause 1", "remove 1"):
        assert "change it there" in one.choose(listed, "post_menu", verb)["text"]
    one.drop()
    assert len(one.said(TEAM)) == 1
    file.write_text(FILED.replace("08:30", "9am").replace('"C0TEAM"', '"team"'))
    one.look()
    found = [(kept.entry, kept.channel, kept.schedule.cron) for kept in one.world.bot.ledger.posts.subscriptions()]
    assert found == [("taxes", POLICY, "0 9 * * 1-5"), ("all", TEAM, "")]
    file.write_text("[taxes\n")
    one.look()
    assert len(one.world.bot.ledger.posts.subscriptions()) == 2
    file.write_text("")
    one.look()
    assert one.world.bot.ledger.posts.subscriptions() == []


def test_the_ledger_is_laid_out_for_the_command_line(stage: Callable[..., Stage]) -> None:
    one = stage()
    one.told("post here tax weekdays at 08:30")
    one.drop()
    desk = one.world.bot._worker._handle.args[0]  # type: ignore[attr-defined]
    (ahead,) = ledger(desk)["subscriptions"]
    assert words.posts(ledger(desk), LONDON).splitlines() == [
        "p1 C0POLICY · tax · every working day at 08:30, London time · digest",
        "   next 2026-11-23 08:30: Budget raises fuel duty",
    ]
    assert (ahead["next"], ahead["as"]) == ("2026-11-23T08:30:00+00:00", "digest")
    assert ahead["briefings"] == [{"id": "budget", "title": "Budget raises fuel duty"}]
    one.at("2026-11-23T08:31")
    assert "2026-11-23 08:30 C0POLICY p1 sent: Budget raises fuel duty" in words.posts(ledger(desk), LONDON)
    (gone,) = ledger(desk)["posts"]
    assert (gone["state"], gone["slot"]) == ("sent", "2026-11-23T08:30:00+00:00")
