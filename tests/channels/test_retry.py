"""What every outcome leads to, as one table."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.outcome import Outcome, Verdict
from channels.retry import Decision, DeliveryState, backoff, next_state

S = DeliveryState


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def outcome(verdict: Verdict, **more: object) -> Outcome:
    return Outcome(verdict, "code", "detail", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given_outcome", "decision"),
    [
        (outcome(Verdict.ACCEPTED), Decision(S.SENT)),
        (outcome(Verdict.RETRY_LATER), Decision(S.RETRY, minutes(1))),
        (outcome(Verdict.RETRY_LATER, retry_after=minutes(2)), Decision(S.RETRY, minutes(2))),
        (outcome(Verdict.RETRY_LATER, retry_after=minutes(0.1)), Decision(S.RETRY, minutes(1))),
        (outcome(Verdict.PARK_CHANNEL), Decision(S.RETRY, minutes(1), park=True)),
        (outcome(Verdict.PARK_CHANNEL, retry_after=minutes(30)), Decision(S.RETRY, minutes(30), park=True)),
        (outcome(Verdict.PARK_CHANNEL, retry_after=minutes(0.1)), Decision(S.RETRY, minutes(1), park=True)),
        (outcome(Verdict.DEAD_CHANNEL), Decision(S.RETRY, minutes(15), park=True)),
        (outcome(Verdict.DEAD_RECIPIENT), Decision(S.FAILED)),
        (outcome(Verdict.REFUSED_CONTENT), Decision(S.FAILED)),
        (outcome(Verdict.REFUSED_CONTENT, plain_may_pass=True), Decision(S.RETRY, minutes(0), plain=True)),
        (outcome(Verdict.IN_DOUBT), Decision(S.UNKNOWN, minutes(1))),
    ],
)
def test_outcome_leads_to(given_outcome: Outcome, decision: Decision) -> None:
    assert next_state(given_outcome, 1) == decision


def test_waits_grow_to_an_hour_and_stay_there() -> None:
    assert [backoff(attempt) for attempt in (1, 2, 3, 4, 5, 99)] == [minutes(n) for n in (1, 5, 15, 60, 60, 60)]


def test_far_end_that_allows_three_retries_gets_three() -> None:
    busy = outcome(Verdict.RETRY_LATER, most_retries=3)
    assert [next_state(busy, attempt).state for attempt in (1, 2, 3, 4)] == [S.RETRY, S.RETRY, S.RETRY, S.FAILED]


def test_refused_words_do_not_go_round_in_a_circle() -> None:
    refused = outcome(Verdict.REFUSED_CONTENT, plain_may_pass=True)
    assert [next_state(refused, attempt).state for attempt in (1, 3, 4)] == [S.RETRY, S.RETRY, S.FAILED]


@given(st.sampled_from(Verdict), st.integers(1, 500), st.none() | st.timedeltas(timedelta(0), timedelta(days=2)))
def test_nothing_is_tried_again_at_once_but_plain_words(verdict: Verdict, attempt: int, wait: timedelta | None) -> None:
    decision = next_state(outcome(verdict, retry_after=wait), attempt)
    assert decision.state in (S.SENT, S.RETRY, S.FAILED, S.UNKNOWN)
    if decision.state in (S.RETRY, S.UNKNOWN):
        assert decision.after is not None
        assert decision.after >= minutes(1)
