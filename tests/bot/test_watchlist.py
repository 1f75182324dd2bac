"""The watchlist over the stand-in: each command, menu, form; who may see what; what two people do at once."""

from __future__ import annotations

import hashlib
import time
import urllib.error
import urllib.request
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from bot.directory import Directory
from bot.types import Changed, Standing, WatchItem
from bot.watchlist import FORMS, VERBS, read, window
from index.build import build
from index.parse import read_folder
from index.search import Searcher
from tests.bot.world import ANNA, BEN, GUEST, POLICY, SECRET, TEAM, World, elements, write
from tests.conftest import LONDON

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from index.encode import OnnxEncoder

TODAY = date(2025, 12, 12)  # a Friday
ME = "<@U0BEN|ben>"


def spans(due: Any) -> tuple[str, str] | None:  # noqa: ANN401 - a range or None
    return (str(due.earliest), str(due.latest)) if due else None


# -- the grammar --------------------------------------------------------------------------------------

READ: list[tuple[str, dict[str, Any]]] = [
    ("", {"verb": "mine"}),
    ("TEAM", {"verb": "team"}),
    ("done", {"verb": "done"}),
    ("search steel quota", {"verb": "search", "text": "steel quota"}),
    ("add Check the order by 18 December", {"text": "Check the order", "due": ("2025-12-12", "2025-12-18")}),
    ("add Check the order on 18 December", {"text": "Check the order", "due": ("2025-12-18", "2025-12-18")}),
    (f"add Do it by 18 December for {ME}", {"text": "Do it", "people": ("U0BEN",)}),
    (f"add Do it for {ME} by 18 December", {"text": "Do it", "people": ("U0BEN",)}),
    ("add Report on steel by the Treasury", {"text": "Report on steel by the Treasury", "due": None}),
    ("add Watch the debate on Tuesday on 16 December", {"text": "Watch the debate on Tuesday"}),
    (f"add A brief for {ME} and the team", {"text": f"A brief for {ME} and the team", "people": ()}),
    ("add", {"verb": "add", "text": ""}),
    ("claim 7", {"numbers": (7,)}),
    ("claim #1, #2 and 3", {"numbers": (1, 2, 3)}),
    ("claim 3 3", {"numbers": (3,)}),
    ("done 3 5 8", {"numbers": (3, 5, 8), "text": ""}),
    ("DONE 3: passed on division", {"numbers": (3,), "text": "passed on division"}),
    ("done 3 announced today", {"numbers": (3,), "text": "announced today"}),
    ("done 3 5: both passed", {"numbers": (3, 5), "text": "both passed"}),
    ("done 3 2 amendments passed", {"problem": "put a colon before the note"}),
    ("snooze 7 1w", {"numbers": (7,), "until": date(2025, 12, 19)}),
    ("snooze 7 3d", {"until": date(2025, 12, 15)}),
    ("snooze 7 2 weeks", {"numbers": (7,), "until": date(2025, 12, 26)}),
    ("snooze 7, 9 until Monday", {"numbers": (7, 9), "until": date(2025, 12, 15)}),
    ("snooze 7", {"until": date(2025, 12, 19)}),
    ("snooze 7 yesterday", {"problem": "no time to come"}),
    ("snooze 7 12 March 2027", {"numbers": (7,), "until": date(2027, 3, 12)}),
    ("snooze 7 7 days", {"numbers": (7,), "until": date(2025, 12, 19)}),
    ("snooze 3 5 8", {"numbers": (3, 5, 8), "until": date(2025, 12, 19)}),
    ("move 7 Fri", {"due": ("2025-12-19", "2025-12-19")}),
    ("add Ring the clerk by Thurs 5pm", {"text": "Ring the clerk", "due": ("2025-12-12", "2025-12-18")}),
    ("add Ring the clerk by 18/12", {"text": "Ring the clerk", "due": ("2025-12-12", "2025-12-18")}),
    ("add Ring the clerk on 5/1", {"text": "Ring the clerk", "due": ("2026-01-05", "2026-01-05")}),
    ("add Ring the clerk on 18.12.26", {"text": "Ring the clerk", "due": ("2026-12-18", "2026-12-18")}),
    ("add Move the 9.30 call", {"text": "Move the 9.30 call", "due": None}),
    ("move 7 to 18/12/2025", {"numbers": (7,), "due": ("2025-12-18", "2025-12-18")}),
    ("move 7 by the end of March", {"due": ("2025-12-12", "2026-03-31")}),
    ("move 7 3 January 2026", {"numbers": (7,), "due": ("2026-01-03", "2026-01-03")}),
    ("move 7 soon", {"problem": "no date in “soon”"}),
    (f"assign 7 {ME}", {"numbers": (7,), "people": ("U0BEN",)}),
    ("assign 7 Ben", {"problem": "no person"}),
    ("note 7 rang the clerk", {"numbers": (7,), "text": "rang the clerk"}),
    ("note 7", {"problem": "no note"}),
    ("drop 9", {"numbers": (9,)}),
    ("drop the steel one", {"problem": "no number"}),
    ("watch rail fares", {"verb": "watch", "text": "rail fares"}),
    ("unwatch w2", {"numbers": (2,)}),
    ("watches", {"verb": "watches"}),
    ("handover <@U1> <@U2>", {"people": ("U1", "U2")}),
    ("handover <@U1>", {"problem": "need two"}),
    ("dance 7", {"verb": "help", "problem": "dance"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), READ, ids=[text or "nothing" for text, _ in READ])
def test_a_command_is_read(text: str, expected: dict[str, Any]) -> None:
    wish = read(text, TODAY)
    for name, value in expected.items():
        if name == "problem":
            assert value in wish.problem
        else:
            assert (spans(wish.due) if name == "due" else getattr(wish, name)) == value
    if "problem" not in expected:
        assert wish.problem == ""


WINDOWS = [
    ("", ("", "2025-12-12", "2026-03-12", False)),
    ("this week", ("", "2025-12-12", "2025-12-14", False)),
    ("30 days", ("", "2025-12-12", "2026-01-11", False)),
    ("ukraine until 18 December", ("ukraine", "2025-12-12", "2025-12-18", False)),
    ("housing past", ("housing", "2025-11-12", "2025-12-11", True)),
    ("sanctions next month", ("sanctions", "2026-01-01", "2026-01-31", False)),
    ("rail fares", ("rail fares", "2025-12-12", "2026-03-12", False)),
]


@pytest.mark.parametrize(("text", "expected"), WINDOWS, ids=[text or "nothing" for text, _ in WINDOWS])
def test_which_next_steps_are_asked_for_is_read(text: str, expected: tuple[str, str, str, bool]) -> None:
    found = window(text, TODAY)
    assert not isinstance(found, str)
    assert (found.topic, str(found.first), str(found.last), found.past) == expected


WORDS = st.sampled_from(
    [
        *VERBS,
        "3",
        "#5",
        "7,",
        ":",
        "by",
        "on",
        "for",
        ME,
        "18 December",
        "1w",
        "2 weeks",
        "until Monday",
        "w2",
        "  ",
        "☂",
    ]
)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.lists(WORDS | st.text(max_size=12), max_size=8).map(" ".join), st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_whatever_is_typed_is_read_calmly(text: str, today: date) -> None:
    wish = read(text, today)
    assert wish.verb in VERBS
    assert wish.until is None or wish.until > today
    assert wish.due is None or wish.due.latest >= today
    assert not wish.problem or len(wish.problem) < 400
    window(text, today)


def test_every_form_shown_is_read_as_it_stands() -> None:
    for verb, form in FORMS.items():
        shown = form.removeprefix("/watchlist ").replace("@person", ME).replace("@from @to", "<@U1> <@U2>")
        wish = read(shown.replace("DATE", "18 December").replace("TEXT", "something"), TODAY)
        assert (wish.verb, wish.problem) == (verb, "")


# -- over the stand-in --------------------------------------------------------------------------------


def told(world: World, command: str, user: str = ANNA, channel: str = POLICY) -> dict[str, Any]:
    """Type a command, and give the private reply."""
    count = len(world.whispered(user))
    name, _, text = command.partition(" ")
    world.command(name, text.replace("@ben", ME).replace("@anna", "<@U0ANNA|anna>"), user, channel)
    return world.whisper(count + 1, user)


def choose(world: World, shown: dict[str, Any], value: str, user: str = ANNA) -> None:
    """Choose from the menu of an item in a message."""
    action = {"action_id": "watch_item", "type": "overflow", "selected_option": {"value": value}}
    world.workspace.run(world.workspace.click(user, action, channel=POLICY, ts=shown["ts"]))


@pytest.fixture
def world(make: Callable[..., World]) -> World:
    made = make(today=TODAY, admins=(ANNA,))
    made.wait(made.bot.ledger.items.arrived)
    return made


def comes(world: World, day: date) -> None:
    """Let a day come, and what is published that day appear."""
    world.settings.__dict__["today"] = day


def number(world: World, words: str) -> int:
    return next(one.number for one in world.bot.ledger.items.of_briefings() if words in one.text)


def test_an_item_is_added_says_how_its_date_was_read_listed_done_and_taken_back(world: World) -> None:
    added = told(world, "/watchlist add Ring the clerk by 18 December")
    assert "I read “by 18 December” as by 18 December 2025." in added["text"]
    item = world.bot.ledger.items.still_open()[-1]
    assert (item.text, item.owner, item.channel) == ("Ring the clerk", ANNA, POLICY)
    assert "Ring the clerk" in told(world, "/watchlist")["text"]
    assert "Later" in told(world, "/watchlist")["text"]
    assert f"#{item.number} is done." in told(world, f"/watchlist done {item.number} she rang back")["text"]
    assert "Ring the clerk" in told(world, "/watchlist done")["text"]
    assert f"Taken back: #{item.number}" in told(world, "/watchlist undo")["text"]
    assert world.bot.ledger.items.get([item.number])[item.number].open
    history = [step.what for step in world.bot.ledger.items.history(item.number)]
    assert history == ["add", "done", "undo"]


def test_a_briefings_steps_are_unclaimed_claimed_and_moved(world: World) -> None:
    step = number(world, "European Council")
    assert f"#{step} " in told(world, "/watchlist unclaimed")["text"]
    assert f"#{step} is yours" in told(world, f"/watchlist claim {step}")["text"]
    assert "Ben Okafor" not in told(world, "/watchlist team")["text"]
    assert "claimed already: Anna Reed" in told(world, f"/watchlist claim {step}", BEN)["text"]
    assert "now due 19 December 2025" in told(world, f"/watchlist move {step} 19 December")["text"]
    moved = world.bot.ledger.items.get([step])[step]
    assert (moved.status, spans(moved.due)) == (Standing.MOVED, ("2025-12-19", "2025-12-19"))
    assert f"#{step} is Ben Okafor’s" in told(world, f"/watchlist assign {step} @ben")["text"]
    assert f"#{step} " in told(world, "/watchlist", BEN)["text"]


def test_next_steps_are_listed_by_date_with_their_citation_and_a_button(world: World) -> None:
    shown = told(world, "/nextsteps")
    assert "European Council" in shown["text"]
    assert "18 December 2025 · unclaimed" in shown["text"]
    assert "UK and Belgium on frozen assets ¶3" in shown["text"].replace("\u2060", "")
    assert "Railways" not in shown["text"]  # of a briefing yet to be published
    button = next(one for one in elements(shown["blocks"]) if one.get("action_id") == "add_step")
    world.press(shown, "add_step")
    assert f"#{button['value']} is yours" in world.whisper(2)["text"]
    assert world.bot.ledger.items.get([int(button["value"])])[int(button["value"])].owner == ANNA
    assert "No next steps there" in told(world, "/nextsteps fishing")["text"]
    comes(world, date(2026, 1, 9))
    world.wait(lambda: world.bot.ledger.items.of_briefing("2026-01-09-rail"))
    assert "Railways Bill" in told(world, "/nextsteps")["text"]
    assert "Railways" not in told(world, "/nextsteps sanctions")["text"]


def test_notes_snoozes_and_drops_are_kept(world: World) -> None:
    told(world, "/watchlist add Ring the clerk")
    item = world.bot.ledger.items.still_open()[-1].number
    told(world, f"/watchlist note {item} no answer yet")
    told(world, f"/watchlist snooze {item} 1w")
    found = world.bot.ledger.items.get([item])[item]
    assert ([one.text for one in found.notes], found.snoozed) == (["no answer yet"], date(2025, 12, 19))
    assert "no answer yet" in told(world, "/watchlist")["text"]
    told(world, f"/watchlist drop {item}")
    assert "Nothing on your list" in told(world, "/watchlist")["text"]
    told(world, "/watchlist add Another")
    assert world.bot.ledger.items.still_open()[-1].number == item + 1


def test_several_are_done_at_once_and_undone_at_once(world: World) -> None:
    for text in ("One", "Two", "Three"):
        told(world, f"/watchlist add {text}")
    first = world.bot.ledger.items.still_open()[-3].number
    numbers = [first, first + 1, first + 2]
    said = told(world, "/watchlist done " + " ".join(map(str, numbers)))
    assert "are done" in said["text"]
    world.press(said, "undo")
    world.wait(lambda: all(one.open for one in world.bot.ledger.items.get(numbers).values()))


def test_what_cannot_be_read_says_what_was_read_and_the_form(world: World) -> None:
    assert "The form is: /watchlist move 7 18 December" in told(world, "/watchlist move 7 soon")["text"]
    assert "I do not know “dance”" in told(world, "/watchlist dance")["text"]
    assert "There is no such item" in told(world, "/watchlist done 999")["text"]


def test_a_form_opens_for_add_and_a_message_becomes_an_item_with_a_link_back(world: World) -> None:
    world.command("/watchlist", "add")
    modal = world.wait(lambda: world.state.modals.get(ANNA))[-1]
    assert modal["title"]["text"] == "Add to watchlist"
    values = {"text": {"text": {"value": "Read the order"}}, "date": {"date": {"selected_date": "2025-12-20"}},
              "person": {"person": {"selected_user": BEN}}}  # fmt: skip
    world.workspace.run(world.workspace.submit(ANNA, values))
    item = world.wait(lambda: [one for one in world.bot.ledger.items.still_open() if one.text == "Read the order"])[0]
    assert (item.owner, spans(item.due), item.channel) == (BEN, ("2025-12-20", "2025-12-20"), POLICY)
    written = world.say("The Lords vote on Monday", BEN)
    world.workspace.run(world.workspace.shortcut(ANNA, POLICY, written, "add_to_watchlist"))
    modal = world.wait(lambda: world.state.modals.get(ANNA))[-1]
    assert next(one for one in elements(modal["blocks"]) if one.get("action_id") == "text")["initial_value"] == (
        "The Lords vote on Monday"
    )
    world.workspace.run(world.workspace.submit(ANNA, {"text": {"text": {"value": "The Lords vote"}}}))
    made = world.wait(lambda: [one for one in world.bot.ledger.items.still_open() if one.text == "The Lords vote"])[0]
    assert made.source["permalink"].endswith(written.replace(".", ""))


@pytest.mark.parametrize("channel", ["D0ANNA", SECRET])
def test_a_message_of_a_closed_conversation_becomes_an_item_for_its_owner_and_maker_alone(
    world: World, channel: str
) -> None:
    """The bot is in neither's list of members: Slack does not say who is."""
    world.state.channels[SECRET] |= {"is_private": True, "members": [BEN]}
    written = world.say("Falcon is to close", BEN if channel == SECRET else ANNA, channel)
    world.workspace.run(world.workspace.shortcut(ANNA, channel, written, "add_to_watchlist"))
    world.wait(lambda: world.state.modals.get(ANNA))
    world.workspace.run(world.workspace.submit(ANNA, {"text": {"text": {"value": "Falcon closes"}}}))
    item = world.wait(lambda: [one for one in world.bot.ledger.items.still_open() if one.text == "Falcon closes"])[0]
    assert item.channels == ()
    for command in ("/watchlist team", "/watchlist all", "/watchlist search falcon", f"/watchlist claim {item.number}"):
        assert "Falcon" not in told(world, command, BEN)["text"]
    assert "Falcon" in told(world, "/watchlist")["text"]
    told(world, "/watchlist add Ring the clerk")
    handed = told(world, "/watchlist handover @anna @ben")["text"]
    assert "1 more stay, for the new owner may not see them." in handed
    assert "Falcon" not in handed


def test_who_makes_an_item_of_a_direct_message_may_give_it_to_somebody(world: World) -> None:
    written = world.say("Falcon is to close", ANNA, "D0ANNA")
    world.workspace.run(world.workspace.shortcut(ANNA, "D0ANNA", written, "add_to_watchlist"))
    world.wait(lambda: world.state.modals.get(ANNA))
    values = {"text": {"text": {"value": "Falcon closes"}}, "person": {"person": {"selected_user": BEN}}}
    world.workspace.run(world.workspace.submit(ANNA, values))
    world.wait(lambda: [one for one in world.bot.ledger.items.still_open() if one.owner == BEN])
    assert "Falcon" in told(world, "/watchlist", BEN)["text"]


def test_a_date_that_could_not_be_read_at_the_end_of_an_item_is_said(world: World) -> None:
    assert "I read no date in “by 31/2”" in told(world, "/watchlist add Reply by 31/2")["text"]
    for text in ("Ask about bus fares by 3 March", "Brief them on monetary policy", "A note on Article 50"):
        assert "I read no date" not in told(world, f"/watchlist add {text}")["text"]


def test_what_somebody_has_is_not_claimed_from_them_by_more_words_or_numbers(world: World) -> None:
    told(world, "/watchlist add One", BEN)
    theirs = world.bot.ledger.items.still_open()[-1].number
    step = number(world, "European Council")
    assert f"#{theirs} is claimed already: Ben Okafor" in told(world, f"/watchlist claim {theirs} please")["text"]
    said = told(world, f"/watchlist claim {theirs} {step}")["text"]
    assert f"#{step} is yours." in said
    assert f"#{theirs} is claimed already: Ben Okafor" in said
    assert world.bot.ledger.items.get([theirs])[theirs].owner == BEN


def test_changes_are_taken_back_one_after_another_and_what_is_taken_back_offers_no_way_back(world: World) -> None:
    told(world, "/watchlist add Ring the clerk by 18 December")
    item = world.bot.ledger.items.still_open()[-1].number
    told(world, f"/watchlist move {item} 19 December")
    told(world, f"/watchlist note {item} rang")
    undone = told(world, "/watchlist undo")
    assert "undo" not in {one.get("action_id") for one in elements(undone["blocks"])}
    assert f"Taken back: #{item}" in told(world, "/watchlist undo")["text"]
    assert spans(world.bot.ledger.items.get([item])[item].due) == ("2025-12-12", "2025-12-18")


def test_no_reminders_is_the_word_of_the_one_who_said_it(world: World) -> None:
    told(world, "/watchlist add Ring the clerk by 18 December")
    item = world.bot.ledger.items.still_open()[-1].number
    choose(world, told(world, "/watchlist"), f"quiet {item}")
    world.wait(lambda: not world.bot.ledger.items.get([item])[item].reminded)
    told(world, f"/watchlist assign {item} @ben")
    assert world.bot.ledger.items.get([item])[item].reminded


def test_menus_act_and_a_stale_or_forged_one_is_told_kindly(world: World) -> None:
    told(world, "/watchlist add Ring the clerk")
    item = world.bot.ledger.items.still_open()[-1].number
    mine = told(world, "/watchlist")

    def reply(value: str, user: str = ANNA) -> str:
        count = len(world.whispered(user))
        choose(world, mine, value, user)
        return str(world.whisper(count + 1, user)["text"])

    assert "is done" in reply(f"done {item}")
    assert f"#{item} is done already: Anna Reed" in reply(f"done {item}", BEN)
    for forged in ("done 999", "done x", "dance 1", "", "done 99999999999999999999", f"source {item}"):
        assert "There is no such item" in reply(forged)
    assert "is yours" in reply(f"claim {item}")


def test_app_home_follows_its_persons_changes_once_it_was_opened(world: World) -> None:
    world.workspace.run(world.workspace.open_home(ANNA, "home"))
    world.wait(lambda: world.state.homes.get(ANNA))
    told(world, "/watchlist add Ring the clerk")
    home = world.wait(lambda: "Ring the clerk" in str(world.state.homes[ANNA]) and world.state.homes[ANNA])
    item = world.bot.ledger.items.still_open()[-1].number
    action = {"action_id": "watch_item", "type": "overflow", "selected_option": {"value": f"done {item}"}}
    world.workspace.run(world.workspace.click(ANNA, action, view={"id": home["id"], "type": "home"}))
    world.wait(lambda: "Ring the clerk" not in str(world.state.homes[ANNA]))
    told(world, "/watchlist add Ring the whips", BEN)
    world.quiet()
    assert set(world.state.homes) == {ANNA}


def test_reassigning_is_by_a_form_and_only_to_members(world: World) -> None:
    told(world, "/watchlist add Ring the clerk")
    item = world.bot.ledger.items.still_open()[-1].number
    choose(world, told(world, "/watchlist"), f"reassign {item}")
    world.wait(lambda: world.state.modals.get(ANNA))
    world.workspace.run(world.workspace.submit(ANNA, {"person": {"person": {"selected_user": GUEST}}}))
    world.wait(lambda: [one for one in world.said("D0ANNA") if "members of this workspace only" in one["text"]])
    assert world.bot.ledger.items.get([item])[item].owner == ANNA


def test_a_restricted_briefings_steps_and_a_private_channels_items_stay_with_their_members(world: World) -> None:
    world.state.channels[SECRET]["is_private"] = True
    told(world, "/watchlist add Steel talks by 20 December", ANNA, SECRET)
    item = world.bot.ledger.items.still_open()[-1]
    assert item.channels == (SECRET,)
    for command in ("/watchlist team", "/watchlist all", "/watchlist search steel"):
        assert "Steel talks" not in told(world, command, BEN)["text"]
    assert "There is no such item" in told(world, f"/watchlist done {item.number}", BEN)["text"]
    assert "No item holds those words" in told(world, "/watchlist search permalink channels")["text"]
    assert "may not see this item" in told(world, f"/watchlist assign {item.number} @ben")["text"]
    assert "Steel talks" in told(world, "/watchlist team")["text"]


def test_the_calendar_and_the_table_come_as_files_in_direct_messages(world: World) -> None:
    told(world, "/watchlist add Ring the clerk by 18 December")
    world.command("/watchlist", "calendar")
    said = world.wait(lambda: [one for one in world.said("D0ANNA") if one.get("files")])[0]
    content = world.state.files[said["files"][0]["id"]]["content"]
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert str(event["SUMMARY"]) == "Ring the clerk"
    world.command("/watchlist", "export team", BEN)
    said = world.wait(lambda: [one for one in world.said("D0BEN") if one.get("files")])[0]
    assert b"Ring the clerk" in world.state.files[said["files"][0]["id"]]["content"]


def test_a_calendar_address_opens_the_list_until_it_is_revoked(make: Callable[..., World]) -> None:
    world = make(http=True, today=TODAY, public_url="https://box.example")
    base = world.workspace.bot_url.removesuffix("/slack/events")
    told(world, "/watchlist add Ring the clerk by 18 December")
    shown = told(world, "/watchlist calendar subscribe")["text"].replace("\u2060", "")
    path = shown.splitlines()[-1].removeprefix("https://box.example")

    def fetch(path: str) -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(base + path, timeout=5) as answer:  # noqa: S310 - our own server
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, b""

    status, content = fetch(path)
    assert status == 200
    assert [str(one["SUMMARY"]) for one in Calendar.from_ical(content).walk("VEVENT")] == ["Ring the clerk"]
    assert fetch("/calendar/" + "x" * 43 + ".ics")[0] == 404
    token = path.removeprefix("/calendar/").removesuffix(".ics").encode()
    kept = b"".join(file.read_bytes() for file in world.settings.data.glob("bot.db*"))
    told(world, "/watchlist calendar revoke")
    assert fetch(path)[0] == 404
    assert hashlib.sha256(token).hexdigest().encode() in kept


def test_an_admin_hands_everything_over(world: World) -> None:
    for text in ("One", "Two"):
        told(world, f"/watchlist add {text} for @ben")
    assert "admins only" in told(world, "/watchlist handover @ben @anna", BEN)["text"]
    told(world, "/watchlist handover @ben @anna")
    assert {one.owner for one in world.bot.ledger.items.still_open() if one.text in {"One", "Two"}} == {ANNA}


def test_undo_is_refused_where_somebody_changed_it_since(world: World) -> None:
    told(world, "/watchlist add Ring the clerk")
    item = world.bot.ledger.items.still_open()[-1].number
    told(world, f"/watchlist note {item} hello", BEN)
    assert f"#{item} is changed already: Ben Okafor" in told(world, "/watchlist undo")["text"]


def test_ten_thousand_items_are_listed_at_once_and_paged(world: World) -> None:
    now = datetime.now(UTC)
    many = [
        WatchItem(at, f"Thing {at}", None, ANNA, POLICY, Standing.OPEN, ANNA, now, ANNA, now)
        for at in range(1_000, 11_000)
    ]
    world.bot.ledger.apply([Changed("many", ANNA, now, "add", tuple(many))], now)
    world.quiet()
    began = time.monotonic()
    shown = told(world, "/watchlist")
    took = time.monotonic() - began
    assert took < 2  # 200 ms are wanted, and measured by make bench
    assert "1 to 10 of 10,000" in shown["text"]
    world.press(shown, "watch_more")
    world.wait(lambda: [one for one in world.whispered() if "11 to 20 of 10,000" in one["text"]])


# -- briefings that change ----------------------------------------------------------------------------


@pytest.fixture
def moving(
    tmp_path: Path, encoder: OnnxEncoder, make: Callable[..., World]
) -> tuple[World, Callable[[str, str], None]]:
    """A world whose briefings can be written anew: (world, write and index)."""
    folder, data = tmp_path / "moving", tmp_path / "moving-index"
    write(folder)

    def index() -> None:
        build(data, partial(read_folder, folder, LONDON), encoder, datetime.now(UTC))

    def put(name: str, text: str) -> None:
        (folder / f"{name}.md").write_text(text, encoding="utf-8") if text else (folder / f"{name}.md").unlink()
        index()
        comes(world, max(date.fromisoformat(name[:10]), world.settings.today or TODAY))

    index()
    world = make(today=TODAY)
    world.bot.close()
    world._searcher = Searcher.open(data, encoder, lambda _: None)
    world.bot = world.start()
    world.wait(world.bot.ledger.items.arrived)
    return world, put


def test_an_edited_briefing_changes_its_items_and_never_doubles_them(
    moving: tuple[World, Callable[[str, str], None]],
) -> None:
    world, put = moving
    step = number(world, "European Council")
    told(world, f"/watchlist claim {step}")
    before = len(world.bot.ledger.items.of_briefings())
    text = """---\ntitle: UK and Belgium on frozen assets\npublished: 2025-12-12\ntopics: [sanctions]\n---
The Prime Minister met Bart De Wever on 12 December.

Next steps to watch are the European Council on 19 December.
"""
    put("2025-12-12-belgium", text)
    changed = world.wait(lambda: [
        one for one in world.bot.ledger.items.get([step]).values() if spans(one.due) == ("2025-12-19", "2025-12-19")
    ])  # fmt: skip
    assert changed[0].owner == ANNA
    assert len(world.bot.ledger.items.of_briefings()) == before
    comes(world, date(2026, 1, 9))
    world.wait(lambda: world.bot.ledger.items.of_briefing("2026-01-09-rail"))
    put("2026-01-09-rail", "")
    rail = world.wait(lambda: [one for one in world.bot.ledger.items.of_briefing("2026-01-09-rail") if not one.open])
    assert rail[0].status is Standing.DROPPED


BUSES = """---\ntitle: Bus and rail fares\npublished: 2025-12-12\n{front}---\nFares are reviewed.\n\n{steps}\n"""
BUS = "The consultation on bus fares closes on 6 March."
RAIL = "The consultation on rail fares closes on 9 April."


def test_a_step_put_before_another_does_not_take_its_item(moving: tuple[World, Callable[[str, str], None]]) -> None:
    world, put = moving
    put("2025-12-12-fares", BUSES.format(front="", steps=BUS))
    bus = world.wait(lambda: world.bot.ledger.items.of_briefing("2025-12-12-fares"))[0].number
    told(world, f"/watchlist claim {bus}")
    put("2025-12-12-fares", BUSES.format(front="", steps=f"{RAIL} {BUS}"))
    both = world.wait(lambda: found if len(found := world.bot.ledger.items.of_briefing("2025-12-12-fares")) > 1 else [])
    assert {(one.number == bus, one.owner, one.text) for one in both} == {
        (True, ANNA, BUS[:-1]), (False, "", RAIL[:-1]),
    }  # fmt: skip


def test_a_renamed_briefing_keeps_its_items_and_one_that_comes_back_opens_them_again(
    moving: tuple[World, Callable[[str, str], None]], tmp_path: Path
) -> None:
    world, put = moving
    text = BUSES.format(front="", steps=f"{RAIL} {BUS}")
    put("2025-12-12-fares", text)
    items = world.bot.ledger.items
    rail, bus = (one.number for one in world.wait(lambda: items.of_briefing("2025-12-12-fares")))
    told(world, f"/watchlist claim {bus}")
    put("2025-12-12-fares", "")
    world.wait(lambda: items.get([rail])[rail].status is Standing.DROPPED)
    assert items.get([bus])[bus].notes[-1].text == "the briefing no longer says this"
    for command in ("/watchlist team", "/watchlist search fares"):
        assert "fares closes" not in told(world, command, BEN)["text"]
    put("2025-12-12-fares", text)
    world.wait(lambda: items.get([rail])[rail].open)
    assert (items.get([bus])[bus].notes, items.get([bus])[bus].channels) == ((), None)
    (tmp_path / "moving" / "2025-12-12-fares.md").unlink()
    put("2025-12-12-all-fares", text)
    after = world.wait(lambda: items.of_briefing("2025-12-12-all-fares"))
    assert [(one.number, one.owner, one.open) for one in after] == [(rail, "", True), (bus, ANNA, True)]
    assert items.of_briefing("2025-12-12-fares") == []


MERGER = """---\ntitle: The Falcon merger\npublished: {day}\n{front}---\n{text}\n"""


@pytest.mark.parametrize("front", ["", f"channels: [{SECRET}]\n"], ids=["open", "restricted"])
def test_the_team_is_asked_about_a_step_that_nobody_owns_unless_its_channel_may_not_see_it(
    moving: tuple[World, Callable[[str, str], None]], front: str
) -> None:
    world, put = moving
    step = "The merger of Falcon Ports and Hawk Ferries closes on 17 December 2025."
    put("2025-12-12-merger", MERGER.format(day="2025-12-12", front=front, text=step))
    world.wait(lambda: world.bot.ledger.items.of_briefing("2025-12-12-merger"))
    told_of = "The merger of Falcon Ports and Hawk Ferries closed on 17 December 2025, as planned."
    put("2025-12-18-merger", MERGER.format(day="2025-12-18", front="", text=told_of))
    world.wait(lambda: "2025-12-18-merger" in world.bot.ledger.items.arrived())
    world.quiet()
    assert any("closes on 17 December" in one["text"] for one in world.said(TEAM)) is not front.startswith("channels")


def test_a_briefing_that_is_shut_to_an_items_owner_leaves_the_item_to_nobody(
    moving: tuple[World, Callable[[str, str], None]],
) -> None:
    world, put = moving
    put("2025-12-12-fares", BUSES.format(front="", steps=BUS))
    bus = world.wait(lambda: world.bot.ledger.items.of_briefing("2025-12-12-fares"))[0].number
    told(world, f"/watchlist claim {bus}", BEN)
    put("2025-12-12-fares", BUSES.format(front=f"channels: [{SECRET}]\n", steps=BUS.replace("bus", "Leeds bus")))
    world.wait(lambda: "Leeds" in world.bot.ledger.items.get([bus])[bus].text)
    assert "Leeds" not in told(world, "/watchlist", BEN)["text"]
    assert f"#{bus} is yours" in told(world, f"/watchlist claim {bus}", ANNA)["text"]


def test_where_slack_does_not_say_who_is_in_a_channel_the_owner_keeps_the_words_they_knew(
    moving: tuple[World, Callable[[str, str], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    world, put = moving
    put("2025-12-12-fares", BUSES.format(front="", steps=BUS))
    items = world.bot.ledger.items
    bus = world.wait(lambda: items.of_briefing("2025-12-12-fares"))[0].number
    told(world, f"/watchlist claim {bus}", BEN)
    monkeypatch.setattr(Directory, "members", lambda _self, _channel: None)
    put("2025-12-12-fares", BUSES.format(front=f"channels: [{SECRET}]\n", steps=BUS.replace("bus", "Leeds bus")))
    world.wait(lambda: items.get([bus])[bus].channels == ())
    assert (items.get([bus])[bus].owner, items.get([bus])[bus].text) == (BEN, BUS[:-1])


def test_next_steps_are_paged_and_some_without_a_date_stand_on_the_first_page(
    moving: tuple[World, Callable[[str, str], None]],
) -> None:
    world, put = moving
    dated = " ".join(f"The consultation on line {n} closes on {n} January." for n in range(1, 13))
    put("2025-12-12-fares", BUSES.format(front="", steps=f"{dated}\n\nNext steps to watch are the guidance on fares."))
    older = BUSES.replace("published: 2025-12-12", "published: 2025-12-01")
    put("2025-12-01-fares", older.format(front="", steps="Next steps to watch are the report on fares."))
    for name in ("2025-12-12-fares", "2025-12-01-fares"):
        world.wait(lambda name=name: world.bot.ledger.items.of_briefing(name))
    shown = told(world, "/nextsteps fares")
    assert "1 to 8 of 14" in shown["text"]
    assert 0 < shown["text"].find("the guidance on fares") < shown["text"].find("the report on fares")  # newest first
    world.press(shown, "steps_more")
    later = world.wait(lambda: [one for one in world.whispered() if "9 to 14 of 14" in one["text"]])[0]
    assert "line 12 closes" in later["text"]


def test_dropped_and_done_items_keep_their_history_for_ever(world: World) -> None:
    told(world, "/watchlist add Ring the clerk")
    item = world.bot.ledger.items.still_open()[-1].number
    told(world, f"/watchlist drop {item}")
    steps = world.bot.ledger.items.history(item)
    assert [(step.what, step.by) for step in steps] == [("add", ANNA), ("drop", ANNA)]
    assert steps[0].at <= steps[1].at <= datetime.now(UTC) + timedelta(seconds=1)
    assert world.said(TEAM) == []


# -- mornings, and what new briefings report ------------------------------------------------------------


def test_an_owner_is_reminded_in_one_message_once_however_often_the_bot_starts(make: Callable[..., World]) -> None:
    world = make(today=date(2025, 12, 17))
    told(world, "/watchlist add Ring the clerk by 18 December")
    (said,) = world.wait(lambda: world.said("D0ANNA"))
    assert said["text"].splitlines()[0] == "Your watchlist today"
    assert "Due tomorrow · #" in said["text"]
    world.bot.close()
    world.bot = world.start()
    time.sleep(1)
    world.quiet()
    assert len(world.said("D0ANNA")) == 1
    values = [one["value"] for one in elements(said["blocks"]) if "value" in one]
    assert {value.split()[0] for value in values} == {"done", "snooze", "reassign", "quiet"}


def test_the_team_hears_of_what_nobody_owns_on_mondays(make: Callable[..., World]) -> None:
    world = make(today=date(2025, 12, 15))
    (said,) = world.wait(lambda: world.said(TEAM))
    assert "Nobody’s yet · #" in said["text"]
    assert "European Council" in said["text"]
    world.quiet()
    assert len(world.said(TEAM)) == 1


def test_who_has_left_gives_their_items_back_and_the_team_is_told_once(make: Callable[..., World]) -> None:
    world = make(today=date(2025, 12, 16))
    told(world, f"/watchlist add Ring the clerk for {ME}")
    item = world.bot.ledger.items.still_open()[-1].number
    world.wait(lambda: world.bot.ledger.inbox.morning_before(BEN, "2025-12-17"))
    world.bot.close()
    world.state.people[BEN]["deleted"] = True
    comes(world, date(2025, 12, 17))
    world.bot = world.start()
    (said,) = world.wait(lambda: world.said(TEAM))
    assert said["text"].startswith(f"Ben Okafor has left, so nobody watches these any more: #{item}.")
    assert world.bot.ledger.items.get([item])[item].owner == ""


OUTCOME = """---
title: European Council agrees a loan for Ukraine
published: 2025-12-19
topics: [sanctions]
---
The European Council of 18 December agreed to lend Ukraine €90 billion over two years, leaders said in Brussels.

The step was named in our briefing on the UK and Belgium. Frozen assets stay where they are for now.
"""


def test_a_new_briefing_asks_the_owner_whether_it_happened_and_done_closes_it(
    moving: tuple[World, Callable[[str, str], None]],
) -> None:
    world, put = moving
    step = number(world, "European Council")
    told(world, f"/watchlist claim {step}")
    world.wait(lambda: world.bot.ledger.inbox.morning_before(ANNA, "2025-12-13"))
    before = len(world.said("D0ANNA"))
    put("2025-12-19-council", OUTCOME)
    said = world.wait(lambda: [one for one in world.said("D0ANNA")[before:] if "Did it happen?" in one["text"]])[0]
    assert said["text"].splitlines()[0] == "Did it happen? A new briefing may say so:"
    assert "agreed to lend Ukraine €90 billion over two years" in said["text"].replace("\u2060", "")
    assert "European Council agrees a loan for Ukraine · 19 December 2025 · ¶1" in said["text"]
    assert {one["action_id"] for one in elements(said["blocks"]) if "action_id" in one} == {
        "followed_done", "followed_moved", "followed_open", "followed_unrelated",
    }  # fmt: skip
    world.press(said, "followed_done")
    world.wait(lambda: not world.bot.ledger.items.get([step])[step].open)
    item = world.bot.ledger.items.get([step])[step]
    assert item.notes[-1].text == "as reported in European Council agrees a loan for Ukraine"
    count = len(world.whispered())
    world.press(said, "followed_done")
    world.wait(lambda: "answered already" in " ".join(one["text"] for one in world.whispered()[count:]))


def test_what_is_not_about_an_item_is_never_proposed_again(moving: tuple[World, Callable[[str, str], None]]) -> None:
    world, put = moving
    step = number(world, "European Council")
    told(world, f"/watchlist claim {step}")
    put("2025-12-19-council", OUTCOME)
    said = world.wait(lambda: [one for one in world.said("D0ANNA") if "Did it happen?" in one["text"]])[0]
    world.press(said, "followed_unrelated")
    world.wait(lambda: [one for one in world.whispered() if "I do not ask that again" in one["text"]])
    put("2025-12-19-council", OUTCOME.replace("for now", "for the moment"))
    world.wait(
        lambda: "for the moment" in str(world.bot.ledger.items.arrived()) or world.bot.ledger.counts()["indexed"] >= 3
    )
    world.quiet()
    assert len([one for one in world.said("D0ANNA") if "Did it happen?" in one["text"]]) == 1
    assert world.bot.ledger.items.get([step])[step].open


def test_moved_opens_a_form_and_keeps_the_new_date(moving: tuple[World, Callable[[str, str], None]]) -> None:
    world, put = moving
    step = number(world, "European Council")
    told(world, f"/watchlist claim {step}")
    put("2025-12-19-council", OUTCOME)
    said = world.wait(lambda: [one for one in world.said("D0ANNA") if "Did it happen?" in one["text"]])[0]
    world.press(said, "followed_moved")
    world.wait(lambda: world.state.modals.get(ANNA))
    world.workspace.run(world.workspace.submit(ANNA, {"date": {"date": {"selected_date": "2026-01-20"}}}))
    world.wait(lambda: world.bot.ledger.items.get([step])[step].status is Standing.MOVED)
    proposal = world.bot.ledger.items.proposal(step, "2025-12-19-council")
    assert proposal
    assert proposal.answer == "moved"


def test_a_standing_watch_is_shown_before_it_is_saved_and_tells_of_new_briefings(
    moving: tuple[World, Callable[[str, str], None]],
) -> None:
    world, put = moving
    shown = told(world, "/watchlist watch Ukraine")
    assert shown["text"].startswith("In the last ninety days it would have matched 1 passage in 1 briefing.")
    assert world.bot.ledger.items.watches(ANNA) == []
    world.press(shown, "watch_save")
    world.wait(lambda: world.bot.ledger.items.watches(ANNA))
    put("2025-12-19-council", OUTCOME)
    said = world.wait(lambda: [one for one in world.said("D0ANNA") if "speaks of what you watch" in one["text"]])[0]
    assert "agreed to lend Ukraine €90 billion" in said["text"].replace("\u2060", "")
    assert "w1 is off" in told(world, "/watchlist unwatch w1")["text"]
