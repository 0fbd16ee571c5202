"""What each ask says to the unit that owes: its section of the letter and its words in the subject."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from reminders.messages.clean import clip
from reminders.messages.letter import Group, Section
from reminders.messages.rows import covered, dated_row, grouped, standing
from reminders.messages.views import ItemView, MessageView
from reminders.messages.words import Ask, by_day, day, listing, number_of, plan_name, plan_short, several, short_day

Items = Sequence[ItemView]
_NEAR = 20  # working days; a number further off says nothing in a subject


@dataclass(frozen=True, slots=True)
class Wording:
    """Everything one ask needs: subject prefix, button, the reply that equals the link, section and subject."""

    prefix: str
    button: str
    reply: str
    section: Callable[[MessageView, Items], Section]
    subject: Callable[[MessageView, Items], str]
    after: Callable[[MessageView, Items], str]  # what comes next where nothing is answered


def _section(view: MessageView, items: Items, lead: str, brief: str, *notes: str) -> Section:
    """A section whose rows are dated items."""
    groups = grouped(view, items, lambda item: dated_row(item, view.day))
    return Section(lead, groups, tuple(note for note in notes if note), brief)


def _until(view: MessageView, items: Items) -> str:
    """The earliest last day of these items, as the beginning of a request; what has climbed already is asked soon."""
    climbed = any(item.kind != "completion" and item.step.startswith("level") for item in items)
    last = min((item.answer_by for item in items if item.answer_by), default=None)
    return by_day(None if climbed else last, view.day)


def _when(view: MessageView, items: Items) -> str:
    return _until(view, items).removeprefix("请在").removeprefix("请")


def _sign(view: MessageView, items: Items) -> Section:
    total = sum(len(item.tasks) for item in items)
    names = "".join(f"《{plan_name(item.plan_title, view.office.issuer)}》" for item in items[:3])
    again = "" if any(item.step == "sign" for item in items) else "还没有收到签收。"
    scope = f"（{view.unit}，{total}项）" if total else f"（{view.unit}）"
    return Section(
        lead=f"{again}{_until(view, items)}签收{names}{scope}，并确认经办同志。一次签收，全部有效。",
        groups=_covered(view, items),
        notes=("签收只表示已知悉并明确经办人，不表示办结。有不归本单位的事项，签收时勾选即可，不影响其余。",),
        brief=f"签收：{_when(view, items)}，一次签收全部有效",
    )


def _covered(view: MessageView, items: Items) -> tuple[Group, ...]:
    listed = [item for item in items if item.tasks]
    named = len(listed) > 1
    return tuple(
        Group(
            f"《{plan_name(item.plan_title, view.office.issuer)}》{len(item.tasks)}项" if named else "",
            covered(item, view.day),
        )
        for item in listed[:6]
    )


def _sign_subject(view: MessageView, items: Items) -> str:
    first = plan_name(items[0].plan_title, view.office.issuer)
    total = sum(len(item.tasks) for item in items)
    more = f"等{len(items)}个方案" if len(items) > 1 else ""
    return f"{clip(first, 30)}{more}（{view.unit}，{total}项）" if total else f"{clip(first, 30)}{more}（{view.unit}）"


def _return(view: MessageView, items: Items) -> Section:
    total = sum(len(item.tasks) for item in items)
    quarter = items[0].quarter or "本季度"
    again = "" if any(item.step == "return" for item in items) else "还没有收到填报。"
    scope = f"（{total}项合填一段，100字左右）" if total else ""
    return Section(
        lead=f"{again}{_until(view, items)}填报{view.unit}{quarter}落实情况{scope}。",
        groups=standing(view, items),
        notes=(
            "写什么：做了几件、在哪里公开（网页链接最好）、有没有困难。没有涉及的选“部分本季度未涉及”，不用写。配合事项不用填。",
        ),
        brief=f"{quarter}填报：{_when(view, items)}{'，' + str(total) + '项合填一段' if total else ''}",
    )


def _return_subject(view: MessageView, items: Items) -> str:
    total = sum(len(item.tasks) for item in items)
    short = plan_short(items[0].plan_title, view.office.issuer)
    return f"{items[0].quarter or '本季度'}{short}落实情况（{view.unit}{f'，{total}项合填' if total else ''}）"


def _confirm(view: MessageView, items: Items) -> Section:
    again = "" if any(item.step.startswith("T-") for item in items) else "还没有收到答复。"
    which = "下面1项" if len(items) == 1 else f"下面{len(items)}项"
    return _section(
        view,
        items,
        f"{again}{_until(view, items)}答复{which}能否按期办结。",
        f"答复能否按期：{_when(view, items)}",
        "可以答复：能按期；有困难，申请延期到某日（写明原因）；已办结，提交审核；不归本单位。",
        "注明“配合事项”的，只答复能否按期配合，由牵头单位报办结。" if any("配合事项" in i.marks for i in items) else "",
    )


def _confirm_subject(view: MessageView, items: Items) -> str:
    return f"{several(items)}能否按期{_due_note(view, items)}"


def _due_note(view: MessageView, items: Items, suffix: str = "") -> str:
    due = min((item.due_on for item in items if item.due_on), default=None)
    if due is None:
        return ""
    return f"（{'最早' if len(items) > 1 else ''}{short_day(due, view.day)}{suffix}）"


def _remind(view: MessageView, items: Items) -> Section:
    first, due = items[0], min((item.due_on for item in items if item.due_on), default=None)
    ahead = all(item.step in ("start", "middle") or item.step.startswith("count-") for item in items)
    if len(items) == 1:
        act = "按计划推进，" if ahead else ""
        by = f"在{day(due, view.day)}{_hour(first, due)}前" if due else "按期"
        done = f"已报{first.reports}次，共需{first.count}次：" if first.count > 1 else ""
        lead = f"{number_of(first)}{done}请{act}{by}办结" if done else f"请{act}{by}办结{number_of(first)}"
        return _section(view, items, f"{lead}，并报办结日期和情况。", f"请{by}办结并报情况")
    act = "请按计划推进" if ahead else "请按期办结"
    earliest = f"最早{day(due, view.day)}到期。" if due else ""
    lead = f"{act}下面{len(items)}项，并报办结日期和情况。{earliest}"
    return _section(view, items, lead, f"{act}{len(items)}项并报情况")


def _hour(item: ItemView, due: date) -> str:
    """The clock time of a due day; on a day off there is no 下班."""
    return item.due_time or ("下班" if due.weekday() < 5 else "")


def _remind_subject(view: MessageView, items: Items) -> str:
    first = items[0]
    if len(items) > 1:
        return f"{several(items)}{_due_note(view, items, '到期')}"
    near = first.workdays_left is not None and 0 < first.workdays_left <= _NEAR
    left = f"，还有{first.workdays_left}个工作日" if near else ""
    due = f"（{short_day(first.due_on, view.day)}到期{left}）" if first.due_on else ""
    begins = {"start": "开始办理", "middle": "时间过半"}.get(first.step, "")
    return f"{several(items)}{begins}　{clip(first.short, 20)}{due}"


def _overdue(view: MessageView, items: Items) -> Section:
    which = f"{len(items)}项" if len(items) > 1 else several(items)
    return _section(
        view,
        items,
        f"{which}已经到期，没有收到办结情况。{_until(view, items)}答复。",
        f"已超期：{_when(view, items)}答复",
        "已办结的：请补报并填实际办结日期，到期日及以前办结的按按期计。",
        f"未办结的：请写明原因和预计日期，由{view.office.name}研究。",
    )


def _overdue_subject(view: MessageView, items: Items) -> str:
    short = f"　{clip(items[0].short, 20)}" if len(items) == 1 else ""
    return f"{several(items)}{short}{_due_note(view, items, '到期')}"


def _after_silence(verb: str) -> Callable[[MessageView, Items], str]:
    def after(view: MessageView, items: Items) -> str:
        last = min((item.answer_by for item in items if item.answer_by), default=None)
        if any(item.step.startswith("level") for item in items) or last is None or last < view.day:
            return f"{_chaser(view)}；现在{verb}，就不再联系。"
        if last == view.day or any(item.step == "remind" for item in items):
            return f"今天仍未{verb}的，{_chaser(view)}，不再另发通知。"
        first = f"{short_day(last, view.day)}上午仍未{verb}的，提醒一次并告知单位负责人"
        return f"{first}；逾期{_chaser(view)}。"

    return after


def _chaser(view: MessageView) -> str:
    """Who comes next: the lead office telephones others; its own silence goes to its head."""
    return "报告本处负责人" if view.unit == view.office.name else f"由{view.office.name}电话联系"


def _after_return(view: MessageView, items: Items) -> str:
    if any(item.step.startswith("level") for item in items):
        return f"{_chaser(view)}；现在填报，就不再联系。"
    return f"逾期没有填报的，{_chaser(view)}。"


def _after_due(view: MessageView, items: Items) -> str:
    after = min((item.overdue_after for item in items), default=1)
    when = "下一个工作日" if after == 1 else f"第{after}个工作日"
    return f"到期后没有收到办结情况的，{when}催办，并抄送单位负责人和{view.office.name}。"


def _after_overdue(view: MessageView, items: Items) -> str:
    last = min((item.answer_by for item in items if item.answer_by), default=None)
    until = f"到{short_day(last, view.day)}仍没有办结情况的" if last and last >= view.day else "仍没有办结情况的"
    return f"{until}，由{view.office.name}研究是否报请领导小组协调。"


def _after_other(view: MessageView, items: Items) -> str:
    return ""


def _other(view: MessageView, items: Items) -> Section:
    return _section(view, items, f"请知悉下面{len(items)}项的情况。", f"{len(items)}项情况")


def _other_subject(view: MessageView, items: Items) -> str:
    return listing((several(items), clip(items[0].short, 20)), "　")


WORDINGS = {
    Ask.OVERDUE: Wording(
        "【已超期】", "打开补报", "直接回复办结情况或原因", _overdue, _overdue_subject, _after_overdue
    ),
    Ask.REMIND: Wording("【到期提醒】", "打开报办结", "直接回复办结情况", _remind, _remind_subject, _after_due),
    Ask.CONFIRM: Wording(
        "【请答复】", "打开答复", "直接回复“能按期”或写明困难", _confirm, _confirm_subject, _after_silence("答复")
    ),
    Ask.SIGN: Wording("【请签收】", "查看清单并签收", "直接回复“收到”", _sign, _sign_subject, _after_silence("签收")),
    Ask.RETURN: Wording("【请填报】", "打开填报", "把情况直接写在回复里", _return, _return_subject, _after_return),
    Ask.DECIDE: Wording("【请答复】", "打开查看", "直接回复", _other, _other_subject, _after_other),
    Ask.UNDELIVERED: Wording("【未送达】", "打开查看", "直接回复", _other, _other_subject, _after_other),
    Ask.LINE: Wording("【到期提醒】", "打开查看", "直接回复", _other, _other_subject, _after_other),
}
