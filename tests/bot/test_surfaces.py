"""Every surface, in Socket Mode and over HTTP, with the real app over a real connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.bot.world import ANNA, BEN, EUROCLEAR, FISHING, GUEST, POLICY, SECRET, TEAM, World, bold, elements, links

if TYPE_CHECKING:
    from collections.abc import Callable

DIRECT = "D0ANNA"


def test_a_mention_is_answered_once_in_its_thread_with_the_figure_bold_and_a_link(world: World) -> None:
    asked = world.say(f"@dispatchbox {EUROCLEAR}")
    (answer,) = world.wait(lambda: world.replies(asked))
    assert bold(answer) == ["€1.55 billion"]
    assert links(answer) == ["https://briefings.example/belgium?a=1&b=2"]
    assert "€1.55 billion" in answer["text"]
    assert "12 December 2025 · ¶2" in answer["text"]
    assert "2 briefings, newest 9 January 2026" in answer["text"]
    world.quiet()
    assert len(world.replies(asked)) == 1
    assert world.said(POLICY) == [answer]


def test_what_is_not_there_is_refused_with_what_was_searched_and_the_team_offered(world: World) -> None:
    asked = world.say(f"@dispatchbox {FISHING}")
    (answer,) = world.wait(lambda: world.replies(asked))
    assert answer["text"].startswith(
        "Not in the briefings. I searched 2 briefings from 12 December 2025 to 9 January 2026."
    )
    assert "team" in {one.get("action_id") for one in elements(answer["blocks"])}
    quotes = [one for one in elements(answer["blocks"]) if one["type"] == "rich_text_quote"]
    assert 1 <= len(quotes) <= 2


def test_a_direct_message_is_answered_in_the_conversation(world: World) -> None:
    world.dm(EUROCLEAR)
    (answer,) = world.wait(lambda: world.said(DIRECT))
    assert "thread_ts" not in answer
    assert bold(answer) == ["€1.55 billion"]


def test_a_follow_up_needs_no_mention_and_says_how_it_was_read(world: World) -> None:
    asked = world.say(f"@dispatchbox {EUROCLEAR}")
    world.wait(lambda: world.replies(asked))
    world.say("and when?", BEN, thread=asked)
    answer = world.wait(lambda: world.replies(asked)[1:])[0]
    assert answer["text"].startswith("Read as: When did Euroclear first transfer for Ukraine?")
    world.say("Thanks, that is what I needed.", BEN, thread=asked)
    world.say("Interesting.", thread=asked)
    world.quiet()
    assert len(world.replies(asked)) == 2


def test_a_channel_can_do_without_follow_ups(world: World) -> None:
    world.command("/dispatchbox", "settings")
    world.press(world.whisper(), "set_follow_ups")
    assert "Follow-ups need a mention" in world.whisper(2)["text"]
    asked = world.say(f"@dispatchbox {EUROCLEAR}")
    world.wait(lambda: world.replies(asked))
    world.say("and when?", thread=asked)
    world.quiet()
    assert len(world.replies(asked)) == 1


def test_ask_is_private_until_shared_once(world: World) -> None:
    world.command("/ask", EUROCLEAR)
    answer = world.whisper()
    assert bold(answer) == ["€1.55 billion"]
    assert world.said(POLICY) == []
    world.press(answer, "share")
    world.press(answer, "share")
    (shared,) = world.wait(lambda: world.said(POLICY))
    assert shared["text"].startswith(f"Shared answer to: {EUROCLEAR}")
    world.quiet()
    assert len(world.said(POLICY)) == 1


def test_sharing_where_the_bot_is_no_member_says_how_to_invite_it(world: World) -> None:
    world.state.add_channel("C0ELSE", "else", [ANNA])
    world.command("/ask", EUROCLEAR, channel="C0ELSE")
    world.press(world.whisper(), "share")
    assert "/invite @dispatchbox" in world.whisper(2)["text"]


def test_a_message_becomes_the_question_by_its_shortcut(world: World) -> None:
    written = world.say(f"I wonder. {EUROCLEAR}", BEN)
    world.workspace.run(world.workspace.shortcut(ANNA, POLICY, written, "ask_briefings"))
    assert "€1.55 billion" in world.whisper()["text"]
    assert world.replies(written) == []


def test_briefings_are_listed_and_found(world: World) -> None:
    world.command("/briefings", "")
    listed = world.whisper()["text"].splitlines()
    assert listed == [
        "Briefings, newest first: 1 to 3 of 3", "Steel quota paper · 2 February 2026",
        "Rail fares frozen · 9 January 2026", "UK and Belgium on frozen assets · 12 December 2025",
    ]  # fmt: skip
    world.command("/briefings", "find euroclear", BEN)
    assert world.whisper(1, BEN)["text"].splitlines() == [
        "Briefings that match: 1 to 1 of 1", "UK and Belgium on frozen assets · 12 December 2025",
    ]  # fmt: skip
    world.command("/briefings", "railways", BEN)
    assert "Rail fares frozen" in world.whisper(2, BEN)["text"]
    world.press(world.whisper(), "item", nth=1)
    assert "the Railways Bill" in world.whisper(2)["text"] or "no date" in world.whisper(2)["text"]


def test_app_home_shows_what_one_may_see_and_is_published_each_time(world: World) -> None:
    for user, count in ((ANNA, 3), (BEN, 2)):
        world.workspace.run(world.workspace.open_home(user, "home"))
        home = world.wait(lambda user=user: world.state.homes.get(user))
        texts = [one["text"] for one in elements(home["blocks"]) if isinstance(one.get("text"), str)]
        assert any(text.startswith(f"{count} briefings you may see, the newest of") for text in texts)
        assert any("Steel quota" in text for text in texts) == (user == ANNA)
    first = world.state.homes[ANNA]["id"]
    world.workspace.run(world.workspace.open_home(ANNA, "home"))
    world.wait(lambda: world.state.homes[ANNA]["id"] != first)


def test_an_example_on_app_home_is_answered_in_direct_messages(world: World) -> None:
    world.workspace.run(world.workspace.open_home(BEN, "home"))
    home = world.wait(lambda: world.state.homes.get(BEN))
    button = next(one for one in elements(home["blocks"]) if one.get("action_id") == "example_0")
    action = {"action_id": "example_0", "type": "button", "value": button["value"]}
    world.workspace.run(world.workspace.click(BEN, action, view={"id": home["id"], "type": "home"}))
    (answer,) = world.wait(lambda: world.said("D0BEN"))
    assert "Rail fares frozen" in answer["text"]


def test_the_questions_suggested_are_questions_the_briefings_answer(world: World) -> None:
    world.workspace.run(world.workspace.open_home(BEN, "messages"))
    prompts = world.wait(lambda: world.state.prompts.get(BEN))
    assert "What is the latest on Transport?" in [one["title"] for one in prompts]
    for count, one in enumerate(prompts, 1):
        world.dm(one["message"], BEN)
        answer = world.wait(lambda count=count: world.said("D0BEN")[count - 1 :])[0]
        assert not answer["text"].startswith("Not in the briefings")


def test_feedback_is_kept_once_for_each_person_and_can_be_changed(world: World) -> None:
    asked = world.say(f"@dispatchbox {EUROCLEAR}")
    (answer,) = world.wait(lambda: world.replies(asked))
    key = next(one["value"] for one in elements(answer["blocks"]) if one.get("action_id") == "helpful")
    world.press(answer, "helpful")
    world.press(answer, "helpful", BEN)
    world.press(answer, "unhelpful", BEN)
    world.wait(lambda: world.bot.ledger.answers.feedback(key) == {ANNA: True, BEN: False})
    modal = world.wait(lambda: world.state.modals.get(BEN))[-1]
    assert modal["title"]["text"] == "Not helpful"
    values = {"choice": {"choice": {"selected_option": {"value": "figure"}}}, "more": {"more": {"value": "wrong year"}}}
    world.workspace.run(world.workspace.submit(BEN, values))
    world.wait(lambda: world.bot.ledger.answers.reasons(key) == ["figure wrong year"])


def test_copy_gives_the_quote_and_its_place_as_plain_text(world: World) -> None:
    asked = world.say(f"@dispatchbox {EUROCLEAR}")
    (answer,) = world.wait(lambda: world.replies(asked))
    world.press(answer, "copy", BEN)
    (text,) = [one for one in elements(world.whisper(1, BEN)["blocks"]) if one["type"] == "rich_text_preformatted"]
    pasted = text["elements"][0]["text"].splitlines()
    assert "€1.55 billion" in pasted[0]
    assert pasted[-2:] == [
        "UK and Belgium on frozen assets, 12 December 2025 · ¶2", "https://briefings.example/belgium?a=1&b=2",
    ]  # fmt: skip


def test_the_passage_is_shown_whole_with_its_neighbours(world: World) -> None:
    asked = world.say(f"@dispatchbox {EUROCLEAR}")
    (answer,) = world.wait(lambda: world.replies(asked))
    world.press(answer, "passage")
    shown = world.whisper()["text"].splitlines()
    assert [line[:2] for line in shown] == ["UK", "¶1", "¶2", "¶3"]


def test_the_team_is_asked_once_and_its_reply_passed_back_as_theirs(world: World) -> None:
    asked = world.say(f"@dispatchbox {FISHING}")
    (answer,) = world.wait(lambda: world.replies(asked))
    world.press(answer, "team")
    world.press(answer, "team")
    (relayed,) = world.wait(lambda: world.said(TEAM))
    assert FISHING in relayed["text"]
    world.quiet()
    assert len(world.said(TEAM)) == 1
    world.say("Nothing was agreed on fish.", BEN, TEAM, relayed["ts"])
    passed = world.wait(lambda: world.replies(asked)[1:])[0]
    assert passed["text"] == "From the team, not from a briefing: Ben Okafor\nNothing was agreed on fish.".replace(
        ".", "."
    )


def test_a_private_refusals_team_reply_comes_back_privately(world: World) -> None:
    world.command("/ask", "Who won the Derby?")
    world.press(world.whisper(), "team")
    (relayed,) = world.wait(lambda: world.said(TEAM))
    world.say("Nothing on fish", BEN, TEAM, relayed["ts"])
    (passed,) = world.wait(lambda: world.said(DIRECT))
    assert passed["text"].endswith("Nothing on fish")
    assert world.said(POLICY) == []


@pytest.mark.parametrize("text", ["@dispatchbox", "@dispatchbox hello!", "@dispatchbox thanks very much :wave:"])
def test_a_greeting_gets_help_and_nothing_is_searched(make: Callable[..., World], text: str) -> None:
    world = make()
    asked = world.say(text)
    (answer,) = world.wait(lambda: world.replies(asked))
    assert answer["text"].startswith("I answer from the team’s briefings")
    assert world.bot.ledger.answers.last(POLICY, asked) is None


def test_help_status_and_settings_by_command(world: World) -> None:
    world.command("/dispatchbox", "help", BEN)
    assert world.whisper(1, BEN)["text"].startswith("I answer from")
    world.command("/dispatchbox", "status", BEN)
    assert "2 briefings you may see" in world.whisper(2, BEN)["text"]
    world.command("/dispatchbox", "settings", BEN)
    assert "admins only" in world.whisper(3, BEN)["text"]
    world.command("/dispatchbox", "dance", BEN)
    assert world.whisper(4, BEN)["text"].startswith("I know help")


def test_the_off_switch_holds_for_the_channel_or_for_all(world: World) -> None:
    world.command("/dispatchbox", "off")
    assert world.whisper()["text"] == "Switched off here."
    world.say(f"@dispatchbox {EUROCLEAR}", BEN)
    assert "switched off here" in world.whisper(1, BEN)["text"]
    world.dm(EUROCLEAR, BEN)
    assert world.wait(lambda: world.said("D0BEN"))
    world.command("/dispatchbox", "on")
    world.whisper(2)
    world.command("/dispatchbox", "off everywhere")
    world.whisper(3)
    world.dm(EUROCLEAR, BEN)
    assert "switched off" in world.wait(lambda: world.said("D0BEN")[1:])[0]["text"]
    world.command("/dispatchbox", "on everywhere", BEN)
    assert "admins only" in world.whisper(2, BEN)["text"]


def test_answers_can_be_private_by_a_channels_setting(world: World) -> None:
    world.command("/dispatchbox", "settings")
    world.press(world.whisper(), "set_private")
    world.whisper(2)
    asked = world.say(f"@dispatchbox {EUROCLEAR}", BEN)
    assert bold(world.whisper(1, BEN)) == ["€1.55 billion"]
    assert world.replies(asked) == []


def test_a_restricted_briefing_answers_in_its_channel_and_to_its_members_alone(world: World) -> None:
    question = "By how much does the steel quota fall?"
    inside = world.say(f"@dispatchbox {question}", channel=SECRET)
    assert "60 per cent" in world.wait(lambda: world.replies(inside, SECRET))[0]["text"]
    outside = world.say(f"@dispatchbox {question}")
    assert "60 per cent" not in world.wait(lambda: world.replies(outside))[0]["text"]
    world.dm(question, ANNA)
    assert "60 per cent" in world.wait(lambda: world.said(DIRECT))[0]["text"]
    world.dm(question, BEN)
    assert "60 per cent" not in world.wait(lambda: world.said("D0BEN"))[0]["text"]
    world.command("/ask", question)
    world.press(world.wait(lambda: [one for one in world.whispered() if "60 per cent" in one["text"]])[0], "share")
    world.wait(lambda: [one for one in world.whispered() if "stays between us" in one["text"]])
    assert world.said(POLICY) == world.replies(outside)
    seen = [one["text"] for one in world.state.messages[POLICY] if one.get("only") != ANNA]
    assert not any("60 per cent" in text for text in seen)


def test_a_button_of_a_private_answer_does_nothing_for_anyone_else(world: World) -> None:
    world.command("/ask", EUROCLEAR)
    answer = world.whisper()
    world.press(answer, "copy", BEN)
    assert "not for you to see" in world.whisper(1, BEN)["text"]
    forged = {"action_id": "copy", "type": "button", "value": "no such key"}
    world.workspace.run(world.workspace.click(BEN, forged, channel=POLICY, ts=answer["ts"]))
    assert "not for you to see" in world.whisper(2, BEN)["text"]


def test_guests_and_shared_channels_get_a_polite_refusal(world: World) -> None:
    asked = world.say(f"@dispatchbox {EUROCLEAR}", GUEST)
    assert "members of this workspace only" in world.whisper(1, GUEST)["text"]
    world.state.add_channel("C0JOINT", "joint", [ANNA, "U0BOT"], is_ext_shared=True)
    world.say(f"@dispatchbox {EUROCLEAR}", channel="C0JOINT")
    assert "shared with another organisation" in world.whisper()["text"]
    assert world.replies(asked) == []


def test_guests_are_answered_where_a_setting_says_so(make: Callable[..., World]) -> None:
    world = make(guests=True)
    asked = world.say(f"@dispatchbox {EUROCLEAR}", GUEST)
    assert world.wait(lambda: world.replies(asked))


def test_what_is_not_for_the_bot_is_acknowledged_counted_and_kept_nowhere(world: World) -> None:
    said = {"type": "message", "channel": POLICY, "channel_type": "channel", "text": "quiet words", "ts": "1.000001"}
    mention = {**said, "type": "app_mention", "text": "<@U0BOT> quiet words"}
    events = [
        said | {"user": ANNA},
        mention | {"user": "U0OTHER", "bot_id": "B0OTHER"},
        mention | {"user": "U0BOT", "bot_id": "B0BOT"},
        said | {"subtype": "channel_join", "user": ANNA},
        {"type": "message", "subtype": "message_changed", "channel": POLICY, "message": {"text": "quiet", "ts": "1.0"}},
        mention | {"user": ANNA, "edited": {"ts": "1"}},
        mention | {"text": None, "user": ANNA},
        {**mention, "user": ["U"]},
        {"type": "reaction_added", "user": ANNA},
        {"type": "message"},
        {"type": "app_mention", "user": ANNA, "text": "\x00\ud800", "channel": POLICY},
    ]
    for event in events:
        world.workspace.run(world.workspace.event(event))
    world.workspace.run(world.workspace.event(mention | {"user": ANNA}, team_id="T0ELSE"))
    world.wait(lambda: len(world.workspace.acknowledged) == len(events) + 1)
    world.quiet()
    assert world.said(POLICY) == []
    assert sum(n for what, n in world.bot.ledger.counts().items() if what.startswith("ignored")) == len(events) + 1
    assert b"quiet words" not in b"".join(path.read_bytes() for path in world.settings.data.glob("bot.db*"))


def test_an_edit_before_the_answer_counts_and_a_deletion_cancels(make: Callable[..., World]) -> None:
    world = make()
    world.bot.stop.set()  # the worker rests, as it would under load
    world.bot._worker.wake.set()
    for thread in world.bot._threads:
        thread.join(3)
    edited, gone = world.say(f"@dispatchbox {FISHING}"), world.say(f"@dispatchbox {FISHING}", BEN)
    world.wait(lambda: world.bot.ledger.waiting()["inbox"] == 2)
    world.workspace.run(world.workspace.edit(POLICY, edited, f"<@U0BOT> {EUROCLEAR}"))
    world.workspace.run(world.workspace.delete(POLICY, gone))
    world.wait(lambda: world.bot.ledger.waiting()["inbox"] == 1)
    world.bot.close()
    world.bot = world.start()
    (answer,) = world.wait(lambda: world.replies(edited))
    assert bold(answer) == ["€1.55 billion"]
    world.quiet()
    assert world.replies(gone) == []
