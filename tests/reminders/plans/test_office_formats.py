"""The old formats, written by a real LibreOffice: doc and wps come back through it, xls through our own reader."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from reminders.plans import Plan, read_plan
from reminders.sample import sample_plan
from tests.reminders.plans.conversions import prose_docx, prose_lines, source_of, to_docx, to_xlsx
from tests.reminders.plans.shared import NAMES, agree, source

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
GUANGZHOU = "guangzhou-emergency-2022"
PROSE = [name for name in NAMES if name != GUANGZHOU]
Convert = Callable[[bytes, str, str], bytes]

pytestmark = [pytest.mark.long, pytest.mark.skipif(SOFFICE is None, reason="no LibreOffice on this machine")]


@pytest.fixture
def converted(tmp_path: Path) -> Convert:
    """A document saved in another format by LibreOffice; skipped where the part of it that does so is not installed."""

    def convert(data: bytes, kind: str, wanted: str) -> bytes:
        made = tmp_path / f"made.{kind}"
        made.write_bytes(data)
        command = [str(SOFFICE), f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"]
        command += ["--convert-to", wanted, "--outdir", str(tmp_path), str(made)]
        subprocess.run(command, capture_output=True, timeout=120, check=False)
        saved = made.with_suffix(f".{wanted}")
        if not saved.is_file():
            pytest.skip(f"this LibreOffice writes no {wanted}")
        return saved.read_bytes()

    return convert


def texts(plan: Plan) -> list[object]:
    """What a plan says, task by task."""
    return [
        (task.number, task.title, task.requirement, task.measure, task.deadline_text, task.lead, task.support)
        for task in plan.tasks
    ]


def test_the_sample_as_doc_reads_as_its_docx(converted: Convert) -> None:
    made = to_docx(source_of(sample_plan(2026)))
    plan = read_plan(converted(made, "docx", "doc"), "plan.doc")
    wanted = read_plan(made, "plan.docx")
    assert plan.source_format == "doc"
    assert texts(plan) == texts(wanted)
    assert (plan.title, plan.issuer, plan.number, plan.issued) == (
        wanted.title,
        wanted.issuer,
        wanted.number,
        wanted.issued,
    )


def test_the_same_bytes_named_wps_read_alike(converted: Convert) -> None:
    made = converted(to_docx(source_of(sample_plan(2026))), "docx", "doc")
    plan = read_plan(made, "plan.wps")
    assert plan.source_format == "wps"
    assert texts(plan) == texts(read_plan(made, "plan.doc"))


def test_a_scanned_table_agrees_as_doc(converted: Convert) -> None:
    made = to_docx(source_of(source(GUANGZHOU).read_text(encoding="utf-8")))
    agree(read_plan(converted(made, "docx", "doc"), "plan.doc"), GUANGZHOU)


@pytest.mark.parametrize("name", PROSE)
def test_prose_agrees_as_doc(name: str, converted: Convert) -> None:
    made = prose_docx(prose_lines(source(name).read_text(encoding="utf-8")))
    agree(read_plan(converted(made, "docx", "doc"), "plan.doc"), name)


def test_the_sample_as_xls_reads_as_its_xlsx(converted: Convert) -> None:
    made = to_xlsx(source_of(sample_plan(2026)))
    plan = read_plan(converted(made, "xlsx", "xls"), "plan.xls")
    assert plan.source_format == "xls"
    assert texts(plan) == texts(read_plan(made, "plan.xlsx"))


def test_a_scanned_table_agrees_as_xls(converted: Convert) -> None:
    made = to_xlsx(source_of(source(GUANGZHOU).read_text(encoding="utf-8")))
    agree(read_plan(converted(made, "xlsx", "xls"), "plan.xls"), GUANGZHOU)
