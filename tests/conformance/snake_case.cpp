// Tables and columns are named as drizzle names them.
#include "tests/conformance/corpus.hpp"

#include <dormouse/schema.hpp>

int main() {
    const conformance::corpus cases("snake_case");
    return cases.run([](simdjson::dom::element one, conformance::verdict& verdict) {
        const std::string_view input = one["input"];
        verdict.equal("snake", std::string_view(one["snake"]), dormouse::to_snake_case(input));
        verdict.equal("column", std::string_view(one["column"]),
                      dormouse::detail::snake_case(input).view());
    });
}
