#include "databases/actions/events.hpp"

#include <dormouse/query.hpp>

const dormouse::action<track_event_args, event> track_event{
    events_db, "trackEvent", [](dormouse::db& db, const track_event_args& args) {
        return db.insert_into<event_log>().values(args).returning_all().one();
    }};

// All of a turn's writes are one commit: a batch costs the disk what a single event costs. And
// `atomic`: an event that is refused takes the others of its batch with it.
const dormouse::action<batch_track_events_args, std::int64_t> batch_track_events{
    events_db, "batchTrackEvents", dormouse::atomic,
    [](dormouse::db&, const batch_track_events_args& args, dormouse::context& ctx) {
        for (std::string_view type : *args.types) {
            track_event(ctx, {.type = type});
        }
        return static_cast<std::int64_t>(args.types->size());
    }};

const dormouse::action<get_event_counts_args, std::vector<event_count>> get_event_counts{
    events_db, "getEventCounts", [](dormouse::db& db, const get_event_counts_args& args) {
        const dormouse::timestamp since = (*args.since).value_or(dormouse::timestamp{});
        return db.select_from<event_log>()
            .where(dormouse::col<&event::createdAt> >= since)
            .select(dormouse::col<&event::type>, dormouse::count_all())
            .group_by(dormouse::col<&event::type>)
            .order_by(dormouse::col<&event::type>)
            .into<event_count>()
            .all();
    }};
