#include <dormouse/error.hpp>
#include <dormouse/timestamp.hpp>

#include <cstdint>
#include <cstdlib>

namespace dormouse {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::year_month_day;

void append_digits(std::string& out, std::int64_t value, int count) {
    auto at = out.size() + static_cast<std::size_t>(count);
    out.resize(at, '0');
    for (; count > 0; --count, value /= 10) {
        out[--at] = static_cast<char>('0' + value % 10);
    }
}

void append_date(std::string& out, year_month_day date) {
    int year = static_cast<int>(date.year());
    if (year < 0 || year > 9999) {
        out += year < 0 ? '-' : '+';
        append_digits(out, std::abs(year), 6);
    } else {
        append_digits(out, year, 4);
    }
    out += '-';
    append_digits(out, static_cast<unsigned>(date.month()), 2);
    out += '-';
    append_digits(out, static_cast<unsigned>(date.day()), 2);
}

std::string to_text(timestamp moment, char separator) {
    auto day = floor<days>(moment);
    std::chrono::hh_mm_ss time{moment - day};
    std::string out;
    out.reserve(28);
    append_date(out, year_month_day{day});
    out += separator;
    append_digits(out, time.hours().count(), 2);
    out += ':';
    append_digits(out, time.minutes().count(), 2);
    out += ':';
    append_digits(out, time.seconds().count(), 2);
    out += '.';
    append_digits(out, time.subseconds().count(), 3);
    return out;
}

/// Takes text from the front, and remembers whether anything did not fit.
class text_cursor {
public:
    explicit text_cursor(std::string_view text) : rest_(text) {}

    [[nodiscard]] bool next_is(char c) const { return !rest_.empty() && rest_.front() == c; }
    [[nodiscard]] bool next_is_digit() const {
        return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
    }
    [[nodiscard]] bool take(char c) {
        if (!next_is(c)) {
            return false;
        }
        rest_.remove_prefix(1);
        return true;
    }
    void expect(char c) { good_ = take(c) && good_; }

    int number(int digits) {
        int value = 0;
        for (; digits > 0; --digits) {
            value = value * 10 + digit();
        }
        return value;
    }
    /// The first three digits of a fraction of any length.
    int thousandths() {
        int value = digit();
        for (int i = 0; i < 2; ++i) {
            value = value * 10 + (next_is_digit() ? digit() : 0);
        }
        while (next_is_digit()) {
            rest_.remove_prefix(1);
        }
        return value;
    }
    [[nodiscard]] bool complete() const { return good_ && rest_.empty(); }

private:
    int digit() {
        if (!next_is_digit()) {
            good_ = false;
            return 0;
        }
        int value = rest_.front() - '0';
        rest_.remove_prefix(1);
        return value;
    }

    std::string_view rest_;
    bool good_ = true;
};

int take_year(text_cursor& text) {
    bool negative = text.next_is('-');
    if (text.take('-') || text.take('+')) {
        int year = text.number(6);
        return negative ? -year : year;
    }
    return text.number(4);
}

/// Minutes to subtract from local time: after `Z` or nothing, 0.
minutes take_offset(text_cursor& text) {
    bool west = text.next_is('-');
    if (!text.take('+') && !text.take('-')) {
        (void)text.take('Z');
        return minutes{0};
    }
    auto offset = hours{text.number(2)};
    (void)text.take(':');
    auto total = offset + minutes{text.number(2)};
    return west ? -total : total;
}

struct time_of_day {
    milliseconds since_midnight{};
    minutes offset{};
    bool in_range = true;
};

time_of_day take_time(text_cursor& text) {
    int hour = text.number(2);
    text.expect(':');
    int minute = text.number(2);
    text.expect(':');
    int second = text.number(2);
    int fraction = text.take('.') ? text.thousandths() : 0;
    time_of_day time;
    const bool end_of_day = hour == 24 && minute == 0 && second == 0 && fraction == 0;
    time.in_range = (hour < 24 && minute < 60 && second < 60) || end_of_day;
    time.since_midnight = hours{hour} + minutes{minute} + seconds{second} + milliseconds{fraction};
    time.offset = take_offset(text);
    return time;
}

std::string checked_sql_text(timestamp moment) {
    std::string text = to_text(moment, ' ');
    if (text.front() == '+' || text.front() == '-') {
        throw error(errc::invalid_arguments,
                    "timestamp " + text + " is outside the years 0 to 9999");
    }
    return text;
}

}  // namespace

std::string to_iso8601(timestamp moment) {
    return to_text(moment, 'T') + 'Z';
}

std::string to_sql_text(timestamp moment) {
    return checked_sql_text(moment);
}

std::string to_sql_text(timestamp_seconds moment) {
    std::string text = checked_sql_text(moment);
    text.resize(text.size() - 4);
    return text;
}

std::optional<timestamp> parse_timestamp(std::string_view text) {
    text_cursor rest(text);
    int year = take_year(rest);
    rest.expect('-');
    auto month = static_cast<unsigned>(rest.number(2));
    rest.expect('-');
    auto day = static_cast<unsigned>(rest.number(2));
    time_of_day time;
    if (rest.take('T') || rest.take(' ')) {
        time = take_time(rest);
    }
    year_month_day date{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
    constexpr int year_max = 32767;  // of std::chrono::year
    if (!rest.complete() || !time.in_range || !date.ok() || std::abs(year) > year_max) {
        return std::nullopt;
    }
    return std::chrono::sys_days{date} + time.since_midnight - time.offset;
}

}  // namespace dormouse
