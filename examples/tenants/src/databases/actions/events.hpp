#pragma once

#include "databases/events.hpp"

#include <dormouse/action.hpp>

#include <cstdint>
#include <string>
#include <vector>

struct track_event_args {
    dormouse::arg<"0 < string <= 100"> type;
};
extern const dormouse::action<track_event_args, event> track_event;

struct batch_track_events_args {
    dormouse::arg<"0 < string[] <= 1000"> types;
};
/// Answers how many events it wrote.
extern const dormouse::action<batch_track_events_args, std::int64_t> batch_track_events;

struct get_event_counts_args {
    dormouse::arg<"Date?"> since;
};
struct event_count {
    std::string type;
    std::int64_t count = 0;
};
extern const dormouse::action<get_event_counts_args, std::vector<event_count>> get_event_counts;
