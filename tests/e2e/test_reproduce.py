"""A recorded trial trained again says the same, bit for bit; and says so if it does not."""

import json
import math
import sqlite3
import struct
import subprocess

import pytest
from processes import BIN, DEADLINE_SECONDS

SWEEP = """
method: grid
parameters:
  objective: {values: [reverse, scheduled_sampling]}
  architecture: {values: [transformer, gru]}
  length: {value: 3}
  nodes: {value: 5}
  depth: {value: 1}
  width: {value: 16}
  dropout: {value: 0.1}
  batch_size: {value: 16}
  steps: {value: 60}
  test_samples: {value: 64}
  eval_every: {value: 20}
"""
MASK = (1 << 64) - 1


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reproduce")
    (folder / "small.yaml").write_text(SWEEP)
    result = subprocess.run(
        [BIN / "sweepctl", "run", "small.yaml", "--workers", "2", "--database", "results.db"],
        capture_output=True, text=True, cwd=folder, timeout=DEADLINE_SECONDS)
    assert result.returncode == 0, result.stderr
    return folder / "results.db"


def retrain(database, trial, *arguments):
    return subprocess.run(
        [BIN / "train_local", "--trial", str(trial), "--database", database, *arguments],
        capture_output=True, text=True, timeout=DEADLINE_SECONDS)


def hash_of(measurements):
    """base/metrics_hash.h, written anew."""
    total = 0
    for step, metric, value in measurements:
        if metric == "samples_per_second":
            continue
        one = 0xCBF29CE484222325
        for byte in struct.pack("<q", step) + metric.encode() + struct.pack("<d", value):
            one = ((one ^ byte) * 0x100000001B3) & MASK
        one = ((one ^ (one >> 33)) * 0xFF51AFD7ED558CCD) & MASK
        one = ((one ^ (one >> 33)) * 0xC4CEB9FE1A85EC53) & MASK
        total += one ^ (one >> 33)
    return f"{total & MASK:016x}"


@pytest.mark.parametrize("trial", [1, 2, 3, 4])
def test_every_metric_is_the_same_bit_for_bit(database, trial):
    result = retrain(database, trial)
    assert result.returncode == 0, result.stderr
    assert "measurements are those recorded, bit for bit" in result.stderr
    assert "device, threads, build and LibTorch are those recorded" in result.stderr


def test_the_hash_is_that_of_the_measurements(database):
    with sqlite3.connect(database) as connection:
        hashes = connection.execute("SELECT id, metrics_hash FROM trials").fetchall()
        assert len(hashes) == 4
        for trial, text in hashes:
            rows = connection.execute(
                "SELECT step, metric, value FROM learning_curves WHERE trial_id = ?", [trial])
            assert hash_of(rows) == text


def test_attempts_say_where_they_ran(database):
    with sqlite3.connect(database) as connection:
        rows = connection.execute(
            "SELECT build, libtorch, device, threads, fused FROM trial_attempts").fetchall()
    assert len(rows) == 4
    for build, libtorch, device, threads, fused in rows:
        assert build.startswith("0.") and libtorch.startswith("2.")
        assert (device, threads, fused) == ("cpu", 1, 1)


def test_what_differs_is_said(database, tmp_path):
    copy = tmp_path / "changed.db"
    copy.write_bytes(database.read_bytes())
    with sqlite3.connect(copy) as connection:
        [(value,)] = connection.execute(
            "SELECT value FROM learning_curves WHERE trial_id = 2 AND metric = 'test_loss' "
            "AND step = 40").fetchall()
        connection.execute(
            "UPDATE measurements SET value = ? WHERE trial_id = 2 AND step = 40 AND metric_id = "
            "(SELECT id FROM metrics WHERE name = 'test_loss')", [math.nextafter(value, 9)])
        connection.execute("UPDATE environments SET build = '0.0 other', threads = 3")
    result = retrain(copy, 2, "--threads", "1", "--json")
    assert result.returncode == 1
    assert "1 of" in result.stderr and "first at step 40: test_loss" in result.stderr
    assert "build 0.0 other, here" in result.stderr and "threads 3, here 1" in result.stderr
    assert [json.loads(line)["step"] for line in result.stdout.splitlines()] == [0, 20, 40, 60]


def test_wrong_requests_are_refused(database, tmp_path):
    assert "has no trial 99" in retrain(database, 99).stderr
    assert "there is no database" in retrain(tmp_path / "none.db", 1).stderr
    (tmp_path / "text.db").write_text("a thesis; " * 500)
    assert "cannot read trial 1" in retrain(tmp_path / "text.db", 1).stderr
    both = retrain(database, 1, "--lr", "0.1")
    assert both.returncode == 2 and "--lr excludes --trial" in both.stderr
