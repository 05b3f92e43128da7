#include "storage/object_facts.hpp"

#include <algorithm>
#include <cstring>

namespace dormouse {
namespace {

constexpr std::int64_t no_moment = -1;

class encoder {
public:
    template <class T>
    void number(T value) {
        append(std::as_bytes(std::span(&value, 1)));
    }
    void text(const std::string& value) {
        number(static_cast<std::uint32_t>(value.size()));
        append(std::as_bytes(std::span(value)));
    }
    void moment(const std::optional<std::chrono::system_clock::time_point>& value) {
        using unit = std::chrono::milliseconds;
        number<std::int64_t>(
            value ? std::chrono::duration_cast<unit>(value->time_since_epoch()).count()
                  : no_moment);
    }
    void mark(const bookmark& value) {
        number(value.incarnation);
        number(value.sequence);
        number(value.position);
        number(value.check);
    }
    std::vector<std::byte> bytes;

private:
    void append(std::span<const std::byte> more) {
        bytes.insert(bytes.end(), more.begin(), more.end());
    }
};

/// Of the clock, which counts in smaller units.
constexpr std::int64_t last_millisecond() {
    return std::chrono::floor<std::chrono::milliseconds>(
               std::chrono::system_clock::time_point::max())
        .time_since_epoch()
        .count();
}

/// Reads zeros behind the end, and says so.
class decoder {
public:
    explicit decoder(std::span<const std::byte> bytes) : rest_(bytes) {}

    template <class T>
    T number() {
        T value{};
        const auto bytes = take(sizeof value);
        if (!bytes.empty()) {
            std::memcpy(&value, bytes.data(), bytes.size());
        }
        return value;
    }
    std::string text() {
        const auto length = number<std::uint32_t>();
        const auto bytes = take(length);
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }
    std::optional<std::chrono::system_clock::time_point> moment() {
        const auto count = number<std::int64_t>();
        if (count == no_moment) {
            return std::nullopt;
        }
        sound_ = sound_ && count >= -last_millisecond() && count <= last_millisecond();
        return sound_ ? std::optional(
                            std::chrono::system_clock::time_point(std::chrono::milliseconds(count)))
                      : std::nullopt;
    }
    bookmark mark() {
        bookmark value;
        value.incarnation = number<std::uint64_t>();
        value.sequence = number<std::uint32_t>();
        value.position = number<std::uint64_t>();
        value.check = number<std::uint32_t>();
        return value;
    }
    [[nodiscard]] bool sound() const noexcept { return sound_ && rest_.empty(); }

private:
    std::span<const std::byte> take(std::size_t count) {
        if (count > rest_.size()) {
            sound_ = false;
            return {};
        }
        const auto taken = rest_.first(count);
        rest_ = rest_.subspan(count);
        return taken;
    }
    std::span<const std::byte> rest_;
    bool sound_ = true;
};

}  // namespace

std::vector<std::byte> encode(const logged_metadata& metadata) {
    encoder out;
    const auto& known = metadata.known;
    out.text(known.name);
    out.text(known.version);
    out.moment(known.next_alarm);
    out.number(static_cast<std::uint32_t>(known.state));
    out.number(known.migration_attempts);
    out.text(known.migration_error);
    out.number(metadata.restore_to);
    out.text(known.attempted_version);
    out.moment(known.last_attempt);
    out.mark(known.before_migration.value_or(bookmark{}));
    if (known.migration_reached != 0) {
        out.number(known.migration_reached);  // an older program could not read it
    }
    return std::move(out.bytes);
}

std::optional<logged_metadata> decode_metadata(std::span<const std::byte> bytes) {
    decoder in(bytes);
    logged_metadata metadata;
    auto& known = metadata.known;
    known.name = in.text();
    known.version = in.text();
    known.next_alarm = in.moment();
    known.state = static_cast<object_state>(in.number<std::uint32_t>());
    known.migration_attempts = in.number<std::uint32_t>();
    known.migration_error = in.text();
    metadata.restore_to = in.number<std::uint32_t>();
    if (in.sound()) {
        return metadata;  // written before attempts were recorded
    }
    known.attempted_version = in.text();
    known.last_attempt = in.moment();
    if (const auto mark = in.mark(); mark.incarnation != 0) {
        known.before_migration = mark;
    }
    if (in.sound()) {
        return metadata;  // written before it was recorded what they have reached
    }
    known.migration_reached = in.number<std::uint32_t>();
    return in.sound() ? std::optional(std::move(metadata)) : std::nullopt;
}

std::chrono::system_clock::time_point moment_of(std::uint64_t milliseconds) {
    const auto count = std::min(milliseconds, static_cast<std::uint64_t>(last_millisecond()));
    return std::chrono::system_clock::time_point(std::chrono::milliseconds(count));
}

std::string in_digits(const binary_id& id) {
    constexpr std::string_view alphabet = "0123456789abcdef";
    std::string digits(2 * id.size(), '0');
    auto next = digits.begin();
    for (const auto byte : id) {
        *next++ = alphabet[std::to_integer<std::size_t>(byte >> 4)];
        *next++ = alphabet[std::to_integer<std::size_t>(byte & std::byte{0xf})];
    }
    return digits;
}

binary_id parse_id(std::string_view digits) {
    binary_id id{};
    const auto value = [](char c) {
        return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
    };
    for (std::size_t i = 0; i < id.size(); ++i) {
        id.at(i) =
            static_cast<std::byte>(value(digits.at(2 * i)) * 16 + value(digits.at(2 * i + 1)));
    }
    return id;
}

std::string object_path(const std::string& root, const object_identity& object) {
    if (object.class_name.empty()) {
        return catalog_path(root);
    }
    constexpr std::string_view suffix = ".sqlite";
    const auto digits = in_digits(object.id);
    std::string path;
    path.reserve(root.size() + object.class_name.size() + digits.size() + suffix.size() + 5);
    path.append(root).append("/").append(object.class_name).append("/");
    return path.append(digits, 0, 2).append("/").append(digits).append(suffix);
}

std::string catalog_path(const std::string& root) {
    return root + "/catalog.sqlite";
}

std::string swap_directory(const std::string& root) {
    return root + "/swap";
}

std::string swap_path(const std::string& root, const object_identity& object,
                      std::uint32_t sequence) {
    return swap_directory(root) + "/" + object.class_name + "-" + in_digits(object.id) + "-" +
           std::to_string(sequence) + ".sqlite";
}

std::string log_directory(const std::string& root) {
    return root + "/log";
}

}  // namespace dormouse
