"""Searches beside each other, in one run: bench/run.sh search [tpe|gp|falsify] [--runs N]

tpe, gp  the best value after 100 trials on six standard functions, and Optuna's multivariate TPE
falsify  trials until a counterexample is confirmed, on made-up surfaces, and points at random

Prints a JSON line per function or surface; 50 runs by default, with the seeds from 1 on.
"""
import argparse
import json
import math
import os
import statistics
import subprocess
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from scipy.stats import mannwhitneyu

BIN = Path(os.environ.get("PATHSWEEP_BIN_DIR", Path(__file__).parents[1] / "build/release/bin"))
TRIALS = 100
SCENARIOS = {"tpe", "gp", "falsify"}


def branin(x):
    a, b = 15 * x[0] - 5, 15 * x[1]
    bowl = b - 5.1 / (4 * math.pi**2) * a * a + 5 / math.pi * a - 6
    return bowl**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(a) + 10


def ackley(x):
    z = 65.536 * x - 32.768
    near = -20 * math.exp(-0.2 * math.sqrt((z * z).mean()))
    return near - math.exp(np.cos(2 * math.pi * z).mean()) + 20 + math.e


def rosenbrock(x):
    z = 15 * x - 5
    return (100 * (z[1:] - z[:-1] ** 2) ** 2 + (1 - z[:-1]) ** 2).sum()


def levy(x):
    w = 1 + (20 * x - 11) / 4
    inner = ((w[:-1] - 1) ** 2 * (1 + 10 * np.sin(math.pi * w[:-1] + 1) ** 2)).sum()
    return (math.sin(math.pi * w[0]) ** 2 + inner
            + (w[-1] - 1) ** 2 * (1 + math.sin(2 * math.pi * w[-1]) ** 2))


HEIGHTS = np.array([1, 1.2, 3, 3.2])
WIDTHS = {3: np.array([[3, 10, 30], [0.1, 10, 35], [3, 10, 30], [0.1, 10, 35]]),
          6: np.array([[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14],
                       [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]])}
MIDDLES = {3: 1e-4 * np.array([[3689, 1170, 2673], [4699, 4387, 7470], [1091, 8732, 5547],
                               [381, 5743, 8828]]),
           6: 1e-4 * np.array([[1312, 1696, 5569, 124, 8283, 5886],
                               [2329, 4135, 8307, 3736, 1004, 9991],
                               [2348, 1451, 3522, 2883, 3047, 6650],
                               [4047, 8828, 8732, 5743, 1091, 381]])}


def hartmann(x):
    away = (WIDTHS[len(x)] * (x - MIDDLES[len(x)]) ** 2).sum(1)
    return -(HEIGHTS * np.exp(-away)).sum()


# Of points of the unit cube, with as many dimensions.
FUNCTIONS = {"branin": (branin, 2), "hartmann3": (hartmann, 3), "hartmann6": (hartmann, 6),
             "rosenbrock4": (rosenbrock, 4), "levy4": (levy, 4), "ackley5": (ackley, 5)}


def best_of_pathsweep(method, function, dimensions, seed):
    driver = subprocess.Popen(
        [BIN / "search_driver", f"--method={method}", f"--dimensions={dimensions}", f"--seed={seed}"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with driver:
        best = math.inf
        for _ in range(TRIALS):
            loss = float(function(np.array([float(x) for x in driver.stdout.readline().split()])))
            best = min(best, loss)
            driver.stdin.write(f"{loss}\n")
            driver.stdin.flush()
    return best


def best_of_optuna(function, dimensions, seed):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with warnings.catch_warnings(action="ignore"):
        sampler = optuna.samplers.TPESampler(multivariate=True, seed=seed)
    study = optuna.create_study(sampler=sampler)
    study.optimize(
        lambda trial: float(function(np.array(
            [trial.suggest_float(f"x{i}", 0, 1) for i in range(dimensions)]))),
        n_trials=TRIALS)
    return study.best_value


def spread(values):
    low, middle, high = np.percentile(values, [25, 50, 75])
    return {"median": round(middle, 4), "quartiles": [round(low, 4), round(high, 4)]}


def compare_best(method, name, seeds):
    function, dimensions = FUNCTIONS[name]
    started = time.monotonic()
    ours = [best_of_pathsweep(method, function, dimensions, seed) for seed in seeds]
    between = time.monotonic()
    optunas = [best_of_optuna(function, dimensions, seed) for seed in seeds]
    ended = time.monotonic()
    # Small if ours are worse than by luck.
    p_worse = mannwhitneyu(ours, optunas, alternative="greater").pvalue
    return {"bench": method, "function": name, "dimensions": dimensions, "trials": TRIALS,
            "runs": len(seeds), "pathsweep": spread(ours), "optuna": spread(optunas),
            "p_worse": round(float(p_worse), 4),
            "seconds": {"pathsweep": round(between - started, 1),
                        "optuna": round(ended - between, 1)}}


def trials_to_counterexample(method, surface, seed):
    output = subprocess.run(
        [BIN / "falsify_bench", f"--method={method}", f"--surface={surface}", f"--seed={seed}"],
        check=True, capture_output=True, text=True).stdout
    return json.loads(output)["trials"]


def compare_falsify(surface, seeds):
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found, at_random = (
            list(pool.map(lambda seed: trials_to_counterexample(method, surface, seed), seeds))
            for method in ("falsify", "random"))
    return {"bench": "falsify", "surface": surface, "runs": len(seeds), "falsify": spread(found),
            "random": spread(at_random),
            "fewer": round(statistics.median(at_random) / statistics.median(found), 2)}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenarios", nargs="*", help="tpe, gp, falsify (default: all)")
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--first-seed", type=int, default=1, help="of as many as there are runs")
    options = parser.parse_args()
    seeds = range(options.first_seed, options.first_seed + options.runs)
    unknown = set(options.scenarios) - SCENARIOS
    if unknown:
        parser.error(f"no scenario {', '.join(sorted(unknown))}; there are tpe, gp and falsify")
    scenarios = options.scenarios or SCENARIOS
    for method in ("tpe", "gp"):
        for name in FUNCTIONS if method in scenarios else ():
            print(json.dumps(compare_best(method, name, seeds)), flush=True)
    if "falsify" in scenarios:
        for surface in ("slope", "plateau"):
            print(json.dumps(compare_falsify(surface, seeds)), flush=True)


if __name__ == "__main__":
    main()
