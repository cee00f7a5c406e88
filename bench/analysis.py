"""How long questions to a large sweep take: bench/run.sh analysis [--trials N] [--keep FILE]

A grid whose trials have all ended, written straight into the database of a coordinator that then
serves it: 2 objectives x 5 depths x 10 widths x 10 batch sizes, as many learning rates as are
needed, 10 seeds. Three metrics, two evaluations each. Prints a JSON line per question: seconds of
the whole `sweepctl` process, the fastest of three.
"""
import argparse
import json
import os
import sqlite3
import tempfile
import time
from pathlib import Path

import numpy as np
from control_plane import Coordinator

SEEDS = 10
AXES = {
    "objective": ["standard", "reverse"],
    "depth": [1, 2, 3, 4, 6],
    "width": [32, 64, 96, 128, 160, 192, 224, 256, 320, 384],
    "batch_size": [4, 8, 16, 32, 48, 64, 96, 128, 192, 256],
}
FILE = """
name: large
method: grid
parameters:
  objective: {{values: {objective}}}
  depth: {{values: {depth}}}
  width: {{values: {width}}}
  batch_size: {{values: {batch_size}}}
  lr: {{values: {lr}}}
seeds: {seeds}
claims:
  standard_fails: {{where: {{objective: standard}}, at_most: 1/degree + 0.05}}
  reverse_solves: {{where: {{objective: reverse}}, at_least: 0.95}}
  gap: {{compare: [reverse, standard], over: objective, difference_at_least: 0.3}}
"""
QUESTIONS = {
    "table": ["table", "large"],
    "table_by_two": ["table", "large", "--rows", "depth", "--cols", "objective"],
    "table_of_loss": ["table", "large", "--rows", "depth,width", "--metric", "test_loss"],
    "claims": ["claims", "large"],
    "curves": ["curves", "large", "--by", "objective"],
    "compare": ["compare", "large", "objective=reverse", "objective=standard"],
}


def outcomes(rng, objective, lr):
    """exact_match of each trial: reverse solves but at the highest rates, standard does not."""
    solves = np.where(objective == 1, lr < 0.8, lr < 0.02)
    return np.clip(np.where(solves, 0.99, 0.5) + rng.normal(0, 0.03, len(lr)), 0, 1)


def fill(database, rates):
    """Trials in their order: seeds outermost, then the axes, the last one fastest."""
    rng = np.random.default_rng(7)
    sizes = [*(len(values) for values in AXES.values()), len(rates)]
    configs = int(np.prod(sizes))
    digits = np.unravel_index(np.arange(configs), sizes)
    columns = [np.array(values, dtype=object)[digit]
               for values, digit in zip([*AXES.values(), rates], digits, strict=True)]
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        [(sweep, first)] = connection.execute("SELECT id, first_trial FROM sweeps")
        connection.executemany("INSERT INTO metrics (name, lowest, highest) VALUES (?, ?, ?)", [
            ("exact_match", 0, 1), ("token_accuracy", 0, 1), ("test_loss", 0, 1e308)])
        for index in range(SEEDS):
            ids = range(first + index * configs, first + (index + 1) * configs)
            connection.executemany(
                "INSERT INTO trials (id, sweep_id, config, seed, state, attempt, worker, reason, "
                f"{', '.join(AXES)}, lr) VALUES (?, {sweep}, ?, {index + 1}, 'succeeded', 1, 'w', "
                "'finished', ?, ?, ?, ?, ?)", zip(ids, range(configs), *columns, strict=True))
            match = outcomes(rng, digits[0], digits[-1] / len(rates))
            connection.executemany(
                "INSERT INTO measurements (trial_id, metric_id, step, value) VALUES (?, ?, ?, ?)",
                ((trial, metric, step, value)
                 for trial, final in zip(ids, match.tolist(), strict=True)
                 for metric, value in ((1, final), (2, final), (3, 1 - final))
                 for step in (0, 1000)))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=1_000_000)
    parser.add_argument("--keep", help="leave the database in this folder")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as temporary:
        folder = Path(arguments.keep or temporary)
        coordinator = Coordinator(folder, None)
        fresh = not coordinator.database.exists()
        coordinator.start()
        if fresh:
            combinations = int(np.prod([len(values) for values in AXES.values()]))
            rates = [(i + 1) * 1e-6 for i in range(max(2, arguments.trials // combinations // SEEDS))]
            (folder / "large.yaml").write_text(FILE.format(**AXES, lr=rates, seeds=SEEDS))
            coordinator.ctl("submit", folder / "large.yaml")
            coordinator.stop()
            fill(coordinator.database, rates)
            coordinator.start()
        for name, words in QUESTIONS.items():
            seconds = []
            for _ in range(3):
                started = time.monotonic()
                coordinator.ctl(*words)
                seconds.append(time.monotonic() - started)
            print(json.dumps({"question": name, "seconds": round(min(seconds), 3),
                              "slowest": round(max(seconds), 3)}), flush=True)
        coordinator.stop()


if __name__ == "__main__":
    main()
