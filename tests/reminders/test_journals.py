"""The journal of outcomes: a line for each hand-over, and a lock that its owner's end lets go."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from channels.outcome import Outcome, Verdict
from reminders.store.journals import NOT_HERE, Entry, FileJournals, NoJournals

LEASE = "1f" * 16
AT = datetime(2022, 8, 22, 1, 0, tzinfo=UTC)
TAKEN = Outcome(Verdict.ACCEPTED, "250", "邮件服务器已接收")


def entry(delivery_id: int, outcome: Outcome = TAKEN) -> Entry:
    return Entry(delivery_id, outcome, AT, AT + timedelta(seconds=delivery_id))


def test_a_journal_tells_what_was_begun_and_what_came_of_it(tmp_path: Path) -> None:
    journals = FileJournals(tmp_path)
    with journals.open(LEASE) as journal:
        journal.begin(7)
        journal.end(entry(7))
        journal.begin(8)
    left = journals.left(LEASE)
    assert (left.gone, left.whole, left.entries, left.begun) == (True, True, (entry(7),), frozenset({7, 8}))


def test_while_its_owner_lives_nobody_takes_it_for_gone(tmp_path: Path) -> None:
    journals = FileJournals(tmp_path)
    with journals.open(LEASE) as journal:
        journal.begin(7)
        assert not journals.left(LEASE).gone


def test_an_owner_killed_in_another_process_is_known_to_be_gone_at_once(tmp_path: Path) -> None:
    journals = FileJournals(tmp_path)
    child = os.fork()
    if child == 0:
        with journals.open(LEASE) as journal:
            journal.begin(7)
            os._exit(9)  # as a kill: nothing is closed or cleaned up
    os.waitpid(child, 0)
    left = journals.left(LEASE)
    assert (left.gone, left.begun) == (True, frozenset({7}))


def test_after_a_power_cut_lines_may_be_missing(tmp_path: Path) -> None:
    with FileJournals(tmp_path, boot="yesterday").open(LEASE) as journal:
        journal.begin(7)
    left = FileJournals(tmp_path, boot="today").left(LEASE)
    assert (left.gone, left.whole) == (True, False)


def test_a_line_that_was_cut_is_no_line(tmp_path: Path) -> None:
    journals = FileJournals(tmp_path)
    with journals.open(LEASE) as journal:
        journal.begin(7)
    path = tmp_path / f"{LEASE}.journal"
    path.write_bytes(path.read_bytes() + b'{"end":7,"verd')
    assert journals.left(LEASE).entries == ()


def test_a_finished_journal_leaves_no_file(tmp_path: Path) -> None:
    journals = FileJournals(tmp_path)
    with journals.open(LEASE) as journal:
        journal.begin(7)
        journal.done()
    assert (list(tmp_path.iterdir()), journals.left(LEASE)) == ([], NOT_HERE)


def test_only_its_owner_reads_a_journal(tmp_path: Path) -> None:
    with FileJournals(tmp_path).open(LEASE):
        assert stat.S_IMODE((tmp_path / f"{LEASE}.journal").stat().st_mode) == 0o600


def test_without_a_place_to_write_nothing_lasts_and_nothing_breaks(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with FileJournals(tmp_path / "file").open(LEASE) as journal:
        assert (journal.lasting, journal.begin(7), journal.end(entry(7))) == (False, True, True)


def test_a_journal_that_could_not_be_written_is_taken_away(tmp_path: Path) -> None:
    journals = FileJournals(tmp_path)
    with journals.open(LEASE) as journal:
        reading = os.open(tmp_path / f"{LEASE}.journal", os.O_RDONLY)
        os.dup2(reading, journal.descriptor)  # type: ignore[attr-defined]  # a file journal: a full disk looks like this
        os.close(reading)
        assert (journal.begin(7), journal.lasting) == (False, False)
    assert journals.left(LEASE) == NOT_HERE


def test_what_nobody_will_ask_for_is_swept_away(tmp_path: Path) -> None:
    journals = FileJournals(tmp_path)
    with journals.open(LEASE):
        pass
    journals.sweep(before=0)
    assert journals.left(LEASE).gone
    journals.sweep(before=datetime.now(UTC).timestamp() + 60)
    assert journals.left(LEASE) == NOT_HERE


def test_without_journals_nothing_is_known_of_anybody() -> None:
    assert NoJournals().left(LEASE) == NOT_HERE


OUTCOMES = st.builds(
    Outcome,
    st.sampled_from(Verdict),
    st.text(max_size=8),
    st.text(max_size=40),
    st.none() | st.integers(0, 10**6).map(lambda seconds: timedelta(seconds=seconds)),
    st.none() | st.integers(0, 9),
    st.booleans(),
    st.booleans(),
)


@given(st.lists(OUTCOMES, max_size=5))
def test_every_outcome_comes_back_as_it_was_written(tmp_path_factory: object, found: list[Outcome]) -> None:
    folder = tmp_path_factory.mktemp("journal")  # type: ignore[attr-defined]  # pytest's own factory
    journals = FileJournals(folder)
    entries = tuple(entry(number, outcome) for number, outcome in enumerate(found))
    with journals.open(LEASE) as journal:
        for one in entries:
            journal.end(one)
    assert journals.left(LEASE).entries == entries
