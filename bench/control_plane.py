"""Measures the coordinator: real gRPC on loopback, a real SQLite file, every answer after commit.

Prints one JSON line per scenario. What was acknowledged is counted in the database afterwards,
and a scenario whose database lacks any of it fails.
"""

import argparse
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

BIN = Path(__file__).resolve().parent.parent / "build/release/bin"
REPORTS_PER_TRIAL = 10

GRID = """
method: grid
parameters:
  lr: {{values: [{values}]}}
seeds: {seeds}
"""


def pinned(cpus):
    return (lambda: os.sched_setaffinity(0, cpus)) if cpus else None


class Coordinator:
    """A sweepd of its own in a folder of its own."""

    def __init__(self, folder, cpus):
        self.folder, self.cpus = Path(folder), cpus
        self.database = self.folder / "results.db"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{probe.getsockname()[1]}"

    def start(self):
        """Returns the seconds until it served."""
        started = time.monotonic()
        self.log = open(self.folder / "sweepd.log", "w+")
        self.process = subprocess.Popen(
            [BIN / "sweepd", "--listen", self.address, "--database", self.database],
            stderr=self.log, preexec_fn=pinned(self.cpus),
        )
        while "serving on" not in (self.folder / "sweepd.log").read_text():
            if self.process.poll() is not None:
                raise RuntimeError((self.folder / "sweepd.log").read_text())
            time.sleep(0.002)
        return time.monotonic() - started

    def submit(self, trials):
        """A sweep of about so many trials. Returns the seconds that `sweepctl submit` took."""
        grid = self.folder / "grid.yaml"
        values = min(trials, 100)
        grid.write_text(GRID.format(
            values=", ".join(f"{i}e-5" for i in range(1, values + 1)), seeds=trials // values))
        started = time.monotonic()
        self.ctl("submit", grid)
        return time.monotonic() - started

    def ctl(self, *arguments):
        return subprocess.run([BIN / "sweepctl", "--server", self.address, *arguments],
                              check=True, capture_output=True, text=True).stdout

    def status(self, field):
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"^{field}:\s+(\d+) kB", text, re.M).group(1)) / 1024

    def stop(self):
        """Returns the commits that it counted."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)
        return int(re.search(r"(\d+) commits", (self.folder / "sweepd.log").read_text()).group(1))

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stored(self):
        with sqlite3.connect(self.database) as database:
            [(ended,)] = database.execute("SELECT count(*) FROM trials WHERE state = 'succeeded'")
            [(reports,)] = database.execute("SELECT count(*) FROM measurements")
            return ended, reports


def load(coordinator, cpus, command, *options):
    """Runs simulated workers; yields what each interval acknowledged."""
    process = subprocess.Popen(
        [BIN / "control_plane_load", command, "--coordinator", coordinator.address,
         "--reports", str(REPORTS_PER_TRIAL), *map(str, options)],
        stdout=subprocess.PIPE, text=True, preexec_fn=pinned(cpus),
    )
    for line in process.stdout:
        yield json.loads(line)
    if process.wait() != 0:
        raise RuntimeError("the load ended early")


def report(scenario, measured, coordinator, **more):
    rss = coordinator.status("VmHWM")
    commits = coordinator.stop()
    ended, reports = coordinator.stored()
    if ended < measured["trials"] or reports < measured["reports"]:
        sys.exit(f"{scenario}: {measured} was acknowledged, {ended} trials and {reports} are stored")
    print(json.dumps({
        "scenario": scenario,
        **{name: round(measured[name], 3)
           for name in ("trials_per_s", "reports_per_s", "p50_ms", "p99_ms")},
        "rss_mb": round(rss, 1),
        "commits_per_s": round(commits / measured["seconds"], 1),
        **more,
    }), flush=True)


def one_core(folder, seconds):
    """16 clients, every report a message of its own, all on one core."""
    core = {min(os.sched_getaffinity(0))}
    coordinator = Coordinator(folder, core)
    coordinator.start()
    coordinator.submit(1_000_000)
    [measured] = load(coordinator, core, "throughput", "--seconds", seconds)
    report("one_core", measured, coordinator)


def batched(folder, seconds):
    """16 clients that report 64 whole trials in a message, on two cores."""
    coordinator = Coordinator(folder, None)
    coordinator.start()
    coordinator.submit(5_000_000)
    [measured] = load(coordinator, None, "throughput", "--seconds", seconds,
                      "--slots", 64, "--per-message", REPORTS_PER_TRIAL)
    report("batched", measured, coordinator)


def million(folder, trials):
    """A grid of a million trials over 1,000 workers; then the coordinator is killed."""
    coordinator = Coordinator(folder, None)
    coordinator.start()
    submit = coordinator.submit(trials)
    lists = []
    done = threading.Event()

    def list_meanwhile():
        while not done.wait(1):
            started = time.monotonic()
            coordinator.ctl("list")
            lists.append(time.monotonic() - started)

    watcher = threading.Thread(target=list_meanwhile)
    watcher.start()
    try:
        tenths = list(load(coordinator, None, "throughput", "--seconds", 600, "--workers", 1000,
                           "--slots", 8, "--per-message", REPORTS_PER_TRIAL,
                           "--trials", trials, "--interval", trials // 10))
    finally:
        done.set()
        watcher.join()
    seconds = sum(tenth["seconds"] for tenth in tenths)
    whole = {name: sum(tenth[name] for tenth in tenths) for name in ("trials", "reports")}
    measured = {**whole, "seconds": seconds, "trials_per_s": whole["trials"] / seconds,
                "reports_per_s": whole["reports"] / seconds,
                "p50_ms": sorted(tenth["p50_ms"] for tenth in tenths)[len(tenths) // 2],
                "p99_ms": max(tenth["p99_ms"] for tenth in tenths)}
    rss = coordinator.status("VmHWM")
    coordinator.kill()
    started = time.monotonic()
    coordinator.start()
    coordinator.ctl("list")  # the first request waits for the state to be loaded
    restart = time.monotonic() - started
    lists.sort()
    report("million", measured, coordinator,
           commits_per_s=None,  # it was killed, and could not say
           rss_before_restart_mb=round(rss, 1),
           submit_ms=round(1e3 * submit, 1),
           tenths_per_s=[round(tenth["trials_per_s"]) for tenth in tenths],
           last_tenth_over_first=round(tenths[-1]["trials_per_s"] / tenths[0]["trials_per_s"], 3),
           restart_s=round(restart, 3),
           list_p50_ms=round(1e3 * lists[len(lists) // 2], 1) if lists else None,
           list_max_ms=round(1e3 * lists[-1], 1) if lists else None)


def idle_start(folder, starts):
    """From the submit of a sweep of one trial to its lease in an idle worker's hands."""
    coordinator = Coordinator(folder, None)
    coordinator.start()
    [measured] = load(coordinator, None, "latency", "--starts", starts)
    report("idle_start", measured, coordinator)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    scenarios = {
        "one_core": lambda folder: one_core(folder, arguments.seconds),
        "batched": lambda folder: batched(folder, arguments.seconds),
        "million": lambda folder: million(folder, arguments.trials),
        "idle_start": lambda folder: idle_start(folder, arguments.starts),
    }
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO",
                        help=f"of {', '.join(scenarios)}; all if none is named")
    parser.add_argument("--seconds", type=float, default=10, help="of one_core and batched")
    parser.add_argument("--trials", type=int, default=1_000_000, help="of million")
    parser.add_argument("--starts", type=int, default=500, help="of idle_start")
    parser.add_argument("--folder", help="where databases are written (default: build/)",
                        default=BIN.parent.parent)
    arguments = parser.parse_args()
    for name in arguments.scenarios or scenarios:
        if name not in scenarios:
            parser.error(f"unknown scenario {name}; there are {', '.join(scenarios)}")
        with tempfile.TemporaryDirectory(dir=arguments.folder, prefix="bench-") as folder:
            scenarios[name](folder)


if __name__ == "__main__":
    main()
