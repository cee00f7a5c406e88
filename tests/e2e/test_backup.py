"""A backup of a running coordinator, restored elsewhere, goes on where it was taken."""

import contextlib
import sqlite3

import pytest

from processes import Cluster, wait_until

# Eight trials of about a second each.
SWEEP = """
method: grid
metric: exact_match
parameters:
  objective: {values: [standard, reverse]}
  lr: {values: [1e-3, 3e-3]}
  length: {value: 3}
  nodes: {value: 5}
  depth: {value: 1}
  width: {value: 16}
  batch_size: {value: 16}
  steps: {value: 1000}
  test_samples: {value: 64}
  eval_every: {value: 50}
seeds: 2
"""


def submit(cluster):
    (cluster.folder / "backup.yaml").write_text(SWEEP)
    return cluster.ctl("submit", "backup.yaml")["sweep"]


def query(database, sql):
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return connection.execute(sql).fetchall()


def results(database):
    """The trials that have ended, with every measurement."""
    return query(
        database,
        "SELECT t.id, t.attempt, m.metric_id, m.step, m.value FROM trials t "
        "JOIN measurements m ON m.trial_id = t.id WHERE t.state = 'succeeded' ORDER BY 1, 3, 4",
    )


def restore(cluster, file, database, *arguments):
    return cluster.start("sweepd", "--restore", file, "--database", database, *arguments)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def other(tmp_path):
    folder = tmp_path / "other"
    folder.mkdir()
    cluster = Cluster(folder)
    yield cluster
    cluster.end()


def test_backup_of_a_running_sweep_is_restored_and_goes_on(cluster, other):
    cluster.start_coordinator()
    cluster.start_worker()
    sweep = submit(cluster)
    wait_until(lambda: cluster.counts(sweep)["succeeded"] >= 2, "no trial ends")
    backup = cluster.folder / "results.bak"
    answer = cluster.ctl("backup", backup)
    assert answer == {"file": str(backup), "bytes": backup.stat().st_size}
    assert query(backup, "PRAGMA integrity_check") == [("ok",)]
    assert cluster.counts(sweep)["running"] == 1, "the sweep goes on meanwhile"
    ended = results(backup)
    assert len({trial for trial, *_ in ended}) in range(2, 8)

    restored = restore(cluster, backup, other.database)
    assert restored.exit_code() == 0, restored.output()
    assert "is restored from" in restored.output()
    assert names(other.folder) == ["results.db", "results.db-lock"]
    assert results(other.database) == ended
    assert set(ended) <= set(results(cluster.database))

    other.start_coordinator("--lease-seconds", 2)  # the lease of the worker that is not here
    other.start_worker()
    counts = other.wait_until_ended(sweep)
    assert counts["succeeded"] == counts["total"] == 8
    assert set(ended) <= set(results(other.database))
    cluster.wait_until_ended(sweep)
    values = "SELECT trial_id, metric, step, value FROM trial_results WHERE metric = 'exact_match'"
    assert query(other.database, values) == query(cluster.database, values)


def test_restore_while_the_coordinator_runs_is_refused(cluster):
    cluster.start_coordinator()
    submit(cluster)
    backup = cluster.folder / "results.bak"
    cluster.ctl("backup", backup)
    refused = restore(cluster, backup, cluster.database, "--force")
    assert refused.exit_code() == 1
    assert "another coordinator" in refused.output()
    assert len(cluster.ctl("list")) == 1


def test_restore_over_a_database_keeps_it(cluster):
    coordinator = cluster.start_coordinator()
    backup = cluster.folder / "empty.bak"
    cluster.ctl("backup", backup)
    sweep = submit(cluster)
    coordinator.kill()  # so that the sweep is in the -wal alone

    refused = restore(cluster, backup, cluster.database)
    assert refused.exit_code() == 1
    assert "--force" in refused.output()
    replaced = restore(cluster, backup, cluster.database, "--force")
    assert replaced.exit_code() == 0, replaced.output()
    kept = cluster.folder / "results.db.before-restore"
    assert str(kept) in replaced.output()
    assert query(kept, "SELECT name FROM sweeps") == [(sweep,)]
    coordinator = cluster.start_coordinator()
    assert cluster.ctl("list") == []
    assert coordinator.terminate() == 0

    kept.rename(cluster.folder / "back.db")
    back = restore(cluster, cluster.folder / "back.db", cluster.database, "--force")
    assert back.exit_code() == 0, back.output()
    cluster.start_coordinator()
    assert cluster.ctl("list")[0]["name"] == sweep


@pytest.mark.parametrize("content, words", [
    (None, "there is no file"),
    (b"", "is empty"),
    (b"a thesis, and no database at all; " * 50, "not a database"),
])
def test_restore_of_what_is_no_backup_makes_nothing(cluster, content, words):
    file = cluster.folder / "file"
    if content is not None:
        file.write_bytes(content)
    refused = restore(cluster, file, cluster.database)
    assert refused.exit_code() == 1
    assert words in refused.output()
    assert not cluster.database.exists()


def test_restore_of_another_programs_database_makes_nothing(cluster):
    file = cluster.folder / "other.db"
    query(file, "CREATE TABLE precious (value)")
    refused = restore(cluster, file, cluster.database)
    assert refused.exit_code() == 1
    assert "another program" in refused.output()
    assert not cluster.database.exists()


def test_backup_into_a_folder_that_does_not_exist_is_wrong_input(cluster):
    cluster.start_coordinator()
    assert "no/such" in cluster.ctl("backup", cluster.folder / "no/such/file", code=2)


def test_backup_from_nobody_leaves_nothing(cluster):
    before = names(cluster.folder)
    assert cluster.address in cluster.ctl("backup", cluster.folder / "file", code=3)
    assert names(cluster.folder) == before
