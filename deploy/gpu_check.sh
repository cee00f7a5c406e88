#!/usr/bin/env bash
# Checks and measures the trainer on a GPU; what came out is one JSON file.
set -euo pipefail

usage() {
  cat <<'USAGE'
usage: deploy/gpu_check.sh [options]

Builds train_local and its tests (-DPATHSWEEP_PARTS=trainer: no gRPC, protobuf or SQLite) with the
LibTorch inside an installed Python torch, runs the tests, those that train also on the GPU, and
measures. Needs cmake, ninja, a C++20 compiler, nvcc, and a torch (2.11 or newer; the project is built
with 2.13) that is a build for CUDA.

  --device NAME    cuda:N (default: cuda:0), or cpu: all that needs no GPU
  --python PROGRAM the Python that has torch, and pytest for one of the tests (default: python3)
  --prefix DIR     a folder of unpacked Debian packages, where Abseil and the like are not installed
  --fetch DIR      makes such a folder, on a machine that reaches Debian's packages, and stops
  --build DIR      where to build (default: build/gpu_check)
  --output FILE    the JSON file (default: build/gpu_check.json)
  --seconds N      of one measurement (default: 5)
  --help           print this
USAGE
}

here=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."
packages=(libabsl-dev libcli11-dev libgmock-dev libgtest-dev libhwy-dev nlohmann-json3-dev zlib1g-dev)
device=cuda:0
python=python3
prefix=''
build=$PWD/build/gpu_check
output=$PWD/build/gpu_check.json
seconds=5
failed=0

# refuse MESSAGE: nothing was done yet.
refuse() {
  printf 'gpu_check: %s\n' "$1" >&2
  exit 2
}

# A path as it is seen from where the script was called.
from_here() { realpath -m "$(cd "$here" && realpath -m "$1")"; }

# The packages, and the libraries that they are the headers of.
fetch() {
  local folder libraries package
  folder=$(from_here "$1")
  mkdir -p "$folder"
  mapfile -t libraries < <(apt-cache depends "${packages[@]}" |
    sed -n 's/^ *Depends: \(libabsl[0-9].*\|libhwy[0-9].*\|zlib1g\)$/\1/p')
  (cd "$folder" && apt-get download "${packages[@]}" "${libraries[@]}")
  for package in "$folder"/*.deb; do
    dpkg -x "$package" "$folder"
    rm "$package"
  done
}

parse_arguments() {
  while (($#)); do
    case $1 in
      --help | -h) usage && exit 0 ;;
      --device | --python | --prefix | --fetch | --build | --output | --seconds)
        if [[ $# -lt 2 || -z $2 ]]; then refuse "$1 needs a value; see deploy/gpu_check.sh --help"; fi
        ;;&
      --device) device=$2 ;;
      --python) python=$2 ;;
      --prefix) prefix=$(from_here "$2") ;;
      --fetch) fetch_into=$2 ;;
      --build) build=$(from_here "$2") ;;
      --output) output=$(from_here "$2") ;;
      --seconds) seconds=$2 ;;
      *) refuse "unknown argument $1; see deploy/gpu_check.sh --help" ;;
    esac
    shift 2
  done
}

# What would only be found out after minutes.
check_arguments() {
  [[ $device =~ ^(cpu|cuda:[0-9]+)$ ]] || refuse "--device is cpu or cuda:N, not $device"
  [[ $seconds =~ ^[0-9]+(\.[0-9]+)?$ ]] || refuse "--seconds is a number, not $seconds"
  [[ -z $prefix || -d $prefix/usr ]] || refuse "--prefix $prefix has no folder usr"
  command -v "$python" >/dev/null || refuse "there is no program $python; see --python"
  "$python" -c 'import torch' 2>/dev/null || refuse "$python has no torch; see --python"
  if [[ $device == cpu ]]; then return; fi
  command -v nvcc >/dev/null || refuse "there is no nvcc in PATH; without it no CUDA code is built"
  "$python" -c 'import sys, torch; sys.exit(torch.cuda.device_count() <= int(sys.argv[1]))' \
    "${device#cuda:}" || refuse "torch sees no $device; is it a build for CUDA, and is there a GPU?"
}

# step NAME COMMAND…: notes in $results whether it did well; its output is in $build/NAME.log.
step() {
  local name=$1 started=$SECONDS said=ok
  shift
  "$@" >"$build/$name.log" 2>&1 </dev/null || said=failed
  printf 'gpu_check: %-12s %-6s %5d s\n' "$name" "$said" $((SECONDS - started))
  echo "$said" >"$results/$name"
  if [[ $said == failed ]]; then
    failed=1
    tail -n 20 "$build/$name.log" | sed 's/^/  | /'
    return 1
  fi
}

configure() {
  local torch
  torch=$("$python" -c 'import torch; print(torch.utils.cmake_prefix_path)') || return
  cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DPATHSWEEP_PARTS=trainer \
    -DTorch_DIR="$torch/Torch" -DPATHSWEEP_PYTHON="$(command -v "$python")" \
    ${prefix:+-DCMAKE_PREFIX_PATH="$prefix/usr"}
}

cpu_tests() { OMP_NUM_THREADS=1 ctest --test-dir "$build" -j "$(nproc)" --output-on-failure; }

gpu_tests() {
  "$build/tests/gpu_test" --gtest_brief=1 &&
    PATHSWEEP_TEST_DEVICE=$device "$build/tests/train_test" --gtest_filter='OnAnyDevice.*'
}

measure() {
  PATHSWEEP_BIN_DIR=$build/bin "$python" bench/trainer.py --device "$device" --seconds "$seconds" \
    --rounds 3 | tee "$results/measured.jsonl"
}

write_json() {
  "$python" - "$results" "$device" >"$output" <<'PYTHON'
import datetime, json, pathlib, platform, subprocess, sys
import torch

results, device = pathlib.Path(sys.argv[1]), sys.argv[2]
measured = results / "measured.jsonl"
print(json.dumps({
    "commit": subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True,
                             text=True).stdout.strip() or None,
    "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
    "device": device,
    "gpu": None if device == "cpu" else torch.cuda.get_device_name(device),
    "machine": platform.machine(),
    "torch": torch.__version__,
    "cuda": torch.version.cuda,
    "steps": {one.name: one.read_text().strip() for one in sorted(results.iterdir())
              if one != measured},
    "measured": [json.loads(line) for line in measured.read_text().splitlines()]
                if measured.exists() else [],
}, indent=2))
PYTHON
}

main() {
  local fetch_into='' results
  parse_arguments "$@"
  if [[ -n $fetch_into ]]; then
    fetch "$fetch_into"
    return
  fi
  check_arguments
  mkdir -p "$build" "$(dirname "$output")"
  results=$build/results
  rm -rf "$results"
  mkdir "$results"
  if [[ -n $prefix ]]; then  # its libraries need one another
    export LD_LIBRARY_PATH=$prefix/usr/lib/$HOSTTYPE-linux-gnu:${LD_LIBRARY_PATH:-}
  fi

  if step configure configure && step build cmake --build "$build"; then
    step cpu_tests cpu_tests || true
    if [[ $device != cpu ]]; then step gpu_tests gpu_tests || true; fi
    step measure measure || true
  fi
  write_json
  printf 'gpu_check: %s\n' "$output"
  ((failed == 0))
}

main "$@"
