#include "migrations/broken_objects.hpp"
#include "migrations/chosen_databases.hpp"
#include "migrations/chunks.hpp"
#include "migrations/database_schema.hpp"
#include "migrations/declared_schema.hpp"
#include "migrations/dev_cache.hpp"
#include "migrations/handmade_indexes.hpp"
#include "migrations/migration_history.hpp"
#include "migrations/schema_drift.hpp"
#include "migrations/scratch_database.hpp"
#include "migrations/statement_split.hpp"
#include "migrations/statements.hpp"

#include <dormouse/error.hpp>
#include <dormouse/project_commands.hpp>

#include <utility>

namespace dormouse {
namespace {

/// Runs a database's migrations, and keeps what is to be said of them.
class rehearsed_migrations {
public:
    rehearsed_migrations(validation_result& result, const step_log& log)
        : result_(&result), log_(&log) {}

    void run(const std::vector<stored_migration>& migrations, handmade_indexes* seen = nullptr) {
        for (const auto& migration : migrations) {
            run(migration);
            if (seen != nullptr) {
                seen->look(turn(), migration);
            }
        }
        result_->migrations += migrations.size();
    }
    [[nodiscard]] lease& turn() { return scratch_.turn(); }

private:
    void run(const stored_migration& migration) {
        std::size_t chunk = 0;
        for (const auto sql : split_chunks(migration.sql)) {
            for (const auto statement : split_statements(sql)) {
                run(migration.name, chunk, statement);
            }
            ++chunk;
        }
    }

    void run(const std::string& migration, std::size_t chunk, std::string_view statement) {
        const auto place = migration + "[" + std::to_string(chunk) + "]: ";
        try {
            run_statements(turn(), statement);
            log_->migrations("[ok] " + place + std::string(statement));
        } catch (const statement_failure& failed) {
            result_->errors.push_back({migration, chunk, failed.sql, without_code(failed.cause)});
            log_->migrations("[FAIL] " + place + failed.cause);
        }
    }

    validation_result* result_;
    const step_log* log_;
    scratch_database scratch_;
};

std::vector<std::string> find_broken_references(lease& turn) {
    std::vector<std::string> broken;
    auto rows = turn.prepare("SELECT \"table\", rowid, parent FROM pragma_foreign_key_check");
    try {
        while (rows->step()) {
            broken.push_back(std::string(rows->text(0)) + " row " + std::string(rows->text(1)) +
                             " refers to no row of " + std::string(rows->text(2)));
        }
    } catch (const sql_error& failed) {
        broken.push_back(without_code(failed.what()));  // a key that is none
    }
    return broken;
}

/// After a statement that failed they tell nothing new.
void note_broken_objects(lease& turn, validation_result& result) {
    for (const auto& [object, cause] : find_broken_objects(turn)) {
        result.errors.push_back(
            {{},
             0,
             object.sql,
             "the " + object.type + " " + object.name + " cannot run: " + cause});
    }
}

/// What cannot be checked is an error of its own, and keeps nothing else from being checked.
template <class Check>
void attempt(validation_result& result, const Check& check) {
    try {
        check();
    } catch (const error& failed) {
        result.errors.push_back({{}, 0, {}, failed.what()});
    }
}

void check(const project& in, const declared_database& database, const validate_options& options,
           validation_result& result) {
    const auto directory = in.paths.migrations / database.name;
    // Without a snapshot, should it be corrupt: the migrations can be run all the same.
    migration_history history{directory, read_migrations(directory), {}};
    attempt(result, [&] { history = read_history(directory); });
    const step_log log(in, options.verbose);
    rehearsed_migrations migrations(result, log);
    handmade_indexes handmade(history);
    const auto drift_from = [&](const std::vector<table_description>& wanted) {
        return find_drift(
            wanted, handmade.remove_undeclared(read_database_schema(migrations.turn()), wanted));
    };
    migrations.run(history.migrations, &handmade);
    if (history.snapshot) {
        attempt(result, [&] { result.snapshot_drift = drift_from(history.snapshot->tables); });
    }
    if (!options.no_dev) {
        const auto dev = dev_cache(in.paths.cache).migrations(database.name);
        result.includes_dev = !dev.empty();
        migrations.run(dev);
    }
    result.broken_references = find_broken_references(migrations.turn());
    attempt(result, [&] {
        require_creatable(database);
        result.drift = drift_from(database.tables);
    });
    if (result.errors.empty()) {
        note_broken_objects(migrations.turn(), result);
    }
}

}  // namespace

std::vector<validation_result> validate(const project& in, const validate_options& options) {
    std::vector<validation_result> results;
    for (const auto* database :
         choose_databases_with_tables(in, options.database, step_log(in, options.verbose))) {
        results.push_back(validate_one(in, *database, options));
    }
    return results;
}

validation_result validate_one(const project& in, const declared_database& database,
                               const validate_options& options) {
    validation_result result;
    result.database = database.name;
    attempt(result, [&] { check(in, database, options, result); });
    return result;
}

}  // namespace dormouse
