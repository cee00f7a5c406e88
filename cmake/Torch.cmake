# pathsweep::torch: the LibTorch of -DTorch_DIR=…/share/cmake/Torch, else of the wheel that
# deploy/setup.sh put into build/venv.
#
# Its files are named directly, not through its TorchConfig.cmake: a build for CUDA asks
# there for the whole CUDA toolkit, even of those who compile no CUDA code, and the wheel
# that pip installs by default is such a build.
if(NOT Torch_DIR)
  file(GLOB Torch_DIR
    ${PROJECT_SOURCE_DIR}/build/venv/lib/python3*/site-packages/torch/share/cmake/Torch)
endif()
cmake_path(SET torch_root NORMALIZE "${Torch_DIR}/../../..")
if(NOT Torch_DIR OR NOT EXISTS ${torch_root}/lib/libtorch_cpu.so)
  message(FATAL_ERROR
    "No LibTorch in '${torch_root}'. Run deploy/setup.sh, which installs it into build/venv; or "
    "name one with -DTorch_DIR=…/share/cmake/Torch; or build without the worker: "
    "-DPATHSWEEP_PARTS=service.")
endif()

add_library(pathsweep_torch INTERFACE)
add_library(pathsweep::torch ALIAS pathsweep_torch)
target_include_directories(pathsweep_torch SYSTEM INTERFACE
  ${torch_root}/include ${torch_root}/include/torch/csrc/api/include)
if(EXISTS ${torch_root}/lib/libtorch_cuda.so)
  set(PATHSWEEP_TORCH_HAS_CUDA ON)
endif()
# Nothing calls into libtorch.so itself, but loading it loads the CUDA kernels.
target_link_libraries(pathsweep_torch INTERFACE
  -Wl,--push-state,--no-as-needed ${torch_root}/lib/libtorch.so -Wl,--pop-state
  ${torch_root}/lib/libtorch_cpu.so ${torch_root}/lib/libc10.so
  $<$<BOOL:${PATHSWEEP_TORCH_HAS_CUDA}>:${torch_root}/lib/libtorch_cuda.so>
  $<$<BOOL:${PATHSWEEP_TORCH_HAS_CUDA}>:${torch_root}/lib/libc10_cuda.so>)
