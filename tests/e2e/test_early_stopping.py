"""Early stopping with real training: rungs at which trials pause, over a restart of the coordinator."""

import sqlite3

from processes import wait_until

SPACE = """
method: grid
parameters:
  objective: {value: reverse}
  lr: {values: [1e-4, 3e-4, 1e-3, 3e-3]}
  depth: {value: 1}
  width: {value: 16}
  heads: {value: 2}
  length: {value: 3}
  nodes: {value: 6}
  batch_size: {value: 8}
  steps: {value: 80}
  eval_every: {value: 10}
  test_samples: {value: 64}
metric: {name: test_loss, goal: minimize}
seeds: 2
"""
HYPERBAND = "early_terminate: {type: hyperband, min_iter: 2, eta: 2}\n"


def submit(cluster, name, text):
    (cluster.folder / f"{name}.yaml").write_text(text)
    return cluster.ctl("submit", f"{name}.yaml")["sweep"]


def wait_until_finished(cluster, sweep):
    wait_until(lambda: cluster.ctl("show", sweep)["state"] == "finished", f"{sweep} does not end")


def curves(cluster, sweep):
    """What each trial has measured but for its speed, by config and seed."""
    with sqlite3.connect(cluster.database) as database:
        rows = database.execute(
            "SELECT config, seed, metric, step, value FROM learning_curves "
            "WHERE sweep = ? AND metric <> 'samples_per_second'", (sweep,))
        result = {}
        for config, seed, metric, step, value in rows:
            result.setdefault((config, seed), {})[metric, step] = value
        return result


def test_the_best_go_on_from_their_rungs_as_if_they_had_not_paused(cluster):
    cluster.start_coordinator()
    cluster.start_worker("--slots", 2)
    sweep = submit(cluster, "halving", SPACE + HYPERBAND)
    wait_until_finished(cluster, sweep)
    trials = cluster.ctl("trials", sweep)
    stopped = [trial for trial in trials if trial["state"] == "stopped"]
    whole = [trial for trial in trials if trial["state"] == "succeeded"]
    # Who is among the best depends on who is there first, but never on one seed.
    assert len(whole) >= 2 and len(stopped) >= 2 and len(whole) + len(stopped) == 8
    rates = [{trial["parameters"]["lr"] for trial in some} for some in (whole, stopped)]
    assert len(rates[0]) * 2 == len(whole) and not rates[0] & rates[1]
    assert {trial["reason"] for trial in stopped} == {"hyperband"}
    assert all("is not among the best" in trial["detail"] for trial in stopped)
    assert [attempt["reason"] for attempt in cluster.ctl("trial", whole[0]["id"])["attempts"]] == [
        "paused", "paused", "completed"]
    stops = cluster.ctl("show", sweep)["early_stops"]["hyperband"]
    assert (stops["trials"], stops["steps_whole"]) == (len(stopped), len(stopped) * 80)
    assert 20 * len(stopped) <= stops["steps_taken"] <= 40 * len(stopped)

    straight = submit(cluster, "straight", SPACE)
    wait_until_finished(cluster, straight)
    expected = curves(cluster, straight)
    for key, measured in curves(cluster, sweep).items():
        assert measured == {at: expected[key][at] for at in measured}, key
    cells = cluster.ctl("table", sweep)
    assert sum(cell["stopped"] for cell in cells) == len(stopped)
    assert "2 stopped early" in cluster.ctl_raw("table", sweep).stdout


def test_rungs_outlive_the_coordinator(cluster):
    coordinator = cluster.start_coordinator()
    cluster.start_worker("--slots", 1)
    sweep = submit(cluster, "halving", SPACE + HYPERBAND)
    wait_until(lambda: cluster.counts(sweep)["paused"] > 2, "nothing pauses")
    coordinator.kill()
    cluster.start_coordinator()
    wait_until_finished(cluster, sweep)
    counts = cluster.counts(sweep)
    assert counts["succeeded"] >= 2 and counts["stopped"] >= 2
    assert counts["succeeded"] + counts["stopped"] == 8


def test_a_running_trial_is_stopped_and_says_why(cluster):
    cluster.start_coordinator()
    cluster.start_worker("--slots", 2)
    text = SPACE.replace("steps: {value: 80}", "steps: {value: 200000}")
    sweep = submit(cluster, "flat", text.replace("seeds: 2", "seeds: 1")
                   + "early_terminate: {type: plateau, patience: 2, min_delta: 1000}\n")
    wait_until_finished(cluster, sweep)
    trials = cluster.ctl("trials", sweep)
    assert {trial["state"] for trial in trials} == {"stopped"}
    assert {trial["reason"] for trial in trials} == {"plateau"}
    trial = cluster.ctl("trial", trials[0]["id"])
    assert "2 evaluations ago" in trial["detail"]
    assert trial["attempts"][0]["reason"] == "plateau"
    assert max(one["step"] for one in trial["history"]) < 100000
