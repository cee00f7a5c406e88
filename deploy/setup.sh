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
                      pip installs the wheel of deploy/requirements.txt into build/venv:
                      by default the one for CUDA, which runs on a CPU as well. To save
                      its gigabytes name PyTorch's CPU index in PIP_EXTRA_INDEX_URL.
                      -DPATHSWEEP_PARTS=service builds without LibTorch.

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
    if [[ $1 == -DPATHSWEEP_PARTS=service || $preset =~ ^(tsan|tidy)$ ]]; then needs_torch=no; fi
    shift
  done
}

# step NAME ADVICE COMMAND…: runs COMMAND into the log; one line on success, and on
# failure the end of the log with what to do.
step() {
  local name=$1 advice=$2 started=$SECONDS status
  shift 2
  printf -- '--- %s\n' "$name" >>"$log"
  set +e # not `if (…)`: bash ignores -e inside a condition
  (set -e && "$@") >>"$log" 2>&1 </dev/null
  status=$?
  set -e
  if ((status == 0)); then
    printf 'setup: %-24s ok %5d s\n' "$name" $((SECONDS - started))
    return
  fi
  {
    printf 'setup: %-24s FAILED after %d s; the end of %s:\n' "$name" $((SECONDS - started)) "$log"
    tail -n 30 "$log" | sed 's/^/  | /'
    printf 'setup: what to do: %s\n' "$advice"
  } >&2
  exit 1
}

missing_packages() {
  local wanted=("${build_packages[@]}") name
  [[ $with_tests == OFF ]] || wanted+=("${test_packages[@]}")
  for name in "${wanted[@]}"; do
    [[ $(dpkg-query -Wf '${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || echo "$name"
  done
}

install_packages() {
  local as_root=() missing
  mapfile -t missing < <(missing_packages)
  ((${#missing[@]})) || return 0
  echo "missing: ${missing[*]}"
  if ((EUID != 0)); then as_root=(sudo -n); fi
  "${as_root[@]}" apt-get update
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends "${missing[@]}"
}

# The wheel, and with --tests what the Python tests import. A stamp of the requirement
# files saves pip's seconds when nothing changed.
install_wheels() {
  local requirements=deploy/requirements.txt stamp=build/venv/installed.txt wanted
  [[ $with_tests == OFF ]] || requirements=tests/requirements.txt
  wanted=$(cat deploy/requirements.txt "$requirements")
  if [[ -f $stamp && $(<"$stamp") == *"$wanted"* ]]; then return; fi
  [[ -x build/venv/bin/pip ]] || python3 -m venv --clear build/venv
  build/venv/bin/pip install --disable-pip-version-check --progress-bar off -r "$requirements"
  echo "$wanted" >"$stamp"
}

# The folder of the LibTorch that CMake will take.
torch_root() {
  if [[ -n $torch_dir ]]; then
    echo "$torch_dir/../../.."
  else
    echo build/venv/lib/python3*/site-packages/torch
  fi
}

# A LibTorch for CUDA wants this project's CUDA kernels too.
needs_nvcc() {
  [[ $needs_torch == yes && -e $(torch_root)/lib/libtorch_cuda.so ]] && ! command -v nvcc >/dev/null
}

# nvcc looks for its libraries in lib64; in the wheels they are in lib.
install_nvcc() {
  local requirements=deploy/cuda-requirements.txt stamp=build/venv/nvcc.txt
  if [[ -f $stamp && $(<"$stamp") == "$(<"$requirements")" ]]; then return; fi
  [[ -x build/venv/bin/pip ]] || python3 -m venv --clear build/venv
  build/venv/bin/pip install --disable-pip-version-check --progress-bar off -r "$requirements"
  ln -sfn lib build/venv/lib/python3*/site-packages/nvidia/cu13/lib64
  cp "$requirements" "$stamp"
}

# A build folder that has tests keeps them: without, its test programs would go stale unseen.
configure() {
  if grep -qs '^PATHSWEEP_BUILD_TESTS:BOOL=ON' "build/$preset/CMakeCache.txt"; then with_tests=ON; fi
  cmake --preset "$preset" -DPATHSWEEP_BUILD_TESTS="$with_tests" \
    ${torch_dir:+-DTorch_DIR="$torch_dir"} "${cmake_arguments[@]}"
}

# A file that includes LibTorch takes 1.5 GB to compile.
compiler_jobs() {
  local by_memory cores
  by_memory=$(awk '/^MemAvailable/ { print int($2 / 2000000) }' /proc/meminfo)
  cores=$(nproc)
  echo $((by_memory < 1 ? 1 : by_memory < cores ? by_memory : cores))
}

main() {
  parse_arguments "$@"
  mkdir -p build
  log=$PWD/build/setup.log
  exec 9>build/setup.lock
  if ! flock -n 9; then
    echo "setup: another set-up runs in this checkout; waiting for it"
    flock 9
  fi
  : >"$log"

  if [[ $packages == yes ]]; then
    step "system packages" "as root: apt-get update && apt-get install the packages named above. \
Without root: ask for them, then run this again; or --no-packages if you have them elsewhere." \
      install_packages
  fi
  if [[ $build == no ]]; then return; fi
  if [[ $needs_torch == yes && -z $torch_dir ]] || [[ $with_tests == ON ]]; then
    step "LibTorch wheel" "see that pip reaches an index (PIP_INDEX_URL, PIP_FIND_LINKS), or name \
a LibTorch you have: deploy/setup.sh -DTorch_DIR=…/share/cmake/Torch" install_wheels
  fi
  if needs_nvcc; then
    step "CUDA compiler" "see that pip reaches an index (PIP_INDEX_URL, PIP_FIND_LINKS), or install \
nvcc; without it GPUs train by LibTorch's own operations: put a folder with nvcc into PATH" install_nvcc
    cmake_arguments+=(-DCMAKE_CUDA_COMPILER="$(realpath build/venv/lib/python3*/site-packages/nvidia/cu13/bin/nvcc)")
  fi
  step "configure ($preset)" "read the first 'CMake Error' in the log; after a change of compiler \
or LibTorch remove build/$preset" configure
  export CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(compiler_jobs)}
  step "build ($preset)" "read the first 'FAILED' in the log; if a compiler was killed, memory ran \
out: CMAKE_BUILD_PARALLEL_LEVEL=1 deploy/setup.sh" cmake --build --preset "$preset"
  printf 'setup: done after %d s; programs in build/%s/bin\n' "$SECONDS" "$preset"
}

main "$@"
