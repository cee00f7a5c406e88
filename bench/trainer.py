"""Measures training beside a PyTorch reference, and prints a JSON line per scenario.

The two take turns on the same machine, so that its load is the same for both: a ratio is that of
medians. bench/reference/train.py says what the reference computes, and what its styles are.
On a CPU each has one thread. With --device cuda:N other scenarios run, which deploy/gpu_check.sh
does.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(os.environ.get("PATHSWEEP_BIN_DIR", ROOT / "build/release/bin"))
CONFIGS = {
    "4x32": dict(degree=2, length=4, nodes=7, depth=4, width=32, heads=2, batch_size=64),
    "6x384": dict(degree=2, length=5, nodes=50, depth=6, width=384, heads=6, batch_size=32),
    "12x384": dict(degree=2, length=5, nodes=50, depth=12, width=384, heads=6, batch_size=256),
}
# Steps that take a second or two.
STEPS = {"4x32": 150, "6x384": 3, "12x384": 3}
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def options(config):
    return [f"--{name}={value}" for name, value in config.items()]


def start_ours(config, evaluations, steps, device="cpu", seeds=1):
    """A run of train_local that says its speed so many times, for each seed."""
    return subprocess.Popen(
        [BIN / "train_local", "--json", f"--device={device}", "--threads=1", "--test_samples=1",
         f"--seeds={seeds}", f"--eval_every={steps}", f"--steps={steps * evaluations}",
         *options(config)],
        stdout=subprocess.PIPE, text=True, env=ENVIRONMENT,
    )


def speeds(process):
    output, _ = process.communicate()
    if process.returncode != 0:
        sys.exit(f"train_local ended with {process.returncode}")
    lines = [json.loads(line) for line in output.splitlines()]
    return [line["samples_per_second"] for line in lines if "samples_per_second" in line]


def steps_in(name, seconds, **how):
    """As many steps as take so long, by a short run that warms up too."""
    # Of two evaluations, the second is without what happens once.
    speed = speeds(start_ours(CONFIGS[name], 2, STEPS[name], **how))[-1]
    return max(1, round(seconds * speed / CONFIGS[name]["batch_size"]))


def ours(name, seconds):
    return speeds(start_ours(CONFIGS[name], 1, steps_in(name, seconds)))[0]


def reference(name, style, seconds, device="cpu"):
    output = subprocess.run(
        [sys.executable, ROOT / "bench/reference/train.py", f"--style={style}",
         f"--device={device}", f"--seconds={seconds}", *options(CONFIGS[name])],
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


def steady_speeds(process, seeds):
    """Of each seed, without the first evaluation's, in which the step was recorded."""
    return speeds(process)[seeds:]


def fused(arguments):
    """32 small trials as one model, beside one after another, on the same device."""
    device, seeds = arguments.device, 32
    alone, together = [], []
    for _ in range(arguments.rounds):
        steps = steps_in("4x32", arguments.seconds, device=device)
        alone += steady_speeds(start_ours(CONFIGS["4x32"], 2, steps, device), 1)
        steps = steps_in("4x32", arguments.seconds, device=device, seeds=seeds)
        together.append(sum(steady_speeds(
            start_ours(CONFIGS["4x32"], 2, steps, device, seeds), seeds)))
    one, all_of_them = statistics.median(alone), statistics.median(together)
    say(scenario="fused", config="4x32", device=device, trials=seeds, one_samples_per_s=one,
        fused_samples_per_s=all_of_them, ratio=all_of_them / one)


def large(arguments):
    """One large trial in bfloat16, beside the reference in eager float16 with flash attention."""
    device = arguments.device
    config = {**CONFIGS["12x384"], "dtype": "bfloat16", "attention": "flash"}
    ours_measured, theirs = [], []
    for _ in range(arguments.rounds):
        speed = speeds(start_ours(config, 2, STEPS["12x384"], device))[-1]
        steps = max(1, round(arguments.seconds * speed / config["batch_size"]))
        ours_measured += steady_speeds(start_ours(config, 2, steps, device), 1)
        theirs.append(reference("12x384", "half", arguments.seconds, device))
    mine, other = statistics.median(ours_measured), statistics.median(theirs)
    say(scenario="large", config="12x384", device=device, ours_samples_per_s=mine,
        reference_samples_per_s=other, ratio=mine / other)


def utilization(device):
    """Percent of the last moments in which the GPU computed, as its driver says."""
    import torch  # which numbers the GPUs as the trainer does

    uuid = torch.cuda.get_device_properties(device).uuid
    said = subprocess.run(
        ["nvidia-smi", f"--id=GPU-{uuid}", "--query-gpu=utilization.gpu",
         "--format=csv,noheader,nounits"], check=True, capture_output=True, text=True).stdout
    return int(said)


def idle(arguments):
    """The share of time in which the GPU computes nothing, by nvidia-smi, once training is steady."""
    device = arguments.device
    if not device.startswith("cuda:"):
        sys.exit(f"idle is measured on a GPU, not on {device}")
    steps = steps_in("4x32", 10 + 3 * arguments.seconds, device=device, seeds=32)
    process = start_ours(CONFIGS["4x32"], 1, steps, device, 32)
    time.sleep(10)  # past start-up and recording
    busy = []
    while process.poll() is None and len(busy) < 10 * arguments.seconds:
        busy.append(utilization(device))
        time.sleep(0.2)
    process.communicate()
    say(scenario="idle", config="4x32", device=device, trials=32, readings=len(busy),
        idle_share=1 - statistics.mean(busy) / 100 if busy else None)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    on_cpu = {
        **{name: lambda arguments, name=name: against_reference(name, arguments)
           for name in ("4x32", "6x384")},
        "steady": steady,
        "two_workers": two_workers,
    }
    on_gpu = {"fused": fused, "large": large, "idle": idle}
    scenarios = {**on_cpu, **on_gpu}
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO",
                        help=f"on a CPU {', '.join(on_cpu)}, on a GPU {', '.join(on_gpu)}; if "
                             "none is named, all that are of the device's kind")
    parser.add_argument("--device", default="cpu", help="cpu or cuda:N")
    parser.add_argument("--seconds", type=float, default=5, help="of one measurement")
    parser.add_argument("--rounds", type=int, default=5, help="in which all take turns")
    parser.add_argument("--steady-seconds", type=float, default=120)
    arguments = parser.parse_args()
    if arguments.device != "cpu" and set(arguments.scenarios) & set(on_cpu):
        parser.error(f"{', '.join(on_cpu)} are measured on the CPU")
    usual = on_cpu if arguments.device == "cpu" else on_gpu
    for name in arguments.scenarios or usual:
        if name not in scenarios:
            parser.error(f"unknown scenario {name}; there are {', '.join(scenarios)}")
        scenarios[name](arguments)


if __name__ == "__main__":
    main()
