#include <dormouse/error.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace dormouse {
namespace {

struct code_text {
    errc code;
    std::string_view name;
    const char* meaning;
};

constexpr std::array code_texts{
    code_text{errc::invalid_arguments, "invalid_arguments", "the arguments do not fit the action"},
    code_text{errc::invalid_request, "invalid_request", "the request is malformed"},
    code_text{errc::invalid_id, "invalid_id", "not an object id of this class"},
    code_text{errc::invalid_instance, "invalid_instance", "no such instance can exist"},
    code_text{errc::unknown_database, "unknown_database", "no such database"},
    code_text{errc::unknown_action, "unknown_action", "no such action"},
    code_text{errc::unknown_class, "unknown_class", "no such object class"},
    code_text{errc::no_tenant, "no_tenant", "no tenant is known"},
    code_text{errc::no_runtime, "no_runtime", "no runtime is known"},
    code_text{errc::invalid_state, "invalid_state", "not allowed in this state"},
    code_text{errc::overloaded, "overloaded", "too much is queued"},
    code_text{errc::timed_out, "timed_out", "the deadline passed"},
    code_text{errc::handler_failed, "handler_failed", "the object's code threw an exception"},
    code_text{errc::object_reset, "object_reset", "the object was reset"},
    code_text{errc::commit_failed, "commit_failed", "writes could not be committed"},
    code_text{errc::quarantined, "quarantined", "the object is quarantined"},
    code_text{errc::migration_failed, "migration_failed", "a migration failed"},
    code_text{errc::turn_ended, "turn_ended", "the turn has ended"},
    code_text{errc::no_row, "no_row", "no row"},
    code_text{errc::several_rows, "several_rows", "more than one row"},
    code_text{errc::sql_failed, "sql_failed", "SQLite refused a statement"},
    code_text{errc::storage_failed, "storage_failed", "storage failed"},
    code_text{errc::storage_locked, "storage_locked", "the data directory is in use"},
    code_text{errc::shutting_down, "shutting_down", "the runtime is shutting down"},
    code_text{errc::disconnected, "disconnected", "the connection was lost"},
    code_text{errc::payload_too_large, "payload_too_large", "the message is too large"},
    code_text{errc::unsupported_media_type, "unsupported_media_type",
              "the content type is not supported"},
    code_text{errc::foreign_host, "foreign_host", "the host or origin is not served here"},
    code_text{errc::not_found, "not_found", "no such route"},
    code_text{errc::invalid_bookmark, "invalid_bookmark",
              "not a bookmark the object can go back to"},
    code_text{errc::storage_full, "storage_full", "the disk is nearly full"},
};

const code_text* find_text(int code) noexcept {
    const auto* found = std::ranges::find(code_texts, static_cast<errc>(code), &code_text::code);
    return found == code_texts.end() ? nullptr : found;
}

// Boost's base has no virtual destructor because categories are never destroyed through it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
class category final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "dormouse"; }
    std::string message(int code) const override {
        const auto* text = find_text(code);
        return text != nullptr ? text->meaning : "unknown dormouse error";
    }
};
#pragma GCC diagnostic pop

}  // namespace

const boost::system::error_category& dormouse_category() noexcept {
    static const category instance;
    return instance;
}

boost::system::error_code make_error_code(errc code) noexcept {
    return {static_cast<int>(code), dormouse_category()};
}

std::string_view name_of(errc code) noexcept {
    const auto* text = find_text(static_cast<int>(code));
    return text != nullptr ? text->name : "handler_failed";
}

errc errc_named(std::string_view name) noexcept {
    const auto* found = std::ranges::find(code_texts, name, &code_text::name);
    return found == code_texts.end() ? errc::handler_failed : found->code;
}

error::error(errc code, std::string text)
    : boost::system::system_error(make_error_code(code)), text_(std::move(text)) {}

bool error::retryable() const noexcept {
    return reason() == errc::disconnected || reason() == errc::shutting_down;
}

error error::as_remote() const {
    error remote(reason(), text_);
    remote.remote_ = true;
    return remote;
}

sql_error::sql_error(int extended_code, std::string text, std::string sql)
    : error(errc::sql_failed, std::move(text)),
      extended_code_(extended_code),
      sql_(std::move(sql)) {}

}  // namespace dormouse
