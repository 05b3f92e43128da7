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

/// The texts between breakpoints.
std::vector<std::string_view> split_pieces(std::string_view sql) {
    std::vector<std::string_view> pieces;
    std::string_view rest = sql = trim_blanks(sql);
    bool line_begins = true;
    while (!rest.empty()) {
        const auto token = take_token(rest);
        if (line_begins && token.kind == sql_token_kind::comment && is_breakpoint(token.text)) {
            const auto end = static_cast<std::size_t>(token.text.data() - sql.data());
            pieces.push_back(trim_blanks(sql.substr(0, end)));
            sql = rest;
        }
        line_begins = token.text.ends_with('\n');
    }
    pieces.push_back(trim_blanks(sql));
    return pieces;
}

bool has_statements(std::string_view piece) {
    return !split_statements(piece).empty();
}

bool counts_for_durable_db(std::string_view piece) {
    while (!piece.empty()) {
        const auto token = take_token(piece);
        const bool passed_over =
            token.kind == sql_token_kind::blank || token.kind == sql_token_kind::semicolon ||
            (token.kind == sql_token_kind::comment && token.text.starts_with("--"));
        if (!passed_over) {
            return true;
        }
    }
    return false;
}

}  // namespace

std::vector<std::string_view> split_chunks(std::string_view sql) {
    auto chunks = split_pieces(sql);
    std::erase_if(chunks, [](std::string_view piece) { return !has_statements(piece); });
    return chunks;
}

std::vector<std::string_view> split_durable_db_chunks(std::string_view sql) {
    auto chunks = split_pieces(sql);
    std::erase_if(chunks, [](std::string_view piece) { return !counts_for_durable_db(piece); });
    return chunks;
}

}  // namespace dormouse
