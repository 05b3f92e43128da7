#include "migrations/schema_names.hpp"
#include "migrations/snapshot_json.hpp"

#include <dormouse/detail/json_reader.hpp>
#include <dormouse/error.hpp>

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <optional>
#include <set>
#include <utility>

namespace dormouse {
namespace {

using detail::json_kind;
using detail::json_reader;

/// Reads an object's members: `member(key)` reads one value and answers true, or answers false.
void read_members(json_reader& reader, std::string_view what,
                  const std::function<bool(std::string_view)>& member) {
    if (reader.kind() != json_kind::object) {
        throw error(errc::invalid_request, std::string(what) + " must be an object");
    }
    reader.enter_object();
    while (const auto key = reader.next_member()) {
        if (!member(std::string(*key))) {
            reader.skip();
        }
    }
}

std::string read_text(json_reader& reader, std::string_view what) {
    if (reader.kind() != json_kind::string) {
        throw error(errc::invalid_request, std::string(what) + " must be a string");
    }
    std::string text;
    reader.read_string(text);
    return text;
}

bool read_truth(json_reader& reader, std::string_view what) {
    if (reader.kind() != json_kind::boolean) {
        throw error(errc::invalid_request, std::string(what) + " must be true or false");
    }
    return reader.read_boolean();
}

std::vector<std::string> read_texts(json_reader& reader, std::string_view what) {
    if (reader.kind() != json_kind::array) {
        throw error(errc::invalid_request, std::string(what) + " must be an array");
    }
    std::vector<std::string> texts;
    reader.enter_array();
    while (reader.next_element()) {
        texts.push_back(read_text(reader, what));
    }
    return texts;
}

std::optional<std::string> read_default(json_reader& reader) {
    const auto kind = reader.kind();
    if (kind == json_kind::string) {
        return read_text(reader, "default");
    }
    std::string sql(reader.skip());
    return kind == json_kind::null ? std::nullopt : std::optional(std::move(sql));
}

/// Members of an object by the key and the setter of what they hold.
struct text_member {
    std::string_view key;
    std::string* value;
};

bool take_text(json_reader& reader, std::string_view key, std::initializer_list<text_member> all) {
    for (const auto& member : all) {
        if (key == member.key) {
            *member.value = read_text(reader, key);
            return true;
        }
    }
    return false;
}

struct truth_member {
    std::string_view key;
    bool* value;
};

bool take_truth(json_reader& reader, std::string_view key,
                std::initializer_list<truth_member> all) {
    for (const auto& member : all) {
        if (key == member.key) {
            *member.value = read_truth(reader, key);
            return true;
        }
    }
    return false;
}

generated_description read_generated(json_reader& reader) {
    std::string expression;
    std::string type;
    read_members(reader, "generated", [&](std::string_view key) {
        return take_text(reader, key, {{"as", &expression}, {"type", &type}});
    });
    return {std::string(without_parentheses(expression)),
            type == "stored" ? generated_kind::stored : generated_kind::on_read};
}

column_description read_column(json_reader& reader) {
    column_description column;
    read_members(reader, "a column", [&](std::string_view key) {
        if (key == "default") {
            column.default_sql = read_default(reader);
            return true;
        }
        if (key == "generated" && reader.kind() == json_kind::object) {
            column.generated = read_generated(reader);
            return true;
        }
        return take_text(reader, key, {{"name", &column.name}, {"type", &column.type}}) ||
               take_truth(reader, key,
                          {{"primaryKey", &column.primary_key},
                           {"notNull", &column.not_null},
                           {"autoincrement", &column.autoincrement}});
    });
    return column;
}

index_description read_index(json_reader& reader) {
    index_description index;
    read_members(reader, "an index", [&](std::string_view key) {
        if (key == "columns") {
            for (auto& text : read_texts(reader, key)) {
                index.keys.push_back({std::move(text), false});
            }
            return true;
        }
        if (key == "where" && reader.kind() == json_kind::null) {
            return false;
        }
        return take_text(reader, key, {{"name", &index.name}, {"where", &index.where}}) ||
               take_truth(reader, key, {{"isUnique", &index.unique}});
    });
    return index;
}

foreign_key_action read_action(json_reader& reader, std::string_view key) {
    using enum foreign_key_action;
    const auto name = read_text(reader, key);
    for (const auto action : {none, cascade, set_null, set_default, restricted}) {
        if (name == to_string(action)) {
            return action;
        }
    }
    throw error(errc::invalid_request, std::string(key) +
                                           " must be no action, cascade, set null, set default or "
                                           "restrict, not \"" +
                                           name + "\"");
}

foreign_key_description read_foreign_key(json_reader& reader) {
    foreign_key_description read;
    read_members(reader, "a foreign key", [&](std::string_view key) {
        if (key == "columnsFrom" || key == "columnsTo") {
            (key == "columnsFrom" ? read.columns : read.parent_columns) = read_texts(reader, key);
            return true;
        }
        if (key == "onDelete" || key == "onUpdate") {
            (key == "onDelete" ? read.on_delete : read.on_update) = read_action(reader, key);
            return true;
        }
        return take_text(reader, key, {{"tableTo", &read.parent_table}});
    });
    return read;
}

std::vector<std::string> read_composite_key(json_reader& reader) {
    std::vector<std::string> columns;
    read_members(reader, "a key", [&](std::string_view key) {
        if (key == "columns") {
            columns = read_texts(reader, key);
            return true;
        }
        return false;
    });
    return columns;
}

check_description read_check(json_reader& reader) {
    check_description check;
    read_members(reader, "a check", [&](std::string_view key) {
        return take_text(reader, key, {{"name", &check.name}, {"value", &check.expression}});
    });
    return check;
}

template <class T>
void read_each(json_reader& reader, std::string_view what, std::vector<T>& all,
               T (*read)(json_reader&)) {
    read_members(reader, what, [&](std::string_view) {
        all.push_back(read(reader));
        return true;
    });
}

bool read_part_of_table(json_reader& reader, std::string_view key, table_description& table) {
    if (key == "columns") {
        read_each(reader, key, table.columns, read_column);
    } else if (key == "indexes") {
        read_each(reader, key, table.indexes, read_index);
    } else if (key == "foreignKeys") {
        read_each(reader, key, table.foreign_keys, read_foreign_key);
    } else if (key == "checkConstraints") {
        read_each(reader, key, table.checks, read_check);
    } else if (key == "compositePrimaryKeys") {
        read_members(reader, key, [&](std::string_view) {
            table.primary_key = read_composite_key(reader);
            return true;
        });
    } else if (key == "uniqueConstraints") {
        read_members(reader, key, [](std::string_view name) -> bool {
            throw error(errc::invalid_request, "the unique constraint " + std::string(name) +
                                                   " is not supported; make it a unique index");
        });
    } else {
        return take_text(reader, key, {{"name", &table.name}});
    }
    return true;
}

/// Drizzle marks a column that is the key by itself; we mark parts of a composite key too.
void complete_key(table_description& table) {
    for (auto& column : table.columns) {
        if (column.primary_key) {
            table.primary_key = {column.name};
        }
        column.primary_key = std::ranges::count(table.primary_key, column.name) > 0;
    }
}

table_description read_table(json_reader& reader) {
    table_description table;
    read_members(reader, "a table",
                 [&](std::string_view key) { return read_part_of_table(reader, key, table); });
    if (table.name.empty()) {
        throw error(errc::invalid_request, "a table has no name");
    }
    complete_key(table);
    return table;
}

view_description read_view(json_reader& reader) {
    view_description view;
    read_members(reader, "a view", [&](std::string_view key) {
        return take_text(reader, key, {{"name", &view.name}, {"definition", &view.select}});
    });
    return view;
}

/// index -> the texts of its terms that are expressions.
using expression_terms = std::set<std::pair<std::string, std::string>>;

void read_expressions(json_reader& reader, const std::string& index, expression_terms& found) {
    read_members(reader, "internal.indexes", [&](std::string_view part) {
        if (part != "columns") {
            return false;
        }
        read_members(reader, part, [&](std::string_view term) {
            found.emplace(index, term);
            return false;
        });
        return true;
    });
}

expression_terms read_internal(json_reader& reader) {
    expression_terms found;
    read_members(reader, "internal", [&](std::string_view part) {
        if (part != "indexes") {
            return false;
        }
        read_members(reader, part, [&](std::string_view index) {
            read_expressions(reader, std::string(index), found);
            return true;
        });
        return true;
    });
    return found;
}

void mark_expressions(schema_snapshot& snapshot, const expression_terms& expressions) {
    for (auto& table : snapshot.tables) {
        for (auto& index : table.indexes) {
            for (auto& key : index.keys) {
                key.expression = expressions.contains({index.name, key.text});
            }
        }
    }
}

void require_version(std::string_view version, std::string_view dialect) {
    if (version != "6" || dialect != "sqlite") {
        throw error(errc::invalid_request,
                    "version \"6\" of dialect \"sqlite\" expected, found \"" +
                        std::string(version) + "\" of \"" + std::string(dialect) + "\"");
    }
}

}  // namespace

schema_snapshot parse_snapshot_json(std::string_view text) {
    schema_snapshot snapshot;
    snapshot.id.clear();
    std::string version;
    std::string dialect;
    expression_terms expressions;
    bool has_tables = false;
    json_reader reader(text);
    read_members(reader, "the snapshot", [&](std::string_view key) {
        if (key == "tables") {
            has_tables = true;
            read_each(reader, key, snapshot.tables, read_table);
        } else if (key == "views") {
            read_each(reader, key, snapshot.views, read_view);
        } else if (key == "internal") {
            expressions = read_internal(reader);
        } else {
            return take_text(reader, key,
                             {{"version", &version},
                              {"dialect", &dialect},
                              {"id", &snapshot.id},
                              {"prevId", &snapshot.previous_id}});
        }
        return true;
    });
    reader.finish();
    require_version(version, dialect);
    if (!has_tables) {
        throw error(errc::invalid_request, "the snapshot has no tables");
    }
    mark_expressions(snapshot, expressions);
    return snapshot;
}

}  // namespace dormouse
