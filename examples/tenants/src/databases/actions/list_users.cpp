#include "databases/actions/list_users.hpp"

#include <dormouse/query.hpp>

const dormouse::action<list_users_args, std::vector<user>> list_users{
    main_db, "listUsers", [](dormouse::db& db, const list_users_args& args) {
        return db.select_from<users>()
            .order_by(dormouse::col<&user::createdAt>, dormouse::col<&user::id>)
            .limit((*args.limit).value_or(100))
            .offset((*args.offset).value_or(0))
            .all();
    }};
