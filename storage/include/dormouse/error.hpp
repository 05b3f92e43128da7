// A caller of an object must be able to tell "you sent nonsense" from "try again" from "this object
// is broken" without comparing message texts, whether the failure happened in this process or
// behind a socket. `errc` is what a program compares; the text of `error` is what a person reads.
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <string>
#include <string_view>

namespace dormouse {

/// Why an operation failed. Each comment says what a caller can do about it.
enum class errc {
    invalid_arguments = 1,  ///< The arguments do not fit the action. Correct them.
    invalid_request,        ///< The message is not JSON or not of the expected shape. Correct it.
    invalid_id,             ///< The text is no object id, or belongs to another class.
    invalid_instance,  ///< This instance key cannot exist for this database. Use the named one.
    unknown_database,  ///< The runtime serves no such database. The text lists those it serves.
    unknown_action,    ///< The database has no such action. The text lists those it has.
    unknown_class,     ///< The runtime serves no such object class. The text lists those it serves.
    no_tenant,         ///< A per-tenant call without a tenant. Name one or install a resolver.
    no_runtime,        ///< No runtime is named, current or default. Construct one first.
    invalid_state,     ///< The operation is not allowed here. A mistake in the calling program.
    overloaded,        ///< A bounded queue was full. Back off; the runtime never retries this.
    timed_out,         ///< The deadline passed. The call may still have taken effect.
    handler_failed,    ///< The object's own code threw. What it wrote before stays written.
    object_reset,      ///< The object was reset while the call ran. Unfinished writes are gone.
    commit_failed,     ///< A turn's writes could not be committed; the object was reset.
    quarantined,       ///< The object cannot wake until its migrations change.
    migration_failed,  ///< The object could not be brought to the newest schema.
    turn_ended,        ///< A cursor or row outlived the turn it belongs to. Read within one turn.
    no_row,            ///< Exactly one row was expected, and there was none.
    several_rows,      ///< Exactly one row was expected, and there were more.
    sql_failed,        ///< SQLite refused a statement. See `sql_error`.
    storage_failed,    ///< The disk or the storage node failed. Nothing more is acknowledged.
    storage_locked,    ///< Another process holds the data directory. The text names it.
    shutting_down,     ///< The runtime no longer accepts calls.
    disconnected,      ///< The connection to a remote runtime was lost. Retry.
    payload_too_large,       ///< The message exceeds the configured limit.
    unsupported_media_type,  ///< The content type is not application/json.
    foreign_host,            ///< The request names a host or origin this server does not serve.
    not_found,               ///< No such route.
    invalid_bookmark,  ///< No bookmark of this object, or no longer kept. The text says which are.
    storage_full       ///< The disk is nearly full. Reading goes on; make room before writing.
};

/// The category of `errc`. Its `message()` is the generic meaning of a code.
[[nodiscard]] const boost::system::error_category& dormouse_category() noexcept;

[[nodiscard]] boost::system::error_code make_error_code(errc code) noexcept;

/// The name of a code as it stands in JSON, for example "invalid_arguments".
[[nodiscard]] std::string_view name_of(errc code) noexcept;

/// The code with that name; `errc::handler_failed` for a name this version does not know.
[[nodiscard]] errc errc_named(std::string_view name) noexcept;

/// An operational failure. `what()` is the text for people, without any prefix.
///
/// **Thread safety:** value.
class error : public boost::system::system_error {
public:
    error(errc code, std::string text);

    [[nodiscard]] const char* what() const noexcept override { return text_.c_str(); }
    [[nodiscard]] errc reason() const noexcept { return static_cast<errc>(code().value()); }

    /// The failure happened in another process, and only its text came back.
    [[nodiscard]] bool remote() const noexcept { return remote_; }
    /// Sending the call again may help. A call cut off by a lost connection may have taken effect.
    [[nodiscard]] bool retryable() const noexcept;
    /// The object or the server had too much to do. Never true together with `retryable()`.
    [[nodiscard]] bool overloaded() const noexcept { return reason() == errc::overloaded; }

    /// This failure as seen from the other side of a connection.
    [[nodiscard]] error as_remote() const;

private:
    std::string text_;
    bool remote_ = false;
};

/// SQLite refused a statement. Carries the statement's text, never the values bound to it.
class sql_error : public error {
public:
    sql_error(int extended_code, std::string text, std::string sql);

    /// SQLite's extended result code, for example 2067 for a violated UNIQUE constraint.
    [[nodiscard]] int extended_code() const noexcept { return extended_code_; }
    [[nodiscard]] const std::string& sql() const noexcept { return sql_; }

private:
    int extended_code_;
    std::string sql_;
};

}  // namespace dormouse

template <>
struct boost::system::is_error_code_enum<dormouse::errc> : std::true_type {};
