"""The values and their JSON."""

import copy
import dataclasses
import pickle
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules import Continuous, Deadline, Phase, Recurring, Schedule, Triggered, Unscheduled, phase_from_dict
from schedules.schedule import FREQS, UNITS

DAYS = st.dates(date(1950, 1, 1), date(2100, 12, 31))
COUNTS = st.integers(1, 99)
TIMES = st.none() | st.just("17:00")
PHASES: st.SearchStrategy[Phase] = st.one_of(
    st.builds(Deadline, st.none() | DAYS, DAYS, COUNTS, TIMES),
    st.builds(
        Recurring,
        st.sampled_from(FREQS),
        st.text(),
        st.none() | st.lists(DAYS).map(tuple),
        COUNTS,
        st.none() | DAYS,
        st.none() | DAYS,
        TIMES,
    ),
    st.builds(Continuous, DAYS, DAYS, st.booleans()),
    st.builds(Triggered, st.text(), COUNTS, st.sampled_from(UNITS), st.booleans()),
    st.just(Unscheduled()),
)


@given(PHASES)
def test_every_phase_survives_its_json(phase: Phase) -> None:
    assert phase_from_dict(phase.to_dict()) == phase


@given(PHASES)
def test_every_phase_survives_a_copy_and_a_pickle(phase: Phase) -> None:
    pickled = pickle.loads(pickle.dumps(phase))
    for again in (pickled, copy.copy(phase), copy.deepcopy(phase), dataclasses.replace(phase)):
        assert type(again) is type(phase)
        assert (again, hash(again)) == (phase, hash(phase))


@given(PHASES)
def test_nobody_can_write_a_field_of_a_phase(phase: Phase) -> None:
    for field in dataclasses.fields(phase):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(phase, field.name, None)


def test_a_schedule_survives_a_copy_and_cannot_be_written() -> None:
    made = Schedule("8月底前", (Deadline(None, date(2022, 8, 31)),), "end of month", ("注",), "错", 3)
    assert pickle.loads(pickle.dumps(made)) == copy.deepcopy(made) == dataclasses.replace(made) == made
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.rule = ""  # type: ignore[misc]


def test_a_deadline_is_written_as_the_contract_says() -> None:
    made = Deadline(None, date(2022, 8, 31)).to_dict()
    assert made == {"kind": "deadline", "start": None, "due": "2022-08-31", "count": 1}


def test_a_clock_time_stands_beside_the_due_day() -> None:
    assert Deadline(None, date(2022, 12, 20), 1, "17:00").to_dict()["time"] == "17:00"


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ({"kind": "someday"}, '"kind" has to be'),
        ({"kind": "deadline", "due": "2022-02-30"}, '"due" has to be a date'),
        ({"kind": "deadline", "due": "2022-02-28", "count": "3"}, '"count" has to be a number'),
        ({"kind": "recurring", "freq": "hourly"}, '"freq" has to be one of'),
        ({"kind": "triggered", "event": "x", "n": 3, "unit": "moon"}, '"unit" has to be one of'),
    ],
)
def test_a_dictionary_that_is_no_phase_is_refused_with_the_part_at_fault(made: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        phase_from_dict(made)
