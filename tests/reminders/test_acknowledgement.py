"""Promises of the link: what we signed is ours, what is too quick is asked again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.acknowledgement import Limits, LinkKeys, Receipt, Suspicion, judge, link_hash, may_withdraw

OLD, NEW = "the older of the two keys", "the newer of the two keys"
KEYS = LinkKeys((OLD, NEW))
LINK = "q0Z3Yb7TQX2m8tWlUa9sNw"
NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
LIMITS = Limits()


def seconds(n: float) -> timedelta:
    return timedelta(seconds=n)


def verdict(made_at: datetime | None, accepted_at: datetime | None = None) -> Suspicion | None:
    return judge(made_at, now=NOW, accepted_at=accepted_at, business_now=NOW, limits=LIMITS).suspicion


def test_token_leads_back_to_its_link() -> None:
    assert KEYS.link_id(KEYS.token(LINK)) == LINK
    assert len(KEYS.token(LINK)) < 70


def test_token_signed_with_the_old_key_still_opens_after_rotation() -> None:
    assert KEYS.link_id(LinkKeys((OLD,)).token(LINK)) == LINK


def test_newest_key_signs() -> None:
    assert LinkKeys((NEW,)).link_id(KEYS.token(LINK)) == LINK
    assert LinkKeys((OLD,)).link_id(KEYS.token(LINK)) is None


@given(st.text())
def test_nothing_but_our_signature_opens_a_link(text: str) -> None:
    assert KEYS.link_id(text) is None
    assert KEYS.made_at(text, LINK) is None
    assert KEYS.read_receipt(text, LINK) is None


@given(st.integers(0, 65), st.sampled_from("abcXYZ019-_~"))
def test_one_changed_character_closes_the_link(place: int, letter: str) -> None:
    token = KEYS.token(LINK)
    forged = token[:place] + letter + token[place + 1 :]
    # The last character of a base64 signature carries unused bits; what it decodes to is the same signature.
    assert forged == token or place >= len(token) - 1 or KEYS.link_id(forged) is None


def test_a_nonce_is_no_token_and_a_token_no_nonce() -> None:
    assert KEYS.link_id(KEYS.nonce(LINK, NOW)) is None
    assert KEYS.made_at(KEYS.token(LINK), LINK) is None


def test_nonce_remembers_when_its_page_was_made() -> None:
    assert KEYS.made_at(KEYS.nonce(LINK, NOW), LINK) == NOW


def test_nonce_of_one_link_is_worthless_on_another() -> None:
    assert KEYS.made_at(KEYS.nonce("another link", NOW), LINK) is None


def test_number_is_two_digits_and_hangs_on_the_nonce() -> None:
    numbers = {KEYS.number(KEYS.nonce(LINK, NOW + seconds(n))) for n in range(200)}
    assert all(len(number) == 2 and number.isdigit() and int(number) >= 10 for number in numbers)
    assert len(numbers) > 60


def test_keys_never_show_in_a_repr() -> None:
    assert NEW not in repr(KEYS)


@pytest.mark.parametrize("keys", [(), ("short",)])
def test_weak_or_missing_keys_stop_the_start(keys: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="签名密钥"):
        LinkKeys(keys)


def test_store_keeps_only_a_hash_of_the_link() -> None:
    assert LINK not in link_hash(LINK)
    assert len(link_hash(LINK)) == 64


def test_answer_from_a_page_read_for_a_while_counts() -> None:
    assert verdict(NOW - seconds(3), accepted_at=NOW - seconds(60)) is None


def test_answer_without_a_page_is_suspect() -> None:
    assert verdict(None) is Suspicion.NO_NONCE


def test_answer_from_a_page_younger_than_three_seconds_is_suspect() -> None:
    assert verdict(NOW - seconds(2.9)) is Suspicion.TOO_YOUNG


def test_answer_within_a_minute_of_acceptance_is_suspect() -> None:
    assert verdict(NOW - seconds(10), accepted_at=NOW - seconds(59)) is Suspicion.JUST_ACCEPTED


def test_page_from_the_future_counts_as_none() -> None:
    assert verdict(NOW + seconds(60)) is Suspicion.NO_NONCE


def test_acceptance_counts_in_business_time_not_in_machine_time() -> None:
    spring = datetime(2022, 3, 1, 9, 0, tzinfo=UTC)
    found = judge(NOW - seconds(9), now=NOW, accepted_at=spring, business_now=spring + seconds(30), limits=LIMITS)
    assert found.suspicion is Suspicion.JUST_ACCEPTED


def test_message_in_doubt_is_not_held_against_its_reader() -> None:
    assert verdict(NOW - seconds(9), accepted_at=None) is None


def test_receipt_takes_back_for_ten_minutes() -> None:
    receipt = KEYS.read_receipt(KEYS.receipt(LINK, Receipt((7, 12), NOW)), LINK)
    assert receipt == Receipt((7, 12), NOW)
    assert may_withdraw(receipt, now=NOW + timedelta(minutes=10), limits=LIMITS)
    assert not may_withdraw(receipt, now=NOW + timedelta(minutes=10, seconds=1), limits=LIMITS)


def test_receipt_of_another_link_takes_back_nothing() -> None:
    assert KEYS.read_receipt(KEYS.receipt("another link", Receipt((7,), NOW)), LINK) is None
