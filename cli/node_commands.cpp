#include "cli/node_commands.hpp"

#include "cli/node_answers.hpp"
#include "cli/progress_bar.hpp"

#include <dormouse/error.hpp>

#include <functional>
#include <ostream>
#include <vector>

namespace dormouse::cli {
namespace {

/// A JSON array of which nobody knows the end, so that a long list needs no memory: an object whose
/// first member it is, and which `close` completes.
class json_list {
public:
    json_list(std::ostream& to, std::string_view name) : to_(&to) {
        *to_ << "{\"" << name << "\":[";
    }

    template <class Answer>
    void add(const Answer& answer) {
        *to_ << (empty_ ? "\n" : ",\n") << to_json(answer);
        empty_ = false;
    }
    void close() { *to_ << "\n]}\n"; }
    template <class Answer>
    void close(std::string_view name, const Answer& answer) {
        *to_ << "\n],\n\"" << name << "\":" << to_json(answer) << "}\n";
    }

private:
    std::ostream* to_;
    bool empty_ = true;
};

error_answer describe(const error& failure) {
    return {std::string(name_of(failure.reason())), failure.what()};
}

/// A command whose answer is one document: `action` makes it, a failure is one, too.
int answer(const node_request& request, const tool_streams& streams,
           const std::function<int()>& action) {
    try {
        return action();
    } catch (const error& failure) {
        if (request.form == answer_form::json) {
            *streams.answers << "{\"error\":" << to_json(describe(failure)) << "}\n";
        }
        throw;
    }
}

/// A list of any length: `visit` hands its elements on and answers nothing or what completes it.
template <class Item, class Visit>
int answer_list(const node_request& request, const tool_streams& streams, std::string_view name,
                Visit visit) {
    if (request.form == answer_form::text) {
        visit([&](const Item& item) { *streams.answers << in_words(answer_for(item)) << '\n'; });
        return 0;
    }
    json_list list(*streams.answers, name);
    try {
        visit([&](const Item& item) { list.add(answer_for(item)); });
    } catch (const error& failure) {
        list.close("error", describe(failure));
        throw;
    }
    list.close();
    return 0;
}

progress_listener show_on(progress_bar& bar) {
    return [&bar](std::string_view stage, std::uint64_t done, std::uint64_t total) {
        bar.show(stage, done, total);
    };
}

progress_bar::style style_for(const tool_streams& streams) {
    return streams.interactive ? progress_bar::style::bar : progress_bar::style::lines;
}

/// Lets through what `request` asks for.
class log_filter {
public:
    log_filter(const log_request& request, node_inspection& node)
        : class_name_(request.class_name) {
        constexpr std::size_t id_digits = 64;
        const auto is_id =
            request.object.size() == id_digits &&
            request.object.find_first_not_of("0123456789abcdef") == std::string::npos;
        if (is_id) {
            id_ = request.object;  // of a damaged log, too, where nothing can be looked up
        } else if (!request.object.empty()) {
            const auto key = node.find(request.object);
            id_ = key.id;
            class_name_ = key.class_name;
        }
    }

    [[nodiscard]] bool lets_through(const log_entry& entry) const {
        const bool everything = id_.empty() && class_name_.empty();
        return everything || (!entry.id.empty() && (id_.empty() || entry.id == id_) &&
                              (class_name_.empty() || entry.class_name == class_name_));
    }

private:
    std::string class_name_;
    std::string id_;
};

}  // namespace

std::optional<object_moment> parse_moment(std::string_view text) {
    try {
        return object_moment(parse_bookmark(text));
    } catch (const error&) {
        const auto time = parse_timestamp(text);
        return time ? std::optional(object_moment(std::chrono::system_clock::time_point(*time)))
                    : std::nullopt;
    }
}

int verify_node(const node_request& request, const tool_streams& streams) {
    return answer(request, streams, [&] {
        node_inspection node(request.directory);
        std::vector<finding_answer> findings;
        verification result;
        {
            progress_bar bar(*streams.messages, style_for(streams));
            result = node.verify(
                [&](const finding& found) { findings.push_back(answer_for(found)); }, show_on(bar));
        }
        const bool sound = result.damages == 0;
        if (request.form == answer_form::json) {
            *streams.answers << to_json(verification_answer{sound, result.segments, result.records,
                                                            result.objects, result.archive_files,
                                                            result.archived_records,
                                                            std::move(findings)})
                             << '\n';
            return sound ? 0 : 1;
        }
        for (const auto& found : findings) {
            *streams.answers << in_words(found) << '\n';
        }
        *streams.answers << "checked " << result.records << " records in " << result.segments
                         << " segments, " << result.objects << " objects, "
                         << result.archived_records << " records in " << result.archive_files
                         << " files of archives: "
                         << (sound ? "sound" : std::to_string(result.damages) + " damaged") << '\n';
        return sound ? 0 : 1;
    });
}

int list_log(const log_request& request, const tool_streams& streams) {
    return answer_list<log_entry>(request, streams, "records", [&](const auto& found) {
        node_inspection node(request.directory);
        const log_filter filter(request, node);
        const auto summary = node.read_log([&](const log_entry& entry) {
            if (filter.lets_through(entry)) {
                found(entry);
            }
        });
        if (request.form == answer_form::text) {
            *streams.answers << in_words(answer_for(summary)) << '\n';
        }
    });
}

int list_objects(const objects_request& request, const tool_streams& streams) {
    return answer_list<inspected_object>(request, streams, "objects", [&](const auto& found) {
        node_inspection(request.directory).visit(request.filter, found);
    });
}

int export_object(const export_request& request, const tool_streams& streams) {
    return answer(request, streams, [&] {
        node_inspection node(request.directory);
        const auto key = node.find(request.object);
        {
            progress_bar bar(*streams.messages, style_for(streams));
            node.export_object(key, request.at, request.to, show_on(bar));
        }
        const export_answer done{key.class_name, key.id, key.name, request.to.string(),
                                 std::filesystem::file_size(request.to)};
        if (request.form == answer_form::json) {
            *streams.answers << to_json(done) << '\n';
        } else {
            *streams.answers << "wrote " << done.bytes << " bytes to " << done.file << '\n';
        }
        return 0;
    });
}

}  // namespace dormouse::cli
