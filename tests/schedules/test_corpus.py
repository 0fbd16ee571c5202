"""Every spelling of the corpus means what stands above it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules import Phase, Recurring, Unscheduled, normalise, scan
from schedules.occurrences import expand
from schedules.parser import by_rules, next_opening
from schedules.shapes import shaped
from schedules.spelling import spell
from tests.schedules.corpus import FIRST, FORMS, ISSUED, LAST, RANGES, YEAR, Form
from tests.schedules.sayings import PROSE, REFUSED, SAYINGS, SILENT
from tests.schedules.spellings import STYLES, render

WRITTEN = [(form, spelling) for form in FORMS for spelling in form.spellings]
SAID = [(phases, text) for _, phases, texts in SAYINGS for text in texts]
TEXTS = [render(spelling, form.example, style) for form, spelling in WRITTEN for style in STYLES] + [t for _, t in SAID]


def read(text: str) -> tuple[Phase, ...]:
    return normalise(text, year=YEAR, issued=ISSUED).phases


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(("form", "spelling"), WRITTEN, ids=lambda value: value if isinstance(value, str) else "")
def test_every_spelling_of_a_form_means_the_same(form: Form, spelling: str, style: str) -> None:
    assert read(render(spelling, form.example, style)) == form.means(form.example)


@pytest.mark.parametrize(("phases", "text"), SAID, ids=lambda value: value if isinstance(value, str) else "")
def test_every_saying_means_what_stands_above_it(phases: tuple[Phase, ...], text: str) -> None:
    assert read(text) == phases


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_what_cannot_be_is_refused_with_the_reason(text: str, reason: str) -> None:
    schedule = normalise(text, year=YEAR, issued=ISSUED)
    assert schedule.phases == ()
    assert reason in (schedule.error or "")


@pytest.mark.parametrize("prose", SILENT)
def test_nothing_is_found_where_nothing_is_due(prose: str) -> None:
    assert scan(prose, year=YEAR, issued=ISSUED) == []


@pytest.mark.parametrize(("prose", "expected"), PROSE)
def test_every_expression_of_prose_is_found_at_its_place(prose: str, expected: tuple[str, ...]) -> None:
    found = scan(prose, year=YEAR, issued=ISSUED)
    assert tuple(one.text for one in found) == expected
    assert all(prose[one.start : one.end] == one.text for one in found)


@pytest.mark.parametrize("text", TEXTS)
def test_a_shape_reads_what_the_rules_read(text: str) -> None:
    shape = shaped(spell(text), YEAR, ISSUED, next_opening)
    slow = by_rules(text, spell(text), year=YEAR, issued=ISSUED)
    assert shape is None or shape == (slow.phases, slow.rule)


RECURRING = [text for text in TEXTS if any(isinstance(phase, Recurring) and phase.dues for phase in read(text))]


@pytest.mark.parametrize("text", RECURRING)
def test_the_rule_of_a_recurrence_yields_its_due_days(text: str) -> None:
    for phase in read(text):
        if isinstance(phase, Recurring) and phase.dues is not None:
            begin, end = phase.start or FIRST, phase.end or LAST
            assert tuple(expand(phase.rrule, begin, end)) == phase.dues


@st.composite
def any_writing(draw: Any) -> tuple[Form, str, dict[str, int], str]:
    """A form, one of its spellings, numbers for its fields, and a style to write them in."""
    form = draw(st.sampled_from(FORMS))
    fields = {field: draw(st.integers(*RANGES[field])) for field in form.fields}
    return form, draw(st.sampled_from(form.spellings)), fields, draw(st.sampled_from(STYLES))


@given(any_writing())
def test_whatever_is_written_is_read_back(writing: tuple[Form, str, dict[str, int], str]) -> None:
    form, spelling, fields, style = writing
    if form.title.startswith("Months after the plan") and fields["n"] > 16:
        return  # beyond next year the date is not promised: see docs/expressions.md
    if form.title == "From one day to another" and fields["d"] > 27:
        return
    assert read(render(spelling, fields, style)) == form.means(fields)


def test_a_dateless_word_beside_a_date_adds_nothing() -> None:
    assert Unscheduled() not in read("8月底前及时完成")
