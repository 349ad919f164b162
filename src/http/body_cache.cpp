#include "http/body_cache.hpp"

#include <utility>

namespace octane::http {

std::shared_ptr<const StoredBody> BodyCache::get(const std::string& name, const std::string& version,
                                                 const std::function<std::optional<StoredBody>()>& make) {
    {
        const std::lock_guard lock(mutex_);
        const auto found = entries_.find(name);
        if (found != entries_.end() && found->second.version == version) return found->second.body;
    }
    auto made = make();
    if (!made) return nullptr;
    auto body = std::make_shared<const StoredBody>(std::move(*made));
    const std::lock_guard lock(mutex_);
    const auto old = entries_.find(name);
    if (old != entries_.end()) {
        memory_ -= old->second.body->memory();
        entries_.erase(old);
    }
    if (body->memory() > kMaxMemory) return body;
    if (memory_ + body->memory() > kMaxMemory) {
        entries_.clear();
        memory_ = 0;
    }
    memory_ += body->memory();
    entries_[name] = Entry{version, body};
    return body;
}

std::size_t BodyCache::memory() const {
    const std::lock_guard lock(mutex_);
    return memory_;
}

}  // namespace octane::http
