"""Answers (回执): what a person's act on a link, by reply or by telephone does to what a unit owes.

Every door calls `give`; an obligation answered already is left as it is, and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection, select

from reminders import delay, silence
from reminders.answers import CHOICES, Answer, Choice, Given, Giver
from reminders.engine.duties.changes import Batch
from reminders.engine.duties.supporting import asked_of
from reminders.engine.service import Service
from reminders.obligations import (
    ENDED,
    OPEN_DELAY,
    OPEN_SILENCE,
    Audience,
    Change,
    Draft,
    Kind,
    Obligation,
    State,
    fact,
)
from reminders.store import events, joint, obligations
from reminders.store.directory import Directory
from reminders.store.tables import obligations as table
from reminders.store.tables import tasks

DISPUTE = "dispute"


def give(
    service: Service, answers: Sequence[Answer], giver: Giver, *, message_id: int | None = None
) -> tuple[Given, ...]:
    """Take answers in one transaction, in their order."""
    with service.database.write() as connection:
        return give_in(service, connection, answers, giver, message_id=message_id)


def give_in(
    service: Service, connection: Connection, answers: Sequence[Answer], giver: Giver, *, message_id: int | None = None
) -> tuple[Given, ...]:
    """Take answers inside a transaction that is open already.

    What is answered of a joint completion is answered of every task in it, but of those answered by themselves.
    """
    given = []
    named = {answer.obligation_id for answer in answers}
    for answer in answers:
        owed = obligations.by_ids(connection, [answer.obligation_id])
        together = [o.id for o in joint.siblings(connection, owed) if o.id not in named]
        held = obligations.locked(service.database, connection, sorted([answer.obligation_id, *together]))
        found = next((o for o in held if o.id == answer.obligation_id), None)
        if found is None:
            given.append(Given(answer.obligation_id, False, "这一项已经不在台账里。"))
            continue
        given.append(_one(service, connection, found, answer, giver, message_id))
        for sibling in held:
            if sibling.id != found.id and given[-1].accepted:
                same = replace(answer, obligation_id=sibling.id)
                _one(service, connection, sibling, same, giver, message_id)
    return tuple(given)


def _one(
    service: Service,
    connection: Connection,
    obligation: Obligation,
    answer: Answer,
    giver: Giver,
    message_id: int | None,
) -> Given:
    day = service.now().date()
    refused = _refusal(obligation, answer, day)
    if refused is not None:
        return Given(obligation.id, False, refused)
    batch = _batch(service, connection, obligation)
    if not _take(batch, obligation, answer, giver, day):
        return Given(obligation.id, False, "这一项现在不能这样答复，请给主管处室打电话。")
    batch.happened.append(_receipt(obligation, answer, giver, message_id))
    batch.write()
    return Given(obligation.id, True, "已办理。")


def _refusal(obligation: Obligation, answer: Answer, day: date) -> str | None:
    """Why this cannot be answered so, in one sentence."""
    if answer.choice not in CHOICES[obligation.kind.value]:
        return "这一项不能这样答复。"
    if not _can_answer(obligation):
        return "这一项已经办理，无需重复。"
    if answer.choice is Choice.EXTEND and answer.until is not None and answer.until <= day:
        return "申请延期的日期应在今天之后。"
    return None


def _take(batch: Batch, obligation: Obligation, answer: Answer, giver: Giver, day: date) -> bool:
    if obligation.kind is Kind.COMPLETION:
        return _completion(batch, obligation, answer, day)
    changed = batch.add(obligation, silence.answered(obligation, answer.choice.value, day), giver.contact_id)
    if changed and obligation.kind is Kind.CONFIRMATION:
        _passed_on(batch, obligation, answer, day)
    if changed and obligation.kind is Kind.SIGNATURE and answer.tasks:
        _objections(batch, obligation, answer, day)
    return changed


def _can_answer(obligation: Obligation) -> bool:
    if obligation.kind is Kind.COMPLETION:
        return obligation.state in OPEN_DELAY and obligation.state is not State.SUSPENDED
    return obligation.state in OPEN_SILENCE


def _receipt(obligation: Obligation, answer: Answer, giver: Giver, message_id: int | None) -> events.Event:
    """Who answered, by which door and how surely; a person on record by contact id only."""
    unregistered = {} if giver.contact_id is not None else {"name": giver.name, "phone": giver.phone}
    body = {
        "choice": answer.choice.value,
        "door": giver.door.value,
        "assurance": giver.assurance.value,
        "until": str(answer.until) if answer.until else None,
        "done_on": str(answer.done_on) if answer.done_on else None,
        "text": answer.text or None,
        "tasks": list(answer.tasks) or None,
        **unregistered,
    }
    return events.Event(
        "answer.given",
        plan_id=obligation.plan_id,
        task_id=obligation.task_id,
        unit_id=obligation.unit_id,
        obligation_id=obligation.id,
        message_id=message_id,
        contact_id=giver.contact_id,
        body={key: value for key, value in body.items() if value is not None},
    )


def _passed_on(batch: Batch, confirmation: Obligation, answer: Answer, day: date) -> None:
    """A confirmation's answer also speaks of the completion of the same occurrence; a support unit's to its leads."""
    if confirmation.supports and answer.choice in (Choice.EXTEND, Choice.NOT_OURS):
        now = next(o for o in reversed(batch.changed) if o.id == confirmation.id)
        told = fact("support.doubted", choice=answer.choice.value, text=answer.text or None)
        batch.add(now, Change(now, (Draft("support", Audience.LEAD),), (told,)))
    for completion in _completions_of(batch.connection, confirmation):
        _completion(batch, completion, answer, day)


def _completions_of(connection: Connection, confirmation: Obligation) -> list[Obligation]:
    """The completion of the same occurrence and unit, while it is owed."""
    return obligations.select_where(
        connection,
        table.c.kind == Kind.COMPLETION.value,
        table.c.occurrence_id == confirmation.occurrence_id,
        table.c.unit_id == confirmation.unit_id,
        table.c.state.not_in([state.value for state in ENDED]),
    )


def _completion(batch: Batch, completion: Obligation, answer: Answer, day: date) -> bool:
    slots, earliest = batch.service.slots, batch.service.earliest()
    match answer.choice:
        case Choice.ON_TIME:
            return batch.add(completion, delay.promised(completion, slots, earliest, day))
        case Choice.SUBMIT:
            done_on = min(answer.done_on or day, day)
            if batch.add(completion, delay.submitted(completion, done_on, earliest, slots)):
                _closes_confirmation(batch, completion)
                return True
            return False
        case Choice.EXTEND if day > completion.due_at():
            # After the due day nothing is extended by asking: what the unit says stands in the ledger.
            told = fact("delay.explained", until=str(answer.until) if answer.until else None, text=answer.text)
            return batch.add(completion, Change(completion, facts=(told,)))
        case Choice.EXTEND:
            return batch.add(completion, delay.frozen(completion, "extension", answer.until, day, slots))
        case _:
            return batch.add(completion, delay.frozen(completion, "objection", None, day, slots))


def _closes_confirmation(batch: Batch, completion: Obligation) -> None:
    """What is done needs no 能否按期 any more."""
    answered = {obligation.id for obligation in batch.changed}
    for confirmation in sibling_confirmations(batch.connection, completion):
        if confirmation.id in answered:
            continue
        if confirmation.supports:  # it did not answer, and is not asked any more
            batch.add(confirmation, silence.closed(confirmation, "submitted"))
            continue
        batch.add(confirmation, silence.answered(confirmation, Choice.SUBMIT.value, batch.service.now().date()))


def sibling_confirmations(connection: Connection, completion: Obligation) -> list[Obligation]:
    """The open confirmations of the same occurrence: its unit's, and those of units that support it."""
    return obligations.select_where(
        connection,
        table.c.kind == Kind.CONFIRMATION.value,
        asked_of(completion.occurrence_id, completion.unit_id),
        table.c.state.in_([state.value for state in OPEN_SILENCE]),
    )


def _objections(batch: Batch, signature: Obligation, answer: Answer, day: date) -> None:
    """签收，但有事项不归本单位: what the unit leads of them stands still until decided, the lead office is told."""
    query = select(tasks.c.id).where(tasks.c.plan_id == signature.plan_id, tasks.c.number.in_(list(answer.tasks)))
    ids = [row.id for row in batch.connection.execute(query)]
    led = obligations.select_where(
        batch.connection,
        table.c.kind == Kind.COMPLETION.value,
        table.c.unit_id == signature.unit_id,
        table.c.task_id.in_(ids),
        table.c.state.in_([State.ARMED.value, State.OVERDUE.value]),
    )
    for completion in led:
        batch.add(completion, delay.frozen(completion, "objection", None, day, batch.service.slots))
    signed = next(o for o in reversed(batch.changed) if o.id == signature.id)
    told = fact("signature.objected", tasks=list(answer.tasks))
    batch.add(signed, Change(signed, (Draft("objection", Audience.OFFICE),), (told,)))


def withdraw(
    service: Service, obligation_ids: Sequence[int], *, contact_id: int | None, by: str, reason: str
) -> tuple[Given, ...]:
    """Take answers back: the same level waits once more."""
    with service.database.write() as connection:
        asked = obligations.by_ids(connection, sorted(obligation_ids))
        together = {o.id for o in (*asked, *joint.siblings(connection, asked))}
        found = obligations.locked(service.database, connection, sorted(together))
        given = [_withdraw(service, connection, obligation, contact_id, by, reason) for obligation in found]
        return tuple(one for one in given if one.obligation_id in obligation_ids)


def _withdraw(
    service: Service, connection: Connection, obligation: Obligation, contact_id: int | None, by: str, reason: str
) -> Given:
    batch = _batch(service, connection, obligation)
    if batch.directory.plans[obligation.plan_id].state == "closed":  # its answers stand: nobody is asked any more
        return Given(obligation.id, False, "方案已经关闭，答复不能再撤回。")
    if obligation.kind is Kind.COMPLETION:
        change = delay.taken_back(obligation, service.earliest(), service.slots, reason)
    else:
        change = silence.withdrawn(obligation, service.now().date(), service.slots)
    if not batch.add(obligation, change, contact_id):
        return Given(obligation.id, False, "这一项没有可以撤回的答复。")
    if obligation.kind is Kind.CONFIRMATION:
        _take_back(batch, obligation, reason)
    kind = "answer.disputed" if reason == DISPUTE else "answer.taken-back"
    batch.happened.append(events.of_obligation(obligation, kind, {"by": by}, contact_id))
    batch.write()
    return Given(obligation.id, True, "已撤回。")


def _take_back(batch: Batch, confirmation: Obligation, reason: str) -> None:
    """What a confirmation's answer did to the completion of the same occurrence is undone with it."""
    for completion in _completions_of(batch.connection, confirmation):
        slots, earliest = batch.service.slots, batch.service.earliest()
        change = delay.taken_back(completion, earliest, slots, reason)
        batch.add(completion, change or delay.unpromised(completion, slots, earliest))


def _batch(service: Service, connection: Connection, obligation: Obligation) -> Batch:
    directory = Directory.load(connection, [obligation.plan_id], [obligation.unit_id])
    # What an answer brings goes with the next slot that opens: this one's messages may be on their way.
    return Batch(service, connection, directory, service.earliest())
