#include <dormouse/detail/binder.hpp>
#include <dormouse/detail/json_text.hpp>
#include <dormouse/error.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <utility>

namespace dormouse::detail {

std::string_view bound_memory::keep(std::string_view text) {
    if (text.size() > near_.size() - used_) {
        return far_.copy(text);
    }
    char* begin = near_.data() + used_;
    std::copy(text.begin(), text.end(), begin);
    used_ += text.size();
    return {begin, text.size()};
}

void binder::null() {
    target_->bind_null(++parameter_);
}

void binder::integer(std::int64_t value) {
    target_->bind(++parameter_, value);
}

void binder::unsigned_integer(std::uint64_t value) {
    if (!std::in_range<std::int64_t>(value)) {
        throw error(errc::invalid_arguments,
                    std::to_string(value) + " is too large for a column of integers");
    }
    integer(static_cast<std::int64_t>(value));
}

void binder::real(double value) {
    target_->bind(++parameter_, value);
}

void binder::text(std::string_view value, value_life life) {
    target_->bind(++parameter_, life == value_life::ends_now ? memory_->keep(value) : value);
}

void binder::blob(std::span<const std::byte> value, value_life life) {
    if (life == value_life::ends_now) {
        auto kept = memory_->keep({reinterpret_cast<const char*>(value.data()), value.size()});
        value = std::as_bytes(std::span(kept));
    }
    target_->bind(++parameter_, value);
}

void binder::moment(timestamp value) {
    text(to_sql_text(value), value_life::ends_now);
}

void binder::moment(timestamp_seconds value) {
    text(to_sql_text(value), value_life::ends_now);
}

void binder::moment(timestamp value, moment_form form) {
    const auto second = std::chrono::floor<std::chrono::seconds>(value);
    if (form == moment_form::first && second == value) {
        moment(second);
    } else {
        moment(value);
    }
}

void binder::moment(timestamp_seconds value, moment_form form) {
    constexpr std::chrono::milliseconds last_fraction{999};
    if (form == moment_form::first) {
        moment(value);
    } else {
        moment(timestamp(value) + last_fraction);
    }
}

void binder::whole_number(double value) {
    constexpr double limit = 9223372036854775808.0;  // 2^63
    if (!(value >= -limit && value < limit) || std::trunc(value) != value) {
        throw error(errc::invalid_arguments,
                    number_text(value) + " does not fit a column of integers");
    }
    integer(static_cast<std::int64_t>(value));
}

void binder::enumerator(std::string_view name) {
    if (name.empty()) {
        throw error(errc::invalid_arguments, "this enum value has no name to store it by");
    }
    text(name);
}

void binder::expect_parameters(int count) const {
    if (count != target_->parameter_count()) {
        throw error(errc::invalid_arguments,
                    "the query has " + std::to_string(target_->parameter_count()) +
                        " parameters, but was given " + std::to_string(count) + " values");
    }
}

}  // namespace dormouse::detail
