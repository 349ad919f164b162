#include "endpoints/log_files.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>

namespace octane::endpoints {
namespace fs = std::filesystem;
using base::ErrorCode;

namespace {

constexpr std::size_t kLongestId = 64;

bool is_id_letter(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

base::Error cannot_write() {
    return base::make_error(ErrorCode::internal,
                            "the log cannot be written: start the proxy with --state-dir DIR and a folder it may write to");
}

}  // namespace

base::Result<std::string> LogFiles::make_id(std::string_view name) {
    std::string id;
    std::ranges::copy_if(name, std::back_inserter(id), is_id_letter);
    id.resize(std::min(id.size(), kLongestId));
    if (id.empty())
        return base::make_error(ErrorCode::bad_value, "sessionId must hold at least one of the characters A-Z a-z 0-9 _ -");
    return id;
}

base::Result<base::Done> LogFiles::append(const std::string& id, std::string_view text) {
    return write(id, text, std::ios::app);
}

base::Result<base::Done> LogFiles::replace(const std::string& id, std::string_view text) {
    return write(id, text, std::ios::trunc);
}

base::Result<base::Done> LogFiles::write(const std::string& id, std::string_view text, std::ios::openmode mode) {
    if (text.size() > kLargest)
        return base::make_error(ErrorCode::body_too_large, "a log may hold " + std::to_string(kLargest) +
                                                               " bytes, and this text has " + std::to_string(text.size()));
    if (folder_.empty()) return cannot_write();
    const std::lock_guard lock(mutex_);
    std::error_code failed;
    fs::create_directories(folder_, failed);
    if (failed) return cannot_write();
    const fs::path file = file_of(id);
    const auto size = fs::file_size(file, failed);
    if (failed) make_room(file);
    if (!failed && mode == std::ios::app && size + text.size() > kLargest) {
        fs::rename(file, folder_ / (id + ".old"), failed);
        if (failed) return cannot_write();
    }
    std::ofstream out(file, std::ios::binary | mode);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    out.close();
    if (!out) return cannot_write();
    return base::Done{};
}

// Before a new log: the oldest go until there are less than kMost, each with what was put aside of it.
void LogFiles::make_room(const fs::path& file) const {
    std::error_code failed;
    while (true) {
        std::size_t count = 0;
        std::optional<fs::directory_entry> oldest;
        fs::file_time_type oldest_written;
        for (fs::directory_iterator entry(folder_, failed), end; !failed && entry != end; entry.increment(failed)) {
            if (entry->path().extension() != ".log" || entry->path() == file) continue;
            ++count;
            std::error_code gone;
            const auto written = entry->last_write_time(gone);
            if (gone || (oldest && written >= oldest_written)) continue;
            oldest = *entry;
            oldest_written = written;
        }
        if (failed || count < kMost || !oldest) return;
        fs::path aside = oldest->path();
        fs::remove(aside.replace_extension(".old"), failed);
        if (!fs::remove(oldest->path(), failed)) return;
    }
}

base::Result<std::string> LogFiles::read(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    std::ifstream in(file_of(id), std::ios::binary);
    if (folder_.empty() || !in) return base::make_error(ErrorCode::path_not_found, "Log file not found");
    return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace octane::endpoints
