// Values keep what upstream keeps, and what it loses: milliseconds, integers beyond 2^53, blobs and
// JSON objects. docs/queries.md lists the differences.
//
// A value that fits its column's C++ type goes through the typed queries; any other cannot be
// written in C++ and goes through SQL with a parameter. Reading is judged by what upstream answers:
// a date or a boolean must be what the typed field reads; whatever else upstream passed on
// unconverted must be there verbatim.
#include "tests/conformance/corpus.hpp"
#include "tests/support/open_storage.hpp"

#include <dormouse/error.hpp>
#include <dormouse/query.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <memory>
#include <optional>

namespace {

using namespace dormouse;
using conformance::verdict;
using simdjson::dom::element;

struct thing {
    std::string id;
    std::optional<timestamp_seconds> createdAt{};
    std::optional<timestamp> updatedMs{};
    std::optional<bool> isActive{};
    std::optional<std::string> note{};
    std::optional<std::int64_t> count{};
    std::optional<double> ratio{};
    std::optional<blob> data{};
    std::optional<json<json_text>> prefs{};
    std::optional<std::string> amount{};
    std::optional<std::string> ownerId{};
    std::optional<bool> deleted{};
    std::optional<timestamp_seconds> seenAt{};
};

}  // namespace

// As upstream declares it: dates are integers there.
inline constexpr auto things = table<thing>("things")
                                   .primary_key(&thing::id)
                                   .stored_as(&thing::createdAt, column_type::integer)
                                   .stored_as(&thing::updatedMs, column_type::integer)
                                   .stored_as(&thing::seenAt, column_type::integer)
                                   .stored_as(&thing::amount, column_type::numeric)
                                   .rename(&thing::ownerId, "user_identifier")
                                   .rename(&thing::deleted, "is_gone")
                                   .rename(&thing::seenAt, "seen");

namespace {

class no_generators final : public generator_context {
public:
    timestamp now() override { return {}; }
    std::uint64_t random() override { return 0; }
};

/// An empty database with the table, of one case.
class store final : public lease_source {
public:
    store() { database.execute(create_table_sql(things)); }
    store(const store&) = delete;
    store& operator=(const store&) = delete;
    ~store() {
        turn_.reset();
        storage_.node->close(std::move(object_), [] {});
        storage_.background.run_all();
    }
    lease& current_lease() override { return *turn_; }

private:
    test::open_storage storage_;
    std::unique_ptr<object_storage> object_ = storage_.open();
    std::optional<lease> turn_{object_->begin_turn()};
    no_generators generators_;

public:
    db database{*this, generators_};
};

std::string_view column_of(std::string_view prop) {
    for (const auto& column : things.columns) {
        if (column.field == prop) {
            return column.name;
        }
    }
    throw std::runtime_error("no such column: " + std::string(prop));
}

/// The text behind `key` of a tagged value: {"$date": "..."}.
std::optional<std::string> tagged(element value, const char* key) {
    std::string_view text;
    if (value.is_object() && value[key].get(text) == simdjson::SUCCESS) {
        return std::string(text);
    }
    return std::nullopt;
}
bool has_tag(element value, const char* key) {
    return value.is_object() && value[key].error() == simdjson::SUCCESS;
}
bool is_missing(element value) {
    return value.is_null() || has_tag(value, "$undefined");
}

blob bytes_of(std::string_view hex) {
    blob bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        unsigned value = 0;
        std::from_chars(hex.data() + i, hex.data() + i + 2, value, 16);
        bytes.push_back(static_cast<std::byte>(value));
    }
    return bytes;
}

std::optional<timestamp> date_of(element value) {
    const auto text = tagged(value, "$date");
    return text ? parse_timestamp(*text) : std::nullopt;
}

// `convert` answers whether the value is one of the field's type.

template <class Duration>
bool convert(element value, std::chrono::sys_time<Duration>& field) {
    const auto date = date_of(value);
    field = std::chrono::floor<Duration>(date.value_or(timestamp{}));
    return date.has_value();
}
bool convert(element value, bool& field) {
    return value.get(field) == simdjson::SUCCESS;
}
bool convert(element value, std::string& field) {
    std::string_view text;
    const bool fits = value.get(text) == simdjson::SUCCESS;
    field = text;
    return fits;
}
bool convert(element value, std::int64_t& field) {
    if (const auto digits = tagged(value, "$bigint")) {
        const char* end = digits->data() + digits->size();
        return std::from_chars(digits->data(), end, field).ptr == end;
    }
    return value.get(field) == simdjson::SUCCESS;
}
bool convert(element value, double& field) {
    if (const auto name = tagged(value, "$number")) {
        field = std::strtod(name->c_str(), nullptr);
        return true;
    }
    return value.get(field) == simdjson::SUCCESS;
}
bool convert(element value, blob& field) {
    const auto hex = tagged(value, "$blob");
    field = bytes_of(hex.value_or(""));
    return hex.has_value();
}
bool convert(element value, json<json_text>& field) {
    field.value.text = simdjson::to_string(value);
    return value.is_object() || value.is_array();
}

template <class Visitor>
void with_field(thing& row, std::string_view prop, Visitor visit) {
    detail::for_each_field(row, [&]<std::size_t Index>(detail::index_constant<Index>, auto& field) {
        if constexpr (detail::is_optional<std::remove_cvref_t<decltype(field)>>) {
            if (detail::field_name<thing, Index> == prop) {
                visit(field);
            }
        }
    });
}

/// Binds what no field of the column's type can hold.
void bind_loosely(statement& to, int parameter, element value, std::string& memory) {
    bool flag = false;
    double number = 0;
    std::int64_t integer = 0;
    if (value.get(flag) == simdjson::SUCCESS) {
        to.bind(parameter, std::int64_t{flag});
    } else if (convert(value, integer)) {
        to.bind(parameter, integer);
    } else if (convert(value, number)) {
        to.bind(parameter, number);
    } else {
        const auto date = date_of(value);
        memory = date ? to_sql_text(std::chrono::floor<std::chrono::seconds>(*date))
                      : std::string(std::string_view(value));
        to.bind(parameter, std::string_view(memory));
    }
}

void run_loosely(store& in, const std::string& sql, element value) {
    std::string memory;
    auto prepared = in.current_lease().prepare(sql);
    bind_loosely(*prepared, 1, value, memory);
    prepared->run();
}

void write(store& in, std::string_view prop, element value) {
    thing row{.id = "row"};
    bool typed = is_missing(value);
    with_field(row, prop, [&](auto& field) { typed = typed || convert(value, field.emplace()); });
    if (typed) {
        in.database.insert_into<things>().values(row).execute();
        return;
    }
    run_loosely(in,
                "INSERT INTO things (" + std::string(column_of(prop)) + ", id) VALUES (?, 'row')",
                value);
}

void update(store& in, std::string_view prop, std::string_view id, element value) {
    run_loosely(in,
                "UPDATE things SET " + std::string(column_of(prop)) + " = ? WHERE id = '" +
                    std::string(id) + "'",
                value);
}

struct stored_value {
    std::string type;
    std::string sql;
    std::string json;  ///< Verbatim.
};

stored_value stored(store& in, std::string_view prop, std::string_view id) {
    const std::string column(column_of(prop));
    auto query = in.current_lease().prepare(
        "SELECT typeof(x), quote(x), CASE typeof(x) WHEN 'blob' THEN '{\"$blob\":\"' || "
        "lower(hex(x)) || '\"}' WHEN 'real' THEN printf('%!.17g', x) ELSE json_quote(x) END FROM "
        "(SELECT " +
        column + " AS x FROM things WHERE id = '" + std::string(id) + "')");
    if (!query->step()) {
        throw std::runtime_error("the row is gone");
    }
    return {std::string(query->text(0)), std::string(query->text(1)), std::string(query->text(2))};
}

/// What a typed field reads, in the corpus's form; nothing when it refuses the value.
std::optional<std::string> typed_value(store& in, std::string_view prop, std::string_view id) {
    try {
        thing row = in.database.select_from<things>().where(col<&thing::id> == id).one();
        std::string out = "null";
        with_field(row, prop, [&](auto& field) {
            using type = typename std::remove_cvref_t<decltype(field)>::value_type;
            if constexpr (detail::moment<type>) {
                out = field ? "{\"$date\":\"" + to_iso8601(*field) + "\"}" : out;
            } else if constexpr (std::same_as<type, double>) {
                out = field && std::isinf(*field) ? R"({"$number":"Infinity"})" : to_json(field);
            } else {
                out = to_json(field);
            }
        });
        return out;
    } catch (const error&) {
        return std::nullopt;
    }
}

bool same_number(element expected, std::string_view found) {
    double wanted = 0;
    return expected.get(wanted) == simdjson::SUCCESS &&
           wanted == std::strtod(std::string(found).c_str(), nullptr);
}

void judge_read(store& in, std::string_view prop, std::string_view id, element expected,
                verdict& verdict) {
    const auto typed = typed_value(in, prop, id);
    const auto verbatim = stored(in, prop, id);
    if (has_tag(expected, "$date") && expected["$date"].is_null()) {
        // JavaScript's invalid date is no value in C++.
        verdict.equal("no date", "refused", typed ? *typed : "refused");
    } else if (has_tag(expected, "$date") && prop == "updatedMs") {
        const auto wanted = date_of(expected);
        const auto found = parse_timestamp(typed ? typed->substr(10, 24) : "");
        verdict.equal(
            "second", to_iso8601(*wanted),
            found ? to_iso8601(std::chrono::floor<std::chrono::seconds>(*found)) : "none");
    } else if (has_tag(expected, "$date") || has_tag(expected, "$number") || expected.is_bool()) {
        verdict.equal("typed", expected, typed.value_or("\"refused\""));
    } else if (!same_number(expected, verbatim.json)) {
        verdict.equal("verbatim", expected, verbatim.json);
    }
}

/// Where upstream loses what it was given, dormouse must not.
void judge_kept(store& in, std::string_view prop, element value, verdict& verdict) {
    if (has_tag(value, "$date")) {
        verdict.equal("kept", value, typed_value(in, prop, "row").value_or("\"refused\""));
    } else if (const auto verbatim = stored(in, prop, "row"); verbatim.type == "text") {
        std::int64_t number = 0;
        const bool flag = value.is_bool() && bool(value);
        const std::string text = value.get(number) == simdjson::SUCCESS ? std::to_string(number)
                                 : value.is_bool()                      ? std::to_string(flag)
                                                   : simdjson::to_string(value);
        verdict.equal("kept", text,
                      *in.database.select_from<things>()
                           .select(sql_part<"coalesce(note, prefs)", std::optional<std::string>>())
                           .one());
    } else {
        verdict.equal("kept", value, verbatim.json);
    }
}

/// workerd binds every number as a double. Columns of numbers make it whole again, others keep
/// "1.0".
void note_double(element value, const stored_value& found, element expected, verdict& verdict) {
    const std::string_view sql = expected["sql"];
    const bool whole = value.is_bool() || value.is_int64();
    if (whole && found.sql != sql && sql.find(".0") != sql.npos) {
        verdict.differs("a-whole-number-is-no-double");
    }
}

void judge_stored(const stored_value& found, element expected, verdict& verdict) {
    const std::string_view sql = expected["sql"];
    verdict.equal("stored type", std::string_view(expected["type"]), found.type);
    if (found.type != "real") {
        verdict.equal("stored", sql, found.sql);
    } else {  // SQLite's versions print them differently
        verdict.holds("stored", std::strtod(std::string(sql).c_str(), nullptr) ==
                                    std::strtod(found.sql.c_str(), nullptr));
    }
}

void judge_write(element one, verdict& verdict) {
    store in;
    const std::string_view prop = one["prop"];
    const element value = one["value"];
    if (has_tag(value, "$date") && !date_of(value)) {
        verdict.holds("an invalid date is refused", one["result"]["error"].error() == 0);
        return;
    }
    const bool quirk = one["quirk"].error() == simdjson::SUCCESS;
    const auto date = date_of(value);
    if (quirk && date &&
        (*date < parse_timestamp("0000-01-01") ||
         *date > parse_timestamp("9999-12-31T23:59:59.999Z"))) {
        bool refused = false;
        try {
            write(in, prop, value);
        } catch (const error&) {
            refused = true;
        }
        verdict.holds("a date that would not sort is refused", refused);
        return;
    }
    write(in, prop, value);
    if (const auto digits = tagged(value, "$bigint")) {  // which upstream refuses
        const auto kept = stored(in, prop, "row");
        verdict.equal("kept", *digits, kept.sql.substr(0, kept.sql.find(".0")));
        return;
    }
    if (quirk || (prop == "prefs" && (value.is_object() || value.is_array()))) {
        judge_kept(in, prop, value, verdict);
        return;
    }
    const element expected = one["result"]["stored"];
    auto found = stored(in, prop, "row");
    if (date && prop == "updatedMs") {  // upstream stops after the second
        found.sql = found.sql.substr(0, 20) + "'";
        verdict.equal("kept", value, typed_value(in, prop, "row").value_or("\"refused\""));
    }
    note_double(value, found, expected, verdict);
    judge_stored(found, expected, verdict);
    judge_read(in, prop, "row", one["result"]["read"], verdict);
}

void judge_literal(element one, verdict& verdict) {
    store in;
    const std::string_view prop = one["prop"];
    in.database.execute("INSERT INTO things (id, " + std::string(column_of(prop)) +
                        ") VALUES ('row', " + std::string(std::string_view(one["literal"])) + ")");
    judge_stored(stored(in, prop, "row"), one["result"]["stored"], verdict);
    judge_read(in, prop, "row", one["result"]["read"], verdict);
}

/// Without a schema the format decides what is a date; in C++ the program does, by the type it
/// reads into.
void judge_without_schema(element one, verdict& verdict) {
    const element expected = one["result"]["read"];
    store in;
    if (one["literal"].error() == simdjson::SUCCESS) {
        in.database.execute("INSERT INTO things (id, note) VALUES ('row', " +
                            std::string(std::string_view(one["literal"])) + ")");
    } else {
        run_loosely(in, "INSERT INTO things (note, id) VALUES (?, 'row')", one["value"]);
        if (one["quirk"].error() == simdjson::SUCCESS) {
            judge_kept(in, "note", one["value"], verdict);
            return;
        }
    }
    judge_stored(stored(in, "note", "row"), one["result"]["stored"], verdict);
    if (!has_tag(expected, "$date")) {
        judge_read(in, "note", "row", expected, verdict);
        return;
    }
    const auto wanted = date_of(expected);
    std::optional<timestamp> found;
    try {
        found = in.database.sql<"SELECT note FROM things", timestamp>().one();
    } catch (const error&) {
    }
    if (wanted && !found) {
        verdict.differs("days-past-the-end-of-a-month");
    }
    verdict.equal("typed", wanted ? to_iso8601(*wanted) : "refused",
                  found ? to_iso8601(*found) : "refused");
}

void seed(store& in, element one) {
    for (const element sql : one["seeds"].get_array()) {
        in.database.execute(std::string_view(sql));
    }
}

template <auto Member, class Value>
std::vector<std::string> ids_where(store& in, std::string_view operation, const Value& value) {
    auto found = [&](auto condition) {
        return in.database.select_from<things>()
            .where(condition)
            .select(col<&thing::id>)
            .order_by(col<&thing::id>)
            .all();
    };
    if (operation == "=" || operation == "in") {
        return found(col<Member> == value);
    }
    if (operation == "!=" || operation == "<>") {
        return found(col<Member> != value);
    }
    if (operation == "<") {
        return found(col<Member> < value);
    }
    if (operation == "<=") {
        return found(col<Member> <= value);
    }
    if (operation == ">") {
        return found(col<Member> > value);
    }
    return found(col<Member> >= value);
}

std::vector<std::string> ids_where_loosely(store& in, std::string_view prop,
                                           std::string_view operation, element value) {
    std::string memory;
    std::string sql = "SELECT id FROM things WHERE ";
    sql.append(column_of(prop)).append(" ").append(operation == "in" ? "=" : operation);
    auto query = in.current_lease().prepare(
        sql.append(value.is_null() ? " NULL" : " ?").append(" ORDER BY id"));
    if (!value.is_null()) {
        bind_loosely(*query, 1, value, memory);
    }
    std::vector<std::string> ids;
    while (query->step()) {
        ids.emplace_back(query->text(0));
    }
    return ids;
}

std::vector<std::string> ids_of(store& in, std::string_view prop, std::string_view operation,
                                element value) {
    bool flag = false;
    if (const auto date = date_of(value)) {
        const auto second = std::chrono::floor<std::chrono::seconds>(*date);
        if (prop == "createdAt") {
            return ids_where<&thing::createdAt>(in, operation, second);
        }
        if (prop == "seenAt") {
            return ids_where<&thing::seenAt>(in, operation, second);
        }
        if (prop == "updatedMs") {
            return ids_where<&thing::updatedMs>(in, operation, *date);
        }
    } else if (value.get(flag) == simdjson::SUCCESS && prop == "isActive") {
        return ids_where<&thing::isActive>(in, operation, flag);
    } else if (value.get(flag) == simdjson::SUCCESS && prop == "deleted") {
        return ids_where<&thing::deleted>(in, operation, flag);
    }
    return ids_where_loosely(in, prop, operation, value);
}

void judge_where(element one, verdict& verdict) {
    store in;
    seed(in, one);
    const element where = one["where"];
    const std::string_view prop = where.at(0);
    const std::string_view operation = where.at(1);
    const element value = where.at(2);
    std::vector<std::string> ids;
    if (value.is_array()) {
        for (const element each : value.get_array()) {
            auto more = ids_of(in, prop, operation, each);
            ids.insert(ids.end(), more.begin(), more.end());
        }
        std::ranges::sort(ids);
    } else {
        ids = ids_of(in, prop, operation, value);
    }
    verdict.equal("ids", element(one["result"]["ids"]), to_json(ids));
}

void judge_alias(element one, verdict& verdict) {
    store in;
    seed(in, one);
    const std::string_view prop = one["column"];
    for (const auto row : one["result"]["rows"].get_array()) {
        for (const auto member : row.get_object()) {
            const bool text_column = prop == "note" || prop == "ownerId";
            if (member.key == "id") {
                continue;
            }
            if (text_column && (has_tag(member.value, "$date") || member.value.is_bool())) {
                verdict.differs("an-alias-converts-nothing");
            }
            judge_read(in, prop, row["id"], member.value, verdict);
        }
    }
}

void judge_update(element one, verdict& verdict) {
    store in;
    seed(in, one);
    const std::string_view prop = one["prop"];
    const element value = one["value"];
    if (is_missing(value)) {
        in.database.execute("UPDATE things SET " + std::string(column_of(prop)) +
                            " = NULL WHERE id = '" + std::string(std::string_view(one["rowId"])) +
                            "'");
    } else {
        update(in, prop, one["rowId"], value);
    }
    auto found = stored(in, prop, one["rowId"]);
    note_double(value, found, one["result"]["stored"], verdict);
    judge_stored(found, one["result"]["stored"], verdict);
}

void judge_bulk(element one, verdict& verdict) {
    store in;
    std::vector<thing> rows;
    const std::int64_t count = one["rows"];
    const auto first_day = std::chrono::sys_days{std::chrono::January / 1 / 2024};
    for (int i = 0; i < count; ++i) {
        rows.push_back({.id = "k" + std::to_string(i),
                        .createdAt = first_day + std::chrono::days{i},
                        .isActive = i % 2 == 0,
                        .note = "it's ? " + std::to_string(i)});
    }
    const auto inserted = in.database.insert_into<things>().each_of(rows).execute();
    verdict.equal("inserted", std::string_view(one["result"]["inserted"]),
                  std::to_string(inserted));
    const element first = one["result"]["first"];
    for (const auto member : first.get_object()) {
        if (member.key != "id") {
            judge_read(in, member.key, first["id"], member.value, verdict);
        }
    }
}

}  // namespace

int main() {
    const conformance::corpus cases("date_bool");
    return cases.run([](element one, verdict& verdict) {
        const std::string_view operation = one["op"];
        if (one["schema"].error() == simdjson::SUCCESS) {
            judge_without_schema(one, verdict);
        } else if (operation == "write") {
            judge_write(one, verdict);
        } else if (operation == "read") {
            judge_literal(one, verdict);
        } else if (operation == "where") {
            judge_where(one, verdict);
        } else if (operation == "alias") {
            judge_alias(one, verdict);
        } else if (operation == "update") {
            judge_update(one, verdict);
        } else {
            judge_bulk(one, verdict);
        }
    });
}
