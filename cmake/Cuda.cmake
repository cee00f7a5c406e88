# The kernels of worker/cuda are compiled wherever nvcc is, which needs neither a GPU nor a driver;
# the trainer uses them where its LibTorch is a build for CUDA too.
include(CheckLanguage)
if(NOT CMAKE_CUDA_HOST_COMPILER)
  set(CMAKE_CUDA_HOST_COMPILER ${CMAKE_CXX_COMPILER})
endif()
check_language(CUDA)
if(NOT CMAKE_CUDA_COMPILER)
  message(STATUS "No nvcc: the kernels of worker/cuda are left out")
  return()
endif()
if(NOT CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES 75-real 80-real 90)  # T4, A100, H100 and what comes after them
endif()
enable_language(CUDA)
set(PATHSWEEP_HAS_NVCC ON)
if(PATHSWEEP_TORCH_HAS_CUDA)
  set(PATHSWEEP_HAS_CUDA ON)
endif()
