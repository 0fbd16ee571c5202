"""Whatever text comes in: nothing is raised, no date is invented far away, every place is a place in the text."""

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.expressions import HOSTILE
from schedules import Continuous, Deadline, Phase, Recurring, Schedule, normalise, scan
from schedules.spelling import places, spell, year_number

YEAR = 2022
ISSUED = date(2021, 11, 3)
TIME = (
    "0123456789一二三四五六七八九十〇廿年月日号周季度旬底末初前后内上中下半第每至到个次起止期工作时点分今明本逐按各双单"
)
MARKS = "，。、；：:,;（）()《》〔〕“”-—~./ \n　"
WORDS = "自印发之日起收到申请后会议长期持续适时及时贯穿全常态化动态更新春节国庆农历腊正闰不少于至少超过完成的"
WIDE = "０１８Ａ週號\u200b\ufeff"
PARTS = [
    "8月底前",
    "每季度",
    "2021年",
    "第三、四季度",
    "3个工作日内",
    "，",
    "至",
    "、",
    "12月31日",
    "全年",
    "次年",
    "2次",
]
ANY = st.one_of(
    st.text(TIME, max_size=60),
    st.text(TIME + MARKS, max_size=120),
    st.text(TIME + MARKS + WORDS + WIDE, max_size=200),
    st.text(max_size=80),
    st.lists(st.sampled_from(PARTS), max_size=12).map("".join),
)


def days_of(phase: Phase) -> list[date]:
    """Every date that a phase holds."""
    if isinstance(phase, Deadline):
        return [day for day in (phase.start, phase.due) if day is not None]
    if isinstance(phase, Recurring):
        return [day for day in (phase.start, phase.end, *(phase.dues or ())) if day is not None]
    return [phase.start, phase.end] if isinstance(phase, Continuous) else []


def named_years(text: str) -> set[int]:
    """Every year that the text could be said to name, in figures or characters, and those of five-year plans."""
    spelled = spell(text)
    runs = re.findall("[0-9〇零○一二三四五六七八九]{2,}", spelled)
    fours = {run[at : at + 4] for run in runs for at in range(len(run) - 3)}
    years = {year for four in fours if (year := year_number(four)) is not None}
    short = {2000 + int(run[at : at + 2]) for run in runs for at in range(len(run) - 1) if run[at : at + 2].isdigit()}
    plans = {2006 + 5 * n for n in range(6)} | {2010 + 5 * n for n in range(6)} if "五" in spelled else set()
    return years | short | plans


@given(ANY)
@settings(max_examples=400)
def test_no_text_raises(text: str) -> None:
    schedule = normalise(text, year=YEAR, issued=ISSUED)
    assert isinstance(schedule, Schedule)
    assert bool(schedule.phases) != (schedule.error is not None)


@given(ANY)
@settings(max_examples=400)
def test_no_date_lies_outside_the_years_in_question_and_their_neighbours(text: str) -> None:
    years = named_years(text) | {YEAR, ISSUED.year}
    for phase in normalise(text, year=YEAR, issued=ISSUED).phases:
        assert all(min(years) - 1 <= day.year <= max(years) + 1 for day in days_of(phase))


@given(ANY)
@settings(max_examples=300)
def test_every_expression_found_is_part_of_the_text(text: str) -> None:
    end = 0
    for found in scan(text, year=YEAR, issued=ISSUED):
        assert 0 <= found.start < found.end <= len(text)
        assert text[found.start : found.end] == found.text
        assert found.end >= end
        assert found.phases
        end = found.end


@given(ANY)
def test_every_kept_character_has_its_place(text: str) -> None:
    kept = places(text)
    assert len(kept) == len(spell(text)) + 1
    assert kept == sorted(kept)


@given(ANY, ANY)
@settings(max_examples=200)
def test_reading_does_not_depend_on_what_was_read_before(before: str, text: str) -> None:
    alone = normalise(text, year=YEAR, issued=ISSUED)
    normalise(before, year=YEAR + 1)
    assert normalise(text, year=YEAR, issued=ISSUED) == alone


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
def test_ten_thousand_characters_are_read(unit: str) -> None:
    text = (unit * 10_000)[:10_000]
    assert isinstance(normalise(text, year=YEAR, issued=ISSUED), Schedule)
    assert isinstance(scan(text, year=YEAR, issued=ISSUED), list)


@pytest.mark.parametrize("year", [0, 22, 99999])
def test_a_plan_year_that_no_plan_has_is_refused(year: int) -> None:
    with pytest.raises(ValueError, match="年份应在1900年至2199年之间"):
        normalise("8月底前", year=year)
