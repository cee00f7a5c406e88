#!/usr/bin/env bash
# Runs every test and every check of the house, from a bare machine on: sets up by
# itself. Ends with one line, "N passed, N failed"; not zero if anything failed.
set -euo pipefail

usage() {
  cat <<'USAGE'
usage: tests/run.sh [--quick] [--help]

  --quick   the release build's tests only: no sanitizers, no checks of the house

Stages: set-up; all tests, release build; all tests under AddressSanitizer and
UndefinedBehaviorSanitizer; the coordinator's and the agent's tests under ThreadSanitizer; half a
minute of fuzzing for each target of tests/fuzz; half a minute of chaos with real processes
(tests/chaos/run.sh has three, and needs root); clang-tidy, clang-format, shellcheck, the compose
file, the Dockerfiles.
What a stage printed is in build/tests/STAGE.log.
USAGE
}

cd "$(dirname "${BASH_SOURCE[0]}")/.."
logs=$PWD/build/tests
passed=0
failed=0

# record STAGE PASSED FAILED STARTED [NOTE]: counts, and prints the stage's line.
record() {
  passed=$((passed + $2))
  failed=$((failed + $3))
  printf 'tests: %-14s %5d passed %3d failed %5d s%s\n' "$1" "$2" "$3" $((SECONDS - $4)) "${5:-}"
}

# A stage that is one check: passes if the command does.
check() {
  local stage=$1 started=$SECONDS
  shift
  if "$@" >"$logs/$stage.log" 2>&1 </dev/null; then
    record "$stage" 1 0 "$started"
  else
    record "$stage" 0 1 "$started"
    tail -n 60 "$logs/$stage.log" | sed 's/^/  | /'
  fi
}

# attribute NAME FILE: a number from the head of ctest's JUnit file.
attribute() {
  grep -om1 "[[:space:]]$1=\"[0-9]*\"" "$2" | grep -o '[0-9]\+'
}

# A stage that is a preset's tests: each counts. A build that fails counts as one.
ctest_stage() {
  local preset=$1 started=$SECONDS junit=$logs/$1.xml total bad skipped note=''
  rm -f "$junit"
  if ! deploy/setup.sh --tests --no-packages --preset "$preset" >"$logs/$preset.log" 2>&1; then
    record "$preset" 0 1 "$started" ' (did not build)'
    sed 's/^/  | /' "$logs/$preset.log"
    return
  fi
  ctest --preset "$preset" --output-junit "$junit" >>"$logs/$preset.log" 2>&1 </dev/null || true
  if [[ ! -s $junit ]]; then
    record "$preset" 0 1 "$started" ' (ctest did not run)'
    tail -n 30 "$logs/$preset.log" | sed 's/^/  | /'
    return
  fi
  total=$(attribute tests "$junit")
  bad=$(attribute failures "$junit")
  skipped=$(($(attribute skipped "$junit") + $(attribute disabled "$junit")))
  ((skipped == 0)) || note=" ($skipped not run)"
  record "$preset" $((total - bad - skipped)) "$bad" "$started" "$note"
  if ((bad)); then print_failures "$logs/$preset.log"; fi
}

# The names of the tests that failed, and of the log LOG where they say why: failed assertions
# of pytest and GoogleTest, and what sanitizers found.
print_failures() {
  {
    sed -n '/tests FAILED:/,$p' "$1"
    { grep -E -A 8 '^(E  |FAILED )|: Failure$|: [A-Za-z]+Sanitizer|runtime error:' "$1" || true; } |
      sed -n '1,120p'
    printf 'all they printed: %s\n' "$1"
  } | sed 's/^/  | /'
}

# Needs the generated headers, and of every other file no more than how it would be compiled. Tests
# are left out for their time (a third of some twenty minutes): sanitizers look at them.
clang_tidy() {
  deploy/setup.sh --tests --no-packages --preset tidy &&
    build/venv/bin/run-clang-tidy.py -quiet -clang-tidy-binary build/venv/bin/clang-tidy \
      -p build/tidy "^$PWD/(base|bench|client|coordinator|worker)/"
}
clang_format() { git ls-files '*.cc' '*.h' | xargs clang-format-16 --dry-run --Werror; }
shell_check() { git ls-files '*.sh' .ci/run | xargs shellcheck -x; }
compose_file() { tests/deploy/compose_test.sh; }
runtime_files() { tests/deploy/collect_runtime_test.sh; }
fuzz() { tests/fuzz/run.sh --seconds 30; }
chaos() { build/venv/bin/python tests/chaos/chaos.py --seconds 30 --seed 1; }
dockerfiles() { build/venv/bin/hadolint deploy/*.Dockerfile; }

quick=no
case ${1:-} in
  --quick) quick=yes ;;
  --help | -h) usage && exit 0 ;;
  '') ;;
  *) printf 'tests: unknown argument %s; see tests/run.sh --help\n' "$1" >&2 && exit 2 ;;
esac

mkdir -p "$logs"
if deploy/setup.sh --tests; then
  ctest_stage release
  if [[ $quick == no ]]; then
    ctest_stage asan
    ctest_stage tsan
    check fuzz fuzz
    check chaos chaos
    check clang-tidy clang_tidy
    check clang-format clang_format
    check shellcheck shell_check
    check compose compose_file
    check runtime-files runtime_files
    check dockerfiles dockerfiles
  fi
else
  record setup 0 1 0
fi
printf 'tests: all of it in %d s\n' "$SECONDS"
printf '%d passed, %d failed\n' "$passed" "$failed"
((failed == 0 && passed > 0))
