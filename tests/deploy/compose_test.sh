#!/usr/bin/env bash
# The compose file is valid, gives every GPU one worker, and builds stages that exist from
# sources that reach the builder.
# shellcheck disable=SC2013  # the lists below are of names, and no name has a blank
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

fail() {
  printf 'compose_test: %s\n' "$1" >&2
  exit 1
}

config=$(docker-compose -f deploy/compose.yaml --profile gpu --profile cpu config)

gpus=$(grep -A1 'device_ids:' <<<"$config" | grep -- '- ' | sort)
[[ -n $gpus ]] || fail 'no worker reserves a GPU'
[[ $gpus == "$(sort -u <<<"$gpus")" ]] || fail 'two workers reserve the same GPU'

for target in $(awk '$1 == "target:" { print $2 }' <<<"$config" | sort -u); do
  grep -q "^FROM .* AS $target\$" deploy/worker.Dockerfile || fail "worker.Dockerfile has no stage $target"
done
for dockerfile in $(awk '$1 == "dockerfile:" { print $2 }' <<<"$config" | sort -u); do
  [[ -f $dockerfile ]] || fail "$dockerfile is missing"
done

for folder in $(sed -n 's/^ *add_subdirectory(\(.*\))/\1/p' CMakeLists.txt); do
  [[ $folder == tests || $folder == bench ]] || grep -qx "!$folder" .dockerignore || fail ".dockerignore hides $folder/"
done
