// One SQLite connection, with its parsed schema and its prepared statements. It serves one object's
// turn after the other: pointed at another object with the same layout it needs to read nothing but
// that object's pages.
#pragma once

#include "storage/schema_layout.hpp"

#include <dormouse/lease.hpp>

#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dormouse {

class object_image;

using steady_ticks = std::function<std::chrono::steady_clock::time_point()>;

/// **Thread safety:** actor-confined: to the object whose turn it serves.
class connection {
public:
    /// Points at `first`. Errors: `errc::storage_failed`.
    connection(object_image& first, schema_layout layout, steady_ticks ticks);
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection();

    /// Goes on to another object, whose layout is the same.
    void point_at(object_image& next);
    /// The object whose pages are cached; null when it has gone.
    [[nodiscard]] object_image* image() const noexcept { return image_; }
    void forget_image() noexcept;
    /// Objects of other classes have other statements.
    [[nodiscard]] const std::string& class_name() const noexcept { return class_name_; }
    [[nodiscard]] const schema_layout& layout() const noexcept { return layout_; }
    /// An error left SQLite's cache and the image in disagreement: use it no more.
    [[nodiscard]] bool is_unsound() const noexcept { return unsound_; }

    void begin();
    [[nodiscard]] bool in_turn() const noexcept { return in_turn_; }
    [[nodiscard]] ticket commit(flush_request flush);
    void rollback() noexcept;
    [[nodiscard]] bool broken() const noexcept;

    /// Empties the database; the turn goes on with that.
    void empty();

    [[nodiscard]] statement compile(std::string_view sql, std::string_view* rest);
    /// Lends a statement that is not cached; it is finalized when its turn ends, if not before.
    [[nodiscard]] borrowed_statement lend_uncached(statement compiled);
    [[nodiscard]] sqlite3* handle() const noexcept { return database_; }
    void enforce_foreign_keys(bool enforced) noexcept;
    /// The same within a turn. Errors: `errc::invalid_state` while a deferred constraint is open.
    void switch_foreign_keys(bool enforced);

    /// What was learnt of the schema, until it changes. Empty: nothing, or a turn has begun, which
    /// may have changed it.
    [[nodiscard]] const std::string& schema_note() const noexcept;
    /// Ignored in a turn that has written.
    void keep_schema_note(std::string note);

    void begin_savepoint();
    void release_savepoint();
    void rollback_savepoint();

    /// Where the pool keeps it while it is idle. The pool's.
    std::list<std::unique_ptr<connection>>::iterator idle_place;

    std::vector<std::unique_ptr<owned_statement>> statements;  ///< The cached ones, by slot.
    std::optional<std::chrono::steady_clock::time_point> deadline;

private:
    static int deadline_passed(void* self);
    static void total_changes(sqlite3_context* call, int count, sqlite3_value** arguments);
    static int authorize(void* self, int operation, const char* first, const char* second,
                         const char* database, const char* trigger);
    [[nodiscard]] bool may_use_pragma(const char* name, const char* argument) const;
    int deny(std::string reason);
    void configure();
    void close() noexcept;
    void end_turn() noexcept;
    void undo() noexcept;
    [[nodiscard]] bool end_transaction() noexcept;
    void admit_facts();
    [[nodiscard]] ticket log_changes(flush_request flush);
    void follow_schema();
    [[noreturn]] void fail_commit(int code);
    void reset_counters() noexcept;
    void run_trusted(const char* sql);
    [[nodiscard]] int run_trusted(sqlite3_stmt* compiled) noexcept;
    void close_cursors() noexcept;

    sqlite3* database_ = nullptr;
    sqlite3_stmt* begin_ = nullptr;
    sqlite3_stmt* commit_ = nullptr;
    sqlite3_stmt* change_nothing_ = nullptr;
    std::int64_t changes_before_ = 0;  // of other turns
    object_image* image_;
    std::string class_name_;
    schema_layout layout_;
    std::string schema_note_;                                 // goes with the layout
    std::vector<std::unique_ptr<owned_statement>> uncached_;  // lent in this turn
    steady_ticks ticks_;
    std::string denied_;  // why the authorizer refused a statement
    bool in_turn_ = false;
    bool emptied_ = false;              // in this turn
    bool makes_virtual_table_ = false;  // in this turn
    bool trusted_ = false;              // our own statement runs, which passes the authorizer
    bool unsound_ = false;
    int savepoint_depth_ = 0;
};

/// The layout of an image.
void read_layout(object_image& image, schema_layout& into);

}  // namespace dormouse
