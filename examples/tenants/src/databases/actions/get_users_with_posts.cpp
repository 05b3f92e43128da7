#include "databases/actions/get_users_with_posts.hpp"

#include <dormouse/query.hpp>

namespace {

std::vector<post> posts_of(dormouse::db& db, const std::string& author) {
    return db.select_from<posts>()
        .where(dormouse::col<&post::authorId> == author)
        .order_by(dormouse::col<&post::createdAt>, dormouse::col<&post::id>)
        .all();
}

}  // namespace

// A query per user is no waste here: the database lies in the same process, and the statement is
// prepared once.
const dormouse::action<list_users_args, std::vector<user_with_posts>> get_users_with_posts{
    main_db, "getUsersWithPosts",
    [](dormouse::db& db, const list_users_args& args, dormouse::context& ctx) {
        std::vector<user_with_posts> answer;
        for (user& each : list_users(ctx, args)) {
            std::vector<post> written = posts_of(db, each.id);
            answer.push_back({.id = std::move(each.id),
                              .name = std::move(each.name),
                              .email = std::move(each.email),
                              .posts = std::move(written)});
        }
        return answer;
    }};
