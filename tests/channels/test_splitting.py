"""Long text in pieces: nothing lost, nothing torn that must stay whole."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.message import UnsendableMessage
from channels.splitting import byte_size, split

LIMIT = 120
WHOLE = ["<@zhangsan>", "[查看清单](http://zwgk.example.gov.cn/a/WyIxIl0.sig)", "https://example.gov.cn/a/1-2_3.x"]
PIECES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            *(f"{token} " for token in WHOLE),
            "\n",
            "\n\n",
            " ",
            "**加粗**",
            "`8月25日`",
            '<font color="info">绿</font>',
            "清理重发，",
        ]
    ),
)
TEXTS = st.lists(PIECES, max_size=25).map("".join)


@given(TEXTS)
def test_pieces_together_are_the_text(text: str) -> None:
    assert "".join(split(text, LIMIT)) == text


@given(TEXTS, st.integers(80, 300))
def test_no_piece_is_longer_than_the_limit_or_empty(text: str, limit: int) -> None:
    for piece in split(text, limit):
        assert 0 < byte_size(piece) <= limit


@given(st.lists(st.one_of(st.sampled_from(WHOLE), st.text("清理重发abc 1\n，", max_size=30)), max_size=25))
def test_mentions_and_links_are_never_torn(pieces: list[str]) -> None:
    text = " ".join(pieces)
    whole = re.compile("|".join(map(re.escape, WHOLE)))
    assert sum(len(whole.findall(piece)) for piece in split(text, LIMIT)) == len(whole.findall(text))


def test_an_address_ends_where_chinese_begins() -> None:
    text = f"{WHOLE[2]}{'请打开' * 60}"
    assert split(text, LIMIT)[0].startswith(WHOLE[2] + "请打开")


def test_text_that_fits_stays_one() -> None:
    assert split("签收\n\n截止8月25日", LIMIT) == ["签收\n\n截止8月25日"]


def test_nothing_gives_no_piece() -> None:
    assert split("", LIMIT) == []


def test_items_are_kept_together_where_they_fit() -> None:
    items = [f"第{number}项　规章清理\n> 9月30日前\n\n" for number in range(1, 8)]
    for piece in split("".join(items), LIMIT):
        assert piece.startswith("第")
        assert piece.endswith("\n\n")


def test_an_item_too_long_is_cut_at_a_line() -> None:
    lines = [f"第{number}行：" + "清" * 20 + "\n" for number in range(9)]
    for piece in split("".join(lines), LIMIT):
        assert piece.startswith("第")
        assert piece.endswith("\n")


def test_a_line_too_long_is_cut_between_words() -> None:
    text = "2022-09-30 ZW22-0822-07 8318-0000 " * 10
    for piece in split(text, LIMIT):
        assert set(piece.split()) <= {"2022-09-30", "ZW22-0822-07", "8318-0000"}


def test_bold_words_longer_than_a_piece_are_cut_all_the_same() -> None:
    text = "**" + "清" * 100 + "**"
    assert "".join(split(text, LIMIT)) == text


def test_link_longer_than_a_message_is_refused() -> None:
    with pytest.raises(UnsendableMessage, match="超过企业微信一条消息的上限120字节"):
        split("请打开 http://example.gov.cn/" + "a" * 200, LIMIT)


def test_a_very_long_line_is_cut_quickly() -> None:
    assert 60 <= len(split("[" * 20_000 + "<" * 20_000 + "*" * 20_000 + "<font " * 10_000, 2000)) < 65
