# Finds LibTorch: the one named by -DTorch_DIR, else the wheel that deploy/setup.sh put
# into build/venv.
if(NOT Torch_DIR)
  file(GLOB pathsweep_wheel_torch
    ${PROJECT_SOURCE_DIR}/build/venv/lib/python3*/site-packages/torch/share/cmake/Torch)
endif()
find_package(Torch QUIET CONFIG HINTS ${pathsweep_wheel_torch})
if(NOT Torch_FOUND)
  message(FATAL_ERROR
    "LibTorch was not found. Run deploy/setup.sh, which installs it into build/venv; or name "
    "one with -DTorch_DIR=…/share/cmake/Torch; or build without the worker: "
    "-DPATHSWEEP_BUILD_TRAINER=OFF.")
endif()
