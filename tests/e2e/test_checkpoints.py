"""A trial whose worker died goes on from its last checkpoint, and gives the same numbers."""

import re
import signal
import sqlite3
import time
from pathlib import Path

from processes import measured, undisturbed, wait_until

SETTINGS = {
    "objective": "reverse", "lr": 1e-3, "degree": 2, "length": 3, "nodes": 5, "depth": 1,
    "width": 16, "batch_size": 16, "steps": 2500, "test_samples": 64, "eval_every": 50,
}
SEED = 3


def submit(cluster, **keys):
    lines = ["method: grid", "parameters:"]
    lines += [f"  {name}: {{value: {value}}}" for name, value in SETTINGS.items()]
    lines += [f"seeds: [{SEED}]", "lease_seconds: 5"] + [f"{key}: {value}" for key, value in keys.items()]
    (cluster.folder / "sweep.yaml").write_text("\n".join(lines))
    return cluster.ctl("submit", "sweep.yaml")["sweep"]


def checkpoints(cluster):
    return list((cluster.folder / "results.db-checkpoints").glob("*.checkpoint"))


def test_a_killed_workers_trial_goes_on_from_its_checkpoint_with_the_same_numbers(cluster):
    coordinator = cluster.start_coordinator()
    victim = cluster.start_worker()
    sweep = submit(cluster, checkpoint_seconds=0.1)
    wait_until(lambda: checkpoints(cluster), "no checkpoint comes")
    victim.kill()
    coordinator.kill()  # the checkpoint outlives that too
    cluster.start_coordinator()
    heir = cluster.start_worker()
    counts = cluster.wait_until_ended(sweep)
    assert counts["succeeded"] == 1
    trial = cluster.ctl("trial", 1)
    assert trial["attempt"] == 2
    [step] = re.findall(r"goes on after step (\d+)", heir.output())
    assert 0 < int(step) < SETTINGS["steps"]
    assert measured(trial) == undisturbed(SETTINGS, SEED)
    wait_until(lambda: not checkpoints(cluster), "the checkpoint of an ended trial stays")


def test_a_damaged_checkpoint_costs_time_alone(cluster):
    coordinator = cluster.start_coordinator()
    victim = cluster.start_worker()
    sweep = submit(cluster, checkpoint_seconds=0.1)
    [file] = wait_until(lambda: checkpoints(cluster), "no checkpoint comes")
    victim.kill()
    coordinator.kill()
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    cluster.start_coordinator()
    heir = cluster.start_worker()
    assert cluster.wait_until_ended(sweep)["succeeded"] == 1
    assert "trial 1 begins anew: the checkpoint is damaged" in heir.output()
    assert measured(cluster.ctl("trial", 1)) == undisturbed(SETTINGS, SEED)


def test_a_sweep_may_keep_the_end_or_the_best_or_nothing(cluster):
    def files():
        return sorted(file.name for file in (cluster.folder / "results.db-checkpoints").glob("*"))

    cluster.start_coordinator()
    cluster.start_worker()
    cluster.wait_until_ended(submit(cluster, checkpoint_seconds=0.1, keep_checkpoint="last"))
    wait_until(lambda: files() == ["1.kept"], "another one stays")
    cluster.wait_until_ended(submit(cluster, checkpoint_seconds=0))
    assert files() == ["1.kept"]
    cluster.wait_until_ended(submit(cluster, checkpoint_seconds=0, keep_checkpoint="best"))
    assert files() == ["1.kept", "3.kept"]


def wait_until_idle(worker):
    """The worker has trained all that it has."""

    def ticks():
        fields = Path(f"/proc/{worker.popen.pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    def idle():
        before = ticks()
        time.sleep(1)
        return ticks() - before < 10

    wait_until(idle, "the worker does not come to rest")


def test_what_is_to_be_kept_waits_for_a_coordinator_that_is_away(cluster):
    coordinator = cluster.start_coordinator()
    worker = cluster.start_worker()
    sweep = submit(cluster, checkpoint_seconds=0, keep_checkpoint="last")
    cluster.running_trial_of(worker)
    coordinator.kill()
    wait_until_idle(worker)
    cluster.start_coordinator()
    assert cluster.wait_until_ended(sweep)["succeeded"] == 1
    assert [f.name for f in (cluster.folder / "results.db-checkpoints").glob("*")] == ["1.kept"]
    assert cluster.ctl("trial", 1)["attempt"] == 1


def test_a_result_is_not_lost_for_a_checkpoint_that_waits(cluster):
    coordinator = cluster.start_coordinator()
    worker = cluster.start_worker()
    sweep = submit(cluster, checkpoint_seconds=0, keep_checkpoint="last")
    cluster.running_trial_of(worker)
    coordinator.signal(signal.SIGSTOP)
    wait_until_idle(worker)
    worker.signal(signal.SIGTERM)
    time.sleep(0.5)
    coordinator.signal(signal.SIGCONT)
    assert worker.exit_code() == 0
    assert cluster.counts(sweep)["succeeded"] == 1
    assert measured(cluster.ctl("trial", 1)) == undisturbed(SETTINGS, SEED)


def test_what_an_earlier_version_kept_stays(cluster):
    data = Path(__file__).resolve().parents[1] / "data/results_v4.sql"
    with sqlite3.connect(cluster.database) as database:
        database.executescript(data.read_text())
        database.execute(
            "UPDATE sweeps SET spec = json_set(spec, '$.keep_checkpoints', json('true'))")
    folder = cluster.folder / "results.db-checkpoints"
    folder.mkdir()
    (folder / "1.checkpoint").write_text("of an ended trial")
    cluster.start_coordinator()
    result = cluster.ctl_raw("inspect", 1)
    assert "the checkpoint cannot be read" in result.stderr, "it was found, and is no checkpoint"
    assert [file.name for file in folder.glob("*")] == ["1.checkpoint"]
