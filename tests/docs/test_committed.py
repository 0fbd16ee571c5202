"""What is committed speaks of the project alone: no registry's host, no machine's path, no talk of the workplace."""

from __future__ import annotations

import re
import subprocess

import pytest

from reminders.documenting import ROOT

# Written in pieces, so that this file does not find itself.
FORBIDDEN = {
    "a registry's host": r"pypi\.(org|python)|python" + r"hosted|npm" + r"js|/simple" + r"/?\b.*https?:",
    "a mirror": r"(mirrors?|pypi)\.[a-z]+\.(com|edu|cn)|\btuna\.",
    "a path of one machine": r"(?<![\w./-])/(work|ro" + r"ot|ho" + r"me/\w+)(/|\b(?!\w))|/tm" + r"p/\w",
    "a numbered issue": r"\bissues?\s*" + r"#\d",
    "the workplace": r"\b(the bri" + r"ef|sub-?ag" + r"ents?|(this|previous|another) sess" + r"ion)\b",
}


def committed() -> list[str]:
    """Every text file that git knows."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [
        name for name in listed.stdout.split("\0") if name and not name.endswith((".png", ".xlsx", ".docx", ".pdf"))
    ]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_committed_file_names(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what], re.IGNORECASE)
    found = []
    for name in committed():
        path = ROOT / name
        if path.is_file():
            lines = enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1)
            found += [f"{name}:{number}: {line.strip()[:100]}" for number, line in lines if pattern.search(line)]
    assert found == []


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("a registry's host", "index-url = https://py" + "pi.org/simple"),
        ("a mirror", "pip install -i https://mirrors." + "example.cn/"),
        ("a path of one machine", "cd /wo" + "rk/main"),
        ("a path of one machine", 'open("/ro' + 'ot/notes")'),
        ("a path of one machine", "> /tm" + "p/log"),
        ("a numbered issue", "see issue " + "#12"),
        ("the workplace", "as the bri" + "ef says"),
    ],
)
def test_a_line_of_that_kind_would_be_found(what: str, line: str) -> None:
    assert re.search(FORBIDDEN[what], line, re.IGNORECASE)


def test_nothing_half_done_is_marked_in_the_code() -> None:
    marks = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
    code = [name for name in committed() if name.endswith(".py") and (ROOT / name).is_file()]
    assert [name for name in code if marks.search((ROOT / name).read_text(encoding="utf-8"))] == []
