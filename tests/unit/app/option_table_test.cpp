#include "app/option_table.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>
#include <string>

namespace octane::app {
namespace {

TEST_CASE("the help fits a terminal of 80 columns, and no line ends in a blank") {
    std::istringstream help(help_text());
    std::string line;
    int lines = 0;
    for (; std::getline(help, line); ++lines) {
        CAPTURE(line);
        CHECK(line.size() <= 80);
        CHECK_FALSE(line.ends_with(' '));
    }
    CHECK(lines > 40);
}

TEST_CASE("the help names every option with its meaning's words, its default and its environment variable") {
    std::string help = help_text();
    for (std::size_t end = 0; (end = help.find('\n', end)) != std::string::npos;) {  // as one line, to find what was wrapped
        const auto next = std::min(help.find_first_not_of(" \n", end), help.size());
        help.replace(end, next - end, " ");
        ++end;
    }
    for (const auto& entry : option_table()) {
        CAPTURE(entry.name);
        CHECK(help.find("--" + std::string(entry.name) + ' ') != std::string::npos);
        CHECK(help.find(std::string(entry.meaning)) != std::string::npos);
        CHECK(help.find("[" + std::string(entry.default_text) + "; " + variable_name(entry)) != std::string::npos);
    }
}

}  // namespace
}  // namespace octane::app
