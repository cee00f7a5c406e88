# PATHSWEEP_SANITIZE builds everything of ours with the named sanitizers. The system's
# libraries and LibTorch stay as they are; pathsweep_sanitizers, which every program then
# links, tells the sanitizers what follows from that. Optimising takes longer
# than most tests: only what pathsweep_hot names is optimised.
set(PATHSWEEP_SANITIZE "" CACHE STRING "Value for -fsanitize=: address,undefined or thread")
if(PATHSWEEP_SANITIZE)
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${PATHSWEEP_SANITIZE};-fno-omit-frame-pointer;-O0;-gline-tables-only>")
  add_link_options(-fsanitize=${PATHSWEEP_SANITIZE})
  add_library(pathsweep_sanitizers OBJECT tests/sanitizers/default_options.cc)
endif()
if(PATHSWEEP_SANITIZE STREQUAL thread)
  target_sources(pathsweep_sanitizers PRIVATE tests/sanitizers/absl_mutex_tsan.cc)
  target_link_libraries(pathsweep_sanitizers PUBLIC absl::synchronization)
endif()
