// A prepared statement costs more to make than to run, so statements outlive the query that uses
// them. A `statement` is the compiled form; a `borrowed_statement` is the right to run it once,
// given back in a clean state on every path.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

struct sqlite3_stmt;

namespace dormouse {

/// How SQLite stored a value.
enum class value_kind : std::uint8_t { null, integer, real, text, binary };

/// One compiled SQL statement. Parameters count from 1, columns from 0.
///
/// Bound text and blobs are NOT copied: they must stay valid until the statement is reset.
///
/// **Thread safety:** actor-confined. **Errors:** `sql_error`.
class statement {
public:
    /// Takes ownership of a compiled statement.
    explicit statement(sqlite3_stmt* compiled) noexcept : compiled_(compiled) {}
    statement(statement&& other) noexcept;
    statement& operator=(statement&& other) noexcept;
    ~statement();

    void bind(int parameter, std::int64_t value);
    void bind(int parameter, double value);
    void bind(int parameter, std::string_view text);
    void bind(int parameter, std::span<const std::byte> bytes);
    void bind_null(int parameter);

    /// Runs to the next row; false when there is none.
    [[nodiscard]] bool step();
    /// Runs to the end, dropping rows.
    void run();
    void reset() noexcept;

    [[nodiscard]] sqlite3_stmt* handle() const noexcept { return compiled_; }
    /// The text held no statement, only blanks or comments. Such a statement must not be run.
    [[nodiscard]] bool empty() const noexcept { return compiled_ == nullptr; }
    [[nodiscard]] int parameter_count() const noexcept;
    [[nodiscard]] int column_count() const noexcept;
    [[nodiscard]] std::string_view column_name(int column) const noexcept;

    /// The values of the current row. Text and blobs are valid until the next step or reset.
    [[nodiscard]] value_kind kind(int column) const noexcept;
    [[nodiscard]] bool is_null(int column) const noexcept {
        return kind(column) == value_kind::null;
    }
    [[nodiscard]] std::int64_t integer(int column) const noexcept;
    [[nodiscard]] double real(int column) const noexcept;
    [[nodiscard]] std::string_view text(int column) const noexcept;
    [[nodiscard]] std::span<const std::byte> blob(int column) const noexcept;

private:
    sqlite3_stmt* compiled_;
};

/// Identifies a query in the statement cache of every connection. One per query, for the life of
/// the process.
///
/// **Thread safety:** value.
class statement_slot {
public:
    /// A slot no other query has.
    [[nodiscard]] static statement_slot next() noexcept;
    [[nodiscard]] std::size_t index() const noexcept { return index_; }

private:
    friend class statement_slots;
    explicit statement_slot(std::size_t index) noexcept : index_(index) {}
    std::size_t index_;
};

/// Slots for the texts of one query that has several.
///
/// **Thread safety:** value.
class statement_slots {
public:
    /// `count` slots that no other query has.
    explicit statement_slots(std::size_t count) noexcept;
    [[nodiscard]] statement_slot operator[](std::size_t text) const noexcept {
        return statement_slot(first_ + text);
    }

private:
    std::size_t first_;
};

class borrowed_statement;

/// A statement that a connection owns.
struct owned_statement {
    statement compiled;
    bool cached = false;                     ///< It has further uses; else it goes with this one.
    borrowed_statement* borrower = nullptr;  ///< Who uses it now.
};

/// The right to run one statement; resets it when it goes.
///
/// **Lifetime:** within the turn of the lease it came from. The turn's end and `delete_all()` take
/// the statement away; what borrowed it may be destroyed at any later time.
/// **Errors:** `errc::turn_ended` when the statement has been taken away.
class borrowed_statement {
public:
    /// Of a statement that nobody uses.
    explicit borrowed_statement(owned_statement& owned) noexcept : owned_(&owned) {
        owned.borrower = this;
    }
    borrowed_statement(borrowed_statement&& other) noexcept;
    borrowed_statement& operator=(borrowed_statement&&) = delete;
    ~borrowed_statement() { give_back(); }

    [[nodiscard]] statement& operator*() {
        if (owned_ == nullptr) {
            refuse_taken();
        }
        return owned_->compiled;
    }
    [[nodiscard]] statement* operator->() { return &**this; }

private:
    friend class connection;  // takes it away
    [[noreturn]] static void refuse_taken();
    void give_back() noexcept;

    owned_statement* owned_;  // null: given back
};

}  // namespace dormouse
