"""Killing any process at any moment loses nothing that was acknowledged."""

import json
import signal
import sqlite3
import time

from processes import SLACK_SECONDS, Process, wait_until

# Twelve trials of about a second each.
SWEEP = """
method: grid
metric: exact_match
parameters:
  objective: {values: [standard, reverse, teacherless]}
  lr: {values: [1e-3, 3e-3]}
  degree: {value: 2}
  length: {value: 3}
  nodes: {value: 5}
  depth: {value: 1}
  width: {value: 16}
  batch_size: {value: 16}
  steps: {value: 600}
  test_samples: {value: 64}
  eval_every: {value: 50}
seeds: 2
"""


def submit(cluster, text=SWEEP):
    (cluster.folder / "faults.yaml").write_text(text)
    return cluster.ctl("submit", "faults.yaml")["sweep"]


def long_sweep(steps):
    return SWEEP.replace("[standard, reverse, teacherless]", "[reverse]").replace(
        "{value: 600}", f"{{value: {steps}}}"
    )


def query(cluster, sql):
    with sqlite3.connect(cluster.database) as database:
        return database.execute(sql).fetchall()


def check_complete(cluster, sweep, trials=12):
    counts = cluster.wait_until_ended(sweep)
    assert counts["total"] == trials
    assert counts["succeeded"] == trials
    listed = cluster.ctl("trials", sweep)
    assert len({trial["id"] for trial in listed}) == trials
    assert all(trial["metrics"]["exact_match"] >= 0 for trial in listed)
    assert query(cluster, "PRAGMA integrity_check") == [("ok",)]
    # Every trial has its last evaluation, and each ended attempt ended once.
    [(last_steps,)] = query(
        cluster,
        "SELECT count(*) FROM trial_results WHERE metric = 'exact_match' AND step = steps",
    )
    assert last_steps == trials


def test_sweep_survives_a_killed_worker_and_a_killed_coordinator(cluster):
    coordinator = cluster.start_coordinator()
    victim, survivor = cluster.start_worker(), cluster.start_worker()
    sweep = submit(cluster)

    lost = cluster.running_trial_of(victim)
    victim.kill()
    wait_until(
        lambda: cluster.ctl("trial", lost)["state"] != "running"
        or cluster.ctl("trial", lost)["attempt"] > 1,
        "the killed worker's trial is not leased again",
    )

    measured = query(cluster, "SELECT * FROM measurements")
    coordinator.kill()
    cluster.start_coordinator()
    check_complete(cluster, sweep)

    assert set(measured) <= set(query(cluster, "SELECT * FROM measurements"))
    assert survivor.popen.poll() is None
    assert cluster.ctl("trial", lost)["attempt"] == 2
    table = cluster.ctl("table", sweep, "--rows", "lr", "--cols", "objective")
    assert len(table) == 6
    assert all(cell["n"] == 2 and cell["low"] is not None for cell in table)


def test_trial_of_a_killed_worker_is_leased_again_within_two_seconds(cluster):
    cluster.start_coordinator("--lease-seconds", 3600)  # its broken stream alone tells
    victim = cluster.start_worker()
    submit(cluster, long_sweep(1_000_000).replace("[1e-3, 3e-3]", "[1e-3]")
           .replace("seeds: 2", "seeds: 1"))
    lost = cluster.running_trial_of(victim)
    cluster.start_worker()
    wait_until(lambda: len(cluster.ctl("workers")) == 2, "the second worker does not come")
    killed = time.monotonic()
    victim.kill()
    wait_until(lambda: cluster.ctl("trial", lost)["attempt"] == 2, "nobody takes the trial")
    assert time.monotonic() - killed < 2 + SLACK_SECONDS


def test_running_trials_go_on_through_a_restart_of_the_coordinator(cluster):
    coordinator = cluster.start_coordinator()
    worker = cluster.start_worker()
    sweep = submit(cluster, long_sweep(3000))
    trial = cluster.running_trial_of(worker)
    coordinator.kill()
    cluster.start_coordinator()
    check_complete(cluster, sweep, trials=4)
    assert cluster.ctl("trial", trial)["attempt"] == 1


def test_trial_of_a_stopped_worker_goes_to_another_and_the_stopped_one_gets_no_more(cluster):
    cluster.start_coordinator("--lease-seconds", 6)
    stopped = cluster.start_worker()
    endless = submit(cluster, long_sweep(1_000_000))
    lost = cluster.running_trial_of(stopped)
    stopped.signal(signal.SIGSTOP)
    wait_until(lambda: cluster.ctl("trial", lost)["state"] == "pending", "the lease does not end")
    assert not cluster.ctl("workers")[0]["connected"]
    cluster.start_worker()
    wait_until(lambda: cluster.ctl("trial", lost)["attempt"] == 2, "nobody takes the trial")
    cluster.ctl("cancel", endless)
    stopped.signal(signal.SIGCONT)
    wait_until(lambda: all(worker["connected"] for worker in cluster.ctl("workers")),
               "the worker does not come back")


def test_coordinator_that_was_stopped_blames_no_worker(cluster):
    coordinator = cluster.start_coordinator("--lease-seconds", 15)
    worker = cluster.start_worker()
    sweep = submit(cluster, long_sweep(1_000_000))
    trial = cluster.running_trial_of(worker)
    coordinator.signal(signal.SIGSTOP)
    # The processes live in real time: more than the lease, and more than the twenty seconds
    # after which the worker gives its stream up.
    time.sleep(25)
    coordinator.signal(signal.SIGCONT)
    wait_until(lambda: "stood still" in coordinator.output(), "the pause is not noticed")
    time.sleep(3)
    assert cluster.ctl("trial", trial)["attempt"] == 1
    assert cluster.counts(sweep)["running"] == 1


def test_worker_hands_its_trial_back_on_sigterm(cluster):
    cluster.start_coordinator()
    worker = cluster.start_worker()
    sweep = submit(cluster, long_sweep(1_000_000))
    trial = cluster.running_trial_of(worker)
    assert worker.terminate() == 0
    counts = cluster.counts(sweep)
    assert (counts["running"], counts["pending"]) == (0, 4)
    assert "handed back" in cluster.ctl("trial", trial)["reason"]


def test_leaving_worker_that_is_paused_still_waits_for_the_coordinator(cluster):
    coordinator = cluster.start_coordinator()
    worker = cluster.start_worker()
    sweep = submit(cluster, long_sweep(1_000_000))
    cluster.running_trial_of(worker)
    coordinator.signal(signal.SIGSTOP)
    worker.signal(signal.SIGTERM)
    wait_until(lambda: "handing the trials back" in worker.output(), "the worker does not leave")
    worker.signal(signal.SIGSTOP)
    worker.signal(signal.SIGCONT)
    coordinator.signal(signal.SIGCONT)
    assert worker.exit_code() == 0
    assert cluster.counts(sweep)["pending"] == 4


def test_cancel_frees_the_worker_at_once(cluster):
    cluster.start_coordinator()
    worker = cluster.start_worker()
    endless = submit(cluster, long_sweep(1_000_000))
    cluster.running_trial_of(worker)
    cluster.ctl("cancel", endless)
    assert cluster.counts(endless)["cancelled"] == 4
    check_complete(cluster, submit(cluster))


def test_second_coordinator_on_one_database_is_refused(cluster):
    cluster.start_coordinator()
    second = cluster.start("sweepd", "--listen", "127.0.0.1:0", "--database", cluster.database)
    assert second.popen.wait(timeout=60) == 1
    assert "another coordinator" in second.output()


def test_database_of_another_program_is_refused_and_left_alone(cluster):
    with sqlite3.connect(cluster.database) as database:
        database.execute("CREATE TABLE precious (value)")
    before = cluster.database.read_bytes()
    refused = cluster.start("sweepd", "--listen", "127.0.0.1:0", "--database", cluster.database)
    assert refused.popen.wait(timeout=60) == 1
    assert "another program" in refused.output()
    assert cluster.database.read_bytes() == before


def test_unreachable_coordinator_is_named_within_five_seconds(cluster):
    result = cluster.ctl_raw("list")
    assert result.returncode == 3
    assert cluster.address in result.stderr


def test_trial_of_a_sweep_is_the_one_that_train_local_trains(cluster):
    cluster.start_coordinator()
    cluster.start_worker()
    sweep = submit(cluster, long_sweep(100))
    cluster.wait_until_ended(sweep)
    trial = cluster.ctl("trials", sweep)[0]
    arguments = [f"--{name}={str(value).lower() if isinstance(value, bool) else value}"
                 for name, value in trial["parameters"].items()]
    local = Process(cluster.folder, "train_local", "--json", "--device=cpu",
                    f"--seed={trial['seed']}", *arguments)
    assert local.popen.wait(timeout=120) == 0, local.output()
    history = {
        (step, metric): value
        for step, metric, value in query(
            cluster,
            f"SELECT step, metric, value FROM learning_curves WHERE trial_id = {trial['id']}",
        )
    }
    first = json.loads(local.output().splitlines()[0])
    assert first["step"] == 0
    assert first["test_loss"] == history[(0, "test_loss")]
