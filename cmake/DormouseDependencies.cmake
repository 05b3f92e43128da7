# The packages dormouse links, as arguments of find_package(). Also installed: the package config
# looks for the same ones, so the two cannot drift apart.
set(DORMOUSE_DEPENDENCIES
  "Threads"
  "Boost 1.81"
  "SQLite3 3.40"
  "simdjson 3.0"
  "spdlog 1.10"
  "OpenSSL 3.0 COMPONENTS Crypto"
  "ICU 72 COMPONENTS uc")
set(DORMOUSE_TRANSPORT_DEPENDENCIES
  "Boost 1.81 COMPONENTS url"
  "OpenSSL 3.0 COMPONENTS Crypto SSL")
set(DORMOUSE_CLI_DEPENDENCIES
  "CLI11 2.1")
