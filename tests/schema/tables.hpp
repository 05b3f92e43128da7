// The tables of the query tests.
#pragma once

#include <dormouse/args.hpp>
#include <dormouse/schema.hpp>

namespace tables {

enum class role { admin, user };

struct preferences {
    bool dark = false;
    std::vector<std::string> languages;
};

struct user {
    std::string id;
    std::string name;
    std::string email;
    std::optional<std::string> bio;
    dormouse::timestamp createdAt;
    bool active = false;
    std::optional<dormouse::timestamp_seconds> changedAt;
};

struct post {
    std::int64_t id = 0;
    std::string authorId;
    double score = 0;
    std::optional<dormouse::blob> cover;
    role visibility{};
    dormouse::json<preferences> settings;
};

struct changed_now {
    dormouse::timestamp_seconds operator()(dormouse::generator_context& context) const {
        return std::chrono::floor<std::chrono::seconds>(context.now());
    }
};

inline constexpr auto users = dormouse::table<user>("users")
                                  .primary_key(&user::id)
                                  .unique(&user::email)
                                  .default_fn(&user::id, dormouse::uuid)
                                  .default_fn(&user::createdAt, dormouse::now)
                                  .default_to(&user::active, true)
                                  .on_update(&user::changedAt, changed_now{});

inline constexpr auto posts = dormouse::table<post>("posts").autoincrement(&post::id).references(
    &post::authorId, users, &user::id, {.on_delete = dormouse::foreign_key_action::cascade});

struct create_user_args {
    dormouse::arg<"string > 0"> name;
    dormouse::arg<"string.email"> email;
};
struct new_user {
    std::string id;
    std::string name;
    std::string email;
};
struct new_post {
    std::string authorId;
    double score = 0;
    role visibility{};
    preferences settings;
};

}  // namespace tables
