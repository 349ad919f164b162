// Room: http. How many connections each client has, so that one cannot take them all.
//
// Any thread. As large as the number of clients that have a connection.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace octane::http {

class ClientCounts {
  public:
    // The client's connections with this one.
    std::size_t add(const std::string& client) {
        const std::lock_guard lock(mutex_);
        return ++counts_[client];
    }
    void remove(const std::string& client) {
        const std::lock_guard lock(mutex_);
        const auto found = counts_.find(client);
        if (found != counts_.end() && --found->second == 0) counts_.erase(found);
    }
    [[nodiscard]] std::size_t clients() const {
        const std::lock_guard lock(mutex_);
        return counts_.size();
    }

  private:
    mutable std::mutex mutex_;
    std::map<std::string, std::size_t> counts_;
};

// One connection of a client, counted as long as this lives; of nobody where it is made without a client.
class ClientPlace {
  public:
    ClientPlace() = default;
    ClientPlace(std::shared_ptr<ClientCounts> counts, std::string client)
        : counts_(std::move(counts)), client_(std::move(client)), count_(counts_->add(client_)) {}
    ~ClientPlace() {
        if (counts_) counts_->remove(client_);
    }
    ClientPlace(ClientPlace&& other) noexcept
        : counts_(std::exchange(other.counts_, nullptr)), client_(std::move(other.client_)), count_(other.count_) {}
    ClientPlace& operator=(ClientPlace&& other) noexcept {
        std::swap(counts_, other.counts_);
        std::swap(client_, other.client_);
        std::swap(count_, other.count_);
        return *this;
    }
    ClientPlace(const ClientPlace&) = delete;
    ClientPlace& operator=(const ClientPlace&) = delete;

    [[nodiscard]] const std::string& client() const { return client_; }
    [[nodiscard]] std::size_t count() const { return count_; }  // its connections when this place was taken

  private:
    std::shared_ptr<ClientCounts> counts_;
    std::string client_;
    std::size_t count_ = 0;
};

}  // namespace octane::http
