// Room: upstream, private. How a completion-queue event resumes a coroutine on the loop it came from.
#pragma once

#include <grpcpp/grpcpp.h>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "upstream/channel.hpp"

#ifdef OCTANE_THREAD_SANITIZER
#include <sanitizer/tsan_interface.h>
#endif

namespace octane::upstream {

// What the queue gives back. complete() runs on the completion-queue thread and must only hand over.
class Tag {
  public:
    virtual ~Tag() = default;
    virtual void complete(bool is_ok) = 0;
};

// gRPC's queue orders what was written before an operation was started before what its completion reads. ThreadSanitizer cannot
// see that in libraries built without it, so it is told: before the start, and after the queue gave the tag back.
inline void tell_start([[maybe_unused]] Tag* tag) {
#ifdef OCTANE_THREAD_SANITIZER
    __tsan_release(tag);
#endif
}
inline void tell_completion([[maybe_unused]] Tag* tag) {
#ifdef OCTANE_THREAD_SANITIZER
    __tsan_acquire(tag);
#endif
}

// Starts one gRPC operation and awaits its tag. `start` is a function object called with the tag; it must outlive the awaiting.
template <typename Start>
boost::asio::awaitable<bool> await_tag(Start& start) {
    auto initiate = [](auto handler, Start* begin) {
        using Handler = decltype(handler);
        struct Operation final : Tag {
            explicit Operation(Handler h) : handler(std::move(h)) {}
            void complete(bool is_ok) override {
                auto executor = boost::asio::get_associated_executor(handler);
                boost::asio::post(executor, [done = std::move(handler), is_ok]() mutable { std::move(done)(is_ok); });
                delete this;
            }
            Handler handler;
        };
        Tag* tag = new Operation(std::move(handler));  // owned by the queue until complete()
        tell_start(tag);
        (*begin)(tag);
    };
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(bool)>(initiate, boost::asio::use_awaitable,
                                                                                         &start);
}

// Views of the buffer's slices, which stay alive with the chain.
inline base::ByteChain to_chain(const grpc::ByteBuffer& buffer) {
    auto slices = std::make_shared<std::vector<grpc::Slice>>();
    if (!buffer.Dump(slices.get()).ok()) return {};
    std::vector<std::string_view> segments;
    segments.reserve(slices->size());
    for (const auto& slice : *slices) {
        if (slice.size() > 0) segments.emplace_back(reinterpret_cast<const char*>(slice.begin()), slice.size());
    }
    return {std::move(segments), std::move(slices)};
}

// Large requests are handed over without a copy; small ones are cheaper to copy than to track.
inline grpc::ByteBuffer to_buffer(std::string bytes) {
    constexpr std::size_t kCopyLimit = 4096;
    if (bytes.size() <= kCopyLimit) {
        const grpc::Slice slice(bytes);
        return grpc::ByteBuffer(&slice, 1);
    }
    auto* owned = new std::string(std::move(bytes));
    const grpc::Slice slice(
        owned->data(), owned->size(), [](void* held) { delete static_cast<std::string*>(held); }, owned);
    return grpc::ByteBuffer(&slice, 1);
}

inline base::GrpcStatus to_status(grpc::StatusCode code) {
    return static_cast<base::GrpcStatus>(static_cast<int>(code));
}

}  // namespace octane::upstream
