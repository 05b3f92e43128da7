#include "storage/directory_names.hpp"

#include <charconv>
#include <system_error>

namespace dormouse {
namespace {

constexpr std::size_t id_digits = 64;
constexpr std::string_view file_suffix = ".sqlite";
constexpr std::string_view log_suffix = ".log";

bool is_hexadecimal(std::string_view text) {
    return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

bool is_id(std::string_view text) {
    return text.size() == id_digits && is_hexadecimal(text);
}

bool is_shard(std::string_view name) {
    return name.size() == 2 && is_hexadecimal(name);
}

std::optional<binary_id> id_of_file(std::string_view name) {
    const auto digits = name.substr(0, id_digits);
    return is_id(digits) && name.substr(id_digits) == file_suffix ? std::optional(parse_id(digits))
                                                                  : std::nullopt;
}

std::optional<archive_name> parse_archive_name(std::string_view name) {
    const auto digits = name.substr(0, id_digits);
    if (!is_id(digits) || name.substr(id_digits, 1) != ".") {
        return std::nullopt;
    }
    archive_name parsed{parse_id(digits), 0, false};
    const auto number = name.substr(id_digits + 1);
    const auto [end, failure] =
        std::from_chars(number.data(), number.data() + number.size(), parsed.sequence);
    const auto suffix = number.substr(static_cast<std::size_t>(end - number.data()));
    parsed.is_log = suffix == log_suffix;
    const bool valid = failure == std::errc{} && (parsed.is_log || suffix == file_suffix);
    return valid ? std::optional(parsed) : std::nullopt;
}

bool is_swap_name(std::string_view name) {
    constexpr std::string_view imported = "import.sqlite";
    if (name.starts_with(imported)) {
        const auto rest = name.substr(imported.size());
        return rest.empty() || rest == "-journal" || rest == "-wal" || rest == "-shm";
    }
    if (!name.ends_with(file_suffix)) {
        return false;
    }
    name.remove_suffix(file_suffix.size());
    const auto digits = name.rfind('-');
    if (digits == std::string_view::npos || digits < id_digits + 1) {
        return false;
    }
    const auto sequence = name.substr(digits + 1);
    return !sequence.empty() &&
           sequence.find_first_not_of("0123456789") == std::string_view::npos &&
           is_id(name.substr(digits - id_digits, id_digits)) && name[digits - id_digits - 1] == '-';
}

std::string below(const std::string& directory, std::string_view name) {
    return std::string(directory).append("/").append(name);
}

std::string archive_directory(const std::string& root) {
    return below(root, "archive");
}

}  // namespace dormouse
