// There is one place in the process for each object that is awake or on its way in or out: its
// cell. Events go to the cell whatever state the object is in, so none is lost and no two lives of
// an object overlap.
#pragma once

#include "runtime/instance.hpp"
#include "runtime/object_class.hpp"

#include <dormouse/detail/invocation.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/strand.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <string>

namespace dormouse {

class residency;

/// **Thread safety:** `post` is thread-safe, everything else actor-confined. **Lifetime:** kept by
/// its residency and by work on its strand.
class cell : public std::enable_shared_from_this<cell> {
public:
    cell(const instance_services& services, residency& home, const object_class& kind,
         const object_id& id, std::string key, const boost::asio::any_io_executor& loop);

    /// Brings a call to the object, waking it if it sleeps.
    void post(std::shared_ptr<detail::invocation> call);
    /// Lets the object sleep unless it has calls, or other work where that counts.
    void post_hibernate(bool even_with_work);
    /// Runs `work` on the background while the object sleeps and its file is closed. Calls that run
    /// may end first, within `grace`; calls that arrive meanwhile wait.
    void post_maintenance(std::function<void()> work, std::chrono::milliseconds grace);
    /// From its next life on the object is of that edition of its class, unless it is of a newer
    /// one. One that is awake ends that life first, as for maintenance; calls posted later wait for
    /// the next.
    void serve_as(const object_class& kind, std::chrono::milliseconds grace);
    /// Drops the object where it stands. Only when its loop has stopped.
    void abandon() noexcept;

    [[nodiscard]] const object_id& id() const noexcept { return id_; }

private:
    friend class residency;
    enum class state : std::uint8_t {
        asleep,
        awake,
        draining,  ///< Awake until its calls have ended: maintenance waits.
        closing    ///< Until the file is closed, and maintenance done.
    };

    void receive(std::shared_ptr<detail::invocation> call);
    void wake_for_waiting();
    [[nodiscard]] bool wake(const std::shared_ptr<detail::invocation>& first);
    void on_call_ended();
    void on_turn_ended();
    void close();
    void on_closed();
    void begin_maintenance(std::chrono::milliseconds grace);
    void begin_draining(std::chrono::milliseconds grace);
    void run_maintenance();
    void end_draining(std::uint64_t drain);

    instance_services services_;
    residency* home_;
    std::atomic<const object_class*> wanted_kind_;
    const object_class* kind_;
    object_id id_;
    std::string key_;
    boost::asio::strand<boost::asio::any_io_executor> strand_;
    state state_ = state::asleep;
    std::shared_ptr<instance> instance_;
    std::deque<std::shared_ptr<detail::invocation>>
        waiting_;  // arrived while the object was draining or closing
    std::deque<std::function<void()>> maintenance_;
    std::uint64_t drains_ = 0;  // begun so far

    // Kept by the residency.
    std::atomic<std::uint32_t> calls_{0};      // delivered, and their answers have not left
    std::atomic<steady_time::rep> rested_{0};  // when the last of them left
    std::list<cell*>::iterator place_;
    steady_time used_{};
    bool leaving_ = false;  // was told to sleep and has not been called since
};

}  // namespace dormouse
