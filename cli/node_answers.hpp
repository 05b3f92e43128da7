// What the node tool answers, in JSON and in words. The members' names are the keys.
#pragma once

#include <dormouse/json.hpp>
#include <dormouse/node_inspection.hpp>
#include <dormouse/timestamp.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dormouse::cli {

struct log_entry_answer {
    std::string segment;
    std::uint64_t offset;
    std::uint64_t position;
    std::uint64_t bytes;
    timestamp time;
    std::string kind;
    std::optional<std::string> className;
    std::optional<std::string> id;
    std::optional<std::uint32_t> sequence;
    std::optional<std::uint32_t> pages;
    std::optional<std::uint64_t> redo;
};

struct log_summary_answer {
    std::uint64_t segments;
    std::uint64_t records;
    std::uint64_t begin;
    std::uint64_t end;
    std::uint64_t redo;
    std::uint64_t tornBytes;
};

struct object_answer {
    std::string className;
    std::string id;
    std::string name;
    std::string state;
    std::string version;
    std::uint64_t bytes;
    std::uint32_t commits;
    timestamp lastCommit;
    std::optional<timestamp> nextAlarm;
    std::uint32_t migrationAttempts;
    std::string migrationError;
    std::string bookmark;
};

struct finding_answer {
    std::string kind;
    std::string path;
    std::string text;
};

struct verification_answer {
    bool sound;
    std::uint64_t segments;
    std::uint64_t records;
    std::uint64_t objects;
    std::uint64_t archiveFiles;
    std::uint64_t archivedRecords;
    std::vector<finding_answer> findings;
};

struct export_answer {
    std::string className;
    std::string id;
    std::string name;
    std::string file;
    std::uint64_t bytes;
};

struct error_answer {
    std::string code;
    std::string text;
};

[[nodiscard]] log_entry_answer answer_for(const log_entry& entry);
[[nodiscard]] log_summary_answer answer_for(const log_summary& summary);
[[nodiscard]] object_answer answer_for(const inspected_object& object);
[[nodiscard]] finding_answer answer_for(const finding& found);

// One line each, without its end.
[[nodiscard]] std::string in_words(const log_entry_answer& entry);
[[nodiscard]] std::string in_words(const log_summary_answer& summary);
[[nodiscard]] std::string in_words(const object_answer& object);
[[nodiscard]] std::string in_words(const finding_answer& found);

}  // namespace dormouse::cli
