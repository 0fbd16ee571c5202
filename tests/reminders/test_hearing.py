"""A worker that hears nothing although jobs wait is known as such, and one that is only at work is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from reminders.worker.hearing import Hearing

START = datetime(2026, 1, 1, tzinfo=UTC)


def hearing() -> Hearing:
    return Hearing(timedelta(seconds=30), longest_job=timedelta(seconds=150))


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_who_hears_nothing_beside_a_full_queue_is_deaf_after_a_while() -> None:
    ears = hearing()
    assert [ears.is_lost(at(s), 3, busy=False) for s in (0, 15, 30, 31)] == [False, False, False, True]


def test_an_empty_queue_is_no_sign() -> None:
    ears = hearing()
    assert [ears.is_lost(at(s), waiting, busy=False) for s, waiting in ((0, 1), (20, 0), (40, 1), (60, 1))] == [
        False
    ] * 4


def test_what_was_heard_begins_the_wait_anew() -> None:
    ears = hearing()
    ears.is_lost(at(0), 5, busy=False)
    ears.heard()
    assert not ears.is_lost(at(29), 5, busy=False)
    assert not ears.is_lost(at(58), 5, busy=False)
    assert ears.is_lost(at(60), 5, busy=False)


def test_one_that_is_at_work_has_as_long_as_a_job_may_last() -> None:
    ears = hearing()
    assert [ears.is_lost(at(s), 5, busy=True) for s in (0, 100, 180, 181)] == [False, False, False, True]
