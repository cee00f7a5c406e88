#!/usr/bin/env bash
# Chaos with real processes, for three minutes: tests/chaos/run.sh [--seconds N] [--seed N]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
deploy/setup.sh --tests >&2
exec build/venv/bin/python tests/chaos/chaos.py "$@"
