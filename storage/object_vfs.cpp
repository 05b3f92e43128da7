#include "storage/object_vfs.hpp"

#include "storage/object_image.hpp"

#include <dormouse/error.hpp>

#include <sqlite3.h>

#include <cstring>

namespace dormouse {
namespace {

struct vfs_file {
    sqlite3_file base;
    object_image* image;
};

vfs_file& file_of(sqlite3_file* handle) {
    return *reinterpret_cast<vfs_file*>(handle);
}

/// Runs `action` on the image the file stands for, and turns what it throws into SQLite's `code`.
template <class Action>
int on_image(sqlite3_file* handle, int code, Action action) noexcept {
    auto* image = file_of(handle).image;
    if (image == nullptr) {
        return code;
    }
    try {
        return action(*image);
    } catch (const std::bad_alloc&) {
        return SQLITE_IOERR_NOMEM;
    } catch (const error& refused) {
        image->note_refusal(std::current_exception());
        return refused.reason() == errc::overloaded ? SQLITE_FULL : code;
    } catch (...) {
        return code;
    }
}

int close_file(sqlite3_file* /*handle*/) {
    return SQLITE_OK;
}

// SQLite looks for a header when it opens the file, before it can be told which one it is.
int read_file(sqlite3_file* handle, void* into, int amount, sqlite3_int64 offset) {
    if (file_of(handle).image == nullptr) {
        std::memset(into, 0, static_cast<std::size_t>(amount));
        return SQLITE_IOERR_SHORT_READ;
    }
    return on_image(handle, SQLITE_IOERR_READ, [&](object_image& image) {
        const std::span bytes(static_cast<std::byte*>(into), static_cast<std::size_t>(amount));
        return image.read(static_cast<std::uint64_t>(offset), bytes) ? SQLITE_OK
                                                                     : SQLITE_IOERR_SHORT_READ;
    });
}

int write_file(sqlite3_file* handle, const void* from, int amount, sqlite3_int64 offset) {
    if (amount != static_cast<int>(page_size) || offset % amount != 0) {
        return SQLITE_IOERR_WRITE;
    }
    return on_image(handle, SQLITE_IOERR_WRITE, [&](object_image& image) {
        const auto number = static_cast<page_number>(offset / amount + 1);
        image.write(number, page_view(static_cast<const std::byte*>(from), page_size));
        return SQLITE_OK;
    });
}

int truncate_file(sqlite3_file* handle, sqlite3_int64 size) {
    return on_image(handle, SQLITE_IOERR_TRUNCATE, [&](object_image& image) {
        image.resize(static_cast<page_number>(size / static_cast<sqlite3_int64>(page_size)));
        return SQLITE_OK;
    });
}

int sync_file(sqlite3_file* /*handle*/, int /*flags*/) {
    return SQLITE_OK;
}

int file_size(sqlite3_file* handle, sqlite3_int64* size) {
    return on_image(handle, SQLITE_IOERR_FSTAT, [&](object_image& image) {
        *size = static_cast<sqlite3_int64>(image.size());
        return SQLITE_OK;
    });
}

int lock_file(sqlite3_file* /*handle*/, int /*level*/) {
    return SQLITE_OK;
}

int check_lock(sqlite3_file* /*handle*/, int* held) {
    *held = 0;
    return SQLITE_OK;
}

// SQLite announces the sync of a commit after it has written every page and before it gives the
// journal up: from here on it cannot go back.
int control_file(sqlite3_file* handle, int operation, void* /*argument*/) {
    if (operation != SQLITE_FCNTL_SYNC) {
        return SQLITE_NOTFOUND;
    }
    return on_image(handle, SQLITE_IOERR_FSYNC, [](object_image& image) {
        image.admit_pages();
        return SQLITE_OK;
    });
}

int sector_size(sqlite3_file* /*handle*/) {
    return static_cast<int>(page_size);
}

int characteristics(sqlite3_file* /*handle*/) {
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE | SQLITE_IOCAP_SAFE_APPEND | SQLITE_IOCAP_SEQUENTIAL;
}

const sqlite3_io_methods methods{
    1,         close_file, read_file,  write_file,   truncate_file, sync_file,       file_size,
    lock_file, lock_file,  check_lock, control_file, sector_size,   characteristics, nullptr,
    nullptr,   nullptr,    nullptr,    nullptr,      nullptr};

// Only the database itself: an attached one, or a temporary file, would escape the log.
// NOLINTNEXTLINE(readability-function-size): SQLite says which parameters
int open_file(sqlite3_vfs* /*vfs*/, const char* /*name*/, sqlite3_file* handle, int flags,
              int* out_flags) {
    handle->pMethods = nullptr;
    if ((flags & SQLITE_OPEN_MAIN_DB) == 0) {
        return SQLITE_CANTOPEN;
    }
    file_of(handle).image = nullptr;
    handle->pMethods = &methods;
    if (out_flags != nullptr) {
        *out_flags = flags;
    }
    return SQLITE_OK;
}

int delete_file(sqlite3_vfs* /*vfs*/, const char* /*name*/, int /*sync_directory*/) {
    return SQLITE_OK;
}

// No journal and no write-ahead log is ever there.
int access_file(sqlite3_vfs* /*vfs*/, const char* /*name*/, int /*flags*/, int* result) {
    *result = 0;
    return SQLITE_OK;
}

int full_name(sqlite3_vfs* /*vfs*/, const char* name, int size, char* out) {
    sqlite3_snprintf(size, out, "%s", name);
    return SQLITE_OK;
}

sqlite3_vfs& default_vfs() {
    return *sqlite3_vfs_find(nullptr);
}

int randomness(sqlite3_vfs* /*vfs*/, int size, char* out) {
    return default_vfs().xRandomness(&default_vfs(), size, out);
}

int sleep_for(sqlite3_vfs* /*vfs*/, int microseconds) {
    return microseconds;
}

int current_time(sqlite3_vfs* /*vfs*/, double* julian_day) {
    return default_vfs().xCurrentTime(&default_vfs(), julian_day);
}

int last_error(sqlite3_vfs* /*vfs*/, int /*size*/, char* /*out*/) {
    return SQLITE_OK;
}

vfs_file& main_file(sqlite3* database) {
    sqlite3_file* handle = nullptr;
    sqlite3_file_control(database, "main", SQLITE_FCNTL_FILE_POINTER, static_cast<void*>(&handle));
    return file_of(handle);
}

sqlite3_vfs* register_vfs() {
    static sqlite3_vfs vfs{};
    vfs.iVersion = 1;
    vfs.szOsFile = sizeof(vfs_file);
    vfs.mxPathname = 64;
    vfs.zName = "dormouse";
    vfs.xOpen = open_file;
    vfs.xDelete = delete_file;
    vfs.xAccess = access_file;
    vfs.xFullPathname = full_name;
    vfs.xRandomness = randomness;
    vfs.xSleep = sleep_for;
    vfs.xCurrentTime = current_time;
    vfs.xGetLastError = last_error;
    sqlite3_vfs_register(&vfs, 0);
    return &vfs;
}

}  // namespace

const char* object_vfs_name() {
    static const sqlite3_vfs* registered = register_vfs();
    return registered->zName;
}

void point_at(sqlite3* database, object_image* image) {
    main_file(database).image = image;
    sqlite3_file_control(database, "main", SQLITE_FCNTL_RESET_CACHE, nullptr);
}

std::exception_ptr take_refusal(sqlite3* database) {
    const sqlite3_vfs* under = nullptr;
    sqlite3_file_control(database, "main", SQLITE_FCNTL_VFS_POINTER, static_cast<void*>(&under));
    if (under == nullptr || under->xOpen != &open_file) {
        return nullptr;
    }
    auto* image = main_file(database).image;
    return image == nullptr ? nullptr : image->take_refusal();
}

}  // namespace dormouse
