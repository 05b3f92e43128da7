#include "databases/actions/get_user.hpp"

#include <dormouse/query.hpp>

const dormouse::action<get_user_args, std::optional<user>> get_user{
    main_db, "getUser", [](dormouse::db& db, const get_user_args& args) {
        return db.select_from<users>().where(dormouse::col<&user::id> == args.userId).find_one();
    }};

const dormouse::action<get_user_by_email_args, std::optional<user>> get_user_by_email{
    main_db, "getUserByEmail", [](dormouse::db& db, const get_user_by_email_args& args) {
        return db.select_from<users>().where(dormouse::col<&user::email> == args.email).find_one();
    }};
