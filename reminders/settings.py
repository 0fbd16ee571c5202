"""Every setting: its name, type, default and one sentence. A bad value stops the start with that sentence.

Each is read from the environment as CUIBAN_NAME, or from a file `.env`; secrets also from the file that
CUIBAN_NAME_FILE names.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from reminders.exceptions import SettingsRejected

SECRETS = ("smtp_password", "secret_keys", "database_url", "redis_url", "operator_webhook", "heartbeat_url")


class Settings(BaseSettings):
    """What an operator can set."""

    model_config = SettingsConfigDict(env_prefix="CUIBAN_", env_file=".env", extra="ignore", frozen=True)

    data_dir: Path = Field(Path("var"), description="Where the embedded database and the generated key are kept.")
    database_url: SecretStr = Field(SecretStr(""), description="The database; empty: SQLite in the data directory.")
    redis_url: SecretStr = Field(SecretStr(""), description="The broker; empty: Celery's memory:// in one process.")
    host: str = Field("127.0.0.1", description="The address the pages are served on.")
    port: int = Field(8765, ge=1, le=65535, description="The port the pages are served on.")
    base_url: str = Field("", description="How people reach the pages; empty: http://HOST:PORT.")
    secret_keys: SecretStr = Field(
        SecretStr(""), description="Keys that sign links, oldest first, by commas: the last signs; empty: one is made."
    )

    smtp_host: str = Field("", description="The mail server; empty: no mail is sent.")
    smtp_port: int = Field(465, ge=1, le=65535, description="Its port.")
    smtp_security: str = Field("tls", pattern="^(none|starttls|tls)$", description="none, starttls or tls.")
    smtp_username: str = Field("", description="The login at the mail server; empty: none.")
    smtp_password: SecretStr = Field(SecretStr(""), description="Its password or authorisation code.")
    smtp_sender: str = Field("", description="The address messages come from, which takes replies and bounces.")
    smtp_sender_name: str = Field("", description="The name beside it; empty: the lead office's.")
    smtp_timeout: float = Field(30.0, gt=0, le=600, description="Seconds to wait for one answer of the mail server.")
    smtp_ca_file: str = Field("", description="A file with the certificates of a private authority.")

    wecom_enabled: bool = Field(False, description="Whether WeCom group robots are used.")
    wecom_base_url: str = Field(
        "https://qyapi.weixin.qq.com", description="The WeCom interface; a private deployment has its own."
    )
    wecom_timeout: float = Field(10.0, gt=0, le=120, description="Seconds to wait for one answer of WeCom.")
    wecom_ca_file: str = Field("", description="A file with the certificates of a private authority.")

    help_line: str = Field(
        "", description="Whom to telephone where a page may show nothing else: office, name, number."
    )
    operator_mail: str = Field(
        "", description="Who is told when ticks or a channel stand still, addresses by commas; empty: only the log is."
    )
    operator_webhook: SecretStr = Field(
        SecretStr(""), description="A WeCom robot that is told where mail itself stands still."
    )
    watchdog_minutes: int = Field(
        10, ge=2, le=1440, description="The watchdog speaks when no tick came for so long inside the send window."
    )
    heartbeat_url: SecretStr = Field(
        SecretStr(""), description="Asked with GET after a tick, at most once a minute: for a monitor outside."
    )
    tick_seconds: float = Field(15.0, gt=0, le=60, description="How often beat wakes the tick.")
    outage_after_missed: int = Field(
        10,
        ge=1,
        description="So many wake-ups missed in a row make a gap of over 30 working minutes an outage of ours.",
    )
    lease_seconds: float = Field(
        90.0, ge=1, le=3600, description="How long a sender may be silent before others take over."
    )
    batch: int = Field(400, ge=1, le=1000, description="How many deliveries one job carries at most.")
    link_min_seconds: float = Field(3.0, ge=0, le=60, description="A page posted sooner than this was no person.")
    link_grace_seconds: float = Field(
        60.0, ge=0, le=3600, description="So long after acceptance a post is taken for a scanner's (business time)."
    )
    holidays_file: str = Field("", description="The operator's own file of days off and worked weekends.")
    clock_file: str = Field("", description="Tests only: the file that says business time.")
    demo_day_seconds: float = Field(20.0, gt=0, le=3600, description="Demo: seconds one working day takes.")
    demo_hold: bool = Field(False, description="Demo: business time stands at its start.")

    @field_validator("base_url", "wecom_base_url")
    @classmethod
    def _without_slash(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("地址应以 http:// 或 https:// 开头")
        return value.rstrip("/")

    @field_validator("heartbeat_url")
    @classmethod
    def _of_the_web(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not value.get_secret_value().startswith(("http://", "https://")):
            raise ValueError("地址应以 http:// 或 https:// 开头")
        return value

    def database_address(self) -> str:
        """The database's address; the embedded default stands in the data directory."""
        return self.database_url.get_secret_value() or f"sqlite:///{self.data_dir / 'cuiban.sqlite3'}"

    def public_url(self) -> str:
        """How people reach the pages."""
        return self.base_url or f"http://{self.host}:{self.port}"

    def lease_span(self) -> float:
        """Seconds that a lease lasts: the tick that finds it over still comes within `lease_seconds`."""
        return self.lease_seconds - min(max(self.tick_seconds, self.lease_seconds / 6), self.lease_seconds / 2)

    def mail_domain(self) -> str:
        """The right side of a Message-ID."""
        return self.smtp_sender.partition("@")[2] or "cuiban.invalid"


def load_settings(**overrides: Any) -> Settings:
    """Read the environment; SettingsRejected with one sentence per bad value."""
    try:
        return Settings(**{**_from_files(), **overrides})
    except ValidationError as error:
        raise SettingsRejected("；".join(_sentence(part) for part in error.errors())) from None


def _from_files() -> dict[str, str]:
    """Secrets that stand in a file of their own (CUIBAN_SMTP_PASSWORD_FILE …), named in the environment or in .env."""
    given = {**dotenv_values(".env", encoding="utf-8"), **os.environ}
    found = {}
    for name in SECRETS:
        path = given.get(f"CUIBAN_{name.upper()}_FILE")
        if path:
            try:
                found[name] = Path(path).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError):
                raise SettingsRejected(f"CUIBAN_{name.upper()}_FILE 指向的文件「{path}」读不出来。") from None
    return found


def _sentence(part: Any) -> str:
    name = f"CUIBAN_{'_'.join(str(piece) for piece in part['loc']).upper()}"
    field = Settings.model_fields.get(str(part["loc"][0])) if part["loc"] else None
    shown = "（不显示）" if field is not None and field.annotation is SecretStr else f"「{part.get('input')}」"
    return f"设置 {name} 的值{shown}不能用：{part['msg']}。"
