"""Measures training on CPU threads beside a PyTorch reference, and prints a JSON line per scenario.

The two take turns on the same machine, so that its load is the same for both: a ratio is that of
medians. bench/reference/train.py says what the reference computes, and what its styles are.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / "build/release/bin"
CONFIGS = {
    "4x32": dict(degree=2, length=4, nodes=7, depth=4, width=32, heads=2, batch_size=64),
    "6x384": dict(degree=2, length=5, nodes=50, depth=6, width=384, heads=6, batch_size=32),
}
# Steps that take a second or two.
STEPS = {"4x32": 150, "6x384": 3}
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def options(config):
    return [f"--{name}={value}" for name, value in config.items()]


def start_ours(config, evaluations, steps):
    """A run of train_local that says its speed so many times."""
    return subprocess.Popen(
        [BIN / "train_local", "--json", "--device=cpu", "--threads=1", "--test_samples=1",
         f"--eval_every={steps}", f"--steps={steps * evaluations}", *options(config)],
        stdout=subprocess.PIPE, text=True, env=ENVIRONMENT,
    )


def speeds(process):
    output, _ = process.communicate()
    if process.returncode != 0:
        sys.exit(f"train_local ended with {process.returncode}")
    lines = [json.loads(line) for line in output.splitlines()]
    return [line["samples_per_second"] for line in lines if "samples_per_second" in line]


def steps_in(name, seconds):
    """As many steps as take so long, by a short run that warms up too."""
    [speed] = speeds(start_ours(CONFIGS[name], 1, STEPS[name]))
    return max(1, round(seconds * speed / CONFIGS[name]["batch_size"]))


def ours(name, seconds):
    return speeds(start_ours(CONFIGS[name], 1, steps_in(name, seconds)))[0]


def reference(name, style, seconds):
    output = subprocess.run(
        [sys.executable, ROOT / "bench/reference/train.py", f"--style={style}",
         f"--seconds={seconds}", *options(CONFIGS[name])],
        check=True, capture_output=True, text=True, env=ENVIRONMENT,
    ).stdout
    return json.loads(output)["samples_per_second"]


def say(**values):
    print(json.dumps({name: round(value, 3) if isinstance(value, float) else value
                      for name, value in values.items()}), flush=True)


def against_reference(name, arguments):
    measured = {"ours": [], "plain": [], "fused": []}
    for _ in range(arguments.rounds):
        measured["ours"].append(ours(name, arguments.seconds))
        for style in ("plain", "fused"):
            measured[style].append(reference(name, style, arguments.seconds))
    median = {what: statistics.median(values) for what, values in measured.items()}
    say(config=name, ours_samples_per_s=median["ours"],
        reference_samples_per_s=median["plain"], ratio=median["ours"] / median["plain"],
        fused_reference_samples_per_s=median["fused"],
        ratio_to_fused=median["ours"] / median["fused"])


def steady(arguments):
    """Does throughput sink over a run? The last tenth beside the first."""
    tenth = steps_in("4x32", arguments.steady_seconds / 10)
    tenths = speeds(start_ours(CONFIGS["4x32"], 10, tenth))
    say(scenario="steady", config="4x32", seconds=arguments.steady_seconds,
        samples_per_s=[round(tenth) for tenth in tenths], last_over_first=tenths[-1] / tenths[0])


def two_workers(arguments):
    """Two processes of one thread each beside one."""
    steps = steps_in("4x32", arguments.seconds)
    alone, together = [], []
    for _ in range(arguments.rounds):
        alone += speeds(start_ours(CONFIGS["4x32"], 1, steps))
        both = [start_ours(CONFIGS["4x32"], 1, steps) for _ in range(2)]
        together.append(sum(speeds(process)[0] for process in both))
    one, two = statistics.median(alone), statistics.median(together)
    say(scenario="two_workers", config="4x32", one_samples_per_s=one, two_samples_per_s=two,
        ratio=two / one)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    scenarios = {
        **{name: lambda arguments, name=name: against_reference(name, arguments)
           for name in CONFIGS},
        "steady": steady,
        "two_workers": two_workers,
    }
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO",
                        help=f"of {', '.join(scenarios)}; all if none is named")
    parser.add_argument("--seconds", type=float, default=5, help="of one measurement")
    parser.add_argument("--rounds", type=int, default=5, help="in which all take turns")
    parser.add_argument("--steady-seconds", type=float, default=120)
    arguments = parser.parse_args()
    for name in arguments.scenarios or scenarios:
        if name not in scenarios:
            parser.error(f"unknown scenario {name}; there are {', '.join(scenarios)}")
        scenarios[name](arguments)


if __name__ == "__main__":
    main()
