"""A table of answers as mail hosts give them, and what each of them means for the message."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.outcome import Verdict
from channels.smtp_answers import RULES, Answer, Stage, judge, wants_new_connection

V, S = Verdict, Stage
TABLE = [
    (S.DOT, 250, "2.0.0 Ok: queued as 4XyZ", V.ACCEPTED),
    (S.DOT, 251, "User not local; will forward", V.ACCEPTED),
    (S.GREETING, 554, "No SMTP service here", V.DEAD_CHANNEL),
    (S.GREETING, 421, "Service not available", V.RETRY_LATER),
    (S.LOGIN, 535, "5.7.8 Error: authentication failed", V.DEAD_CHANNEL),
    (S.LOGIN, 535, "Login Fail. Please enter your authorization code to login.", V.DEAD_CHANNEL),
    (S.LOGIN, 534, "5.7.9 Application-specific password required", V.DEAD_CHANNEL),
    (S.LOGIN, 454, "4.7.0 Temporary authentication failure", V.PARK_CHANNEL),
    (S.LOGIN, 451, "Request action not taken: too much fail authentication", V.DEAD_CHANNEL),
    (S.SENDER, 530, "5.7.0 Authentication required", V.DEAD_CHANNEL),
    (S.SENDER, 553, "Mail from must equal authorized user", V.DEAD_CHANNEL),
    (S.SENDER, 550, "Sender frequency limited", V.PARK_CHANNEL),
    (S.SENDER, 550, "User suspended", V.PARK_CHANNEL),
    (S.SENDER, 553, "Requested action not taken: Fake sender", V.DEAD_CHANNEL),
    (S.SENDER, 451, "MI:SFQ 163 smtp9,DcCowAB 1477", V.PARK_CHANNEL),
    (S.SENDER, 450, "MI:DMC 163 smtp9", V.RETRY_LATER),
    (S.GREETING, 421, "HL:ICC 163 smtp14", V.PARK_CHANNEL),
    (S.GREETING, 550, "Connection frequency limited", V.PARK_CHANNEL),
    (S.GREETING, 554, "IP is Hangup", V.PARK_CHANNEL),
    (S.RECIPIENT, 550, "5.1.1 User unknown", V.DEAD_RECIPIENT),
    (S.RECIPIENT, 550, "User suspended", V.DEAD_RECIPIENT),
    (S.RECIPIENT, 550, "Mailbox unavailable", V.DEAD_RECIPIENT),
    (S.RECIPIENT, 550, "Mailbox unavailable or access denied", V.RETRY_LATER),
    (S.RECIPIENT, 550, "Domain frequency limited", V.PARK_CHANNEL),
    (S.RECIPIENT, 450, "4.2.0 Greylisted, try again", V.RETRY_LATER),
    (S.RECIPIENT, 452, "4.2.2 Mailbox full", V.RETRY_LATER),
    (S.RECIPIENT, 450, "RP:DRC too many recipients", V.RETRY_LATER),
    (S.DATA, 451, "4.3.0 Try later", V.RETRY_LATER),
    (S.DOT, 451, "DT:SPM 163 smtp3", V.RETRY_LATER),
    (S.DOT, 554, "DT:SPM 163 smtp3", V.REFUSED_CONTENT),
    (S.DOT, 450, "DT:RBL 163 smtp3", V.PARK_CHANNEL),
    (S.DOT, 552, "5.3.4 Message too big", V.REFUSED_CONTENT),
    (S.DOT, 550, "5.1.1 No such user", V.DEAD_RECIPIENT),
    (S.DOT, 550, "5.2.1 Mailbox disabled", V.DEAD_RECIPIENT),
    (S.DOT, 554, "5.7.1 Rejected as spam", V.REFUSED_CONTENT),
    (S.DOT, 354, "Go on", V.IN_DOUBT),
    (S.DOT, -1, "garbage", V.IN_DOUBT),
    (S.RECIPIENT, 354, "Go on", V.RETRY_LATER),
]


@pytest.mark.parametrize(("stage", "code", "text", "verdict"), TABLE)
def test_answer_means_what_the_table_says(stage: Stage, code: int, text: str, verdict: Verdict) -> None:
    outcome = judge(stage, Answer(code, text))
    assert (outcome.verdict, outcome.code) == (verdict, str(code))
    assert f"{code} {text}" in outcome.detail


def test_every_rule_of_the_table_decides_something_here() -> None:
    answers = [f"{code} {text}" for _, code, text, _ in TABLE]
    for rule in RULES:
        assert any(rule.words.search(answer) for answer in answers), rule.words.pattern


def test_waits_follow_the_host_that_asked_for_them() -> None:
    assert judge(S.DOT, Answer(451, "DT:SPM")).retry_after == timedelta(minutes=2)
    assert judge(S.SENDER, Answer(451, "MI:SFQ")).retry_after == timedelta(minutes=15)
    assert judge(S.RECIPIENT, Answer(450, "4.2.0 Greylisted")).retry_after is None


def test_limits_of_one_connection_ask_for_another() -> None:
    assert wants_new_connection(Answer(421, "4.4.2 Timeout"))
    assert wants_new_connection(Answer(450, "MI:DMC 163"))
    assert not wants_new_connection(Answer(450, "4.2.0 Greylisted"))


def test_words_of_the_server_are_shown_without_the_password() -> None:
    outcome = judge(S.LOGIN, Answer(535, "wrong password hunter2hunter2\x07 for you" + "!" * 500), ("hunter2hunter2",))
    assert "hunter2" not in outcome.detail
    assert outcome.detail.isprintable()
    assert len(outcome.detail) < 250


@given(st.sampled_from(Stage), st.integers(-1, 999), st.text())
def test_any_answer_is_judged_and_only_a_good_one_after_the_dot_accepted(stage: Stage, code: int, text: str) -> None:
    outcome = judge(stage, Answer(code, text))
    assert (outcome.verdict is V.ACCEPTED) == (stage is S.DOT and 200 <= code <= 299)
