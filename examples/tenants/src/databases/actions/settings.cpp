#include "databases/actions/settings.hpp"

#include <dormouse/query.hpp>

const dormouse::action<set_setting_args, setting> set_setting{
    settings_db, "setSetting", [](dormouse::db& db, const set_setting_args& args) {
        return db.insert_into<settings>()
            .upsert<&setting::key, &setting::value>()
            .values(args)
            .returning_all()
            .one();
    }};

const dormouse::action<get_setting_args, std::optional<setting>> get_setting{
    settings_db, "getSetting", [](dormouse::db& db, const get_setting_args& args) {
        return db.select_from<settings>()
            .where(dormouse::col<&setting::key> == args.key)
            .find_one();
    }};
