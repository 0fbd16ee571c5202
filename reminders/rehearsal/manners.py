"""How units answer in a rehearsal: promptly, not at all, or each in its own manner."""

from __future__ import annotations

import json
from dataclasses import dataclass

from reminders.exceptions import InputError


@dataclass(frozen=True, slots=True)
class Manner:
    """How one unit answers, for everything or for one task."""

    unit: str
    task: str | None
    prompt: bool


@dataclass(frozen=True, slots=True)
class Manners:
    """Who answers promptly and who is silent; the narrowest rule wins, prompt where none fits."""

    rules: tuple[Manner, ...] = ()
    default: bool = True

    def prompt(self, unit: str, task: str | None) -> bool:
        """Whether a unit answers what is asked about a task (None: about the unit as a whole)."""
        fitting = [rule for rule in self.rules if rule.unit == unit and rule.task in (None, task)]
        return max(fitting, key=lambda rule: rule.task is not None).prompt if fitting else self.default

    @classmethod
    def read(cls, text: str) -> Manners:
        """`prompt`, `silent`, or JSON lines {"unit","task"?,"answers"}; InputError with the line that is wrong."""
        if text in ("prompt", "silent"):
            return cls(default=text == "prompt")
        rules = []
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip():
                rules.append(_manner(line, number))
        return cls(tuple(rules))


def _manner(line: str, number: int) -> Manner:
    try:
        record = json.loads(line)
        prompt = {"prompt": True, "silent": False}[record["answers"]]
        task = record.get("task")
        return Manner(str(record["unit"]), None if task is None else str(task), prompt)
    except (ValueError, KeyError, TypeError):
        raise InputError(
            f'答复文件第{number}行应写作 {{"unit":"法规处","task":"12","answers":"silent"}}，'
            "answers 为 prompt 或 silent。"
        ) from None
