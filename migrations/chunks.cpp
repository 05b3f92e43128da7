#include "migrations/chunks.hpp"

#include "migrations/sql_tokens.hpp"
#include "migrations/statement_split.hpp"

namespace dormouse {
namespace {

bool is_breakpoint(std::string_view comment) {
    constexpr std::string_view arrow = "-->";
    return comment.starts_with(arrow) &&
           same_name(trim_blanks(comment.substr(arrow.size())), "breakpoint");
}

}  // namespace

std::vector<std::string_view> split_chunks(std::string_view sql) {
    std::vector<std::string_view> chunks;
    const auto add = [&](std::string_view chunk) {
        if (!split_statements(chunk).empty()) {
            chunks.push_back(trim_blanks(chunk));
        }
    };
    std::string_view rest = sql = trim_blanks(sql);
    bool line_begins = true;
    while (!rest.empty()) {
        const auto token = take_token(rest);
        if (line_begins && token.kind == sql_token_kind::comment && is_breakpoint(token.text)) {
            const auto end = static_cast<std::size_t>(token.text.data() - sql.data());
            add(sql.substr(0, end));
            sql = rest;
        }
        line_begins = token.text.ends_with('\n');
    }
    add(sql);
    return chunks;
}

}  // namespace dormouse
