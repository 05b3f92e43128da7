// An object's code must see its database only while it is the object's turn, and everything it
// writes in that turn must become durable together or not at all. A lease is that turn's hold on
// the database: the first statement opens the transaction, `commit()` closes it, and afterwards the
// lease is dead.
#pragma once

#include <dormouse/bookmark.hpp>
#include <dormouse/object_metadata.hpp>
#include <dormouse/statement.hpp>

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dormouse {

class object_database;

/// A commit's position in the node's commit order. Everything at or below a durable position
/// survives a crash. Position 0 is always durable.
struct ticket {
    std::uint64_t position = 0;
    friend auto operator<=>(ticket, ticket) = default;  // NOLINT(modernize-use-nullptr): no pointer
};

/// Who sees to it that a commit becomes durable.
enum class flush_request : std::uint8_t {
    at_once,  ///< The node's background.
    on_wait   ///< Whoever first waits for it or for a later one. Saves waking the background.
};

/// One turn's exclusive use of one object's database.
///
/// Statements run synchronously. The first one begins the turn's implicit transaction. A lease that
/// is neither committed nor rolled back rolls back when it goes.
///
/// **Thread safety:** actor-confined. **Lifetime:** shorter than the `object_storage` it came from.
/// **Errors:** `sql_error`; `errc::object_reset` after an error that made SQLite roll the turn
/// back.
class lease {
public:
    explicit lease(object_database& held) noexcept : object_(&held) {}
    lease(lease&& other) noexcept;
    lease& operator=(lease&&) = delete;
    ~lease();

    /// The statement cached under `slot`. `text` is called only when it must be compiled first; a
    /// slot's text never changes. A statement already in use further up the stack is compiled a
    /// second time.
    template <class Text>
    [[nodiscard]] borrowed_statement borrow(statement_slot slot, const Text& text) {
        return borrow(slot, {&text, [](const void* made_by) {
                                 return std::string((*static_cast<const Text*>(made_by))());
                             }});
    }

    /// Compiles exactly one statement. Refuses text with none or several.
    [[nodiscard]] borrowed_statement prepare(std::string_view sql);

    /// Compiles the first statement of `sql` and cuts it off the text; nothing when only blanks and
    /// comments are left.
    [[nodiscard]] std::optional<borrowed_statement> take_statement(std::string_view& sql);

    /// Runs every statement of `sql`, dropping rows. Transaction statements are refused: use a
    /// savepoint.
    void execute(std::string_view sql);

    /// Rows changed by this turn's last INSERT, UPDATE or DELETE, and the rowid of its last INSERT;
    /// other statements leave them as they are. 0 when the turn begins, as in SQL.
    [[nodiscard]] std::int64_t changes();
    [[nodiscard]] std::int64_t last_insert_rowid();

    /// Nested transactions. They nest in the turn's own transaction and must be closed innermost
    /// first.
    void begin_savepoint();
    void release_savepoint();
    void rollback_savepoint();

    /// Switches foreign key enforcement for what is left of the turn. Statements in use go on as
    /// they were compiled. Errors: `errc::invalid_state` when it is to be lifted while rows that
    /// the turn has written refer, by a deferred foreign key, to rows that are not there yet.
    void enforce_foreign_keys(bool enforced);

    /// Empties the database: no table is left. What the turn does afterwards, it does to that.
    void delete_all();
    /// This turn has emptied it.
    [[nodiscard]] bool emptied() const noexcept;

    /// What was learnt about the schema by reading it, for whoever meets the same schema again, in
    /// this object or another: valid as long as every byte of it, root pages included, is the same.
    /// Reading the note runs no SQL. There is none once the turn has run a statement; a turn that
    /// has written cannot keep one.
    [[nodiscard]] const std::string& schema_note();
    void keep_schema_note(std::string note);

    /// What the node keeps of the object beside its pages. Changes are committed with the turn.
    /// Errors: `errc::storage_failed`.
    [[nodiscard]] object_metadata metadata();
    void set_metadata(object_metadata changed);

    /// The end of this turn, which is thereby committed even when it changes nothing.
    [[nodiscard]] bookmark current_bookmark();
    /// The end of the last turn committed at or before `time`. Waits for the disk.
    /// Errors: `errc::invalid_bookmark` when that is not kept any more, naming what is.
    [[nodiscard]] bookmark bookmark_for_time(std::chrono::system_clock::time_point time);
    /// Takes the object back once it has been closed after this turn; answers the bookmark that
    /// undoes it, the end of this turn. Waits for the disk.
    /// Errors: `errc::invalid_bookmark` when `mark` is another object's or not kept any more.
    [[nodiscard]] bookmark restore_on_next_wake(const bookmark& mark);

    /// Statements running past this moment stop with `errc::timed_out`. Stopping one that only
    /// reads keeps the turn's other work; stopping one that writes undoes the whole turn.
    void set_deadline(std::chrono::steady_clock::time_point deadline) noexcept;
    void clear_deadline() noexcept;

    /// An error made SQLite undo the whole turn: nothing more can be written in it.
    [[nodiscard]] bool broken() const noexcept;

    /// Ends the turn and keeps what it wrote. Answers the position to wait for; 0 when nothing was
    /// written. Every cursor of the turn is closed. Errors: `errc::commit_failed`, after which
    /// nothing is kept.
    [[nodiscard]] ticket commit(flush_request flush = flush_request::at_once);

    /// Ends the turn and drops what it wrote.
    void rollback() noexcept;

    /// Counts turns of this database; a cursor compares it to notice that its turn has ended.
    [[nodiscard]] std::uint64_t turn() const noexcept;

private:
    struct statement_text {
        const void* made_by;
        std::string (*make)(const void* made_by);
    };
    [[nodiscard]] borrowed_statement borrow(statement_slot slot, statement_text text);
    [[nodiscard]] borrowed_statement borrow_new(statement_slot slot, const std::string& sql);

    object_database* object_;
};

/// Where typed access gets storage from: the object's current turn.
class lease_source {
public:
    /// The lease of the turn that is running, begun now if the turn has none yet.
    /// Errors: `errc::object_reset` when the object the caller belongs to no longer lives.
    [[nodiscard]] virtual lease& current_lease() = 0;

protected:
    ~lease_source() = default;
};

}  // namespace dormouse
