// What the database commands answer in JSON. The members' names are the keys.
#pragma once

#include "cli/node_answers.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dormouse::cli {

struct failure_answer {
    error_answer error;
};

struct pushed_answer {
    std::string database;
    std::optional<std::string> migration;
    std::vector<std::string> statements;
    bool changed;
    bool needsReset;
    std::vector<std::string> remarks;
};
struct push_answer {
    std::vector<pushed_answer> databases;
};

struct generated_answer {
    std::string database;
    std::optional<std::string> migration;
    std::optional<std::string> path;
    std::vector<std::string> statements;
    bool needsReset;
    std::vector<std::string> remarks;
};
struct generate_answer {
    std::vector<generated_answer> databases;
};

struct database_status_answer {
    std::string database;
    std::string className;
    std::string bindingName;
    std::vector<std::string> actions;
    std::optional<std::string> epoch;
    std::uint64_t productionMigrations;
    std::uint64_t devMigrations;
    bool productionChanged;
    std::vector<std::string> pending;
    std::optional<std::string> lastPush;
};
struct status_answer {
    std::optional<std::string> epoch;
    std::vector<database_status_answer> databases;
};

struct reset_answer {
    std::optional<std::string> newEpoch;
    std::vector<std::string> databases;
    std::vector<std::string> purged;
};

struct statement_error_answer {
    std::optional<std::string> migration;
    std::uint64_t chunk;
    std::string statement;
    std::string error;
};
struct database_validation_answer {
    std::string database;
    bool valid;
    std::uint64_t migrations;
    bool includesDev;
    std::vector<statement_error_answer> errors;
    std::vector<std::string> brokenReferences;
    std::vector<std::string> drift;
    std::vector<std::string> snapshotDrift;
};
struct validation_answer {
    bool valid;
    std::vector<database_validation_answer> databases;
};

struct rehearsed_bar_answer {
    std::int64_t belowMicroseconds;
    std::uint64_t objects;
};
struct rehearsed_failure_answer {
    std::string cause;
    std::uint64_t objects;
    std::string example;
};
struct rehearsed_answer {
    std::string database;
    std::uint64_t objects;
    std::uint64_t rehearsed;
    std::uint64_t leftOut;
    std::uint64_t migrated;
    std::uint64_t failed;
    std::int64_t rows;
    std::int64_t p50Microseconds;
    std::int64_t p99Microseconds;
    std::int64_t maxMicroseconds;
    std::int64_t projectedMicroseconds;
    std::vector<rehearsed_bar_answer> histogram;
    std::vector<rehearsed_failure_answer> failures;
};
struct rehearsal_answer {
    bool good;
    std::vector<rehearsed_answer> databases;
};

struct planned_group_answer {
    std::uint64_t objects;
    std::string example;
    std::optional<std::string> reached;
    std::optional<std::string> adoptedJournal;
    std::vector<std::string> adopted;
    std::vector<std::string> pending;
    std::uint64_t chunks;
    std::optional<std::string> problem;
};
struct planned_database_answer {
    std::string database;
    std::vector<planned_group_answer> groups;
};
struct plans_answer {
    bool good;
    std::vector<planned_database_answer> databases;
};

struct planned_chunk_answer {
    std::string migration;
    std::uint64_t chunk;
    std::vector<std::string> statements;
};
struct object_plan_answer {
    bool good;
    std::string database;
    std::string object;
    std::optional<std::string> reached;
    std::optional<std::string> adoptedJournal;
    std::vector<std::string> adopted;
    std::vector<planned_chunk_answer> chunks;
    std::optional<std::string> problem;
};

struct baseline_answer {
    std::string object;
    std::vector<std::string> recorded;
    std::optional<std::string> refusal;
};
struct baselines_answer {
    bool good;
    std::string database;
    std::string migration;
    bool dryRun;
    std::vector<baseline_answer> objects;
};

/// One for each event: a watch ends with the tool.
struct watch_event_answer {
    std::string event;
    std::optional<std::string> database;
    std::optional<std::int64_t> code;
    std::optional<std::string> text;
};

struct configured_database_answer {
    std::string database;
    std::string className;
    std::string bindingName;
    bool served;
    std::optional<std::string> problem;
};
struct config_answer {
    bool complete;
    std::vector<configured_database_answer> databases;
    std::optional<std::string> advice;
};

}  // namespace dormouse::cli
