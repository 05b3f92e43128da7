#include "databases/actions/create_user.hpp"

#include "databases/actions/get_user_by_email.hpp"

#include <dormouse/query.hpp>

#include <stdexcept>

const dormouse::action<create_user_args, user> create_user{
    main_db, "createUser",
    [](dormouse::db& db, const create_user_args& args, dormouse::context& ctx) -> user {
        if (get_user_by_email(ctx, {.email = args.email})) {
            throw std::runtime_error("User already exists");
        }
        return db.insert_into<users>().values(args).returning_all().one();
    }};
