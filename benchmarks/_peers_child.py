"""Run by another environment's Python: one tick of a scheduler with N entries, with nothing due and with 100 due.

    python benchmarks/_peers_child.py PEER SIZE… ; REDIS and POSTGRESQL in the environment name scratch databases

Sends are stubbed out everywhere; what a scheduler writes to remember that it fired is not. One JSON line a size:
{"peer", "version", "size", "idle", "due"}, in seconds.
"""

# This file is read by an environment that has none of our packages: it imports nothing of ours.
from __future__ import annotations

import asyncio
import json
import os
import pickle
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

TURNS, DUE = 7, 100


def median(act, turns=TURNS):
    """Seconds of the middle one."""
    spent = []
    for _ in range(turns):
        began = time.perf_counter()
        act()
        spent.append(time.perf_counter() - began)
    return statistics.median(spent)


def redbeat(size):
    """RedBeat: a sorted set and a hash an entry, in Redis."""
    from celery import Celery
    from celery.schedules import schedule
    from redbeat import RedBeatScheduler, RedBeatSchedulerEntry
    from redbeat.schedulers import get_redis

    app = Celery("peer", broker=os.environ["REDIS"])
    app.conf.update(redbeat_redis_url=os.environ["REDIS"], redbeat_lock_key=None, timezone="UTC")
    client = get_redis(app)
    client.flushdb()
    hour = schedule(timedelta(hours=1))

    def fill(names, last_run_at):
        model = RedBeatSchedulerEntry("model", "t", hour, app=app, last_run_at=last_run_at)
        model.save()
        fields = client.hgetall(model.key)
        score = client.zscore(app.redbeat_conf.schedule_key, model.key)
        model.delete()
        pipe = client.pipeline()
        for name in names:
            key = model.key.replace("model", name)
            pipe.hset(key, mapping={k: v.replace("model", name) for k, v in fields.items()})
            pipe.zadd(app.redbeat_conf.schedule_key, {key: score})
        pipe.execute()

    fill([f"later{n}" for n in range(size)], datetime.now(UTC))
    scheduler = RedBeatScheduler(app=app, lazy=False)
    scheduler.lock_key = None
    scheduler.apply_async = lambda entry, **_: scheduler.reserve(entry)
    idle = median(scheduler.tick)

    def with_due():
        fill([f"due{n}" for n in range(DUE)], datetime.now(UTC) - timedelta(hours=2))
        began = time.perf_counter()
        scheduler.tick()
        return time.perf_counter() - began

    due = statistics.median(with_due() for _ in range(3))
    client.flushdb()
    return idle, due


def django_celery_beat(size):
    """django-celery-beat: interval rows in SQLite, read into memory whole."""
    import django
    from django.conf import settings

    folder = tempfile.mkdtemp()
    databases = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{folder}/beat.sqlite3"}}
    settings.configure(DATABASES=databases, INSTALLED_APPS=["django_celery_beat"], USE_TZ=True, TIME_ZONE="UTC")
    django.setup()
    from celery import Celery
    from django.core.management import call_command
    from django.utils import timezone as django_time
    from django_celery_beat.models import IntervalSchedule, PeriodicTask, PeriodicTasks
    from django_celery_beat.schedulers import DatabaseScheduler

    call_command("migrate", verbosity=0)
    app = Celery("peer", broker="memory://")
    hour = IntervalSchedule.objects.create(every=1, period="hours")
    now = django_time.now()
    rows = [PeriodicTask(name=f"t{n}", task="t", interval=hour, last_run_at=now) for n in range(size)]
    PeriodicTask.objects.bulk_create(rows, batch_size=5000)
    fired = []

    def scheduler():
        made = DatabaseScheduler(app=app, lazy=False)
        made.sync_every = 10**9
        made.apply_async = lambda entry, **_: fired.append(made.reserve(entry))
        made.tick()
        return made

    idle = median(scheduler().tick)
    ids = list(PeriodicTask.objects.order_by("id").values_list("id", flat=True)[: DUE // 10])
    PeriodicTask.objects.filter(id__in=ids).update(last_run_at=now - timedelta(hours=2))
    PeriodicTasks.update_changed()
    fired.clear()
    made = DatabaseScheduler(app=app, lazy=False)
    made.sync_every = 10**9
    made.apply_async = lambda entry, **_: fired.append(made.reserve(entry))
    assert made.schedule  # read once before the clock runs
    began = time.perf_counter()
    while len(fired) < len(ids):
        made.tick()
    # It fires one entry a tick and looks at all of them each time: the cost of a hundred is ten times that of ten.
    return idle, (time.perf_counter() - began) * 10


def apscheduler(size):
    """APScheduler 3: one row a job with its pickled state, in SQLite."""
    from apscheduler.executors.base import BaseExecutor
    from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
    from apscheduler.schedulers.background import BackgroundScheduler

    class Stub(BaseExecutor):
        def _do_submit_job(self, job, run_times):
            self._run_job_success(job.id, [])

    folder = tempfile.mkdtemp()
    store = SQLAlchemyJobStore(url=f"sqlite:///{folder}/jobs.sqlite3")
    scheduler = BackgroundScheduler(jobstores={"default": store}, executors={"default": Stub()}, timezone="UTC")
    scheduler.start(paused=True)
    scheduler.add_job("time:sleep", "interval", hours=1, args=[0], id="model", misfire_grace_time=None)
    with store.engine.begin() as connection:
        row = connection.execute(store.jobs_t.select()).first()
        state = pickle.loads(row.job_state)

        def rows(names, at):
            return [
                {
                    "id": name,
                    "next_run_time": at.timestamp(),
                    "job_state": pickle.dumps({**state, "id": name, "next_run_time": at}),
                }
                for name in names
            ]

        later = datetime.now(UTC) + timedelta(hours=1)
        connection.execute(store.jobs_t.insert(), rows([f"later{n}" for n in range(size)], later))
    scheduler.state = 1
    idle = median(scheduler._process_jobs)

    def with_due(turn):
        with store.engine.begin() as connection:
            past = datetime.now(UTC) - timedelta(seconds=1)
            connection.execute(store.jobs_t.insert(), rows([f"due{turn}-{n}" for n in range(DUE)], past))
        began = time.perf_counter()
        scheduler._process_jobs()
        return time.perf_counter() - began

    due = statistics.median(with_due(turn) for turn in range(3))
    scheduler.shutdown(wait=False)
    return idle, due


def pgqueuer(size):
    """pgqueuer: rows with execute_after in PostgreSQL, dequeued in batches and logged as done."""
    return asyncio.run(_pgqueuer(size))


async def _pgqueuer(size):
    import uuid

    import psycopg
    from pgqueuer.adapters.drivers.psycopg import PsycopgDriver
    from pgqueuer.adapters.persistence.queries import EntrypointExecutionParameter, Queries

    connection = await psycopg.AsyncConnection.connect(os.environ["POSTGRESQL"], autocommit=True)
    async with connection:
        queries = Queries(PsycopgDriver(connection))
        await queries.install()
        hour = timedelta(hours=1)
        for start in range(0, size, 10_000):
            count = min(10_000, size - start)
            await queries.enqueue(["t"] * count, [None] * count, [0] * count, [hour] * count)
        await connection.execute("analyze")
        known = {"t": EntrypointExecutionParameter(0)}
        me = uuid.uuid4()

        async def take():
            return await queries.dequeue(500, known, me, None, timedelta(seconds=30))

        async def timed(act):
            began = time.perf_counter()
            await act()
            return time.perf_counter() - began

        idle = statistics.median([await timed(take) for _ in range(TURNS)])

        async def all_of_it():
            jobs = await take()
            assert len(jobs) == DUE, len(jobs)
            await queries.log_jobs([(job, "successful", None) for job in jobs])

        spent = []
        for _ in range(3):
            await queries.enqueue(["t"] * DUE, [None] * DUE, [0] * DUE)
            spent.append(await timed(all_of_it))
        await queries.uninstall()
        return idle, statistics.median(spent)


PEERS = {
    "redbeat": (redbeat, "celery-redbeat"),
    "django-celery-beat": (django_celery_beat, "django-celery-beat"),
    "apscheduler": (apscheduler, "apscheduler"),
    "pgqueuer": (pgqueuer, "pgqueuer"),
}


if __name__ == "__main__":
    measure, package = PEERS[sys.argv[1]]
    idle, due = measure(int(sys.argv[2]))
    print(json.dumps({"peer": sys.argv[1], "version": version(package), "idle": idle, "due": due}))
