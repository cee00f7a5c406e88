"""A sweep's trials go to other programs: as rows, as a study that Optuna opens, and as a page."""

import csv
import json
import math
import os
import sys
from pathlib import Path

import optuna
import pyarrow.parquet
import pytest
from processes import Cluster

SWEEP = """
name: exported
method: grid
parameters:
  objective: {values: [reverse, standard]}
  lr: {values: [1e-3, 1e-2]}
  tie_embeddings: {values: [false, true]}
  depth: {values: [1, 2]}
  length: {value: 3}
  nodes: {value: 5}
  width: {value: 8}
  heads: {value: 1}
  batch_size: {value: 8}
  steps: {value: 20}
  test_samples: {value: 32}
  eval_every: {value: 10}
seeds: [1, 2]
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    cluster = Cluster(tmp_path_factory.mktemp("export"))
    yield cluster
    cluster.end()


@pytest.fixture(scope="module")
def trials(cluster):
    cluster.start_coordinator()
    cluster.start_worker("--slots", "2")
    (cluster.folder / "sweep.yaml").write_text(SWEEP)
    cluster.ctl("submit", "sweep.yaml")
    cluster.wait_until_ended("exported")
    return cluster.ctl("trials", "exported")


def export(cluster, form, *options):
    file = cluster.folder / f"exported.{form}"
    said = cluster.ctl("export", "exported", "--format", form, "-o", file, *options)
    assert said == {"file": str(file), "trials": 32}
    return file


def test_rows_are_the_trials(cluster, trials):
    with open(export(cluster, "csv"), newline="") as file:
        rows = list(csv.DictReader(file))
    records = json.loads(export(cluster, "json").read_text())
    assert len(rows) == len(records) == len(trials) == 32
    for row, record, trial in zip(rows, records, trials, strict=True):
        assert int(row["trial"]) == record["trial"] == trial["id"]
        assert int(row["seed"]) == record["seed"] == trial["seed"]
        assert row["reason"] == record["reason"] == trial["reason"]
        assert set(record["parameters"]) == {"objective", "lr", "tie_embeddings", "depth"}
        assert record["parameters"].items() <= trial["parameters"].items()
        assert float(row["lr"]) == trial["parameters"]["lr"]
        assert record["metrics"] == trial["metrics"]
        assert {name: float(row[name]) for name in trial["metrics"]} == trial["metrics"]
        assert int(row["last_step"]) == record["last_step"] == 20


def test_parquet_has_the_rows_of_the_csv(cluster, trials, monkeypatch):
    # duckdb is where pip puts it.
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    table = pyarrow.parquet.read_table(export(cluster, "parquet"))
    with open(export(cluster, "csv"), newline="") as file:
        rows = list(csv.DictReader(file))
    assert table.column_names == list(rows[0])
    types = {"trial": "int64", "objective": "string", "tie_embeddings": "bool", "lr": "double",
             "depth": "int64", "exact_match": "double"}
    assert {name: str(table.schema.field(name).type) for name in types} == types
    assert table["trial"].to_pylist() == [int(row["trial"]) for row in rows]
    for name in ("lr", "exact_match", "test_loss"):
        assert table[name].to_pylist() == [float(row[name]) for row in rows]


@pytest.mark.parametrize(("metric", "direction"), [("exact_match", "MAXIMIZE"),
                                                   ("test_loss", "MINIMIZE")])
def test_optuna_opens_the_study(cluster, trials, metric, direction):
    file = export(cluster, "optuna", "--metric", metric)
    study = optuna.load_study(study_name="exported", storage=f"sqlite:///{file}")
    assert study.direction.name == direction
    assert study.metric_names == [metric]
    assert len(study.trials) == 32
    for ours, theirs in zip(trials, study.trials, strict=True):
        assert theirs.state.name == "COMPLETE"
        assert theirs.value == ours["metrics"][metric]
        assert theirs.params == {name: ours["parameters"][name]
                                 for name in ("objective", "lr", "tie_embeddings", "depth")}
        assert theirs.user_attrs == {"seed": ours["seed"], "trial": ours["id"],
                                     "state": "succeeded", "reason": ours["reason"]}
        history = cluster.ctl("trial", ours["id"])["history"]
        assert theirs.intermediate_values == {
            one["step"]: one["value"] for one in history if one["metric"] == metric}
        assert theirs.datetime_start <= theirs.datetime_complete
    best = min if direction == "MINIMIZE" else max
    assert study.best_trial.value == best(trial["metrics"][metric] for trial in trials)
    assert study.trials[0].distributions["lr"] == optuna.distributions.FloatDistribution(
        1e-3, 1e-2, log=True)
    assert study.trials[0].distributions["depth"] == optuna.distributions.IntDistribution(1, 2)


def test_a_search_goes_on_from_it(cluster, trials):
    file = export(cluster, "optuna")
    study = optuna.load_study(study_name="exported", storage=f"sqlite:///{file}")

    def objective(trial):
        trial.suggest_categorical("objective", ["reverse", "standard"])
        lr = trial.suggest_float("lr", 1e-3, 1e-2, log=True)
        trial.suggest_int("depth", 1, 2)
        return -abs(math.log10(lr))

    study.optimize(objective, n_trials=3)
    assert len(study.trials) == 35


def test_a_report_says_what_came_of_it_and_where(cluster, trials):
    file = cluster.folder / "report.html"
    cluster.ctl("report", "exported", "-o", file)
    page = file.read_text()
    assert "The sweep is finished: 32 trials, 32 succeeded." in page
    attempt = cluster.ctl("trial", trials[0]["id"])["attempts"][0]
    assert f"<td>{attempt['build']}</td><td>{attempt['libtorch']}</td><td>cpu</td>" in page
    assert page.count("data:image/svg+xml;base64,") == 3, "the table, what explains it, curves"
