#include "databases/actions/create_post.hpp"

#include "databases/actions/get_user.hpp"

#include <dormouse/query.hpp>

#include <stdexcept>

const dormouse::action<create_post_args, post> create_post{
    main_db, "createPost",
    [](dormouse::db& db, const create_post_args& args, dormouse::context& ctx) -> post {
        if (!get_user(ctx, {.userId = args.authorId})) {
            throw std::runtime_error("There is no user with this id");
        }
        return db.insert_into<posts>().values(args).returning_all().one();
    }};
