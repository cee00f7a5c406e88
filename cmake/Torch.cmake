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

# LibTorch with the compile flags that it asks for.
add_library(pathsweep_torch INTERFACE)
add_library(pathsweep::torch ALIAS pathsweep_torch)
target_link_libraries(pathsweep_torch INTERFACE ${TORCH_LIBRARIES})
separate_arguments(pathsweep_torch_flags UNIX_COMMAND "${TORCH_CXX_FLAGS}")
target_compile_options(pathsweep_torch INTERFACE ${pathsweep_torch_flags})
