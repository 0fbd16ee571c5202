"""Activation (交办): a plan gets its lead office, its leading group, its members, and everything it owes is armed.

Nothing is born overdue: an occurrence due before activation is lapsed and brings no message.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, select, update

from reminders.engine.duties.arming import Arming, arming_of, open_everything
from reminders.engine.duties.first_send import lapse, rearmed_from
from reminders.engine.forecast.foreseeing import forget
from reminders.engine.plan import joining, membership
from reminders.engine.plan.questions import open_questions
from reminders.engine.service import Service
from reminders.engine.views.finding import plan_record
from reminders.exceptions import ActivationRefused, NotFound
from reminders.obligations import Change, State, fact
from reminders.policy import PRESETS, Policy, Preset
from reminders.slots import next_digest_slot
from reminders.store import events, obligations, plans
from reminders.store.directory import Directory, PlanRecord
from reminders.store.tables import contacts, plan_leaders, tasks
from reminders.store.tables import obligations as obligation_table


@dataclass(frozen=True, slots=True)
class Choices:
    """What the lead office decides at activation."""

    lead_office: str
    leading_group: tuple[str, ...] = ()
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    assign_missing: str | None = None
    no_duty: tuple[str, ...] = ()
    mentions: str | None = None  # take, leave
    lapsed: str = "leave"  # leave, overdue
    joint: str | None = None  # tasks that one act fulfils: proposed, or 3+5+7,8+9
    preset: Preset = Preset.GENTLE
    policy: Policy | None = None  # figures of the office's own, in place of a preset's
    release: bool = False

    @property
    def figures(self) -> Policy:
        """The policy the plan will be run by."""
        return self.policy or PRESETS[self.preset]


@dataclass(frozen=True, slots=True)
class Activated:
    """What activation made."""

    plan_id: int
    units: int
    armed: int
    lapsed: int
    warnings: tuple[str, ...]
    released: bool
    joint: tuple[tuple[str, ...], ...] = ()  # the groups of tasks that one act fulfils
    proposed: tuple[tuple[str, ...], ...] = ()  # those that nobody decided about


def activate(service: Service, plan_id: int, choices: Choices) -> Activated:
    """Activate a plan; ActivationRefused with everything that is open, nothing half stored."""
    with service.database.write() as connection:
        plan = plan_record(connection, plan_id)
        if plan.state != "imported":
            return _release_only(service, connection, plan, choices)
        _apply_choices(connection, plan_id, choices)
        leaders = _appoint(service, connection, plan_id, choices)
        groups, proposed = _join(connection, plan_id, plan.year, choices)
        arming = _arm(service, connection, plan_id, choices)
        if choices.release:  # everything has its slot from this very moment on
            _start_sending(service, connection, plan_id, [])
        return Activated(
            plan_id,
            len(arming.units),
            arming.armed,
            arming.lapsed,
            _warnings(service, connection, plan_id, arming.units, leaders),
            choices.release,
            joint=_numbers(groups),
            proposed=_numbers(proposed),
        )


def _appoint(service: Service, connection: Connection, plan_id: int, choices: Choices) -> list[int]:
    """The plan gets its lead office, its policy, its leaders and the units of its tasks; the leaders."""
    found = plans.tasks_of(connection, plan_id)
    office, unreachable = _office(service, connection, choices)
    leaders, unknown = _leaders(connection, choices.leading_group)
    members, unresolved = membership.resolve(connection, found, choices.members)
    problems = [*unreachable, *unknown, *open_questions(found, found, choices.assign_missing), *unresolved]
    if problems:
        raise ActivationRefused("还不能启用，请先明确：" + "；".join(problems) + "。")
    membership.store(service.database, connection, plan_id, found, members, choices.assign_missing)
    policy_id = plans.ensure_policy(service.database, connection, choices.figures)
    _store_plan(service, connection, plan_id, office, leaders, policy_id)
    return leaders


def release(service: Service, connection: Connection, plan_id: int) -> None:
    """The first send: everything open of the plan gets its next slot from now on."""
    now, earliest = service.now(), service.earliest()
    happened = lapse(connection, plan_id, now.date())
    waiting = obligations.select_where(
        connection,
        obligation_table.c.plan_id == plan_id,
        obligation_table.c.state.in_([State.PLANNED, State.ARMED, State.OVERDUE]),
    )
    rearmed = [rearmed_from(service, obligation, earliest) for obligation in waiting]
    obligations.save(connection, rearmed)
    for before, after in zip(waiting, rearmed, strict=True):
        too_late = (fact("obligation.closed", why="too late to ask"),) if after.state is State.CLOSED else ()
        happened += events.of_change(before, Change(after, facts=too_late))
    _start_sending(service, connection, plan_id, happened)


def _start_sending(service: Service, connection: Connection, plan_id: int, happened: Sequence[events.Event]) -> None:
    now = service.now()
    digest = next_digest_slot(now.date(), service.slots)
    plans.update_plan(connection, plan_id, released_at=now, next_digest_slot=str(digest))
    told = [*happened, events.Event("plan.released", plan_id=plan_id)]
    events.append(connection, told, at=now, recorded_at=service.machine_now())
    forget(service, connection)


def _arm(service: Service, connection: Connection, plan_id: int, choices: Choices) -> Arming:
    plan, overdue = plan_record(connection, plan_id), choices.lapsed == "overdue"
    arming = arming_of(service, connection, plan, overdue_lapsed=overdue, held=not choices.release)
    open_everything(arming, plans.tasks_of(connection, plan_id))
    events.append(connection, arming.happened, at=service.now(), recorded_at=service.machine_now())
    return arming


def _release_only(service: Service, connection: Connection, plan: PlanRecord, choices: Choices) -> Activated:
    if plan.state != "active" or plan.released_at is not None or not choices.release:
        state = "已启用" if plan.state == "active" else "已关闭"
        raise ActivationRefused(f"方案 {plan.id}「{plan.title}」{state}，不能再次启用。")
    groups, _ = _join(connection, plan.id, plan.year, choices)  # nothing was sent yet: not too late to say so
    release(service, connection, plan.id)
    return Activated(plan.id, 0, 0, 0, (), True, joint=_numbers(groups))


def _apply_choices(connection: Connection, plan_id: int, choices: Choices) -> None:
    if choices.no_duty:
        numbers = list(choices.no_duty)
        known = connection.execute(
            select(tasks.c.number).where(tasks.c.plan_id == plan_id, tasks.c.number.in_(numbers))
        ).all()
        unknown = set(numbers) - {row.number for row in known}
        if unknown:
            raise NotFound(f"--no-duty 中的事项 {'、'.join(sorted(unknown))} 在方案里没有。")
        connection.execute(
            update(tasks).where(tasks.c.plan_id == plan_id, tasks.c.number.in_(numbers)).values(no_duty=True)
        )
    if choices.mentions:
        wanted = {"take": "taken", "leave": "left"}[choices.mentions]
        ids = connection.execute(select(tasks.c.id).where(tasks.c.plan_id == plan_id))
        plans.decide_offers(connection, [row.id for row in ids], wanted)


def _join(
    connection: Connection, plan_id: int, year: int, choices: Choices
) -> tuple[Sequence[joining.Group], Sequence[joining.Group]]:
    """The joint completions somebody decided on; those that are only proposed where nobody did."""
    found = plans.tasks_of(connection, plan_id)
    if choices.joint is None:
        return (), joining.propose(found)
    groups, problems = joining.chosen(found, choices.joint, year)
    if problems:
        raise ActivationRefused("还不能启用，请先明确：" + "；".join(problems) + "。")
    joining.join(connection, groups)
    return groups, ()


def _numbers(groups: Sequence[joining.Group]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(task.number for task in group) for group in groups)


def _office(service: Service, connection: Connection, choices: Choices) -> tuple[int, list[str]]:
    """The lead office, and what is open about it."""
    unit_id = plans.unit_ids(connection).get(choices.lead_office)
    directory = Directory.load(connection, [], [unit_id] if unit_id else [])
    people = directory.of_unit(unit_id, "liaison") + directory.of_unit(unit_id, "head")
    if unit_id is not None and any(service.routes(person) for person in people):
        return unit_id, []
    return 0, [f"主管处室「{choices.lead_office}」没有能送达的联系人（先用 cuiban contacts import 登记）"]


def _leaders(connection: Connection, names: Sequence[str]) -> tuple[list[int], list[str]]:
    """The named leaders, and those who are not on record."""
    query = select(contacts.c.id, contacts.c.name).where(contacts.c.role == "leader", contacts.c.active.is_(True))
    known = {row.name: row.id for row in connection.execute(query)}
    missing = [name for name in names if name not in known]
    said = [f"领导小组成员「{'、'.join(missing)}」没有登记（先用 cuiban contacts import 登记）"] if missing else []
    return [known[name] for name in dict.fromkeys(names) if name in known], said


def _store_plan(
    service: Service, connection: Connection, plan_id: int, office: int, leaders: Sequence[int], policy_id: int
) -> None:
    for contact_id in leaders:
        connection.execute(plan_leaders.insert(), {"plan_id": plan_id, "contact_id": contact_id})
    group = connection.scalar(
        select(contacts.c.id)
        .where(contacts.c.role == "group", contacts.c.unit_id.is_(None), contacts.c.active.is_(True))
        .order_by(contacts.c.id)
        .limit(1)
    )
    plans.update_plan(
        connection,
        plan_id,
        state="active",
        lead_office_id=office,
        policy_id=policy_id,
        group_id=group,
        activated_at=service.now(),
    )


def _warnings(
    service: Service, connection: Connection, plan_id: int, units: Iterable[int], leaders: Sequence[int]
) -> tuple[str, ...]:
    """Missing contacts and a missing leading group only warn."""
    directory = Directory.load(connection, [plan_id], units)
    silent = [
        directory.unit_name(unit_id)
        for unit_id in units
        if not any(
            service.routes(person)
            for person in directory.of_unit(unit_id, "liaison") + directory.of_unit(unit_id, "head")
        )
    ]
    warnings = [f"{'、'.join(silent)} 没有能送达的联系人，将列入未送达"] if silent else []
    if not leaders:
        warnings.append("没有指定领导小组，最高只提醒到主管处室")
    return tuple(warnings)
