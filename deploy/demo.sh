#!/usr/bin/env bash
# The main job on real input: examples/demo.yaml, from a bare machine to its table.
# Arguments go to `sweepctl run`, e.g. deploy/demo.sh --output markdown.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
deploy/setup.sh
started=$SECONDS
build/release/bin/sweepctl run examples/demo.yaml --workers 2 --database build/demo.db "$@"
printf 'demo: %d s after set-up; results in build/demo.db\n' $((SECONDS - started)) >&2
