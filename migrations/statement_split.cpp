#include "migrations/statement_split.hpp"

#include "migrations/sql_tokens.hpp"

#include <cstdint>

namespace dormouse {
namespace {

constexpr std::string_view statement_breakpoint = "--> statement-breakpoint";

/// Knows which semicolon ends a statement: inside a trigger only one after `; END` does. The rules
/// are those of sqlite3_complete().
class statement_end {
public:
    /// Takes the statement's next token that counts; true when the statement ends with it.
    bool ends_with(const sql_token& token) {
        if (token.kind == sql_token_kind::semicolon) {
            const bool inside = at_ == place::trigger || at_ == place::after_semicolon;
            at_ = inside ? place::after_semicolon : place::start;
            return !inside;
        }
        at_ = after(token);
        return false;
    }

private:
    enum class place : std::uint8_t {
        start,
        explain,
        create,  ///< Also after CREATE TEMP.
        trigger,
        after_semicolon,  ///< Of a trigger's body.
        after_end,        ///< `; END` of a trigger.
        elsewhere,
    };

    [[nodiscard]] place after(const sql_token& token) const {
        switch (at_) {
            case place::start:
                if (token.is_word("explain")) {
                    return place::explain;
                }
                return token.is_word("create") ? place::create : place::elsewhere;
            case place::explain:
                return token.is_word("create") ? place::create : place::explain;
            case place::create:
                if (token.is_word("temp") || token.is_word("temporary")) {
                    return place::create;
                }
                return token.is_word("trigger") ? place::trigger : place::elsewhere;
            case place::after_semicolon:
                return token.is_word("end") ? place::after_end : place::trigger;
            case place::trigger:
            case place::after_end:
                return place::trigger;
            case place::elsewhere:
                return place::elsewhere;
        }
        return place::elsewhere;
    }

    place at_ = place::start;
};

void add_statements(std::string_view piece, std::vector<std::string_view>& statements) {
    statement_end end;
    std::string_view rest = piece;
    const char* first = nullptr;  // of the statement's tokens
    const char* last = nullptr;   // behind them
    const auto finish = [&] {
        if (first != nullptr) {
            statements.emplace_back(first, static_cast<std::size_t>(last - first));
        }
        first = nullptr;
    };
    while (!rest.empty()) {
        const auto token = take_token(rest);
        if (!token.counts()) {
            continue;
        }
        if (end.ends_with(token)) {
            finish();
            continue;
        }
        first = first == nullptr ? token.text.data() : first;
        last = token.text.data() + token.text.size();
    }
    finish();
}

}  // namespace

std::vector<std::string_view> split_at_statement_breakpoints(std::string_view sql) {
    std::vector<std::string_view> pieces;
    std::string_view rest = sql;
    while (!rest.empty()) {
        const auto token = take_token(rest);
        if (token.kind != sql_token_kind::comment ||
            !token.text.starts_with(statement_breakpoint)) {
            continue;
        }
        const auto marker = static_cast<std::size_t>(token.text.data() - sql.data());
        pieces.push_back(sql.substr(0, marker));
        sql.remove_prefix(marker + statement_breakpoint.size());
        rest = sql;
    }
    pieces.push_back(sql);
    return pieces;
}

std::vector<std::string_view> split_statements(std::string_view sql) {
    std::vector<std::string_view> statements;
    for (const auto piece : split_at_statement_breakpoints(sql)) {
        add_statements(piece, statements);
    }
    return statements;
}

}  // namespace dormouse
