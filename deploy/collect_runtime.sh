#!/usr/bin/env bash
# Gathers what programs need on a machine without compilers, for an image's last stage:
#   DESTINATION/bin       the programs
#   DESTINATION/lib       libraries that no system package owns: LibTorch, CUDA's wheels
#   DESTINATION/packages  the system packages that own the other libraries
# There, LD_LIBRARY_PATH=DESTINATION/lib finds them.
set -euo pipefail

if (($# < 2)); then
  echo 'usage: deploy/collect_runtime.sh DESTINATION PROGRAM…' >&2
  exit 2
fi
destination=$1
shift
mkdir -p "$destination/bin" "$destination/lib"
cp "$@" "$destination/bin"

if ldd "$@" | grep 'not found'; then
  echo 'collect_runtime: the libraries above were not found' >&2
  exit 1
fi
mapfile -t libraries < <(ldd "$@" | awk '$2 == "=>" { print $3 }' | xargs realpath | sort -u)

declare -A packages folders
for library in "${libraries[@]}"; do
  # dpkg knows a library under the name it was packed with: with or without /usr.
  if owner=$(dpkg-query -S "$library" 2>/dev/null || dpkg-query -S "${library#/usr}" 2>/dev/null); then
    packages[${owner%%:*}]=1
  else
    folders[$(dirname "$library")]=1
  fi
done

# Whole folders: LibTorch and CUDA load more by name (cuDNN's parts, NVRTC) than they link.
# The libraries for Python stay behind.
for folder in "${!folders[@]}"; do
  find "$folder" -maxdepth 1 -name '*.so*' ! -name 'libtorch_python*' -exec cp -L {} "$destination/lib" \;
done
printf '%s\n' "${!packages[@]}" | sort >"$destination/packages"
