#include "migrations/failure_cause.hpp"
#include "migrations/object_stage.hpp"
#include "migrations/runner.hpp"

#include <dormouse/error.hpp>
#include <dormouse/rehearsal.hpp>
#include <dormouse/timestamp.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <numeric>
#include <utility>

namespace dormouse {
namespace {

using std::chrono::microseconds;

class rehearsal {
public:
    rehearsal(const rehearsal_request& request, const progress_listener& progress)
        : request_(&request),
          progress_(&progress),
          list_(request.migrations),
          inspected_(request.directory) {}

    rehearsal_result run() {
        require_past();
        const auto chosen = choose();
        for (const auto& object : chosen) {
            rehearse(object);
            report(result_.rehearsed + result_.left_out, chosen.size());
        }
        summarize();
        return std::move(result_);
    }

private:
    /// What will be is kept of no object, and would be taken for what is.
    void require_past() const {
        if (request_->at && *request_->at > request_->now()) {
            throw error(errc::invalid_arguments,
                        to_iso8601(std::chrono::floor<timestamp::duration>(*request_->at)) +
                            " lies in the future: objects can be rehearsed as they were, or as "
                            "they are");
        }
    }

    /// Every object, or as many as wanted, spread evenly over the order of their ids.
    std::vector<inspected_object> choose() {
        const object_filter of_class{.class_name = request_->class_name};
        inspected_.visit(of_class, [this](const inspected_object&) { ++result_.objects; });
        const auto wanted =
            request_->sample == 0 ? result_.objects : std::min(request_->sample, result_.objects);
        std::vector<inspected_object> chosen;
        std::size_t at = 0;
        inspected_.visit(of_class, [&](const inspected_object& found) {
            if (chosen.size() * result_.objects <= at * wanted && chosen.size() < wanted) {
                chosen.push_back(found);
            }
            ++at;
        });
        return chosen;
    }

    void rehearse(const inspected_object& object) {
        const object_key key{object.known.class_name, object.known.id, object.known.metadata.name};
        const auto copy = stage_.copy();
        std::unique_ptr<object_storage> entered;
        try {
            if (!take_copy(key, copy)) {
                ++result_.left_out;
                return;
            }
            entered = stage_.enter(key, copy);
            apply(*entered);
        } catch (const error& failure) {
            note_failure(failure.what(), key);
        }
        ++result_.rehearsed;
        std::filesystem::remove(copy);
        if (entered != nullptr) {
            stage_.leave(key, std::move(entered));
        }
    }

    /// False when that state is not kept.
    bool take_copy(const object_key& key, const std::filesystem::path& copy) {
        try {
            inspected_.export_object(
                key, request_->at ? object_moment(*request_->at) : object_moment(), copy);
            return true;
        } catch (const error& refused) {
            if (refused.reason() != errc::invalid_bookmark) {
                throw;
            }
            return false;
        }
    }

    void apply(object_storage& object) {
        const auto begun = request_->ticks();
        const auto done = apply_migrations(object, list_, [] {
            return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
        });
        stage_.node().wait_durable(done.position);
        if (done.chunks > 0) {
            ++result_.pending;
            result_.rows += done.rows;
            times_.push_back(std::chrono::duration_cast<microseconds>(request_->ticks() - begun));
        }
    }

    void note_failure(const char* cause, const object_key& key) {
        ++result_.failed;
        auto& failure = failures_[cause_without_counts(cause)];
        if (failure.objects++ == 0) {
            failure.cause = cause;
            failure.example = key.name.empty() ? key.id : key.name;
        }
    }

    void summarize() {
        for (auto& [cause, failure] : failures_) {
            result_.failures.push_back(std::move(failure));
        }
        std::ranges::stable_sort(result_.failures, std::greater(), &rehearsed_failure::objects);
        if (times_.empty()) {
            return;
        }
        std::ranges::sort(times_);
        result_.p50 = times_[(times_.size() - 1) / 2];
        result_.p99 = times_[(times_.size() * 99 + 99) / 100 - 1];
        result_.max = times_.back();
        make_histogram();
        // Objects that have nothing to run wake as always. Those that fail will take as long as the
        // others, when they do not any more.
        const auto sum = std::accumulate(times_.begin(), times_.end(), microseconds{});
        result_.projected = sum * static_cast<std::int64_t>(result_.objects) /
                            static_cast<std::int64_t>(result_.rehearsed - result_.failed);
    }

    void make_histogram() {
        microseconds below{125};
        for (const auto time : times_) {
            while (time >= below) {
                below *= 2;
            }
            if (result_.histogram.empty() || result_.histogram.back().below != below) {
                result_.histogram.push_back({below, 0});
            }
            ++result_.histogram.back().objects;
        }
    }

    void report(std::size_t done, std::size_t total) const {
        if (*progress_) {
            (*progress_)("rehearsal", done, total);
        }
    }

    const rehearsal_request* request_;
    const progress_listener* progress_;
    migration_list list_;
    node_inspection inspected_;
    object_stage stage_;
    rehearsal_result result_;
    std::vector<microseconds> times_;
    std::map<std::string, rehearsed_failure> failures_;
};

}  // namespace

rehearsal_result rehearse(const rehearsal_request& request, const progress_listener& progress) {
    return rehearsal(request, progress).run();
}

}  // namespace dormouse
