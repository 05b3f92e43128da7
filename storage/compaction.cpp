#include "storage/compaction.hpp"

#include "storage/page.hpp"
#include "storage/sqlite_failure.hpp"

#include <dormouse/error.hpp>

#include <sqlite3.h>

#include <array>
#include <fstream>
#include <memory>
#include <span>
#include <vector>

namespace dormouse {
namespace {

using database_handle = std::unique_ptr<sqlite3, int (*)(sqlite3*)>;

database_handle open_database(const std::string& path, int flags) {
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &opened, flags, nullptr);
    database_handle handle(opened, sqlite3_close);
    if (code != SQLITE_OK) {
        throw_sqlite_failure(opened, code, nullptr);
    }
    return handle;
}

void run(sqlite3* database, const std::string& sql) {
    if (const int code = sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr);
        code != SQLITE_OK) {
        throw_sqlite_failure(database, code, sql.c_str());
    }
}

class query {
public:
    query(sqlite3* database, const std::string& sql) {
        const int code = sqlite3_prepare_v2(database, sql.c_str(), -1, &compiled_, nullptr);
        if (code != SQLITE_OK) {
            throw_sqlite_failure(database, code, sql.c_str());
        }
        found_ = sqlite3_step(compiled_) == SQLITE_ROW;
    }
    query(const query&) = delete;
    query& operator=(const query&) = delete;
    ~query() { sqlite3_finalize(compiled_); }

    /// There is a row.
    [[nodiscard]] bool found() const noexcept { return found_; }
    [[nodiscard]] std::int64_t integer(int column = 0) const noexcept {
        return found_ ? sqlite3_column_int64(compiled_, column) : 0;
    }
    [[nodiscard]] std::string text(int column) const {
        const auto* bytes = found_ ? sqlite3_column_text(compiled_, column) : nullptr;
        return bytes == nullptr ? "" : reinterpret_cast<const char*>(bytes);
    }

private:
    sqlite3_stmt* compiled_ = nullptr;
    bool found_ = false;
};

bool has_table(sqlite3* database, const std::string& name) {
    return query(database, "SELECT 1 FROM sqlite_schema WHERE name = '" + name + "'").found();
}

std::string quote(const std::string& text) {
    std::string quoted = "'";
    for (const char c : text) {
        quoted += c == '\'' ? "''" : std::string(1, c);
    }
    return quoted + "'";
}

void write_file(disk& on, const std::string& path, std::span<const std::byte> bytes) {
    const auto file = on.open(path, open_mode::create);
    file->truncate(0);
    file->write(0, bytes);
}

/// A database into which nothing was ever written has no page at all.
void make_first_page(sqlite3* database) {
    if (query(database, "PRAGMA page_count").integer() == 0) {
        run(database,
            "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA user_version=1; PRAGMA user_version=0");
    }
}

/// Page for page, as one moment: others may be writing.
void copy_pages(sqlite3* from, const std::string& to) {
    const auto target = open_database(to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    auto* copying = sqlite3_backup_init(target.get(), "main", from, "main");
    if (copying == nullptr) {
        throw_sqlite_failure(target.get(), sqlite3_errcode(target.get()), nullptr);
    }
    sqlite3_backup_step(copying, -1);
    if (const int code = sqlite3_backup_finish(copying); code != SQLITE_OK) {
        throw_sqlite_failure(target.get(), code, nullptr);
    }
    run(target.get(), "PRAGMA journal_mode=DELETE");
    make_first_page(target.get());
}

/// Only "VACUUM INTO" changes the size of pages.
void convert_pages(sqlite3* from, const std::string& to) {
    run(from, "PRAGMA page_size=4096");
    run(from, "PRAGMA auto_vacuum=INCREMENTAL");
    run(from, "VACUUM INTO " + quote(to));
}

void move_in(disk& on, const std::string& from, const std::string& to) {
    constexpr std::size_t step = std::size_t{1} << 20;
    std::ifstream source(from, std::ios::binary);
    const auto target = on.open(to, open_mode::create);
    target->truncate(0);
    std::vector<char> buffer(step);
    for (std::uint64_t at = 0; source.read(buffer.data(), step), source.gcount() > 0;) {
        const auto count = static_cast<std::size_t>(source.gcount());
        target->write(at, std::as_bytes(std::span(buffer)).first(count));
        at += count;
    }
}

void remove_scratch(const std::string& scratch) {
    for (const auto* suffix : {"", "-journal", "-wal", "-shm"}) {
        std::error_code ignored;
        std::filesystem::remove(scratch + suffix, ignored);
    }
}

std::optional<std::chrono::system_clock::time_point> in_milliseconds(std::int64_t nanoseconds) {
    using namespace std::chrono;
    return nanoseconds > 0 ? std::optional(system_clock::time_point(duration_cast<milliseconds>(
                                 std::chrono::nanoseconds(nanoseconds))))
                           : std::nullopt;
}

/// workerd keeps alarms in nanoseconds since 1970: on a local disk beside the objects' databases,
/// elsewhere in them.
imported_facts find_facts(sqlite3* database, const std::filesystem::path& from) {
    imported_facts facts;
    if (has_table(database, "_cf_METADATA")) {
        facts.next_alarm = in_milliseconds(
            query(database, "SELECT value FROM _cf_METADATA WHERE key = 1").integer());
    }
    const auto beside = from.parent_path() / "metadata.sqlite";
    if (!std::filesystem::exists(beside)) {
        return facts;
    }
    const auto metadata = open_database(beside.string(), SQLITE_OPEN_READWRITE);
    if (has_table(metadata.get(), "_cf_ALARM")) {
        const query alarm(metadata.get(),
                          "SELECT scheduled_time, actor_name FROM _cf_ALARM WHERE actor_id = " +
                              quote(from.stem().string()));
        facts.next_alarm = alarm.found() ? in_milliseconds(alarm.integer()) : facts.next_alarm;
        facts.name = alarm.text(1);
    }
    return facts;
}

}  // namespace

void compact_database(disk& on, const std::string& path, const std::string& compacted) {
    const auto file = on.open(path, open_mode::existing);
    const auto size = static_cast<std::size_t>(file->size());
    auto* bytes = static_cast<unsigned char*>(sqlite3_malloc64(size));
    if (bytes == nullptr) {
        throw error(errc::storage_failed, "not enough memory to compact " + path);
    }
    static_cast<void>(file->read(0, {reinterpret_cast<std::byte*>(bytes), size}));
    const auto database = open_database(":memory:", SQLITE_OPEN_READWRITE);
    sqlite3_deserialize(database.get(), "main", bytes, static_cast<sqlite3_int64>(size),
                        static_cast<sqlite3_int64>(size),
                        SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE);
    run(database.get(), "VACUUM");
    sqlite3_int64 left = 0;
    const auto* now = sqlite3_serialize(database.get(), "main", &left, SQLITE_SERIALIZE_NOCOPY);
    write_file(on, compacted,
               {reinterpret_cast<const std::byte*>(now), static_cast<std::size_t>(left)});
}

imported_facts import_database(disk& on, const std::filesystem::path& from,
                               const std::string& imported, const std::string& scratch) {
    try {
        std::filesystem::create_directories(std::filesystem::path(scratch).parent_path());
        remove_scratch(scratch);
        const auto source = open_database(from.string(), SQLITE_OPEN_READWRITE);
        auto facts = find_facts(source.get(), from);
        if (query(source.get(), "PRAGMA page_size").integer() ==
            static_cast<std::int64_t>(page_size)) {
            copy_pages(source.get(), scratch);
        } else {
            convert_pages(source.get(), scratch);
        }
        const auto copy = open_database(scratch, SQLITE_OPEN_READONLY);
        const query check(copy.get(), "PRAGMA integrity_check(1)");
        if (check.text(0) != "ok") {
            throw error(errc::storage_failed, "it is damaged: " + check.text(0));
        }
        move_in(on, scratch, imported);
        remove_scratch(scratch);
        return facts;
    } catch (const error& failure) {
        remove_scratch(scratch);
        throw error(errc::storage_failed, "cannot import " + from.string() + ": " + failure.what());
    }
}

}  // namespace dormouse
