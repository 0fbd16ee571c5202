"""What the documentation says is there, is there: links, commands, options, targets, settings, tables, queries."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import click
import pytest
from sqlalchemy import inspect

from reminders.cli.group import COMMANDS, commands
from reminders.documenting import ROOT, variable
from reminders.settings import SECRETS, Settings
from reminders.store.database import Database
from reminders.store.tables import metadata
from tests.docs import pages

ALL_TEXT = {page: page.read_text(encoding="utf-8") for page in pages.PAGES}
each_page = pytest.mark.parametrize("page", pages.PAGES, ids=pages.name)
SETTINGS = {variable(name) for name in Settings.model_fields} | {f"{variable(name)}_FILE" for name in SECRETS}


@each_page
def test_every_link_leads_somewhere(page: Path) -> None:
    lost = []
    for target in re.findall(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"", ALL_TEXT[page]):
        place, _, anchor = (target[0] or target[1]).partition("#")
        if place.startswith(("http://", "https://")):
            continue
        aim = (page.parent / place).resolve() if place else page
        if not aim.exists() or (anchor and anchor not in pages.anchors(aim.read_text(encoding="utf-8"))):
            lost.append("#".join(filter(None, (place, anchor))))
    assert lost == []


def test_every_page_can_be_reached_from_the_first_one() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page not in ALL_TEXT:
            continue
        reached.add(page)
        waiting += [(page.parent / to).resolve() for to in re.findall(r"\]\(([^)\s#]+)", ALL_TEXT[page])]
    assert sorted(map(pages.name, set(ALL_TEXT) - reached - {ROOT / "CHANGELOG.md"})) == []


@each_page
def test_every_command_that_is_named_exists_with_its_options(page: Path) -> None:
    unknown = [spoken for spoken in pages.commands(ALL_TEXT[page]) if not known(spoken)]
    assert unknown == []


def known(spoken: str) -> bool:
    """Whether a command line as a page writes it names a command and options that exist."""
    words = spoken.split()
    if words[0].startswith("-"):
        return True  # cuiban --help
    context = click.Context(commands)
    command = commands.get_command(context, words[0].rstrip(",.:，。"))
    if isinstance(command, click.Group) and len(words) > 1:
        command = command.get_command(context, words[1])
    if command is None:
        return False
    options = {option for parameter in command.params for option in parameter.opts} | {"--help", "-h"}
    return {word for word in words if re.fullmatch(r"--[a-z-]+", word)} <= options


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command: str) -> None:
    assert any(spoken.split()[0] == command for text in ALL_TEXT.values() for spoken in pages.commands(text))


@each_page
def test_every_setting_that_is_named_exists(page: Path) -> None:
    named = set(re.findall(r"CUIBAN_[A-Z_]*[A-Z]\b", ALL_TEXT[page]))
    assert named <= SETTINGS


@each_page
def test_every_make_target_that_is_named_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)(?:`|$)", ALL_TEXT[page], re.MULTILINE))
    assert named <= targets


def test_every_table_stands_in_the_architecture_and_no_other() -> None:
    part = ALL_TEXT[ROOT / "docs/architecture.md"].partition("## Tables")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in part.splitlines() if line.startswith("| `")]
    assert set(re.findall(r"`(\w+)`", " ".join(rows))) == set(metadata.tables)


def test_every_layer_stands_in_the_architecture() -> None:
    text = ALL_TEXT[ROOT / "docs/architecture.md"]
    modules = {
        path.stem for path in (ROOT / "reminders").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    unnamed = {module for module in modules if f"`{module}`" not in text}
    assert unnamed <= {"__init__", "__main__", "documenting", "sample"}


def test_the_rooms_of_the_engine_stand_in_the_architecture_in_the_order_that_is_held() -> None:
    held = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    (layers,) = [contract["layers"] for contract in held if contract.get("containers") == ["reminders.engine"]]
    part = ALL_TEXT[ROOT / "docs/architecture.md"].partition("## The rooms")[2].partition("\n## ")[0]
    rooms = [room for layer in layers for room in layer.split(" | ")]
    assert re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE) == rooms


@each_page
def test_every_query_runs(page: Path) -> None:
    database = Database.in_memory()
    for kind, content in pages.blocks(ALL_TEXT[page]):
        for statement in content.split(";\n") if kind == "sql" else ():
            with database.write() as connection:
                connection.exec_driver_sql(statement)
    assert inspect(database.engine).has_table("events")
    database.close()


def test_every_decision_is_numbered_and_listed() -> None:
    records = sorted(path.name for path in (ROOT / "docs/decisions").glob("0*.md"))
    assert [record[:4] for record in records] == [f"{number:04}" for number in range(1, len(records) + 1)]
    listed = ALL_TEXT[ROOT / "docs/decisions/README.md"]
    assert [record for record in records if f"]({record})" not in listed] == []


def test_every_decision_says_why_and_what_it_costs() -> None:
    for page, text in ALL_TEXT.items():
        if page.parent.name == "decisions" and page.name != "README.md":
            assert all(word in text for word in ("**Decided.**", "**Because**", "**It costs**")), pages.name(page)


def test_both_readmes_show_the_same_commands() -> None:
    english, chinese = (ALL_TEXT[ROOT / name] for name in ("README.md", "README.zh-CN.md"))
    first = [[line.split("  ")[0] for line in content.splitlines()] for _, content in pages.blocks(english)]
    assert first == [[line.split("  ")[0] for line in content.splitlines()] for _, content in pages.blocks(chinese)]


def test_pictures_are_small() -> None:
    pictures = list((ROOT / "docs/images").glob("*.png"))
    assert pictures
    assert max(picture.stat().st_size for picture in pictures) < 250_000
