// Room: endpoints. The logs that pages write through the proxy: small files in one folder, and nothing outside it.
//
// Any thread; a write takes as long as the disk takes. Who writes is whoever may call the proxy, so everything has its bound: the
// size of a log, the number of logs, and the letters of a name.
#pragma once

#include <cstddef>
#include <filesystem>
#include <ios>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace octane::endpoints {

class LogFiles {
  public:
    static constexpr std::size_t kLargest = 4UL << 20U;  // bytes of one log; one that is full is put aside as ID.old
    static constexpr std::size_t kMost = 100;            // logs; the oldest makes room for one more

    // The folder is made when it is first written to; empty: there is none, and every write fails.
    explicit LogFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}
    LogFiles(const LogFiles&) = delete;
    LogFiles& operator=(const LogFiles&) = delete;

    // `name` reduced to [A-Za-z0-9_-] and 64 characters, as a log's id. Error 40003 bad_value if nothing is left.
    static base::Result<std::string> make_id(std::string_view name);

    // All take an id from make_id(). Errors: 41301 body_too_large for a text above kLargest, 50001 internal if the file cannot be
    // written; no message holds a path.
    base::Result<base::Done> append(const std::string& id, std::string_view text);
    base::Result<base::Done> replace(const std::string& id, std::string_view text);

    // Error 40403 path_not_found.
    [[nodiscard]] base::Result<std::string> read(const std::string& id) const;

  private:
    [[nodiscard]] std::filesystem::path file_of(const std::string& id) const { return folder_ / (id + ".log"); }
    base::Result<base::Done> write(const std::string& id, std::string_view text, std::ios::openmode mode);
    void make_room(const std::filesystem::path& file) const;

    std::filesystem::path folder_;
    mutable std::mutex mutex_;  // one writer at a time
};

}  // namespace octane::endpoints
