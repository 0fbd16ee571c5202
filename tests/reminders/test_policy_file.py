"""A policy as a file: it comes back as it was written, and every mistake ends in one sentence with its place."""

from __future__ import annotations

import contextlib
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.exceptions import InputError
from reminders.figures import ANY, changed, figures
from reminders.policy import PRESETS, Ladder, LeadersRhythm, Policy, Preset, Rung
from reminders.policy_file import policy_from, policy_text, read_policy

GENTLE, STRICT = PRESETS[Preset.GENTLE], PRESETS[Preset.STRICT]

# what is written: what the sentence has to say
REFUSED = {
    "signature.w0 = 0": "signature.w0（单位有几个工作日答复，过后报告主管处室）应是 1 至 60 的整数，读到的是 0",
    "yellow_from = true": "yellow_from（到期前几个工作日起亮黄灯）应是 0 至 60 的整数，读到的是 true",
    "yellow_from = 3.0": "应是 0 至 60 的整数，读到的是 3.0",
    "yellow_from = 2022-09-30": "应是 0 至 60 的整数，读到的是 2022-09-30",
    "rounds = 0": "rounds（没有签收或答复的，向领导小组最多提几次）应是 1 至 2 的整数，读到的是 0",
    "rounds = 100": "读到的是 100",
    "confirmation.highest = 3": "confirmation.highest（最高报到哪一级：0 单位，1 主管处室，2 领导小组）应是 0 至 2",
    'level2 = "maybe"': "应是 auto 或 hold，读到的是 maybe",
    "level2 = 1": "应是 auto 或 hold，读到的是 1",
    'preset = "soft"': "应是 gentle 或 strict，读到的是 soft",
    'workgroup_per_week = "many"': '应是 0 至 10 的整数，或 "any"（不限），读到的是 many',
    'digest_everyone = "yes"': "应是 true 或 false，读到的是 yes",
    "patience = 3": "没有「patience」这个数字，可以写的有 preset、",
    "signature.w2 = 3": "没有「signature.w2」这个数字，signature 里可以写的有 w0、w1、highest",
    "signature = 3": "signature（签收）应写成一段 [signature]，读到的是 3",
    "rungs = 3": "rungs 应写成一段 [rungs]，读到的是 3",
    "rungs.none = []": "没有「rungs.none」这个阶梯，可以写的有 deadline、quarterly、monthly",
    "rungs.deadline = 20": "rungs.deadline（有期限的节点）应是不超过 20 次提醒的列表",
    "rungs.deadline = [20, 3]": "rungs.deadline 第1次应写作 { before = 3 }，读到的是 20",
    "rungs.deadline = [{ before = 3 }, { after = 1 }]": "rungs.deadline 第2次应写作 { before = 3 }",
    "rungs.deadline = [{ before = -1 }]": "rungs.deadline 第1次的 before（到期前几个工作日，0 是到期当天）应是 0",
    "rungs.deadline = [{ before = 3, loud = true }]": "没有「rungs.deadline 第1次的 loud」这个数字",
    "rungs.deadline = [{ before = 3 }, { before = 20 }]": "rungs.deadline 的 before 应从大到小，不重复（现为 3、20）",
    "rungs.monthly = [{ before = 3 }, { before = 3 }]": "rungs.monthly 的 before 应从大到小，不重复（现为 3、3）",
    "rungs.deadline = [{ before = 9, asks = true }, { before = 8, asks = true }]": "只能有一次 asks = true",
    "rungs.deadline = [{ before = 3, asks = true }]": "before（3）应大于 confirmation.w0（3）",
    "rungs.deadline = [{ before = 9, asks = true, needs_left = 40 }]": "那一次不能再写 unless_on_time",
    "rungs.deadline = [{ before = 3, early_before_break = true }]": "early_before_break 只用于 before = 0",
    "overdue_level1 = 5": "overdue_level2（5）应大于 overdue_level1（5）",
    "ask_return.due = 3": "opens 大于 reminds，reminds 大于 due（现为 10、3、3）",
    "ask_return.needs_left = 3": "ask_return.needs_left（3）应大于 ask_return.reminds（3）",
    "yellow_from =": "末尾写法不对",
    "yellow_from = 1\nyellow_from = 2": "写法不对",
    "yellow_from = 3\nrounds 2": "第2行第8列写法不对",
    "yellow_from = 0x" + "f" * 6000: "读到的是 一个很大的数",
    "rungs.deadline = [[[0x" + "f" * 6000 + "]]]": "读到的是 一个列表",
    "a = " + "[" * 9000: "写法不对",
}


@pytest.mark.parametrize("preset", Preset)
def test_a_policy_comes_back_from_its_file_as_it_was(preset: Preset) -> None:
    assert policy_from(policy_text(PRESETS[preset]), "a.toml") == PRESETS[preset]


def test_the_file_names_every_figure_once_with_a_comment() -> None:
    text = policy_text(GENTLE)
    for path, field in figures():
        assert field.description
        assert text.count(field.description) >= 1, path
    given = tomllib.loads(text)
    flat = [f"{table}.{name}" if isinstance(part, dict) else table for table, part in given.items() for name in
            (part if isinstance(part, dict) else [table])]  # fmt: skip
    assert sorted(flat) == sorted([p for p, _ in figures() if "*" not in p] + [f"rungs.{n}" for n in given["rungs"]])


def test_what_a_file_leaves_out_is_that_of_its_preset() -> None:
    assert policy_from("", "a.toml") == GENTLE
    assert policy_from('preset = "strict"', "a.toml") == STRICT
    mended = policy_from('preset = "strict"\nworkgroup_per_week = 1\nsignature.w0 = 4', "a.toml")
    assert mended.signature.w0 == 4
    assert mended.signature.w1 == STRICT.signature.w1
    assert changed(STRICT, mended) == {"signature.w0": (2, 4), "workgroup_per_week": (ANY, 1)}


def test_a_ladder_is_taken_as_a_whole() -> None:
    found = policy_from("rungs.deadline = [{ before = 5 }]", "a.toml")
    assert found.rungs[Ladder.DEADLINE] == (Rung(before=5),)
    assert found.rungs[Ladder.MONTHLY] == GENTLE.rungs[Ladder.MONTHLY]
    assert changed(GENTLE, found) == {
        "rungs.deadline": ("T-20（至少剩40天）、T-10问能否按期、T-3（答复能按期的除外）、T0（连休前提早）", "T-5")
    }


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_be_used_is_refused_with_its_place_and_what_is_allowed(text: str) -> None:
    with pytest.raises(InputError) as refused:
        policy_from(text, "办公室.toml")
    said = str(refused.value)
    assert REFUSED[text] in said
    assert said.startswith("规则文件「办公室.toml」")
    assert said.endswith("。")
    assert "\n" not in said
    assert len(said) < 1000


def test_every_mistake_is_named_at_once() -> None:
    with pytest.raises(InputError, match=r"yellow_from.*；.*rounds.*；.*patience"):
        policy_from("yellow_from = 99\nrounds = 9\npatience = 1", "a.toml")


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    unreadable: dict[str, bytes] = {"gbk.toml": "preset = '宽'".encode("gbk"), "big.toml": b"#" * 70_000}
    for name, data in unreadable.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(InputError, match=name):
            read_policy(tmp_path / name)
    with pytest.raises(InputError, match=r"missing\.toml"):
        read_policy(tmp_path / "missing.toml")
    with pytest.raises(InputError, match=tmp_path.name):
        read_policy(tmp_path)


def test_a_file_saved_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(policy_text(STRICT).encode("utf-8-sig"))
    assert read_policy(tmp_path / "a.toml") == STRICT


def test_a_policy_stored_before_a_figure_was_added_is_read_with_its_default() -> None:
    old = GENTLE.model_dump(mode="json", exclude={"climbs", "rounds", "support", "leaders_weekday"})
    assert Policy.model_validate(old) == GENTLE
    assert Policy.model_validate(old).leaders is LeadersRhythm.WEEKLY


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*Policy.model_fields, "else"]), VALUES, max_size=4))
def test_whatever_stands_in_a_file_is_a_policy_or_a_sentence(found: dict[str, Any]) -> None:
    text = "\n".join(f"{name} = {_toml(value)}" for name, value in found.items() if value is not None)
    with contextlib.suppress(InputError):
        read = policy_from(text, "a.toml")
        assert policy_from(policy_text(read), "b.toml") == read


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(_toml(one) for one in value if one is not None)}]"
    if isinstance(value, dict):
        pairs = (f"{_toml(name)} = {_toml(one)}" for name, one in value.items() if one is not None)
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(letter):08x}" for letter in value if not 0xD800 <= ord(letter) < 0xE000) + '"'
    return repr(value)
