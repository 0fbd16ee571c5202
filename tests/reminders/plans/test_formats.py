"""The same plan reads the same in every format an office sends it in."""

import pytest

from reminders.plans import read_plan
from reminders.sample import sample_plan
from tests.reminders.plans.conversions import (
    FORMATS,
    PAPERS,
    PROSE_FORMATS,
    prose_lines,
    source_of,
    to_drawn_pdf,
    to_pdf,
)
from tests.reminders.plans.shared import NAMES, agree, gold, iso, mention_phases, source, without_blanks, without_rule

GUANGZHOU = "guangzhou-emergency-2022"


@pytest.mark.parametrize("kind", FORMATS)
def test_the_scanned_plan_agrees_in_every_format(kind: str) -> None:
    made = FORMATS[kind](source_of(source(GUANGZHOU).read_text(encoding="utf-8")))
    plan = read_plan(made, f"plan.{kind}")
    assert plan.source_format == kind
    agree(plan, GUANGZHOU)
    assert without_blanks(plan.title) == without_blanks(gold(GUANGZHOU)["title"])
    assert (plan.issuer, plan.year) == ("广州市应急管理局", 2022)


@pytest.mark.long
@pytest.mark.parametrize("paper", PAPERS)
def test_a_pdf_agrees_whatever_its_paper(paper: str) -> None:
    made = to_pdf(source_of(source(GUANGZHOU).read_text(encoding="utf-8")), PAPERS[paper])
    agree(read_plan(made, "plan.pdf"), GUANGZHOU)


@pytest.mark.long
@pytest.mark.parametrize(
    ("cuts", "letters"), [((10, 50, 40, 10, 20), 8), ((9, 33, 29, 7, 13), 9), ((8, 30, 25, 8, 12), 7)]
)
def test_a_pdf_whose_lines_are_cut_by_number_agrees(cuts: tuple[int, ...], letters: float) -> None:
    made = to_drawn_pdf(source_of(source(GUANGZHOU).read_text(encoding="utf-8")), cuts, letters)
    agree(read_plan(made, "plan.pdf"), GUANGZHOU)


@pytest.mark.parametrize("kind", FORMATS)
def test_the_sample_reads_the_same_in_every_format(kind: str) -> None:
    text = sample_plan(2026)
    wanted = read_plan(text.encode(), "plan.txt")
    plan = read_plan(FORMATS[kind](source_of(text)), f"plan.{kind}")
    assert (plan.title, plan.issuer, plan.number, plan.issued) == (
        wanted.title,
        wanted.issuer,
        wanted.number,
        wanted.issued,
    )
    for task, want in zip(plan.tasks, wanted.tasks, strict=True):
        assert (task.number, task.lead, task.support, task.phases) == (
            want.number,
            want.lead,
            want.support,
            want.phases,
        )
        assert (task.section, task.title, task.requirement, task.measure, task.deadline_text) == (
            want.section,
            want.title,
            want.requirement,
            want.measure,
            want.deadline_text,
        )


@pytest.mark.parametrize("kind", FORMATS)
def test_the_covering_letter_offers_its_deadlines_in_every_format(kind: str) -> None:
    made = FORMATS[kind](source_of(source(GUANGZHOU).read_text(encoding="utf-8")))
    wanted = [without_rule(also["phases"]) for also in gold(GUANGZHOU)["also"]]
    assert mention_phases(read_plan(made, f"plan.{kind}").mentions) == wanted


@pytest.mark.parametrize("kind", PROSE_FORMATS)
@pytest.mark.parametrize("name", [name for name in NAMES if name != GUANGZHOU])
def test_prose_agrees_in_every_format(name: str, kind: str) -> None:
    made = PROSE_FORMATS[kind](prose_lines(source(name).read_text(encoding="utf-8")))
    plan, wanted = read_plan(made, f"plan.{kind}"), gold(name)
    agree(plan, name)
    assert without_blanks(plan.title) == without_blanks(wanted["title"])
    assert (plan.issuer, plan.year, iso(plan.issued)) == (wanted["issuer"], wanted["year"], wanted["issued"])
