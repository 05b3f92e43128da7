// A small database in two copies, one for each transport, and a runtime and server around them.
#pragma once

#include <dormouse/action.hpp>
#include <dormouse/databases.hpp>
#include <dormouse/http_server.hpp>
#include <dormouse/runtime.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace dormouse::test {

struct add_args {
    double a;
    double b;
};
struct text_args {
    arg<"string"> text;
};
struct no_args {};

extern const database shop;         // called over HTTP
extern const database socket_shop;  // called over WebSocket
extern const database central;      // global

extern const action<add_args, double> add;
extern const action<text_args, std::string> echo;
extern const action<no_args, std::string> key;
extern const action<no_args, double> fail;
extern const action<no_args, double> overload;
extern const action<no_args, double> hang;

extern const action<add_args, double> socket_add;
extern const action<text_args, std::string> socket_echo;
extern const action<no_args, double> socket_fail;
extern const action<no_args, double> socket_hang;

/// Keeps what was logged.
class recording_log final : public log_sink {
public:
    void write(log_level level, std::string_view component,
               std::string_view text) noexcept override;
    [[nodiscard]] std::vector<std::string> texts() const;

private:
    mutable std::mutex mutex_;
    std::vector<std::string> texts_;
};

/// A runtime in a directory of its own, which is removed afterwards.
class shop_runtime {
public:
    shop_runtime();
    explicit shop_runtime(std::span<const database_entry> databases);
    shop_runtime(const shop_runtime&) = delete;
    shop_runtime& operator=(const shop_runtime&) = delete;
    ~shop_runtime();

    [[nodiscard]] runtime& operator*() noexcept { return *runtime_; }

    /// Options for a server on any free port with short timeouts where a test waits for them.
    [[nodiscard]] http_server_options server_options() const;
    std::shared_ptr<recording_log> log = std::make_shared<recording_log>();

private:
    std::filesystem::path directory_;
    std::unique_ptr<runtime> runtime_;
};

}  // namespace dormouse::test
