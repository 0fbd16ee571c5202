"""Joint completion: tasks that one act fulfils are shown, answered and decided as one, and done each by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from reminders.acknowledgement import link_hash
from reminders.answers import Answer, Choice
from reminders.engine.acts.answers import give, withdraw
from reminders.engine.acts.decision import Act
from reminders.engine.ledger.completeness import completeness
from reminders.engine.ledger.showing import task_lines
from reminders.engine.ledger.yearbook import Yearbook
from reminders.engine.plan.activation import Choices, activate
from reminders.engine.views.finding import find_task
from reminders.exceptions import ActivationRefused
from reminders.obligations import Kind, Obligation, State
from reminders.plans.plan import Task
from reminders.policy import Preset
from reminders.store.tables import tasks
from reminders.web.service_links import ServiceLinks
from tests.office import OFFICE, RIVER, WATER, WATER_CLERK, Story, task
from tests.reminders.owing import owing

TRAINING = "举办一期节水业务培训班，增强业务能力"
DONE = Kind.COMPLETION


def training(number: str, *lead: str, deadline: str = "9月底前") -> Task:
    return replace(task(number, deadline, *(lead or (WATER,))), measure=TRAINING)


@pytest.fixture
def joined(story: Story) -> Story:
    """Tasks 3, 5 and 7 are one training course; 9 is by itself."""
    plan = (training("3"), training("5"), training("7"), task("9", "9月底前"))
    story.activate(*plan, on="2022-09-15 17:30", preset=Preset.STRICT, joint="proposed")
    story.until("2022-09-16/am")
    return story


def owed(story: Story, number: str, kind: Kind = DONE, unit: str = WATER) -> Obligation:
    with story.service.database.read() as connection:
        task_id = connection.execute(tasks.select().where(tasks.c.number == number)).one().id
    (found,) = [o for o in story.all(kind, unit) if o.task_id == task_id]
    return found


def states(story: Story, *numbers: str, kind: Kind = DONE, unit: str = WATER) -> list[str]:
    return [owed(story, number, kind, unit).state.value for number in numbers]


def say(story: Story, number: str, choice: Choice, kind: Kind = DONE, **more: object) -> None:
    answer = Answer(owed(story, number, kind).id, choice, **more)  # type: ignore[arg-type]  # dates and texts alike
    (given,) = give(story.service, [answer], story.giver(WATER_CLERK))
    assert given.accepted, given.sentence


def test_groups_are_proposed_and_nothing_is_joined_unless_somebody_says_so(story: Story) -> None:
    done = story.activate(training("3"), training("5"), task("9", "9月底前"), release=False)
    assert (done.joint, done.proposed) == ((), (("3", "5"),))
    late = activate(story.service, story.plan_id, Choices(OFFICE, joint="3+5", release=True))
    assert (late.joint, late.released) == ((("3", "5"),), True)


@pytest.mark.parametrize(
    ("joint", "sentence"),
    [
        ("3+4", "事项 4 在方案里没有"),
        ("3", "应写作 3\\+5\\+7"),
        ("3+5,5+9", "每项只在一组里"),
        ("3+6", "牵头单位不同"),
        ("3+8", "时限不同"),
        ("10+11", "没有日期"),
    ],
)
def test_what_cannot_be_one_is_refused_with_a_sentence(short_story: Story, joint: str, sentence: str) -> None:
    plan = (
        training("3"),
        training("5"),
        training("6", RIVER),
        training("8", deadline="10月底前"),
        task("9", "9月底前"),
    )
    standing = (training("10", deadline="贯穿全年"), training("11", deadline="贯穿全年"))
    with pytest.raises(ActivationRefused, match=sentence):
        short_story.activate(*plan, *standing, joint=joint)


def test_tasks_of_one_date_and_lead_may_be_joined_whatever_their_measure_says(short_story: Story) -> None:
    done = short_story.activate(task("3", "9月底前"), task("9", "9月底前"), joint="3+9")
    assert done.joint == (("3", "9"),)


def test_a_message_shows_a_joint_completion_as_one_item(joined: Story) -> None:
    (mail,) = [m for m in joined.mailbox.kept if m.address == WATER_CLERK.email]
    assert "第3、5、7项" in mail.text
    assert "合并办结" in mail.text
    assert "第3、5、7项　节水事项3" in mail.text


def test_one_answer_is_the_answer_for_all_and_each_task_has_its_own_receipt(joined: Story) -> None:
    say(joined, "3", Choice.ON_TIME, Kind.CONFIRMATION)
    assert states(joined, "3", "5", "7", "9", kind=Kind.CONFIRMATION) == [*["acknowledged"] * 3, "waiting"]
    assert [owed(joined, n).answer for n in ("3", "5", "7", "9")] == ["on_time", "on_time", "on_time", None]
    assert len(joined.events("answer.given")) == 3


def test_one_report_and_one_acceptance_end_all_of_them(joined: Story) -> None:
    say(joined, "5", Choice.SUBMIT, done_on=date(2022, 9, 16), text="培训通知〔2022〕9号")
    assert states(joined, "3", "5", "7", "9") == [*["submitted"] * 3, "armed"]
    joined.decide(Act.ACCEPT, "7")
    assert states(joined, "3", "5", "7", "9") == [*["done"] * 3, "armed"]


def test_the_lead_office_sees_one_thing_to_decide(joined: Story) -> None:
    say(joined, "5", Choice.SUBMIT, done_on=date(2022, 9, 16), text="已办")
    joined.mailbox.kept.clear()
    joined.until("2022-09-16/pm")
    (mail,) = [m for m in joined.mailbox.kept if "待审核" in m.subject]
    assert "1件待审核" in mail.subject
    assert "第3、5、7项" in mail.text


def test_the_page_asks_once_and_lists_one_answer(joined: Story) -> None:
    (mail,) = [m for m in joined.mailbox.kept if m.address == WATER_CLERK.email]
    token = mail.text.partition("/a/")[2].split()[0]
    link_id = joined.service.keys.link_id(token)
    assert link_id is not None
    pages = ServiceLinks(joined.service)
    view = pages.open_link(link_hash(link_id))
    assert view is not None
    assert [item.number for item in view.items if item.kind == "confirmation"] == ["3、5、7", "9"]
    (asked,) = [item for item in view.items if item.number == "3、5、7"]
    answers = (Answer(asked.obligation_id, Choice.ON_TIME),)
    assert [one.accepted for one in pages.answer(link_hash(link_id), answers, joined.giver(WATER_CLERK))] == [True]
    after = pages.open_link(link_hash(link_id))
    assert after is not None
    assert [(answer.number, answer.obligation_id) for answer in after.answered] == [("3、5、7", asked.obligation_id)]


def test_show_and_ledger_say_what_is_joint_and_that_a_task_is_done_when_all_its_leads_are(
    story: Story,
) -> None:
    both = (training("3", WATER, RIVER), training("5", WATER, RIVER))
    story.activate(*both, on="2022-09-15 17:30", joint="proposed")
    say(story, "3", Choice.SUBMIT, done_on=date(2022, 9, 15), text="已办")
    story.decide(Act.ACCEPT, "3")
    with story.service.database.read() as connection:
        shown = task_lines(story.service, connection, find_task(connection, "5"))
        rows = list(Yearbook.load(story.service, connection, story.plan_id).rows())
    half = "2家牵头单位中1家已办结"
    assert {"合并办结：与第3项一次答复、一次销号", f"办结：{half}"} <= set(shown)
    assert {row[-1] for row in rows} == {f"{half}；与第{number}项合并办结" for number in "35"}


def test_a_task_is_done_when_its_last_lead_is() -> None:
    states = ((1, State.DONE), (2, State.DONE), (3, State.CLOSED))
    found = [owing(DONE, state=state, unit_id=unit) for unit, state in states]
    assert completeness(found).words == "已全部办结"
    assert completeness([*found, owing(DONE, state=State.ARMED, unit_id=2)]).words == "2家牵头单位中1家已办结"
    assert completeness([]).words == ""


def test_an_answer_for_one_of_them_by_itself_stands_beside_the_others(joined: Story) -> None:
    ids = [owed(joined, number, Kind.CONFIRMATION).id for number in ("3", "5", "7")]
    answers = [
        Answer(ids[0], Choice.ON_TIME),
        Answer(ids[1], Choice.SUBMIT, done_on=date(2022, 9, 16)),
        Answer(ids[2], Choice.ON_TIME),
    ]
    given = give(joined.service, answers, joined.giver(WATER_CLERK))
    assert [one.accepted for one in given] == [True] * 3
    assert states(joined, "3", "5", "7") == ["armed", "submitted", "armed"]


def test_what_is_taken_back_is_taken_back_for_all(joined: Story) -> None:
    say(joined, "3", Choice.ON_TIME, Kind.CONFIRMATION)
    mine = owed(joined, "7", Kind.CONFIRMATION).id
    (given,) = withdraw(joined.service, [mine], contact_id=None, by="本人", reason="十分钟内撤回")
    assert given.accepted
    assert states(joined, "3", "5", "7", kind=Kind.CONFIRMATION) == ["waiting"] * 3


def test_an_extension_moves_them_together_and_they_stay_together(joined: Story) -> None:
    joined.decide(Act.EXTEND, "5", until=date(2022, 10, 31))
    assert {owed(joined, number).due_on for number in ("3", "5", "7")} == {date(2022, 10, 31)}
    assert owed(joined, "9").due_on == date(2022, 9, 30)
    say(joined, "3", Choice.SUBMIT, done_on=date(2022, 9, 16), text="已办")
    assert states(joined, "3", "5", "7") == ["submitted"] * 3


def test_each_lead_unit_answers_for_itself(story: Story) -> None:
    both = (training("3", WATER, RIVER), training("5", WATER, RIVER))
    story.activate(*both, on="2022-09-15 17:30", joint="proposed")
    say(story, "3", Choice.SUBMIT, done_on=date(2022, 9, 15), text="已办")
    assert states(story, "3", "5") == ["submitted"] * 2
    assert states(story, "3", "5", unit=RIVER) == ["armed"] * 2


def test_a_task_that_goes_to_another_unit_leaves_the_others(joined: Story) -> None:
    joined.decide(Act.REASSIGN, "5", unit=RIVER)
    say(joined, "3", Choice.SUBMIT, done_on=date(2022, 9, 16), text="已办")
    assert states(joined, "3", "7") == ["submitted"] * 2
    assert states(joined, "5", unit=RIVER) == ["armed"]


def test_a_suspension_and_its_end_are_for_all(joined: Story) -> None:
    joined.decide(Act.SUSPEND, "3", until=date(2022, 9, 23))
    assert states(joined, "3", "5", "7", "9") == [*["suspended"] * 3, "armed"]
    joined.decide(Act.RESUME, "5")
    assert states(joined, "3", "5", "7") == ["armed"] * 3
