// SQL that a program writes itself: whole statements, and parts of queries. Part of
// <dormouse/query.hpp>.
#pragma once

#include <dormouse/detail/expression.hpp>
#include <dormouse/detail/query_run.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace dormouse::detail {

/// How many rows all statements of the connection have changed so far.
[[nodiscard]] std::int64_t total_changes(const statement& of);

/// A query given as SQL text.
template <fixed_string Text, class Row, class... Values>
class text_query : public row_query<text_query<Text, Row, Values...>, Row> {
public:
    static constexpr bool writes = true;  // it might
    static constexpr std::size_t switches = 0;

    explicit text_query(db& database, Values... values)
        : database_(&database), values_{{std::move(values)}...} {}

    /// Runs it and drops its rows; answers how many rows were changed. SQLite's own count stays
    /// what it was where a statement cannot change rows.
    std::int64_t execute() const {
        query_run run(*this);
        const auto before = total_changes(*run);
        run->run();
        return total_changes(*run) == before ? 0 : database_->current_lease().changes();
    }

    [[nodiscard]] static std::string sql_text() { return std::string(Text.view()); }
    void bind_all(binder& to, generator_context& /*generators*/) const {
        to.expect_parameters(sizeof...(Values));
        values_.bind(to);
    }
    [[nodiscard]] db& database() const { return *database_; }

private:
    db* database_;
    part_list<Values...> values_;
};

/// How many `{}` there are.
constexpr std::size_t placeholders(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t at = text.find("{}"); at != text.npos; at = text.find("{}", at + 2)) {
        ++count;
    }
    return count;
}

/// Text in which each `{}` stands for one of `Parts`.
template <fixed_string Text, class Value, class... Parts>
struct text_part : questionable<text_part<Text, Value, Parts...>, Value> {
    using value_type = Value;
    static constexpr std::size_t switches = (std::size_t{0} + ... + Parts::switches);
    static constexpr bool is_written_sql = true;
    part_list<Parts...> parts;

    explicit text_part(Parts... given) : parts{{std::move(given)}...} {}

    template <class Scope>
    [[gnu::cold]] void append_sql(std::string& sql) const {
        constexpr bool condition = std::same_as<Value, bool>;
        std::string_view rest = Text.view();
        sql += condition ? "(" : "";
        auto append = [&](const auto& part) {
            const std::size_t at = rest.find("{}");
            sql += rest.substr(0, at);
            rest.remove_prefix(at + 2);
            part.template append_sql<Scope>(sql);
        };
        parts.each(append);
        sql.append(rest).append(condition ? ")" : "");
    }
    void bind(binder& to) const { parts.bind(to); }
    void add_shape(query_shape& shape) const { parts.add_shape(shape); }
};

}  // namespace dormouse::detail
