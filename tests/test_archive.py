"""The archive: imports kept as they came, all or nothing, undoable, whatever happens to the process meanwhile."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from hatchling.builders.wheel import WheelBuilder
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine

from forecast import archive, history
from forecast.archive import Archive, Busy, Decision
from forecast.archive.schema import HEAD, MARK, metadata
from forecast.archive.upgrade import STEPS, directory, upgrade
from forecast.measure import ordered
from forecast.problem import Refused

ROOT = Path(__file__).resolve().parents[1]
DAY = pd.Timedelta(days=1)
SHA = "ab" * 32
KILLS = int(os.environ.get("PEAKSTAFF_KILLS", "4"))  # more, for an evening's doubt


def make(
    offered: list[float], first: str = "2026-01-05", source: str = "自营", step: pd.Timedelta = DAY, **columns: object
) -> history.History:
    """Rows of one queue and source from `first` on."""
    starts = pd.date_range(first, periods=len(offered), freq=step).as_unit("s")
    base = {"start": starts, "queue": "售前", "source": source, "offered": np.array(offered, dtype=float)}
    table = pd.DataFrame({**base, "handled": np.nan, "abandoned": np.nan, "aht_s": np.nan})
    return history.History(table.assign(**columns), step)


def add(place: archive.Archive | archive.Transaction, rows: history.History, file: str = "a.csv") -> archive.Change:
    return archive.add(place, rows, {"file": file}, SHA, file=file)


def offered(kept: Archive) -> list[float]:
    told = archive.history(kept)
    return [] if told is None else told.table["offered"].tolist()


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def sound(kept: Archive) -> bool:
    with sqlite3.connect(kept.path) as raw:
        answer = raw.execute("PRAGMA integrity_check").fetchall(), raw.execute("PRAGMA foreign_key_check").fetchall()
    raw.close()
    return answer == ([("ok",)], [])


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        call()
    return "\n".join(str(p) for p in caught.value.problems)


@pytest.fixture
def kept(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "peakstaff.sqlite")


# --- what is kept, and what a change tells -------------------------------------------------------------------------


def test_rows_come_back_as_they_went_in(kept: Archive):
    rows = make([3.0, np.nan, 0.0], handled=[2.0, np.nan, 0.0], satisfaction=[0.1 + 0.2, np.nan, 1.0], site="杭州")
    change = add(kept, rows, "供应商甲.xlsx[一月]")
    assert (change.number, len(change.added), len(change.corrected), change.unchanged) == (1, 3, 0, 0)
    told = archive.history(kept)
    assert told is not None
    assert told.interval == DAY
    pd.testing.assert_frame_equal(told.table, ordered(rows.table), check_exact=True)
    pd.testing.assert_frame_equal(archive.original(kept, 1).table, told.table)


def test_an_import_is_on_record_with_its_file_profile_report_and_time(kept: Archive):
    when = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    report = {"dropped": {"手机号": 12}, "sheets": ["一月"]}
    rows = make([1.0, 2.0])
    archive.add(kept, rows, report, SHA, file="C:\\Users\\王\\桌面\\甲.csv", profile="p1", at=when)
    (found,) = archive.imports(kept)
    assert (found.number, found.at, found.file, found.sha256, found.profile) == (1, when, "甲.csv", SHA, "p1")
    assert (found.rows, found.added, found.corrected, found.unchanged, found.status) == (2, 2, 0, 0, "active")
    assert (found.first, found.last, found.interval) == (rows.first, rows.last, DAY)
    assert found.report == report


def test_the_next_file_adds_its_week_and_corrects_the_one_before(kept: Archive):
    add(kept, make([10.0] * 7))
    change = add(kept, make([10.0, 12.0, 11.0, 11.0], "2026-01-10"), "b.csv")
    assert change.added["start"].tolist() == [pd.Timestamp("2026-01-12"), pd.Timestamp("2026-01-13")]
    assert change.corrected.to_dict("records") == [
        {
            "start": pd.Timestamp("2026-01-11"),
            "queue": "售前",
            "source": "自营",
            "column": "offered",
            "old": 10.0,
            "new": 12.0,
        }
    ]
    assert change.unchanged == 1
    assert str(change.said) == "import 2: 2 rows added, 1 corrected, 1 as they were"
    assert offered(kept) == [10.0] * 6 + [12.0, 11.0, 11.0]


def test_what_a_later_file_does_not_know_hides_nothing(kept: Archive):
    add(kept, make([10.0, 10.0], handled=[9.0, 9.0], site="杭州"))
    change = add(kept, make([np.nan, 11.0], aht_s=[200.0, 210.0], site=""), "b.csv")
    told = archive.history(kept)
    assert told is not None
    assert told.table[["offered", "handled", "aht_s"]].to_numpy().tolist() == [[10, 9, 200], [11, 9, 210]]
    assert told.table["site"].tolist() == ["杭州", "杭州"]
    assert change.corrected["column"].tolist() == ["aht_s", "aht_s", "offered"]


def test_the_same_rows_twice_change_nothing_and_say_so(kept: Archive):
    rows = make([1.0, 2.0], first_response_s=np.nan)
    add(kept, rows)
    before = digest(kept.path)
    shuffled = history.History(rows.table.drop(columns="first_response_s").iloc[::-1].reset_index(drop=True), DAY)
    change = archive.add(kept, shuffled, {}, "cd" * 32, file="renamed.csv", profile="other")
    assert change.nothing
    assert (change.number, change.unchanged) == (None, 2)
    assert "import 1 already (a.csv" in str(change.said)
    assert len(archive.imports(kept)) == 1
    assert digest(kept.path) == before
    add(kept, make([1.0, 2.0], "2026-01-06"), "b.csv")  # other rows of the same length are not the same
    assert len({i.content for i in archive.imports(kept)}) == 2


def test_rows_that_say_nothing_new_are_kept_for_when_the_first_is_undone(kept: Archive):
    add(kept, make([1.0, 2.0, 3.0]))
    change = add(kept, make([2.0, 3.0], "2026-01-06"), "b.csv")
    assert change.nothing
    assert change.number == 2
    archive.undo(kept, 1)
    assert offered(kept) == [2.0, 3.0]


def test_any_import_can_be_undone_and_done_again_where_it_was(kept: Archive):
    add(kept, make([1.0, 1.0]))
    add(kept, make([2.0, 2.0, 2.0]), "b.csv")
    add(kept, make([3.0]), "c.csv")
    change = archive.undo(kept, 2)
    assert offered(kept) == [3.0, 1.0]
    assert len(change.removed) == 1
    assert change.corrected[["old", "new"]].to_numpy().tolist() == [[2.0, 1.0]]
    assert change.unchanged == 1
    assert [i.status for i in archive.imports(kept)] == ["active", "undone", "active"]
    assert archive.original(kept, 2).table["offered"].tolist() == [2.0, 2.0, 2.0]
    again = archive.redo(kept, 2)
    assert offered(kept) == [3.0, 2.0, 2.0]  # the third still came later
    assert (len(again.added), len(again.corrected)) == (1, 1)
    for number in (1, 2, 3):
        archive.undo(kept, number)
    assert archive.history(kept) is None


def test_undoing_twice_changes_nothing_and_a_number_nobody_has_is_refused(kept: Archive):
    add(kept, make([1.0]))
    archive.undo(kept, 1)
    before = digest(kept.path)
    change = archive.undo(kept, 1)
    assert change.nothing
    assert change.number is None
    assert "undone already" in str(change.said)
    for call in (archive.undo, archive.redo, archive.original):
        assert "there is no import 7" in refusal(lambda call=call: call(kept, 7))
    assert digest(kept.path) == before


def test_an_undone_import_may_be_imported_again(kept: Archive):
    add(kept, make([1.0]))
    archive.undo(kept, 1)
    assert add(kept, make([1.0])).number == 2
    assert offered(kept) == [1.0]


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of nothing."""
    path = tmp_path_factory.mktemp("bare") / "bare.sqlite"
    with archive.changing(Archive(path)):
        return path


CELL = st.one_of(st.just(float("nan")), st.integers(0, 5).map(float))
FILE = st.dictionaries(st.tuples(st.sampled_from("ab"), st.integers(0, 3)), st.tuples(CELL, CELL), min_size=1)
STEP = st.one_of(FILE, st.tuples(st.sampled_from(["undo", "redo"]), st.integers(1, 4)))


@settings(max_examples=10)
@given(steps=st.lists(STEP, min_size=1, max_size=6))
def test_the_history_is_what_the_active_imports_tell_in_their_order(bare: Path, steps):
    kept = Archive(bare.with_name("copy.sqlite"))
    shutil.copy(bare, kept.path)
    files: list[dict] = []
    active: list[bool] = []
    for step in steps:
        before = dict(_cells(archive.history(kept)))
        if isinstance(step, dict):
            change = add(kept, _history(step))
            if change.number is not None:
                files.append(step)
                active.append(True)
        elif step[1] > len(files):
            continue
        else:
            change = getattr(archive, step[0])(kept, step[1])
            active[step[1] - 1] = step[0] == "redo"
        expected: dict = {}
        for file, on in zip(files, active, strict=True):
            for key, values in file.items() if on else ():
                for column, value in zip(("offered", "aht_s"), values, strict=True):
                    old = expected.get((*key, column))
                    expected[(*key, column)] = old if value != value else value
        after = dict(_cells(archive.history(kept)))
        assert after == expected
        changed = {k for k in before.keys() & after.keys() if before[k] != after[k]}
        told = change.corrected[["source", "start", "column"]].itertuples(index=False)
        assert {(s, (t - pd.Timestamp("2026-01-05")).days, c) for s, t, c in told} == changed
        assert 2 * len(change.added) == len(after.keys() - before.keys())
        assert 2 * len(change.removed) == len(before.keys() - after.keys())
        assert change.nothing == (before == after)


def _history(file: dict) -> history.History:
    rows = [(s, pd.Timestamp("2026-01-05") + d * DAY, *values) for (s, d), values in file.items()]
    table = pd.DataFrame(rows, columns=["source", "start", "offered", "aht_s"])
    return history.History(table.assign(queue="q", handled=np.nan, abandoned=np.nan), DAY)


def _cells(told: history.History | None) -> Iterator[tuple[tuple[str, int, str], float | None]]:
    if told is None:
        return
    for row in told.table.to_dict("records"):
        for column in ("offered", "aht_s"):
            value = row[column]
            yield (
                (row["source"], (row["start"] - pd.Timestamp("2026-01-05")).days, column),
                (None if value != value else value),
            )


# --- what is refused, and that nothing happened --------------------------------------------------------------------


def test_another_interval_is_refused_by_name_until_the_first_is_undone(kept: Archive):
    half = make([1.0] * 48, step=pd.Timedelta(minutes=30))
    add(kept, make([1.0]), "days.csv")
    before = digest(kept.path)
    said = refusal(lambda: add(kept, half, "halves.csv"))
    assert said.startswith("halves.csv:-:start: expected rows 1440 minutes apart as in import 1 (days.csv)")
    assert digest(kept.path) == before
    archive.undo(kept, 1)
    add(kept, half, "halves.csv")
    assert "these are 1440" in refusal(lambda: archive.redo(kept, 1))
    assert len(offered(kept)) == 48


def test_a_correction_that_leaves_more_handled_than_came_is_refused(kept: Archive):
    add(kept, make([10.0, 10.0], handled=[9.0, 9.0]))
    add(kept, make([5.0], handled=[4.0]), "b.csv")
    before = digest(kept.path)
    said = refusal(lambda: add(kept, make([7.0, 7.0]), "c.csv"))
    assert said.startswith(
        "c.csv:-:handled: 售前 自营 2026-01-06 00:00: 7 contacts offered would stand beside 9 handled"
    )
    assert "\n" not in said  # the first day's 4 handled are within 7
    add(kept, make([5.0]), "d.csv")
    third = digest(kept.path)
    assert "5 contacts offered would stand beside 9" in refusal(lambda: archive.undo(kept, 2))
    assert digest(kept.path) == third != before
    assert offered(kept) == [5.0, 10.0]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (make([1.0], 手机号="13800000000"), "columns of a history only, got 手机号"),
        (make([-1.0]), "offered must be 0 or more"),
        (make([1.0], aht_s=np.inf), "aht_s must be 0 or more"),
    ],
)
def test_what_no_history_has_is_not_kept_and_makes_no_file(kept: Archive, rows: history.History, said: str):
    with pytest.raises(ValueError, match=said):
        add(kept, rows)
    with pytest.raises(ValueError, match="JSON"):
        archive.add(kept, make([1.0]), {"share": float("nan")}, SHA, file="a.csv")
    with pytest.raises(ValueError, match="sha256"):
        archive.add(kept, make([1.0]), {}, "abc", file="a.csv")
    assert list(kept.path.parent.iterdir()) == []


def test_looking_makes_no_file(kept: Archive):
    assert archive.history(kept) is None
    assert archive.imports(kept) == ()
    assert archive.profiles(kept) == {}
    assert archive.profile_of(kept, "x") is None
    assert archive.decisions(kept) == ()
    assert "there is no import 1" in refusal(lambda: archive.original(kept, 1))
    assert list(kept.path.parent.iterdir()) == []


def test_several_changes_land_together_or_not_at_all(kept: Archive):
    add(kept, make([1.0]))
    before = digest(kept.path)

    def change(transaction: archive.Transaction) -> None:
        assert add(transaction, make([2.0]), "b.csv").number == 2
        archive.save_profile(transaction, "甲", "x = 1")
        archive.undo(transaction, 1)
        told = archive.history(transaction)
        assert told is not None
        assert told.table["offered"].tolist() == [2.0]
        raise RuntimeError("the planner's machine")

    with pytest.raises(RuntimeError, match="planner"), archive.changing(kept) as transaction:
        change(transaction)
    assert digest(kept.path) == before
    assert offered(kept) == [1.0]
    assert archive.profiles(kept) == {}
    with archive.changing(kept) as transaction:
        add(transaction, make([2.0]), "b.csv")
        add(transaction, make([3.0], "2026-01-06"), "c.csv")
    assert offered(kept) == [2.0, 3.0]


# --- the file ------------------------------------------------------------------------------------------------------


def test_the_file_is_its_owners_alone_and_nothing_is_left_beside_it(tmp_path: Path):
    kept = Archive(tmp_path / "new" / "data" / "peakstaff.sqlite")
    add(kept, make([1.0]))
    assert stat.S_IMODE(kept.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.path.parent.stat().st_mode) == 0o700
    assert [p.name for p in kept.path.parent.iterdir()] == ["peakstaff.sqlite"]
    kept.path.chmod(0o644)
    add(kept, make([2.0]), "b.csv")
    assert stat.S_IMODE(kept.path.stat().st_mode) == 0o600


def test_journal_and_foreign_keys_are_on(kept: Archive):
    add(kept, make([1.0]))
    with archive.changing(kept) as transaction:
        asked = [
            transaction.connection.exec_driver_sql(f"PRAGMA {p}").scalar() for p in ("journal_mode", "foreign_keys")
        ]
    assert asked == ["wal", 1]


def test_it_is_kept_where_the_user_says(tmp_path: Path):
    assert archive.usual_path({"PEAKSTAFF_DATA": str(tmp_path)}) == tmp_path / "peakstaff.sqlite"
    assert archive.usual_path({}).name == "peakstaff.sqlite"
    assert archive.usual_path({"PEAKSTAFF_DATA": ""}) == archive.usual_path({})


def test_an_archive_of_a_newer_version_is_refused_in_words(kept: Archive):
    add(kept, make([1.0]))
    with sqlite3.connect(kept.path) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '0042'")
    raw.close()
    before = digest(kept.path)
    for call in (lambda: archive.history(kept), lambda: add(kept, make([2.0]))):
        said = refusal(call)
        assert "newer version (0042) than this program" in said
        assert said.startswith(f"{kept.path}:-:-:")
    assert digest(kept.path) == before


def test_files_that_are_no_archive_are_refused_and_left_alone(tmp_path: Path):
    foreign = tmp_path / "foreign.sqlite"
    with sqlite3.connect(foreign) as raw:
        raw.execute("CREATE TABLE imports (id INTEGER)")
    raw.close()
    (tmp_path / "empty.sqlite").touch()
    (tmp_path / "text.sqlite").write_text("start,queue,offered\n" * 100)
    whole = Archive(tmp_path / "whole.sqlite")
    add(whole, make([float(v) for v in range(3000)]))
    data = bytearray(whole.path.read_bytes())
    (tmp_path / "cut.sqlite").write_bytes(data[: len(data) // 2])
    data[4096:12288] = b"\xff" * 8192
    (tmp_path / "damaged.sqlite").write_bytes(data)
    (tmp_path / "folder.sqlite").mkdir()
    for name, said in (
        ("foreign", "another program's"),
        ("empty", "another program's"),
        ("text", "damaged or no archive"),
        ("cut", "damaged or no archive"),
        ("damaged", "damaged or no archive"),
        ("folder", "cannot be used"),
    ):
        path = tmp_path / f"{name}.sqlite"
        before = None if path.is_dir() else digest(path)
        for call in (archive.history, lambda place: add(place, make([1.0]))):
            assert said in refusal(lambda call=call, path=path: call(Archive(path))), name
        assert path.is_dir() or digest(path) == before, name
    (tmp_path / "file").touch()
    assert "cannot be used" in refusal(lambda: add(Archive(tmp_path / "file" / "a.sqlite"), make([1.0])))


def test_the_migrations_make_the_tables_the_code_knows():
    assert directory().get_current_head() == HEAD
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        upgrade(connection)
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        upgrade(connection)  # nothing is due any more
    engine.dispose()


def test_a_later_step_finds_the_rows_it_had(kept: Archive, tmp_path: Path):
    add(kept, make([1.0]))
    steps = tmp_path / "100% migrations"
    shutil.copytree(STEPS, steps, ignore=shutil.ignore_patterns("__pycache__"))
    later = f'from alembic import op\nimport sqlalchemy as sa\nrevision = "0042"\ndown_revision = "{HEAD}"\n'
    later += 'def upgrade():\n    op.add_column("imports", sa.Column("by", sa.String))\n'
    (steps / "versions" / "v0042_by.py").write_text(later)
    engine = create_engine(f"sqlite:///{kept.path}")
    with engine.begin() as connection:
        upgrade(connection, steps)
        row = connection.exec_driver_sql('SELECT file, "by", version_num FROM imports, alembic_version').one()
    engine.dispose()
    assert tuple(row) == ("a.csv", None, "0042")


def test_an_older_archive_is_brought_up_to_date_on_opening(kept: Archive):
    with sqlite3.connect(kept.path) as raw:  # one from before the first step
        raw.execute(f"PRAGMA application_id = {MARK}")
        raw.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    raw.close()
    assert archive.imports(kept) == ()
    add(kept, make([1.0]))
    assert offered(kept) == [1.0]
    with sqlite3.connect(kept.path) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '0000'")
    raw.close()
    assert "damaged or no archive" in refusal(lambda: archive.imports(kept))


# --- other processes, and ends nobody planned ----------------------------------------------------------------------

NURSERY = """
import json, os, resource, signal, sys, traceback
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import numpy as np, pandas as pd
from forecast import archive
from forecast.history import History
from forecast.problem import Refused

def rows(name, n, count=500):
    starts = pd.date_range("2020-01-01", periods=count, freq="D").as_unit("s")
    table = pd.DataFrame({"start": starts, "queue": f"q{n}", "source": name, "offered": np.arange(count) + float(n)})
    return History(table.assign(handled=np.nan, abandoned=np.nan, aht_s=np.nan), pd.Timedelta(days=1))

def add(place, name, n, count=500):
    archive.add(place, rows(name, n, count), {}, "ab" * 32, file=f"{name}{n}.csv")

def forever(path, name):
    n = 0
    while True:
        add(archive.Archive(path), name, n)
        n += 1

def some(path, name, count):
    for n in range(count):
        add(archive.Archive(path), name, n)

def die(path, name):
    with archive.changing(archive.Archive(path)) as transaction:
        add(transaction, name, 0, 5000)
        transaction.connection.exec_driver_sql("PRAGMA cache_spill = 1")
        os.kill(os.getpid(), signal.SIGKILL)

def full(path, name):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))
    some = rows(name, 0, 30000)
    noise = np.random.default_rng(1).integers(0, 10**8, 30000).astype(float)
    big = History(some.table.assign(offered=noise), some.interval)
    archive.add(archive.Archive(path), big, {}, "ab" * 32, file="b")

print("ready", flush=True)
for line in sys.stdin:
    job = json.loads(line)
    if "wait" in job:
        print(os.waitstatus_to_exitcode(os.waitpid(job["wait"], 0)[1]), flush=True)
        continue
    child = os.fork()
    if child == 0:
        try:
            globals()[job.pop("do")](Path(job.pop("path")), **job)
        except Refused as refused:
            sys.stderr.write(str(refused))
            os._exit(2)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    print(child, flush=True)
"""


class Nursery:
    """A process that starts others quickly: its children have everything imported already."""

    def __init__(self) -> None:
        command = [sys.executable, "-c", NURSERY, str(ROOT)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._line() == "ready"

    def start(self, do: str, kept: Archive, **options: object) -> int:
        return int(self._ask({"do": do, "path": str(kept.path), **options}))

    def wait(self, child: int) -> int:
        """Its exit status, or minus the signal that ended it."""
        return int(self._ask({"wait": child}))

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(10)

    def _ask(self, job: dict[str, object]) -> str:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        return self._line()

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    if not hasattr(os, "fork"):
        pytest.skip("no fork on this system")
    nursery = Nursery()
    yield nursery
    nursery.close()


def test_a_process_killed_before_its_import_landed_leaves_the_file_as_it_was(kept: Archive, nursery: Nursery):
    add(kept, make([1.0]))
    before = digest(kept.path)
    assert nursery.wait(nursery.start("die", kept, name="x")) == -signal.SIGKILL
    assert digest(kept.path) == before
    assert offered(kept) == [1.0]
    assert digest(kept.path) == before
    assert sound(kept)
    assert add(kept, make([2.0]), "b.csv").number == 2


def test_a_process_killed_at_any_moment_leaves_whole_imports_only(kept: Archive, nursery: Nursery):
    chance = random.Random(4)  # noqa: S311
    for round_ in range(KILLS):
        before = len(archive.imports(kept))
        child = nursery.start("forever", kept, name=f"v{round_}")
        deadline = time.monotonic() + 20
        while not kept.path.exists() and round_ and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(chance.uniform(0.0, 0.6))
        os.kill(child, signal.SIGKILL)
        assert nursery.wait(child) == -signal.SIGKILL
        found = archive.imports(kept)
        assert len(found) >= before
        assert all(i.rows == len(archive.original(kept, i.number).table) == 500 for i in found[before:])
        assert len(offered(kept)) == 500 * len(found)
        assert not found or sound(kept)
    add(kept, make([1.0]), "after.csv")
    assert sound(kept)


def test_a_disk_that_is_full_refuses_the_import_and_changes_nothing(kept: Archive, nursery: Nursery):
    add(kept, make([1.0]))
    before = digest(kept.path)
    assert nursery.wait(nursery.start("full", kept, name="x")) == 2
    assert digest(kept.path) == before
    assert offered(kept) == [1.0]
    assert sound(kept)


def test_processes_that_store_at_the_same_moment_all_land(kept: Archive, nursery: Nursery):
    children = [nursery.start("some", kept, name=f"v{n}", count=4) for n in range(3)]  # the file is yet to be made
    assert [nursery.wait(child) for child in children] == [0, 0, 0]
    found = archive.imports(kept)
    assert sorted(i.file for i in found) == sorted(f"v{v}{n}.csv" for v in range(3) for n in range(4))
    assert len(offered(kept)) == 12 * 500
    assert sound(kept)
    assert [p.name for p in kept.path.parent.iterdir()] == ["peakstaff.sqlite"]


def test_who_must_wait_too_long_is_told_so_and_readers_need_not_wait(kept: Archive):
    add(kept, make([1.0]))
    hasty = Archive(kept.path, wait=0.05)
    with archive.changing(kept) as transaction:
        add(transaction, make([2.0]), "b.csv")
        with pytest.raises(Busy, match="nothing was stored, try again"):
            add(hasty, make([3.0]), "c.csv")
        assert offered(hasty) == [1.0]
    assert offered(hasty) == [2.0]
    assert len(archive.imports(kept)) == 2


# --- profiles and decisions ----------------------------------------------------------------------------------------


def test_a_profile_is_kept_changed_removed_and_found_by_the_digest_of_an_import(kept: Archive):
    first = archive.save_profile(kept, "供应商甲", 'columns = {offered = "来电"}')
    second = archive.save_profile(kept, "供应商甲", 'columns = {offered = "呼入"}')
    archive.save_profile(kept, "乙", "")
    assert archive.profiles(kept) == {"乙": "", "供应商甲": 'columns = {offered = "呼入"}'}
    before = digest(kept.path)
    assert archive.save_profile(kept, "供应商甲", 'columns = {offered = "呼入"}') == second
    assert digest(kept.path) == before
    archive.remove_profile(kept, "供应商甲")
    assert list(archive.profiles(kept)) == ["乙"]
    assert archive.profile_of(kept, first) == 'columns = {offered = "来电"}'
    assert archive.profile_of(kept, "0" * 64) is None
    assert "there is no profile" in refusal(lambda: archive.remove_profile(kept, "供应商甲"))


@pytest.mark.parametrize(("name", "toml"), [(" ", "x = 1"), ("a", "x = "), ("a", "中文 = 1")])
def test_a_profile_without_a_name_or_that_is_no_toml_is_refused(kept: Archive, name: str, toml: str):
    assert "expected" in refusal(lambda: archive.save_profile(kept, name, toml))
    assert not kept.path.exists()


def decision(key: str, verdict: str = "accepted", **values: object) -> Decision:
    span = (pd.Timestamp("2026-01-05 09:30"), pd.Timestamp("2026-01-06"))
    when = datetime(2026, 3, 1, 8, tzinfo=UTC)
    return Decision(key, "gap", "售前", "自营", *span, verdict, "李", when, values)  # type: ignore[arg-type]


def test_the_last_decision_on_a_proposal_holds_and_the_earlier_stay_on_record(kept: Archive):
    first, second = decision("k1", proposed=[12.5, None], why="停电"), decision("k2")
    archive.decide(kept, first, second)
    assert archive.decisions(kept) == (first, second)
    changed = decision("k1", "rejected")
    archive.decide(kept, changed)
    assert archive.decisions(kept) == (second, changed)
    archive.withdraw(kept, "k2", "王")
    assert archive.decisions(kept) == (changed,)
    assert [d.decision for d in archive.decisions(kept, every=True)] == [
        "accepted",
        "accepted",
        "rejected",
        "withdrawn",
    ]
    assert archive.decisions(kept, every=True)[-1].by == "王"
    assert "nothing was decided" in refusal(lambda: archive.withdraw(kept, "k2", "王"))


def test_decisions_land_together_and_leave_the_rows_as_they_came(kept: Archive):
    add(kept, make([1.0, np.nan]))
    before = archive.history(kept)
    with pytest.raises(ValueError, match="JSON"):
        archive.decide(kept, decision("k1"), decision("k2", proposed=float("inf")))
    assert archive.decisions(kept) == ()
    archive.decide(kept, decision("k1", proposed=5.0))
    after = archive.history(kept)
    assert before is not None
    assert after is not None
    assert before.digest == after.digest
    with pytest.raises(ValueError, match="one of accepted"):
        decision("k", "perhaps")


# --- weight --------------------------------------------------------------------------------------------------------


def test_three_hundred_thousand_rows_are_kept_and_told_within_seconds(kept: Archive):
    starts = pd.date_range("2023-01-02", periods=48 * 1042, freq="30min").as_unit("s")
    noise = np.random.default_rng(1)
    tables = []
    for queue in "abc":
        for source in "xy":
            values = {
                "offered": noise.poisson(30, len(starts)).astype(float),
                "aht_s": noise.normal(260, 30, len(starts)),
            }
            tables.append(pd.DataFrame({"start": starts, "queue": queue, "source": source, **values}))
    table = pd.concat(tables, ignore_index=True).assign(handled=np.nan, abandoned=np.nan)
    rows = history.History(table, pd.Timedelta(minutes=30))
    began = time.process_time()  # the machine may have other work
    assert len(add(kept, rows).added) == len(table) > 300_000
    stored = time.process_time()
    told = archive.history(kept)
    loaded = time.process_time()
    assert told is not None
    assert told.digest == history.History(ordered(table), rows.interval).digest
    assert stored - began < 3
    assert loaded - stored < 2
    assert kept.path.stat().st_size < 10_000_000


def test_the_slow_libraries_are_loaded_only_where_they_are_due():
    code = (
        "import sys, forecast; before = 'sqlalchemy' in sys.modules; import forecast.archive\n"
        "print(before, 'alembic' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["False", "False"]


def test_the_wheel_carries_the_migrations(tmp_path: Path):
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    carried = set(zipfile.ZipFile(wheel).namelist())
    steps = {p.relative_to(ROOT).as_posix() for p in STEPS.rglob("*.py")}
    assert steps <= carried
    assert any(name.startswith("forecast/archive/migrations/versions/v0001") for name in steps)
