"""The page as a person uses it, in headless Chromium; screenshots go to build/screens, to be looked at."""

from __future__ import annotations

import os
import re
import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from bot import kit
from bot.local.state import State
from bot.replies import post, update
from tests.bot.world import BEN, EUROCLEAR, POLICY, World
from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SCREENS = ROOT / "build" / "screens"
QUIET = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Callable[..., Page]]:
    if not CHROMIUM:
        assert not os.environ.get("CI"), "no Chromium, and in CI a skip is a failure"
        pytest.skip("no Chromium; install Debian's package chromium")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    SCREENS.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *sandbox])
        yield lambda **more: chromium.new_page(viewport={"width": 1280, "height": 900}, **more)
        chromium.close()


@pytest.fixture
def page(browser: Callable[..., Page], make: Callable[..., World]) -> Iterator[Page]:
    world = make()
    found = browser()
    errors: list[str] = []
    outside: list[str] = []
    found.on("pageerror", lambda error: errors.append(str(error)))
    found.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    found.on("request", lambda one: outside.append(one.url) if not one.url.startswith(world.workspace.url) else None)
    found.goto(world.workspace.url)
    yield found
    found.close()
    assert errors == []
    assert [url for url in outside if not url.startswith(("ws://127.0.0.1", "data:"))] == []


def ask(page: Page, text: str) -> None:
    page.get_by_label("Message", exact=True).fill(text)
    page.keyboard.press("Enter")


def test_a_new_user_clicks_a_question_and_has_a_cited_answer(page: Page) -> None:
    expect(page.get_by_label("Message", exact=True)).to_be_focused()
    starters = page.get_by_label("Questions to try").get_by_role("button")
    expect(starters.first).to_be_visible(timeout=10_000)
    page.screenshot(path=SCREENS / "start.png")
    starters.first.click()
    expect(page.get_by_label("Replies").locator("blockquote").first).to_be_visible(timeout=3_000)
    page.screenshot(path=SCREENS / "answer.png")


def test_ask_follow_up_feedback_modal_home_and_commands(page: Page) -> None:
    expect(page.get_by_text("The bot is connected.")).to_be_visible()
    ask(page, f"@dispatchbox {EUROCLEAR}")
    replies = page.get_by_label("Replies")
    expect(replies.locator("blockquote strong")).to_have_text("€1.55 billion")
    expect(replies.get_by_role("link", name="UK and Belgium on frozen assets")).to_have_attribute(
        "href", "https://briefings.example/belgium?a=1&b=2"
    )
    page.get_by_label("Reply", exact=True).fill("and when?")
    page.keyboard.press("Enter")
    expect(replies.get_by_text("Read as:")).to_be_visible()
    replies.get_by_role("button", name="Helpful", exact=True).first.click()
    expect(replies.get_by_text("Noted: helpful.")).to_be_visible()
    replies.get_by_role("button", name="Not helpful").first.click()
    modal = page.get_by_role("dialog", name="Not helpful")
    expect(modal).to_be_visible()
    page.screenshot(path=SCREENS / "modal.png")
    modal.get_by_label("Wrong figure, date or name").check()
    modal.get_by_role("button", name="Send").click()
    expect(modal).to_be_hidden()
    ask(page, "/ask Who won the Derby?")
    messages = page.get_by_label("Messages", exact=True)
    expect(messages.get_by_text("Not in the briefings.")).to_be_visible()
    messages.get_by_role("button", name="Ask the team").click()
    page.get_by_role("dialog", name="Ask the team?").get_by_role("button", name="Post it").click()
    expect(messages.get_by_text("Passed to the team.")).to_be_visible()
    ask(page, "/briefings")
    expect(messages.get_by_text("Briefings, newest first")).to_be_visible()
    messages.get_by_role("button", name="More actions").first.click()
    page.get_by_role("button", name="Show how it opens").click()
    expect(messages.get_by_text(re.compile(r"^¶1 ")).first).to_be_visible()  # a citation ends with its place
    page.screenshot(path=SCREENS / "commands.png")
    page.get_by_role("button", name="App Home").click()
    expect(page.get_by_label("App Home").get_by_text("The newest briefings")).to_be_visible()
    page.screenshot(path=SCREENS / "home.png")
    page.get_by_text("What the bot sent: raw payloads").click()
    expect(page.locator("#payloads")).to_contain_text("chat.postMessage")


def test_the_watchlist_works_by_hand(page: Page) -> None:
    expect(page.get_by_text("The bot is connected.")).to_be_visible()
    messages = page.get_by_label("Messages", exact=True)
    ask(page, "/nextsteps")
    expect(messages.get_by_text("the Railways Bill").first).to_be_visible(timeout=10_000)
    messages.get_by_role("button", name=re.compile("Add to watchlist: #")).first.click()
    expect(messages.get_by_text("is yours.")).to_be_visible()
    ask(page, "/watchlist add")
    modal = page.get_by_role("dialog", name="Add to watchlist")
    expect(modal).to_be_visible()
    modal.get_by_label("What to watch").fill("Ring the clerk")
    modal.get_by_label("Due, if known").fill("2027-01-20")
    modal.get_by_label("Owner, if not you").select_option(BEN)
    page.screenshot(path=SCREENS / "form.png")
    modal.get_by_role("button", name="Add", exact=True).click()
    expect(modal).to_be_hidden()
    ask(page, "/watchlist team")
    expect(messages.get_by_text(re.compile("Ring the clerk · 20 January 2027 · Ben Okafor")).last).to_be_visible()
    messages.get_by_role("button", name="More actions").last.click()
    page.screenshot(path=SCREENS / "watchlist.png")
    page.get_by_role("button", name="App Home").click()
    expect(page.get_by_label("App Home").get_by_text("My watchlist")).to_be_visible()
    page.screenshot(path=SCREENS / "home-list.png")


def test_another_person_sees_neither_private_answers_nor_restricted_channels(page: Page) -> None:
    expect(page.get_by_text("The bot is connected.")).to_be_visible()
    ask(page, f"/ask {EUROCLEAR}")
    expect(page.get_by_label("Messages", exact=True).locator("blockquote")).to_be_visible()
    page.get_by_label("You are").select_option(BEN)
    expect(page.get_by_label("Messages", exact=True).locator("blockquote")).to_have_count(0)
    expect(page.get_by_role("button", name="# steel")).to_have_count(0)


def test_everything_is_reached_by_keyboard_and_named(page: Page) -> None:
    expect(page.get_by_text("The bot is connected.")).to_be_visible()
    ask(page, f"@dispatchbox {EUROCLEAR}")
    expect(page.get_by_label("Replies").locator("blockquote")).to_be_visible()
    unnamed = page.evaluate(
        "[...document.querySelectorAll('button, select, textarea, a[href]')]"
        ".filter(one => !(one.innerText || one.getAttribute('aria-label') || (one.labels && one.labels.length)))"
        ".map(one => one.outerHTML)"
    )
    assert unnamed == []
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText") == "Copy for a brief":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_label("Replies").get_by_text(re.compile("Copy for a brief")).last).to_be_visible()


def test_it_is_dark_where_one_likes_it_dark(browser: Callable[..., Page], make: Callable[..., World]) -> None:
    world = make()
    page = browser(color_scheme="dark")
    page.goto(world.workspace.url)
    expect(page.get_by_text("The bot is connected.")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(22, 25, 26)"
    page.screenshot(path=SCREENS / "dark.png")
    page.close()


def test_hostile_text_is_text_on_the_page(browser: Callable[..., Page], make: Callable[..., World]) -> None:
    world = make()
    page = browser()
    page.goto(world.workspace.url)
    expect(page.get_by_text("The bot is connected.")).to_be_visible()
    ask(page, "@dispatchbox <img src=x onerror=alert(1)><script>alert(2)</script> who?")
    expect(page.get_by_label("Replies").get_by_text("<img src=x")).to_be_visible()
    assert page.locator("main img, aside img, main script").count() == 0
    page.close()


def test_a_new_workspace_repeats_no_id_of_the_one_before() -> None:
    before, after = State.small(), State.small()
    ids = [before.number() for _ in range(100)]
    assert after.number() not in ids
    assert sorted(after.people) == ["U0ANNA", "U0BEN"]


def test_a_message_changed_in_its_place_is_shown_as_it_is_now(
    browser: Callable[..., Page], make: Callable[..., World]
) -> None:
    world, page = make(), browser()
    page.goto(world.workspace.url)
    world.bot.ledger.apply([post(POLICY, "", "first", kit.note("It is 15 December."), "")], world.bot._now())
    expect(page.locator("#messages").get_by_text("It is 15 December.")).to_be_visible()
    world.bot.ledger.apply([update(POLICY, "first", "second", kit.note("It is 12 December."))], world.bot._now())
    expect(page.locator("#messages").get_by_text("It is 12 December.")).to_be_visible()
    expect(page.locator("#messages").get_by_text("It is 15 December.")).to_have_count(0)
    page.close()
