"""Activation: refused with everything that is open; nothing is born overdue; the first send waits for a word."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from reminders.engine.plan import membership
from reminders.engine.plan.activation import Choices, activate
from reminders.exceptions import ActivationRefused, NotFound
from reminders.obligations import Kind, State
from reminders.plans.plan import Mention, Task
from reminders.policy import Preset
from reminders.store.database import Database
from reminders.store.plans import tasks_of
from reminders.store.tables import assignments, events, obligations, occurrences, plans, units
from schedules import normalise
from tests.office import EVERYBODY, LEADER, OFFICE, PUMPS, RIVER, WATER, Story, person, task

COMPOSITE = "第一季度、每月25日前、每周五、贯穿全年、6月底前、10月底前"


def refusal(story: Story, **choices: object) -> str:
    with pytest.raises(ActivationRefused) as refused:
        activate(story.service, story.plan_id, Choices(**{"lead_office": OFFICE, **choices}))  # type: ignore[arg-type]
    return str(refused.value)


def states(story: Story) -> list[str]:
    with story.service.database.read() as connection:
        rows = connection.execute(select(occurrences.c.state).order_by(occurrences.c.due_on))
        return [row.state for row in rows]


def test_a_refusal_lists_everything_that_is_open_and_stores_nothing(busy_story: Story) -> None:
    orphan = task("3", "年底前")
    vague = task("4", "年底前", "相关处室")
    busy_story.imported(task("1", "9月底前"), _without_lead(orphan), vague, people=[])
    said = refusal(busy_story, leading_group=(LEADER,))
    for open_question in ("主管处室「综合处」", f"「{LEADER}」没有登记", "第3项没有牵头单位", "「相关处室」指哪些单位"):
        assert open_question in said
    assert busy_story.count(obligations) == busy_story.count(occurrences) == busy_story.count(units) == 0
    with busy_story.service.database.read() as connection:
        assert connection.scalar(select(plans.c.state)) == "imported"


def test_an_office_without_a_contact_who_can_be_reached_cannot_run_a_plan(short_story: Story) -> None:
    short_story.imported(people=[p for p in EVERYBODY if p.unit != OFFICE])
    assert "没有能送达的联系人" in refusal(short_story)


def test_an_open_offer_has_to_be_taken_or_left(short_story: Story) -> None:
    mentioned = Mention("10月底前", normalise("10月底前", year=2022).phases, "第1项")
    short_story.imported(replace(task("1", "9月底前"), mentions=(mentioned,)))
    assert "第1项正文里另有时间要求" in refusal(short_story)
    activate(short_story.service, short_story.plan_id, Choices(OFFICE, mentions="take"))
    assert len(short_story.all(Kind.COMPLETION)) == 2


def test_a_task_of_no_duty_owes_nothing_and_an_unknown_one_is_named(short_story: Story) -> None:
    short_story.imported(task("1", "9月底前"), _without_lead(task("3", "年底前")))
    with pytest.raises(NotFound, match="7"):
        activate(short_story.service, short_story.plan_id, Choices(OFFICE, no_duty=("7",)))
    activate(short_story.service, short_story.plan_id, Choices(OFFICE, no_duty=("3",)))
    assert len(short_story.all(Kind.COMPLETION)) == 1


def test_a_task_without_a_unit_may_be_given_one(short_story: Story) -> None:
    short_story.activate(_without_lead(task("3", "年底前")), assign_missing=RIVER)
    assert len(short_story.all(Kind.COMPLETION, RIVER)) == 1


def test_a_collective_is_every_unit_of_its_kind_except_those_the_task_names_itself(story: Story) -> None:
    story.activate(task("1", "贯穿全年", "各处室"), task("2", "9月底前", PUMPS, support=["各处室", "直属单位"]))
    with story.service.database.read() as connection:
        query = select(assignments.c.named, assignments.c.role).where(assignments.c.via != "")
        brought = sorted((row.named, row.role) for row in connection.execute(query))
    led = [(name, "lead") for name in (OFFICE, RIVER, WATER)]
    assert brought == sorted([*led, *((name, "support") for name in (OFFICE, RIVER, WATER))])


def test_missing_contacts_and_a_missing_leading_group_only_warn(short_story: Story) -> None:
    people = [p for p in EVERYBODY if p.unit == OFFICE]
    done = short_story.activate(task("1", "9月底前", WATER), people=people)
    assert len(done.warnings) == 2
    assert WATER in done.warnings[0]
    assert {o.highest for o in short_story.all()} == {1}


def test_nothing_of_a_composite_plan_is_born_overdue(story: Story) -> None:
    """Activated on 22 August: the first quarter, seven months and the end of June have passed."""
    done = story.activate(task("5", COMPOSITE, WATER), on="2022-08-22 08:00")
    assert (done.lapsed, states(story).count("lapsed"), len(story.events("occurrence.lapsed"))) == (9, 9, 9)
    assert not [o for o in story.all() if o.due_on is not None and str(o.due_on) < "2022-08-22"]
    story.until("2022-08-25/am")  # the eve of what can be overdue at all
    assert not [line for line in story.sent() if "T+" in line]
    for message in story.mailbox.kept:
        assert not any(day in message.text for day in ("3月31日", "6月30日", "7月25日"))


def test_lapsed_ones_may_be_armed_as_overdue_by_decision(short_story: Story) -> None:
    done = short_story.activate(task("5", "6月底前", WATER), lapsed="overdue")
    assert done.lapsed == 0
    assert short_story.until("2022-08-22/am")[0].startswith("供水处/head unit 5:T+1")


def test_one_signature_per_unit_and_one_return_per_quarter_that_has_twenty_days_left(short_story: Story) -> None:
    short_story.activate(
        task("1", "贯穿全年", WATER), task("2", "贯穿全年", WATER, support=[RIVER]), on="2022-09-05 08:00"
    )
    assert len(short_story.all(Kind.SIGNATURE, WATER)) == len(short_story.all(Kind.SIGNATURE, RIVER)) == 1
    assert [o.subject for o in short_story.all(Kind.RETURN, WATER)] == ["2022Q4"]
    assert short_story.all(Kind.RETURN, RIVER) == []


def test_where_t_minus_10_is_past_no_confirmation_is_opened(short_story: Story) -> None:
    short_story.activate(task("1", "9月底前"), on="2022-09-19 08:00")
    assert short_story.all(Kind.CONFIRMATION) == []
    assert short_story.all(Kind.COMPLETION)[0].state is State.ARMED


def test_each_lead_unit_owes_for_itself_and_a_support_unit_signs_only(short_story: Story) -> None:
    short_story.activate(task("1", "9月底前", WATER, PUMPS, support=[RIVER]))
    assert {o.kind for o in short_story.all(unit=RIVER)} == {Kind.SIGNATURE}
    assert len(short_story.all(Kind.COMPLETION, WATER)) == len(short_story.all(Kind.COMPLETION, PUMPS)) == 1


def test_nothing_is_sent_until_the_plan_is_released(story: Story) -> None:
    story.activate(task("1", "9月底前"), release=False)
    assert story.until("2022-08-24/pm") == []
    assert {o.next_slot for o in story.all()} == {None}
    activate(story.service, story.plan_id, Choices(OFFICE, release=True))
    assert story.pass_slot() == ["供水处/liaison unit sign"]
    with pytest.raises(ActivationRefused, match="不能再次启用"):
        activate(story.service, story.plan_id, Choices(OFFICE, release=True))


def test_what_fell_due_while_the_first_send_waited_lapses(short_story: Story) -> None:
    short_story.activate(task("1", "9月底前"), task("2", "12月底前"), release=False)
    short_story.at("2022-10-11 08:00")
    activate(short_story.service, short_story.plan_id, Choices(OFFICE, release=True))
    assert states(short_story) == ["lapsed", "armed"]
    short_story.until("2022-10-14/am")
    assert not [line for line in short_story.sent() if "T+" in line]


def test_activation_writes_what_it_opened_into_the_ledger(short_story: Story) -> None:
    short_story.activate(task("1", "9月底前"), preset=Preset.STRICT)
    assert short_story.events("plan.activated") == [{"preset": "strict"}]
    kinds = [body["kind"] for body in short_story.events("obligation.opened")]
    assert sorted(kinds) == ["completion", "confirmation", "signature"]
    assert short_story.count(events) >= 6


def test_the_plans_own_group_is_the_one_that_belongs_to_no_unit(short_story: Story) -> None:
    group = replace(
        person("", "liaison", "工作群", email="", phone=""), role="group", webhook="https://robot.example/k"
    )
    short_story.activate(task("1", "9月底前"), people=[*EVERYBODY, group])
    assert short_story.pass_slot() == ["plan/group workgroup sign", "供水处/liaison unit sign"]


def _without_lead(found: Task) -> Task:
    return replace(found, lead=())


@pytest.mark.parametrize("lapsed", ["leave", "overdue"])
def test_releasing_at_once_and_releasing_a_moment_later_come_to_the_same(short_story: Story, lapsed: str) -> None:
    found = (task("5", COMPOSITE, WATER, RIVER), task("1", "贯穿全年", WATER), task("7", "第三季度", PUMPS))
    short_story.activate(*found, on="2022-08-22 08:00", lapsed=lapsed)
    later = Story(Database.in_memory())
    later.activate(*found, on="2022-08-22 08:00", lapsed=lapsed, release=False)
    assert {o.next_slot for o in later.all()} == {None}
    activate(later.service, later.plan_id, Choices(OFFICE, release=True))
    assert later.all() == short_story.all()
    assert short_story.until("2022-09-05/am") == later.until("2022-09-05/am") != []


def test_a_name_handed_to_another_unit_before_stays_handed_over(short_story: Story) -> None:
    """Only the tasks in question have their names resolved anew."""
    short_story.activate(task("1", "9月底前", WATER), task("2", "10月底前", WATER))
    with short_story.service.database.write() as connection:
        found = tasks_of(connection, short_story.plan_id)
        connection.execute(assignments.update().values(unit_id=1))
        membership.store(short_story.service.database, connection, short_story.plan_id, found[:1], {}, None)
        kept = [row.unit_id for row in connection.execute(select(assignments.c.unit_id).order_by(assignments.c.id))]
    assert kept[0] != 1
    assert kept[1] == 1
