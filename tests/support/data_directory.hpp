// A data directory as a crash leaves it, for those who look into such.
#pragma once

#include "tests/support/open_storage.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

namespace dormouse::test {

/// A node that writes to a directory, and copies of that directory.
class data_directory {
public:
    explicit data_directory(std::uint64_t segment_bytes = std::uint64_t{64} * 1024)
        : segment_bytes_(segment_bytes) {
        start();
    }

    void start() {
        storage_options options;
        options.directory = path();
        options.segment_bytes = segment_bytes_;
        options.now = [this] { return now; };
        node = std::make_unique<storage_node>(std::move(options), background);
    }
    void stop() {
        background.run_all();
        node.reset();
    }

    [[nodiscard]] static object_key key(char digit) {
        return {"Test", std::string(64, digit), std::string("name ") + digit};
    }

    /// One turn of an object; answers its end.
    bookmark run(char digit, const std::string& sql) {
        auto object = node->open(key(digit));
        auto turn = object->begin_turn();
        turn.execute(sql);
        const auto mark = turn.current_bookmark();
        static_cast<void>(turn.commit());
        node->close(std::move(object), [] {});
        background.run_all();
        return mark;
    }

    /// The same, but the object stays open: what it wrote is in the log and not in its file.
    bookmark run_unfiled(char digit, const std::string& sql) {
        auto& object = open_[digit];
        if (object == nullptr) {
            object = node->open(key(digit));
        }
        auto turn = object->begin_turn();
        turn.execute(sql);
        const auto mark = turn.current_bookmark();
        node->wait_durable(turn.commit());
        return mark;
    }

    /// What the disk has now, which the node goes on to change.
    void copy_to(const std::filesystem::path& to) const {
        std::filesystem::copy(path(), to, std::filesystem::copy_options::recursive);
    }

    [[nodiscard]] const std::filesystem::path& path() const { return directory_.path(); }
    /// Where an object's file is, relative to a data directory.
    [[nodiscard]] static std::filesystem::path file(char digit) {
        return std::filesystem::path("Test") / std::string(2, digit) /
               (std::string(64, digit) + ".sqlite");
    }

    std::chrono::system_clock::time_point now{std::chrono::seconds(1'000'000)};

private:
    temporary_directory directory_;
    std::uint64_t segment_bytes_;

public:
    queued_background background;
    std::unique_ptr<storage_node> node;

private:
    std::map<char, std::unique_ptr<object_storage>> open_;  // shorter than the node
};

inline std::string read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_file(const std::filesystem::path& path, const std::string& content) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
}

/// Changes one byte.
inline void damage(const std::filesystem::path& path, std::size_t at) {
    auto content = read_file(path);
    content.at(at) = static_cast<char>(content.at(at) ^ 0x5a);
    write_file(path, content);
}

/// Every file below a directory, with its content.
inline std::map<std::string, std::string> content_of(const std::filesystem::path& directory) {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
        files[entry.path().string()] = entry.is_regular_file() ? read_file(entry.path()) : "";
    }
    return files;
}

}  // namespace dormouse::test
