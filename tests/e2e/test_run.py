"""`sweepctl run`: a coordinator and workers of its own, that can be interrupted and go on."""

import json
import os
import signal
import sqlite3
import subprocess

from processes import BIN, DEADLINE_SECONDS, Process, wait_until

SWEEP = """
method: grid
parameters:
  objective: {values: [standard, reverse]}
  lr: {values: [1e-3, 3e-3]}
  length: {value: 3}
  nodes: {value: 5}
  depth: {value: 1}
  width: {value: 16}
  batch_size: {value: 16}
  steps: {value: 400}
  test_samples: {value: 64}
  eval_every: {value: 50}
seeds: 2
"""


def run(folder, *arguments):
    return subprocess.run(
        [BIN / "sweepctl", "run", "small.yaml", *arguments],
        capture_output=True, text=True, cwd=folder, timeout=DEADLINE_SECONDS,
    )


def ended_trials(folder):
    database = folder / "small.db"
    if not database.exists():
        return 0
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        try:
            [(count,)] = connection.execute(
                "SELECT count(*) FROM trials WHERE state = 'succeeded'").fetchall()
        except sqlite3.OperationalError:  # the coordinator has not made its tables yet
            return 0
    return count


def processes_of(folder):
    """Processes that were started for a database in the folder."""
    listed = subprocess.run(["ps", "-ewwo", "args"], capture_output=True, text=True, check=True)
    return [line for line in listed.stdout.splitlines() if "sweepd" in line and str(folder) in line]


def test_run_prints_the_table_and_leaves_the_database(tmp_path):
    (tmp_path / "small.yaml").write_text(SWEEP)
    result = run(tmp_path, "--workers", "2", "--database", tmp_path / "small.db")
    assert result.returncode == 0, result.stderr
    assert "8/8 trials" in result.stdout
    assert "objective=standard" in result.stdout and "solved" in result.stdout
    assert ended_trials(tmp_path) == 8
    assert not processes_of(tmp_path)


def test_run_as_json_prints_cells_alone(tmp_path):
    (tmp_path / "small.yaml").write_text(SWEEP)
    result = run(tmp_path, "--workers", "1", "--output", "json")
    cells = json.loads(result.stdout)
    assert len(cells) == 4
    assert all(cell["n"] == 2 and 0 <= cell["low"] <= cell["value"] <= cell["high"] <= 1
               for cell in cells)


def test_interrupted_run_goes_on_where_it_stopped(tmp_path):
    (tmp_path / "small.yaml").write_text(SWEEP.replace("{value: 400}", "{value: 1500}"))
    first = Process(tmp_path, "sweepctl", "run", "small.yaml", "--workers", 2,
                    "--database", tmp_path / "small.db")
    wait_until(lambda: ended_trials(tmp_path) >= 1, "no trial ends")
    first.popen.send_signal(signal.SIGINT)
    assert first.popen.wait(timeout=60) == 130, first.output()
    assert "goes on" in first.output()
    assert not processes_of(tmp_path)
    before = ended_trials(tmp_path)
    assert before < 8

    second = run(tmp_path, "--workers", "2", "--database", tmp_path / "small.db")
    assert second.returncode == 0, second.stderr
    with sqlite3.connect(tmp_path / "small.db") as database:
        assert database.execute("SELECT count(*) FROM sweeps").fetchall() == [(1,)]
        assert database.execute("SELECT count(*) FROM trials").fetchall() == [(8,)]
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_children_do_not_outlive_a_killed_run(tmp_path):
    (tmp_path / "small.yaml").write_text(SWEEP.replace("{value: 400}", "{value: 1000000}"))
    process = Process(tmp_path, "sweepctl", "run", "small.yaml",
                      "--database", tmp_path / "small.db")
    wait_until(lambda: processes_of(tmp_path), "the coordinator does not start")
    os.kill(process.popen.pid, signal.SIGKILL)
    process.popen.wait()
    wait_until(lambda: not processes_of(tmp_path), "the coordinator outlives the run")


def test_database_that_cannot_be_used_is_said_with_the_reason(tmp_path):
    (tmp_path / "small.yaml").write_text(SWEEP)
    (tmp_path / "small.db").write_text("a thesis, and no database at all; " * 50)
    before = (tmp_path / "small.db").read_bytes()
    result = run(tmp_path)
    assert result.returncode == 1
    assert "not a database" in result.stderr
    assert (tmp_path / "small.db").read_bytes() == before
