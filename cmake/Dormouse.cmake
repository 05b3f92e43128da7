#[=======================================================================[.rst:
dormouse_add_databases
----------------------

Gives a program the databases that are declared in a folder of its sources::

  dormouse_add_databases(<target>
                         [DIR <directory>]
                         [MIGRATIONS <directory>]
                         [DATABASES [<file>=]<qualified::variable>...]
                         [NO_TOOL])

``<target>`` is an executable or library of this directory. Paths are relative to the calling
``CMakeLists.txt``, whose directory is the *project* of the commands below: they keep their
development state there, in ``.dormouse``.

Arguments

``DIR``
  The databases and their actions. Default: ``src/databases``.

  A *database file* is a direct child that declares one ``dormouse::database``: a header, or a source
  that has no header of its own. Its base name is the database's name on the command line and in the
  folder of migrations. Other direct children are ordinary sources. Every ``.cpp``, at any depth, is
  compiled. ``_*`` and ``.*`` (files and folders) and ``*_test.*`` are left out; ``schema.cpp`` is compiled, but
  ``schema.*`` is never searched for databases.

``MIGRATIONS``
  ``<directory>/<database file>/*.sql`` are embedded, sorted by name, those that begin with a dot left
  out. Default: ``migrations``. The folder may be missing.

``DATABASES``
  Names the variables instead of searching for them; with ``<file>=`` in front when the variable's
  name appears in more than one database file.

``NO_TOOL``
  Makes no ``<target>-commands`` and no ``<target>-db``, which need the component ``cli``.

Targets

``<target>-databases``
  An object library of the sources under ``DIR`` and of a generated one that defines
  ``dormouse::databases()``: as objects, not as an archive, because the linker drops an archive
  member nobody refers to, and with it the actions it holds. It is linked to ``<target>``, and has
  ``DIR`` and the directory above as include directories. Tests link it too.

``<target>-commands``
  An object library that defines ``dormouse::cli::built_program()``: where the project is, and what
  it was built from, the SHA-256 of every source under ``DIR`` and of every file they include, found
  beside them or in the include directories of ``<target>-databases``; what dormouse itself, the
  compiler and the build directory bring is left out. Link it, together with ``<target>-databases``, to a
  program that has the database commands inside. It holds paths of this machine, so it is not linked
  to ``<target>`` unless you do.

``<target>-db``
  The command line tool, made of both: ``push``, ``generate``, ``status``, ``reset``, ``validate``,
  ``rehearse``, ``plan``, ``baseline``, ``watch``, ``config``. It refuses to work when a source has changed since it was built.

Names

A database called ``user-data`` (its ``.name``) has the class ``UserDataDatabaseDO``, which names its
objects' folder in the data directory, and the binding ``USER_DATA_DATABASE_DO``.

Example

.. code-block:: cmake

  find_package(dormouse 0.1 REQUIRED COMPONENTS cli)
  add_executable(shop src/main.cpp)
  dormouse_add_databases(shop DIR src/databases MIGRATIONS migrations)
#]=======================================================================]
include_guard(GLOBAL)
set(DORMOUSE_CMAKE_DIR "${CMAKE_CURRENT_LIST_DIR}" CACHE INTERNAL "Where dormouse's CMake scripts are")

function(dormouse_add_databases target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "NO_TOOL" "DIR;MIGRATIONS" "DATABASES")
  if(DEFINED arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "dormouse_add_databases(${target}): unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT TARGET ${target})
    message(FATAL_ERROR "dormouse_add_databases(${target}): there is no such target; call it after add_executable()")
  endif()
  if(NOT arg_DIR)
    set(arg_DIR src/databases)
  endif()
  if(NOT arg_MIGRATIONS)
    set(arg_MIGRATIONS migrations)
  endif()
  cmake_path(ABSOLUTE_PATH arg_DIR NORMALIZE OUTPUT_VARIABLE dir)
  cmake_path(ABSOLUTE_PATH arg_MIGRATIONS NORMALIZE OUTPUT_VARIABLE migrations)
  if(NOT IS_DIRECTORY "${dir}")
    message(FATAL_ERROR "dormouse_add_databases(${target}): databases directory not found: ${dir}\n"
      "Create it, or name another one with the DIR option (default: src/databases).")
  endif()

  _dormouse_sources("${dir}" sources)
  _dormouse_find_databases(${target} "${dir}" "${arg_DATABASES}" entries)
  _dormouse_list_migrations(${target} "${migrations}" "${entries}" sql_files)
  _dormouse_generate_list(${target} "${entries}" "${migrations}" "${sql_files}" generated)

  add_library(${target}-databases OBJECT ${sources} "${generated}")
  target_link_libraries(${target}-databases PUBLIC dormouse::dormouse)
  cmake_path(GET dir PARENT_PATH parent)
  target_include_directories(${target}-databases PUBLIC "${parent}" "${dir}")
  target_link_libraries(${target} PRIVATE ${target}-databases)
  if(NOT arg_NO_TOOL)
    _dormouse_add_tool(${target} "${dir}" "${migrations}" "${entries}")
  endif()
endfunction()

# Every source under `dir`, at any depth. Globbing is right here and nowhere else: an action file is
# part of the program by lying in the folder.
function(_dormouse_sources dir result)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS LIST_DIRECTORIES false RELATIVE "${dir}" "${dir}/*.cpp")
  list(FILTER sources EXCLUDE REGEX "(^|/)[_.]|_test\\.cpp$")
  list(TRANSFORM sources PREPEND "${dir}/")
  set(${result} ${sources} PARENT_SCOPE)
endfunction()

# Sets `result` to "<file base name>|<path>|<variable>" entries, sorted by file.
function(_dormouse_find_databases target dir named result)
  file(GLOB files CONFIGURE_DEPENDS LIST_DIRECTORIES false RELATIVE "${dir}" "${dir}/*.hpp" "${dir}/*.cpp")
  list(FILTER files EXCLUDE REGEX "^[_.]|^schema\\.|_test\\.[^.]*$")
  set(candidates "")
  foreach(file IN LISTS files)
    cmake_path(GET file STEM LAST_ONLY base)
    # A source beside its own header declares nothing the header does not.
    if(file MATCHES "\\.hpp$" OR NOT "${base}.hpp" IN_LIST files)
      list(APPEND candidates "${base}|${dir}/${file}")
    endif()
    # A renamed or moved variable must be found again.
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${dir}/${file}")
  endforeach()

  if(named)
    _dormouse_named_databases(${target} "${candidates}" "${named}" entries)
  else()
    _dormouse_scan_databases(${target} "${candidates}" entries)
  endif()
  if(NOT entries)
    message(FATAL_ERROR "dormouse_add_databases(${target}): no database found in ${dir}\n"
      "Looked in its .hpp and .cpp files (not in sub-folders, schema.*, _* or *_test.*) for a declaration like\n"
      "  inline constinit const dormouse::database main_db{{.name = \"main\"}};\n"
      "Add one, or name the variables with the DATABASES option.")
  endif()
  list(SORT entries COMPARE STRING)
  set(${result} ${entries} PARENT_SCOPE)
endfunction()

function(_dormouse_scan_databases target candidates result)
  set(entries "")
  foreach(candidate IN LISTS candidates)
    string(REGEX MATCH "^([^|]*)\\|(.*)$" _ "${candidate}")
    set(base "${CMAKE_MATCH_1}")
    set(path "${CMAKE_MATCH_2}")
    _dormouse_scan_file("${path}" variables)
    list(LENGTH variables count)
    if(count GREATER 1)
      message(FATAL_ERROR "dormouse_add_databases(${target}): ${path} declares ${count} databases (${variables})\n"
        "Give each its own file: the file's name is what its migrations are found by.")
    endif()
    if(count EQUAL 1)
      if(path MATCHES "\\.cpp$" AND variables MATCHES "<anonymous>")
        message(FATAL_ERROR "dormouse_add_databases(${target}): the database in ${path} is in an anonymous namespace,\n"
          "where the generated list cannot name it.")
      endif()
      string(REPLACE "<anonymous>::" "" variables "${variables}")
      list(APPEND entries "${base}|${path}|${variables}")
    endif()
  endforeach()
  set(${result} ${entries} PARENT_SCOPE)
endfunction()

# Sets `result` to the qualified names of the databases `path` declares at namespace scope. Reads
# tokens, not C++: strings and comments are blanked, braces counted, namespaces remembered.
function(_dormouse_scan_file path result)
  file(READ "${path}" text)
  string(REGEX REPLACE "[][]" " " text "${text}") # brackets would join list elements
  string(REPLACE ";" "@" text "${text}")          # so would semicolons split them
  string(REGEX REPLACE "\"([^\"\\\n]|\\\\.)*\"" "\"\"" text "${text}")
  string(REGEX REPLACE "'(\\\\.|[^'\\\n])'" "' '" text "${text}")
  string(REGEX REPLACE "//[^\n]*" "" text "${text}")
  string(REGEX REPLACE "/\\*([^*]|\\*+[^*/])*\\*+/" " " text "${text}")

  set(ws "[ \t\r\n]")
  set(word "[A-Za-z_][A-Za-z0-9_]*")
  set(type "database(${ws}+const)?")
  set(declaration "(^|[^A-Za-z0-9_])${type}${ws}+${word}${ws}*(=?${ws}*{|@)")
  string(REGEX MATCHALL
    "(^|[^A-Za-z0-9_])namespace${ws}*[A-Za-z0-9_:]*${ws}*{|(extern${ws}[A-Za-z0-9_: \t\r\n]*)?${declaration}|[{}]"
    tokens "${text}")
  set(has_source FALSE)
  string(REGEX REPLACE "\\.hpp$" ".cpp" source "${path}")
  if(NOT source STREQUAL path AND EXISTS "${source}")
    set(has_source TRUE)
  endif()

  set(scopes "") # one element per open brace: a namespace's name, or "-"
  set(variables "")
  foreach(token IN LISTS tokens)
    if(token STREQUAL "}")
      list(POP_BACK scopes)
    elseif(token MATCHES "namespace${ws}*([A-Za-z0-9_:]*)${ws}*{$")
      set(name "${CMAKE_MATCH_1}")
      if(name STREQUAL "")
        set(name "<anonymous>")
      endif()
      list(APPEND scopes "${name}")
    elseif(token STREQUAL "{")
      list(APPEND scopes "-")
    elseif(token MATCHES "${type}${ws}+(${word})${ws}*=?${ws}*([{@])$")
      set(name "${CMAKE_MATCH_2}")
      set(opens "${CMAKE_MATCH_3}")
      # `extern const database x;` counts when the source of the same name defines it.
      set(is_declaration FALSE)
      if(opens STREQUAL "{" OR (token MATCHES "^extern" AND has_source))
        set(is_declaration TRUE)
      endif()
      if(is_declaration AND NOT "-" IN_LIST scopes AND NOT name STREQUAL "final")
        list(JOIN scopes "::" prefix)
        if(prefix)
          string(APPEND prefix "::")
        endif()
        list(APPEND variables "${prefix}${name}")
      endif()
      if(opens STREQUAL "{")
        list(APPEND scopes "-")
      endif()
    endif()
  endforeach()
  set(${result} ${variables} PARENT_SCOPE)
endfunction()

# The variables named by DATABASES, each with the one file that mentions it.
function(_dormouse_named_databases target candidates named result)
  set(entries "")
  foreach(item IN LISTS named)
    if(NOT item MATCHES "^(([^=]+)=)?(([A-Za-z0-9_:]*::)?([A-Za-z_][A-Za-z0-9_]*))$")
      message(FATAL_ERROR "dormouse_add_databases(${target}): DATABASES wants [<file>=]<qualified::variable>, got '${item}'")
    endif()
    set(wanted_base "${CMAKE_MATCH_2}")
    set(variable "${CMAKE_MATCH_3}")
    set(last "${CMAKE_MATCH_5}")
    set(found "")
    foreach(candidate IN LISTS candidates)
      string(REGEX MATCH "^([^|]*)\\|(.*)$" _ "${candidate}")
      set(base "${CMAKE_MATCH_1}")
      set(path "${CMAKE_MATCH_2}")
      file(READ "${path}" text)
      if((wanted_base AND base STREQUAL wanted_base)
         OR (NOT wanted_base AND text MATCHES "(^|[^A-Za-z0-9_])${last}([^A-Za-z0-9_]|$)"))
        list(APPEND found "${base}|${path}|${variable}")
      endif()
    endforeach()
    list(LENGTH found count)
    if(NOT count EQUAL 1)
      message(FATAL_ERROR "dormouse_add_databases(${target}): ${count} database files for '${item}'; "
        "write DATABASES <file>=${variable}, <file> being the base name of the file that declares it")
    endif()
    list(APPEND entries ${found})
  endforeach()
  set(${result} ${entries} PARENT_SCOPE)
endfunction()

# Sets `result` to the .sql files directly below migrations/<database file>/.
function(_dormouse_list_migrations target migrations entries result)
  file(GLOB sql_files CONFIGURE_DEPENDS LIST_DIRECTORIES false "${migrations}/*/*.sql")
  list(FILTER sql_files EXCLUDE REGEX "/\\.[^/]*$") # an editor's lock files and backups
  foreach(file IN LISTS sql_files)
    cmake_path(GET file PARENT_PATH folder)
    cmake_path(GET folder FILENAME folder)
    if(NOT "${entries}" MATCHES "(^|;)${folder}\\|" AND NOT folder IN_LIST warned)
      list(APPEND warned "${folder}")
      message(WARNING "dormouse_add_databases(${target}): ${migrations}/${folder} has migrations, "
        "but no database file is called ${folder}.hpp or ${folder}.cpp; they are left out")
    endif()
  endforeach()
  set(${result} ${sql_files} PARENT_SCOPE)
endfunction()

# The source that defines dormouse::databases(), written at build time. The list file is a
# dependency of its own: it changes when a migration is removed, which the .sql files cannot tell.
function(_dormouse_generate_list target entries migrations sql_files result)
  set(list_file "${CMAKE_CURRENT_BINARY_DIR}/${target}_databases.list")
  set(output "${CMAKE_CURRENT_BINARY_DIR}/${target}_databases.cpp")
  string(CONCAT content "set(entries [==[${entries}]==])\n" "set(migrations [==[${migrations}]==])\n"
    "set(sql_files [==[${sql_files}]==])\n")
  file(CONFIGURE OUTPUT "${list_file}" CONTENT "@content@" @ONLY)
  add_custom_command(OUTPUT "${output}"
    COMMAND "${CMAKE_COMMAND}" "-DLIST=${list_file}" "-DOUTPUT=${output}"
            -P "${DORMOUSE_CMAKE_DIR}/DormouseEmbedDatabases.cmake"
    DEPENDS "${list_file}" ${sql_files} "${DORMOUSE_CMAKE_DIR}/DormouseEmbedDatabases.cmake"
    COMMENT "Listing the databases of ${target}"
    VERBATIM)
  # In one unit with others its names of internal linkage would clash with theirs.
  set_source_files_properties("${output}" PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  set(${result} "${output}" PARENT_SCOPE)
endfunction()

# `text` as one word of a shell: quoted when it needs to be.
function(_dormouse_shell_word text result)
  if(NOT text MATCHES "^[A-Za-z0-9_./+@%:=,-]+$")
    string(REPLACE "'" "'\\''" text "${text}")
    set(text "'${text}'")
  endif()
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

# What the tool was built from is recorded at build time; the depfile tells the build which files that
# are, those found by following includes too.
function(_dormouse_add_tool target dir migrations entries)
  if(NOT TARGET dormouse::cli)
    message(FATAL_ERROR "dormouse_add_databases(${target}): ${target}-db needs dormouse::cli, which is not part of this "
      "dormouse (or CLI11 was not found); pass NO_TOOL to do without")
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS LIST_DIRECTORIES false RELATIVE "${dir}" "${dir}/*.hpp" "${dir}/*.cpp")
  list(FILTER sources EXCLUDE REGEX "(^|/)[_.]|_test\\.[^./]*$")
  list(TRANSFORM sources PREPEND "${dir}/")

  _dormouse_shell_word("${CMAKE_BINARY_DIR}" build_dir)
  set(build "cmake --build ${build_dir}")
  set(each "")
  get_property(multi_config GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
  if(multi_config) # a tool for each, which knows the program of its own
    string(APPEND build " --config $<CONFIG>")
    set(each "_$<CONFIG>")
  endif()
  set(server "")
  set(server_command "")
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "EXECUTABLE")
    set(server "$<TARGET_FILE:${target}>")
    set(server_command "${build} --target ${target}-db ${target}")
  endif()

  set(list_file "${CMAKE_CURRENT_BINARY_DIR}/${target}_commands${each}.list")
  set(record "${CMAKE_CURRENT_BINARY_DIR}/${target}_commands${each}.cpp")
  set(script "${DORMOUSE_CMAKE_DIR}/DormouseRecordSources.cmake")
  string(CONCAT content
    "set(project [==[${CMAKE_CURRENT_SOURCE_DIR}]==])\n" "set(dir [==[${dir}]==])\n"
    "set(migrations [==[${migrations}]==])\n" "set(entries [==[${entries}]==])\n"
    "set(sources [==[${sources}]==])\n"
    "set(include_dirs [==[$<TARGET_PROPERTY:${target}-databases,INCLUDE_DIRECTORIES>]==])\n"
    "set(foreign_dirs [==[$<TARGET_PROPERTY:dormouse::dormouse,INTERFACE_INCLUDE_DIRECTORIES>;${CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES};${CMAKE_BINARY_DIR}]==])\n"
    "set(program [==[$<TARGET_PROPERTY:${target},SOURCES>]==])\n"
    "set(command [==[${build} --target ${target}-db]==])\n"
    "set(server [==[${server}]==])\n"
    "set(server_command [==[${server_command}]==])\n")
  file(GENERATE OUTPUT "${list_file}" CONTENT "${content}")
  add_custom_command(OUTPUT "${record}"
    COMMAND "${CMAKE_COMMAND}" "-DLIST=${list_file}" "-DOUTPUT=${record}" -P "${script}"
    DEPENDS "${list_file}" ${sources} "${script}"
    DEPFILE "${record}.d"
    COMMENT "Recording the sources of ${target}-db"
    VERBATIM)
  add_library(${target}-commands OBJECT "${record}")
  target_link_libraries(${target}-commands PUBLIC dormouse::cli)

  set(main "${CMAKE_CURRENT_BINARY_DIR}/${target}_db_main.cpp")
  file(CONFIGURE OUTPUT "${main}" CONTENT
"// Generated by dormouse_add_databases(); do not edit.
#include <dormouse/database_tool.hpp>

int main(int argc, char** argv) {
    return dormouse::cli::run_database_tool(argc, argv, dormouse::cli::built_program());
}
" @ONLY)
  add_executable(${target}-db "${main}")
  target_link_libraries(${target}-db PRIVATE ${target}-commands ${target}-databases)
endfunction()
