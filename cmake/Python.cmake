# PATHSWEEP_PYTHON: the interpreter for tests written in Python. deploy/setup.sh --tests
# puts what they import into build/venv.
set(pathsweep_venv_python ${PROJECT_SOURCE_DIR}/build/venv/bin/python)
if(EXISTS ${pathsweep_venv_python})
  set(PATHSWEEP_PYTHON ${pathsweep_venv_python} CACHE FILEPATH "Python that the tests use")
else()
  find_program(PATHSWEEP_PYTHON python3 DOC "Python that the tests use")
endif()
