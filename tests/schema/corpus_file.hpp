// Reads a corpus of recorded upstream behaviour: {"about": ..., "cases": [...]}.
#pragma once

#include <dormouse/json.hpp>

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

template <class Case>
std::vector<Case> read_corpus(const std::string& name) {
    struct corpus {
        std::vector<Case> cases;
    };
    std::ifstream file(DORMOUSE_TEST_DATA "/corpora/" + name, std::ios::binary);
    if (!file) {
        throw std::runtime_error("cannot open the corpus " + name);
    }
    std::string text{std::istreambuf_iterator<char>(file), {}};
    return dormouse::from_json<corpus>(text).cases;
}
