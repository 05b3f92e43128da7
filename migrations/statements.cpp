#include "migrations/statements.hpp"

#include <dormouse/error.hpp>

#include <optional>

namespace dormouse {
namespace {

std::string trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) {
        return {};
    }
    return std::string(text.substr(first, text.find_last_not_of(blanks) - first + 1));
}

}  // namespace

void run_statements(lease& turn, std::string_view sql) {
    std::size_t count = 0;
    while (true) {
        const auto before = sql;
        try {
            auto next = turn.take_statement(sql);
            if (!next) {
                return;
            }
            ++count;
            (*next)->run();
        } catch (const sql_error& failed) {
            // A statement that does not compile was not cut off the text.
            const bool compiled = sql.size() != before.size();
            const auto text = compiled ? before.substr(0, before.size() - sql.size()) : before;
            throw statement_failure{compiled ? count : count + 1, trimmed(text), failed.what()};
        }
    }
}

}  // namespace dormouse
