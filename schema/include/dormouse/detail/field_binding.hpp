// Pointers to all members of an aggregate, by structured bindings. The cases are written by rule;
// 64 is the limit on the fields of one struct.
#pragma once

#include <cstddef>
#include <utility>

namespace dormouse::detail {

// A minimal tuple of pointers: far cheaper to compile than std::tuple.
template <std::size_t Index, class Pointer>
struct pointer_leaf {
    Pointer pointer;
};
template <class Indexes, class... Pointers>
struct pointer_leaves;
template <std::size_t... Index, class... Pointers>
struct pointer_leaves<std::index_sequence<Index...>, Pointers...>
    : pointer_leaf<Index, Pointers>... {
    constexpr explicit pointer_leaves(Pointers... all) : pointer_leaf<Index, Pointers>{all}... {}
};
template <class... Pointers>
struct pointer_list : pointer_leaves<std::index_sequence_for<Pointers...>, Pointers...> {
    constexpr explicit pointer_list(Pointers... all)
        : pointer_leaves<std::index_sequence_for<Pointers...>, Pointers...>(all...) {}
};
template <std::size_t Index, class Pointer>
constexpr Pointer pointer_at(const pointer_leaf<Index, Pointer>& leaf) {
    return leaf.pointer;  // NOLINT(clang-analyzer-core.uninitialized.UndefReturn): constant
}

inline constexpr std::size_t bound_fields_max = 64;

template <std::size_t Count>
struct field_binding;

// clang-format off
template <>
struct field_binding<0> {
    template <class Struct>
    static constexpr auto of(Struct& /*object*/) noexcept { return pointer_list<>(); }
};
template <>
struct field_binding<1> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0] = object;
        return pointer_list(&f0);
    }
};
template <>
struct field_binding<2> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1] = object;
        return pointer_list(&f0, &f1);
    }
};
template <>
struct field_binding<3> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2] = object;
        return pointer_list(&f0, &f1, &f2);
    }
};
template <>
struct field_binding<4> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3] = object;
        return pointer_list(&f0, &f1, &f2, &f3);
    }
};
template <>
struct field_binding<5> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4);
    }
};
template <>
struct field_binding<6> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5);
    }
};
template <>
struct field_binding<7> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6);
    }
};
template <>
struct field_binding<8> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7);
    }
};
template <>
struct field_binding<9> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8);
    }
};
template <>
struct field_binding<10> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9);
    }
};
template <>
struct field_binding<11> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10);
    }
};
template <>
struct field_binding<12> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11);
    }
};
template <>
struct field_binding<13> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12);
    }
};
template <>
struct field_binding<14> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13);
    }
};
template <>
struct field_binding<15> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14);
    }
};
template <>
struct field_binding<16> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15);
    }
};
template <>
struct field_binding<17> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16);
    }
};
template <>
struct field_binding<18> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16,
            f17] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17);
    }
};
template <>
struct field_binding<19> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17,
            f18] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18);
    }
};
template <>
struct field_binding<20> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19);
    }
};
template <>
struct field_binding<21> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20);
    }
};
template <>
struct field_binding<22> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21);
    }
};
template <>
struct field_binding<23> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22);
    }
};
template <>
struct field_binding<24> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23);
    }
};
template <>
struct field_binding<25> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24);
    }
};
template <>
struct field_binding<26> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25);
    }
};
template <>
struct field_binding<27> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26);
    }
};
template <>
struct field_binding<28> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27);
    }
};
template <>
struct field_binding<29> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28);
    }
};
template <>
struct field_binding<30> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29);
    }
};
template <>
struct field_binding<31> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29, &f30);
    }
};
template <>
struct field_binding<32> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29, &f30, &f31);
    }
};
template <>
struct field_binding<33> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29, &f30, &f31, &f32);
    }
};
template <>
struct field_binding<34> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29, &f30, &f31, &f32, &f33);
    }
};
template <>
struct field_binding<35> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33,
            f34] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29, &f30, &f31, &f32, &f33, &f34);
    }
};
template <>
struct field_binding<36> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34,
            f35] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29, &f30, &f31, &f32, &f33, &f34, &f35);
    }
};
template <>
struct field_binding<37> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35,
            f36] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29, &f30, &f31, &f32, &f33, &f34, &f35, &f36);
    }
};
template <>
struct field_binding<38> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35,
            f36, f37] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29, &f30, &f31, &f32, &f33, &f34, &f35, &f36, &f37);
    }
};
template <>
struct field_binding<39> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35,
            f36, f37, f38] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29, &f30, &f31, &f32, &f33, &f34, &f35, &f36, &f37, &f38);
    }
};
template <>
struct field_binding<40> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35,
            f36, f37, f38, f39] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29, &f30, &f31, &f32, &f33, &f34, &f35, &f36, &f37, &f38, &f39);
    }
};
template <>
struct field_binding<41> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35,
            f36, f37, f38, f39, f40] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29, &f30, &f31, &f32, &f33, &f34, &f35, &f36, &f37, &f38, &f39, &f40);
    }
};
template <>
struct field_binding<42> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35,
            f36, f37, f38, f39, f40, f41] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29, &f30, &f31, &f32, &f33, &f34, &f35, &f36, &f37, &f38, &f39, &f40,
            &f41);
    }
};
template <>
struct field_binding<43> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35,
            f36, f37, f38, f39, f40, f41, f42] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29, &f30, &f31, &f32, &f33, &f34, &f35, &f36, &f37, &f38, &f39, &f40,
            &f41, &f42);
    }
};
template <>
struct field_binding<44> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35,
            f36, f37, f38, f39, f40, f41, f42, f43] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29, &f30, &f31, &f32, &f33, &f34, &f35, &f36, &f37, &f38, &f39, &f40,
            &f41, &f42, &f43);
    }
};
template <>
struct field_binding<45> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35,
            f36, f37, f38, f39, f40, f41, f42, f43, f44] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29, &f30, &f31, &f32, &f33, &f34, &f35, &f36, &f37, &f38, &f39, &f40,
            &f41, &f42, &f43, &f44);
    }
};
template <>
struct field_binding<46> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35,
            f36, f37, f38, f39, f40, f41, f42, f43, f44, f45] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29, &f30, &f31, &f32, &f33, &f34, &f35, &f36, &f37, &f38, &f39, &f40,
            &f41, &f42, &f43, &f44, &f45);
    }
};
template <>
struct field_binding<47> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35,
            f36, f37, f38, f39, f40, f41, f42, f43, f44, f45, f46] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29, &f30, &f31, &f32, &f33, &f34, &f35, &f36, &f37, &f38, &f39, &f40,
            &f41, &f42, &f43, &f44, &f45, &f46);
    }
};
template <>
struct field_binding<48> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35,
            f36, f37, f38, f39, f40, f41, f42, f43, f44, f45, f46, f47] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29, &f30, &f31, &f32, &f33, &f34, &f35, &f36, &f37, &f38, &f39, &f40,
            &f41, &f42, &f43, &f44, &f45, &f46, &f47);
    }
};
template <>
struct field_binding<49> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35,
            f36, f37, f38, f39, f40, f41, f42, f43, f44, f45, f46, f47, f48] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29, &f30, &f31, &f32, &f33, &f34, &f35, &f36, &f37, &f38, &f39, &f40,
            &f41, &f42, &f43, &f44, &f45, &f46, &f47, &f48);
    }
};
template <>
struct field_binding<50> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35,
            f36, f37, f38, f39, f40, f41, f42, f43, f44, f45, f46, f47, f48, f49] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29, &f30, &f31, &f32, &f33, &f34, &f35, &f36, &f37, &f38, &f39, &f40,
            &f41, &f42, &f43, &f44, &f45, &f46, &f47, &f48, &f49);
    }
};
template <>
struct field_binding<51> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35,
            f36, f37, f38, f39, f40, f41, f42, f43, f44, f45, f46, f47, f48, f49, f50] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29, &f30, &f31, &f32, &f33, &f34, &f35, &f36, &f37, &f38, &f39, &f40,
            &f41, &f42, &f43, &f44, &f45, &f46, &f47, &f48, &f49, &f50);
    }
};
template <>
struct field_binding<52> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35,
            f36, f37, f38, f39, f40, f41, f42, f43, f44, f45, f46, f47, f48, f49, f50,
            f51] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29, &f30, &f31, &f32, &f33, &f34, &f35, &f36, &f37, &f38, &f39, &f40,
            &f41, &f42, &f43, &f44, &f45, &f46, &f47, &f48, &f49, &f50, &f51);
    }
};
template <>
struct field_binding<53> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35,
            f36, f37, f38, f39, f40, f41, f42, f43, f44, f45, f46, f47, f48, f49, f50, f51,
            f52] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29, &f30, &f31, &f32, &f33, &f34, &f35, &f36, &f37, &f38, &f39, &f40,
            &f41, &f42, &f43, &f44, &f45, &f46, &f47, &f48, &f49, &f50, &f51, &f52);
    }
};
template <>
struct field_binding<54> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35,
            f36, f37, f38, f39, f40, f41, f42, f43, f44, f45, f46, f47, f48, f49, f50, f51, f52,
            f53] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29, &f30, &f31, &f32, &f33, &f34, &f35, &f36, &f37, &f38, &f39, &f40,
            &f41, &f42, &f43, &f44, &f45, &f46, &f47, &f48, &f49, &f50, &f51, &f52, &f53);
    }
};
template <>
struct field_binding<55> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35,
            f36, f37, f38, f39, f40, f41, f42, f43, f44, f45, f46, f47, f48, f49, f50, f51, f52,
            f53, f54] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29, &f30, &f31, &f32, &f33, &f34, &f35, &f36, &f37, &f38, &f39, &f40,
            &f41, &f42, &f43, &f44, &f45, &f46, &f47, &f48, &f49, &f50, &f51, &f52, &f53, &f54);
    }
};
template <>
struct field_binding<56> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35,
            f36, f37, f38, f39, f40, f41, f42, f43, f44, f45, f46, f47, f48, f49, f50, f51, f52,
            f53, f54, f55] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29, &f30, &f31, &f32, &f33, &f34, &f35, &f36, &f37, &f38, &f39, &f40,
            &f41, &f42, &f43, &f44, &f45, &f46, &f47, &f48, &f49, &f50, &f51, &f52, &f53, &f54,
            &f55);
    }
};
template <>
struct field_binding<57> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35,
            f36, f37, f38, f39, f40, f41, f42, f43, f44, f45, f46, f47, f48, f49, f50, f51, f52,
            f53, f54, f55, f56] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29, &f30, &f31, &f32, &f33, &f34, &f35, &f36, &f37, &f38, &f39, &f40,
            &f41, &f42, &f43, &f44, &f45, &f46, &f47, &f48, &f49, &f50, &f51, &f52, &f53, &f54,
            &f55, &f56);
    }
};
template <>
struct field_binding<58> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35,
            f36, f37, f38, f39, f40, f41, f42, f43, f44, f45, f46, f47, f48, f49, f50, f51, f52,
            f53, f54, f55, f56, f57] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29, &f30, &f31, &f32, &f33, &f34, &f35, &f36, &f37, &f38, &f39, &f40,
            &f41, &f42, &f43, &f44, &f45, &f46, &f47, &f48, &f49, &f50, &f51, &f52, &f53, &f54,
            &f55, &f56, &f57);
    }
};
template <>
struct field_binding<59> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35,
            f36, f37, f38, f39, f40, f41, f42, f43, f44, f45, f46, f47, f48, f49, f50, f51, f52,
            f53, f54, f55, f56, f57, f58] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29, &f30, &f31, &f32, &f33, &f34, &f35, &f36, &f37, &f38, &f39, &f40,
            &f41, &f42, &f43, &f44, &f45, &f46, &f47, &f48, &f49, &f50, &f51, &f52, &f53, &f54,
            &f55, &f56, &f57, &f58);
    }
};
template <>
struct field_binding<60> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35,
            f36, f37, f38, f39, f40, f41, f42, f43, f44, f45, f46, f47, f48, f49, f50, f51, f52,
            f53, f54, f55, f56, f57, f58, f59] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29, &f30, &f31, &f32, &f33, &f34, &f35, &f36, &f37, &f38, &f39, &f40,
            &f41, &f42, &f43, &f44, &f45, &f46, &f47, &f48, &f49, &f50, &f51, &f52, &f53, &f54,
            &f55, &f56, &f57, &f58, &f59);
    }
};
template <>
struct field_binding<61> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35,
            f36, f37, f38, f39, f40, f41, f42, f43, f44, f45, f46, f47, f48, f49, f50, f51, f52,
            f53, f54, f55, f56, f57, f58, f59, f60] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29, &f30, &f31, &f32, &f33, &f34, &f35, &f36, &f37, &f38, &f39, &f40,
            &f41, &f42, &f43, &f44, &f45, &f46, &f47, &f48, &f49, &f50, &f51, &f52, &f53, &f54,
            &f55, &f56, &f57, &f58, &f59, &f60);
    }
};
template <>
struct field_binding<62> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35,
            f36, f37, f38, f39, f40, f41, f42, f43, f44, f45, f46, f47, f48, f49, f50, f51, f52,
            f53, f54, f55, f56, f57, f58, f59, f60, f61] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29, &f30, &f31, &f32, &f33, &f34, &f35, &f36, &f37, &f38, &f39, &f40,
            &f41, &f42, &f43, &f44, &f45, &f46, &f47, &f48, &f49, &f50, &f51, &f52, &f53, &f54,
            &f55, &f56, &f57, &f58, &f59, &f60, &f61);
    }
};
template <>
struct field_binding<63> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35,
            f36, f37, f38, f39, f40, f41, f42, f43, f44, f45, f46, f47, f48, f49, f50, f51, f52,
            f53, f54, f55, f56, f57, f58, f59, f60, f61, f62] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29, &f30, &f31, &f32, &f33, &f34, &f35, &f36, &f37, &f38, &f39, &f40,
            &f41, &f42, &f43, &f44, &f45, &f46, &f47, &f48, &f49, &f50, &f51, &f52, &f53, &f54,
            &f55, &f56, &f57, &f58, &f59, &f60, &f61, &f62);
    }
};
template <>
struct field_binding<64> {
    template <class Struct>
    static constexpr auto of(Struct& object) noexcept {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18,
            f19, f20, f21, f22, f23, f24, f25, f26, f27, f28, f29, f30, f31, f32, f33, f34, f35,
            f36, f37, f38, f39, f40, f41, f42, f43, f44, f45, f46, f47, f48, f49, f50, f51, f52,
            f53, f54, f55, f56, f57, f58, f59, f60, f61, f62, f63] = object;
        return pointer_list(&f0, &f1, &f2, &f3, &f4, &f5, &f6, &f7, &f8, &f9, &f10, &f11, &f12,
            &f13, &f14, &f15, &f16, &f17, &f18, &f19, &f20, &f21, &f22, &f23, &f24, &f25, &f26,
            &f27, &f28, &f29, &f30, &f31, &f32, &f33, &f34, &f35, &f36, &f37, &f38, &f39, &f40,
            &f41, &f42, &f43, &f44, &f45, &f46, &f47, &f48, &f49, &f50, &f51, &f52, &f53, &f54,
            &f55, &f56, &f57, &f58, &f59, &f60, &f61, &f62, &f63);
    }
};
// clang-format on

template <std::size_t Count, class Struct>
constexpr auto bind_fields(Struct& object) noexcept {
    return field_binding<Count>::of(object);
}

}  // namespace dormouse::detail
