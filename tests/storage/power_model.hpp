// What the power-loss simulation knows of the objects it uses.
#pragma once

#include <dormouse/bookmark.hpp>
#include <dormouse/storage_node.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dormouse::test {

/// What an object's table holds: the bytes are derived from the number.
using table = std::map<std::int64_t, std::int64_t>;

struct version {
    std::uint64_t position = 0;
    table rows;
    // What the catalog says.
    std::string name;           // empty: there is no object
    std::uint32_t commits = 0;  // tells versions with the same rows apart
    std::optional<table> wish;  // what it goes back to, when it wakes
    bool foreign = false;       // another program's file, which the node has not taken in yet
};

/// A moment to go back to.
struct known_moment {
    bookmark mark;
    version was;
    std::uint64_t life = 0;  // of the object, counted in destructions
};

/// One object as the test knows it.
struct model {
    std::unique_ptr<object_storage> open;
    bool closing = false;
    std::vector<version> versions{{}};  ///< The oldest that may be found, and all after it.
    std::vector<known_moment> moments;  ///< Acknowledged ones.
    std::uint64_t life = 0;
};

}  // namespace dormouse::test
