"""The project's programs as processes on loopback, for the end-to-end tests."""

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import time
from pathlib import Path

BIN = Path(os.environ["PATHSWEEP_BIN_DIR"])
# Sanitized programs are slower; nothing here depends on how much.
DEADLINE_SECONDS = 240

# What a busy machine may add to a time that is promised; sanitized programs promise none.
SLACK_SECONDS = float(os.environ.get("PATHSWEEP_SLACK_SECONDS", 5))


def reserve_port():
    """A free port and what reserves it among the tests that run at the same time, which may
    look for one while the coordinator is down: a socket of UDP, whose ports are others. Not of
    the range from which the system gives connections theirs: one that looks for the coordinator
    could come to sit on its port."""
    while True:
        port = random.randrange(10_000, 32_000)
        reserved = socket.socket(type=socket.SOCK_DGRAM)
        with socket.socket() as probe, contextlib.suppress(OSError):
            reserved.bind(("127.0.0.1", port))
            probe.bind(("127.0.0.1", port))
            return port, reserved
        reserved.close()


def undisturbed(parameters, seed):
    """(step, metric, value) of all that a trial measures without a coordinator."""
    options = [f"--{name}={json.dumps(value).strip(chr(34))}" for name, value in parameters.items()]
    output = subprocess.run(
        [BIN / "train_local", "--json", "--device", "cpu", "--seed", str(seed), *options],
        check=True, capture_output=True, text=True).stdout
    return {
        (evaluation["step"], metric, value)
        for evaluation in map(json.loads, output.splitlines())
        for metric, value in evaluation.items()
        if metric not in ("step", "samples_per_second")
    }


def measured(trial):
    """The same of a trial as `sweepctl trial` shows it."""
    return {
        (one["step"], one["metric"], one["value"])
        for one in trial["history"] if one["metric"] != "samples_per_second"
    }


def wait_until(condition, what):
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        result = condition()
        if result:
            return result
        time.sleep(0.05)
    raise AssertionError(f"after {DEADLINE_SECONDS} s: {what}")


class Process:
    """A program that runs until the test ends it; its output goes to a log file."""

    def __init__(self, folder, name, *arguments):
        self.log = folder / f"{name}-{time.monotonic_ns()}.log"
        with open(self.log, "w") as log:
            self.popen = subprocess.Popen(
                [BIN / name, *map(str, arguments)], stdout=log, stderr=log, cwd=folder
            )

    def kill(self):
        self.popen.kill()
        self.popen.wait()

    def signal(self, number):
        self.popen.send_signal(number)

    def exit_code(self):
        return self.popen.wait(timeout=DEADLINE_SECONDS)

    def terminate(self):
        """SIGTERM; the exit code."""
        self.signal(signal.SIGTERM)
        return self.exit_code()

    def output(self):
        return self.log.read_text()


class Cluster:
    """A coordinator on one port and database, and workers."""

    def __init__(self, folder):
        self.folder = folder
        port, self.reserved_port = reserve_port()
        self.address = f"127.0.0.1:{port}"
        self.database = folder / "results.db"
        self.processes = []

    def start(self, name, *arguments):
        process = Process(self.folder, name, *arguments)
        self.processes.append(process)
        return process

    def start_coordinator(self, *arguments):
        coordinator = self.start(
            "sweepd",
            *("--listen", self.address, "--database", self.database),
            *(arguments or ("--lease-seconds", 20, "--reconnect-seconds", 2)),
        )
        wait_until(lambda: "serving on" in coordinator.output(), "sweepd does not serve")
        return coordinator

    def start_worker(self, *arguments):
        return self.start(
            "sweep-worker", "--coordinator", self.address, "--device", "cpu", *arguments
        )

    def ctl(self, *arguments, code=0):
        """What sweepctl prints, as JSON; fails unless it exits with `code`."""
        result = self.ctl_raw(*arguments, "--output", "json")
        assert result.returncode == code, result.stderr
        return json.loads(result.stdout) if code == 0 else result.stderr

    def ctl_raw(self, *arguments):
        return subprocess.run(
            [BIN / "sweepctl", "--server", self.address, *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=self.folder,
            timeout=DEADLINE_SECONDS,
        )

    def counts(self, sweep):
        return self.ctl("show", sweep)["trials"]

    def wait_until_ended(self, sweep):
        def ended():
            counts = self.counts(sweep)
            return counts if counts["pending"] + counts["running"] == 0 else None

        return wait_until(ended, f"sweep {sweep} does not end")

    def running_trial_of(self, worker):
        """A trial that the worker process trains and has measured at least once."""

        def measured():
            for trial in self.ctl("trials", self.ctl("list")[0]["name"]):
                if trial["state"] == "running" and trial["metrics"]:
                    detail = self.ctl("trial", trial["id"])
                    if f"-{worker.popen.pid}-" in detail["worker"]:
                        return trial["id"]
            return None

        return wait_until(measured, "the worker measures nothing")

    def end(self):
        for process in self.processes:
            if process.popen.poll() is None:
                process.kill()
        self.reserved_port.close()
