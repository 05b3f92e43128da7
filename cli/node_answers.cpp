#include "cli/node_answers.hpp"

#include "cli/painted_text.hpp"

#include <algorithm>
#include <chrono>
#include <initializer_list>

namespace dormouse::cli {
namespace {

timestamp in_milliseconds(std::chrono::system_clock::time_point moment) {
    return std::chrono::floor<std::chrono::milliseconds>(moment);
}

std::string text_of(std::uint64_t number) {
    return std::to_string(number);
}

/// Columns, two spaces apart; the caller pads what is to stand below each other.
std::string row(std::initializer_list<std::string> columns) {
    std::string line;
    for (const auto& column : columns) {
        line += line.empty() ? column : "  " + column;
    }
    return line;
}

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(width, text.size()), ' ');
    return text;
}

}  // namespace

log_entry_answer answer_for(const log_entry& entry) {
    log_entry_answer answer{entry.segment,
                            entry.offset,
                            entry.position,
                            entry.bytes,
                            in_milliseconds(entry.time),
                            std::string(entry.kind),
                            {},
                            {},
                            {},
                            {},
                            {}};
    if (!entry.id.empty()) {
        answer.id = entry.id;
        answer.sequence = entry.sequence;
        answer.pages = entry.pages;
    }
    if (!entry.id.empty() || entry.kind == "class") {
        answer.className = entry.class_name;
    }
    if (entry.kind == "checkpoint") {
        answer.redo = entry.redo;
    }
    return answer;
}

log_summary_answer answer_for(const log_summary& summary) {
    return {summary.segments, summary.records, summary.begin,
            summary.end,      summary.redo,    summary.torn_bytes};
}

object_answer answer_for(const inspected_object& object) {
    const auto& known = object.known;
    const auto& metadata = known.metadata;
    object_answer answer{known.class_name,
                         known.id,
                         metadata.name,
                         metadata.state == object_state::active ? "active" : "quarantined",
                         metadata.version,
                         known.bytes,
                         known.commits,
                         in_milliseconds(known.last_commit),
                         {},
                         metadata.migration_attempts,
                         metadata.migration_error,
                         to_string(object.now)};
    if (metadata.next_alarm) {
        answer.nextAlarm = in_milliseconds(*metadata.next_alarm);
    }
    return answer;
}

finding_answer answer_for(const finding& found) {
    return {found.kind == finding_kind::damage ? "damage" : "note", found.path, found.text};
}

std::string in_words(const log_entry_answer& entry) {
    std::string about;
    if (entry.id) {
        about = entry.className->empty() ? "the catalog" : *entry.className + "/" + *entry.id;
        about += "  commit " + text_of(*entry.sequence) + "  " + text_of(*entry.pages) + " pages";
    } else if (entry.className) {
        about = *entry.className;
    } else if (entry.redo) {
        about = "redo from " + text_of(*entry.redo);
    }
    return row({padded(text_of(entry.position), 12), to_iso8601(entry.time), padded(entry.kind, 10),
                padded(text_of(entry.bytes) + " bytes", 13),
                entry.segment + "+" + text_of(entry.offset), about});
}

std::string in_words(const log_summary_answer& summary) {
    auto words = text_of(summary.records) + " records in " + text_of(summary.segments) +
                 " segments, from " + text_of(summary.begin) + " to " + text_of(summary.end) +
                 "; the files hold what is before " + text_of(summary.redo);
    if (summary.tornBytes > 0) {
        words += "; " + text_of(summary.tornBytes) + " torn bytes behind the end";
    }
    return words;
}

std::string in_words(const object_answer& object) {
    auto line = row({object.className + "/" + object.id, padded(printable(object.name), 20),
                     object.state, padded(text_of(object.bytes) + " bytes", 14),
                     padded(text_of(object.commits) + " commits", 13),
                     to_iso8601(object.lastCommit), object.bookmark});
    if (object.nextAlarm) {
        line += "  alarm " + to_iso8601(*object.nextAlarm);
    }
    return object.migrationError.empty() ? line
                                         : line + "  (" + printable(object.migrationError) + ")";
}

std::string in_words(const finding_answer& found) {
    return padded(found.kind, 6) + "  " + found.path + ": " + found.text;
}

}  // namespace dormouse::cli
