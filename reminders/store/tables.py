"""The tables, for SQLite and PostgreSQL alike. Only Core is used: ORM objects cost 8-20 times as much a row.

Columns named `…_on` are dates, `…_at` moments (business time unless the comment says machine time), `…_slot` texts like
2022-09-30/am, which sort in the order of time.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.dialects import postgresql

from reminders.store.append_only import protect

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept in UTC; SQLite forgets the zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


Json = JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def _key() -> Column[int]:
    # With AUTOINCREMENT (sqlite_autoincrement) an id that was once in a message or event never names another row.
    return Column("id", Integer, primary_key=True, autoincrement=True)


def _ref(name: str, target: str, *, nullable: bool = False, index: bool = False) -> Column[int]:
    return Column(name, Integer, ForeignKey(f"{target}.id"), nullable=nullable, index=index)


units = Table(
    "units",
    metadata,
    _key(),
    Column("name", String(120), nullable=False, unique=True),
    Column("kind", String(20), nullable=False, default=""),  # 处室, 直属单位
    sqlite_autoincrement=True,
)

contacts = Table(
    "contacts",
    metadata,
    _key(),
    _ref("unit_id", "units", nullable=True, index=True),
    Column("role", String(10), nullable=False),  # liaison, head, leader, group
    Column("name", String(120), nullable=False),
    Column("email", String(254), nullable=False, default=""),
    Column("wecom_userid", String(64), nullable=False, default=""),
    Column("mobile", String(32), nullable=False, default=""),
    Column("phone", String(32), nullable=False, default=""),
    Column("webhook", String(512), nullable=False, default=""),  # secret
    Column("active", Boolean, nullable=False, default=True),
    sqlite_autoincrement=True,
)

policies = Table(
    "policies",
    metadata,
    _key(),
    Column("digest", String(16), nullable=False, unique=True),
    Column("body", Text, nullable=False),
    sqlite_autoincrement=True,
)

plans = Table(
    "plans",
    metadata,
    _key(),
    Column("title", Text, nullable=False),
    Column("issuer", Text, nullable=False, default=""),
    Column("number", Text, nullable=False, default=""),
    Column("year", Integer, nullable=False),
    Column("issued_on", Date),
    Column("source", Text, nullable=False, default=""),
    Column("sha256", String(64), nullable=False, default=""),
    Column("imported_at", Moment, nullable=False),
    Column("state", String(12), nullable=False, default="imported"),  # imported, active, closed
    _ref("lead_office_id", "units", nullable=True),
    _ref("policy_id", "policies", nullable=True),
    _ref("group_id", "contacts", nullable=True),  # the plan's work group
    Column("activated_at", Moment),
    Column("released_at", Moment),
    Column("next_digest_slot", String(13)),
    sqlite_autoincrement=True,
)
Index(
    "plans_digest_due",
    plans.c.next_digest_slot,
    postgresql_where=plans.c.next_digest_slot.is_not(None),
    sqlite_where=plans.c.next_digest_slot.is_not(None),
)

plan_leaders = Table(
    "plan_leaders",
    metadata,
    _ref("plan_id", "plans"),
    _ref("contact_id", "contacts"),
    UniqueConstraint("plan_id", "contact_id"),
)

plan_members = Table(  # the members of a collective, as a person resolved them at activation
    "plan_members",
    metadata,
    _ref("plan_id", "plans", index=True),
    Column("collective", String(120), nullable=False),
    _ref("unit_id", "units"),
    UniqueConstraint("plan_id", "collective", "unit_id"),
)

tasks = Table(
    "tasks",
    metadata,
    _key(),
    _ref("plan_id", "plans", index=True),
    Column("position", Integer, nullable=False),
    Column("number", String(40), nullable=False),
    Column("short", String(60), nullable=False, default=""),
    Column("section", Text, nullable=False, default=""),
    Column("title", Text, nullable=False, default=""),
    Column("requirement", Text, nullable=False, default=""),
    Column("measure", Text, nullable=False, default=""),
    Column("deadline_text", Text),
    Column("place", Text, nullable=False, default=""),
    Column("no_duty", Boolean, nullable=False, default=False),
    Column("warnings", Json, nullable=False, default=list),
    Column("written", Json),  # {"lead", "support", "no_duty"} as the plan has them, whatever was decided
    Column("removed_at", Moment),  # taken out by a revised plan; its number is free again
    Column("joint", String(40), nullable=False, default="", server_default=""),  # alike: one act fulfils them together
    UniqueConstraint("plan_id", "number"),
    sqlite_autoincrement=True,
)

assignments = Table(  # task x unit; `unit_id` is empty where a name is a collective or nobody's yet
    "assignments",
    metadata,
    _key(),
    _ref("task_id", "tasks", index=True),
    _ref("unit_id", "units", nullable=True, index=True),
    Column("named", String(120), nullable=False),  # as written in the plan
    Column("role", String(10), nullable=False),  # lead, support
    Column("via", String(120), nullable=False, default=""),  # the collective it came from
    Column("ended_at", Moment),
    sqlite_autoincrement=True,
)

schedules = Table(
    "schedules",
    metadata,
    _key(),
    _ref("task_id", "tasks", index=True),
    Column("position", Integer, nullable=False),
    Column("origin", String(10), nullable=False),  # cell, mention, event
    Column("text", Text, nullable=False, default=""),
    Column("phase", Json, nullable=False),
    Column("offer", String(10), nullable=False, default=""),  # of a mention: open, taken, left; else "", event, former
    sqlite_autoincrement=True,
)

occurrences = Table(  # one dated thing that one lead assignment owes
    "occurrences",
    metadata,
    _key(),
    _ref("schedule_id", "schedules"),
    _ref("task_id", "tasks", index=True),
    _ref("unit_id", "units"),
    Column("start_on", Date),
    Column("due_on", Date, nullable=False),
    Column("due_time", String(5)),
    Column("count", Integer, nullable=False, default=1),
    Column("ladder", String(10), nullable=False),
    Column("state", String(10), nullable=False),  # armed, lapsed, routine, done, closed
    Column("version", Integer, nullable=False, default=1),
    Column("done_on", Date),
    UniqueConstraint("schedule_id", "unit_id", "due_on"),
    sqlite_autoincrement=True,
)

obligations = Table(
    "obligations",
    metadata,
    _key(),
    Column("kind", String(12), nullable=False),  # signature, confirmation, completion, return
    _ref("plan_id", "plans", index=True),
    _ref("unit_id", "units"),
    _ref("task_id", "tasks", nullable=True, index=True),
    _ref("occurrence_id", "occurrences", nullable=True, index=True),
    Column("subject", String(40), nullable=False, default=""),  # of a signature: what for; of a return: 2022Q3
    Column("version", Integer, nullable=False, default=1),
    _ref("policy_id", "policies"),
    Column("ladder", String(10), nullable=False, default="none"),
    Column("highest", Integer, nullable=False),
    Column("state", String(14), nullable=False),
    Column("level", Integer, nullable=False, default=0),
    Column("round", Integer, nullable=False, default=0),
    Column("next_step", String(16)),
    Column("next_slot", String(13)),
    Column("opened_on", Date, nullable=False),
    Column("start_on", Date),
    Column("due_on", Date),
    Column("due_time", String(5)),
    Column("count", Integer, nullable=False, default=1),
    Column("reports", Integer, nullable=False, default=0),
    Column("accepted_on", Date),  # the day the message of this level was accepted
    Column("wait_last_on", Date),  # the last day of the wait
    Column("answer", String(12)),
    Column("answered_on", Date),
    Column("done_on", Date),
    Column("before", Json),  # what a frozen, held, suspended or submitted row goes back to
    Column("marks", Json, nullable=False, default=list),
    UniqueConstraint("kind", "plan_id", "unit_id", "occurrence_id", "subject", "version"),
    sqlite_autoincrement=True,
)
Index(
    "obligations_due",
    obligations.c.next_slot,
    obligations.c.id,
    postgresql_where=obligations.c.next_slot.is_not(None),
    sqlite_where=obligations.c.next_slot.is_not(None),
)

messages = Table(
    "messages",
    metadata,
    _key(),
    _ref("contact_id", "contacts", nullable=True, index=True),
    Column("slot", String(13), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("act", String(64), nullable=False, default=""),  # of an answer: the act it answers
    Column("week_on", Date),  # of a digest: its Monday
    Column("body", Json),  # of an answer: its sentence
    Column("state", String(10), nullable=False, default="open"),  # open, sealed, accepted, failed, empty
    Column("created_at", Moment, nullable=False),
    Column("sealed_at", Moment),
    Column("rendered_at", Moment),
    Column("accepted_at", Moment),
    Column("short_number", String(24), nullable=False, default=""),
    Column("message_id", String(120), nullable=False, default=""),
    Column("in_reply_to", String(120), nullable=False, default=""),
    Column("subject", Text, nullable=False, default=""),
    Column("text", Text, nullable=False, default=""),
    Column("html", Text, nullable=False, default=""),
    Column("markdown", Text, nullable=False, default=""),
    UniqueConstraint("contact_id", "slot", "kind", "act"),
    UniqueConstraint("contact_id", "kind", "week_on"),
    sqlite_autoincrement=True,
)
Index(
    "messages_open",
    messages.c.slot,
    postgresql_where=messages.c.sealed_at.is_(None),
    sqlite_where=messages.c.sealed_at.is_(None),
)

items = Table(  # one step of one obligation for one destination
    "items",
    metadata,
    _key(),
    _ref("obligation_id", "obligations", index=True),
    Column("version", Integer, nullable=False),
    Column("step", String(16), nullable=False),
    # The slot in which the step was taken: a review comes every three days. Empty for what is told once and no more.
    Column("slot", String(13), nullable=False),
    _ref("contact_id", "contacts"),
    _ref("message_id", "messages", index=True),
    Column("level", Integer, nullable=False, default=0),
    Column("struck_at", Moment),
    UniqueConstraint("obligation_id", "version", "step", "contact_id", "slot"),
    sqlite_autoincrement=True,
)

deliveries = Table(  # the outbox
    "deliveries",
    metadata,
    _key(),
    _ref("message_id", "messages", index=True),
    Column("channel", String(12), nullable=False),
    Column("part", Integer, nullable=False, default=1),
    Column(
        "lane", Integer, nullable=False, default=1
    ),  # 0 answers and escalations, 1 the rest: a backlog never delays 0
    Column("state", String(10), nullable=False, default="pending"),
    Column("attempts", Integer, nullable=False, default=0),
    Column("repeats", Integer, nullable=False, default=0),  # how often an unknown one was sent again
    Column("retry_at", Moment),  # machine time
    Column("lease", String(36)),
    Column("lease_until", Moment),  # machine time
    Column("begun_at", Moment),  # machine time: about to be handed over under this lease
    Column("stumbles", Integer, nullable=False, default=0, server_default="0"),  # rounds that ended before it was begun
    Column("first_tried_on", Date),
    Column("done_at", Moment),
    UniqueConstraint("message_id", "channel", "part"),
    sqlite_autoincrement=True,
)
Index(
    "deliveries_waiting",
    deliveries.c.lane,
    deliveries.c.id,
    postgresql_where=deliveries.c.state.in_(["pending", "retry", "claimed"]),
    sqlite_where=deliveries.c.state.in_(["pending", "retry", "claimed"]),
)

payloads = (
    Table(  # what a delivery was worded as; apart from it, because a row of the outbox is rewritten again and again
        "payloads",
        metadata,
        Column("delivery_id", ForeignKey("deliveries.id"), primary_key=True, autoincrement=False),
        Column("address", String(512), nullable=False),  # secret for a webhook
        Column("body", LargeBinary, nullable=False),
    )
)

attempts = Table(
    "attempts",
    metadata,
    _key(),
    _ref("delivery_id", "deliveries", index=True),
    Column("number", Integer, nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("code", String(24), nullable=False, default=""),
    Column("detail", Text, nullable=False, default=""),
    Column("tried_at", Moment, nullable=False),  # machine time
    Column("business_at", Moment, nullable=False),
    UniqueConstraint("delivery_id", "number"),
    sqlite_autoincrement=True,
)

links = Table(  # one acknowledgement link per recipient and message, found by the hash of its id
    "links",
    metadata,
    _key(),
    Column("hash", String(64), nullable=False, unique=True),
    _ref("message_id", "messages", index=True),
    _ref("contact_id", "contacts"),
    Column("expires_on", Date, nullable=False),
    Column("revoked_at", Moment),
    Column("resent_at", Moment),  # machine time
    Column("locked_until", Moment),  # machine time
    Column("wrong_digits", Integer, nullable=False, default=0),
    sqlite_autoincrement=True,
)

external_events = Table(  # an event from outside, reported for one plan
    "external_events",
    metadata,
    _key(),
    _ref("plan_id", "plans"),
    Column("name", String(200), nullable=False),
    Column("happened_on", Date, nullable=False),
    Column("happened_at", String(5)),  # the clock time, where it was told
    Column("ref", String(200), nullable=False, default=""),  # which one of its name: a document's number
    Column("reported_at", Moment, nullable=False),
    Column("withdrawn_at", Moment),
    sqlite_autoincrement=True,
)
Index(  # the same name, day and reference is one event however often it is reported
    "external_events_standing",
    external_events.c.plan_id,
    external_events.c.name,
    external_events.c.happened_on,
    external_events.c.ref,
    unique=True,
    postgresql_where=external_events.c.withdrawn_at.is_(None),
    sqlite_where=external_events.c.withdrawn_at.is_(None),
)

external_phases = Table(  # the dated phase that an event gave a triggered one
    "external_phases",
    metadata,
    _ref("external_id", "external_events"),
    _ref("schedule_id", "schedules", index=True),
    _ref("dated_id", "schedules"),
    UniqueConstraint("external_id", "schedule_id"),
)

events = Table(  # the ledger: append-only; people stand in it by contact id only
    "events",
    metadata,
    _key(),
    Column("type", String(40), nullable=False),
    Column("at", Moment, nullable=False),  # business time
    Column("recorded_at", Moment, nullable=False),  # machine time
    _ref("plan_id", "plans", nullable=True, index=True),
    _ref("task_id", "tasks", nullable=True),
    _ref("unit_id", "units", nullable=True),
    _ref("obligation_id", "obligations", nullable=True, index=True),
    _ref("message_id", "messages", nullable=True, index=True),
    _ref("contact_id", "contacts", nullable=True),
    Column("body", Json, nullable=False, default=dict),
    sqlite_autoincrement=True,
)

seals = Table(  # a hash chain over the events, batch by batch: what is altered later is found by its id
    "seals",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # 1, 2, … without a gap
    Column("first_id", Integer, nullable=False),
    Column("last_id", Integer, nullable=False),
    Column("count", Integer, nullable=False),
    Column("leaves", Text, nullable=False),  # a line per event: its id and the SHA-256 of its canonical JSON
    Column("previous", String(64), nullable=False),  # the hash before it; empty for the first
    Column("hash", String(64), nullable=False),  # SHA-256 of `previous`, a line's end and `leaves`
    Column("sealed_at", Moment, nullable=False),  # machine time
)
protect(events)
protect(seals)

parked = Table(  # channels that fail for everybody, or ask to wait: a row, so that every process sees it
    "parked",
    metadata,
    Column("channel", String(80), primary_key=True),
    Column("until", Moment),  # machine time; empty: until a person mends it
    Column("reason", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("told_at", Moment),
)

pauses = Table(  # 暂停发送
    "pauses",
    metadata,
    _key(),
    _ref("plan_id", "plans", nullable=True),
    _ref("unit_id", "units", nullable=True),
    Column("reason", Text, nullable=False),
    Column("by", String(120), nullable=False),
    Column("since", Moment, nullable=False),
    Column("ended_at", Moment),
    sqlite_autoincrement=True,
)

marks = Table(  # the last time each recurring thing happened
    "marks",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("at", Moment, nullable=False),  # business time
    Column("machine_at", Moment, nullable=False),
    Column("body", Json, nullable=False, default=dict),
)
