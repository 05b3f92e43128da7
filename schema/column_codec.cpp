#include <dormouse/detail/column_codec.hpp>
#include <dormouse/error.hpp>

#include <cmath>

namespace dormouse::detail {
namespace {

std::string_view kind_text(value_kind kind) {
    switch (kind) {
        case value_kind::null:
            return "NULL";
        case value_kind::integer:
            return "an integer";
        case value_kind::real:
            return "a real number";
        case value_kind::text:
            return "text";
        case value_kind::binary:
            return "a blob";
    }
    return "";
}

}  // namespace

void refuse_column(const statement& from, int column, std::string_view wanted) {
    std::string text = "column \"" + std::string(from.column_name(column)) + "\" holds ";
    text.append(kind_text(from.kind(column))).append(", not ").append(wanted);
    throw error(errc::sql_failed, std::move(text));
}

std::int64_t read_integer_column(const statement& from, int column) {
    const value_kind kind = from.kind(column);
    if (kind == value_kind::integer) {
        return from.integer(column);
    }
    if (kind == value_kind::real) {
        double value = from.real(column);
        constexpr double exact_max = 9007199254740992;
        if (std::trunc(value) == value && std::abs(value) <= exact_max) {
            return static_cast<std::int64_t>(value);
        }
    }
    refuse_column(from, column, "an integer");
}

double read_real_column(const statement& from, int column) {
    value_kind kind = from.kind(column);
    if (kind != value_kind::integer && kind != value_kind::real) {
        refuse_column(from, column, "a number");
    }
    return from.real(column);
}

bool read_boolean_column(const statement& from, int column) {
    switch (from.kind(column)) {
        case value_kind::integer:
            return from.integer(column) != 0;
        case value_kind::real:
            return from.real(column) != 0;
        case value_kind::text: {
            std::string_view text = from.text(column);
            if (text == "true" || text == "1") {
                return true;
            }
            if (text == "false" || text == "0") {
                return false;
            }
            break;
        }
        default:
            break;
    }
    refuse_column(from, column, "a boolean");
}

timestamp read_moment_column(const statement& from, int column, std::int64_t unit_ms) {
    constexpr std::int64_t limit_ms = 8'640'000'000'000'000;  // JavaScript's range of dates
    value_kind kind = from.kind(column);
    if (kind == value_kind::integer || kind == value_kind::real) {
        std::int64_t units = from.integer(column);
        if (units < -limit_ms / unit_ms || units > limit_ms / unit_ms) {
            refuse_column(from, column, "a timestamp");
        }
        return timestamp(std::chrono::milliseconds(units * unit_ms));
    }
    auto parsed = kind == value_kind::text ? parse_timestamp(from.text(column)) : std::nullopt;
    if (!parsed) {
        refuse_column(from, column, "a timestamp");
    }
    return *parsed;
}

std::string sortable_moment(std::string_view column, std::string_view units_per_second) {
    constexpr std::string_view form = "strftime('%Y-%m-%d %H:%M:%f', ";
    std::string sql = "CASE WHEN typeof(";
    sql.append(column).append(") = 'text' THEN ").append(form).append(column).append(") ELSE ");
    sql.append(form).append(column).append(" / ").append(units_per_second);
    return sql += ", 'unixepoch') END";
}

std::string_view read_text_column(const statement& from, int column) {
    const std::string_view text = from.text(column);
    if (text.data() == nullptr) {
        refuse_column(from, column, "text");
    }
    return text;
}

std::span<const std::byte> read_blob_column(const statement& from, int column) {
    if (from.is_null(column)) {
        refuse_column(from, column, "a blob");
    }
    return from.blob(column);
}

}  // namespace dormouse::detail
