#!/usr/bin/env bash
# From a bare Debian 12 to build/<preset>/bin/{sweepd,sweep-worker,sweepctl,train_local}.
# Written to work on Ubuntu 24.04 too; untested there.
set -euo pipefail

usage() {
  cat <<'USAGE'
usage: deploy/setup.sh [options] [-DNAME=VALUE …]

Installs what is missing and builds. Run it again after a change: it does only what is left.

  --tests             also build the tests and install what they need
  --preset NAME       a configure preset of CMakePresets.json (default: release)
  --packages-only     install the system packages and stop
  --no-packages       leave the system's packages alone
  --help              print this
  -DNAME=VALUE        handed to CMake. With -DTorch_DIR=…/share/cmake/Torch (or the
                      environment variable Torch_DIR) that LibTorch is used; otherwise
                      pip installs the wheel of deploy/requirements.txt into build/venv.
                      -DPATHSWEEP_BUILD_TRAINER=OFF builds without LibTorch.

environment:
  CMAKE_BUILD_PARALLEL_LEVEL  compilers at once (default: one a core, 2 GB of memory each)
  PIP_INDEX_URL, PIP_FIND_LINKS, …  where pip looks; see `pip help install`

The output of every step is in build/setup.log.
USAGE
}

cd "$(dirname "${BASH_SOURCE[0]}")/.."
source deploy/packages.sh

preset=release
with_tests=OFF
packages=yes
build=yes
torch_dir=${Torch_DIR:-}
needs_torch=yes
cmake_arguments=()

parse_arguments() {
  while (($#)); do
    case $1 in
      --tests) with_tests=ON ;;
      --preset) preset=${2:?"--preset needs a name"} && shift ;;
      --preset=*) preset=${1#*=} ;;
      --packages-only) build=no ;;
      --no-packages) packages=no ;;
      --help | -h) usage && exit 0 ;;
      -DTorch_DIR=*) torch_dir=${1#*=} ;;
      -D?*) cmake_arguments+=("$1") ;;
      *) printf 'setup: unknown argument %s; see deploy/setup.sh --help\n' "$1" >&2 && exit 2 ;;
    esac
    if [[ $1 == -DPATHSWEEP_BUILD_TRAINER=OFF || $preset == tsan ]]; then needs_torch=no; fi
    shift
  done
}

# step NAME ADVICE COMMAND…: runs COMMAND into the log; one line on success, and on
# failure the end of the log with what to do.
step() {
  local name=$1 advice=$2 started=$SECONDS
  shift 2
  printf -- '--- %s\n' "$name" >>"$log"
  if (set -e; "$@") >>"$log" 2>&1; then
    printf 'setup: %-28s %4d s\n' "$name" $((SECONDS - started))
    return
  fi
  {
    printf 'setup: %s FAILED after %d s. The end of %s:\n' "$name" $((SECONDS - started)) "$log"
    tail -n 30 "$log" | sed 's/^/  | /'
    printf 'What to do: %s\n' "$advice"
  } >&2
  exit 1
}
