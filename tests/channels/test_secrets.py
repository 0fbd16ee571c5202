"""Credentials are taken out of whatever a person or a log may read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.secrets import destination_key, scrub
from tests.channels.letters import KEY


@pytest.mark.parametrize("name", ["key", "access_token", "corpsecret", "KEY", "password"])
def test_credentials_in_an_address_are_hidden(name: str) -> None:
    shown = scrub(f'GET https://qyapi.weixin.qq.com/x?{name}={KEY}&b=1 "HTTP/1.1"')
    assert KEY not in shown
    assert "&b=1" in shown


@given(st.text())
def test_shown_words_are_one_short_line(words: str) -> None:
    shown = scrub(words)
    assert "\n" not in shown
    assert len(shown) <= 161


def test_name_of_a_destination_is_stable_and_tells_nothing() -> None:
    assert destination_key("wecom", KEY) == destination_key("wecom", KEY)
    assert destination_key("wecom", KEY) != destination_key("wecom", KEY + "x")
    assert KEY[:8] not in destination_key("wecom", KEY)
