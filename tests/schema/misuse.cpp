// Everything here is wrong and must not compile; misuse_test.py knows what the compiler has to say.
#include <dormouse/query.hpp>

#include <map>
#include <string>

using namespace dormouse;

struct holder {
    std::string id;
    std::map<std::string, int> unwrapped;
};
inline constexpr auto holders = table<holder>("holders");  // a type that is no column

struct twin {
    std::string firstName;
    std::string first_name;
};
inline constexpr auto twins = table<twin>("twins");  // two columns of one name

struct member {
    std::string id;
    std::string email;
    std::int64_t age;
};
struct stranger {
    std::string key;
};
struct measured {
    std::string id;
    std::int64_t size;
    std::int64_t twice;
};
inline constexpr auto members = table<member>("members").primary_key(&member::id);
inline constexpr auto strangers = table<stranger>("strangers");
inline constexpr auto measures =
    table<measured>("measures").primary_key(&measured::id).generated(&measured::twice, "size * 2");

inline constexpr auto wrong_default =
    table<member>("wrong_default").default_to(&member::age, "many");

struct without_mail {
    std::string id;
    std::int64_t age;
};
struct with_shoe {
    std::string id, email, shoe;
    std::int64_t age;
};
struct with_empty_mail {
    std::string id;
    std::optional<std::string> email;
    std::int64_t age;
};

void misuse(db& database) {
    database.insert_into<members>().values(without_mail{});
    database.insert_into<members>().values(with_shoe{});
    database.insert_into<members>().values(with_empty_mail{});
    (void)database.select_from<members>().where(col<&stranger::key> == "x").all();
    (void)database.select_from<members>().where(col<&member::age> == "x");
    database.update<members>().set(col<& member::age> = 1).execute();
    database.delete_from<members>().execute();
    (void)database.insert_into<members>().on_conflict<&stranger::key>().ignore();
    (void)database.insert_into<measures>().upsert<&measured::id, &member::age>();
    (void)database.insert_into<measures>().on_conflict<&measured::id>().update<&measured::twice>();
    (void)database.insert_into<members>()
        .on_conflict<&member::id>()
        .set(col<& member::age> = excluded<&measured::size>)
        .values(member{})
        .sql_text();
    (void)database.update<measures>().set_if(true, col<& measured::twice> = 1);
    (void)database.update<members>()
        .set(col<& member::age> = 1)
        .set_if(true, col<& member::age> = 2);
    (void)(col<&member::email> + 1);
    (void)database.update<members>().where(col<&member::id> == "x").returning_all();
}
