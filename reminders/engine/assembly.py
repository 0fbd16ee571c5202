"""Putting the service together from its settings: the one place where collaborators are chosen."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import redis

from channels.channel import Channel
from channels.mailbox import MailboxChannel
from channels.posting import HttpSettings
from channels.rate_limit import WECOM_BUDGET, InProcessLimiter, RateLimiter, RedisLimiter
from channels.smtp import SmtpChannel
from channels.smtp_settings import Security, SmtpSettings
from channels.wecom import WecomChannel
from reminders.acknowledgement import LinkKeys
from reminders.clock import Clock, FileClock, SystemClock
from reminders.engine.service import MAILBOX, SMTP, WECOM, Service
from reminders.exceptions import SettingsRejected
from reminders.settings import Settings
from reminders.slots import SlotCalendar
from reminders.store.database import Database
from reminders.store.journals import FileJournals, NoJournals
from schedules.workdays import china

KEY_FILE = "secret.key"
JOURNALS = "journals"


def assemble(settings: Settings, *, clock: Clock | None = None, mailbox_only: bool = False) -> Service:
    """The service these settings describe; SettingsRejected or DatabaseUnreachable with one sentence."""
    return Service(
        database=Database.connect(settings.database_address()),
        settings=settings,
        clock=clock or _clock(settings),
        slots=_slots(settings),
        channels=_channels(settings, mailbox_only=mailbox_only),
        limiter=_limiter(settings),
        keys=_keys(settings),
        random=os.urandom,
        journals=FileJournals(settings.data_dir / JOURNALS),
    )


def scratch(settings: Settings) -> Service:
    """A service with nothing behind it: for rehearsing a file where nothing is installed."""
    return Service(
        database=Database.in_memory(),
        settings=settings,
        clock=SystemClock(),
        slots=_slots(settings),
        channels=_channels(settings, mailbox_only=True),
        limiter=InProcessLimiter(),
        keys=LinkKeys((os.urandom(32).hex(),)),
        random=os.urandom,
        journals=NoJournals(lasting=True),
    )


def _clock(settings: Settings) -> Clock:
    return FileClock(Path(settings.clock_file)) if settings.clock_file else SystemClock()


def _slots(settings: Settings) -> SlotCalendar:
    try:
        return SlotCalendar(china(Path(settings.holidays_file) if settings.holidays_file else None))
    except (OSError, ValueError) as error:
        raise SettingsRejected(f"CUIBAN_HOLIDAYS_FILE 指向的节假日文件不能用：{error}") from None


def _channels(settings: Settings, *, mailbox_only: bool) -> dict[str, Channel]:
    """The real channels as soon as they are configured; the local mailbox where there is none."""
    channels: dict[str, Channel] = {}
    if mailbox_only:
        return {MAILBOX: MailboxChannel(_keep_nothing)}
    try:
        if settings.smtp_host:
            channels[SMTP] = SmtpChannel(_smtp(settings))
        if settings.wecom_enabled:
            channels[WECOM] = WecomChannel(_wecom(settings))
    except ValueError as error:
        raise SettingsRejected(str(error)) from None
    return channels or {MAILBOX: MailboxChannel(_keep_nothing)}


def _smtp(settings: Settings) -> SmtpSettings:
    return SmtpSettings(
        host=settings.smtp_host,
        port=settings.smtp_port,
        sender_address=settings.smtp_sender,
        security=Security(settings.smtp_security),
        username=settings.smtp_username,
        password=settings.smtp_password.get_secret_value(),
        sender_name=settings.smtp_sender_name,
        timeout=settings.smtp_timeout,
        # A lease is renewed before a mail as soon as a third of it is gone: what is left must outlast the longest wait,
        # or a slow mail would be called unknown while it is still under way.
        final_timeout=max(settings.lease_span() * 2 / 3 - settings.smtp_timeout, settings.lease_span() / 3),
        ca_file=Path(settings.smtp_ca_file) if settings.smtp_ca_file else None,
    )


def _wecom(settings: Settings) -> HttpSettings:
    return HttpSettings(
        base_url=settings.wecom_base_url,
        read_timeout=settings.wecom_timeout,
        ca_file=Path(settings.wecom_ca_file) if settings.wecom_ca_file else None,
    )


def _limiter(settings: Settings) -> RateLimiter:
    """Shared through Redis; without it each process takes a quarter, in one process the whole."""
    address = settings.redis_url.get_secret_value()
    if not address:
        return InProcessLimiter(WECOM_BUDGET)
    try:
        client = redis.Redis.from_url(address, socket_timeout=2, socket_connect_timeout=2)
    except ValueError:
        raise SettingsRejected("CUIBAN_REDIS_URL 写法不对：应形如 redis://主机:6379/0。") from None
    return RedisLimiter(client)


def _keys(settings: Settings) -> LinkKeys:
    given = [key.strip() for key in settings.secret_keys.get_secret_value().split(",") if key.strip()]
    try:
        return LinkKeys(tuple(given) or (_own_key(settings.data_dir),))
    except ValueError as error:
        raise SettingsRejected(f"CUIBAN_SECRET_KEYS：{error}") from None


def _own_key(directory: Path) -> str:
    """The key this installation made for itself, readable by its owner alone."""
    path = directory / KEY_FILE
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsRejected(f"CUIBAN_DATA_DIR 指向的目录 {directory} 不能用（{error.strerror}）。") from None
    draft = directory / f"{KEY_FILE}.{os.urandom(4).hex()}"
    if not path.exists():
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(os.urandom(32).hex())
        with suppress(FileExistsError):  # another process was first: its key is the key
            os.link(draft, path)
        draft.unlink()
    return path.read_text(encoding="ascii").strip()


def _keep_nothing(_message: object) -> None:
    """The mailbox page reads messages from the store; the channel itself keeps none."""
