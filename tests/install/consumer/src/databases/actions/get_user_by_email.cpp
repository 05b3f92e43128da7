#include "databases/actions/get_user_by_email.hpp"

#include <dormouse/query.hpp>

const dormouse::action<get_user_by_email_args, std::optional<user>> get_user_by_email{
    main_db, "getUserByEmail",
    [](dormouse::db& db, const get_user_by_email_args& args, dormouse::context&) {
        return db.select_from<users>().where(dormouse::col<&user::email> == args.email).find_one();
    }};
