#include "cli/database_answers.hpp"
#include "cli/painted_text.hpp"
#include "cli/stored_objects_options.hpp"

#include <dormouse/database.hpp>
#include <dormouse/json.hpp>
#include <dormouse/rehearsal.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <ostream>
#include <system_error>

namespace dormouse::cli {
namespace {

struct rehearse_request : command_request {
    using command_request::command_request;
    std::filesystem::path data;
    std::string database;
    std::size_t sample = 0;
    std::optional<timestamp> at;
};

struct rehearsed_database {
    std::string_view name;
    rehearsal_result result;
};

std::size_t parse_sample(const std::string& text) {
    std::size_t sample = 0;
    const auto* const end = text.data() + text.size();
    const auto [stopped, failed] = std::from_chars(text.data(), end, sample);
    if (failed != std::errc() || stopped != end || sample == 0) {
        throw CLI::ValidationError("--sample",
                                   "'" + text + "' is no number of objects, which is 1 or more");
    }
    return sample;
}

/// A clock counts finer than text, and not as far.
std::chrono::system_clock::time_point moment_of(timestamp time) {
    using moment = std::chrono::system_clock::time_point;
    const auto last = std::chrono::floor<timestamp::duration>(moment::max());
    const auto first = std::chrono::ceil<timestamp::duration>(moment::min());
    return std::clamp(time, first, last);
}

std::string in_words(std::chrono::microseconds time) {
    using namespace std::chrono_literals;
    const auto number = [](double value, const char* unit) {
        std::array<char, 32> text{};
        std::snprintf(text.data(), text.size(), "%.1f %s", value, unit);
        return std::string(text.data());
    };
    if (time < 1ms) {
        return std::to_string(time.count()) + " us";
    }
    const auto milliseconds = static_cast<double>(time.count()) / 1e3;
    return time < 1s ? number(milliseconds, "ms") : number(milliseconds / 1e3, "s");
}

void tell_times(std::ostream& out, const rehearsal_result& result) {
    constexpr std::size_t widest = 40;
    out << "  Time per object: p50 " << in_words(result.p50) << ", p99 " << in_words(result.p99)
        << ", max " << in_words(result.max) << '\n';
    std::size_t most = 1;
    for (const auto& bar : result.histogram) {
        most = std::max(most, bar.objects);
    }
    for (const auto& bar : result.histogram) {
        const auto width = std::max<std::size_t>(1, bar.objects * widest / most);
        out << "    below " << in_words(bar.below) << "\t" << std::string(width, '#') << ' '
            << bar.objects << '\n';
    }
    out << "  All objects, one after the other: " << in_words(result.projected) << '\n';
}

void tell(const rehearse_request& asked, const rehearsed_database& about) {
    const auto& result = about.result;
    const bool good = result.good();
    auto& out = asked.answers();
    out << painted(good ? "✓" : "✗", good ? paint::good : paint::bad, asked.coloured()) << ' '
        << about.name << ": " << result.rehearsed << " of " << result.objects
        << " object(s) rehearsed, " << result.pending << " migrated, " << result.failed
        << " failed, " << result.rows << " row(s) touched\n";
    if (result.left_out > 0) {
        out << "  " << result.left_out << " object(s) left out: that time is not kept of them\n";
    }
    if (result.pending > 0) {
        tell_times(out, result);
    }
    out.flush();  // what follows may go elsewhere
    if (result.objects > 0 && result.rehearsed == 0) {
        asked.messages() << "  " << painted("✗", paint::bad, asked.coloured())
                         << " nothing was rehearsed: of no object is that time kept (--database "
                            "leaves other databases out)\n";
    }
    for (const auto& failure : result.failures) {
        asked.messages() << "  " << painted("✗", paint::bad, asked.coloured()) << ' '
                         << failure.objects << " object(s), " << printable(failure.example)
                         << " for one: " << failure.cause << '\n';
    }
}

rehearsed_answer answer_for(const rehearsed_database& about) {
    const auto& result = about.result;
    rehearsed_answer answer{std::string(about.name),
                            result.objects,
                            result.rehearsed,
                            result.left_out,
                            result.pending,
                            result.failed,
                            result.rows,
                            result.p50.count(),
                            result.p99.count(),
                            result.max.count(),
                            result.projected.count(),
                            {},
                            {}};
    for (const auto& bar : result.histogram) {
        answer.histogram.push_back({bar.below.count(), bar.objects});
    }
    for (const auto& failure : result.failures) {
        answer.failures.push_back({failure.cause, failure.objects, failure.example});
    }
    return answer;
}

std::vector<rehearsed_database> rehearse_all(const rehearse_request& asked) {
    const auto made = embedded_project_for(asked);
    std::vector<rehearsed_database> results;
    for (const auto* entry : choose_entries(asked.site.program, asked.database)) {
        rehearsal_request request;
        request.directory = asked.data.empty() ? made.paths.data : asked.data;
        request.class_name = entry->definition->class_name();
        request.migrations = entry->migrations;
        request.sample = asked.sample;
        if (asked.at) {
            request.at = moment_of(*asked.at);
        }
        results.push_back({entry->file_name, rehearse(request, made.progress)});
    }
    return results;
}

int run(const rehearse_request& asked) {
    const auto results = rehearse_all(asked);
    const bool good =
        std::ranges::all_of(results, [](const auto& each) { return each.result.good(); });
    if (asked.json) {
        rehearsal_answer answer{good, {}};
        for (const auto& each : results) {
            answer.databases.push_back(answer_for(each));
        }
        asked.answers() << to_json(answer) << '\n';
        return good ? 0 : 1;
    }
    for (const auto& each : results) {
        tell(asked, each);
    }
    if (results.empty()) {
        asked.answers() << "No databases found.\n";
    }
    return good ? 0 : 1;
}

}  // namespace

void add_rehearse_command(CLI::App& to, const command_site& site) {
    auto asked = std::make_shared<rehearse_request>(site);
    auto& command = add_command(
        to, {"rehearse", "Run what is pending on copies of real objects, changing nothing"}, asked,
        [asked] { return run(*asked); });
    add_data_option(command, asked->data);
    add_database_option(command, asked->database, "rehearse");
    command.add_option_function<std::string>(
        "--sample", [asked](const std::string& text) { asked->sample = parse_sample(text); },
        "At most so many objects of each database, spread over all of them");
    command.add_option_function<std::string>(
        "--at",
        [asked](const std::string& text) {
            asked->at = parse_timestamp(text);
            if (!asked->at) {
                throw CLI::ValidationError(
                    "--at", "'" + text + "' is no time such as 2026-01-31T12:00:00Z");
            }
        },
        "The objects as they were then");
}

}  // namespace dormouse::cli
