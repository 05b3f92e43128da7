// Parsing a schema and preparing statements costs ten times what a query does, so a connection goes
// from one object to the next with both. That is safe between databases whose schema lies in the
// same bytes, root pages included: an equal schema cookie alone proves nothing.
#pragma once

#include "storage/page.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace dormouse {

/// Every page of a database's schema table, without the fields of the header that data changes.
struct schema_layout {
    std::vector<std::byte> pages;
    /// Connections may be shared. A virtual table keeps state in its connection; a malformed schema
    /// is nobody else's business.
    bool shareable = false;

    bool operator==(const schema_layout& other) const noexcept;
};

using page_reader = std::function<void(page_number, std::span<std::byte, page_size>)>;

/// Uses the memory that `into` has.
void read_layout(const page_reader& read, schema_layout& into);

/// SQLite's count of schema changes, in the first page.
[[nodiscard]] std::uint32_t schema_cookie(page_view first) noexcept;

}  // namespace dormouse
