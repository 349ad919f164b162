#include "http/header_list.hpp"

#include <algorithm>

namespace octane::http {

std::string_view trim(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    return text.substr(0, text.find_last_not_of(" \t") + 1);
}

std::string_view take_item(std::string_view& list, char separator) {
    const auto end = std::min(list.find(separator), list.size());
    const auto item = trim(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
    return item;
}

}  // namespace octane::http
