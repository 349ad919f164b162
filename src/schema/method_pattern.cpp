#include "schema/method_pattern.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <cstddef>

#include "schema/name_index.hpp"

namespace octane::schema {
namespace {

bool matches(std::string_view pattern, std::string_view text) {
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t retry = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            retry = t;
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++retry;
        } else {
            return false;
        }
    }
    return std::all_of(pattern.begin() + static_cast<std::ptrdiff_t>(p), pattern.end(), [](char c) { return c == '*'; });
}

}  // namespace

bool matches_method(std::string_view pattern, const google::protobuf::MethodDescriptor& method) {
    // ApiItem, ApiItemService, octaneapi.ApiItem, octaneapi.ApiItemService.
    for (const std::string_view name :
         {std::string_view(method.service()->name()), std::string_view(method.service()->full_name())}) {
        for (const std::string_view service : {name, without_suffix(name)}) {
            if (matches(pattern, std::string(service) + "/" + method.name())) return true;
        }
    }
    return false;
}

std::string pattern_of(const google::protobuf::MethodDescriptor& method) {
    return std::string(without_suffix(method.service()->full_name())) + "/" + method.name();
}

}  // namespace octane::schema
