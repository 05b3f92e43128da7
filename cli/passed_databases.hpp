// Whether a runtime gets a database is written in the program's sources. They are read as text, so
// what counts is strict: only what is seen to reach `runtime_options::databases`, and no mention
// elsewhere.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dormouse::cli {

/// How a program passes on a database.
struct passed_database {
    bool listed = false;
    bool with_migrations = false;
};

/// What a program gives the runtimes it makes.
///
/// Found are `.databases = ...` and the first member of a `runtime_options` or a `runtime`; behind
/// a name there, what it is initialised with, what is assigned or added to it, and the body when it
/// is a function's.
///
/// **Thread safety:** value.
class passed_databases {
public:
    /// `sources`: the text of the program's own, and of what they include.
    explicit passed_databases(const std::string& sources);

    /// Nothing is seen to be given to a runtime.
    [[nodiscard]] bool none() const noexcept { return expressions_.empty(); }

    /// The whole of `dormouse::databases()`.
    [[nodiscard]] bool all() const;

    /// `variable`: qualified; the source may write less of that. `name`: of its file.
    [[nodiscard]] passed_database find(std::string_view variable, std::string_view name) const;

private:
    void follow(const std::string& expression);
    void follow_name(const std::string& name);

    std::string code_;
    std::vector<std::string> expressions_;
    std::vector<std::string> followed_;
};

}  // namespace dormouse::cli
