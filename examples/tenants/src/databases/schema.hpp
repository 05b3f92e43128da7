// What the tables of each database hold.
#pragma once

#include <dormouse/schema.hpp>

#include <cstdint>
#include <optional>
#include <string>

struct user {
    std::string id;
    std::string name;
    std::string email;
    std::optional<std::string> bio;  // optional = nullable column
    dormouse::timestamp createdAt;   // column created_at
};

inline constexpr auto users = dormouse::table<user>("users")
                                  .primary_key(&user::id)
                                  .unique(&user::email)
                                  .default_fn(&user::id, dormouse::uuid)
                                  .default_fn(&user::createdAt, dormouse::now);

struct post {
    std::string id;
    std::string authorId;
    std::string title;
    std::optional<std::string> body;
    dormouse::timestamp createdAt;
};

inline constexpr auto posts = dormouse::table<post>("posts")
                                  .primary_key(&post::id)
                                  .references(&post::authorId, users, &user::id)
                                  .index("posts_author", &post::authorId)
                                  .default_fn(&post::id, dormouse::uuid)
                                  .default_fn(&post::createdAt, dormouse::now);

struct event {
    std::int64_t id;
    std::string type;
    dormouse::timestamp createdAt;
};

inline constexpr auto event_log = dormouse::table<event>("event_log")
                                      .autoincrement(&event::id)
                                      .index("event_log_type", &event::type)
                                      .default_fn(&event::createdAt, dormouse::now);

struct setting {
    std::string key;
    std::string value;
    dormouse::timestamp updatedAt;
};

inline constexpr auto settings = dormouse::table<setting>("settings")
                                     .primary_key(&setting::key)
                                     .default_fn(&setting::updatedAt, dormouse::now)
                                     .on_update(&setting::updatedAt, dormouse::now);
