// Room: http. Stored bodies by name, made when first asked for and again when what they are made of has changed.
//
// Any thread. Bounded by kMaxMemory: when it is full, everything is forgotten, which costs making it once more.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "http/stored_body.hpp"

namespace octane::http {

class BodyCache {
  public:
    static constexpr std::size_t kMaxMemory = 64UL << 20U;  // bytes

    // The body of that name and version; `make` is called if it is not there, and may find that there is none. Not under the
    // lock: two threads may make the same body at the same time.
    std::shared_ptr<const StoredBody> get(const std::string& name, const std::string& version,
                                          const std::function<std::optional<StoredBody>()>& make);

    [[nodiscard]] std::size_t memory() const;

  private:
    struct Entry {
        std::string version;
        std::shared_ptr<const StoredBody> body;
    };

    mutable std::mutex mutex_;
    std::map<std::string, Entry> entries_;
    std::size_t memory_ = 0;
};

}  // namespace octane::http
