#include "tables.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace octane::schema::tests {
namespace {

Row split(const std::string& line) {
    Row row(1);
    for (const char c : line) {
        if (c == '"') throw std::runtime_error("a quoted cell: " + line);
        if (c == ',') {
            row.emplace_back();
        } else if (c != '\r') {
            row.back() += c;
        }
    }
    return row;
}

std::string joined(const std::vector<Row>& rows, std::size_t at) {
    if (at >= rows.size()) return "no row";
    std::string line;
    for (const auto& cell : rows[at]) line += (line.empty() ? "" : ",") + cell;
    return line;
}

}  // namespace

std::vector<Row> read_table(const std::string& release, const std::string& table) {
    std::ifstream in(std::string(OCTANE_SOURCE_DIR) + "/tools/schema/octane-api/" + release + "/" + table + ".csv");
    std::string line;
    if (!std::getline(in, line)) throw std::runtime_error("cannot read table " + table + " of " + release);
    std::vector<Row> rows;
    while (std::getline(in, line)) rows.push_back(split(line));
    return rows;
}

std::string first_difference(const std::vector<Row>& expected, const std::vector<Row>& actual) {
    const std::size_t longest = std::max(expected.size(), actual.size());
    for (std::size_t i = 0; i < longest; ++i) {
        if (i < expected.size() && i < actual.size() && expected[i] == actual[i]) continue;
        return "row " + std::to_string(i + 2) + ": expected " + joined(expected, i) + ", found " + joined(actual, i);
    }
    return "";
}

}  // namespace octane::schema::tests
