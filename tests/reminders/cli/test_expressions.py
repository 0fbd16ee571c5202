"""`cuiban normalise` and `cuiban scan` keep the JSON of the contract."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from reminders.cli.group import commands

AUGUST = {"kind": "deadline", "start": None, "due": "2022-08-31", "count": 1}


def cuiban(*args: str, given: str = "") -> Result:
    return CliRunner().invoke(commands, args, input=given)


def records(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_text_is_answered_with_its_schedule() -> None:
    (only,) = records(cuiban("normalise", "8月底前", "--year", "2022"))
    assert only == {"text": "8月底前", "year": 2022, "phases": [AUGUST], "rule": "end of month"}


def test_records_come_back_with_their_phases_and_everything_else_they_held() -> None:
    given = json.dumps({"text": "8月底前", "year": 2022, "id": 7})
    (only,) = records(cuiban("normalise", "--jsonl", given=given))
    assert (only["id"], only["phases"]) == (7, [AUGUST])


def test_a_period_counts_from_the_date_of_issue() -> None:
    (only,) = records(cuiban("normalise", "自印发之日起30日内", "--year", "2022", "--issued", "2022-08-22"))
    assert only["phases"][0]["due"] == "2022-09-21"


def test_what_cannot_be_read_says_why_and_where() -> None:
    (only,) = records(cuiban("normalise", "2月30日前", "--year", "2022"))
    assert (only["phases"], only["where"]) == ([], 2)
    assert "2022年2月30日" in only["error"]


def test_prose_is_answered_with_the_places_of_its_expressions(tmp_path: Path) -> None:
    prose = tmp_path / "prose.txt"
    prose.write_text("各单位8月底前完成。", encoding="utf-8")
    (only,) = records(cuiban("scan", str(prose), "--year", "2022"))
    assert only["found"] == [{"text": "8月底前", "start": 3, "end": 7, "phases": [AUGUST], "rule": "end of month"}]


def test_an_explanation_is_a_sentence() -> None:
    told = cuiban("normalise", "8月底前", "--year", "2022", "--explain").stdout
    assert told == "8月底前 → 2022年8月31日（含当日）（规则：end of month）\n"


@pytest.mark.parametrize(
    ("args", "given", "said"),
    [
        (["normalise", "8月底前"], "", "--year 2022"),
        (["normalise", "--jsonl"], '{"text"', "第1行不是 JSON"),
        (["normalise", "--jsonl"], "[" * 100_000, "第1行不是 JSON"),
        (["normalise", "--jsonl"], '{"year":2022}', "第1行没有 text"),
        (["normalise", "--jsonl"], '{"text":"8月","year":"2022"}', "year「2022」"),
        (["normalise", "--jsonl"], '{"text":"8月","year":2022}\n{"text":"9月"}', "--year 2022"),
        (["normalise", "8月", "--year", "2022", "--issued", "昨天"], "", "应写作 2022-08-22"),
        (["scan", "no-such-file.txt", "--year", "2022"], "", "打不开"),
    ],
)
def test_bad_input_is_one_sentence_and_nothing_else(args: list[str], given: str, said: str) -> None:
    result = cuiban(*args, given=given)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_lone_surrogate_comes_back_as_json() -> None:
    assert records(cuiban("normalise", "--jsonl", given='{"text":"\\ud800","year":2022}'))[0]["phases"] == []
