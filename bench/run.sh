#!/usr/bin/env bash
# Runs a benchmark and prints a JSON line per scenario:
#   bench/run.sh control_plane|trainer|search|analysis [SCENARIO…] [--help]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [[ $# -lt 1 || ! -f bench/$1.py ]]; then
  echo 'usage: bench/run.sh control_plane|trainer|search|analysis [SCENARIO…] [--help]' >&2
  exit 2
fi
deploy/setup.sh --tests >&2
exec build/venv/bin/python "bench/$1.py" "${@:2}"
