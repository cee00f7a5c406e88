#!/usr/bin/env bash
# Makes Python modules of the protocol, for programs that ask a coordinator:
#   proto/make_python.sh FOLDER [PYTHON]
# PYTHON (default python3) needs grpcio-tools of PyPI.
set -euo pipefail
if [[ $# -lt 1 || $1 == -* ]]; then
  echo 'usage: proto/make_python.sh FOLDER [PYTHON]' >&2
  exit 2
fi
mkdir -p "$1"
here=$(dirname "${BASH_SOURCE[0]}")
exec "${2:-python3}" -m grpc_tools.protoc -I "$here" --python_out "$1" --grpc_python_out "$1" \
  "$here"/pathsweep/v1/*.proto
