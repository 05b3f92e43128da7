# What dormouse's own build wants and its consumers must not inherit: warnings, ccache.
option(DORMOUSE_WARNINGS_AS_ERRORS "Treat warnings in dormouse's own code as errors" OFF)

if(PROJECT_IS_TOP_LEVEL AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(DORMOUSE_CCACHE ccache)
  if(DORMOUSE_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${DORMOUSE_CCACHE}")
  endif()
endif()

function(dormouse_developer_target target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast)
  # Leaving out an optional argument in {.a = ...} is how the library is meant to be used.
  target_compile_options(${target} PRIVATE -Wno-missing-field-initializers)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ 12 sees uninitialised reads in optionals that live in coroutine frames.
    target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized)
  endif()
  if(DORMOUSE_WARNINGS_AS_ERRORS)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  # A public header must compile alone; the checks are targets of their own, not part of "all".
  set_target_properties(${target} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ${PROJECT_IS_TOP_LEVEL})
endfunction()
