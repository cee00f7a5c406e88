"""A sweep with claims and a sampled space, trained for real, ends in verdicts: on the page, in JSON, in
SQL, and asked anew by another file."""

import json
import sqlite3
import subprocess

import pytest
from processes import BIN, DEADLINE_SECONDS

SPACE = """
method: sobol
run_cap: 3
parameters:
  objective: {values: [reverse, standard], cross: true}
  lr: {distribution: log_uniform_values, min: 1e-4, max: 1e-3}
  length: {value: 3}
  nodes: {value: 5}
  depth: {value: 1}
  heads: {values: [1, 2]}
  batch_size: {value: 16}
  steps: {value: 20}
  test_samples: {value: 64}
  eval_every: {value: 20}
derive: {width: 8 * heads}
"""
CLAIMS = """
seeds: {min: 2, max: 3, until: decided}
claims:
  hardly_trained: {where: {objective: standard}, at_most: 1/degree + 0.45}
  loss_falls: {metric: test_loss, at_most: 100}
  never_known: {where: {objective: reverse}, metric: position_accuracy/9, at_least: 0.5}
  gap: {compare: [reverse, standard], over: objective, difference_at_least: 0.9}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("claims")


@pytest.fixture(scope="module")
def page(folder):
    (folder / "small.yaml").write_text(SPACE + CLAIMS)
    result = subprocess.run(
        [BIN / "sweepctl", "run", "small.yaml", "--workers", "2", "--database", "results.db",
         "--report", "report.html"],
        capture_output=True, text=True, cwd=folder, timeout=DEADLINE_SECONDS)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_the_run_ends_with_a_page_of_verdicts(page):
    assert "hardly_trained: exact_match ≤ 1/degree + 0.45 where objective = standard" in page
    assert "loss_falls: test_loss ≤ 100\n\nHolds in 6 of 6 configs" in page
    assert "No trial has a value of position_accuracy/9 yet." in page
    assert "gap: exact_match of objective = reverse − that of standard ≥ 0.9" in page
    assert "train_local --trial" in page, "an hour's gap is not there after 20 steps"


def test_the_run_writes_its_report(page, folder):
    assert "report.html: " in page
    report = (folder / "report.html").read_text()
    assert "hardly_trained" in report
    assert "data:image/svg+xml" in report


def test_verdicts_and_counterexamples_are_sql_views(page, folder):
    with sqlite3.connect(folder / "results.db") as database:
        def rows(sql):
            return database.execute(sql).fetchall()
        assert rows("SELECT claim, count(*) FROM claim_verdicts GROUP BY claim ORDER BY claim") == [
            ("gap", 3), ("hardly_trained", 3), ("loss_falls", 6), ("never_known", 3)]
        assert rows("SELECT DISTINCT verdict FROM claim_verdicts WHERE claim = 'never_known'") == [
            ("undecided",)]
        assert rows("SELECT DISTINCT seeds FROM claim_verdicts WHERE claim = 'never_known'") == [(0,)]
        assert rows("SELECT DISTINCT objective FROM claim_counterexamples WHERE claim = 'gap'") == [
            ("reverse",)]
        # The samples: as asked, and the derived width with the heads.
        assert rows("SELECT count(*), count(DISTINCT lr), min(lr) >= 1e-4, max(lr) <= 1e-3 "
                    "FROM trials WHERE seed = 1") == [(6, 3, 1, 1)]
        assert rows("SELECT DISTINCT width / heads FROM trials") == [(8,)]


def test_a_repeated_run_trains_nothing_and_answers_the_claims_of_its_file(page, folder):
    with sqlite3.connect(folder / "results.db") as database:
        before = database.execute("SELECT count(*) FROM attempts").fetchone()
    other = SPACE + CLAIMS.replace("difference_at_least: 0.9", "difference_at_least: -0.9")
    (folder / "small.yaml").write_text(other)
    result = subprocess.run(
        [BIN / "sweepctl", "run", "small.yaml", "--workers", "1", "--database", "results.db"],
        capture_output=True, text=True, cwd=folder, timeout=DEADLINE_SECONDS)
    assert result.returncode == 0, result.stderr
    assert "≥ -0.9\n\nHolds in 3 of 3 configs" in result.stdout
    with sqlite3.connect(folder / "results.db") as database:
        assert database.execute("SELECT count(*) FROM attempts").fetchone() == before


def test_a_coordinator_answers_in_every_form(page, folder, cluster):
    with sqlite3.connect(folder / "results.db") as source:
        source.backup(sqlite3.connect(cluster.database))
    cluster.start_coordinator()
    claims = cluster.ctl("claims", "small", "--claim", "gap")
    assert [claim["claim"] for claim in claims] == ["gap"]
    assert claims[0]["fails"] == 3 and len(claims[0]["verdicts"]) == 3
    assert claims[0]["rerun"][0].startswith("train_local --trial ")
    csv = cluster.ctl_raw("claims", "small", "--output", "csv").stdout.splitlines()
    assert len(csv) == 1 + 15
    assert "\\toprule" in cluster.ctl_raw("claims", "small", "--output", "latex").stdout
    assert "## gap" in cluster.ctl_raw("claims", "small", "--output", "markdown").stdout
    assert "no claim `gpa`, did you mean `gap`?" in cluster.ctl("claims", "small", "--claim", "gpa",
                                                                code=4)


def test_every_question_has_an_answer(page, folder, cluster):
    with sqlite3.connect(folder / "results.db") as source:
        source.backup(sqlite3.connect(cluster.database))
    cluster.start_coordinator()
    best = cluster.ctl("best", "small", "--top", 3)
    assert len(best) == 3 and best[0]["best_trial"] > 0
    curves = cluster.ctl("curves", "small", "--by", "objective")
    assert {curve["parameters"]["objective"] for curve in curves} == {
        "reverse", "standard"}
    compared = cluster.ctl("compare", "small", "objective=reverse", "objective=standard")
    assert len(compared["pairs"]) == 3
    for picture in ("table", "curves", "boundary", "parallel"):
        metric = [] if picture == "boundary" else ["--metric", "test_loss"]
        drawn = cluster.ctl_raw("plot", picture, "small", "-o", f"{picture}.svg", *metric)
        assert drawn.returncode == 0, (picture, drawn.stderr)
        assert "<svg" in (cluster.folder / f"{picture}.svg").read_text()
    refused = cluster.ctl_raw("plot", "importance", "small", "-o", "importance.svg")
    assert refused.returncode == 1 and "cannot be said" in refused.stderr


def test_where_every_trial_diverged_every_answer_says_what_is_missing(tmp_path):
    (tmp_path / "wild.yaml").write_text("""
name: wild
method: grid
parameters:
  objective: {values: [reverse, standard]}
  lr: {values: [5, 10]}
  optimizer: {value: sgd}
  momentum: {value: 0.99}
  grad_clip: {value: 0}
  warmup: {value: 0}
  length: {value: 3}
  nodes: {value: 5}
  depth: {value: 1}
  width: {value: 16}
  steps: {value: 200}
  eval_every: {value: 100}
  test_samples: {value: 16}
seeds: 2
claims:
  fails: {where: {objective: standard}, at_most: 1/degree + 0.05}
  falls: {metric: test_loss, at_most: 1}
""")
    run = subprocess.run([BIN / "sweepctl", "run", "wild.yaml", "--report", "wild.html"],
                         capture_output=True, text=True, cwd=tmp_path, timeout=DEADLINE_SECONDS)
    assert run.returncode == 0, run.stderr
    with sqlite3.connect(tmp_path / "wild.db") as database:
        reasons = database.execute("SELECT DISTINCT reason FROM trials").fetchall()
    assert reasons == [("diverged",)]
    # They count with what they measured before.
    assert run.stdout.count("2 diverged") == 4
    assert "Holds in 0 of 2 configs, fails in 0, undecided in 2." in run.stdout
    assert "cannot be said: all configs have the same value" in run.stdout
    assert "Holds in 0 of 4 configs" in run.stdout
    page = (tmp_path / "wild.html").read_text()
    assert "undecided" in page
    assert "The sweep file" in page and "momentum: {value: 0.99}" in page
