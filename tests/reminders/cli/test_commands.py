"""The command line from an empty directory to a sent reminder, and one sentence for everything that is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]


def test_a_plan_goes_from_file_to_reminder(office: Run) -> None:
    assert "执行中" in office("plans").stdout
    ticked = office("tick", "--now", "2026-12-01T09:05")
    assert ticked.exit_code == 0, ticked.stderr
    assert "发出 0 件" not in ticked.stdout
    assert "发出 0 件" in office("tick", "--now", "2026-12-01T09:06").stdout, "the same round twice sends nothing twice"


def test_a_task_shows_what_is_owed_and_what_happened(office: Run) -> None:
    shown = office("show", "1/26").stdout
    assert "办公室　办结：在办" in shown
    assert "最近的记录" in shown


def test_the_lead_office_decides_and_refusals_say_why(office: Run) -> None:
    reason = ("--by", "方晓禾", "--reason", "等待上级文件")
    assert office("decide", "1/26", "extend", *reason, "--until", "2027-03-31").stdout.strip() == "办公室：已延期。"
    nothing = office("decide", "1/26", "accept", *reason)
    assert (nothing.exit_code, nothing.stderr.strip().count("\n")) == (2, 0)
    assert "没有待审核的办结" in nothing.stderr


def test_activation_is_refused_with_everything_that_is_open(run: Run) -> None:
    run("contacts", "import", "people.csv")
    run("import", "plan.txt")
    refused = run("activate", "1", "--lead-office", "办公室")
    assert refused.exit_code == 2
    assert "--mentions" in refused.stderr
    assert "未启用" in run("plans").stdout


def test_pausing_stops_every_message_and_resuming_says_what_moved(office: Run) -> None:
    assert office("pause", "--reason", "机房检修", "--by", "运维").exit_code == 0
    assert "发出 0 件" in office("tick", "--now", "2026-12-01T09:05").stdout
    shown = office("resume", "--dry-run").stdout
    assert "机房检修（运维）" in shown
    assert "还没有恢复" in shown
    resumed = office("resume").stdout
    assert resumed.index("写出") < resumed.index("已恢复发送")
    assert office("resume").exit_code == 2


def test_without_a_held_slot_there_is_nothing_to_release(office: Run) -> None:
    assert "没有被扣住的时段" in office("release").stdout
    assert "没有被扣住" in office("release", "2026-12-01/am", "--by", "何文").stderr
    assert "--by" in office("release", "2026-12-01/am").stderr


def test_a_rehearsal_lists_the_same_twice_and_stores_nothing(run: Run, tmp_path: Path) -> None:
    words = ("rehearse", "plan.txt", "--from", "2026-03-02", "--to", "2026-03-31", "--contacts", "people.csv", "--json")
    first, second = run(*words), run(*words)
    assert first.exit_code == 0, first.stderr
    assert first.stdout == second.stdout
    line = json.loads(first.stdout)[0]
    assert set(line) == {"slot", "kind", "destination", "items"}
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("read", "empty.txt"), "空"),
        (("read", "binary.txt"), ""),
        (("import", "letter.txt"), ""),
        (("import", "missing.txt"), "missing.txt"),
        (("activate", "7", "--lead-office", "办公室"), "没有编号为 7 的方案"),
        (("decide", "9/9", "accept", "--by", "甲", "--reason", "乙"), "没有找到事项"),
        (("rehearse", "plan.txt", "--from", "2026-05-01", "--to", "2026-03-01"), "早于"),
        (
            ("rehearse", "plan.txt", "--from", "2026-03-02", "--to", "2026-03-03", "--answers", "nowhere.jsonl"),
            "nowhere",
        ),
    ],
)
def test_bad_input_gets_one_sentence(run: Run, tmp_path: Path, words: tuple[str, ...], sentence: str) -> None:
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)) * 40)
    (tmp_path / "letter.txt").write_text("各处室：\n\n请按时参加会议。\n", encoding="utf-8")
    done = run(*words)
    said = done.stderr.strip()
    assert done.exit_code == 2, (done.stdout, said)
    assert sentence in said
    assert said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("nonsense", "CUIBAN_DATABASE_URL"),
        ("mysql://u:geheim@localhost/x", "mysql"),
        ("postgresql://nobody:geheim@127.0.0.1:1/nothing", "连不上数据库"),
        ("sqlite:////proc/nowhere/cuiban.sqlite3", "数据库"),
    ],
)
def test_a_wrong_database_address_gets_one_sentence_without_its_password(
    run: Run, monkeypatch: pytest.MonkeyPatch, address: str, sentence: str
) -> None:
    monkeypatch.setenv("CUIBAN_DATABASE_URL", address)
    done = run("plans")
    assert done.exit_code == 2, done.stdout
    assert sentence in done.stderr
    assert "geheim" not in done.stderr
    assert done.stderr.strip().count("\n") == 0


def test_a_bad_setting_stops_the_start_with_its_name(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUIBAN_PORT", "many")
    done = run("plans")
    assert done.exit_code == 2
    assert "CUIBAN_PORT" in done.stderr


def test_check_names_a_mail_server_that_does_not_answer(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"HOST": "127.0.0.1", "PORT": "1", "SECURITY": "none", "SENDER": "zw@bureau.example"}.items():
        monkeypatch.setenv(f"CUIBAN_SMTP_{name}", value)
    run("migrate")
    done = run("check")
    assert done.exit_code == 1
    assert "坏　邮件登录" in done.stdout


def test_another_time_is_refused_where_real_channels_are_configured(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"HOST": "127.0.0.1", "PORT": "1", "SECURITY": "none", "SENDER": "zw@bureau.example"}.items():
        monkeypatch.setenv(f"CUIBAN_SMTP_{name}", value)
    done = run("tick", "--now", "2026-03-02T09:05")
    assert done.exit_code == 2
    assert "--now" in done.stderr
