"""The posted form of an acknowledgement page, read into answers and a giver, one sentence per mistake.

The page and this reader share one table, so that what is asked for is what is read. Fields of the form:

- `q.<kind>` the choice for every item of a kind, `date.<kind>.<choice>` and `text.<kind>.<choice>` what it needs;
- `pick.<obligation>` another choice for one item, with its `date.<obligation>` and `text.<obligation>`;
- `tasks.<obligation>` the numbers that are not the unit's own (only of a signature, several);
- `who` (`c<contact id>` or `other`), `name`, `phone`; in a group `digits`, the last four of the mobile on record.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from reminders.answers import CHOICES, Answer, Assurance, Choice, Door, Giver
from reminders.messages.clean import clean
from reminders.messages.views import ItemView
from reminders.messages.words import short_day, title_of

LONGEST_TEXT = 1000
LONGEST_NAME = 20
OTHER = "other"
_NOT_ASKED = frozenset(("extension", "objection", "held", "review", "undelivered", "line"))
_GROUP_KINDS = ("signature", "confirmation")

Fields = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One choice of one kind: its label and what must come with it."""

    label: str
    date: str = ""  # the label of its date; none is asked where empty
    text: str = ""
    text_needed: bool = True


_EXTEND = Wanted("有困难，申请延期", "申请延期到", "原因")
_SUBMIT = Wanted("已办结，提交审核", "办结日期", "办结情况（文件名、网页链接等）")
_NOT_OURS = Wanted("不归本单位", "", "理由")
WANTED = {
    ("signature", Choice.SIGN): Wanted("签收全部"),
    ("signature", Choice.NOT_OURS): Wanted("签收，但有事项不归本单位", "", "理由"),
    ("confirmation", Choice.ON_TIME): Wanted("能按期"),
    ("confirmation", Choice.EXTEND): _EXTEND,
    ("confirmation", Choice.SUBMIT): _SUBMIT,
    ("confirmation", Choice.NOT_OURS): _NOT_OURS,
    ("completion", Choice.SUBMIT): _SUBMIT,
    ("completion", Choice.EXTEND): Wanted("还没有办结，申请延期", "预计办结到", "原因"),
    ("completion", Choice.NOT_OURS): _NOT_OURS,
    ("return", Choice.NORMAL): Wanted("均正常推进", "", "写一段，100字左右（可以不填）", text_needed=False),
    ("return", Choice.UNTOUCHED): Wanted("部分本季度未涉及", "", "涉及的写一段（可以不填）", text_needed=False),
    ("return", Choice.DIFFICULT): Wanted("有困难", "", "什么困难、需要什么支持"),
}


class Person(Protocol):
    """A contact of the unit whom the page offers as giver."""

    @property
    def contact_id(self) -> int: ...

    @property
    def name(self) -> str: ...

    @property
    def phone(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing to mend: the field it is about and a sentence for the person."""

    field: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a form says; answers count only where there is no mistake."""

    answers: tuple[Answer, ...] = ()
    giver: Giver | None = None
    digits: str = field(default="", repr=False)
    mistakes: tuple[Mistake, ...] = ()


class _FormError(ValueError):
    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.mistake = Mistake(name, sentence)


def asked(items: Sequence[ItemView], *, group: bool = False) -> tuple[ItemView, ...]:
    """The items that a page may ask about; a group's page asks for 签收 and 确认 alone."""
    kinds = _GROUP_KINDS if group else tuple(CHOICES)
    return tuple(item for item in items if item.kind in kinds and item.step not in _NOT_ASKED)


def read_form(
    fields: Fields, items: Sequence[ItemView], people: Sequence[Person], *, today: date, group: bool
) -> Reading:
    """Read a whole form for the items that are still open."""
    answers: list[Answer] = []
    mistakes: list[Mistake] = []
    for kind in CHOICES:
        of_kind = [item for item in asked(items, group=group) if item.kind == kind]
        try:
            answers += _answers(fields, kind, of_kind, today)
        except _FormError as error:
            mistakes.append(error.mistake)
    if not answers and not mistakes:
        mistakes.append(Mistake("q", "还没有选择答复，请先选一项。"))
    giver, digits = None, ""
    try:
        giver, digits = read_giver(fields, people, group=group)
    except _FormError as error:
        mistakes.append(error.mistake)
    return Reading(tuple(answers), giver, digits, tuple(mistakes))


def read_person(fields: Fields, people: Sequence[Person]) -> Giver | None:
    """The registered contact who speaks; None where nobody on record was chosen."""
    try:
        giver, _ = read_giver(fields, people, group=False)
    except _FormError:
        return None
    return giver if giver.contact_id is not None else None


def read_giver(fields: Fields, people: Sequence[Person], *, group: bool) -> tuple[Giver, str]:
    """Who answers, and the four digits a group's page asks for."""
    who = _one(fields, "who")
    if who == OTHER and not group:
        return _other(fields), ""
    known = {f"c{person.contact_id}": person for person in people}
    if who not in known:
        raise _FormError("who", "还没有选择是谁在答复，请选一位同志。")
    person = known[who]
    assurance = Assurance.A1 if group else Assurance.A0
    return Giver(person.contact_id, person.name, person.phone, Door.LINK, assurance), _digits(fields) if group else ""


def read_date(text: str, today: date) -> date | None:
    """A date as a browser sends it or a person types it: 2022-10-21, 2022/10/21, 2022年10月21日, 10月21日."""
    plain = unicodedata.normalize("NFKC", text).strip()
    found = re.fullmatch(r"(?:(\d{4})\s*[-/.年]\s*)?(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", plain)
    if found is None:
        return None
    try:
        return date(int(found[1] or today.year), int(found[2]), int(found[3]))
    except ValueError:
        return None


def _answers(fields: Fields, kind: str, items: Sequence[ItemView], today: date) -> list[Answer]:
    """The answers to one kind; none where its question was left alone."""
    if not items:
        return []
    overall = _choice(fields, f"q.{kind}", kind)
    if kind == "signature":
        return _signatures(fields, items, overall)
    picks = {item.obligation_id: _choice(fields, f"pick.{item.obligation_id}", kind) for item in items}
    if overall is None and not any(picks.values()):
        return []
    found = []
    for item in items:
        pick = picks[item.obligation_id]
        choice = pick or overall
        if choice is None:
            raise _FormError(f"q.{kind}", f"{title_of(item)}还没有选择答复：请在总的一问里选一项，或为它单独选。")
        suffix = str(item.obligation_id) if pick else f"{kind}.{choice}"
        found.append(_dated(fields, item, choice, suffix, today))
    return found


def _signatures(fields: Fields, items: Sequence[ItemView], overall: Choice | None) -> list[Answer]:
    if overall is None:
        return []
    if overall is Choice.SIGN:
        return [Answer(item.obligation_id, Choice.SIGN) for item in items]
    ticked = {item.obligation_id: _ticked(fields, item) for item in items}
    if not any(ticked.values()):
        raise _FormError("tasks", "选了“有事项不归本单位”，请在下面勾选是哪几项。")
    wanted = WANTED["signature", Choice.NOT_OURS]
    text = _text(fields, "text.signature.not_ours", wanted, "请写明这几项为什么不归本单位。")
    return [
        Answer(number, Choice.NOT_OURS, text=text, tasks=tasks) if tasks else Answer(number, Choice.SIGN)
        for number, tasks in ticked.items()
    ]


def _ticked(fields: Fields, item: ItemView) -> tuple[str, ...]:
    known = {task.number for task in item.tasks}
    return tuple(number for number in fields.get(f"tasks.{item.obligation_id}", ()) if number in known)


def _dated(fields: Fields, item: ItemView, choice: Choice, suffix: str, today: date) -> Answer:
    wanted = WANTED[item.kind, choice]
    which = title_of(item)
    day = _day(fields, f"date.{suffix}", wanted, which, today) if wanted.date else None
    missing = f"{which}：选了“{wanted.label}”，请写明{wanted.text.partition('（')[0]}。"
    text = _text(fields, f"text.{suffix}", wanted, missing) if wanted.text else ""
    if choice is Choice.EXTEND and day is not None:
        _check_extension(day, item, f"date.{suffix}", today)
        return Answer(item.obligation_id, choice, until=day, text=text)
    if choice is Choice.SUBMIT and day is not None:
        _check_done(day, which, f"date.{suffix}", today)
        return Answer(item.obligation_id, choice, done_on=day, text=text)
    return Answer(item.obligation_id, choice, text=text)


def _check_extension(until: date, item: ItemView, name: str, today: date) -> None:
    if until <= today:
        raise _FormError(name, f"{title_of(item)}：{short_day(until, today)}已经过去，请填今天以后的日期。")
    if item.due_on is not None and until <= item.due_on:
        raise _FormError(name, f"{title_of(item)}：原定{short_day(item.due_on, today)}到期，延期的日期要比它晚。")


def _check_done(done_on: date, which: str, name: str, today: date) -> None:
    if done_on > today:
        raise _FormError(name, f"{which}：办结日期{short_day(done_on, today)}还没有到，请填实际办结的日期。")
    if done_on.year < today.year - 1:
        raise _FormError(name, f"{which}：办结日期{done_on.year}年太早，请检查年份。")


def _day(fields: Fields, name: str, wanted: Wanted, which: str, today: date) -> date:
    text = _one(fields, name)
    if not text:
        raise _FormError(name, f"{which}：选了“{wanted.label}”，请填写日期（{wanted.date}）。")
    day = read_date(text, today)
    if day is None:
        raise _FormError(name, f"{which}：“{clean(text)[:20]}”不是一个日期，请写成 {today.year}-10-21 这样。")
    return day


def _text(fields: Fields, name: str, wanted: Wanted, missing: str) -> str:
    text = clean(_one(fields, name))
    if not text and wanted.text_needed:
        raise _FormError(name, missing)
    if len(text) > LONGEST_TEXT:
        raise _FormError(name, f"文字有{len(text)}字，请缩短到{LONGEST_TEXT}字以内，其余可以打电话或发邮件说明。")
    return text


def _choice(fields: Fields, name: str, kind: str) -> Choice | None:
    value = _one(fields, name)
    if not value:
        return None
    if value not in CHOICES[kind]:
        raise _FormError(name, "答复的选项不对，请重新打开通知里的链接再选。")
    return Choice(value)


def _other(fields: Fields) -> Giver:
    name, phone = clean(_one(fields, "name")), unicodedata.normalize("NFKC", clean(_one(fields, "phone")))
    if not name:
        raise _FormError("name", "选了“其他同志”，请填写姓名。")
    if len(name) > LONGEST_NAME:
        raise _FormError("name", f"姓名太长，请填写{LONGEST_NAME}字以内。")
    if not phone:
        raise _FormError("phone", f"请填写{name}的办公电话，主管处室好核对。")
    if not re.fullmatch(r"[\d+\-() 转]{5,24}", phone) or sum(letter.isdigit() for letter in phone) < 5:
        raise _FormError("phone", f"“{phone[:24]}”不像电话号码，请只填数字，例如 020-12345678。")
    return Giver(None, name, phone, Door.LINK, Assurance.A0)


def _digits(fields: Fields) -> str:
    digits = unicodedata.normalize("NFKC", _one(fields, "digits")).strip()
    if not re.fullmatch(r"[0-9]{4}", digits):
        raise _FormError("digits", "请填写登记手机号的后四位数字。")
    return digits


def _one(fields: Fields, name: str) -> str:
    return next((value.strip() for value in fields.get(name, ()) if value.strip()), "")
