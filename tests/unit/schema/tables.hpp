// Tests of the schema room: the interface tables as rows of text, read from the source tree when a test runs.
#pragma once

#include <string>
#include <vector>

namespace octane::schema::tests {

using Row = std::vector<std::string>;

// The rows of tools/schema/octane-api/<release>/<table>.csv without the header. Throws if the file is missing or has a quoted
// cell.
std::vector<Row> read_table(const std::string& release, const std::string& table);

// "" if both are the same rows in the same order; else the first place where they part.
std::string first_difference(const std::vector<Row>& expected, const std::vector<Row>& actual);

}  // namespace octane::schema::tests
