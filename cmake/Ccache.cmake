# Compiles through ccache where it is installed. The sloppiness is what ccache asks for
# when precompiled headers are in use; without it every file that uses one is a miss.
find_program(PATHSWEEP_CCACHE ccache)
if(PATHSWEEP_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    ${PATHSWEEP_CCACHE})
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # A time stamp inside the precompiled header would make each build of it a new one.
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
endif()
