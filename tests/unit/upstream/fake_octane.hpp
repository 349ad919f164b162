// Tests of the upstream room and of those above it: a gRPC server inside the test that answers every method as the test says.
//
// It listens on a free loopback port and knows no schema: a test scripts the answer to a path and gets to know what was asked.
#pragma once

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "unit/upstream/loop.hpp"
#include "upstream/channel.hpp"

namespace octane::upstream::tests {

// What one call gets: messages, then a status, unless the call is to stay open.
struct Script {
    std::vector<std::string> messages;
    grpc::Status status;
    bool stays_open = false;  // until the caller cancels, or end_open_calls()
};

inline Script answer(std::string message) {
    return {{std::move(message)}, {}, false};
}
inline Script failure(grpc::StatusCode code, std::string words) {
    return {{}, {code, std::move(words)}, false};
}
inline Script open_call(std::vector<std::string> messages = {}) {
    return {std::move(messages), {}, true};
}
inline Script unimplemented() {
    return failure(grpc::StatusCode::UNIMPLEMENTED, "");
}

class FakeOctane {
  public:
    using Scripter = std::function<Script(const std::string& path, const std::string& request)>;

    explicit FakeOctane(Scripter scripter, int port = 0) : scripter_(std::move(scripter)), service_(*this) {
        grpc::ServerBuilder builder;
        builder.AddListeningPort("127.0.0.1:" + std::to_string(port), grpc::InsecureServerCredentials(), &port_);
        builder.RegisterCallbackGenericService(&service_);
        builder.SetMaxReceiveMessageSize(-1);
        builder.SetMaxSendMessageSize(-1);
        server_ = builder.BuildAndStart();
        if (!server_) throw std::runtime_error("the test's gRPC server did not start");
    }
    ~FakeOctane() { stop(); }
    FakeOctane(const FakeOctane&) = delete;
    FakeOctane& operator=(const FakeOctane&) = delete;

    [[nodiscard]] std::uint16_t port() const { return static_cast<std::uint16_t>(port_); }

    // Breaks every connection and every call.
    void stop() {
        if (!server_) return;
        server_->Shutdown(std::chrono::system_clock::now());
        server_->Wait();
        server_.reset();
    }

    // Sends one more message on every call that stays open.
    void push(const std::string& message) {
        const std::lock_guard lock(mutex_);
        for (auto* call : std::vector(open_.begin(), open_.end())) call->send(message);
    }
    void end_open_calls(const grpc::Status& status = grpc::Status::OK) {
        const std::lock_guard lock(mutex_);
        for (auto* call : std::vector(open_.begin(), open_.end())) call->end(status);
    }

    [[nodiscard]] std::size_t calls(const std::string& path) const {
        const std::lock_guard lock(mutex_);
        const auto found = calls_.find(path);
        return found == calls_.end() ? 0 : found->second;
    }
    struct Asked {
        std::string path;
        std::string request;
    };
    // Every call so far, in the order of arrival.
    [[nodiscard]] std::vector<Asked> history() const {
        const std::lock_guard lock(mutex_);
        return history_;
    }
    [[nodiscard]] std::size_t most_at_once(const std::string& path) const {
        const std::lock_guard lock(mutex_);
        const auto found = most_at_once_.find(path);
        return found == most_at_once_.end() ? 0 : found->second;
    }
    // False if that many did not come.
    [[nodiscard]] bool await_calls(const std::string& path, std::size_t count) {
        return await([&] { return calls_[path] >= count; });
    }
    [[nodiscard]] bool await_cancellations(std::size_t count) {
        return await([&] { return cancellations_ >= count; });
    }
    [[nodiscard]] bool await_open_calls(std::size_t count) {
        return await([&] { return open_.size() == count; });
    }

  private:
    class Call final : public grpc::ServerGenericBidiReactor {
      public:
        Call(FakeOctane& server, std::string path) : server_(server), path_(std::move(path)) { StartRead(&request_); }

        void OnReadDone(bool is_ok) override {
            const std::lock_guard lock(server_.mutex_);
            if (has_finished_) return;
            if (!is_ok) return end({grpc::StatusCode::INTERNAL, "no request came"});
            ++server_.calls_[path_];
            auto& most = server_.most_at_once_[path_];
            most = std::max(most, ++server_.running_[path_]);
            is_counted_ = true;
            const std::string request = text_of(request_);
            server_.history_.push_back({path_, request});
            Script script = server_.scripter_(path_, request);
            for (auto& message : script.messages) outgoing_.push_back(std::move(message));
            status_ = script.status;
            is_ending_ = !script.stays_open;
            if (script.stays_open) server_.open_.insert(this);
            server_.changed_.notify_all();
            pump();
        }
        void OnWriteDone(bool is_ok) override {
            const std::lock_guard lock(server_.mutex_);
            is_writing_ = false;
            if (!is_ok) outgoing_.clear();
            pump();
        }
        void OnCancel() override {
            const std::lock_guard lock(server_.mutex_);
            if (has_finished_) return;
            ++server_.cancellations_;
            outgoing_.clear();
            end({grpc::StatusCode::CANCELLED, "cancelled"});
        }
        void OnDone() override {
            {
                const std::lock_guard lock(server_.mutex_);
                server_.open_.erase(this);
                leave();
                server_.changed_.notify_all();
            }
            delete this;
        }
        void send(const std::string& message) {
            outgoing_.push_back(message);
            pump();
        }
        void end(const grpc::Status& status) {
            status_ = status;
            is_ending_ = true;
            server_.open_.erase(this);
            server_.changed_.notify_all();
            pump();
        }

      private:
        static std::string text_of(const grpc::ByteBuffer& buffer) {
            std::vector<grpc::Slice> slices;
            std::string text;
            if (!buffer.Dump(&slices).ok()) return text;
            for (const auto& slice : slices) text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
            return text;
        }

        // No longer runs. Said before the status leaves: the caller may send its next call on seeing it, long before OnDone.
        void leave() {
            if (is_counted_) --server_.running_[path_];
            is_counted_ = false;
        }

        // The last thing that any holder of the mutex does: gRPC may call back from inside.
        void pump() {
            if (is_writing_ || has_finished_) return;
            if (!outgoing_.empty()) {
                const grpc::Slice slice(outgoing_.front());
                outgoing_.pop_front();
                message_ = grpc::ByteBuffer(&slice, 1);
                is_writing_ = true;
                StartWrite(&message_);
            } else if (is_ending_) {
                has_finished_ = true;
                leave();
                Finish(status_);
            }
        }

        FakeOctane& server_;
        std::string path_;
        grpc::ByteBuffer request_;
        grpc::ByteBuffer message_;
        std::deque<std::string> outgoing_;
        grpc::Status status_;
        bool is_counted_ = false;
        bool is_writing_ = false;
        bool is_ending_ = false;
        bool has_finished_ = false;
    };

    class Service final : public grpc::CallbackGenericService {
      public:
        explicit Service(FakeOctane& server) : server_(server) {}
        grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* context) override {
            return new Call(server_, context->method());  // deletes itself when gRPC is done with it
        }

      private:
        FakeOctane& server_;
    };

    template <typename Condition>
    bool await(Condition condition) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, kPatience, condition);
    }

    Scripter scripter_;
    Service service_;
    int port_ = 0;
    mutable std::recursive_mutex mutex_;
    std::condition_variable_any changed_;
    std::set<Call*> open_;
    std::vector<Asked> history_;
    std::map<std::string, std::size_t> calls_;
    std::map<std::string, std::size_t> running_;
    std::map<std::string, std::size_t> most_at_once_;
    std::size_t cancellations_ = 0;
    std::unique_ptr<grpc::Server> server_;
};

inline ChannelOptions options_for(std::uint16_t port) {
    ChannelOptions options;
    options.port = port;
    return options;
}

}  // namespace octane::upstream::tests
