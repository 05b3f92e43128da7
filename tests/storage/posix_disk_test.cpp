// What the operating system may do to a call: take less than it was given, be interrupted, fail.
// These stand in for the C library's functions in this program.
#include "storage/disk.hpp"
#include "tests/support/open_storage.hpp"

#include <dormouse/error.hpp>

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <numeric>
#include <string>
#include <vector>

namespace dormouse::test {
namespace {

/// What happens to the next calls of this process.
struct system_call_faults {
    std::atomic<std::size_t> bytes_per_call = 0;  // 0: as many as wanted
    std::atomic<bool> interrupts = false;         // every other call
    std::atomic<int> write_fails_with = 0;
    std::atomic<int> sync_fails_once_with = 0;
    std::atomic<unsigned> calls = 0;
};
system_call_faults faults;

template <class Function>
Function next_of(const char* name) {
    return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

template <class Call>
ssize_t transfer(std::size_t size, Call call) {
    if (faults.interrupts && ++faults.calls % 2 == 0) {
        errno = EINTR;
        return -1;
    }
    const std::size_t most = faults.bytes_per_call;
    return call(most == 0 ? size : std::min(size, most));
}

}  // namespace
}  // namespace dormouse::test

// NOLINTBEGIN(readability-identifier-naming): the C library's
extern "C" ssize_t pwrite(int file, const void* bytes, std::size_t size, off_t offset) {
    using namespace dormouse::test;
    static const auto real = next_of<decltype(&pwrite)>("pwrite");
    if (faults.write_fails_with != 0) {
        errno = faults.write_fails_with;
        return -1;
    }
    return transfer(size, [&](std::size_t some) { return real(file, bytes, some, offset); });
}

extern "C" ssize_t pread(int file, void* bytes, std::size_t size, off_t offset) {
    using namespace dormouse::test;
    static const auto real = next_of<decltype(&pread)>("pread");
    return transfer(size, [&](std::size_t some) { return real(file, bytes, some, offset); });
}

extern "C" int fdatasync(int file) {
    using namespace dormouse::test;
    static const auto real = next_of<decltype(&fdatasync)>("fdatasync");
    if (const int failure = faults.sync_fails_once_with.exchange(0); failure != 0) {
        errno = failure;
        return -1;
    }
    return real(file);
}
// NOLINTEND(readability-identifier-naming)

namespace dormouse::test {
namespace {

using testing::HasSubstr;

class PosixDisk : public testing::Test {
protected:
    void TearDown() override {
        faults.bytes_per_call = 0;
        faults.interrupts = false;
        faults.write_fails_with = 0;
        faults.sync_fails_once_with = 0;
    }

    static ticket insert(object_storage& object) {
        auto turn = object.begin_turn();
        turn.execute("CREATE TABLE IF NOT EXISTS t (v); INSERT INTO t VALUES (1)");
        return turn.commit();
    }
    static std::int64_t count(object_storage& object) {
        auto turn = object.begin_turn();
        auto rows = turn.prepare("SELECT count(*) FROM t");
        static_cast<void>(rows->step());
        return rows->integer(0);
    }
};

TEST_F(PosixDisk, GoesOnAfterShortAndInterruptedTransfers) {
    const temporary_directory directory;
    const auto on = make_posix_disk();
    const auto file = on->open((directory.path() / "file").string(), open_mode::create);
    std::vector<std::byte> written(10'000);
    std::iota(reinterpret_cast<unsigned char*>(written.data()),
              reinterpret_cast<unsigned char*>(written.data() + written.size()),
              static_cast<unsigned char>(0));
    faults.bytes_per_call = 700;
    faults.interrupts = true;

    file->write(5, written);
    std::vector<std::byte> read(written.size());
    EXPECT_EQ(file->read(5, read), written.size());

    EXPECT_EQ(read, written);
    EXPECT_EQ(file->size(), written.size() + 5);
}

TEST_F(PosixDisk, CommitsThroughShortWrites) {
    open_storage storage;
    faults.bytes_per_call = 97;
    {
        const auto object = storage.open();
        storage.node->wait_durable(insert(*object));
    }
    storage.background = {};
    storage.node.reset();
    storage.start(nullptr);

    EXPECT_EQ(count(*storage.open()), 1);
}

TEST_F(PosixDisk, TellsOfASyncThatFailedOnceAndNeverTrustsItAgain) {
    open_storage storage;
    auto object = storage.open();
    storage.node->wait_durable(insert(*object));
    faults.sync_fails_once_with = EIO;

    const auto lost = insert(*object);
    EXPECT_THROW(storage.node->wait_durable(lost), error);
    try {
        static_cast<void>(insert(*object));
        ADD_FAILURE() << "a commit was accepted after the sync had failed";
    } catch (const error& refused) {
        EXPECT_EQ(refused.reason(), errc::storage_failed);
        EXPECT_THAT(refused.what(), HasSubstr("Input/output error"));
    }
    EXPECT_GE(count(*object), 1);

    object.reset();
    storage.background = {};
    storage.node.reset();
    storage.start(nullptr);
    EXPECT_GE(count(*storage.open()), 1);
}

TEST_F(PosixDisk, TellsOfAFullDiskAndRecoversWhenThereIsRoom) {
    open_storage storage;
    auto object = storage.open();
    storage.node->wait_durable(insert(*object));
    faults.write_fails_with = ENOSPC;

    EXPECT_THROW(storage.node->wait_durable(insert(*object)), error);
    object.reset();
    storage.background = {};
    storage.node.reset();
    faults.write_fails_with = 0;
    storage.start(nullptr);

    const auto again = storage.open();
    EXPECT_EQ(count(*again), 1);
    storage.node->wait_durable(insert(*again));
    EXPECT_EQ(count(*again), 2);
}

}  // namespace
}  // namespace dormouse::test
