#!/usr/bin/env bash
# Checks and measures the trainer on a GPU; what came out is one JSON file.
set -euo pipefail

usage() {
  cat <<'USAGE'
usage: deploy/gpu_check.sh [options]

Builds train_local and its tests (-DPATHSWEEP_PARTS=trainer: no gRPC, protobuf or SQLite) with the
LibTorch inside an installed Python torch, runs the tests, those that train also on the GPU, and
measures. Needs cmake, ninja, a C++20 compiler, nvcc, and a torch that is a build for CUDA.

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

cd "$(dirname "${BASH_SOURCE[0]}")/.."
packages=(libabsl-dev libcli11-dev libgmock-dev libgtest-dev libhwy-dev nlohmann-json3-dev zlib1g-dev)
device=cuda:0
python=python3
prefix=''
build=build/gpu_check
output=build/gpu_check.json
seconds=5
failed=0

# The packages, and the libraries that they are the headers of.
fetch() {
  local folder libraries
  mkdir -p "$1"
  folder=$(realpath "$1")
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
      --device) device=${2:?"--device needs a name"} && shift ;;
      --python) python=${2:?"--python needs a program"} && shift ;;
      --prefix) prefix=$(realpath "${2:?"--prefix needs a folder"}") && shift ;;
      --fetch) fetch "${2:?"--fetch needs a folder"}" && exit 0 ;;
      --build) build=${2:?"--build needs a folder"} && shift ;;
      --output) output=${2:?"--output needs a file"} && shift ;;
      --seconds) seconds=${2:?"--seconds needs a number"} && shift ;;
      --help | -h) usage && exit 0 ;;
      *) printf 'gpu_check: unknown argument %s; see deploy/gpu_check.sh --help\n' "$1" >&2 && exit 2 ;;
    esac
    shift
  done
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
  torch=$("$python" -c 'import torch; print(torch.utils.cmake_prefix_path)')/Torch
  cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DPATHSWEEP_PARTS=trainer \
    -DTorch_DIR="$torch" -DPATHSWEEP_PYTHON="$(command -v "$python")" \
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
import json, pathlib, platform, sys
import torch

results, device = pathlib.Path(sys.argv[1]), sys.argv[2]
measured = results / "measured.jsonl"
print(json.dumps({
    "device": device,
    "gpu": torch.cuda.get_device_name(device) if device != "cpu" and torch.cuda.is_available()
           else None,
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
  parse_arguments "$@"
  mkdir -p "$build" "$(dirname "$output")"
  build=$(realpath "$build")
  results=$build/results
  rm -rf "$results"
  mkdir "$results"
  if [[ -n $prefix ]]; then  # its libraries need one another
    export LD_LIBRARY_PATH=$prefix/usr/lib/x86_64-linux-gnu:${LD_LIBRARY_PATH:-}
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
