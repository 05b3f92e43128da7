// A query is put together from parts: conditions, columns, assignments, joins. std::tuple could
// hold them, but each tuple and each concatenation costs a compiler more than all that a query does
// with its parts. Part of <dormouse/query.hpp>.
#pragma once

#include <cstddef>
#include <utility>

namespace dormouse::detail {

class query_shape;

/// One of several parts, which may have equal types.
template <std::size_t Index, class Part>
struct part_leaf {
    Part part;
};

template <class Indexes, class... Parts>
struct part_leaves;

template <class... Parts>
using part_list = part_leaves<std::index_sequence_for<Parts...>, Parts...>;

/// The parts, in order. An aggregate: `part_list<First, Second>{{first}, {second}}`.
template <std::size_t... Index, class... Parts>
struct part_leaves<std::index_sequence<Index...>, Parts...> : part_leaf<Index, Parts>... {
    /// These and then those.
    template <class... Added>
    [[nodiscard]] part_list<Parts..., Added...> with(Added... added) const {
        return {static_cast<const part_leaf<Index, Parts>&>(*this)..., {std::move(added)}...};
    }

    template <class Visitor>
    void each(Visitor&& visit) const {
        (visit(static_cast<const part_leaf<Index, Parts>&>(*this).part), ...);
    }

    /// Binds the values of all parts.
    template <class... To>
    void bind([[maybe_unused]] To&... to) const {
        (static_cast<const part_leaf<Index, Parts>&>(*this).part.bind(to...), ...);
    }
    void add_shape([[maybe_unused]] query_shape& shape) const {
        (static_cast<const part_leaf<Index, Parts>&>(*this).part.add_shape(shape), ...);
    }
};

}  // namespace dormouse::detail
