"""Trials that a worker trains as one model have the numbers that each has alone."""

import pytest

from processes import measured, undisturbed, wait_until

SETTINGS = {
    "degree": 2, "length": 4, "nodes": 7, "depth": 1, "width": 16, "batch_size": 16, "steps": 400,
    "test_samples": 64, "eval_every": 20,
}
OBJECTIVES = ["standard", "reverse", "teacherless"]


def submit(cluster, **other):
    lines = ["method: grid", "parameters:", f"  objective: {{values: {OBJECTIVES}}}"]
    lines += [f"  {name}: {{value: {value}}}" for name, value in {**SETTINGS, **other}.items()]
    lines += ["seeds: 2", "lease_seconds: 5", "checkpoint_seconds: 0.1"]
    (cluster.folder / "sweep.yaml").write_text("\n".join(lines))
    return cluster.ctl("submit", "sweep.yaml")["sweep"]


def start_fusing_worker(cluster):
    return cluster.start_worker("--slots", "4", "--fuse", "4")


def assert_same(fused, alone):
    """Equal before the first step; then apart by rounding, which every step makes a little larger."""
    fused, alone = ({(step, metric): value for step, metric, value in run} for run in (fused, alone))
    assert fused.keys() == alone.keys()
    for (step, metric), value in alone.items():
        tolerance = 0 if step == 0 else 0.01 if metric.endswith("_loss") else 0.07
        assert fused[step, metric] == pytest.approx(value, abs=tolerance), (step, metric)


def test_fused_trials_survive_their_worker_and_are_those_of_single_runs(cluster):
    cluster.start_coordinator()
    victim = start_fusing_worker(cluster)
    sweep = submit(cluster)
    folder = cluster.folder / "results.db-checkpoints"
    wait_until(lambda: list(folder.glob("*.checkpoint")), "no checkpoint comes")
    victim.kill()
    heir = start_fusing_worker(cluster)
    assert cluster.wait_until_ended(sweep)["succeeded"] == 6
    assert "4 trials of one shape train together" in victim.output()
    assert "goes on after step" in heir.output()
    for trial in cluster.ctl("trials", sweep):
        settings = {**SETTINGS, "objective": trial["parameters"]["objective"]}
        assert_same(measured(cluster.ctl("trial", trial["id"])),
                    undisturbed(settings, trial["seed"]))


def test_a_worker_finds_by_measuring_how_many_trials_it_can_train(cluster):
    cluster.start_coordinator()
    worker = cluster.start_worker("--fuse", "8")
    # Long enough for the first trial that the others come while it trains.
    sweep = submit(cluster, steps=4000, eval_every=1000)
    assert cluster.wait_until_ended(sweep)["succeeded"] == 6
    for trials in (2, 4, 6):  # at most twice as many as were measured
        assert f"{trials} trials of one shape train together" in worker.output()
    [trial, *_] = cluster.ctl("trials", sweep)
    [attempt] = cluster.ctl("trial", trial["id"])["attempts"]
    assert attempt["execution"] == "attention: this program's kernel"
    assert attempt["energy_joules"] is None
