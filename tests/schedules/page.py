"""docs/expressions.md, made of the corpus: `python -m tests.schedules.page`."""

from pathlib import Path
from typing import Final

from schedules import Phase, Schedule, explain, normalise
from tests.schedules.corpus import FORMS, ISSUED, YEAR, Form
from tests.schedules.sayings import PROSE, REFUSED, SAYINGS, SILENT
from tests.schedules.spellings import render

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "expressions.md"
HEAD: Final = f"""# What expressions mean

This page is made from the corpus in `tests/schedules/` by `python -m tests.schedules.page`, and a test holds them
equal. Everything here is read against the plan year {YEAR}, issued on {ISSUED}.

A due day is the last day in time: 「X日前」 includes the day. A window has a first day as well. A month without a year
belongs to the plan year, or to the year that an earlier part of the same sentence named. Digits may be full width or
Chinese characters, blanks of a scanned page may stand anywhere, and the brackets and dashes of both widths are read.

```python
import schedules
schedules.normalise("8月底前完成，并常态落实", year={YEAR}).phases
schedules.scan("各单位8月底前完成自查。", year={YEAR})
```

On the command line: `cuiban normalise 8月底前 --year {YEAR} --explain`, `cuiban scan FILE --year {YEAR}`.

## Forms

`{{m}}` is a month, `{{d}}` a day, `{{q}}` a quarter, `{{y}}` a year, `{{n}}` a number, `{{w}}` a day of the week,
`{{p}}` the number of a five-year plan.
"""


def readings(phases: tuple[Phase, ...], language: str = "zh") -> list[str]:
    """What each phase says, without the text and the rule."""
    told = explain(Schedule("", phases), "zh" if language == "zh" else "en")
    return [line.removeprefix(" → ").split("（规则：")[0].split(" (rule:")[0] for line in told]


def form_section(form: Form) -> str:
    """One form: its example, what that means in two languages, the rule that reads it, and its spellings."""
    text = render(form.spellings[0], form.example)
    schedule = normalise(text, year=YEAR, issued=ISSUED)
    return _section(form.title, text, schedule, [spelling.replace("|", "\\|") for spelling in form.spellings])


def _section(title: str, text: str, schedule: Schedule, spellings: list[str]) -> str:
    said = "; ".join(readings(schedule.phases, "en"))
    shown = "；".join(readings(schedule.phases))
    lines = [f"### {title}", "", f"`{text}` → {shown}  ", f"{said} (rule: {schedule.rule})", ""]
    return "\n".join([*lines, " · ".join(f"`{spelling}`" for spelling in spellings), ""])


def page() -> str:
    """The whole page."""
    parts = [HEAD, *(form_section(form) for form in FORMS), "## Without numbers of their own", ""]
    for title, _, texts in SAYINGS:
        parts.append(_section(title, texts[0], normalise(texts[0], year=YEAR, issued=ISSUED), list(texts)))
    parts += [
        "## Refused",
        "",
        "These come back without phases and with the reason.",
        "",
        "| expression | reason |",
        "|---|---|",
    ]
    for text, _ in REFUSED:
        parts.append(f"| `{text or ' '}` | {normalise(text, year=YEAR, issued=ISSUED).error} |")
    parts += ["", "## In prose", "", "Found:", ""]
    parts += [f"- {prose} → {' · '.join(f'`{one}`' for one in found)}" for prose, found in PROSE]
    parts += ["", "Nothing is found in:", "", *(f"- {prose}" for prose in SILENT)]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
