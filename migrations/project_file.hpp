// The files of a project's migrations are read by people, programs and version control. None may
// ever be seen half written.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace dormouse {

/// The file's bytes; nothing when there is no such file. What is there and cannot be read is not
/// taken for absent.
/// Errors: `errc::storage_failed` naming the file and the reason.
[[nodiscard]] std::optional<std::string> read_project_file(const std::filesystem::path& path);

/// Puts `text` in the file's place, or leaves what is there: after a crash too, one of both is
/// found whole. Creates the directories above. What fails leaves nothing else behind.
/// Errors: `errc::storage_failed` naming the file and the reason.
void write_project_file(const std::filesystem::path& path, std::string_view text);

/// The same where there is no such file. False when there is one, which then stays as it is.
[[nodiscard]] bool write_new_project_file(const std::filesystem::path& path, std::string_view text);

}  // namespace dormouse
