"""What a briefing says is to come is found, and what has happened is not; the sentences are ours, not the samples'."""

from __future__ import annotations

import time
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import gold
from index.markup import paragraphs
from index.parse import read_folder
from index.steps import steps, within
from index.types import Briefing
from tests.conftest import ROOT

if TYPE_CHECKING:
    from index.types import NextStep

SAID = date(2026, 2, 12)  # a Thursday
LONDON = ZoneInfo("Europe/London")


def briefing(body: str, published: date | None = SAID, topics: tuple[str, ...] = ()) -> Briefing:
    return Briefing("b", "A title", body, "b.md", paragraphs(body), published, topics=topics)


def dues(found: tuple[NextStep, ...]) -> list[str | None]:
    return [f"{one.due.earliest}..{one.due.latest}" if one.due else None for one in found]


TO_COME = [
    ("The consultation closes on 6 March.", ["2026-03-06..2026-03-06"]),
    ("Responses must reach the department by 5pm on 10 April 2026.", ["2026-02-12..2026-04-10"]),
    ("Responses are invited by 17 April.", ["2026-02-12..2026-04-17"]),
    ("The Bill has its second reading next Tuesday.", ["2026-02-17..2026-02-17"]),
    ("The Fisheries Bill returns to the Lords for report stage on 24 February.", ["2026-02-24..2026-02-24"]),
    ("Peers will debate the amendments in the week beginning 2 March.", ["2026-03-02..2026-03-08"]),
    ("Committee stage begins on 3 March and is expected to finish by 26 March.", ["2026-03-03..2026-03-03", "2026-02-12..2026-03-26"]),
    ("Regulations are expected by the end of the year.", ["2026-02-12..2026-12-31"]),
    ("Draft regulations are due to be laid before the summer recess.", ["2026-02-12..2026-07-16"]),
    ("A review led by Dame Jane Hall will report within 12 months.", ["2026-02-12..2027-02-12"]),
    ("The inquiry is to publish interim findings in the autumn.", ["2026-09-01..2026-11-30"]),
    ("The levy comes into force on 6 April.", ["2026-04-06..2026-04-06"]),
    ("The new duty takes effect from 1 October 2026.", ["2026-10-01..2026-10-01"]),
    ("From April 2027 landlords will have to register every let property.", ["2027-04-01..2027-04-30"]),
    ("The Supreme Court will hear the appeal on 18 and 19 May.", ["2026-05-18..2026-05-19"]),
    ("A two-day hearing is listed from 23 March.", ["2026-03-23..2026-03-23"]),
    ("NATO leaders meet in Ankara on 7 and 8 July.", ["2026-07-07..2026-07-08"]),
    ("Elections to the Senedd take place on 7 May.", ["2026-05-07..2026-05-07"]),
    ("A third negotiating round is scheduled for the week of 16 March.", ["2026-03-16..2026-03-22"]),
    ("Talks with the Commission resume in early March.", ["2026-03-01..2026-03-10"]),
    ("Councils have until 27 March to submit their plans.", ["2026-02-12..2026-03-27"]),
    ("Suppliers have eight weeks to comply.", ["2026-02-12..2026-04-09"]),
    ("The consultation, launched on Tuesday, will run for 12 weeks.", ["2026-02-12..2026-05-07"]),
    ("Ministers have launched a consultation that is open until 8 May.", ["2026-02-12..2026-05-08"]),
    ("The order was laid on 9 February and comes into force on 2 March.", ["2026-03-02..2026-03-02"]),
    ("The minister told MPs on Monday that a White Paper would follow in the spring.", ["2026-03-01..2026-05-31"]),
    ("Mr Ahmed said the scheme would open to applicants on 1 June.", ["2026-06-01..2026-06-01"]),
    ("The department has promised a response before Easter.", ["2026-02-12..2026-04-04"]),
    ("The committee was asked to report by 30 June 2026.", ["2026-02-12..2026-06-30"]),
    ("The contract, which expires in September 2026, will not be renewed.", ["2026-09-01..2026-09-30"]),
    ("The tariff rises to 4p a litre on 1 September 2026.", ["2026-09-01..2026-09-01"]),
    ("The chancellor will present her spring forecast on 3 March.", ["2026-03-03..2026-03-03"]),
    ("Royal Assent is expected in the coming weeks.", ["2026-02-13..2026-03-26"]),
    ("MPs voted on Tuesday to reject the amendment; the Bill now returns to the Lords on Monday.", ["2026-02-16..2026-02-16"]),
    ("The House rises for the recess on 26 March and returns on 13 April.", ["2026-03-26..2026-03-26", "2026-04-13..2026-04-13"]),
    ("Phase two, originally planned for January, has slipped to the autumn.", ["2026-09-01..2026-11-30"]),
    ("Junior doctors in England plan five days of strike action from 7am on 24 February.", ["2026-02-24..2026-02-24"]),
    ("The target of an 18-week wait for 92% of patients is to be met by March 2029.", ["2026-02-12..2029-03-31"]),
    ("The committee's report, due on Wednesday, will be the first since the election.", ["2026-02-18..2026-02-18"]),
    ("On 3 March the Chancellor delivers her forecast, and on 26 March the House rises for Easter.", ["2026-03-03..2026-03-03", "2026-03-26..2026-03-26"]),
    ("The rate will rise to 15% in 2027 and 20% in 2028.", ["2027-01-01..2027-12-31", "2028-01-01..2028-12-31"]),
    ("The fund will run from 2027-28 to 2029-30.", ["2027-04-01..2030-03-31"]),
    ("The Commission has given London until 31 March to respond to its proposals.", ["2026-02-12..2026-03-31"]),
    ("The policy was confirmed in the Budget last November and starts in April.", ["2026-04-01..2026-04-30"]),
    ("The Bill was due back this week but has been delayed until after the recess.", ["2026-02-23..2026-02-23"]),
    ("The first payments were made in December and the next are due in June.", ["2026-06-01..2026-06-30"]),
    ("Guidance will be published in April.", ["2026-04-01..2026-04-30"]),
    ("The Government is to close the last two centres by 2028.", ["2026-02-12..2028-12-31"]),
    ("The Act commits ministers to building 300,000 homes by 2029.", ["2026-02-12..2029-12-31"]),
    ("The closing date for nominations is 20 March.", ["2026-03-20..2026-03-20"]),
    ("The Bill, introduced on 4 February, is due to have its second reading on 25 February.", ["2026-02-25..2026-02-25"]),
    ("Fees go up on 1 April, while exemptions for charities end on 30 June.", ["2026-04-01..2026-04-01", "2026-06-30..2026-06-30"]),
    ("Evidence sessions start next week, with a report expected by July.", ["2026-02-16..2026-02-22", "2026-02-12..2026-07-31"]),
    ("Trials in Kent and Fife start on 1 May, with four more areas to follow in June.", ["2026-05-01..2026-05-01", "2026-06-01..2026-06-30"]),
    ("Norfolk joins the scheme on 1 April.", ["2026-04-01..2026-04-01"]),
    ("The motion requires the committee to finish by 30 April.", ["2026-02-12..2026-04-30"]),
    ("The council has yet to begin and was given a new date of 9 March.", ["2026-03-09..2026-03-09"]),
    ("The OBR is to certify the yield of the levy in March.", ["2026-03-01..2026-03-31"]),
    ("HMRC will write to every firm in April with an estimate of what it owes.", ["2026-04-01..2026-04-30"]),
    ("The second round, which had been promised for the spring, is to open on 1 September.", ["2026-09-01..2026-09-01"]),
    ("The first flight, once planned for the spring, will now take off in the autumn.", ["2026-09-01..2026-11-30"]),
    ("Her talks with the unions, broken off in March over pay, resume on 11 May.", ["2026-05-11..2026-05-11"]),
    ("The first £9 million will be released in March, and builders are to start by the end of June.", ["2026-03-01..2026-03-31", "2026-02-12..2026-06-30"]),
    ("All councils must send their estimates to the department by 30 May.", ["2026-02-12..2026-05-30"]),
    ("Kent moves over on 1 June, and the rest of England follows in the autumn.", ["2026-06-01..2026-06-01", "2026-09-01..2026-11-30"]),
    ("The OBR will file its growth estimate in March.", ["2026-03-01..2026-03-31"]),
    ("Kent joins the pilot on 1 June and Essex follows on 1 July.", ["2026-06-01..2026-06-01", "2026-07-01..2026-07-01"]),
    ("The levy, which rose on 1 February, will rise again on 1 June.", ["2026-06-01..2026-06-01"]),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "expected"), TO_COME, ids=[case[0][:60] for case in TO_COME])
def test_a_dated_future_event_is_a_step_wherever_it_stands(sentence: str, expected: list[str]) -> None:
    body = f"Ministers set out their plans.\n\n{sentence}\n\nOpinion is divided."
    found = steps(briefing(body))
    assert dues(found) == expected
    assert {one.quote for one in found} == {sentence}
    assert all(body[one.start : one.end] == one.quote and one.paragraph == 2 for one in found)


NOT_TO_COME = [
    "The move follows the launch on 3 March of a review.",
    "The change follows from a ruling on 3 March.",
    "Growth will fill the gap in 2027.",
    "The levy will provide growth in 2027.",
    "The order was laid on 3 March.",
    "The figures were published on Tuesday.",
    "The guidance was published on 3 December.",
    "The ban has been in force since 1 May.",
    "Ms Okafor said on Monday that the policy had failed.",
    "The figure is expected by analysts to fall further.",
    "Turnover rose 3% in the year to March 2026.",
    "Spending grew from 2010 to 2024.",
    "The vote had been due on 5 May but was postponed.",
    "The statement was expected last week.",
    "Output fell in the first quarter.",
    "Inflation is forecast to average 2.1% in 2027.",
    "The OBR projects receipts of £4.1 billion in 2028-29.",
    "Borrowing will be £98 billion in 2026-27.",
    "The backlog could reach 100,000 by 2030.",
    "If the motion were lost on 3 March, ministers would have to resign.",
    "The charity wants a decision by Easter.",
    "Campaigners urged ministers to act before the summer.",
    "“We met the minister on 3 February,” the union said.",
    "The scheme, announced in March 2025, has helped 4,000 firms.",
    "The committee took evidence on 10 and 11 February.",
    "Consultees had until 30 January to reply.",
    "The regulations came into force on 1 January.",
    "The Act received Royal Assent in the autumn.",
    "Ministers were working to finish the paper by the end of the year.",
    "The deal was struck in July 2024 and took effect in October.",
    "The summit would have taken place on 20 March.",
    "The Bill would let ministers set fees.",
    "The report runs to 90 pages.",
    "The White Paper, due last autumn, has still not appeared.",
    "Sir Alan said in January 2025 that the rules would be settled by the end of that year.",
    "The Bill completed its Commons stages on 4 February and had its first reading in the Lords the next day.",
    "The waiting list stood at 7.3 million in December.",
    "The minister's reply, dated 3 February, was published on Monday.",
    "A written statement on 4 February said the order was to have been made in January.",
    "The 2026 settlement is worth £78 billion.",
    "The scheme, which we costed at £3 million in our briefing of 16 December, will cost £5 million.",
    "Trials start with a letter to patients.",
    "The sale had been agreed for March.",
    "The trial, once planned for the spring, was never held.",
    "Talks broken off in February are over.",
    "Ms Okafor asked why the limit could not be lifted before the summer.",
]


@pytest.mark.parametrize("sentence", NOT_TO_COME, ids=[case[:60] for case in NOT_TO_COME])
def test_what_has_happened_or_is_forecast_wished_or_supposed_is_none(sentence: str) -> None:
    assert steps(briefing(f"{sentence}\n\nOpinion is divided.")) == ()


CLOSINGS = [
    (
        "Next steps to watch are the Lords vote on 24 February, the response of the Welsh Government, and the Budget in March.",
        [("the Lords vote on 24 February", "2026-02-24..2026-02-24"), ("the response of the Welsh Government", None), ("the Budget in March", "2026-03-01..2026-03-31")],
    ),
    (
        "What to watch next: the Home Secretary's reply to the letter, due by 6 March; whether the unions ballot again; and the Court of Appeal's ruling, for which no date has been set.",
        [("the Home Secretary's reply to the letter, due by 6 March", "2026-02-12..2026-03-06"), ("whether the unions ballot again", None), ("the Court of Appeal's ruling, for which no date has been set", None)],
    ),
    (
        "Next, watch for the statutory guidance, promised for the spring; and the first annual report, expected in September.",
        [("the statutory guidance, promised for the spring", "2026-03-01..2026-05-31"), ("the first annual report, expected in September", "2026-09-01..2026-09-30")],
    ),
    (
        "The key next dates are 3 March, when the Spring Forecast is presented, and 26 March, when the House rises.",
        [("3 March, when the Spring Forecast is presented", "2026-03-03..2026-03-03"), ("26 March, when the House rises", "2026-03-26..2026-03-26")],
    ),
    (
        "Looking ahead, the inquiry's interim report is due in June.",
        [("the inquiry's interim report is due in June", "2026-06-01..2026-06-30")],
    ),
    (
        "Watch for the text of the agreement, for the reaction in Dublin and for a vote in the Assembly next month.",
        [("the text of the agreement", None), ("the reaction in Dublin", None), ("a vote in the Assembly next month", "2026-03-01..2026-03-31")],
    ),
    (
        "Next steps are any further talks between the UK and the EU and the outcome of the summit on 19 May.",
        [("any further talks between the UK and the EU", None), ("the outcome of the summit on 19 May", "2026-05-19..2026-05-19")],
    ),
    (
        "The dates to note are 24 February (Commons report stage), 9 March (Lords second reading) and 1 April (commencement).",
        [("24 February (Commons report stage)", "2026-02-24..2026-02-24"), ("9 March (Lords second reading)", "2026-03-09..2026-03-09"), ("1 April (commencement)", "2026-04-01..2026-04-01")],
    ),
    (
        "What to watch: Ofgem's decision on network charges, expected by the end of February, the vote on the levy in early March and publication of the heat strategy, which has slipped to the spring.",
        [("Ofgem's decision on network charges, expected by the end of February", "2026-02-12..2026-02-28"), ("the vote on the levy in early March", "2026-03-01..2026-03-10"), ("publication of the heat strategy, which has slipped to the spring", "2026-03-01..2026-05-31")],
    ),
    (
        "Next steps include a vote in the Lords on Tuesday, publication of draft guidance within six weeks and, if agreed, commencement in April 2027.",
        [("a vote in the Lords on Tuesday", "2026-02-17..2026-02-17"), ("publication of draft guidance within six weeks", "2026-02-12..2026-03-26"), ("if agreed, commencement in April 2027", "2027-04-01..2027-04-30")],
    ),
    (
        "Watch next for the appeal ruling (no date given), the outcome of pay talks with Unison and the Welsh Government's budget on 3 March.",
        [("the appeal ruling (no date given)", None), ("the outcome of pay talks with Unison", None), ("the Welsh Government's budget on 3 March", "2026-03-03..2026-03-03")],
    ),
    (
        "For practitioners, the points to watch are when the transitional rules end, whether fees rise again and how tribunals read section 12.",
        [("when the transitional rules end", None), ("whether fees rise again", None), ("how tribunals read section 12", None)],
    ),
    (
        "Looking ahead: the Spring Forecast on 3 March; the elections on 7 May.",
        [("the Spring Forecast on 3 March", "2026-03-03..2026-03-03"), ("the elections on 7 May", "2026-05-07..2026-05-07")],
    ),
    (
        "Still to come are the minister's oral evidence on 25 February and the inspectorate's report, neither of which will settle the funding question.",
        [("the minister's oral evidence on 25 February", "2026-02-25..2026-02-25"), ("the inspectorate's report, neither of which will settle the funding question", None)],
    ),
    (
        "Attention now turns to the second reading on 25 February and the committee stage in March.",
        [("the second reading on 25 February", "2026-02-25..2026-02-25"), ("the committee stage in March", "2026-03-01..2026-03-31")],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "expected"), CLOSINGS, ids=[case[0][:50] for case in CLOSINGS])
def test_a_closing_list_gives_its_items_without_the_lead_in(
    sentence: str, expected: list[tuple[str, str | None]]
) -> None:
    found = steps(briefing(f"Ministers set out their plans.\n\n{sentence}"))
    assert list(zip([one.item for one in found], dues(found), strict=True)) == expected
    assert {one.quote for one in found} == {sentence}


@pytest.mark.parametrize(
    "body",
    [
        "Plans.\n\n## What happens next\n\n- 24 February: report stage in the Lords.\n- Publication of the code of practice.\n- The ban begins on 1 July.",
        "Plans.\n\nThe next dates are:\n\n- 24 February: report stage in the Lords.\n- Publication of the code of practice.\n- The ban begins on 1 July.",
        "Plans.\n\nTimeline\n\n- 24 February: report stage in the Lords.\n- Publication of the code of practice.\n- The ban begins on 1 July.",
    ],
    ids=["heading", "lead-in", "plain line"],
)
def test_the_list_under_a_heading_is_what_to_watch(body: str) -> None:
    found = steps(briefing(body))
    assert [one.item for one in found] == [
        "24 February: report stage in the Lords", "Publication of the code of practice", "The ban begins on 1 July",
    ]  # fmt: skip
    assert dues(found) == ["2026-02-24..2026-02-24", None, "2026-07-01..2026-07-01"]


@pytest.mark.parametrize(
    "body",
    [
        "Plans.\n\nTimeline\n\n12 January 2026: statement\n6 March 2026: consultation closes\nAutumn 2026: final policy",
        "Plans.\n\n## Key dates\n\n| date | event |\n|---|---|\n| 6 March | consultation closes |\n| autumn 2026 | final policy |",
    ],
    ids=["lines", "table"],
)
def test_a_timeline_of_lines_or_a_table_gives_a_step_for_each_line_to_come(body: str) -> None:
    assert dues(steps(briefing(body))) == ["2026-03-06..2026-03-06", "2026-09-01..2026-11-30"]


def test_a_line_of_a_timeline_may_begin_with_a_year_alone() -> None:
    found = steps(briefing("Plans.\n\n## Timeline\n\n- 6 March: consultation closes.\n- 2028: first licences."))
    assert dues(found) == ["2026-03-06..2026-03-06", "2028-01-01..2028-12-31"]


@pytest.mark.parametrize(
    "sentence",
    [
        "A note on costs has also been promised, though the department gave no date for it.",
        "Ministers have still to decide whether charities will be exempt.",
        "The Senedd has also to consent.",
    ],
)
def test_an_undated_sentence_under_a_heading_is_a_step_where_something_is_still_to_come(sentence: str) -> None:
    found = steps(briefing(f"Plans.\n\n## What happens next\n\n{sentence}"))
    assert [(one.quote, one.due) for one in found] == [(sentence, None)]


def test_a_closing_that_says_nothing_is_known_gives_no_step() -> None:
    assert (
        steps(briefing("Plans.\n\nThe next steps are unclear. Ministers have not said when the Bill will return."))
        == ()
    )


def test_a_timeline_leaves_out_what_is_past() -> None:
    body = "Plans.\n\n## Timeline\n\n- 4 November 2025: first reading.\n- 3 March 2026: second reading."
    assert dues(steps(briefing(body))) == ["2026-03-03..2026-03-03"]


def test_an_item_stands_without_who_said_it_and_names_its_bodies() -> None:
    (found,) = steps(
        briefing("The minister told the Commons that the Financial Conduct Authority will report by 30 June.")
    )
    assert found.item == "the Financial Conduct Authority will report by 30 June"
    assert found.bodies == ("Financial Conduct Authority",)


@pytest.mark.parametrize(
    ("words", "bodies"),
    [
        ("the Commons Treasury Committee", ("Commons Treasury Committee",)),
        ("the Department for Work and Pensions and the OBR", ("Department for Work and Pensions", "OBR")),
        ("the European Council and the European Parliament", ("European Council", "European Parliament")),
        ("the Scottish Government, Ofgem and the High Court", ("Scottish Government", "Ofgem", "High Court")),
        ("The Competition and Markets Authority", ("Competition and Markets Authority",)),
        ("the First-tier Tribunal", ("First-tier Tribunal",)),
        ("the minister", ()),
    ],
)
def test_the_bodies_an_item_names_are_given_whole(words: str, bodies: tuple[str, ...]) -> None:
    (found,) = steps(briefing(f"By 30 June a reply must come from {words}."))
    assert found.bodies == bodies


def test_undotted_lines_under_a_plain_heading_are_no_headings_of_their_own() -> None:
    body = "Plans.\n\nNext steps\n\n24 February 2026: report stage\n\n3 March 2026: third reading"
    assert dues(steps(briefing(body))) == ["2026-02-24..2026-02-24", "2026-03-03..2026-03-03"]


def test_what_stands_under_a_plain_heading_ends_with_the_next_heading() -> None:
    body = "Plans.\n\nNext steps\n\n- The code of practice.\n\n- The first report.\n\nBackground\n\n- The old code."
    assert [one.item for one in steps(briefing(body))] == ["The code of practice", "The first report"]


def test_an_undated_briefing_dates_only_what_carries_its_year_and_keeps_the_words() -> None:
    body = (
        "The levy starts on 1 June 2027.\n\nThe consultation closes on 6 March.\n\n"
        "Next steps to watch are the vote next week and the ruling of the court."
    )
    found = steps(briefing(body, published=None))
    assert dues(found) == ["2027-06-01..2027-06-01", None, None, None]
    assert [one.item for one in found] == [
        "The levy starts on 1 June 2027", "The consultation closes on 6 March", "the vote next week", "the ruling of the court",
    ]  # fmt: skip


def test_steps_are_narrowed_by_when_they_fall() -> None:
    one, undated = steps(briefing("Next steps are the vote in March and the ruling of the court."))
    assert within(one.due, None, None)
    assert within(undated.due, None, None)
    assert within(one.due, date(2026, 3, 31), date(2026, 4, 30))
    assert not within(one.due, date(2026, 4, 1), None)
    assert not within(one.due, None, date(2026, 2, 28))
    assert not within(undated.due, date(2026, 1, 1), None)


def test_the_gold_is_found_precisely_and_dated_rightly() -> None:
    folders = (ROOT / "briefings", ROOT / "tests" / "briefings")
    read = {one.id: one for folder in folders for one in read_folder(folder, LONDON).briefings}
    wanted, unread = gold.read_gold(ROOT / "tests" / "steps.jsonl")
    counted, apart = gold.tally(wanted, read)
    assert (unread, apart) == ([], [])
    assert len(wanted) == 25
    assert counted.gold >= 130
    assert counted.matched >= 0.9 * counted.gold
    assert counted.matched >= 0.95 * counted.found
    assert counted.dated >= 0.95 * counted.matched


def test_two_steps_of_one_sentence_are_paired_by_their_dates() -> None:
    body = "The levy starts on 1 June and the ban begins on 1 July."
    wanted = [
        gold.Gold(1, "b", ((body, (date(2026, 7, 1), date(2026, 7, 1))), (body, (date(2026, 6, 1), date(2026, 6, 1)))))
    ]
    counted, _ = gold.tally(wanted, {"b": briefing(body)})
    assert counted == gold.Tally(gold=2, found=2, matched=2, dated=2)


@pytest.mark.parametrize(
    ("quotes", "expected"),
    [
        (["The levy starts on 1 June."], gold.Tally(1, 1, 1, 0)),
        (["levy starts on"], gold.Tally(1, 1, 1, 0)),
        (["Ministers set out their plans. The levy"], gold.Tally(1, 1, 0, 0)),
        (["The levy starts on 1 June.", "The levy starts on 1 June."], gold.Tally(2, 1, 1, 0)),
        ([], gold.Tally(0, 1, 0, 0)),
    ],
)
def test_a_step_matches_one_gold_step_of_whose_quote_it_holds_half(quotes: list[str], expected: gold.Tally) -> None:
    body = "Ministers set out their plans. The levy starts on 1 June."
    counted, _ = gold.tally([gold.Gold(1, "b", tuple((one, None) for one in quotes))], {"b": briefing(body)})
    assert counted == expected


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "Expecting"),
        (b"\xff", "utf-8"),
        (b'{"briefing": "b"}', "lacks 'steps'"),
        (b'{"briefing": 1, "steps": []}', "briefing is no text"),
        (b'{"briefing": "b", "steps": [{"quote": ""}]}', "quote '' is no text"),
        (b'{"briefing": "b", "steps": [{"quote": "x", "due": {"earliest": "soon", "latest": "2026-01-01"}}]}', "soon"),
        (b"[" * 100_000, ""),
    ],
)
def test_a_line_that_cannot_be_read_is_told_and_the_run_goes_on(
    line: bytes, reason: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("gold") / "steps.jsonl"
    file.write_bytes(line + b'\n{"briefing": "b", "steps": [{"quote": "nowhere"}]}\n{"briefing": "c", "steps": []}\n')
    wanted, unread = gold.read_gold(file)
    assert len(unread) == 1
    assert unread[0].startswith(f"{file}:1: ")
    assert reason in unread[0]
    _, apart = gold.tally(wanted, {"b": briefing("Here.")})
    assert apart == ["line 2: 'nowhere' is not in b; quote it", "line 3: no briefing 'c'; index it first"]


def test_a_file_of_steps_that_is_not_there_is_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("gold") / "none.jsonl"
    with pytest.raises(gold.GoldError, match=r"none\.jsonl: .*; name a readable file"):
        gold.read_gold(file)


WORDS = st.lists(
    st.sampled_from("will on by 3 March next Tuesday , ; : . and the Bill was due if would watch for 2027 – - \n ' May £3m".split(" ")),
    max_size=40,
).map(" ".join)  # fmt: skip


@settings(max_examples=200, deadline=None, derandomize=True)
@given(body=WORDS | st.text(min_size=1, max_size=200), said=st.none() | st.dates(date(2, 1, 1), date(9990, 1, 1)))
def test_no_text_breaks_it_and_every_quote_is_verbatim(body: str, said: date | None) -> None:
    for one in steps(briefing(f"x {body}", published=said)):
        assert f"x {body}"[one.start : one.end] == one.quote
        assert one.item
        assert one.due is None or said is None or one.due.latest >= said


@pytest.mark.parametrize(
    "piece",
    ["will on 3 March, and ", "watch for ", "next steps are ", "if would ", "£3 million ", "; ", "the ", "A B "],
)
def test_hostile_text_takes_no_longer_than_its_length_deserves(piece: str) -> None:
    text = (piece * 40_000)[:40_000]
    began = time.perf_counter()
    steps(briefing(text))
    assert time.perf_counter() - began < 5  # seconds; far under where nothing else runs
