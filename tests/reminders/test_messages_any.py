"""Whatever a view holds, its message renders within limits and does nothing but speak."""

from __future__ import annotations

import re
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reminders.messages import (
    Colour,
    DigestView,
    ItemView,
    MessageKind,
    MessageView,
    OfficeView,
    PersonView,
    TaskView,
    compose,
)
from reminders.messages.clean import clean
from reminders.messages.render import MARKDOWN_BYTES, SUBJECT_LENGTH

LINK = "https://cuiban.example.cn/a/token"
STEPS = (
    "sign", "remind", "level1", "level2", "level2b", "T-10", "T-3", "T0", "T+1", "T+5", "start", "middle", "count-2",
    "return", "return-remind", "undelivered", "extension", "objection", "held", "review", "line",
)  # fmt: skip
TELLTALES = re.compile(r"\{\{|Undefined|None")  # what a template leaks; it never goes in
hostile = st.sampled_from(["<@all>", "[a](http://x)", "=?utf-8?q?x?=", ""])
texts = (
    st.text(st.characters(codec="utf-8"), max_size=40).filter(lambda text: not TELLTALES.search(clean(text))) | hostile
)
days = st.dates(date(2021, 12, 1), date(2023, 2, 28))
people = st.lists(st.builds(PersonView, texts, texts, texts), max_size=2).map(tuple)
tasks = st.lists(
    st.builds(
        TaskView,
        number=st.integers(1, 99).map(str),
        short=texts,
        deadline_text=st.none() | texts,
        duty=st.sampled_from(["lead", "support"]),
        collective=st.booleans(),
        lead=st.just(("综合处",)),
        due_dates=st.lists(days, max_size=2).map(tuple),
        continuous=st.booleans(),
    ),
    max_size=3,
).map(tuple)
items = st.builds(
    ItemView,
    item_id=st.integers(1, 9),
    obligation_id=st.integers(1, 9),
    kind=st.sampled_from(["signature", "confirmation", "completion", "return"]),
    step=st.sampled_from(STEPS),
    level=st.integers(0, 2),
    plan_id=st.integers(1, 3),
    plan_title=texts,
    unit=texts,
    number=st.sampled_from(["", "3", "12", "十一"]),
    short=texts,
    deadline_text=st.none() | texts,
    reading=texts,
    due_on=st.none() | days,
    due_time=st.none() | st.just("17:00"),
    answer_by=st.none() | days,
    colour=st.sampled_from(Colour),
    state=st.sampled_from(["", "suspended"]),
    count=st.integers(1, 3),
    workdays_left=st.none() | st.integers(-9, 30),
    promised=texts,
    next_step=texts,
    phones=people,
    evidence=st.lists(texts, max_size=2).map(tuple),
    tasks=tasks,
    marks=st.lists(texts, max_size=2).map(tuple),
)
lists = st.lists(items, max_size=3).map(tuple)
digests = st.builds(DigestView, week=days, last=days, due=lists, overdue=lists, unanswered=lists, escalated=lists)
views = st.builds(
    MessageView,
    kind=st.sampled_from(MessageKind),
    slot=st.just("2022-09-16/am"),
    day=days,
    destination=texts,
    recipient=texts,
    role=st.sampled_from(["liaison", "head", "leader", "group"]),
    unit=st.just("综合处") | texts,
    office=st.builds(OfficeView, st.just("综合处"), texts, texts, texts),
    plan_titles=st.lists(texts, max_size=3).map(tuple),
    items=st.lists(items, max_size=8).map(tuple),
    link=st.sampled_from(["", LINK]),
    number=texts,
    digest=st.none() | digests,
    catch_up=st.booleans(),
    confirmed_by_others=st.lists(texts, max_size=2).map(tuple),
    answer_text=texts,
    copied_from=st.lists(texts, max_size=1).map(tuple),
)
quick = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@quick
@given(views)
def test_any_view_renders_within_its_limits(view: MessageView) -> None:
    rendered = compose(view)
    assert 0 < len(rendered.subject) <= SUBJECT_LENGTH
    assert len(rendered.markdown.encode()) <= MARKDOWN_BYTES
    assert len(rendered.html.encode()) < 100_000  # some mail readers cut what is longer


@quick
@given(views)
def test_no_view_leaks_a_control_character_or_the_insides_of_a_template(view: MessageView) -> None:
    rendered = compose(view)
    whole = "\n".join((rendered.subject, rendered.text, rendered.html, rendered.markdown))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e]", whole)
    assert not TELLTALES.search(whole)


@quick
@given(views)
def test_no_view_brings_a_link_or_a_mention_of_its_own(view: MessageView) -> None:
    markdown = compose(view).markdown
    assert "<@" not in markdown
    assert set(re.findall(r"\]\((.*?)\)", markdown)) <= {LINK}
    assert "=?" not in compose(view).subject


@quick
@given(views)
def test_whatever_a_reader_opens_has_its_link_in_every_output(view: MessageView) -> None:
    rendered = compose(view)
    here = [LINK in output for output in (rendered.text, rendered.html, rendered.markdown)]
    assert len(set(here)) == 1
