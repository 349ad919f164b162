// Tests of the wire room: protobuf's JSON mapping as a table of cases. conformance_test.cpp runs them and counts them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "oracle.hpp"

namespace octane::wire::test {

// How firmly the mapping says it. Required: which JSON means which message and which message is written as which JSON, and that
// values beyond a member's type or range are refused. Recommended: strictness about the JSON text itself, members given twice,
// null in lists and maps, rarer spellings, the number of digits in answers, and values without any JSON form. Lenient: what the
// proxy takes on purpose although the mapping would have it refused (docs/api.md §2).
enum class Level : unsigned char { required, recommended, lenient };

struct ConformanceCase {
    std::string input;                    // JSON of a request, or the wire bytes of an answer
    std::optional<std::string> expected;  // the JSON that comes back; nothing if the input is refused
    bool is_answer = false;
};

struct ConformanceRule {
    Level level = Level::required;
    std::string text;
    std::vector<ConformanceCase> cases;
    std::string type = "c.All";
};

inline ConformanceCase kept(const std::string& json) {
    return {json, json};
}
inline ConformanceCase read_as(const std::string& json, const std::string& expected) {
    return {json, expected};
}
inline ConformanceCase refused(const std::string& json) {
    return {json, std::nullopt};
}
inline ConformanceCase written_as(const std::string& wire, const std::string& expected) {
    return {wire, expected, true};
}
inline ConformanceCase unwritable(const std::string& wire) {
    return {wire, std::nullopt, true};
}

// The types of the table: c.All of proto3, and c2.Old of proto2.
const TextPool& conformance_pool();
const TextPool& conformance_pool_of_proto2();

std::vector<ConformanceRule> required_of_values();
std::vector<ConformanceRule> required_of_messages();
std::vector<ConformanceRule> recommended_and_lenient();

}  // namespace octane::wire::test
