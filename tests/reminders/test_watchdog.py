"""The watchdog tells the operator once what stands still, by a real mail server, and once that it works again."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from channels.posting import HttpSettings
from channels.smtp import SmtpChannel
from channels.smtp_settings import Security, SmtpSettings
from channels.wecom import WecomChannel
from reminders.cli.group import commands
from reminders.engine.forecast import surprises
from reminders.engine.round.tick import tick
from reminders.engine.service import SMTP, WECOM
from reminders.engine.standstill import jumps
from reminders.engine.standstill.pausing import resume
from reminders.engine.watching import watchdog
from reminders.engine.watching.presence import note_page
from reminders.engine.watching.watchdog import AGAIN, PREFIX, Watchdog
from reminders.exceptions import DatabaseUnreachable
from reminders.store import holds
from reminders.store.database import Database
from reminders.store.parking import park
from reminders.store.tables import marks, parked
from tests.fakes.smtp_server import Fault, SmtpServer
from tests.fakes.wecom_server import WecomServer
from tests.office import EVERYBODY, OFFICE_CLERK, PUMPS, RIVER, WATER, Story, at_once, person, task

OPERATOR = "ops@water.example"
PASSWORD = "open-sesame-7"  # the fake server's
ROBOT = "0b1c2d3e-aaaa-4bbb-8ccc-0123456789ab"
STANDING = task("1", "贯穿全年", WATER, RIVER, PUMPS)


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer(user="cuiban", password=PASSWORD) as running:
        yield running


@pytest.fixture
def office(database: Database, server: SmtpServer) -> Iterator[Story]:
    """An office that sends real mail, with an operator."""
    story = served(Story(database, operator_mail=OPERATOR, smtp_password=PASSWORD), server)
    yield story
    story.service.channels[SMTP].close()


def served(story: Story, server: SmtpServer) -> Story:
    settings = SmtpSettings(
        server.host, server.port, "zwgk@water.example", Security.NONE, "cuiban", PASSWORD, timeout=5, final_timeout=5
    )
    story.service = replace(story.service, channels={SMTP: SmtpChannel(settings)})
    return story


def told(server: SmtpServer, whom: str = OPERATOR) -> list[EmailMessage]:
    """What the operator got."""
    mails = [mail for mail in server.records if mail.recipients == (whom,) and mail.accepted]
    return [message_from_bytes(mail.raw, policy=policy.default) for mail in mails]


def subjects(server: SmtpServer, whom: str = OPERATOR) -> list[str]:
    return [str(mail["Subject"]) for mail in told(server, whom)]


def words(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_a_beat_that_stopped_is_one_mail_and_ticks_again_are_one_more(office: Story, server: SmtpServer) -> None:
    office.activate(STANDING)
    office.at("2022-08-22 09:14").round()
    for minute in ("09:20", "09:24", "09:51", "09:52", "11:20"):
        office.at(f"2022-08-22 {minute}")
        Watchdog(office.service).look()
    assert subjects(server) == ["【停摆】已37分钟没有心跳（最后一次 8月22日09:14）"]
    office.at("2022-08-22 14:00").round()
    for minute in ("14:01", "14:02", "14:03"):
        office.at(f"2022-08-22 {minute}")
        Watchdog(office.service).look()
    assert subjects(server)[1:] == ["【已恢复】心跳已恢复（8月22日14:01）"]


def test_the_mail_says_what_is_affected_and_what_to_do_and_no_secret(office: Story, server: SmtpServer) -> None:
    office.activate(STANDING)
    office.at("2022-08-22 09:14").tick()
    office.at("2022-08-22 09:51")
    Watchdog(office.service).look()
    (mail,) = told(server)
    said = words(mail)
    assert "已写好的 3 件没有发出" in said
    assert "cuiban tick" in said
    assert PASSWORD not in mail.as_string() + said


def test_a_night_without_ticks_is_told_in_the_morning_and_a_stop_between_windows_not_at_once(
    office: Story, server: SmtpServer
) -> None:
    office.activate(STANDING)
    office.at("2022-08-22 11:25").round()
    for moment in ("2022-08-22 11:31", "2022-08-22 12:30", "2022-08-22 17:30", "2022-08-23 03:00"):
        office.at(moment)
        Watchdog(office.service).look()
    assert subjects(server) == []
    for moment in ("2022-08-23 09:00", "2022-08-23 09:10"):  # who starts in the morning is given time for a first tick
        assert Watchdog(office.at(moment).service).look() == ()
    office.at("2022-08-23 09:11")
    Watchdog(office.service).look()
    assert subjects(server) == ["【停摆】已21小时没有心跳（最后一次 8月22日11:25）"]


def test_of_what_a_guard_holds_the_operator_and_the_lead_office_are_told_once(
    office: Story, server: SmtpServer
) -> None:
    office.activate(STANDING)
    office.at("2022-08-22 09:01").tick()
    with office.service.database.write() as connection:
        now = office.clock.moment
        holds.begin(office.service.database, connection, "2022-08-22/am", 3, 30, now, now)
    for _ in range(2):
        Watchdog(office.service).look()
    for whom in (OPERATOR, OFFICE_CLERK.email):
        assert subjects(server, whom) == ["【待放行】时段 2022-08-22/am 预计 3 件，实际 30 件，已扣住"]
    surprises.release(office.service, "2022-08-22/am", by="何文")
    Watchdog(office.service).look()
    for whom in (OPERATOR, OFFICE_CLERK.email):
        assert subjects(server, whom)[1:] == ["【已恢复】时段 2022-08-22/am 已放行（8月22日09:01）"]


def test_a_page_that_is_away_is_told_once_and_once_when_it_is_back(office: Story, server: SmtpServer) -> None:
    office.at("2022-08-22 09:14").tick()
    note_page(office.service)
    for minute in ("09:20", "09:30", "09:31"):
        office.at(f"2022-08-22 {minute}").tick()
        Watchdog(office.service).look()
    assert subjects(server) == ["【停摆】链接页已16分钟不在（最后一次 8月22日09:14）"]
    note_page(office.service)
    Watchdog(office.service).look()
    assert subjects(server)[1:] == ["【已恢复】链接页已恢复（8月22日09:31）"]


def test_of_a_clock_that_leapt_they_are_told_what_to_look_at(office: Story, server: SmtpServer) -> None:
    office.activate(STANDING)
    office.at("2022-08-22 09:01").tick()
    with office.service.database.write() as connection:
        jumps.stop_for(office.service, connection, jumps.Leap(timedelta(days=3), office.clock.moment))
    Watchdog(office.service).look()
    assert subjects(server) == subjects(server, OFFICE_CLERK.email) == ["【待放行】系统时钟跳变，已暂停发送"]
    assert "系统时钟跳变约往前3天" in words(told(server)[0])
    resume(office.service, plan_id=None, unit=None)
    Watchdog(office.service).look()
    assert subjects(server)[1:] == ["【已恢复】已恢复发送（8月22日09:01）"]


def test_before_the_first_tick_the_release_counts_and_before_it_nothing(office: Story, server: SmtpServer) -> None:
    office.at("2022-08-22 10:00")
    assert Watchdog(office.service).look() == ()
    office.activate(STANDING, on="2022-08-22 10:00")
    office.at("2022-08-22 10:11")
    Watchdog(office.service).look()
    assert subjects(server) == ["【停摆】已11分钟没有心跳（最后一次 8月22日10:00）"]


def test_a_refused_login_is_told_once_and_again_when_mail_is_accepted(office: Story, server: SmtpServer) -> None:
    office.activate(STANDING)
    server.script(Fault("rcpt", f"535 5.7.8 Bad password {PASSWORD}", recipient="liaison.water@water.example"))
    office.at("2022-08-22 09:05").round()
    for _ in range(3):
        Watchdog(office.service).look()
    (mail,) = told(server)
    assert str(mail["Subject"]).startswith("【通道故障】邮件发送停止（8月22日09:05 起），已排队 ")
    assert "（535）" in words(mail)
    assert PASSWORD not in mail.as_string() + words(mail)
    server.heal()
    office.at("2022-08-22 09:40").round()
    for _ in range(3):
        Watchdog(office.service).look()
    assert subjects(server)[1:] == ["【已恢复】邮件发送已恢复（8月22日09:40）"]


def test_three_recipients_in_a_row_for_a_cause_not_theirs_are_an_incident(office: Story, server: SmtpServer) -> None:
    office.activate(STANDING)
    for unit in ("water", "river", "pumps"):
        server.script(Fault("rcpt", "451 4.3.0 Mail system full", recipient=f"liaison.{unit}@water.example"))
    office.at("2022-08-22 09:05").round()
    Watchdog(office.service).look()
    (mail,) = told(server)
    assert "连续几个收件人都没有送达" in words(mail)


@pytest.mark.parametrize(
    ("units", "answer"), [((WATER, RIVER), "451 4.3.0 Full"), ((WATER, RIVER, PUMPS), "550 5.1.1")]
)
def test_two_recipients_or_addresses_that_do_not_exist_are_no_incident(
    office: Story, server: SmtpServer, units: tuple[str, ...], answer: str
) -> None:
    office.activate(task("1", "贯穿全年", *units))
    for unit in ("water", "river", "pumps"):
        server.script(Fault("rcpt", answer, recipient=f"liaison.{unit}@water.example"))
    office.at("2022-08-22 09:05").round()
    assert Watchdog(office.service).look() == ()
    assert told(server) == []


def test_a_channel_parked_without_an_end_is_told_and_its_row_says_when(office: Story, server: SmtpServer) -> None:
    now = office.service.machine_now()
    with office.service.database.write() as connection:
        park(office.service.database, connection, "smtp", None, "值班人员停用", now)
    Watchdog(office.service).look()
    assert "值班人员停用" in words(told(server)[0])
    with office.service.database.read() as connection:
        assert connection.scalar(select(parked.c.told_at)) == now


def test_where_nobody_can_be_told_the_log_says_so_and_mail_is_asked_again_seldom(
    office: Story, server: SmtpServer, caplog: pytest.LogCaptureFixture
) -> None:
    office.activate(STANDING)
    server.script(Fault("mail", "550 5.7.1 Sender refused"))
    office.at("2022-08-22 09:05").round()
    asked = len(server.commands)
    with caplog.at_level(logging.ERROR):
        Watchdog(office.service).look()
    assert "nobody could be told" in caplog.text
    once = len(server.commands)
    assert once > asked
    for _ in range(3):
        Watchdog(office.service).look()
    assert len(server.commands) == once
    server.heal()
    office.clock.ahead = AGAIN
    office.tick()
    Watchdog(office.service).look()
    assert len(told(server)) == 1


def test_where_mail_itself_is_broken_the_operators_robot_is_told_and_mail_left_alone(
    database: Database, server: SmtpServer
) -> None:
    with WecomServer(keys={ROBOT}) as wecom:
        story = served(Story(database, operator_mail=OPERATOR, operator_webhook=ROBOT, smtp_password=PASSWORD), server)
        story.activate(STANDING)
        server.script(Fault("mail", "550 5.7.1 Sender refused"))
        story.at("2022-08-22 09:05").round()
        robot = WecomChannel(HttpSettings(base_url=wecom.url))
        story.service = replace(story.service, channels={**story.service.channels, WECOM: robot})
        asked = len(server.commands)
        Watchdog(story.service).look()
        assert len(server.commands) == asked
        (post,) = wecom.records
        assert "【通道故障】邮件发送停止" in post.body
        assert ROBOT not in post.body


def test_several_watchdogs_at_once_say_it_once(office: Story, server: SmtpServer) -> None:
    office.activate(STANDING)
    office.at("2022-08-22 09:01").tick()
    office.at("2022-08-22 09:20")
    at_once(lambda: Watchdog(office.service).look(), 4)
    assert len(told(server)) == 1
    tick(office.service)
    at_once(lambda: Watchdog(office.service).look(), 4)
    assert len(told(server)) == 2


def test_after_the_recovery_nothing_is_remembered(office: Story, server: SmtpServer) -> None:
    office.activate(STANDING)
    office.at("2022-08-22 09:01").tick()
    for moment, ticks in (("09:20", False), ("09:21", True), ("09:40", False), ("09:41", True)):
        office.at(f"2022-08-22 {moment}")
        if ticks:
            office.tick()
        Watchdog(office.service).look()
    assert [subject[:5] for subject in subjects(server)] == ["【停摆】已", "【已恢复】", "【停摆】已", "【已恢复】"]
    with office.service.database.read() as connection:
        names = [row.name for row in connection.execute(select(marks.c.name))]
        assert [name for name in names if name.startswith(PREFIX)] == []


def test_a_database_that_does_not_answer_is_told_once_by_the_one_who_watches(
    office: Story, server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    dog = Watchdog(office.service)

    def away(_service: object) -> None:
        raise DatabaseUnreachable("数据库没有应答")

    with monkeypatch.context() as broken:
        broken.setattr(watchdog, "look", away)
        for minute in ("09:00", "09:05", "09:11", "09:12", "09:40"):
            office.at(f"2022-08-22 {minute}")
            assert dog.look() is None
    dog.look()
    dog.look()
    assert [s.partition("（")[0] for s in subjects(server)] == ["【停摆】数据库没有应答", "【已恢复】数据库已恢复"]


def test_the_loop_goes_on_after_an_error_and_ends_when_told_to(
    short_story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, looks = threading.Event(), []

    def look(_service: object) -> None:
        looks.append(1)
        if len(looks) == 3:
            stop.set()
        raise ZeroDivisionError

    monkeypatch.setattr(watchdog, "look", look)
    Watchdog(short_story.service).watch(stop, every=0.001)
    assert len(looks) == 3


def test_one_look_from_a_timer_ends_with_one_where_something_stands_still(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CUIBAN_DATABASE_URL", f"sqlite:///{tmp_path / 'one.sqlite3'}")
    assert CliRunner().invoke(commands, ["migrate"]).exit_code == 0
    well = CliRunner().invoke(commands, ["watchdog", "--once"])
    assert (well.exit_code, "CUIBAN_OPERATOR_MAIL" in well.stderr) == (0, True)
    database = Database.connect(f"sqlite:///{tmp_path / 'one.sqlite3'}")
    with database.write() as connection:
        park(database, connection, "smtp", None, "登录被拒", Story(database).service.machine_now())
    database.close()
    wrong = CliRunner().invoke(commands, ["watchdog", "--once"])
    assert (wrong.exit_code, "【通道故障】邮件发送停止" in wrong.stderr) == (1, True)


def test_robots_that_were_removed_are_one_message_that_names_whose_they_are(
    database: Database, server: SmtpServer
) -> None:
    robots = [person(unit, "group", f"{unit}群", "", "") for unit in (WATER, RIVER)]
    people = [replace(robot, webhook=f"{ROBOT[:-1]}{n}") for n, robot in enumerate(robots)]
    with WecomServer(keys={ROBOT}) as wecom:
        story = served(Story(database, operator_mail=OPERATOR, smtp_password=PASSWORD), server)
        robot = WecomChannel(HttpSettings(base_url=wecom.url))
        story.service = replace(story.service, channels={**story.service.channels, WECOM: robot})
        story.activate(STANDING, people=[*EVERYBODY, *people])
        story.at("2022-08-22 09:05").round()
        for _ in range(2):
            Watchdog(story.service).look()
    (mail,) = told(server)
    said = str(mail["Subject"]) + words(mail)
    assert WATER in said
    assert RIVER in said
    assert "93000" in said
    assert ROBOT[:-1] not in said
