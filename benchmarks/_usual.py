"""The usual way: one Celery job, one ORM row, one EmailMessage and one SMTP connection a message, over Redis."""

from __future__ import annotations

import atexit
import contextlib
import os
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from celery import Celery
from sqlalchemy import create_engine, func, select, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from benchmarks import mail
from tests.servers import NoServer, redis_database

app = Celery("usual", broker=os.environ.get("USUAL_BROKER", "memory://"))
app.conf.update(task_ignore_result=True, broker_connection_retry_on_startup=True)


class Base(DeclarativeBase):
    """The models of the usual way."""


class Reminder(Base):
    """One message to be sent."""

    __tablename__ = "usual_reminders"
    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str]
    state: Mapped[str] = mapped_column(default="pending")


@app.task(name="usual.send")  # type: ignore[untyped-decorator]  # celery ships no types
def send(key: int) -> None:
    """Send one reminder."""
    with Session(_ENGINE) as session:
        reminder = session.get_one(Reminder, key)
        text, html = mail.render()
        message = EmailMessage(policy=SMTP)
        message["From"], message["To"], message["Subject"] = mail.SENDER, reminder.address, "【请签收】工作要点"
        message.set_content(text)
        message.add_alternative(html, subtype="html")
        with smtplib.SMTP("127.0.0.1", int(os.environ["USUAL_PORT"]), "example.gov.cn") as client:
            client.send_message(message)
        reminder.state = "sent"
        session.commit()


_ENGINE = create_engine(os.environ.get("USUAL_DATABASE", "sqlite://"), connect_args={"timeout": 30})


def runner(port: int, bodies: Sequence[bytes]) -> Callable[[], float] | None:
    """What measures messages a second of the usual way; None without a Redis."""
    stack = contextlib.ExitStack()
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    try:
        broker = stack.enter_context(redis_database(folder, "cuiban-bench:"))
    except NoServer:
        return None
    database = f"sqlite:///{folder / 'usual.sqlite3'}"
    engine = create_engine(database, connect_args={"timeout": 30})
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    Base.metadata.create_all(engine)
    count = min(len(bodies), 200)
    with Session(engine) as session:
        session.add_all(Reminder(address=f"u{n}@example.gov.cn") for n in range(count))
        session.commit()
    environment = {**os.environ, "USUAL_BROKER": broker.url, "USUAL_DATABASE": database, "USUAL_PORT": str(port)}
    command = [sys.executable, "-m", "celery", "-A", "benchmarks._usual", "worker", "--pool", "solo", "-l", "error"]
    root = Path(__file__).resolve().parents[1]
    worker = stack.enter_context(
        subprocess.Popen(command, cwd=root, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    )
    stack.callback(worker.terminate)
    atexit.register(stack.close)
    publisher = Celery("usual", broker=broker.url)

    def measured() -> float:
        with Session(engine) as session:
            session.execute(update(Reminder).values(state="pending"))
            session.commit()
            ids = list(session.scalars(select(Reminder.id)))
        began = time.perf_counter()
        for key in ids:
            publisher.send_task("usual.send", args=[key], ignore_result=True)
        while True:
            with Session(engine) as session:
                if not session.scalar(select(func.count()).where(Reminder.state == "pending")):
                    return count / (time.perf_counter() - began)
            time.sleep(0.005)

    measured()  # until the worker stands
    return measured
