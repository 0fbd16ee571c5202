"""Slots: mornings and afternoons of working days, in the order of time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.clock import SHANGHAI
from reminders.slots import AM, PM, Slot, digest_slot, next_digest_slot, week_of
from tests.office import SLOTS, afternoon, morning

MOMENTS = st.builds(
    lambda day, second: datetime.combine(day, time(0), SHANGHAI) + timedelta(seconds=second),
    st.dates(date(2015, 1, 2), date(2028, 12, 1)),
    st.integers(0, 86_399),
)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        ("2022-09-30 08:59:59", "2022-09-30/am"),
        ("2022-09-30 09:00:00", "2022-09-30/pm"),  # what falls due inside a slot goes to the next
        ("2022-09-30 14:00:00", "2022-10-08/am"),  # National Day: Saturday the 8th is worked
        ("2022-10-08 17:30:00", "2022-10-09/am"),
        ("2022-12-31 10:00:00", "2023-01-03/am"),
    ],
)
def test_what_falls_due_goes_to_the_next_slot_that_opens(now: str, slot: str) -> None:
    assert str(SLOTS.next_opening(moment(now))) == slot


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        ("2022-09-30 09:00:00", "2022-09-30/am"),
        ("2022-09-30 11:29:59", "2022-09-30/am"),
        ("2022-09-30 11:30:00", None),
        ("2022-09-30 16:59:59", "2022-09-30/pm"),
        ("2022-09-30 17:00:00", None),
        ("2022-10-03 10:00:00", None),
        ("2022-10-08 10:00:00", "2022-10-08/am"),
    ],
)
def test_nothing_leaves_outside_the_send_window(now: str, slot: str | None) -> None:
    found = SLOTS.open_slot(moment(now))
    assert (str(found) if found else None) == slot


@given(MOMENTS)
def test_the_next_slot_is_after_now_on_a_working_day_and_none_lies_between(now: datetime) -> None:
    slot = SLOTS.next_opening(now)
    assert SLOTS.opens_at(slot) > now
    assert SLOTS.workdays.is_workday(slot.day)
    before = SLOTS.opens_at(
        Slot(SLOTS.workdays.add_workdays(slot.day, -1), PM) if slot.half == AM else Slot(slot.day, AM)
    )
    assert before <= now


@given(MOMENTS)
def test_slots_sort_as_texts_as_they_do_in_time(now: datetime) -> None:
    slots = [SLOTS.next_opening(now)]
    for _ in range(5):
        slots.append(SLOTS.after(slots[-1]))
    assert slots == sorted(slots)
    assert [str(s) for s in slots] == sorted(str(s) for s in slots)
    assert [Slot.parse(str(s)) for s in slots] == slots


def test_a_slot_that_is_none_is_refused_with_the_way_to_write_it() -> None:
    with pytest.raises(ValueError, match="2022-09-30/am"):
        Slot.parse("2022-09-30/noon")


def test_a_wait_of_two_accepted_before_national_day_ends_on_the_worked_saturday() -> None:
    assert SLOTS.morning_after(date(2022, 9, 29), 2) == morning("2022-10-09")


def test_a_digest_goes_out_on_the_first_working_morning_of_the_week() -> None:
    assert digest_slot(date(2022, 9, 26), SLOTS) == morning("2022-09-26")
    assert digest_slot(date(2022, 9, 12), SLOTS) == morning("2022-09-13")  # Mid-Autumn Monday


def test_a_week_that_begins_on_a_worked_weekend_has_no_digest() -> None:
    assert digest_slot(date(2022, 10, 3), SLOTS) is None
    assert next_digest_slot(date(2022, 9, 26), SLOTS) == morning("2022-10-10")


@given(st.dates(date(2015, 1, 1), date(2028, 6, 1)))
def test_every_week_has_at_most_one_digest_and_the_next_one_is_later(day: date) -> None:
    following = next_digest_slot(day, SLOTS)
    assert week_of(following.day) > week_of(day)
    assert digest_slot(week_of(following.day), SLOTS) == following


@given(MOMENTS)
def test_the_open_slot_holds_now(now: datetime) -> None:
    slot = SLOTS.open_slot(now)
    if slot is not None:
        assert SLOTS.opens_at(slot) <= now < SLOTS.closes_at(slot)
        assert SLOTS.next_opening(now) > slot
    else:
        inside = time(9) <= now.time() < time(11, 30) or time(14) <= now.time() < time(17)
        assert not (inside and SLOTS.workdays.is_workday(now.date()))


def test_after_a_morning_comes_its_afternoon_and_then_the_next_working_morning() -> None:
    assert SLOTS.after(morning("2022-09-30")) == afternoon("2022-09-30")
    assert SLOTS.after(afternoon("2022-09-30")) == morning("2022-10-08")
    assert SLOTS.opens_at(morning("2022-10-08")) + timedelta(hours=5) == SLOTS.opens_at(afternoon("2022-10-08"))
