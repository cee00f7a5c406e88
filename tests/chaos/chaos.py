"""Chaos with real processes: one coordinator, four workers, and whatever can go wrong.

For a while something happens every second or so: kill -9, SIGSTOP and SIGCONT of workers and of
the coordinator, restarts, cuts of the network between them (the coordinator lives in a network
namespace of its own), a full disk (its database is on a small tmpfs). Clients keep a ledger of what
they were told. Then everything heals, and at the end every trial must have ended once, nothing that
was told may be missing, trials that were interrupted must have the numbers of an undisturbed run,
and the database must be sound.

Needs root and iproute2. Prints what it does with the seed that chose it.
"""

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
os.environ.setdefault("PATHSWEEP_BIN_DIR", str(ROOT / "build/release/bin"))
sys.path.insert(0, str(ROOT / "tests/e2e"))
from processes import BIN, Cluster, Process, measured, undisturbed, wait_until  # noqa: E402

# A trial takes a fraction of a second. No trial fails for good, however often its worker dies.
SWEEP = """
method: grid
parameters:
  objective: {{values: [standard, reverse, teacherless]}}
  lr: {{values: [{rates}]}}
  degree: {{value: 2}}
  length: {{value: 3}}
  nodes: {{value: 5}}
  depth: {{value: 1}}
  width: {{value: 16}}
  batch_size: {{value: 16}}
  steps: {{value: 600}}
  test_samples: {{value: 64}}
  eval_every: {{value: 100}}
seeds: {seeds}
max_attempts: 1000
checkpoint_seconds: 0.1
"""
WORKERS = 4
LEASE_SECONDS, RECONNECT_SECONDS = 4, 1


def shell(*command):
    subprocess.run([str(word) for word in command], check=True, capture_output=True)


class Network:
    """A namespace for the coordinator, joined to this one by a cable that can be pulled."""

    def __init__(self):
        number = os.getpid() % 250 + 1
        self.space, self.cable = f"pathsweep-{os.getpid()}", f"ps{os.getpid() % 100000}"
        self.address = f"10.231.{number}.2"
        shell("ip", "netns", "add", self.space)
        shell("ip", "link", "add", self.cable, "type", "veth", "peer", "name", "eth0",
              "netns", self.space)
        shell("ip", "addr", "add", f"10.231.{number}.1/30", "dev", self.cable)
        shell("ip", "netns", "exec", self.space, "ip", "addr", "add", f"{self.address}/30",
              "dev", "eth0")
        shell("ip", "netns", "exec", self.space, "ip", "link", "set", "eth0", "up")
        self.join()

    def join(self):
        shell("ip", "link", "set", self.cable, "up")

    def cut(self):
        shell("ip", "link", "set", self.cable, "down")

    def remove(self):
        shell("ip", "netns", "del", self.space)  # and the cable with it


class Disk:
    """A small tmpfs that can be filled."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        shell("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", folder)

    def fill(self):
        with open(self.folder / "filler", "wb", buffering=0) as filler:
            try:
                while filler.write(b"\0" * 65536) == 65536:
                    pass
            except OSError:
                pass

    def free(self):
        (self.folder / "filler").unlink(missing_ok=True)

    def remove(self):
        shell("umount", "--lazy", self.folder)


class Chaos(Cluster):
    def __init__(self, folder, seed):
        super().__init__(folder)
        self.random = random.Random(seed)
        self.network, self.disk = Network(), Disk(folder / "disk")
        self.address = f"{self.network.address}:7070"
        self.database = folder / "disk/results.db"
        self.coordinator, self.workers = None, []
        self.started = time.monotonic()
        self.acknowledged, self.sweeps = set(), []  # the ledger: what clients were told
        self.ended, self.measured = {}, set()
        self.counts = {}

    def say(self, what):
        self.counts[what.split(":")[0]] = self.counts.get(what.split(":")[0], 0) + 1
        print(f"chaos: {time.monotonic() - self.started:6.1f} s  {what}", flush=True)

    def start_coordinator(self):
        """Starts it, again if it cannot (on a full disk)."""
        def try_once():
            log = self.folder / f"sweepd-{time.monotonic_ns()}.log"
            with open(log, "w") as output:
                popen = subprocess.Popen(
                    ["ip", "netns", "exec", self.network.space, BIN / "sweepd",
                     "--listen", f"0.0.0.0:{self.address.split(':')[1]}",
                     "--database", self.database,
                     "--lease-seconds", str(LEASE_SECONDS),
                     "--reconnect-seconds", str(RECONNECT_SECONDS)],
                    stdout=output, stderr=output)
            while "serving on" not in log.read_text():
                if popen.poll() is not None:
                    self.disk.free()
                    return None
                time.sleep(0.02)
            return popen

        self.coordinator = wait_until(try_once, "the coordinator does not start")

    def start_worker(self):
        self.workers.append(Process(self.folder, "sweep-worker", "--coordinator", self.address,
                                    "--device", "cpu"))

    def submit(self, trials):
        rates = ", ".join(f"{i}e-4" for i in range(1, 11))
        (self.folder / "chaos.yaml").write_text(SWEEP.format(rates=rates, seeds=trials // 30))
        result = self.ctl_raw("submit", "chaos.yaml")
        if result.returncode == 0:
            self.sweeps.append(result.stdout.strip())
            self.acknowledged.add(self.sweeps[-1])
            self.say(f"submitted: {self.sweeps[-1]}")

    def note(self):
        """Writes down what clients are told and what is committed."""
        for sweep in self.sweeps:
            result = self.ctl_raw("trials", sweep, "--output", "csv")
            if result.returncode != 0:
                return
            for line in result.stdout.splitlines()[1:]:
                number, state = line.split(",")[:2]
                if state in ("succeeded", "failed", "cancelled"):
                    assert self.ended.setdefault(number, line) == line, "an ended trial changed"
        try:
            with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as database:
                self.measured.update(database.execute("SELECT * FROM measurements"))
        except sqlite3.OperationalError:  # no room for its shared memory on a full disk
            pass

    def kill_worker(self):
        self.say("a worker is killed")
        self.workers.pop(self.random.randrange(len(self.workers))).kill()
        self.start_worker()

    def pause_worker(self):
        self.say("a worker is stopped for a while")
        worker = self.random.choice(self.workers)
        worker.signal(signal.SIGSTOP)
        time.sleep(self.random.uniform(0.5, 2 * LEASE_SECONDS))
        worker.signal(signal.SIGCONT)

    def end_worker(self):
        self.say("a worker is told to end")
        worker = self.workers.pop(self.random.randrange(len(self.workers)))
        worker.signal(signal.SIGTERM)
        self.start_worker()

    def kill_coordinator(self):
        self.say("the coordinator is killed")
        self.coordinator.kill()
        self.coordinator.wait()
        time.sleep(self.random.uniform(0, 2))
        self.start_coordinator()

    def pause_coordinator(self):
        self.say("the coordinator is stopped for a while")
        self.coordinator.send_signal(signal.SIGSTOP)
        time.sleep(self.random.uniform(0.5, 2 * LEASE_SECONDS))
        self.coordinator.send_signal(signal.SIGCONT)

    def cut_network(self):
        self.say("the network is cut")
        self.network.cut()
        time.sleep(self.random.uniform(0.2, 2 * LEASE_SECONDS))
        self.network.join()

    def fill_disk(self):
        self.say("the disk is full")
        self.disk.fill()
        time.sleep(self.random.uniform(0.5, 3))
        self.disk.free()

    def run(self, seconds):
        self.start_coordinator()
        for _ in range(WORKERS):
            self.start_worker()
        while not self.sweeps:
            self.submit(30 * max(1, int(seconds / 10)))
        faults = [self.kill_worker, self.pause_worker, self.end_worker, self.kill_coordinator,
                  self.pause_coordinator, self.cut_network, self.fill_disk]
        while time.monotonic() < self.started + seconds:
            self.random.choice(faults)()
            time.sleep(self.random.uniform(0.2, 1.5))
            if self.random.random() < 0.5:
                self.note()
            if len(self.sweeps) < 1 + (time.monotonic() - self.started) // 60:
                self.submit(30)
        self.say("everything heals")
        # Some may be stored whose answer was lost.
        self.sweeps = [sweep["name"] for sweep in self.ctl("list")]
        for sweep in self.sweeps:
            self.wait_until_ended(sweep)
        self.note()

    def wait_until_ended(self, sweep):
        def ended():
            result = self.ctl_raw("show", sweep, "--output", "csv")
            fields = dict(line.split(",", 1) for line in result.stdout.splitlines()[1:])
            return fields and fields["trials pending"] == fields["trials running"] == "0"

        wait_until(ended, f"sweep {sweep} does not end")

    def check(self):
        """What must hold at the end, as (name, whether it does)."""
        with closing(sqlite3.connect(self.database)) as database:
            def one(sql):
                return database.execute(sql).fetchone()[0]

            kept = set(database.execute("SELECT * FROM measurements"))
            trials = one("SELECT count(*) FROM trials")
            return [
                ("every trial has ended once",
                 one("SELECT count(*) FROM trials WHERE state = 'succeeded'") == trials
                 == one("SELECT sum(trials) FROM sweeps")
                 and one("SELECT count(*) FROM attempts WHERE reason = 'completed'") == trials),
                ("every trial has its last evaluation",
                 one("SELECT count(*) FROM trial_results WHERE metric = 'exact_match' "
                     "AND step = steps") == trials),
                ("no measurement that was committed is missing", self.measured <= kept),
                ("every sweep that was acknowledged is there",
                 {name for (name,) in database.execute("SELECT name FROM sweeps")}
                 >= self.acknowledged),
                ("interrupted trials have the numbers of undisturbed ones",
                 all(map(self.is_undisturbed, database.execute(
                     "SELECT id FROM trials WHERE attempt > 1 ORDER BY attempt DESC LIMIT 10")))),
                ("the database is sound", one("PRAGMA integrity_check") == "ok"),
            ]

    def is_undisturbed(self, row):
        trial = json.loads(self.ctl_raw("trial", row[0], "--output", "json").stdout)
        return measured(trial) == undisturbed(trial["parameters"], trial["seed"])

    def end(self):
        for worker in self.workers:
            worker.kill()
        if self.coordinator:
            self.coordinator.kill()
            self.coordinator.wait()
        self.network.remove()
        self.disk.remove()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    arguments = parser.parse_args()
    print(f"chaos: seed {arguments.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="pathsweep-chaos-") as folder:
        chaos = Chaos(Path(folder), arguments.seed)
        try:
            chaos.run(arguments.seconds)
            verdicts = chaos.check()
        finally:
            chaos.end()
    for name, holds in verdicts:
        print(f"{'ok    ' if holds else 'BROKEN'} {name}")
    print(f"ledger: {len(chaos.ended)} ended trials, {len(chaos.measured)} measurements, "
          f"{len(chaos.sweeps)} sweeps; {chaos.counts}")
    bad = sum(not holds for _, holds in verdicts)
    print(f"{len(verdicts) - bad} passed, {bad} failed")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
