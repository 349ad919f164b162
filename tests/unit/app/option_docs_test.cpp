// docs/options.md is written by hand, for readers; it must say what the option table says.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "app/option_table.hpp"
#include "app/upstream_options.hpp"

namespace octane::app {
namespace {

struct Row {
    std::string argument;
    std::string default_text;
    bool is_list = false;
};

// The rows of the page's table by option: "| `--port PORT` | `51023` | …", with a plus after a list's name.
std::map<std::string, Row> read_page(std::set<std::string>& twice) {
    std::ifstream page(OCTANE_SOURCE_DIR "/docs/options.md");
    std::map<std::string, Row> rows;
    for (std::string line; std::getline(page, line);) {
        if (!line.starts_with("| `--")) continue;
        std::vector<std::string> cells;
        for (std::size_t from = 1; from < line.size();) {
            const auto end = std::min(line.find(" |", from), line.size());
            cells.push_back(line.substr(from + 1, end - from - 1));
            from = end + 2;
        }
        REQUIRE_MESSAGE(cells.size() == 3, line);
        const auto& name = cells[0];
        const auto blank = name.find(' ');
        const auto close = name.rfind('`');
        REQUIRE_MESSAGE((blank < close && close != std::string::npos), line);
        const std::string option = name.substr(3, blank - 3);
        if (rows.contains(option)) twice.insert(option);
        const auto& value = cells[1];
        rows[option] = {name.substr(blank + 1, close - blank - 1), value.substr(1, value.size() - 2), name.ends_with(" +")};
    }
    return rows;
}

TEST_CASE("docs/options.md has every option with its argument and its default, and no other") {
    std::set<std::string> twice;
    auto rows = read_page(twice);
    CHECK(twice.empty());
    for (const OptionEntry& entry : option_table()) {
        const std::string name(entry.name);
        CAPTURE(name);
        const auto row = rows.find(name);
        CHECK(row != rows.end());
        if (row == rows.end()) continue;
        CHECK(row->second.argument == entry.argument);
        CHECK(row->second.default_text == entry.default_text);
        CHECK(row->second.is_list == entry.is_list);
        rows.erase(row);
    }
    for (const auto& [name, row] : rows) FAIL_CHECK("docs/options.md has --" << name << ", which the option table lacks");
}

TEST_CASE("docs/options.md has every option of a section, and no other") {
    std::ifstream page(OCTANE_SOURCE_DIR "/docs/options.md");
    std::set<std::string> rows;
    for (std::string line; std::getline(page, line);) {
        if (line.starts_with("| `") && line.find(" = ") < line.find('`', 3)) rows.insert(line);
    }
    const auto check = [&rows](const auto& option) {
        const std::string begin = "| `" + std::string(option.name) + " = " + std::string(option.argument) + "`" +
                                  (option.is_list ? " +" : "") + " | `" + std::string(option.default_text) + "` |";
        const auto row = std::ranges::find_if(rows, [&begin](const std::string& one) { return one.starts_with(begin); });
        CHECK_MESSAGE(row != rows.end(), begin);
        if (row != rows.end()) rows.erase(row);
    };
    std::ranges::for_each(upstream_option_table(), check);
    std::ranges::for_each(route_option_table(), check);
    for (const auto& row : rows) FAIL_CHECK(row);
}

TEST_CASE("docs/options.md names the second variables of the environment") {
    std::ifstream page(OCTANE_SOURCE_DIR "/docs/options.md");
    const std::string text((std::istreambuf_iterator<char>(page)), std::istreambuf_iterator<char>());
    for (const OptionEntry& entry : option_table()) {
        if (entry.short_variable.empty()) continue;
        CHECK_MESSAGE(text.find('`' + std::string(entry.short_variable) + '`') != std::string::npos, entry.short_variable);
    }
}

}  // namespace
}  // namespace octane::app
