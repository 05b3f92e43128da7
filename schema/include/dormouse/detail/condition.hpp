// What stands after WHERE and HAVING: conditions that all must hold, some of them only sometimes.
// Part of <dormouse/query.hpp>.
#pragma once

#include <dormouse/detail/expression.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace dormouse::detail {

/// A condition or an assignment that is part of its query only when `present`.
template <class Part>
struct optional_part {
    static constexpr std::size_t switches = Part::switches + 1;
    Part part;
    bool present;

    template <class Scope>
    [[gnu::cold]] void append_sql(std::string& sql) const {
        part.template append_sql<Scope>(sql);
    }
    void bind(binder& to) const {
        if (present) {
            part.bind(to);
        }
    }
    void add_shape(query_shape& shape) const {
        shape.add(present);
        part.add_shape(shape);
    }
};

template <class Part>
bool is_present(const Part& /*always*/) {
    return true;
}
template <class Part>
bool is_present(const optional_part<Part>& part) {
    return part.present;
}

template <class... Conditions>
struct condition_list {
    static constexpr std::size_t switches = (std::size_t{0} + ... + Conditions::switches);
    part_list<Conditions...> all;

    template <class Added>
    [[nodiscard]] auto with(Added added) const {
        return condition_list<Conditions..., Added>{all.with(std::move(added))};
    }

    template <class Scope>
    [[gnu::cold]] void append_sql(std::string& sql,
                                  [[maybe_unused]] std::string_view keyword) const {
        auto append = [&](const auto& each) {
            if (is_present(each)) {
                sql += std::exchange(keyword, " AND ");
                each.template append_sql<Scope>(sql);
            }
        };
        all.each(append);
    }
    void bind(binder& to) const { all.bind(to); }
    void add_shape(query_shape& shape) const { all.add_shape(shape); }
};

}  // namespace dormouse::detail
