// Two commands at once on one project would each write what the other does not know of: two
// development migrations of one database, or an epoch that is lost.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace dormouse {

/// The exclusive right to change a project's files. The lock is that of the file `lock` in
/// `.dormouse`, which the system gives back when its holder goes, however that is. Who only reads
/// needs none.
///
/// **Thread safety:** confined. **Lifetime:** of the change.
class project_lock {
public:
    /// `command` is what others are told who are refused. Does not wait.
    /// Errors: `errc::storage_locked`, naming process and command that hold it;
    /// `errc::storage_failed`.
    project_lock(const std::filesystem::path& cache, std::string_view command);
    project_lock(const project_lock&) = delete;
    project_lock& operator=(const project_lock&) = delete;

private:
    class open_file {
    public:
        open_file(const std::filesystem::path& path, int flags);
        open_file(const open_file&) = delete;
        open_file& operator=(const open_file&) = delete;
        ~open_file();
        operator int() const noexcept { return descriptor_; }

    private:
        int descriptor_;
    };

    static std::filesystem::path file_in(const std::filesystem::path& cache);
    void take(const std::filesystem::path& path) const;

    // Whoever watches the directory hears of a file that was open for writing when it is closed. A
    // program in development then reads the state, and must not find it half changed: so the lock
    // is one for reading, and the note is closed after the change.
    open_file lock_;
    std::optional<open_file> note_;
};

}  // namespace dormouse
