#include "schema/js_date.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace dormouse::detail {
namespace {

constexpr int unset = -1'000'000'000;

constexpr bool between(int value, int low, int high) {
    return value >= low && value <= high;
}

enum class word_kind { none, month, half_day, zone, time_mark };
struct known_word {
    std::string_view text;
    word_kind kind;
    int value;
};
constexpr std::array<known_word, 27> known_words{{
    {"jan", word_kind::month, 1},   {"feb", word_kind::month, 2},    {"mar", word_kind::month, 3},
    {"apr", word_kind::month, 4},   {"may", word_kind::month, 5},    {"jun", word_kind::month, 6},
    {"jul", word_kind::month, 7},   {"aug", word_kind::month, 8},    {"sep", word_kind::month, 9},
    {"oct", word_kind::month, 10},  {"nov", word_kind::month, 11},   {"dec", word_kind::month, 12},
    {"am", word_kind::half_day, 0}, {"pm", word_kind::half_day, 12}, {"ut", word_kind::zone, 0},
    {"utc", word_kind::zone, 0},    {"z", word_kind::zone, 0},       {"gmt", word_kind::zone, 0},
    {"cdt", word_kind::zone, -5},   {"cst", word_kind::zone, -6},    {"edt", word_kind::zone, -4},
    {"est", word_kind::zone, -5},   {"mdt", word_kind::zone, -6},    {"mst", word_kind::zone, -7},
    {"pdt", word_kind::zone, -7},   {"pst", word_kind::zone, -8},    {"t", word_kind::time_mark, 0},
}};

struct date_token {
    enum class token_kind { number, word, symbol, space, end } kind = token_kind::end;
    int number = 0;
    std::size_t length = 0;
    char symbol = 0;
    known_word word{"", word_kind::none, 0};

    [[nodiscard]] bool is_number() const { return kind == token_kind::number; }
    [[nodiscard]] bool is_digits(std::size_t count) const { return is_number() && length == count; }
    [[nodiscard]] bool is_symbol(char c) const { return kind == token_kind::symbol && symbol == c; }
    [[nodiscard]] bool is_sign() const { return is_symbol('+') || is_symbol('-'); }
    [[nodiscard]] bool is_end() const { return kind == token_kind::end; }
    [[nodiscard]] bool is_word(word_kind wanted) const {
        return kind == token_kind::word && word.kind == wanted;
    }
    [[nodiscard]] bool is_z() const { return is_word(word_kind::zone) && length == 1; }
};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

class date_scanner {
public:
    explicit date_scanner(std::string_view text) : text_(text) { advance(); }

    [[nodiscard]] const date_token& peek() const { return current_; }
    date_token next() {
        const date_token out = current_;
        advance();
        return out;
    }
    bool skip(char symbol) {
        if (!current_.is_symbol(symbol)) {
            return false;
        }
        advance();
        return true;
    }
    /// To behind the parenthesis that closes the one just read.
    void skip_parentheses() {
        for (int depth = 1; depth > 0 && !current_.is_end(); advance()) {
            depth += current_.is_symbol('(') ? 1 : current_.is_symbol(')') ? -1 : 0;
        }
    }

private:
    using token_kind = date_token::token_kind;

    void advance() {
        current_ = {};
        if (at_ >= text_.size()) {
            return;
        }
        const char c = text_[at_];
        if (is_digit(c)) {
            read_number();
        } else if (is_letter(c)) {
            read_word();
        } else {
            ++at_;
            const bool space = c == ' ' || (c >= 9 && c <= 13);
            current_.kind = space ? token_kind::space : token_kind::symbol;
            current_.symbol = c;
        }
    }
    void read_number() {
        const std::size_t begin = at_;
        while (at_ < text_.size() && is_digit(text_[at_])) {
            ++at_;
        }
        current_.kind = token_kind::number;
        current_.length = at_ - begin;
        std::size_t significant = begin;
        while (significant < at_ && text_[significant] == '0') {
            ++significant;
        }
        constexpr std::size_t digits_max = 9;  // further ones are dropped
        for (std::size_t i = significant; i < std::min(at_, significant + digits_max); ++i) {
            current_.number = current_.number * 10 + (text_[i] - '0');
        }
    }
    void read_word() {
        const std::size_t begin = at_;
        while (at_ < text_.size() && is_letter(text_[at_])) {
            ++at_;
        }
        current_.kind = token_kind::word;
        current_.length = at_ - begin;
        std::string start(text_.substr(begin, std::min<std::size_t>(3, current_.length)));
        std::transform(start.begin(), start.end(), start.begin(),
                       [](char c) { return static_cast<char>(c | 0x20); });
        for (const auto& one : known_words) {
            if (one.text == start && (current_.length <= 3 || one.kind == word_kind::month)) {
                current_.word = one;
            }
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
    date_token current_;
};

/// The first three digits of a fraction, of whatever length it is.
int milliseconds_of(const date_token& fraction) {
    int number = fraction.number;
    std::size_t length = fraction.length;
    for (; length < 3; ++length) {
        number *= 10;
    }
    length = std::min<std::size_t>(length, 9);
    for (; length > 3; --length) {
        number /= 10;
    }
    return number;
}

class date_reader {
public:
    explicit date_reader(std::string_view text) : scan_(text) {}

    std::optional<double> run() {
        if (!read_iso()) {
            return std::nullopt;
        }
        number_seen_ = !day_.empty();
        while (pending_ || !scan_.peek().is_end()) {
            const date_token token =
                pending_ ? *std::exchange(pending_, std::nullopt) : scan_.next();
            if (!take(token)) {
                return std::nullopt;
            }
        }
        return value();
    }

private:
    // ISO 8601. What does not fit any more is left to the free form, except behind a T.

    bool read_iso() {
        if (scan_.peek().is_sign()) {
            const date_token sign = scan_.next();
            if (!scan_.peek().is_digits(6)) {
                pending_ = sign;
                return true;
            }
            const int year = scan_.next().number;
            if (sign.symbol == '-' && year == 0) {
                pending_ = sign;
                return true;
            }
            day_.push_back(sign.symbol == '-' ? -year : year);
        } else if (scan_.peek().is_digits(4)) {
            day_.push_back(scan_.next().number);
        } else {
            return true;
        }
        for (const int highest : {12, 31}) {
            if (!scan_.skip('-')) {
                break;
            }
            if (!scan_.peek().is_digits(2) || !between(scan_.peek().number, 1, highest)) {
                return true;
            }
            day_.push_back(scan_.next().number);
        }
        if (!scan_.peek().is_word(word_kind::time_mark)) {
            iso_ = scan_.peek().is_end();
            return true;
        }
        scan_.next();
        iso_ = read_iso_time() && read_iso_zone() && scan_.peek().is_end();
        return iso_;
    }

    bool take_iso_part(int highest) {
        if (!scan_.peek().is_digits(2) || !between(scan_.peek().number, 0, highest)) {
            return false;
        }
        time_.push_back(scan_.next().number);
        return true;
    }
    bool read_iso_time() {
        if (!take_iso_part(24)) {
            return false;
        }
        const int highest = time_[0] == 24 ? 0 : 59;
        if (!scan_.skip(':') || !take_iso_part(highest)) {
            return false;
        }
        if (!scan_.skip(':')) {
            return true;
        }
        if (!take_iso_part(highest)) {
            return false;
        }
        if (!scan_.skip('.')) {
            return true;
        }
        if (!scan_.peek().is_number() || (time_[0] == 24 && scan_.peek().number > 0)) {
            return false;
        }
        time_.push_back(milliseconds_of(scan_.next()));
        return true;
    }
    bool read_iso_zone() {
        if (scan_.peek().is_z()) {
            scan_.next();
            return true;
        }
        if (!scan_.peek().is_sign()) {
            return true;
        }
        zone_sign_ = scan_.next().symbol == '-' ? -1 : 1;
        if (scan_.peek().is_digits(4)) {
            const int both = scan_.next().number;
            zone_hour_ = both / 100;
            zone_minute_ = both % 100;
        } else {
            if (!scan_.peek().is_digits(2)) {
                return false;
            }
            zone_hour_ = scan_.next().number;
            if (!scan_.skip(':') || !scan_.peek().is_digits(2)) {
                return false;
            }
            zone_minute_ = scan_.next().number;
        }
        return between(zone_hour_, 0, 23) && between(zone_minute_, 0, 59);
    }

    // The free form: numbers and words in any order.

    bool take(const date_token& token) {
        if (token.is_number()) {
            number_seen_ = true;
            return take_number(token.number);
        }
        if (token.kind == date_token::token_kind::word) {
            return take_word(token);
        }
        const bool utc = zone_hour_ == 0 && zone_minute_ == 0;
        if (token.is_sign() && (utc || !time_.empty())) {
            return take_offset(token.symbol);
        }
        if ((token.is_sign() || token.is_symbol(')')) && number_seen_) {
            return false;
        }
        if (token.is_symbol('(')) {
            scan_.skip_parentheses();
        }
        return true;
    }

    [[nodiscard]] bool time_expects(int n) const {
        return (time_.size() == 1 || time_.size() == 2) ? between(n, 0, 59)
               : time_.size() == 3                      ? between(n, 0, 999)
                                                        : false;
    }
    bool add_time(int n) {
        time_.push_back(n);
        return time_.size() <= 4;
    }
    bool finish_time(int n) {
        time_.push_back(n);
        time_.resize(4, 0);
        return true;
    }

    bool take_number(int n) {
        if (scan_.skip(':')) {
            if (scan_.skip(':')) {
                return time_.empty() && add_time(n) && add_time(0);
            }
            if (!add_time(n)) {
                return false;
            }
            scan_.skip('.');
            return true;
        }
        if (scan_.skip('.')) {
            if (!time_expects(n)) {
                return take_plain_number(n);
            }
            time_.push_back(n);
            return scan_.peek().is_number() && finish_time(milliseconds_of(scan_.next()));
        }
        return take_plain_number(n);
    }
    bool take_plain_number(int n) {
        if (zone_hour_ != unset && zone_minute_ == unset && between(n, 0, 59)) {
            zone_minute_ = n;
            return true;
        }
        if (time_expects(n)) {
            const date_token& after = scan_.peek();
            return finish_time(n) &&
                   (after.is_end() || after.kind == date_token::token_kind::space || after.is_z() ||
                    after.is_sign());
        }
        day_.push_back(n);
        scan_.skip('-');
        return day_.size() <= 3;
    }

    bool take_word(const date_token& token) {
        switch (token.word.kind) {
            case word_kind::half_day:
                if (!time_.empty()) {
                    half_day_ = token.word.value;
                    return true;
                }
                break;
            case word_kind::month:
                month_ = token.word.value;
                scan_.skip('-');
                return true;
            case word_kind::zone:
                if (number_seen_) {
                    zone_sign_ = token.word.value < 0 ? -1 : 1;
                    zone_hour_ = std::abs(token.word.value);
                    zone_minute_ = 0;
                    return true;
                }
                break;
            default:
                break;
        }
        // Other words may only stand before the first number, apart from it.
        return !number_seen_ && !scan_.peek().is_number();
    }

    bool take_offset(char sign) {
        zone_sign_ = sign == '-' ? -1 : 1;
        number_seen_ = true;
        int n = 0;
        std::size_t length = 0;
        if (scan_.peek().is_number()) {
            const date_token number = scan_.next();
            n = number.number;
            length = number.length;
        }
        if (scan_.peek().is_symbol(':')) {
            zone_hour_ = n;
            zone_minute_ = unset;
            return true;
        }
        const bool both = length == 3 || length == 4;
        zone_hour_ = both ? n / 100 : n;
        zone_minute_ = both ? n % 100 : 0;
        return between(static_cast<int>(length), 1, 4);
    }

    // The value of all that was read.

    [[nodiscard]] std::optional<double> value() {
        int year = 0;
        int month = 0;
        int day = 0;
        if (!place_day(year, month, day) || !check_time()) {
            return std::nullopt;
        }
        using namespace std::chrono;
        const double days_since = days_from_civil(year, month) + day - 1;
        const double time =
            time_[0] * 3'600'000.0 + time_[1] * 60'000.0 + time_[2] * 1000.0 + time_[3];
        const double hour = zone_hour_ == unset ? 0 : zone_hour_;
        const double minute = zone_minute_ == unset ? 0 : zone_minute_;
        const double zone = zone_sign_ * (hour * 60 + minute) * 60'000;
        const double at = days_since * 86'400'000 + time - zone;
        constexpr double latest = 8.64e15;
        return std::abs(at) <= latest ? std::optional(at) : std::nullopt;
    }

    /// Days from 1970 to the first of the month.
    static double days_from_civil(int year, int month) {
        const std::int64_t y = std::int64_t{year} - (month <= 2 ? 1 : 0);
        const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
        const std::int64_t of_era = y - era * 400;
        const std::int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5;
        const std::int64_t day_of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
        return static_cast<double>(era * 146097 + day_of_era - 719468);
    }

    bool place_day(int& year, int& month, int& day) {
        if (day_.empty()) {
            return false;
        }
        day_.resize(3, 1);
        if (month_ == unset && (iso_ || !between(day_[0], 1, 31))) {
            year = day_[0];
            month = day_[1];
            day = day_[2];
        } else if (month_ == unset) {
            month = day_[0];
            day = day_[1];
            year = day_[2];
        } else {
            const bool year_first = !between(day_[0], 1, 31);
            month = month_;
            year = day_[year_first ? 0 : 1];
            day = day_[year_first ? 1 : 0];
        }
        if (!iso_) {
            year += between(year, 0, 49) ? 2000 : between(year, 50, 99) ? 1900 : 0;
        }
        return between(month, 1, 12) && between(day, 1, 31);
    }

    bool check_time() {
        time_.resize(4, 0);
        if (half_day_ != unset) {
            if (!between(time_[0], 0, 12)) {
                return false;
            }
            time_[0] = time_[0] % 12 + half_day_;
        }
        const bool midnight = time_[0] == 24 && time_[1] <= 0 && time_[2] <= 0 && time_[3] <= 0;
        return midnight || (between(time_[0], 0, 23) && between(time_[1], 0, 59) &&
                            between(time_[2], 0, 59) && between(time_[3], 0, 999));
    }

    date_scanner scan_;
    std::optional<date_token> pending_;
    std::vector<int> day_;
    std::vector<int> time_;
    int month_ = unset;
    int half_day_ = unset;
    int zone_sign_ = 1;
    int zone_hour_ = unset;
    int zone_minute_ = unset;
    bool iso_ = false;
    bool number_seen_ = false;
};

}  // namespace

std::optional<double> parse_js_date(std::string_view text) {
    return date_reader(text).run();
}

}  // namespace dormouse::detail
