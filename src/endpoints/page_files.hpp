// Room: endpoints. The page's files, embedded by the build from web/.
#pragma once

#include <span>
#include <string_view>

namespace octane::endpoints {

struct PageFile {
    std::string_view path;  // "/index.html"
    std::string_view bytes;
};

std::span<const PageFile> page_files();

}  // namespace octane::endpoints
