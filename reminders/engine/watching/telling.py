"""A word to the operator: handed to a channel directly, past the outbox, which may be what stands still."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from channels.channel import Channel
from channels.message import Message, UnsendableMessage
from channels.outcome import Verdict
from channels.secrets import HIDDEN
from reminders.engine.service import SMTP, WECOM, Service
from reminders.engine.watching.alarms import Alarm

log = logging.getLogger("cuiban.watchdog")


def tell_operator(service: Service, alarm: Alarm, *, broken: str = "") -> bool:
    """Tell the operator by the first channel that takes it; False where none did, which the log then says.

    The channel that is `broken` comes last: mail that cannot log in is better not tried again (every refused login
    brings a lock-out nearer), but without another way it is the only hope.
    """
    for name in sorted((SMTP, WECOM), key=lambda name: name == broken):
        channel = service.channels.get(name)
        told = [_sent(service, channel, alarm, address) for address in _addresses(service, name)] if channel else []
        if any(told):
            return True
    log.error("nobody could be told (CUIBAN_OPERATOR_MAIL): %s", alarm.subject)
    return False


def tell_by_mail(service: Service, alarm: Alarm, addresses: Sequence[str]) -> bool:
    """Tell others by mail, each by himself; False where nobody took it."""
    channel = service.channels.get(SMTP)
    told = [_sent(service, channel, alarm, address) for address in addresses] if channel else []
    return any(told)


def can_tell(service: Service) -> bool:
    """Whether an operator is named whom a channel of this installation reaches."""
    return any(service.channels.get(name) and _addresses(service, name) for name in (SMTP, WECOM))


def _addresses(service: Service, channel: str) -> list[str]:
    settings = service.settings
    named = settings.operator_mail if channel == SMTP else settings.operator_webhook.get_secret_value()
    return [address.strip() for address in named.split(",") if address.strip()]


def _sent(service: Service, channel: Channel, alarm: Alarm, address: str) -> bool:
    try:
        payloads = channel.render(_message(service, alarm, address))
        return all(channel.send(payload).verdict is Verdict.ACCEPTED for payload in payloads)
    except UnsendableMessage as error:
        log.error("CUIBAN_OPERATOR_MAIL or CUIBAN_OPERATOR_WEBHOOK: %s", error)
        return False
    finally:
        channel.close()


def _message(service: Service, alarm: Alarm, address: str) -> Message:
    subject, text = _clean(service, alarm.subject), _clean(service, alarm.text)
    return Message(
        address=address,
        name="",
        subject=subject,
        text=text,
        html="",
        markdown=f"**{subject}**\n{text}",
        message_id=f"<watchdog.{service.random(8).hex()}@{service.settings.mail_domain()}>",
        sent_at=service.machine_now(),
    )


def _clean(service: Service, words: str) -> str:
    """Words without any secret of the settings, whatever a far end put into them."""
    settings = service.settings
    secrets = (settings.smtp_password, settings.secret_keys, settings.operator_webhook, settings.heartbeat_url)
    for secret in secrets:
        for value in secret.get_secret_value().split(","):
            if value.strip():
                words = words.replace(value.strip(), HIDDEN)
    return words
