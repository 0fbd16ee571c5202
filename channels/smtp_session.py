"""One connection to a mail server: opened, logged in, and used for one message after another.

smtplib opens it, because TLS and logins are its strength; the messages go over it by hand, because smtplib waits for
every answer before it says the next word and hides at which word a connection broke. Where the server offers
PIPELINING (RFC 2920), MAIL, RCPT and DATA leave together and every one of the three answers is looked at before a byte
of the message follows: two round trips a message in place of five.
"""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace

from channels.outcome import Outcome, Verdict
from channels.smtp_answers import Answer, Stage, judge, wants_new_connection
from channels.smtp_settings import Security, SmtpSettings

_QUIT_SECONDS = 2.0


class NoSession(Exception):
    """A connection could not be opened; what that means for the message is in `outcome`."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.detail)
        self.outcome = outcome


class SmtpSession:
    """A connection that is logged in; not for two threads at a time."""

    def __init__(self, settings: SmtpSettings, context: ssl.SSLContext | None) -> None:
        """Connect and log in. Raises NoSession."""
        self._settings = settings
        self._secrets = _forms(settings)
        self._smtp = self._open(context)
        self.usable = True
        self.handed_over = 0  # messages tried on this connection
        self._pipelining = self._smtp.has_extn("pipelining")
        self._most_bytes = _size_limit(self._smtp.esmtp_features.get("size", ""))

    def hand_over(self, recipient: str, data: bytes, begin: Callable[[], object]) -> Outcome:
        """One message to one recipient; `data` ends with CRLF. Afterwards `usable` says whether another may follow.

        `begin` is called before the first byte of the message leaves: from then on the server may take it.
        """
        if self._most_bytes and len(data) > self._most_bytes:
            detail = f"邮件有{len(data)}字节，邮件服务器最多收{self._most_bytes}字节。"
            return Outcome(Verdict.REFUSED_CONTENT, "size", detail)
        self.handed_over += 1
        try:
            refused = self._envelope(recipient)
            if refused is not None:
                return refused
            begin()
            # A failure in here means that the dot, which goes last, never left this machine.
            self._smtp.send(_stuffed(data) + b".\r\n")
        except (OSError, smtplib.SMTPException) as error:
            return self._lost(error, Verdict.RETRY_LATER, "邮件还没有交出，与邮件服务器的连接断了")
        return self._after_the_dot()

    def close(self) -> None:
        """Say QUIT where that still makes sense, and hang up."""
        with contextlib.suppress(OSError, smtplib.SMTPException):
            if self.usable and self._smtp.sock is not None:
                self._smtp.sock.settimeout(_QUIT_SECONDS)
                self._smtp.quit()
        self.usable = False
        self._smtp.close()

    def _envelope(self, recipient: str) -> Outcome | None:
        """What stands against the message, or None where the server waits for it."""
        steps = (
            (Stage.SENDER, f"MAIL FROM:<{self._settings.envelope_sender}>\r\n", 2),
            (Stage.RECIPIENT, f"RCPT TO:<{recipient}>\r\n", 2),
            (Stage.DATA, "DATA\r\n", 3),
        )
        if self._pipelining:
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

    def _open(self, context: ssl.SSLContext | None) -> smtplib.SMTP:
        smtp: smtplib.SMTP | None = None
        try:
            smtp = self._connect(context)
            self._log_in(smtp)
        except (OSError, smtplib.SMTPException) as error:
            if smtp is not None:
                smtp.close()
            # Without its cause, which may quote what was sent.
            raise NoSession(replace(self._why_not(error), everybody=True)) from None
        return smtp

    def _connect(self, context: ssl.SSLContext | None) -> smtplib.SMTP:
        settings = self._settings
        if settings.security is Security.TLS:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.host, settings.port, settings.helo, timeout=settings.timeout, context=context
            )
        else:
            smtp = smtplib.SMTP(settings.host, settings.port, settings.helo, timeout=settings.timeout)
        try:
            if smtp.sock is not None:
                smtp.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)  # a vanished server is noticed
            smtp.ehlo_or_helo_if_needed()
            if settings.security is Security.STARTTLS:
                smtp.starttls(context=context)
                smtp.ehlo()
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _log_in(self, smtp: smtplib.SMTP) -> None:
        settings = self._settings
        if not settings.username:
            return
        offered = smtp.esmtp_features.get("auth", "").upper().split()
        # One method and no other: smtplib's login() tries each in turn, and every refusal counts towards being locked.
        smtp.user, smtp.password = settings.username, settings.password
        if "PLAIN" in offered:
            smtp.auth("PLAIN", smtp.auth_plain)
        elif "LOGIN" in offered:
            smtp.auth("LOGIN", smtp.auth_login)
        elif "CRAM-MD5" in offered:
            smtp.auth("CRAM-MD5", smtp.auth_cram_md5)
        else:
            raise smtplib.SMTPNotSupportedError("AUTH")

    def _why_not(self, error: Exception) -> Outcome:
        where = f"邮件服务器{self._settings.host}:{self._settings.port}"
        if isinstance(error, smtplib.SMTPResponseException):
            stage = Stage.LOGIN if isinstance(error, smtplib.SMTPAuthenticationError) else Stage.GREETING
            words = (
                error.smtp_error if isinstance(error.smtp_error, str) else error.smtp_error.decode("utf-8", "replace")
            )
            return judge(stage, Answer(error.smtp_code, words.replace("\n", " ")), self._secrets)
        for kinds, verdict, code, meaning in _NO_CONNECTION:
            if isinstance(error, kinds):
                return Outcome(verdict, code, f"{where}{meaning}")
        return Outcome(Verdict.RETRY_LATER, "connect", f"{where}连接不上（{type(error).__name__}）。")


# The first that fits decides; a login by certificate or a name that is wrong is mended by a person, the rest by time.
_NO_CONNECTION: tuple[tuple[tuple[type[Exception], ...], Verdict, str, str], ...] = (
    (
        (ssl.SSLCertVerificationError,),
        Verdict.DEAD_CHANNEL,
        "certificate",
        "的证书不可信；内部证书请在设置中给出CA文件，或请管理员换证书。",
    ),
    ((ssl.SSLEOFError, ssl.SSLZeroReturnError), Verdict.RETRY_LATER, "dropped", "在建立加密连接时断开。"),
    (
        (ssl.SSLError,),
        Verdict.DEAD_CHANNEL,
        "tls",
        "不能建立加密连接；请核对端口和加密方式（465用tls，587用starttls）。",
    ),
    (
        (smtplib.SMTPNotSupportedError,),
        Verdict.DEAD_CHANNEL,
        "unsupported",
        "不提供所设的加密方式或登录方式；请核对端口、加密方式和用户名。",
    ),
    ((smtplib.SMTPServerDisconnected,), Verdict.RETRY_LATER, "dropped", "在登录前断开了连接。"),
    ((TimeoutError,), Verdict.RETRY_LATER, "timeout", "没有在规定时间内应答。"),
    ((socket.gaierror,), Verdict.RETRY_LATER, "dns", "的名称查不到；请核对服务器名称和本机的域名解析。"),
    ((ConnectionRefusedError,), Verdict.RETRY_LATER, "connect", "拒绝连接；请核对端口，或等它恢复。"),
)


def _stuffed(data: bytes) -> bytes:
    # RFC 5321 §4.5.2; base64 mails hold no such line, and looking for one costs next to nothing.
    data = b"." + data if data.startswith(b".") else data
    return data.replace(b"\r\n.", b"\r\n..") if b"\r\n." in data else data


def _size_limit(value: str) -> int:
    return int(value) if value.isascii() and value.isdigit() else 0


def _is_timeout(error: BaseException) -> bool:
    # smtplib says "disconnected" for everything; what the socket said is the exception's context.
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)


def _forms(settings: SmtpSettings) -> tuple[str, ...]:
    """The password as it may come back in a server's words."""
    if not settings.password:
        return ()
    password = settings.password.encode("utf-8")
    plain = b"\0" + settings.username.encode("utf-8") + b"\0" + password
    return (settings.password, b64encode(password).decode("ascii"), b64encode(plain).decode("ascii"))
