"""Mail: a Message as one mail, handed to one mail server over connections that are kept."""

from __future__ import annotations

import ssl
from collections import deque
from collections.abc import Callable

from channels.channel import Limits
from channels.headers import mail_address
from channels.message import Message, Payload, UnsendableMessage
from channels.mime import Letterhead
from channels.outcome import Outcome, Verdict
from channels.smtp_opening import NoSession
from channels.smtp_session import SmtpSession
from channels.smtp_settings import Security, SmtpSettings

MOST_BYTES = 1_000_000  # a reminder is some kilobytes; a megabyte is a mistake that would go to everybody


class SmtpChannel:
    """The mail channel. Each thread that sends has a connection of its own; they are kept and used again."""

    name = "smtp"
    limits = Limits(parts=1)

    def __init__(self, settings: SmtpSettings) -> None:
        """Nothing is connected until the first send. Raises ValueError for a CA file or a sender's name of no use."""
        self._settings = settings
        self._context = _context(settings)
        self._letterhead = Letterhead(settings.sender_address, settings.sender_name, settings.reply_to)
        self._idle: deque[SmtpSession] = deque()
        self._asks_ahead = True

    def render(self, message: Message) -> tuple[Payload, ...]:
        """One payload, the mail itself; raises UnsendableMessage."""
        mail = self._letterhead.mail(message)
        if len(mail) > MOST_BYTES:
            raise UnsendableMessage(
                f"邮件有{len(mail)}字节，超过上限{MOST_BYTES}字节，没有发出；请减少一次发送的事项。"
            )
        return (Payload(1, message.address, mail),)

    def send(self, payload: Payload) -> Outcome:
        """One try. A kept connection that the server has meanwhile closed is replaced within the same try."""
        return self.send_noting(payload, _nothing)

    def send_noting(self, payload: Payload, begin: Callable[[], object], following: Payload | None = None) -> Outcome:
        """The same; `begin` is called right before the message itself leaves, after the server said that it wants it.

        Connecting, logging in and the envelope take most of the time, and none of it can leave a message in doubt.
        The server is asked about `following`, the payload that will be sent next, together with this one.
        """
        refused = _unfit(payload)
        if refused is not None:
            return refused
        following = following if self._asks_ahead and following and _unfit(following) is None else None
        try:
            kept = self._take(payload.address)
            asked = kept is not None and kept.ahead != ""
            session = kept or self._new_session()
            outcome = self._hand_over(session, payload, begin, following)
            # Nothing was taken, and the answer (or the silence) was about the old connection: ask a new one.
            if kept and not session.usable and outcome.verdict is Verdict.RETRY_LATER:
                self._asks_ahead = self._asks_ahead and not asked  # a server that cannot bear it is not asked again
                outcome = self._hand_over(self._new_session(), payload, begin, None)
        except NoSession as refusal:
            return refusal.outcome
        return outcome

    def check(self) -> Outcome:
        """Connect and log in, send nothing: accepted, or why not."""
        try:
            self._give_back(self._new_session())
        except NoSession as refusal:
            return refusal.outcome
        where = f"{self._settings.host}:{self._settings.port}"
        return Outcome(Verdict.ACCEPTED, "ok", f"邮件服务器{where}可以连接和登录。")

    def close(self) -> None:
        """Close the kept connections."""
        while self._idle:
            try:
                self._idle.pop().close()
            except IndexError:  # another thread took it
                return

    def _hand_over(
        self, session: SmtpSession, payload: Payload, begin: Callable[[], object], following: Payload | None
    ) -> Outcome:
        last = session.handed_over + 1 >= self._settings.per_connection
        try:
            return session.hand_over(payload, begin, None if last else following)
        finally:
            self._give_back(session)

    def _take(self, recipient: str) -> SmtpSession | None:
        """A kept connection that was asked about nobody else."""
        while True:
            try:
                session = self._idle.pop()
            except IndexError:
                return None
            if session.ahead in ("", recipient):
                return session
            session.close()

    def _new_session(self) -> SmtpSession:
        return SmtpSession(self._settings, self._context)

    def _give_back(self, session: SmtpSession) -> None:
        if session.usable and session.handed_over < self._settings.per_connection:
            self._idle.append(session)
        else:
            session.close()


def _unfit(payload: Payload) -> Outcome | None:
    """What stands against an address: it comes back from a database, and goes into a command."""
    try:
        mail_address(payload.address)
    except UnsendableMessage as reason:
        return Outcome(Verdict.DEAD_RECIPIENT, "address", str(reason))
    return None


def _nothing() -> None:
    """Nobody wants to know when a message leaves."""


def _context(settings: SmtpSettings) -> ssl.SSLContext | None:
    # Reading the system's certificates takes 20 ms: once for the channel, and not at all without TLS.
    if settings.security is Security.NONE:
        return None
    try:
        return ssl.create_default_context(cafile=settings.ca_file)
    except (OSError, ssl.SSLError):
        raise ValueError(f"CA文件{settings.ca_file}读不出证书；请核对路径，文件应是PEM格式。") from None
