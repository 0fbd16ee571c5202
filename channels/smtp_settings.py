"""What has to be known about a mail server and the sender it knows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from channels.headers import mail_address

_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]+")


class Security(StrEnum):
    """How the connection is encrypted."""

    NONE = "none"  # port 25 inside an office
    STARTTLS = "starttls"  # port 587
    TLS = "tls"  # port 465, from the first byte


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """A mail server and a sender. Raises ValueError, with a sentence for the operator, for what can never work."""

    host: str
    port: int
    sender_address: str  # From:, and the envelope sender unless `bounce_address` is set
    security: Security = Security.TLS
    username: str = ""  # "" means no login
    password: str = field(default="", repr=False)  # with Chinese hosts the 授权码, not the password of the web page
    sender_name: str = ""
    reply_to: str = ""
    bounce_address: str = ""  # where refusals are sent that come after acceptance
    timeout: float = 30.0  # seconds for connecting and for every answer but the last
    final_timeout: float = 120.0  # seconds for the answer to the final dot; RFC 5321 §4.5.3.2.6 would wait 600
    per_connection: int = 50  # messages before a new connection; NetEase refuses "too many" without naming a figure
    helo: str = ""  # the name this machine gives itself; "" takes the sender's domain
    ca_file: Path | None = None  # PEM; trusted in place of the system's authorities

    def __post_init__(self) -> None:
        if self.security not in list(Security):
            raise ValueError(f"邮件的加密方式“{self.security}”不认识；请用 tls（465）、starttls（587）或 none（25）。")
        object.__setattr__(self, "security", Security(self.security))
        if not _HOST.fullmatch(self.host):
            raise ValueError(f"邮件服务器名称“{self.host[:80]}”不可用；请只写主机名，不带 http:// 和端口。")
        if not 0 < self.port < 65536:
            raise ValueError(f"邮件服务器端口{self.port}不可用；常用465（tls）、587（starttls）、25（none）。")
        for address in (self.sender_address, self.reply_to, self.bounce_address):
            if address:
                mail_address(address)
        if not self.sender_address:
            raise ValueError("没有发件地址；请设置发件人的邮件地址。")
        if not (self.username.isascii() and self.password.isascii()):
            raise ValueError("邮件登录的用户名和授权码只能是半角字符；请核对是否误输入了全角字符。")
        if bool(self.username) != bool(self.password):
            raise ValueError("邮件登录的用户名和授权码要么都设，要么都不设。")
        if self.timeout <= 0 or self.final_timeout <= 0 or self.per_connection < 1:
            raise ValueError("邮件的超时和每次连接的封数必须大于零。")
        if not self.helo:
            object.__setattr__(self, "helo", self.sender_address.rpartition("@")[2])

    @property
    def envelope_sender(self) -> str:
        """What MAIL FROM says."""
        return self.bounce_address or self.sender_address
