#include <dormouse/node_tool.hpp>

#include <span>

int main(int argc, char** argv) {
    return dormouse::cli::run_node_tool(
        std::span<const char* const>(argv, static_cast<std::size_t>(argc)),
        dormouse::cli::process_streams());
}
