"""The unit's message: what to do by when, item by item, to a liaison, a head or the unit's own group."""

from __future__ import annotations

from collections.abc import Sequence

from reminders.messages.asks import WORDINGS
from reminders.messages.letter import Letter, Section
from reminders.messages.views import ItemView, MessageKind, MessageView
from reminders.messages.words import Ask, by_ask, caller, plan_name, sender

CATCH_UP = "【补发】"
_COPIED_STEPS = ("remind", "level", "T+")

Asks = Sequence[tuple[Ask, Sequence[ItemView]]]


def unit_letter(view: MessageView) -> Letter:
    """The whole letter of kind `unit`."""
    asks = by_ask(view.items)
    return Letter(
        subject=unit_subject(view),
        greeting=greeting(view),
        opening=catch_up(view),
        sections=(*unit_sections(view), *others(view)),
        button=button(view, asks),
        link=view.link,
        ways=ways(view, asks),
        brief_ways=brief_ways(view),
        closing=(*next_steps(view), *_copy_note(view), _why(view)),
        sender=sender(view.office),
        number=view.number,
        rest_at="见页面" if view.link else f"请向{view.office.name}索取清单",
    )


def unit_sections(view: MessageView) -> tuple[Section, ...]:
    """One section per colour and ask, in the order of the items."""
    return tuple(WORDINGS[ask].section(view, members) for ask, members in by_ask(view.items))


def unit_subject(view: MessageView) -> str:
    """Prefix and first matter by the item that comes first, then what else is in it."""
    asks = by_ask(view.items)
    if not asks:
        return f"{CATCH_UP if view.catch_up else WORDINGS[Ask.REMIND].prefix}{plan_titles(view)}"
    prefix = CATCH_UP if view.catch_up else WORDINGS[asks[0][0]].prefix
    return prefix + matters(view, asks)


def matters(view: MessageView, asks: Asks) -> str:
    """The first two matters by name, the rest counted."""
    named = list(dict.fromkeys(WORDINGS[ask].subject(view, members) for ask, members in asks))
    return "；".join(named[:2]) + (f"；另{len(named) - 2}类" if len(named) > 2 else "")


def button(view: MessageView, asks: Asks) -> str:
    """What the button says: the one act, or that there are several."""
    found = {ask for ask, _ in asks}
    if not view.link:
        return ""
    return WORDINGS[found.pop()].button if len(found) == 1 else "打开办理"


def ways(view: MessageView, asks: Asks) -> str:
    """How to answer without the link; every message can be."""
    telephone = f"，或拨{view.office.phone}（{caller(view.office)}）" if view.office.phone else ""
    if not asks:
        return f"有疑问直接回复{telephone}。"
    reply = WORDINGS[asks[0][0]].reply
    return f"{'链接打不开：' if view.link else ''}{reply}{telephone}，效果相同。"


def brief_ways(view: MessageView) -> str:
    """The same in WeCom, where a reply reaches nobody."""
    telephone = f"（{view.office.phone}）" if view.office.phone else ""
    if not view.items:
        return f"有疑问请联系{caller(view.office)}{telephone}"
    return f"{'链接打不开，' if view.link else ''}给{caller(view.office)}打电话{telephone}说一声，效果相同"


def next_steps(view: MessageView) -> tuple[str, ...]:
    """What comes next: first if nothing is answered, then the next thing that will be asked."""
    after = dict.fromkeys(WORDINGS[ask].after(view, members) for ask, members in by_ask(view.items))
    told = "".join(line for line in after if line)
    upcoming = list(dict.fromkeys(item.next_step.rstrip("。") for item in view.items if item.next_step))[:2]
    return ((f"接下来：{told}",) if told else ()) + tuple(f"下一件事：{line}。" for line in upcoming)


def plan_titles(view: MessageView) -> str:
    """The plans of a message: 《甲》、《乙》等3个方案."""
    names = [f"《{plan_name(title, view.office.issuer)}》" for title in view.plan_titles]
    return "、".join(names[:2]) + (f"等{len(names)}个方案" if len(names) > 2 else "") if names else "本方案"


def greeting(view: MessageView) -> str:
    """Whom the letter speaks to."""
    if view.role == "group":
        return f"{view.unit or view.recipient}各位同志："
    return f"{view.recipient}同志{'（抄送）' if is_copy(view) else ''}："


def is_copy(view: MessageView) -> bool:
    """Whether a head reads what his liaison was asked."""
    copied = bool(view.copied_from) or any(item.step.startswith(_COPIED_STEPS) for item in view.items)
    return view.kind is MessageKind.UNIT and view.role == "head" and copied


def catch_up(view: MessageView) -> tuple[str, ...]:
    """What a message after an outage says first."""
    if not view.catch_up:
        return ()
    return (
        "因系统停机，应发的通知没有发出。停机的日子不计入签收、答复和催办时间，不按未答复处理；方案规定的期限不变。",
        "以下是现在的情况。这一封代替停机期间的通知，之前的不再补发。",
    )


def others(view: MessageView) -> tuple[Section, ...]:
    """What the unit's other contacts answered, with the way to contradict it."""
    if not view.confirmed_by_others:
        return ()
    lead = f"{view.unit}其他同志已经答复{len(view.confirmed_by_others)}件。"
    note = "如果不是本人所为，请打开页面点“非本人确认”，或打电话告知。"
    return (Section(lead, notes=(*view.confirmed_by_others[:10], note)),)


def _why(view: MessageView) -> str:
    if view.role == "group":
        return f"为什么发到这里：本群登记为{view.unit}的工作群。"
    role = {"liaison": "联络员", "head": "负责人"}.get(view.role, "联系人")
    return f"为什么发给您：{plan_titles(view)}的责任单位列有{view.unit}，您是{view.unit}登记的{role}。"


def _copy_note(view: MessageView) -> tuple[str, ...]:
    """A head is told that the liaison has the same message."""
    if not is_copy(view):
        return ()
    names = "、".join(view.copied_from)
    return (f"抄送您：{view.unit}联络员{names}已收到同样的通知，请您督促办理；任何一位答复即可。",)
