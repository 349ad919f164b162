#include "endpoints/header_names.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

namespace octane::endpoints {
namespace {

// What browsers set themselves, and scripts cannot.
const std::set<std::string> kBrowsersOwn = {
    "Accept-Encoding",   "Content-Length",        "Transfer-Encoding", "Cookie",         "Host",           "Origin",
    "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-Fetch-Site",    "Sec-Fetch-Mode", "Sec-Fetch-Dest", "Referer"};

TEST_CASE("every header that the code reads may be sent by pages of other origins") {
    std::set<std::string> read;
    const std::regex call(R"re(\bheader\(\s*"([^"]+)"\s*\))re");
    const std::regex other(R"re((?:\.|->)header\(\s*[^"\s][^)]*\))re");
    for (const auto& entry : std::filesystem::recursive_directory_iterator(std::filesystem::path(OCTANE_SOURCE_DIR) / "src")) {
        if (entry.path().extension() != ".cpp" && entry.path().extension() != ".hpp") continue;
        std::ifstream in(entry.path());
        const std::string text(std::istreambuf_iterator<char>(in), {});
        for (std::sregex_iterator found(text.begin(), text.end(), call); found != std::sregex_iterator(); ++found)
            read.insert((*found)[1]);
        // A name that does not stand where it is read would not be found here.
        CAPTURE(entry.path().string());
        CHECK_FALSE(std::regex_search(text, other));
    }
    CHECK(read.contains("X-Call-Id"));
    for (const auto& name : read) {
        CAPTURE(name);
        CHECK((kBrowsersOwn.contains(name) || std::ranges::find(kRequestHeaders, name) != kRequestHeaders.end()));
    }
}

}  // namespace
}  // namespace octane::endpoints
