"""A republished calendar: what is open is planned anew by it, once, and nothing is sent twice or left out."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import select

from reminders.answers import Choice
from reminders.engine.dates.republishing import Standing, adopt, compare, settle, standing
from reminders.obligations import Kind
from reminders.policy import Preset
from reminders.slots import SlotCalendar
from reminders.store.tables import items, marks, plans
from schedules.workdays import Exceptions, WorkCalendar
from tests.office import RIVER, SLOTS, WATER, Story, at_once, task
from tests.reminders.owing import at
from tests.reminders.test_replanning import calendar


def planned_by(story: Story, slots: SlotCalendar) -> Story:
    """The same service started anew with another calendar."""
    story.service = replace(story.service, slots=slots)
    return story


def go_on(story: Story, last: str) -> None:
    """Pass every slot of the service's own calendar up to this one."""
    slots = story.service.slots
    slot = slots.next_opening(story.clock.moment)
    while slot <= at(last):
        story.clock.moment = slots.opens_at(slot) + timedelta(minutes=1)
        story.round()
        slot = slots.after(slot)


def without(year: int) -> SlotCalendar:
    """The calendar before a year's notice was published."""
    known = SLOTS.workdays.exceptions
    off, worked = (frozenset(d for d in days if date.fromordinal(d).year != year) for days in (known.off, known.worked))
    return replace(SLOTS, workdays=WorkCalendar(Exceptions(off, worked, known.years - {year})))


def test_the_first_calendar_is_only_noted(story: Story) -> None:
    story.activate(task("12", "9月底前", WATER))
    assert standing(story.service) is Standing.FIRST
    story.at("2022-08-22 09:01").round()
    assert standing(story.service) is Standing.SAME
    assert story.events("calendar.republished") == []


def test_another_calendar_is_taken_once_with_its_difference(story: Story) -> None:
    story.activate(task("12", "9月底前", WATER), preset=Preset.STRICT)
    story.until("2022-09-20/am")
    now = calendar(off=["2022-09-28"], worked=["2022-09-24"])
    shown = compare(story.service, now.workdays)
    assert story.events("calendar.republished") == []
    planned_by(story, now).at("2022-09-20 15:00").round()
    story.at("2022-09-20 15:05").round()
    (body,) = story.events("calendar.republished")
    assert (body["off"], body["worked"], body["steps"]) == (["2022-09-28"], ["2022-09-24"], len(shown.moved))
    completion = story.owed(Kind.COMPLETION)
    assert [completion.id, "T-3", "2022-09-27/am", "2022-09-26/am"] in body["moved"]
    assert (str(completion.due_on), completion.next_slot) == ("2022-09-30", at("2022-09-23/am"))


def test_over_the_change_every_rung_comes_once(story: Story) -> None:
    story.activate(task("12", "9月底前", WATER), task("13", "9月28日前", RIVER), preset=Preset.STRICT)
    go_on(story, "2022-09-23/am")
    planned_by(story, calendar(off=["2022-09-29"], worked=["2022-09-25"]))
    go_on(story, "2022-09-27/pm")
    planned_by(story, calendar(worked=["2022-10-01"]))
    go_on(story, "2022-10-14/pm")
    with story.service.database.read() as connection:
        rows = connection.execute(select(items.c.obligation_id, items.c.step, items.c.contact_id)).all()
    assert {row: n for row, n in Counter(tuple(row) for row in rows).items() if n > 1} == {}
    for destination, number in (("供水处/liaison", "12"), ("河湖处/liaison", "13")):
        told = " ".join(line for line in story.told(destination) if f"{number}:" in line)
        assert all(f"{number}:{step}" in told for step in ("T-5", "T-3", "T-1", "T0", "T+1")), told


def test_a_wait_goes_by_the_new_days(story: Story) -> None:
    story.activate(task("12", "12月底前", WATER), on="2022-09-27 08:00", preset=Preset.STRICT)
    story.until("2022-09-27/am")
    assert str(story.owed(Kind.SIGNATURE).wait_last_on) == "2022-09-29"
    planned_by(story, calendar(off=["2022-09-29"])).at("2022-09-28 10:00").round()
    assert str(story.owed(Kind.SIGNATURE).wait_last_on) == "2022-09-30"
    go_on(story, "2022-10-08/am")
    asked = [line for line in story.told("供水处/liaison") if "sign" in line or "remind" in line or "level1" in line]
    assert asked == ["2022-09-27/am sign", "2022-09-30/am remind"]
    assert "level1" in story.told("综合处/liaison")[-1]


def test_the_digest_comes_on_the_first_working_day_by_the_new_days(story: Story) -> None:
    story.activate(task("12", "12月底前", WATER))
    story.until("2022-08-26/am")
    planned_by(story, calendar(off=["2022-08-29"])).at("2022-08-26 15:00").round()
    with story.service.database.read() as connection:
        assert connection.scalar(select(plans.c.next_digest_slot)) == "2022-08-30/am"
    go_on(story, "2022-09-05/am")
    digests = [line for line in story.sent() if "综合处/liaison digest" in line]
    assert [line.split()[0] for line in digests] == ["2022-08-30/am", "2022-09-05/am"]


def test_a_process_that_runs_by_an_earlier_calendar_changes_nothing_back(story: Story) -> None:
    story.activate(task("12", "9月底前", WATER), preset=Preset.STRICT)
    story.at("2022-09-20 09:01").round()
    now = calendar(off=["2022-09-28"])
    planned_by(story, now).at("2022-09-20 14:01").round()
    planned_by(story, SLOTS).at("2022-09-20 14:02").round()
    assert (standing(story.service), len(story.events("calendar.republished"))) == (Standing.EARLIER, 1)
    assert story.owed(Kind.COMPLETION).next_slot == at("2022-09-22/am")
    assert len(adopt(story.service).moved) > 0
    assert story.owed(Kind.COMPLETION).next_slot == at("2022-09-23/am")
    planned_by(story, now).at("2022-09-20 14:03").round()
    assert (standing(story.service), len(story.events("calendar.republished"))) == (Standing.EARLIER, 2)


def test_several_ticks_at_once_take_it_once(busy_story: Story) -> None:
    busy_story.activate(task("12", "9月底前", WATER), task("13", "10月底前", RIVER), preset=Preset.STRICT)
    busy_story.at("2022-09-20 09:01").round()
    planned_by(busy_story, calendar(off=["2022-09-28"])).at("2022-09-20 14:01")
    at_once(lambda: settle(busy_story.service), 4)
    assert len(busy_story.events("calendar.republished")) == 1
    assert busy_story.owed(Kind.COMPLETION).next_slot == at("2022-09-22/am")


def test_a_year_that_is_published_moves_what_was_planned_by_its_weekends(story: Story) -> None:
    planned_by(story, without(2023)).activate(task("12", "12月底前", WATER), preset=Preset.STRICT)
    go_on(story, "2022-12-28/am")
    assert story.service.slots.workdays.is_provisional(2023)
    found = compare(story.service, SLOTS.workdays)
    moved = {(one.step, str(one.was), str(one.now)) for one in found.moved if one.obligation.kind is Kind.COMPLETION}
    assert moved == {("T+1", "2023-01-02/am", "2023-01-03/am"), ("T+5", "2023-01-06/am", "2023-01-09/am")}
    planned_by(story, SLOTS).at("2022-12-28 14:01").round()
    story.answer(Kind.CONFIRMATION, Choice.ON_TIME)
    go_on(story, "2023-01-09/am")
    assert [line for line in story.told("供水处/head") if "T+" in line] == ["2023-01-03/am 12:T+1"]


def test_the_store_keeps_the_days_and_not_a_word_more(story: Story) -> None:
    story.activate(task("12", "9月底前", WATER))
    story.at("2022-08-22 09:01").round()
    with story.service.database.read() as connection:
        body = connection.scalar(select(marks.c.body).where(marks.c.name == "calendar"))
    assert body is not None
    assert set(body) == {"digest", "days", "before"}
    assert body["days"]["2022"]["worked"] == "0129 0130 0402 0424 0507 1008 1009"
