#include "databases/actions/create_user_if_not_exists.hpp"

#include "databases/actions/get_user.hpp"

#include <dormouse/query.hpp>

// Nothing can come between the question and the insert: an object does one thing at a time.
const dormouse::action<create_user_args, created_user> create_user_if_not_exists{
    main_db, "createUserIfNotExists",
    [](dormouse::db& db, const create_user_args& args, dormouse::context& ctx) -> created_user {
        if (auto existing = get_user_by_email(ctx, {.email = args.email})) {
            return {.user = std::move(*existing), .created = false};
        }
        return {.user = db.insert_into<users>().values(args).returning_all().one(),
                .created = true};
    }};
