"""Sweeps that choose their points while they run, with real training: by themselves, over a restart of
the coordinator, and driven by Optuna from outside."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from processes import BIN, DEADLINE_SECONDS, wait_until

ROOT = Path(__file__).resolve().parents[2]
SPACE = """
parameters:
  objective: {value: reverse}
  lr: {min: 1e-4, max: 3e-2, distribution: log_uniform_values}
  depth: {values: [1, 2]}
  width: {value: 16}
  heads: {value: 2}
  length: {value: 3}
  nodes: {value: 6}
  steps: {value: 20}
  eval_every: {value: 20}
  test_samples: {value: 64}
"""


def run(folder, text):
    (folder / "sweep.yaml").write_text(text)
    result = subprocess.run(
        [BIN / "sweepctl", "run", "sweep.yaml", "--workers", "2", "--database", "results.db"],
        capture_output=True, text=True, cwd=folder, timeout=DEADLINE_SECONDS)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("method", ["tpe", "gp"])
def test_a_search_ends_with_all_its_points(tmp_path, method):
    assert "over 14 configs" in run(tmp_path, f"method: {method}\nrun_cap: 14\n" + SPACE)


def test_what_breaks_a_claim_is_tried_with_fresh_seeds(tmp_path):
    page = run(tmp_path, "method: falsify\nclaim: never\nrun_cap: 11\nfresh_seeds: 2\n" + SPACE
               + "claims: {never: {metric: test_loss, at_most: 0.01}}\n")
    assert "Searched for counterexamples: 11 configs tried, 11 broke it." in page
    assert "fails in 11" in page
    assert "train_local --trial" in page


def test_a_search_goes_on_after_the_coordinator_was_killed(cluster, tmp_path):
    coordinator = cluster.start_coordinator()
    cluster.start_worker("--slots", 2)
    (tmp_path / "sweep.yaml").write_text("method: tpe\nrun_cap: 40\n" + SPACE)
    sweep = cluster.ctl("submit", "sweep.yaml")["sweep"]
    wait_until(lambda: cluster.counts(sweep)["succeeded"] > 12, "the search does not go on")
    coordinator.kill()
    before = json.dumps(points(cluster))
    cluster.start_coordinator()
    wait_until(lambda: cluster.ctl("show", sweep)["state"] == "finished", "the search does not end")
    after = points(cluster)
    assert len(after) == 40
    assert len({json.dumps(point) for point in after}) == 40
    assert json.dumps(after).startswith(before[:-1])


def points(cluster):
    """(lr, depth) of each config, in the order in which they were chosen."""
    with sqlite3.connect(cluster.database) as database:
        return database.execute("SELECT lr, depth FROM trials ORDER BY config").fetchall()


def test_optuna_drives_a_sweep_from_outside(cluster, tmp_path):
    cluster.start_coordinator()
    cluster.start_worker("--slots", 2)
    stubs = tmp_path / "python"
    subprocess.run([ROOT / "proto/make_python.sh", stubs, sys.executable], check=True)
    result = subprocess.run(
        [sys.executable, ROOT / "examples/optuna_search.py", cluster.address],
        capture_output=True, text=True, timeout=DEADLINE_SECONDS, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(stubs)})
    assert result.returncode == 0, result.stderr
    assert "sweep optuna: best exact_match" in result.stdout
    assert cluster.counts("optuna")["succeeded"] == 20
