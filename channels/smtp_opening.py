"""Opening a connection to a mail server: TLS and logging in, which are smtplib's strength."""

from __future__ import annotations

import smtplib
import socket
import ssl
from base64 import b64encode
from dataclasses import replace

from channels.outcome import Outcome, Verdict
from channels.smtp_answers import Answer, Stage, judge
from channels.smtp_settings import Security, SmtpSettings


class NoSession(Exception):
    """A connection could not be opened; what that means for the message is in `outcome`."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.detail)
        self.outcome = outcome


def open_connection(settings: SmtpSettings, context: ssl.SSLContext | None) -> smtplib.SMTP:
    """Connect and log in. Raises NoSession."""
    smtp: smtplib.SMTP | None = None
    try:
        smtp = _connect(settings, context)
        _log_in(settings, smtp)
    except (OSError, smtplib.SMTPException) as error:
        if smtp is not None:
            smtp.close()
        # Without its cause, which may quote what was sent.
        raise NoSession(replace(_why_not(settings, error), everybody=True)) from None
    return smtp


def _connect(settings: SmtpSettings, context: ssl.SSLContext | None) -> smtplib.SMTP:
    if settings.security is Security.TLS:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.host, settings.port, settings.helo, timeout=settings.timeout, context=context
        )
    else:
        smtp = smtplib.SMTP(settings.host, settings.port, settings.helo, timeout=settings.timeout)
    try:
        if smtp.sock is not None:
            smtp.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)  # a vanished server is noticed
            # What is said behind a dot would else wait on this machine until the dot is answered (Nagle).
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        smtp.ehlo_or_helo_if_needed()
        if settings.security is Security.STARTTLS:
            smtp.starttls(context=context)
            smtp.ehlo()
    except BaseException:
        smtp.close()
        raise
    return smtp


def _log_in(settings: SmtpSettings, smtp: smtplib.SMTP) -> None:
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


def _why_not(settings: SmtpSettings, error: Exception) -> Outcome:
    where = f"邮件服务器{settings.host}:{settings.port}"
    if isinstance(error, smtplib.SMTPResponseException):
        stage = Stage.LOGIN if isinstance(error, smtplib.SMTPAuthenticationError) else Stage.GREETING
        words = error.smtp_error if isinstance(error.smtp_error, str) else error.smtp_error.decode("utf-8", "replace")
        return judge(stage, Answer(error.smtp_code, words.replace("\n", " ")), secret_forms(settings))
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


def secret_forms(settings: SmtpSettings) -> tuple[str, ...]:
    """The password as it may come back in a server's words."""
    if not settings.password:
        return ()
    password = settings.password.encode("utf-8")
    plain = b"\0" + settings.username.encode("utf-8") + b"\0" + password
    return (settings.password, b64encode(password).decode("ascii"), b64encode(plain).decode("ascii"))
