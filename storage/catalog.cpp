#include "storage/catalog.hpp"

#include <dormouse/error.hpp>

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

namespace dormouse {
namespace {

// Those who look something up wait no longer than so many rows take.
constexpr std::size_t rows_per_turn = 256;

constexpr std::string_view schema = R"sql(
CREATE TABLE IF NOT EXISTS objects (
    class TEXT NOT NULL,
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    state INTEGER NOT NULL,
    version TEXT NOT NULL,
    next_alarm INTEGER,
    metadata BLOB NOT NULL,
    restore_to INTEGER NOT NULL,
    page_count INTEGER NOT NULL,
    first_page INTEGER NOT NULL,
    filed INTEGER NOT NULL,
    incarnation INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    last INTEGER NOT NULL,
    time INTEGER NOT NULL,
    archived BLOB NOT NULL DEFAULT x'',
    PRIMARY KEY (class, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS objects_by_name ON objects (class, name);
CREATE INDEX IF NOT EXISTS objects_by_alarm ON objects (next_alarm) WHERE next_alarm IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_to_restore ON objects (restore_to) WHERE restore_to <> 0;
)sql";

constexpr std::string_view columns =
    "class, id, metadata, page_count, first_page, incarnation, sequence, last, time, archived, "
    "filed";

constexpr std::string_view upsert = R"sql(
INSERT INTO objects (class, id, name, state, version, next_alarm, metadata, restore_to, page_count,
                     first_page, incarnation, sequence, last, time, filed)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
ON CONFLICT DO UPDATE SET
    name = excluded.name, state = excluded.state, version = excluded.version,
    next_alarm = excluded.next_alarm, metadata = excluded.metadata,
    restore_to = excluded.restore_to, page_count = excluded.page_count,
    first_page = excluded.first_page, incarnation = excluded.incarnation,
    sequence = excluded.sequence, last = excluded.last, time = excluded.time,
    filed = excluded.filed
)sql";

borrowed_statement borrow(lease& turn, statement_slot slot, std::string_view sql) {
    return turn.borrow(slot, [sql] { return sql; });
}

/// One for each statement below, for the life of the process.
struct statement_slots {
    statement_slot find = statement_slot::next();
    statement_slot upsert = statement_slot::next();
    statement_slot archive = statement_slot::next();
    statement_slot forget = statement_slot::next();
};

const statement_slots& slots() {
    static const statement_slots all;
    return all;
}

template <class T>
void bind_number(statement& into, int parameter, T value) {
    into.bind(parameter, static_cast<std::int64_t>(value));
}

void bind_identity(statement& into, const object_identity& object) {
    into.bind(1, std::string_view(object.class_name));
    into.bind(2, std::span<const std::byte>(object.id));
}

std::vector<generation> decode_generations(std::span<const std::byte> bytes) {
    std::vector<generation> all(bytes.size() / sizeof(generation));
    std::memcpy(all.data(), bytes.data(), all.size() * sizeof(generation));
    return all;
}

catalog_row read_row(const statement& from) {
    catalog_row row;
    row.identity.class_name = from.text(0);
    const auto id = from.blob(1);
    std::copy_n(id.begin(), std::min(id.size(), row.identity.id.size()), row.identity.id.begin());
    if (auto metadata = decode_metadata(from.blob(2))) {
        row.facts.metadata = std::move(*metadata);
    }
    row.facts.file.page_count = static_cast<page_number>(from.integer(3));
    row.facts.file.first_page = static_cast<std::uint32_t>(from.integer(4));
    row.facts.progress.incarnation = static_cast<log_position>(from.integer(5));
    row.facts.progress.sequence = static_cast<std::uint32_t>(from.integer(6));
    row.facts.progress.last = static_cast<log_position>(from.integer(7));
    row.facts.progress.time = static_cast<std::uint64_t>(from.integer(8));
    row.archived = decode_generations(from.blob(9));
    row.facts.filed = static_cast<std::uint32_t>(from.integer(10));
    return row;
}

void write_facts(lease& turn, const object_identity& object, const object_facts& facts) {
    auto row = borrow(turn, slots().upsert, upsert);
    const auto& known = facts.metadata.known;
    const auto metadata = encode(facts.metadata);
    bind_identity(*row, object);
    row->bind(3, std::string_view(known.name));
    bind_number(*row, 4, known.state);
    row->bind(5, std::string_view(known.version));
    if (known.next_alarm) {
        using unit = std::chrono::milliseconds;
        bind_number(*row, 6,
                    std::chrono::duration_cast<unit>(known.next_alarm->time_since_epoch()).count());
    } else {
        row->bind_null(6);
    }
    row->bind(7, std::span<const std::byte>(metadata));
    bind_number(*row, 8, facts.metadata.restore_to);
    bind_number(*row, 9, facts.file.page_count);
    bind_number(*row, 10, facts.file.first_page);
    bind_number(*row, 11, facts.progress.incarnation);
    bind_number(*row, 12, facts.progress.sequence);
    bind_number(*row, 13, facts.progress.last);
    bind_number(*row, 14, facts.progress.time);
    bind_number(*row, 15, facts.filed);
    row->run();
}

/// The smallest text behind all that begin with `prefix`; empty: there is none.
std::string behind(std::string prefix) {
    while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xff) {
        prefix.pop_back();
    }
    if (!prefix.empty()) {
        prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
    }
    return prefix;
}

}  // namespace

catalog::catalog(std::shared_ptr<object_image> image, const steady_ticks& ticks)
    : pool_(1, ticks), database_(nullptr, std::move(image), pool_) {
    create_tables();
}

void catalog::create_tables() {
    lease turn(database_);
    auto exists = turn.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'objects_to_restore'");
    if (!exists->step()) {
        turn.execute(schema);
        static_cast<void>(turn.commit());
    }
}

void catalog::note(const object_identity& object, const object_facts& facts) {
    const std::lock_guard lock(mutex_);
    noted_[object].facts = facts;
}

void catalog::note_archived(const object_identity& object, std::vector<generation> archived) {
    const std::lock_guard lock(mutex_);
    noted_[object].archived = std::move(archived);
}

void catalog::forget(const object_identity& object) {
    const std::lock_guard lock(mutex_);
    noted_[object] = {true, {}, {}};
}

std::optional<catalog_row> catalog::find(const object_identity& object) {
    const std::lock_guard lock(mutex_);
    const auto found = noted_.find(object);
    if (found == noted_.end()) {
        return find_written(object);
    }
    const auto& noted = found->second;
    std::optional<catalog_row> row;
    if (!noted.forgotten && !(noted.facts && noted.archived)) {
        row = find_written(object);
    }
    if (noted.facts) {
        if (!row) {
            row = catalog_row{object, {}, {}};
        }
        row->facts = *noted.facts;
    }
    if (row && noted.archived) {
        row->archived = *noted.archived;
    }
    return row;
}

std::optional<catalog_row> catalog::find_written(const object_identity& object) {
    lease turn(database_);
    static const auto sql =
        "SELECT " + std::string(columns) + " FROM objects WHERE class = ?1 AND id = ?2";
    auto row = borrow(turn, slots().find, sql);
    bind_identity(*row, object);
    return row->step() ? std::optional(read_row(*row)) : std::nullopt;
}

void catalog::write() {
    bool more = true;
    while (more) {
        const std::lock_guard lock(mutex_);
        note_map some;
        while (!noted_.empty() && some.size() < rows_per_turn) {
            some.insert(noted_.extract(noted_.begin()));
        }
        more = !noted_.empty();
        write_some(some);
    }
}

// What could not be written stays noted.
void catalog::write_some(note_map& some) {
    if (some.empty()) {
        return;
    }
    try {
        lease turn(database_);
        for (const auto& [object, noted] : some) {
            write_one(turn, object, noted);
        }
        static_cast<void>(turn.commit());
    } catch (...) {
        noted_.merge(some);
        throw;
    }
}

void catalog::write_one(lease& turn, const object_identity& object, const notes& noted) {
    if (noted.forgotten) {
        auto row = borrow(turn, slots().forget, "DELETE FROM objects WHERE class = ?1 AND id = ?2");
        bind_identity(*row, object);
        row->run();
    }
    if (noted.facts) {
        write_facts(turn, object, *noted.facts);
    }
    if (noted.archived) {
        auto row = borrow(turn, slots().archive,
                          "UPDATE objects SET archived = ?3 WHERE class = ?1 AND id = ?2");
        bind_identity(*row, object);
        row->bind(3, std::as_bytes(std::span(*noted.archived)));
        row->run();
    }
}

// A few rows at a time: what `found` does must not wait for the catalog, nor others for it.
void catalog::visit(const object_filter& filter,
                    const std::function<void(const catalog_row&)>& found) {
    constexpr std::int64_t rows_at_once = 256;
    object_identity last;
    auto left = filter.limit < 0 ? std::numeric_limits<std::int64_t>::max() : filter.limit;
    while (left > 0) {
        const auto rows = read_some(filter, last, std::min(left, rows_at_once));
        for (const auto& row : rows) {
            found(row);
        }
        if (rows.empty()) {
            return;
        }
        last = rows.back().identity;
        left -= static_cast<std::int64_t>(rows.size());
    }
}

std::vector<catalog_row> catalog::read_some(const object_filter& filter,
                                            const object_identity& behind_row, std::int64_t limit) {
    const std::lock_guard lock(mutex_);
    lease turn(database_);
    auto sql = "SELECT " + std::string(columns) +
               " FROM objects WHERE (?1 = '' OR class = ?1) AND name >= ?2"
               " AND (?3 = '' OR name < ?3) AND (?4 IS NULL OR state = ?4)"
               " AND (?5 IS NULL OR version = ?5) AND page_count >= ?6"
               " AND (?7 IS NULL OR next_alarm <= ?7) AND (class, id) > (?9, ?10)"
               " ORDER BY class, id LIMIT ?8";
    auto rows = turn.prepare(sql);
    const auto end = behind(filter.name_prefix);
    rows->bind(1, std::string_view(filter.class_name));
    rows->bind(2, std::string_view(filter.name_prefix));
    rows->bind(3, std::string_view(end));
    if (filter.state) {
        bind_number(*rows, 4, *filter.state);
    }
    if (filter.version) {
        rows->bind(5, std::string_view(*filter.version));
    }
    bind_number(*rows, 6, (filter.bytes_min + page_size - 1) / page_size);
    if (filter.alarm_until) {
        using unit = std::chrono::milliseconds;
        bind_number(
            *rows, 7,
            std::chrono::duration_cast<unit>(filter.alarm_until->time_since_epoch()).count());
    }
    bind_number(*rows, 8, limit);
    rows->bind(9, std::string_view(behind_row.class_name));
    rows->bind(10, std::span<const std::byte>(behind_row.id));
    std::vector<catalog_row> some;
    while (rows->step()) {
        some.push_back(read_row(*rows));
    }
    return some;
}

std::vector<object_identity> catalog::to_be_restored() {
    const std::lock_guard lock(mutex_);
    lease turn(database_);
    auto rows =
        turn.prepare("SELECT " + std::string(columns) + " FROM objects WHERE restore_to <> 0");
    std::vector<object_identity> all;
    while (rows->step()) {
        all.push_back(read_row(*rows).identity);
    }
    return all;
}

}  // namespace dormouse
