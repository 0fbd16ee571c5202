"""One connection to a mail server: opened, logged in, and used for one message after another.

smtplib opens it, because TLS and logins are its strength; the messages go over it by hand, because smtplib waits for
every answer before it says the next word and hides at which word a connection broke. Where the server offers
PIPELINING (RFC 2920), MAIL, RCPT and DATA leave together and every one of the three answers is looked at before a byte
of the message follows: two round trips a message in place of five. Where the caller knows who is next, the next
message's three words leave behind this one's dot, as RFC 2920 §3.1 allows: one round trip a message.
"""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Callable

from channels.message import Payload
from channels.outcome import Outcome, Verdict
from channels.smtp_answers import Answer, Stage, judge, wants_new_connection
from channels.smtp_opening import open_connection, secret_forms
from channels.smtp_settings import SmtpSettings

_QUIT_SECONDS = 2.0


class SmtpSession:
    """A connection that is logged in; not for two threads at a time."""

    def __init__(self, settings: SmtpSettings, context: ssl.SSLContext | None) -> None:
        """Connect and log in. Raises NoSession."""
        self._settings = settings
        self._secrets = secret_forms(settings)
        self._smtp = open_connection(settings, context)
        self.usable = True
        self.handed_over = 0  # messages tried on this connection
        self.ahead = ""  # whom the server was already asked about; nobody else may follow on this connection
        self._pipelining = self._smtp.has_extn("pipelining")
        self._most_bytes = _size_limit(self._smtp.esmtp_features.get("size", ""))

    def hand_over(self, payload: Payload, begin: Callable[[], object], following: Payload | None = None) -> Outcome:
        """One message to one recipient; it ends with CRLF. Afterwards `usable` says whether another may follow.

        `begin` is called before the first byte of the message leaves: from then on the server may take it.
        The server is asked about `following` in the same breath.
        """
        data = payload.body
        if not self._fits(payload):
            detail = f"邮件有{len(data)}字节，邮件服务器最多收{self._most_bytes}字节。"
            return Outcome(Verdict.REFUSED_CONTENT, "size", detail)
        self.handed_over += 1
        try:
            refused = self._envelope(payload.address)
            if refused is not None:
                return refused
            begin()
            # A failure in here means that the dot, which goes last, never left this machine.
            self._smtp.send(_stuffed(data) + b".\r\n")
        except (OSError, smtplib.SMTPException) as error:
            return self._lost(error, Verdict.RETRY_LATER, "邮件还没有交出，与邮件服务器的连接断了")
        if following is not None and self._pipelining and self._fits(following):
            self._ask_ahead(following.address)
        return self._after_the_dot()

    def close(self) -> None:
        """Say QUIT where that still makes sense, and hang up."""
        with contextlib.suppress(OSError, smtplib.SMTPException):
            # A server that was asked about a message would take QUIT for its first line.
            if self.usable and not self.ahead and self._smtp.sock is not None:
                self._smtp.sock.settimeout(_QUIT_SECONDS)
                self._smtp.quit()
        self.usable = False
        self._smtp.close()

    def _fits(self, payload: Payload) -> bool:
        return not self._most_bytes or len(payload.body) <= self._most_bytes

    def _ask_ahead(self, recipient: str) -> None:
        # The dot has left: whether it is taken is for its own answer to say, also where nothing more can be sent.
        with contextlib.suppress(OSError, smtplib.SMTPException):
            self._smtp.send("".join(line for _, line, _ in self._steps(recipient)))
            self.ahead = recipient

    def _steps(self, recipient: str) -> tuple[tuple[Stage, str, int], ...]:
        """Each word of an envelope, and the kind of answer that lets it pass."""
        return (
            (Stage.SENDER, f"MAIL FROM:<{self._settings.envelope_sender}>\r\n", 2),
            (Stage.RECIPIENT, f"RCPT TO:<{recipient}>\r\n", 2),
            (Stage.DATA, "DATA\r\n", 3),
        )

    def _envelope(self, recipient: str) -> Outcome | None:
        """What stands against the message, or None where the server waits for it."""
        steps = self._steps(recipient)
        asked, self.ahead = self.ahead == recipient, ""
        if self._pipelining and not asked:
            self._smtp.send("".join(line for _, line, _ in steps))
        for at, (stage, line, good) in enumerate(steps):
            if not self._pipelining:
                self._smtp.send(line)
            answer = self._answer()
            if answer.kind != good:
                self._start_over(answer, unread=len(steps) - 1 - at if self._pipelining else 0)
                return judge(stage, answer, self._secrets)
        return None

    def _start_over(self, refusal: Answer, unread: int) -> None:
        """Make the connection fit for the next message, or mark it as not usable."""
        self.usable = not wants_new_connection(refusal)
        try:
            for _ in range(unread if self.usable else 0):
                # A server that waits for a message although it refused the envelope would take a dot for an empty one.
                self.usable = self._answer().kind != 3 and self.usable
            if self.usable:
                self._smtp.send("RSET\r\n")
                self.usable = self._answer().kind == 2
        except (OSError, smtplib.SMTPException):
            self.usable = False

    def _after_the_dot(self) -> Outcome:
        try:
            if self._smtp.sock is not None:
                self._smtp.sock.settimeout(self._settings.final_timeout)
            answer = self._answer()
            if self._smtp.sock is not None:
                self._smtp.sock.settimeout(self._settings.timeout)
        except (OSError, smtplib.SMTPException) as error:
            return self._lost(error, Verdict.IN_DOUBT, "邮件已交出，没有等到邮件服务器的答复，可能已经送达")
        if wants_new_connection(answer):
            self.usable = False
        return judge(Stage.DOT, answer, self._secrets)

    def _answer(self) -> Answer:
        code, text = self._smtp.getreply()
        return Answer(code, text.decode("utf-8", "replace").replace("\n", " "))

    def _lost(self, error: Exception, verdict: Verdict, meaning: str) -> Outcome:
        self.usable = False
        late = _is_timeout(error)
        return Outcome(verdict, "timeout" if late else "dropped", f"{meaning}（{'超时' if late else '对方断开'}）。")


def _stuffed(data: bytes) -> bytes:
    # RFC 5321 §4.5.2; base64 mails hold no such line, and looking for one costs next to nothing.
    data = b"." + data if data.startswith(b".") else data
    return data.replace(b"\r\n.", b"\r\n..") if b"\r\n." in data else data


def _size_limit(value: str) -> int:
    return int(value) if value.isascii() and value.isdigit() else 0


def _is_timeout(error: BaseException) -> bool:
    # smtplib says "disconnected" for everything; what the socket said is the exception's context.
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)
