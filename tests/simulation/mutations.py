"""Shows that the simulation bites: seeds one bug after the other and expects each to be caught.

For every mutation a copy of the sources is changed in one place, built, and simulated. Prints a
line for each; fails if one survives or no longer fits the sources. README.md has the list.
"""

import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COPY = ROOT / "build/mutants"

# Name, file, what stands there (once), what the bug makes of it.
MUTATIONS = [
    ("stale attempts may end a trial", "coordinator/domain/decide.cc",
     "if (!state.IsRunning(attempt) || state.leases.Find(attempt.trial)->worker != worker) return;",
     "if (state.leases.Find(attempt.trial) == nullptr) return;"),
    ("a lease is held one tick too long", "coordinator/domain/lease_table.cc",
     "if (deadline > now) break;", "if (deadline >= now) break;"),
    ("a report extends a lease by half", "coordinator/domain/decide.cc",
     "now + policy.LeaseOf(*state.SweepOfTrial(attempt.trial))",
     "now + policy.LeaseOf(*state.SweepOfTrial(attempt.trial)) / 2"),
    ("a report extends every lease alike", "coordinator/domain/decide.cc",
     "now + policy.LeaseOf(*state.SweepOfTrial(attempt.trial))", "now + policy.lease"),
    ("a suspended coordinator blames the workers", "coordinator/domain/decide.cc",
     "events.push_back(LeaseExtended{trial, now + policy.LeaseOf(*state.SweepOfTrial(trial))});",
     "(void)trial;"),
    ("a broken stream does not shorten leases", "coordinator/domain/decide.cc",
     "std::min(state.leases.Find(trial)->deadline, now + policy.reconnect);",
     "state.leases.Find(trial)->deadline;"),
    ("one attempt more than allowed", "coordinator/domain/decide.cc",
     "if (lost >= state.SweepOfTrial", "if (lost > state.SweepOfTrial"),
    ("one attempt less than allowed", "coordinator/domain/decide.cc",
     "state.live_trials.at(attempt.trial).lost_attempts + 1;",
     "state.live_trials.at(attempt.trial).lost_attempts + 2;"),
    ("a retry reuses the attempt number", "coordinator/domain/scheduler.cc",
     "state_.live_trials.at(trial).attempt + 1}", "state_.live_trials.at(trial).attempt}"),
    ("one trial more than slots", "coordinator/domain/scheduler.cc",
     "room > 0; --room", "room >= 0; --room"),
    ("a leaving worker gets trials", "coordinator/domain/state.cc",
     "worker->second.connected && !worker->second.leaving &&", "worker->second.connected &&"),
    ("a worker that came back stays unknown", "coordinator/domain/state.cc",
     "  worker.connected = true;\n", ""),
    ("cancelling spares the first trial", "coordinator/domain/decide.cc",
     "auto live = state.live_trials.lower_bound(block.first_trial)",
     "auto live = state.live_trials.upper_bound(block.first_trial)"),
    ("a sweep that runs may be pruned", "coordinator/domain/decide.cc",
     "if (!(*sweep)->Ended()) {", "if (false) {"),
    ("a pruned sweep comes back at a restart", "coordinator/store/event_writer.cc",
     "  Run(delete_sweep_, event.sweep);\n", ""),
    ("failed trials of a pruned sweep are kept", "coordinator/domain/state.cc",
     "state.failed_trials.lower_bound(block.end())",
     "state.failed_trials.lower_bound(block.first_trial)"),
    ("a cancelled sweep goes on", "coordinator/domain/state.cc",
     "  state.open_sweeps.erase(event.sweep);\n", ""),
    ("a paused sweep goes on", "coordinator/domain/sweep.cc",
     "  if (paused) return 0;\n", ""),
    ("max_parallel is off by one", "coordinator/domain/sweep.cc",
     "spec.max_parallel - rows[TrialState::kRunning]",
     "spec.max_parallel + 1 - rows[TrialState::kRunning]"),
    ("a lower priority goes first", "coordinator/domain/scheduler.cc",
     "-sweep_.spec.priority", "sweep_.spec.priority"),
    ("a retried trial keeps its losses", "coordinator/domain/state.cc",
     "  live.lost_attempts = 0;\n", "  live.lost_attempts = 1;\n"),
    ("a pause is not stored", "coordinator/store/event_writer.cc",
     "event.paused ? 1 : 0", "0"),
    ("failed trials are not loaded", "coordinator/store/sqlite_store.cc",
     "state.failed_trials.emplace(trial, live);", ""),
    ("a repeated submit makes another sweep", "coordinator/domain/decide.cc",
     "if (state.FindSweepByRequest(command.request_id) != nullptr) return Events{};", ""),
    ("a taken name is given again", "coordinator/domain/decide.cc",
     "sweep.spec.name = FreeName(state, command.spec.name);", ""),
    ("an ended trial takes measurements", "coordinator/domain/decide.cc",
     "const bool live = state.live_trials.contains(trial);", "const bool live = true;"),
    ("a worker in quarantine gets trials", "coordinator/domain/scheduler.cc",
     "room = trust.Room(worker); room", "room = FreeSlots(state, worker); room"),
    ("a worker that fuses gets trials in quarantine", "coordinator/domain/scheduler.cc",
     ".room = trust.Room(worker),", ".room = FreeSlots(state, worker),"),
    ("a worker that fuses gets one trial more than slots", "coordinator/domain/scheduler.cc",
     "if (--place.room == 0) Remove(place);", "if (place.room-- == 0) Remove(place);"),
    ("a trial goes back to where it crashed", "coordinator/domain/quarantine.cc",
     "if (crashed == state_.crashes.end()) return false;", "return false;"),
    ("a cancelled trial is leased all the same", "coordinator/domain/scheduler.cc",
     "    while (sweep_.settled.contains(next_)) ++next_;\n", ""),
    ("settled trials are not loaded", "coordinator/store/sqlite_store.cc",
     "    sweep->second.settled.insert(sweep->second.NumberOf(rows.getColumn(1).getInt64()));\n",
     ""),
    ("an extension is not stored", "coordinator/store/event_writer.cc",
     "  Run(insert_extension_, event.first_trial, event.sweep, ExtensionToJson(event.extension));\n", ""),
    ("new seeds bring the old ones again", "coordinator/domain/extension.cc",
     "grid.seeds = missing;", "grid.seeds.insert(grid.seeds.end(), missing.begin(), missing.end());"),
    ("ids of an extension are given again", "coordinator/domain/state.cc",
     "std::max(state.next_trial, block.end())",
     "std::max(state.next_trial, sweep.blocks.front().end())"),
    ("answers OK though the commit failed", "coordinator/engine/engine.cc",
     "    status = Commit();\n", "    Commit().IgnoreError();\n"),
    ("keeps its memory after a failed commit", "coordinator/engine/engine.cc",
     "    loaded_ = false;\n", ""),
    ("a worker forgets what was not acknowledged", "worker/agent/session.cc",
     "return pending.first_report != 0 && pending.first_report <= acknowledged;",
     "return pending.first_report != 0;"),
    ("a worker forgets an outcome too early", "worker/agent/session.cc",
     "entry.second.outcome_report != 0 && entry.second.outcome_report <= acknowledged;",
     "entry.second.outcome_report != 0;"),
    ("lost attempts are not loaded", "coordinator/store/sqlite_store.cc",
     "rows.getColumn(2).getInt(), rows.getColumn(3).getInt(),", "rows.getColumn(2).getInt(), 0,"),
    ("rungs are not loaded", "coordinator/store/sqlite_store.cc", "rows.getColumn(5).getInt()};", "0};"),
    ("a paused trial is loaded as pending", "coordinator/store/event_writer.cc",
     "UPDATE trials SET state = 'paused'", "UPDATE trials SET state = 'pending'"),
    ("a paused trial is leased", "coordinator/domain/state.cc",
     "  if (to == TrialState::kPending) {\n", "  if (!IsTerminal(to) && to != TrialState::kRunning) {\n"),
    ("what runs may be promoted", "coordinator/domain/decide.cc",
     "|| live->second.state != TrialState::kPaused) continue;", ") continue;"),
    ("a promotion does not pass the rung", "coordinator/domain/state.cc",
     "  ++state.live_trials.at(event.trial).rung;\n", ""),
    ("a requeued trial is stored as running", "coordinator/store/event_writer.cc",
     "UPDATE trials SET state = 'pending', reason = ?", "UPDATE trials SET state = 'running', reason = ?"),
    ("a retry's number is not stored", "coordinator/store/event_writer.cc",
     '"attempt = excluded.attempt, worker', '"worker'),
]


def run(*command, **options):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)


def build():
    result = run("cmake", "--build", COPY / "build", "--target", "simulate")
    if result.returncode != 0:
        sys.exit(f"mutations: does not build:\n{result.stdout[-3000:]}")


def simulate(seeds):
    return run(COPY / "build/tests/simulate", "--seeds", seeds, "--sqlite-every", 10)


def prepare():
    """A copy of the sources beside its build folder; unchanged files keep their time stamps."""
    source = COPY / "source"
    shutil.rmtree(source, ignore_errors=True)
    ignored = shutil.ignore_patterns("build", ".git", "__pycache__")
    shutil.copytree(ROOT, source, ignore=ignored)
    for _, file, _, _ in MUTATIONS:  # what was built last of these had a bug
        (source / file).touch()
    result = run("cmake", "-S", source, "-B", COPY / "build", "-G", "Ninja",
                 "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_CXX_COMPILER=clang++-16",
                 "-DPATHSWEEP_PARTS=service",
                 "-DCMAKE_CXX_FLAGS=-w")  # a bug may leave a name unused
    if result.returncode != 0:
        sys.exit(f"mutations: cannot configure:\n{result.stderr[-3000:]}")
    return source


def caught(source, mutation, seeds):
    """Whether the simulation fails with the bug, and the rule that it names."""
    name, file, right, wrong = mutation
    path = source / file
    text = path.read_text()
    if text.count(right) != 1:
        sys.exit(f"mutations: `{name}` no longer fits {file}")
    path.write_text(text.replace(right, wrong))
    build()
    result = simulate(seeds)
    path.write_text(text)
    rules = [line.strip() for line in result.stdout.splitlines() if "BROKEN" in line]
    return result.returncode != 0, rules[0] if rules else f"exit {result.returncode}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=2000, help="histories for each mutation")
    parser.add_argument("--only", help="mutations whose name contains this")
    arguments = parser.parse_args()
    chosen = [one for one in MUTATIONS if not arguments.only or arguments.only in one[0]]
    source = prepare()
    build()
    if simulate(arguments.seeds).returncode != 0:
        sys.exit("mutations: the sources as they are do not pass")
    survived = 0
    for mutation in chosen:
        started = time.monotonic()
        dead, rule = caught(source, mutation, arguments.seeds)
        survived += not dead
        print(f"{'caught' if dead else 'SURVIVED':9} {mutation[0]:45} "
              f"{time.monotonic() - started:4.0f} s  {rule}", flush=True)
    print(f"{len(chosen) - survived} passed, {survived} failed")
    sys.exit(1 if survived else 0)


if __name__ == "__main__":
    main()
