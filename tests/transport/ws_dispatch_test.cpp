// Replays what upstream's generated WebSocket object answered: the same frames go to the same
// actions, written in dormouse.
#include "tests/transport/raw_client.hpp"
#include "tests/transport/shop_database.hpp"

#include <dormouse/http_server.hpp>
#include <dormouse/json.hpp>
#include <dormouse/query.hpp>

#include <gmock/gmock.h>
#include <simdjson.h>

#include <array>
#include <charconv>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace dormouse::test {
namespace {

using simdjson::dom::element;

struct user {
    std::int64_t id;
    std::string name;
    std::string email;
    std::optional<std::int64_t> age;
};
constexpr auto users = table<user>("users").primary_key(&user::id);

constinit const database main_db{{.name = "main", .tables = schema<users>}};
constexpr std::array migrations{migration_file{
    "20240101000000_users",
    "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, email TEXT UNIQUE, age INTEGER);"}};
const std::array entries{database_entry{&main_db, "main", migrations}};

struct echo_args {
    arg<"unknown"> value;
};
struct create_user_args {
    arg<"string > 0"> name;
    arg<"string.email"> email;
    arg<"number.integer > 0?"> age;
};
struct limited_args {
    arg<"number.integer > 0"> limit;
};
struct limits {
    std::int64_t limit;
};
struct names {
    std::string instanceKey;
    std::string dbName;
};

const action<echo_args, json_text> echo_value{
    main_db, "echo",
    [](db&, const echo_args& args) -> json_text { return {std::string((*args.value).text)}; }};
const action<add_args, double> add_numbers{
    main_db, "add", [](db&, const add_args& args) -> double { return args.a + args.b; }};
const action<create_user_args, user> create_user{
    main_db, "createUser", [](db& storage, const create_user_args& args) -> user {
        return storage.insert_into<users>().values(args).returning_all().one();
    }};
const action<no_args, std::vector<user>> list_users{
    main_db, "listUsers", [](db& storage, const no_args&) -> std::vector<user> {
        return storage.select_from<users>().order_by(col<&user::id>).all();
    }};
const action<limited_args, limits> limited{
    main_db, "limited", [](db&, const limited_args& args) -> limits { return {*args.limit}; }};
const action<no_args, double> throw_boom{
    main_db, "fail", [](db&, const no_args&) -> double { throw std::runtime_error("boom"); }};
const action<no_args, double> throw_plain{
    main_db, "failText", [](db&, const no_args&) -> double { throw std::runtime_error("plain"); }};
const action<no_args, names> tell_names{main_db, "key",
                                        [](db&, const no_args&, context& ctx) -> names {
                                            return {std::string(ctx.instance_key()), "main"};
                                        }};
const action<no_args, std::vector<std::int64_t>> bad_sql{
    main_db, "badSql", [](db& storage, const no_args&) {
        return storage.sql<"SELECT * FROM nope", std::int64_t>().all();
    }};

/// Needs an argument that validation changes, which is not built yet.
constexpr std::string_view trims_its_argument = "dispatch-021";
/// Upstream finds the instance in each message; here it is in the path, so that a message may do
/// without.
constexpr std::string_view without_instance_key = "dispatch-048";
/// JSON that is passed on keeps digits that JavaScript's numbers lose.
constexpr std::string_view long_number = "dispatch-060";

bool answered_alike(std::string_view id) {
    return id != trims_its_argument && id != without_instance_key && id != long_number;
}

std::string from_hex(std::string_view hex) {
    std::string bytes;
    for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
        unsigned value = 0;
        std::from_chars(hex.data() + at, hex.data() + at + 2, value, 16);
        bytes += static_cast<char>(value);
    }
    return bytes;
}

/// A server with nothing stored in it.
class fresh_server {
public:
    fresh_server() { server.start(); }

    void replay(element one, std::string_view instance) {
        raw_socket socket(server.port(), "/ws/main/" + std::string(instance));
        for (const element frame : one["send"]) {
            std::string_view text;
            if (frame.get(text) == simdjson::SUCCESS) {
                socket.send(text);
            } else {
                socket.send(from_hex(frame["binary"]), true);
            }
        }
        std::multiset<std::string> expected;
        for (const element answer : one["result"]["received"]) {
            expected.insert(normal(std::string_view(answer)));
        }
        EXPECT_EQ(receive(socket, expected.size()), expected);
    }

private:
    /// Everything that comes before the answer to a last request; errors may overtake results.
    static std::multiset<std::string> receive(raw_socket& socket, std::size_t expected) {
        socket.send(R"({"id":"last","action":"echo","args":{"value":"last"}})");
        const std::string last = R"({"id":"last","ok":true,"result":"last"})";
        std::multiset<std::string> received;
        bool ended = false;
        while (!ended || received.size() < expected) {
            auto text = socket.receive();
            if (text == last) {
                ended = true;
            } else {
                received.insert(normal(text));
            }
        }
        return received;
    }

    static std::string normal(std::string_view json) {
        simdjson::dom::parser parser;
        return simdjson::minify(parser.parse(json.data(), json.size()).value());
    }

    shop_runtime host{entries};
    http_server server{*host, host.server_options()};
};

std::string instance_of(element one) {
    for (const element frame : one["send"]) {
        simdjson::dom::parser parser;
        std::string_view text;
        std::string_view key;
        if (frame.get(text) == simdjson::SUCCESS &&
            parser.parse(text.data(), text.size())["instanceKey"].get(key) == simdjson::SUCCESS) {
            return std::string(key);
        }
    }
    return "t1";
}

element corpus() {
    static simdjson::dom::parser parser;
    static const element document = parser.load(DORMOUSE_TEST_DATA "/corpora/ws_protocol.json");
    return document;
}

TEST(WsDispatch, AnswersAsUpstreamDoes) {
    int count = 0;
    for (const element one : corpus()["cases"]) {
        const std::string_view id = one["id"];
        if (std::string_view(one["group"]) == "dispatch" && answered_alike(id)) {
            SCOPED_TRACE(std::string(id));
            fresh_server().replay(one, instance_of(one));
            ++count;
        }
    }
    EXPECT_GT(count, 30);
}

}  // namespace
}  // namespace dormouse::test
