"""The pages that are made from the settings: docs/settings.md and .env.example.

`python -m reminders.documenting` writes both; a test keeps them equal to reminders/settings.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from reminders.figures import allowed, figures, values
from reminders.policy import PRESETS, Preset
from reminders.policy_file import toml
from reminders.settings import SECRETS, Settings

ROOT = Path(__file__).resolve().parents[1]
# Where each group of settings begins: its first setting and its heading.
GROUPS = {
    "data_dir": "Where it runs",
    "smtp_host": "Mail",
    "wecom_enabled": "WeCom group robots",
    "operator_mail": "Running",
    "demo_day_seconds": "The demo",
}
OPENING = """\
# Settings

<!-- Written by `python -m reminders.documenting` from reminders/settings.py; a test keeps them equal. -->

Each setting is an environment variable, or a line of a file `.env` in the working directory; the environment wins. A
value that cannot be used stops the start with one sentence that names the setting. `.env.example` lists all of them.

A secret can also stand in a file of its own: `…_FILE` names it, the blanks around its content are dropped, and it wins
over the variable. Secrets are in no log, page or error, and no refusal quotes them.
"""
EXAMPLE = """\
# Every setting of cuiban with its default; copy to .env and remove the # in front of what you change.
# Written by `python -m reminders.documenting` from reminders/settings.py. The same as a page: docs/settings.md
"""


def settings_page() -> str:
    """docs/settings.md."""
    lines = [OPENING]
    for name, field in Settings.model_fields.items():
        if name in GROUPS:
            lines.append(f"\n## {GROUPS[name]}\n\n| setting | default | meaning |\n|---|---|---|\n")
        shown = _default(field)
        default = f"`{shown}`" if shown else "empty"
        lines.append(f"| {_names(name)} | {default} | {_sentence(field)} |\n")
    return "".join(lines)


def example_file() -> str:
    """.env.example."""
    lines = [EXAMPLE]
    for name, field in Settings.model_fields.items():
        if name in GROUPS:
            lines.append(f"\n# --- {GROUPS[name]}\n")
        lines.append(f"\n# {_sentence(field)}\n#{variable(name)}={_default(field)}\n")
        if name in SECRETS:
            lines.append(f"#{variable(name)}_FILE=\n")
    return "".join(lines)


def policy_table() -> str:
    """The table of docs/policy.md: every figure of a policy, what the presets say, what it may be."""
    lines = ["| figure | gentle | strict | may be | 说明 |\n|---|---|---|---|---|\n"]
    gentle, strict = (values(PRESETS[preset]) for preset in (Preset.GENTLE, Preset.STRICT))
    for path, field in figures():
        shown = [f"`{toml(known[path])}`" if path in known else "" for known in (gentle, strict)]
        lines.append(f"| `{path}` | {shown[0]} | {shown[1]} | {allowed(field)} | {field.description} |\n")
    return "".join(lines)


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"CUIBAN_{name.upper()}"


def write(root: Path = ROOT) -> None:
    """Write both pages."""
    for place, text in pages():
        (root / place).write_text(text, encoding="utf-8")


def pages() -> Iterator[tuple[str, str]]:
    """Each page's place and its text."""
    yield "docs/settings.md", settings_page()
    yield ".env.example", example_file()


def _names(name: str) -> str:
    own = f"`{variable(name)}`"
    return f"{own}, secret, also `{variable(name)}_FILE`" if name in SECRETS else own


def _default(field: FieldInfo) -> str:
    value: Any = field.default
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _sentence(field: FieldInfo) -> str:
    """What the setting means, with its smallest and largest value where it has them."""
    said = (field.description or "").removesuffix(".")
    limits = [f"more than {limit}" for limit in _limits(field, "gt")]
    limits += [f"from {limit}" for limit in _limits(field, "ge")]
    limits += [f"to {limit}" for limit in _limits(field, "le")]
    return f"{said} ({' '.join(limits)})." if limits else f"{said}."


def _limits(field: FieldInfo, name: str) -> list[str]:
    return [f"{getattr(piece, name):g}" for piece in field.metadata if hasattr(piece, name)]


if __name__ == "__main__":
    write()
