"""Starting the demo: its own database made anew, the sample plan imported and activated, the clock set."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from pydantic import SecretStr
from starlette.types import ASGIApp, Receive, Scope, Send

from reminders.clock import SHANGHAI, FixedClock, SystemClock
from reminders.contacts import read_contacts
from reminders.demo.fast_clock import DAY_BEGINS, FastClock
from reminders.demo.visitor import Visitor
from reminders.embedded import application, free_port, serve
from reminders.engine.assembly import assemble
from reminders.engine.plan.activation import Choices, activate
from reminders.engine.plan.intake import import_contacts, import_plan
from reminders.engine.service import Service
from reminders.plans import read_plan
from reminders.policy import Preset
from reminders.sample import issue_day, sample_contacts, sample_plan
from reminders.settings import Settings
from reminders.store.migrating import migrate
from reminders.web.backend import DemoView

LEAD_OFFICE, SILENT, CONFIRMING = "办公室", "法规处", "业务处"
LEADERS = ("杜若谷", "葛明昌")
TICK_SECONDS = 0.4
MISSED = 150  # a minute: half an hour of the demo passes in a second, and a busy machine is no outage


def run(settings: Settings) -> None:
    """Serve the demo until the process is told to stop."""
    ours = _settings(settings)
    free_port(ours)
    year = SystemClock().business().year
    start = datetime.combine(issue_day(year), DAY_BEGINS, SHANGHAI)
    service = assemble(ours, clock=FixedClock(start), mailbox_only=True)
    migrate(service.database)
    title = _load(service, year)
    clock = FastClock(start, settings.demo_day_seconds, service.slots.workdays, held=settings.demo_hold)
    running = service.with_clock(clock)
    visitor = Visitor(running, CONFIRMING, ours.link_min_seconds + 0.4)
    visitor.start()
    try:
        serve(running, Holding(application(running, _told(clock, title, settings)), clock))
    finally:
        visitor.stop()


def _settings(settings: Settings) -> Settings:
    """The demo's own: a database of its own made anew, no broker, quick ticks."""
    directory = settings.data_dir / "demo"
    for old in directory.glob("demo.sqlite3*"):
        old.unlink()
    return settings.model_copy(
        update={
            "data_dir": directory,
            "database_url": SecretStr(f"sqlite:///{directory / 'demo.sqlite3'}"),
            "redis_url": SecretStr(""),
            "heartbeat_url": SecretStr(""),
            "tick_seconds": TICK_SECONDS,
            "outage_after_missed": MISSED,
            "holidays_file": settings.holidays_file,
        }
    )


def _load(service: Service, year: int) -> str:
    text = sample_plan(year)
    plan = read_plan(text.encode(), "sample.txt")
    import_contacts(service, read_contacts(sample_contacts().encode(), "contacts.csv"))
    plan_id = import_plan(service, plan, text.encode(), "sample.txt")
    choices = Choices(LEAD_OFFICE, leading_group=LEADERS, mentions="take", preset=Preset.STRICT, release=True)
    activate(service, plan_id, choices)
    return plan.title


def _told(clock: FastClock, title: str, settings: Settings) -> Callable[[], DemoView]:
    speed = f"一个工作日约{settings.demo_day_seconds:g}秒，夜里和休息日跳过"
    return lambda: DemoView(clock.business(), (SILENT,), (CONFIRMING,), title, speed)


class Holding:
    """Holds the clock from the opening of a link page until its POST: the pages have no script to tell us more."""

    def __init__(self, app: ASGIApp, clock: FastClock) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        link = scope["type"] == "http" and scope["path"].startswith("/a/")
        if link and scope["method"] == "GET":
            self._clock.hold()
        await self._app(scope, receive, send)
        if link and scope["method"] == "POST":
            self._clock.go_on()
