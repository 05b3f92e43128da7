#include "storage/disk.hpp"
#include "testing/faulty_disk.hpp"
#include "tests/support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

namespace dormouse::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::byte> some_bytes(std::size_t count, std::mt19937& random) {
    std::vector<std::byte> bytes(count);
    for (auto& byte : bytes) {
        byte = static_cast<std::byte>(random());
    }
    return bytes;
}

void put(disk& on, const std::string& path, const std::string& text) {
    const auto file = on.open(path, open_mode::create);
    file->truncate(0);
    file->write(0, std::as_bytes(std::span(text)));
}

std::vector<std::byte> whole(disk_file& file) {
    std::vector<std::byte> bytes(file.size() + 10);
    bytes.resize(file.read(0, bytes));
    return bytes;
}

std::string text_of(disk& on, const std::string& path) {
    const auto file = on.open(path, open_mode::existing);
    if (file == nullptr) {
        return "no file";
    }
    const auto bytes = whole(*file);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(ScratchDisk, ReadsLikeADiskThatWasWrittenTo) {
    for (unsigned seed = 1; seed <= 50; ++seed) {
        std::mt19937 random(seed);
        const auto below = std::make_shared<faulty_disk>();
        faulty_disk model;
        const auto before = some_bytes(random() % 30'000, random);
        for (auto* each : {below.get(), &model}) {
            each->open("d/f", open_mode::create)->write(0, before);
        }
        const auto scratch = make_scratch_disk(below);
        const auto expected = model.open("d/f", open_mode::existing);
        for (int step = 0; step < 40; ++step) {
            const auto file = scratch->open("d/f", open_mode::existing);
            const std::uint64_t at = random() % 40'000;
            if (random() % 4 == 0) {
                file->truncate(at);
                expected->truncate(at);
            } else {
                const auto bytes = some_bytes(random() % 10'000, random);
                file->write(at, bytes);
                expected->write(at, bytes);
            }
            ASSERT_EQ(whole(*file), whole(*expected)) << "seed " << seed << ", step " << step;
        }
        EXPECT_EQ(below->content("d/f"), before);
    }
}

TEST(ScratchDisk, KeepsNamesToItself) {
    const auto below = std::make_shared<faulty_disk>();
    put(*below, "d/a", "a");
    put(*below, "d/b", "b");
    const auto scratch = make_scratch_disk(below);
    scratch->remove("d/a");
    scratch->rename("d/b", "d/c");
    put(*scratch, "d/new", "new");
    put(*scratch, "d/e/f", "deep");

    EXPECT_THAT(scratch->list("d"), ElementsAre("c", "e", "new"));
    EXPECT_FALSE(scratch->exists("d/a"));
    EXPECT_EQ(text_of(*scratch, "d/a"), "no file");
    EXPECT_EQ(text_of(*scratch, "d/c"), "b");
    EXPECT_THAT(below->list("d"), ElementsAre("a", "b"));
}

TEST(ScratchDisk, SharesAFileBetweenThoseWhoHaveItOpen) {
    const auto below = std::make_shared<faulty_disk>();
    put(*below, "d/a", "before");
    const auto scratch = make_scratch_disk(below);
    const auto one = scratch->open("d/a", open_mode::existing);
    scratch->rename("d/a", "d/b");
    const std::string after = "after!";
    one->write(0, std::as_bytes(std::span(after)));
    EXPECT_EQ(text_of(*scratch, "d/b"), "after!");
    EXPECT_EQ(text_of(*below, "d/a"), "before");
}

TEST(ScratchDisk, BeginsAnewWhatWasRemoved) {
    const auto below = std::make_shared<faulty_disk>();
    put(*below, "d/a", "before");
    const auto scratch = make_scratch_disk(below);
    scratch->remove("d/a");
    EXPECT_THAT(whole(*scratch->open("d/a", open_mode::create)), IsEmpty());
}

}  // namespace
}  // namespace dormouse::test
