#include "cli/database_answers.hpp"
#include "cli/painted_text.hpp"
#include "cli/stored_objects_options.hpp"

#include <dormouse/json.hpp>

#include <algorithm>
#include <ostream>

namespace dormouse::cli {
namespace {

struct baseline_request : stored_request {
    using stored_request::stored_request;
    std::string migration;
    bool all = false;
    bool dry_run = false;
};

void tell(const baseline_request& asked, const object_baseline& done) {
    const auto object = printable(done.object);
    if (!done.refusal.empty()) {
        asked.answers().flush();  // what follows may go elsewhere
        asked.messages() << painted("✗", paint::bad, asked.coloured()) << ' ' << object << ": "
                         << done.refusal << '\n';
        return;
    }
    if (done.recorded.empty()) {
        asked.answers() << "· " << object << ": nothing to record\n";
        return;
    }
    asked.answers() << painted("✓", paint::good, asked.coloured()) << ' ' << object
                    << (asked.dry_run ? ": would record " : ": recorded ") << done.recorded.size()
                    << " migration(s)";
    const char* before = ": ";
    for (const auto& name : done.recorded) {
        asked.answers() << before << name;
        before = ", ";
    }
    asked.answers() << '\n';
}

int run(const baseline_request& asked) {
    const auto made = embedded_project_for(asked);
    const auto& entry = one_entry(asked);
    const auto take = asked.dry_run ? preview_baselines : record_baselines;
    const auto results = take(objects_of(asked, made, entry), asked.migration, made.progress);
    const auto refused =
        std::ranges::count_if(results, [](const auto& each) { return !each.refusal.empty(); });
    if (asked.json) {
        baselines_answer answer{
            refused == 0, std::string(entry.file_name), asked.migration, asked.dry_run, {}};
        for (const auto& each : results) {
            answer.objects.push_back(
                {each.object, each.recorded,
                 each.refusal.empty() ? std::nullopt : std::optional(each.refusal)});
        }
        asked.answers() << to_json(answer) << '\n';
        return refused == 0 ? 0 : 1;
    }
    for (const auto& each : results) {
        tell(asked, each);
    }
    if (results.empty()) {
        asked.answers() << "No objects found.\n";
    }
    return refused == 0 ? 0 : 1;
}

}  // namespace

void add_baseline_command(CLI::App& to, const command_site& site) {
    auto asked = std::make_shared<baseline_request>(site);
    auto& command = add_command(
        to, {"baseline", "Record migrations as applied in objects that have the tables"}, asked,
        [asked] { return run(*asked); });
    add_data_option(command, asked->data);
    add_database_option(command, asked->database, "record in");
    auto& which = *command.add_option_group("objects");
    add_instance_option(which, asked->instance);
    which.add_flag("--all", asked->all, "Every object of the database");
    which.require_option(1);
    command.add_flag("--dry-run", asked->dry_run, "Say what would be recorded, and record nothing");
    command
        .add_option("migration", asked->migration,
                    "The last migration whose tables are there: everything up to it is recorded")
        ->required();
}

}  // namespace dormouse::cli
