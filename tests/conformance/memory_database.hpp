// A database in memory, for programs that compare what SQL does.
#pragma once

#include <sqlite3.h>

#include <string>
#include <string_view>

namespace conformance {

/// **Thread safety:** one thread. **Errors:** `std::runtime_error` with SQLite's message.
class memory_database {
public:
    memory_database();
    memory_database(const memory_database&) = delete;
    memory_database& operator=(const memory_database&) = delete;
    ~memory_database();

    /// Runs every statement of `sql`.
    void execute(std::string_view sql);
    /// The first value of the first row, as text; empty when there is none.
    [[nodiscard]] std::string query_value(std::string_view sql);
    /// The table's rows as a JSON array, in order of storage; each one an array of its values, or
    /// an object of its columns.
    [[nodiscard]] std::string rows_as_arrays(std::string_view table);
    [[nodiscard]] std::string rows_as_objects(std::string_view table);

    [[nodiscard]] sqlite3* handle() const noexcept { return database_; }

private:
    [[nodiscard]] std::string rows_as(std::string_view function, std::string_view table);

    sqlite3* database_ = nullptr;
};

/// In backticks.
[[nodiscard]] std::string quoted(std::string_view name);

}  // namespace conformance
