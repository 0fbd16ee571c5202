"""Who is who: the plans, units and people that a batch of obligations needs, read once per transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection, select

from reminders.policy import Policy
from reminders.store.among import among
from reminders.store.tables import contacts, plan_leaders, plans, policies, units


@dataclass(frozen=True, slots=True)
class Person:
    """A contact as the engine needs it: a person, or a WeCom group."""

    id: int
    unit_id: int | None
    role: str  # liaison, head, leader, group
    name: str
    email: str = ""
    wecom_userid: str = ""
    mobile: str = ""
    phone: str = ""
    webhook: str = field(default="", repr=False)

    @property
    def telephone(self) -> str:
        """The number to call."""
        return self.phone or self.mobile


@dataclass(frozen=True, slots=True)
class PlanRecord:
    """A plan as the engine needs it."""

    id: int
    title: str
    issuer: str
    number: str
    year: int
    state: str
    lead_office_id: int | None
    policy: Policy | None
    policy_id: int | None
    group_id: int | None
    issued_on: date | None = None
    activated_at: datetime | None = None
    released_at: datetime | None = None
    next_digest_slot: str | None = None
    leader_ids: tuple[int, ...] = ()


@dataclass
class Directory:
    """Plans by id, units by id, people by id and by unit."""

    plans: dict[int, PlanRecord]
    units: dict[int, str]
    people: dict[int, Person]
    by_unit: dict[int, list[Person]]

    @classmethod
    def load(cls, connection: Connection, plan_ids: Iterable[int], unit_ids: Iterable[int] = ()) -> Directory:
        """Read the plans with their leaders and groups, and the people of the units and lead offices."""
        records = load_plans(connection, set(plan_ids))
        wanted_units = set(unit_ids) | {p.lead_office_id for p in records.values() if p.lead_office_id is not None}
        extra = {i for p in records.values() for i in (*p.leader_ids, p.group_id) if i is not None}
        people = load_people(connection, wanted_units, extra)
        names = connection.execute(select(units.c.id, units.c.name).where(units.c.id.in_(wanted_units)))
        by_unit: dict[int, list[Person]] = defaultdict(list)
        for person in people:
            if person.unit_id is not None:
                by_unit[person.unit_id].append(person)
        return cls(records, {row.id: row.name for row in names}, {p.id: p for p in people}, by_unit)

    def of_unit(self, unit_id: int | None, role: str) -> list[Person]:
        """The people of one role in a unit, in the order they were entered."""
        return [person for person in self.by_unit.get(unit_id or 0, []) if person.role == role]

    def unit_name(self, unit_id: int | None) -> str:
        """A unit's name, empty for none."""
        return self.units.get(unit_id or 0, "")


_PERSON = (
    contacts.c.id,
    contacts.c.unit_id,
    contacts.c.role,
    contacts.c.name,
    contacts.c.email,
    contacts.c.wecom_userid,
    contacts.c.mobile,
    contacts.c.phone,
    contacts.c.webhook,
)


def load_people(connection: Connection, unit_ids: Iterable[int], contact_ids: Iterable[int] = ()) -> list[Person]:
    """The active people of some units, and some named ones."""
    query = (
        select(*_PERSON)
        .where(contacts.c.active.is_(True))
        .where(among(contacts.c.unit_id, unit_ids) | among(contacts.c.id, contact_ids))
        .order_by(contacts.c.id)
    )
    return [Person(*row) for row in connection.execute(query)]


def people_by_id(connection: Connection, contact_ids: Iterable[int]) -> dict[int, Person]:
    """Active contacts by id."""
    return {person.id: person for person in load_people(connection, (), contact_ids)}


def load_plans(connection: Connection, plan_ids: set[int]) -> dict[int, PlanRecord]:
    """Plans with their policy and leaders."""
    if not plan_ids:
        return {}
    leaders: dict[int, list[int]] = defaultdict(list)
    for row in connection.execute(select(plan_leaders).where(plan_leaders.c.plan_id.in_(plan_ids))):
        leaders[row.plan_id].append(row.contact_id)
    query = (
        select(plans, policies.c.body.label("policy_body"))
        .outerjoin(policies, policies.c.id == plans.c.policy_id)
        .where(plans.c.id.in_(plan_ids))
    )
    return {
        row.id: PlanRecord(
            id=row.id,
            title=row.title,
            issuer=row.issuer,
            number=row.number,
            year=row.year,
            state=row.state,
            lead_office_id=row.lead_office_id,
            policy=Policy.model_validate_json(row.policy_body) if row.policy_body else None,
            policy_id=row.policy_id,
            group_id=row.group_id,
            issued_on=row.issued_on,
            activated_at=row.activated_at,
            released_at=row.released_at,
            next_digest_slot=row.next_digest_slot,
            leader_ids=tuple(sorted(leaders[row.id])),
        )
        for row in connection.execute(query)
    }
