# The project's own targets: one library per folder, its dependencies in its link
# list, warnings as errors.

set(PATHSWEEP_WARNINGS -Wall -Wextra -Werror -Wshadow -Wnon-virtual-dtor)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  list(APPEND PATHSWEEP_WARNINGS -Wthread-safety)
else()
  # GCC 12 reports these inside the standard library's std::variant and std::string.
  list(APPEND PATHSWEEP_WARNINGS -Wno-maybe-uninitialized -Wno-restrict)
endif()

function(pathsweep_options target)
  target_compile_options(${target} PRIVATE ${PATHSWEEP_WARNINGS})
  target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR})
  target_compile_definitions(${target} PRIVATE PATHSWEEP_VERSION="${PROJECT_VERSION}")
endfunction()

# pathsweep_library(domain SOURCES space.cc … LINK pathsweep::base …) makes pathsweep::domain.
function(pathsweep_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  add_library(pathsweep_${name} STATIC ${arg_SOURCES})
  add_library(pathsweep::${name} ALIAS pathsweep_${name})
  target_link_libraries(pathsweep_${name} PUBLIC ${arg_LINK})
  pathsweep_options(pathsweep_${name})
  # What tests/fuzz reaches tells libFuzzer where it has been; training would be half as fast.
  if(PATHSWEEP_BUILD_FUZZERS AND NOT CMAKE_CURRENT_SOURCE_DIR MATCHES "/worker(/|$)")
    target_compile_options(pathsweep_${name} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
endfunction()

function(pathsweep_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINK} $<TARGET_NAME_IF_EXISTS:pathsweep_sanitizers>)
  pathsweep_options(${name})
endfunction()

# Tests spend their time in it: with sanitizers it is optimised all the same.
function(pathsweep_hot target)
  if(PATHSWEEP_SANITIZE)
    target_compile_options(${target} PRIVATE -O1)
  endif()
endfunction()

# A GoogleTest program; each of its tests is a test of ctest, with the given labels.
function(pathsweep_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK;LABELS" ${ARGN})
  pathsweep_program(${name} SOURCES ${arg_SOURCES} LINK ${arg_LINK} GTest::gmock_main)
  target_compile_definitions(${name} PRIVATE
    PATHSWEEP_SOURCE_DIR="${PROJECT_SOURCE_DIR}" PATHSWEEP_BIN_DIR="${PROJECT_BINARY_DIR}/bin")
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  if(arg_LABELS)
    set(labels LABELS "${arg_LABELS}")
  endif()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST NO_PRETTY_VALUES
    PROPERTIES TIMEOUT 300 ${labels})
endfunction()
