"""Totals: every message counted once, for its person and week, while the lines pass."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reminders.rehearsal import Totals

SLOTS = st.builds("2022-09-{:02}/{}".format, st.integers(1, 30), st.sampled_from(["am", "pm"]))
ITEM = st.fixed_dictionaries({"task": st.sampled_from(["1", "2"]), "step": st.just("T0"), "due": st.none()})
LINE = st.fixed_dictionaries(
    {
        "slot": SLOTS,
        "kind": st.sampled_from(["unit", "digest"]),
        "destination": st.sampled_from(["供水处/liaison", "河湖处/head", "leader/江临"]),
        "items": st.lists(ITEM, max_size=3),
    }
)
LINES = st.lists(LINE, max_size=30).map(lambda lines: sorted(lines, key=lambda line: str(line["slot"])))


def line(slot: str, destination: str, items: int) -> dict[str, Any]:
    item = {"task": "12", "step": "T0", "due": None}
    return {"slot": slot, "kind": "unit", "destination": destination, "items": [item] * items}


def counted(*lines: dict[str, Any]) -> Totals:
    totals = Totals()
    assert list(totals.counting(lines)) == list(lines)
    return totals


@given(LINES)
def test_every_message_is_counted_once(lines: list[dict[str, Any]]) -> None:
    totals = counted(*lines)
    people = totals.destinations()
    assert totals.messages == len(lines) == sum(one.messages for one in people)
    assert sum(one.items for one in people) == sum(len(found["items"]) for found in lines)
    assert [sum(one.weeks.values()) for one in people] == [one.messages for one in people]


@given(LINES)
def test_the_fullest_slot_is_as_full_as_any(lines: list[dict[str, Any]]) -> None:
    slots = [found["slot"] for found in lines]
    assert counted(*lines).slot.messages == max((slots.count(slot) for slot in slots), default=0)


def test_the_week_begins_on_monday_and_the_fullest_one_is_named() -> None:
    totals = counted(
        line("2022-09-16/am", "供水处/liaison", 1),
        line("2022-09-19/am", "供水处/liaison", 4),
        line("2022-09-19/am", "河湖处/liaison", 1),
        line("2022-09-23/pm", "供水处/liaison", 1),
    )
    first = totals.most_in_week()
    assert first is not None
    assert (first.name, first.week) == ("供水处/liaison", (date(2022, 9, 19), 2))
    assert totals.weeks() == [date(2022, 9, 12), date(2022, 9, 19)]
    assert (totals.slot.when, totals.slot.messages, totals.slot.items) == ("2022-09-19/am", 2, 5)


def test_who_gets_most_at_once_is_told_by_messages_then_by_items() -> None:
    totals = counted(
        line("2022-09-16/am", "供水处/liaison", 9),
        line("2022-09-19/am", "河湖处/liaison", 1),
        line("2022-09-19/am", "河湖处/liaison", 1),
    )
    found = totals.most_in_slot()
    assert found is not None
    assert (found.name, found.slot.messages, found.slot.items) == ("河湖处/liaison", 2, 2)
    assert totals.to_dict()["destinations"][0]["most_in_slot"] == {
        "slot": "2022-09-19/am",
        "messages": 2,
        "items": 2,
    }


def test_nothing_is_counted_as_nothing() -> None:
    totals = counted()
    assert (totals.most_in_week(), totals.most_in_slot(), totals.weeks()) == (None, None, [])
