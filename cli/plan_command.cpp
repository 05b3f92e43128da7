#include "cli/database_answers.hpp"
#include "cli/painted_text.hpp"
#include "cli/stored_objects_options.hpp"
#include "migrations/statement_split.hpp"

#include <dormouse/json.hpp>

#include <algorithm>
#include <optional>
#include <ostream>

namespace dormouse::cli {
namespace {

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) {
        text.append(text.empty() ? "" : ", ").append(name);
    }
    return text;
}

std::optional<std::string> unless_empty(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

std::string place_of(const std::string& reached) {
    return reached.empty() ? "before the first migration" : "at " + reached;
}

std::string adoption_of(const std::string& journal, const std::vector<std::string>& adopted) {
    return "takes over " + journal + ": " + (adopted.empty() ? "nothing" : joined(adopted));
}

// --- all objects

struct planned_database {
    std::string name;
    std::vector<planned_group> groups;
};

bool is_good(const planned_database& planned) {
    return std::ranges::all_of(planned.groups,
                               [](const auto& group) { return group.problem.empty(); });
}

void tell(const command_request& asked, const planned_group& group) {
    auto& out = asked.answers();
    out << "  " << group.objects << " object(s) " << place_of(group.reached);
    if (group.problem.empty() && group.pending.empty() && group.adopted_journal.empty()) {
        out << ": nothing to do\n";
        return;
    }
    const auto example = printable(group.example);
    out << ", " << example << " for one\n";
    if (!group.adopted_journal.empty()) {
        out << "    " << adoption_of(group.adopted_journal, group.adopted) << '\n';
    }
    if (!group.pending.empty()) {
        out << "    applies " << joined(group.pending) << " (" << group.chunks << " chunk(s))\n";
    }
    if (!group.problem.empty()) {
        out.flush();  // what follows may go elsewhere
        asked.messages() << "    " << painted("✗", paint::bad, asked.coloured()) << ' '
                         << group.objects << " object(s), " << example
                         << " for one: " << group.problem << '\n';
    }
}

void tell(const command_request& asked, const planned_database& planned) {
    std::size_t objects = 0;
    for (const auto& group : planned.groups) {
        objects += group.objects;
    }
    asked.answers() << painted(is_good(planned) ? "✓" : "✗",
                               is_good(planned) ? paint::good : paint::bad, asked.coloured())
                    << ' ' << planned.name << ": " << objects << " object(s)\n";
    for (const auto& group : planned.groups) {
        tell(asked, group);
    }
}

planned_database_answer answer_for(const planned_database& planned) {
    planned_database_answer answer{planned.name, {}};
    for (const auto& group : planned.groups) {
        answer.groups.push_back({group.objects, group.example, unless_empty(group.reached),
                                 unless_empty(group.adopted_journal), group.adopted, group.pending,
                                 group.chunks, unless_empty(group.problem)});
    }
    return answer;
}

int plan_all(const stored_request& asked, const project& made) {
    std::vector<planned_database> planned;
    for (const auto* entry : choose_entries(asked.site.program, asked.database)) {
        planned.push_back({std::string(entry->file_name),
                           group_plans(objects_of(asked, made, *entry), made.progress)});
    }
    const bool good = std::ranges::all_of(planned, is_good);
    if (asked.json) {
        plans_answer answer{good, {}};
        for (const auto& each : planned) {
            answer.databases.push_back(answer_for(each));
        }
        asked.answers() << to_json(answer) << '\n';
        return good ? 0 : 1;
    }
    for (const auto& each : planned) {
        tell(asked, each);
    }
    if (planned.empty()) {
        asked.answers() << "No databases found.\n";
    }
    return good ? 0 : 1;
}

// --- one object

std::vector<std::string> statements_of(const planned_chunk& chunk) {
    std::vector<std::string> statements;
    for (const auto& statement : split_statements(chunk.sql)) {
        statements.emplace_back(statement);
    }
    return statements;
}

void tell(const command_request& asked, const object_plan& planned) {
    auto& out = asked.answers();
    const auto object = printable(planned.object);
    out << object << ' ' << place_of(planned.reached) << '\n';
    const auto& plan = planned.plan;
    if (!plan.adopted_journal.empty()) {
        out << "  " << adoption_of(plan.adopted_journal, plan.adopted) << '\n';
    }
    for (const auto& chunk : plan.chunks) {
        out << "  " << chunk.name << '[' << chunk.chunk << "]\n";
        for (const auto& statement : statements_of(chunk)) {
            out << "    " << statement << ";\n";
        }
    }
    if (plan.chunks.empty() && plan.adopted_journal.empty() && planned.problem.empty()) {
        out << "  nothing to do\n";
    }
    if (!planned.problem.empty()) {
        out.flush();
        asked.messages() << painted("✗", paint::bad, asked.coloured()) << ' ' << object << ": "
                         << planned.problem << '\n';
    }
}

object_plan_answer answer_for(std::string_view database, const object_plan& planned) {
    object_plan_answer answer{planned.problem.empty(),
                              std::string(database),
                              planned.object,
                              unless_empty(planned.reached),
                              unless_empty(planned.plan.adopted_journal),
                              planned.plan.adopted,
                              {},
                              unless_empty(planned.problem)};
    for (const auto& chunk : planned.plan.chunks) {
        answer.chunks.push_back({chunk.name, chunk.chunk, statements_of(chunk)});
    }
    return answer;
}

int plan_one(const stored_request& asked, const project& made) {
    const auto& entry = one_entry(asked);
    bool good = true;
    visit_plans(objects_of(asked, made, entry), [&](const object_plan& planned) {
        good = planned.problem.empty();
        if (asked.json) {
            asked.answers() << to_json(answer_for(entry.file_name, planned)) << '\n';
        } else {
            tell(asked, planned);
        }
    });
    return good ? 0 : 1;
}

}  // namespace

void add_plan_command(CLI::App& to, const command_site& site) {
    auto asked = std::make_shared<stored_request>(site);
    auto& command = add_command(
        to, {"plan", "Show what objects would run when they wake, changing nothing"}, asked,
        [asked] {
            const auto made = embedded_project_for(*asked);
            return asked->instance.empty() ? plan_all(*asked, made) : plan_one(*asked, made);
        });
    add_data_option(command, asked->data);
    add_database_option(command, asked->database, "plan for");
    add_instance_option(command, asked->instance);
}

}  // namespace dormouse::cli
