#!/usr/bin/env bash
# Lets each fuzz target of build/asan look for a broken rule, from the corpus that is checked in.
set -euo pipefail

usage() {
  cat <<'USAGE'
usage: tests/fuzz/run.sh [--seconds N] [TARGET …]

  --seconds N   how long each target runs (default: 60); as many at once as there are cores
  TARGET        fuzz_sweep_file, fuzz_expression, fuzz_messages, fuzz_engine (default: all)

Builds nothing: deploy/setup.sh --tests --preset asan does. The corpus stays as it is. A line
for each target; not zero if one broke a rule, crashed, took 10 s or 2 GB for an input. That
input is kept in build/asan/found, and the command that replays it is printed.
USAGE
}

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
seconds=60
targets=()
found=build/asan/found

parse_arguments() {
  while (($#)); do
    case $1 in
      --seconds) seconds=${2:?"--seconds needs a number"} && shift ;;
      --seconds=*) seconds=${1#*=} ;;
      --help | -h) usage && exit 0 ;;
      fuzz_*) targets+=("$1") ;;
      *) printf 'fuzz: unknown argument %s; see tests/fuzz/run.sh --help\n' "$1" >&2 && exit 2 ;;
    esac
    shift
  done
  ((${#targets[@]})) || targets=(fuzz_sweep_file fuzz_expression fuzz_messages fuzz_engine)
}

# last PATTERN FILE: what stands in the last line that has the pattern's group.
last() { sed -n "s/.*$1.*/\1/p" "$2" | tail -n 1; }

# The input that failed, what it broke, and how to see it again.
tell_failure() {
  local program=$1 log=$2 input
  input=$(last 'Test unit written to \(.*\)' "$log")
  grep -E '^fuzz: broken|ERROR: |runtime error: |^SUMMARY' "$log" | sed 's/^/  | /' || true
  printf '  | its output: %s\n' "$log"
  [[ -z $input ]] || printf 'fuzz: the input: %s; to replay it: %s %s\n' "$input" "$program" "$input"
}

# fuzz TARGET: over a copy of its corpus. Without -entropic=0 most of the time goes into libFuzzer's
# own choice of the next input: a sixteenth of the executions for fuzz_engine.
fuzz() {
  local target=$1 program=build/asan/tests/$1 log=$found/$1.log corpus status=0 arguments=()
  corpus=$(mktemp -d "$found/$target.XXXXXX")
  [[ ! -f tests/fuzz/${target#fuzz_}.dict ]] || arguments+=("-dict=tests/fuzz/${target#fuzz_}.dict")
  cp tests/fuzz/corpus/"$target"/* "$corpus"
  [[ $target != fuzz_sweep_file ]] || cp examples/*.yaml "$corpus"
  "$program" "${arguments[@]}" -max_total_time="$seconds" -max_len=4096 -timeout=10 \
    -rss_limit_mb=2048 -entropic=0 -print_final_stats=1 -artifact_prefix="$found/$target-" \
    "$corpus" >"$log" 2>&1 </dev/null || status=$?
  rm -r "$corpus"
  printf 'fuzz: %-16s %9s executions %6s edges %5s inputs  %s\n' "$target" \
    "$(last 'number_of_executed_units: \([0-9]*\)' "$log")" \
    "$(last 'cov: \([0-9]*\)' "$log")" "$(last 'corp: \([0-9]*\)' "$log")" \
    "$( ((status == 0)) && echo ok || echo FAILED)"
  if ((status)); then tell_failure "$program" "$log"; fi
  return "$status"
}

main() {
  local target running=0 failed=0
  parse_arguments "$@"
  mkdir -p "$found"
  for target in "${targets[@]}"; do
    if ((running == $(nproc))); then
      wait -n || failed=1
      running=$((running - 1))
    fi
    fuzz "$target" &
    running=$((running + 1))
  done
  while ((running)); do
    wait -n || failed=1
    running=$((running - 1))
  done
  return "$failed"
}

main "$@"
