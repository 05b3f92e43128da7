#include "transport/http_status.hpp"

#include <algorithm>
#include <array>

namespace dormouse {
namespace {

constexpr std::array statuses{
    errc_status{errc::invalid_arguments, 400},
    errc_status{errc::invalid_request, 400},
    errc_status{errc::invalid_id, 400},
    errc_status{errc::invalid_instance, 400},
    errc_status{errc::unknown_database, 404},
    errc_status{errc::unknown_action, 404},
    errc_status{errc::unknown_class, 404},
    errc_status{errc::not_found, 404},
    errc_status{errc::payload_too_large, 413},
    errc_status{errc::unsupported_media_type, 415},
    errc_status{errc::foreign_host, 421},
    errc_status{errc::no_tenant, 500},
    errc_status{errc::no_runtime, 500},
    errc_status{errc::invalid_state, 500},
    errc_status{errc::handler_failed, 500},
    errc_status{errc::object_reset, 500},
    errc_status{errc::commit_failed, 500},
    errc_status{errc::migration_failed, 500},
    errc_status{errc::turn_ended, 500},
    errc_status{errc::sql_failed, 500},
    errc_status{errc::no_row, 500},
    errc_status{errc::several_rows, 500},
    errc_status{errc::storage_locked, 500},
    errc_status{errc::disconnected, 500},
    errc_status{errc::overloaded, 503},
    errc_status{errc::quarantined, 503},
    errc_status{errc::storage_failed, 503},
    errc_status{errc::shutting_down, 503},
    errc_status{errc::timed_out, 504},
};

}  // namespace

std::span<const errc_status> http_statuses() noexcept {
    return statuses;
}

int http_status_of(errc code) noexcept {
    const auto* found = std::ranges::find(statuses, code, &errc_status::code);
    return found == statuses.end() ? 500 : found->status;
}

}  // namespace dormouse
