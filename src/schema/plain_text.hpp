// Room: schema. Text from outside, made fit for a log line or an error message.
#pragma once

#include <string>
#include <string_view>

namespace octane::schema {

// One line of printable ASCII, cut at 200 characters: what comes from files and URLs may hold anything.
std::string plain_text(std::string_view text);

}  // namespace octane::schema
