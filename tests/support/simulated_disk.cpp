#include "tests/support/simulated_disk.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace dormouse::test {
namespace {

simulated_disk* disk = nullptr;

struct open_file {
    sqlite3_file base;
    std::shared_ptr<simulated_disk::file> content;
};

simulated_disk::file& content_of(sqlite3_file* handle) {
    return *reinterpret_cast<open_file*>(handle)->content;
}

int close_file(sqlite3_file* handle) {
    reinterpret_cast<open_file*>(handle)->~open_file();
    return SQLITE_OK;
}

int read_file(sqlite3_file* handle, void* into, int amount, sqlite3_int64 offset) {
    const auto& bytes = content_of(handle).now;
    const auto start = std::min(static_cast<std::size_t>(offset), bytes.size());
    const auto wanted = static_cast<std::size_t>(amount);
    const auto available = std::min(wanted, bytes.size() - start);
    std::memcpy(into, bytes.data() + start, available);
    std::memset(static_cast<char*>(into) + available, 0, wanted - available);
    return available == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int write_file(sqlite3_file* handle, const void* from, int amount, sqlite3_int64 offset) {
    content_of(handle).write(static_cast<std::size_t>(offset),
                             {static_cast<const char*>(from), static_cast<std::size_t>(amount)});
    return SQLITE_OK;
}

int truncate_file(sqlite3_file* handle, sqlite3_int64 size) {
    content_of(handle).truncate(static_cast<std::size_t>(size));
    return SQLITE_OK;
}

int sync_file(sqlite3_file* handle, int /*flags*/) {
    if (disk->syncs_fail()) {
        return SQLITE_IOERR_FSYNC;
    }
    if (disk->powered()) {
        content_of(handle).sync();
    }
    return SQLITE_OK;
}

int file_size(sqlite3_file* handle, sqlite3_int64* size) {
    *size = static_cast<sqlite3_int64>(content_of(handle).now.size());
    return SQLITE_OK;
}

int lock_file(sqlite3_file* /*handle*/, int /*level*/) {
    return SQLITE_OK;
}

int check_lock(sqlite3_file* /*handle*/, int* held) {
    *held = 0;
    return SQLITE_OK;
}

int control_file(sqlite3_file* /*handle*/, int /*operation*/, void* /*argument*/) {
    return SQLITE_NOTFOUND;
}

int sector_size(sqlite3_file* /*handle*/) {
    return 512;
}
int characteristics(sqlite3_file* /*handle*/) {
    return 0;
}

const sqlite3_io_methods methods{
    1,         close_file, read_file,  write_file,   truncate_file, sync_file,       file_size,
    lock_file, lock_file,  check_lock, control_file, sector_size,   characteristics, nullptr,
    nullptr,   nullptr,    nullptr,    nullptr,      nullptr};

int open_by_name(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* handle, int flags,
                 int* out_flags) {
    auto* made = new (handle) open_file{};
    made->content = name != nullptr ? disk->open(name) : std::make_shared<simulated_disk::file>();
    made->base.pMethods = &methods;
    if (out_flags != nullptr) {
        *out_flags = flags;
    }
    return SQLITE_OK;
}

int delete_by_name(sqlite3_vfs* /*vfs*/, const char* name, int /*sync_directory*/) {
    if (disk->powered()) {
        disk->remove(name);
    }
    return SQLITE_OK;
}

int access_by_name(sqlite3_vfs* /*vfs*/, const char* name, int /*flags*/, int* result) {
    *result = disk->exists(name) ? 1 : 0;
    return SQLITE_OK;
}

int full_name(sqlite3_vfs* /*vfs*/, const char* name, int size, char* out) {
    sqlite3_snprintf(size, out, "%s", name);
    return SQLITE_OK;
}

int randomness(sqlite3_vfs* /*vfs*/, int size, char* out) {
    std::memset(out, 7, static_cast<std::size_t>(size));
    return size;
}

int sleep_for(sqlite3_vfs* /*vfs*/, int microseconds) {
    return microseconds;
}

int current_time(sqlite3_vfs* /*vfs*/, double* julian_day) {
    *julian_day = 2460000.5;
    return SQLITE_OK;
}

int last_error(sqlite3_vfs* /*vfs*/, int /*size*/, char* /*out*/) {
    return SQLITE_OK;
}

sqlite3_vfs make_vfs() {
    sqlite3_vfs vfs{};
    vfs.iVersion = 1;
    vfs.szOsFile = sizeof(open_file);
    vfs.mxPathname = 1024;
    vfs.zName = simulated_disk::vfs_name.data();
    vfs.xOpen = open_by_name;
    vfs.xDelete = delete_by_name;
    vfs.xAccess = access_by_name;
    vfs.xFullPathname = full_name;
    vfs.xRandomness = randomness;
    vfs.xSleep = sleep_for;
    vfs.xCurrentTime = current_time;
    vfs.xGetLastError = last_error;
    return vfs;
}

sqlite3_vfs registered = make_vfs();

}  // namespace

void simulated_disk::file::write(std::size_t offset, std::string_view bytes) {
    if (now.size() < offset + bytes.size()) {
        now.resize(offset + bytes.size());
    }
    std::ranges::copy(bytes, now.begin() + static_cast<std::ptrdiff_t>(offset));
    unsynced.push_back({offset, std::string(bytes), false});
}

void simulated_disk::file::truncate(std::size_t size) {
    now.resize(size);
    unsynced.push_back({size, {}, true});
}

void simulated_disk::file::sync() {
    if (!unsynced.empty()) {
        durable = now;
        unsynced.clear();
    }
}

simulated_disk::simulated_disk(std::uint64_t seed) : random_(seed) {
    disk = this;
    sqlite3_vfs_register(&registered, 0);
}

simulated_disk::~simulated_disk() {
    sqlite3_vfs_unregister(&registered);
    disk = nullptr;
}

std::shared_ptr<simulated_disk::file> simulated_disk::open(const std::string& path) {
    auto& found = files_[path];
    if (found == nullptr) {
        found = std::make_shared<file>();
    }
    return found;
}

void simulated_disk::remove(const std::string& path) {
    files_.erase(path);
}

void simulated_disk::lose_power() {
    powered_ = false;
    for (auto& [path, lost] : files_) {
        // Whoever still has the file open goes on with the old one; the disk keeps a copy.
        lost = std::make_shared<file>(*lost);
        settle(*lost);
    }
}

// Each write since the last sync reached the disk whole, in part by sectors, or not at all.
void simulated_disk::settle(file& lost) {
    constexpr std::size_t sector = 512;
    auto found = lost.durable;
    for (const auto& change : lost.unsynced) {
        const auto fate = random_() % 3;
        if (fate == 0) {
            continue;
        }
        if (change.truncates) {
            found.resize(change.offset);
            continue;
        }
        for (std::size_t at = 0; at < change.bytes.size(); at += sector) {
            if (fate == 2 && random_() % 2 == 0) {
                continue;
            }
            const auto part = std::string_view(change.bytes).substr(at, sector);
            found.resize(std::max(found.size(), change.offset + at + part.size()));
            std::ranges::copy(part,
                              found.begin() + static_cast<std::ptrdiff_t>(change.offset + at));
        }
    }
    lost.now = found;
    lost.durable = std::move(found);
    lost.unsynced.clear();
}

void simulated_disk::restore_power() {
    powered_ = true;
}

}  // namespace dormouse::test
