#!/usr/bin/env bash
# What deploy/collect_runtime.sh gathers is enough: every library of the programs is in the
# folder or in a package that it lists.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

bin=build/release/bin
deploy/collect_runtime.sh "$folder" $bin/sweepd $bin/sweep-worker $bin/train_local $bin/sweepctl

for library in $(LD_LIBRARY_PATH=$folder/lib ldd "$folder"/bin/* | awk '$2 == "=>" { print $3 }' | sort -u); do
  [[ $library == "$folder"/lib/* ]] && continue
  file=$(realpath "$library")
  owner=$(dpkg-query -S "$file" 2>/dev/null || dpkg-query -S "${file#/usr}")
  grep -qx "${owner%%:*}" "$folder/packages"
done
for program in "$folder"/bin/*; do
  LD_LIBRARY_PATH=$folder/lib "$program" --version
done
