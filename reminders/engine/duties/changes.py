"""Writing a transition down: the obligation, its items for real destinations, its events, all in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from reminders import foresight, silence
from reminders.engine.duties.assigned import leads_of
from reminders.engine.service import Service
from reminders.messages import MessageKind
from reminders.obligations import Audience, Change, Draft, Kind, Obligation
from reminders.slots import Slot, week_of
from reminders.store import events, messages, obligations
from reminders.store.directory import Directory, Person, load_people
from reminders.store.messages import ItemRow


@dataclass
class Batch:
    """Transitions that are written together into one slot."""

    service: Service
    connection: Connection
    directory: Directory
    slot: Slot
    changed: list[Obligation] = field(default_factory=list)
    items: list[ItemRow] = field(default_factory=list)
    happened: list[events.Event] = field(default_factory=list)
    struck: list[int] = field(default_factory=list)

    def add(self, before: Obligation, change: Change | None, contact_id: int | None = None) -> bool:
        """Take one transition; False for None, where there was nothing to do.

        A step that can reach nobody makes its obligation undeliverable at once, which may bring items of its own.
        """
        if change is None:
            return False
        rows, missing = self._rows(change)
        self.happened += events.of_change(before, change, contact_id)
        if change.strike:
            self.struck.append(before.id)
        self.items += rows
        after = change.obligation
        if missing:
            after = self._unreachable(after, missing)
        self.changed.append(after)
        return True

    def undelivered(self, obligation: Obligation) -> None:
        """A rung that reached nobody: the completion runs on, the lead office is told once."""
        self._tell_office_once(obligation)
        self.happened.append(events.of_obligation(obligation, "obligation.undelivered", {}))

    def write(self) -> None:
        """Write everything down."""
        now = self.service.now()
        obligations.strike(self.connection, self.struck, now)
        obligations.save(self.connection, self.changed)
        later = self.service.slots.after(self.slot)
        messages.put_items(self.service.database, self.connection, self.items, self.slot, later, now)
        events.append(self.connection, self.happened, at=now, recorded_at=self.service.machine_now())

    def _rows(self, change: Change) -> tuple[list[ItemRow], list[Draft]]:
        rows: list[ItemRow] = []
        missing: list[Draft] = []
        obligation = change.obligation
        told: set[tuple[str, int]] = set()
        # The office first: a head who is told as the lead office is not told the same thing again as the late unit.
        for draft in sorted(change.items, key=lambda draft: draft.audience is not Audience.OFFICE):
            found = [
                (person, kind)
                for person, kind in self._destinations(draft, obligation)
                if (draft.step, person.id) not in told
            ]
            # The work group's neutral line is nobody's own message: who has no other is not reached.
            reached = any(kind is not MessageKind.WORKGROUP for _, kind in found)
            if not reached and draft.audience is not Audience.HEAD and not any(d.step == draft.step for d in missing):
                missing.append(draft)
            told |= {(draft.step, person.id) for person, _ in found}
            rows += [_row(obligation, draft, person, kind) for person, kind in found]
        return rows, missing

    def _destinations(self, draft: Draft, obligation: Obligation) -> list[tuple[Person, MessageKind]]:
        if draft.audience is Audience.LEAD:
            found = self._leading(obligation)
        else:
            found = destinations(draft, obligation, self.directory)
        if draft.audience is Audience.UNIT and not draft.step.startswith("T+"):
            found += self._workgroup(obligation)
        return [(person, kind) for person, kind in found if self.service.routes(person)]

    def _leading(self, obligation: Obligation) -> list[tuple[Person, MessageKind]]:
        """The liaisons of the task's lead units, in a list of the day like the lead office's."""
        found = load_people(self.connection, leads_of(self.connection, obligation.task_id or 0))
        liaisons = [person for person in found if person.role == "liaison"]
        return [(p, MessageKind.OFFICE) for p in liaisons or [person for person in found if person.role == "head"]]

    def _workgroup(self, obligation: Obligation) -> list[tuple[Person, MessageKind]]:
        """The plan's own group gets one neutral message a slot, under some policies so many a week."""
        plan = self.directory.plans[obligation.plan_id]
        group = self.directory.people.get(plan.group_id or 0)
        if group is None:
            return []
        limit = obligation.policy.workgroup_per_week
        monday = week_of(self.slot.day)
        if limit is not None:
            before = messages.count_in_week(
                self.connection, group.id, MessageKind.WORKGROUP, Slot(monday, "am"), _before(self.slot)
            )
            if before >= limit:
                return []
        return [(group, MessageKind.WORKGROUP)]

    def _unreachable(self, obligation: Obligation, missing: Sequence[Draft]) -> Obligation:
        """未送达: the lead office is told once, whether a wait had to begin or only a rung was due."""
        told = Draft("undelivered", Audience.OFFICE, obligation.level)
        missed = [draft for draft in missing if draft.audience is not Audience.OFFICE]
        if obligation.kind is Kind.COMPLETION:
            self._note_missing(obligation, missing)
            if missed:
                self._tell_office_once(obligation)
            return obligation
        change = silence.undeliverable(obligation)
        self._note_missing(obligation, missing)
        if change is None:
            return obligation
        self.happened += events.of_change(obligation, change)
        self.items += self._office_rows(obligation, told) if missed else []
        return change.obligation

    def _tell_office_once(self, obligation: Obligation) -> None:
        """Every later rung will reach nobody either: the lead office knows it from the first one."""
        draft = Draft("undelivered", Audience.OFFICE, obligation.level)
        self.items += [replace(row, once=True) for row in self._office_rows(obligation, draft)]

    def _office_rows(self, obligation: Obligation, draft: Draft) -> list[ItemRow]:
        return [
            _row(obligation, draft, person, kind)
            for person, kind in destinations(draft, obligation, self.directory)
            if self.service.routes(person)
        ]

    def _note_missing(self, obligation: Obligation, missing: Sequence[Draft]) -> None:
        for draft in missing:
            body = {"step": draft.step, "audience": draft.audience.value}
            self.happened.append(events.of_obligation(obligation, "recipient.missing", body))


def destinations(draft: Draft, obligation: Obligation, directory: Directory) -> list[tuple[Person, MessageKind]]:
    """Who is meant by an audience, by name. Nobody is told about himself."""
    unit = obligation.unit_id
    plan = directory.plans[obligation.plan_id]
    liaisons, heads = directory.of_unit(unit, "liaison"), directory.of_unit(unit, "head")
    groups = directory.of_unit(unit, "group")
    match draft.audience:
        case Audience.UNIT:
            return [(person, MessageKind.UNIT) for person in ((liaisons or heads) + groups)]
        case Audience.UNIT_AND_HEAD:
            return [(person, MessageKind.UNIT) for person in liaisons + heads + groups]
        case Audience.HEAD:
            return [(person, MessageKind.UNIT) for person in heads]
        case Audience.OFFICE if obligation.own_office:
            return [(person, MessageKind.OFFICE) for person in directory.of_unit(plan.lead_office_id, "head")]
        case Audience.OFFICE:
            office = plan.lead_office_id
            people = directory.of_unit(office, "liaison") or directory.of_unit(office, "head")
            return [(person, MessageKind.OFFICE) for person in people]
        case Audience.LEAD | Audience.LEADERS:  # the first is found by the task, see Batch
            found = [directory.people[i] for i in plan.leader_ids if i in directory.people]
            return [(person, MessageKind.LEADERS) for person in found]


def advance(obligation: Obligation, slot: Slot, service: Service) -> Change:
    """The transition that the opening of its slot brings, whatever its kind."""
    return foresight.advance(obligation, slot, service.slots)


def _row(obligation: Obligation, draft: Draft, person: Person, kind: MessageKind) -> ItemRow:
    return ItemRow(obligation.id, obligation.version, draft.step, draft.level, person.id, kind)


def _before(slot: Slot) -> Slot:
    """A slot that sorts just before, so that the message of this slot itself is not counted."""
    return Slot(slot.day, "am") if slot.half == "pm" else Slot(slot.day, "a")
