# PATHSWEEP_SANITIZE: builds everything of ours with the named sanitizers. The system's
# libraries and LibTorch stay as they are; tests/sanitizers/ says what follows from that.
set(PATHSWEEP_SANITIZE "" CACHE STRING "Value for -fsanitize=: address,undefined or thread")
if(PATHSWEEP_SANITIZE)
  add_compile_options(-fsanitize=${PATHSWEEP_SANITIZE} -fno-omit-frame-pointer
    -O1 -gline-tables-only)
  add_link_options(-fsanitize=${PATHSWEEP_SANITIZE})
endif()
