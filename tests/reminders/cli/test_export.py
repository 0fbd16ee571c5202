"""cuiban export: the ledger of a plan as a workbook, and one sentence for what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import Result

Run = Callable[..., Result]


def test_the_ledger_of_a_plan_is_written_with_its_three_sheets(office: Run, tmp_path: Path) -> None:
    done = office("export", "1", "--to", "ledger.xlsx")
    assert (done.exit_code, done.stderr) == (0, "")
    book = openpyxl.load_workbook(tmp_path / "ledger.xlsx")
    assert book.sheetnames == ["任务", "通知", "记录"]
    numbers = {row[0] for row in book["任务"].iter_rows(min_row=2, values_only=True)}
    assert {"1", "8", "26"} <= numbers


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("9", "--to", "ledger.xlsx"), "没有编号为 9 的方案"),
        (("1", "--to", "ledger.xls"), "以 .xlsx 结尾"),
        (("1", "--to", "nowhere/ledger.xlsx"), "请换个位置"),
    ],
)
def test_what_is_wrong_gets_one_sentence_and_writes_nothing(
    office: Run, tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    before = sorted(tmp_path.iterdir())
    refused = office("export", *words)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert sentence in refused.stderr
    assert sorted(tmp_path.iterdir()) == before
