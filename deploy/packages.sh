# shellcheck shell=bash disable=SC2034  # sourced by setup.sh, which uses every list
# The Debian packages Pathsweep needs, each in the one list that needs it.
# Ubuntu 24.04 has them all under the same names.

build_packages=(
  ca-certificates git
  ccache clang-16 cmake ninja-build
  python3 python3-venv                                            # LibTorch comes as a wheel
  libgrpc++-dev libprotobuf-dev protobuf-compiler protobuf-compiler-grpc libabsl-dev
  libsqlite3-dev libsqlitecpp-dev zlib1g-dev
  libcli11-dev libhwy-dev libspdlog-dev libyaml-cpp-dev nlohmann-json3-dev
  libboost-dev                                                    # headers: math, random
  libeigen3-dev                                                   # headers: linear algebra
  sqlite3                                                         # to query results by hand
  gnuplot-nox                                                     # draws the pictures of sweepctl plot
)

test_packages=(
  libgtest-dev libgmock-dev
  libclang-rt-16-dev                                              # the sanitizers' runtimes
  llvm-16                                                         # llvm-symbolizer: their reports name lines
  clang-format-16 shellcheck docker-compose
  iproute2 procps
)
