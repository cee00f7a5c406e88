"""SIGTERM ends a coordinator at once, whatever is under way."""

import contextlib
import signal
import sqlite3
import threading
import time

import pytest

from processes import DEADLINE_SECONDS, SLACK_SECONDS, wait_until

PROMISED_SECONDS = 2

TRAINED = """
method: grid
parameters:
  objective: {values: [standard, reverse]}
  lr: {values: [1e-3, 3e-3]}
  length: {value: 3}
  nodes: {value: 5}
  depth: {value: 1}
  width: {value: 16}
  batch_size: {value: 16}
  steps: {value: 1000000}
  test_samples: {value: 64}
  eval_every: {value: 50}
seeds: 2
"""

# As many seeds as make a submit last a while.
LARGE = "method: grid\nparameters:\n  lr: {values: [1e-3]}\nseeds: 100000\n"


class Submits:
    """Submits one large sweep after another until the coordinator is gone."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.acknowledged = []
        self.last = None
        (cluster.folder / "large.yaml").write_text(LARGE)
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while self.last is None:
            result = self.cluster.ctl_raw("submit", "large.yaml")
            if result.returncode == 0:
                self.acknowledged.append(result.stdout.strip())
            else:
                self.last = result


def query(cluster, sql):
    with contextlib.closing(sqlite3.connect(cluster.database)) as database:
        return database.execute(sql).fetchall()


def end(cluster, coordinator):
    started = time.monotonic()
    code = coordinator.terminate()
    seconds = time.monotonic() - started
    print(f"ended after {seconds:.3f} s")
    assert code == 0
    assert seconds < PROMISED_SECONDS + SLACK_SECONDS
    assert not cluster.database.with_name("results.db-wal").exists()


@pytest.mark.parametrize("delay", [0, 0.03, 0.1])
def test_coordinator_ends_within_two_seconds_whatever_is_under_way(cluster, delay):
    coordinator = cluster.start_coordinator()
    workers = [cluster.start_worker("--threads", 1) for _ in range(4)]
    (cluster.folder / "trained.yaml").write_text(TRAINED)
    sweep = cluster.ctl("submit", "trained.yaml")["sweep"]
    for worker in workers:
        cluster.running_trial_of(worker)
    watch = cluster.start("sweepctl", "--server", cluster.address, "watch", sweep)
    wait_until(lambda: "4 running" in watch.output(), "the watch does not begin")
    submits = Submits(cluster)
    wait_until(lambda: submits.acknowledged, "nothing is submitted")
    time.sleep(delay)  # into another moment of a submit

    end(cluster, coordinator)

    submits.thread.join()
    assert submits.last.returncode == 3, submits.last.stderr
    assert watch.popen.poll() is None, "it waits for the coordinator to come back"
    assert query(cluster, "PRAGMA integrity_check") == [("ok",)]
    stored = {name for name, in query(cluster, "SELECT name FROM sweeps")}
    assert stored >= {sweep, *submits.acknowledged}


def test_coordinator_ends_though_nobody_reads_its_backup(cluster):
    coordinator = cluster.start_coordinator()
    (cluster.folder / "large.yaml").write_text(LARGE.replace("100000", "1000000"))
    for _ in range(4):  # some 30 MB, more than what is under way on a connection
        cluster.ctl("submit", "large.yaml")
    backup = cluster.start("sweepctl", "--server", cluster.address, "backup", "results.bak")

    deadline = time.monotonic() + DEADLINE_SECONDS
    while not any(path.stat().st_size for path in cluster.folder.glob("results.bak.partial-*")):
        assert time.monotonic() < deadline, "the backup does not begin"
    backup.signal(signal.SIGSTOP)
    time.sleep(0.5)  # until the connection is full
    end(cluster, coordinator)
    backup.signal(signal.SIGCONT)
    assert backup.exit_code() == 3, backup.output()
    assert not list(cluster.folder.glob("*.partial-*"))
    assert not (cluster.folder / "results.bak").exists()
