#include "http/percent.hpp"

#include <algorithm>
#include <boost/url/pct_string_view.hpp>

namespace octane::http {

// What holds an escape by Boost.URL, which does not take whole queries and targets apart here: it refuses what RFC 3986 does, and
// browsers send '|',
// '{', '[' and '^' in queries as they are.
std::optional<std::string> percent_decode(std::string_view text, PlusSign plus) {
    const auto is_plain = [plus](char c) { return c != '%' && c != '\0' && (c != '+' || plus == PlusSign::literal); };
    if (std::ranges::all_of(text, is_plain)) return std::string(text);  // most paths and names
    const auto checked = boost::urls::make_pct_string_view({text.data(), text.size()});
    if (!checked) return std::nullopt;
    boost::urls::encoding_opts options;
    options.space_as_plus = plus == PlusSign::space;
    std::string decoded = checked->decode(options);
    if (decoded.find('\0') != std::string::npos) return std::nullopt;
    return decoded;
}

}  // namespace octane::http
