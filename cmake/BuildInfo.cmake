# Writes OUTPUT from TEMPLATE with the commit of SOURCE, if it has changed. Run by every build.
set(COMMIT unknown)
find_package(Git QUIET)
if(GIT_FOUND)
  execute_process(
    COMMAND ${GIT_EXECUTABLE} describe --always --abbrev=12 --exclude=* --dirty=-changed
    WORKING_DIRECTORY ${SOURCE} OUTPUT_VARIABLE described ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(described)
    set(COMMIT ${described})
  endif()
endif()
configure_file(${TEMPLATE} ${OUTPUT} @ONLY)
