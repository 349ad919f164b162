// Tool: bench. Reads frames off the callback stream and nothing more: what receiving alone costs.
#include <grpcpp/generic/generic_stub.h>

#include <cstdio>
#include <optional>
#include <stdexcept>
#include <vector>

#include "bench/grpc_direct.hpp"
#include "bench/histogram.hpp"
#include "bench/net.hpp"
#include "bench/process_cost.hpp"
#include "bench/report.hpp"

namespace octane::bench {
namespace {

constexpr const char* kStreamMethod = "/octaneapi.StreamCallbackService/callbackChannel";
constexpr std::uint32_t kNewImageField = 10;  // of StreamCallbackRequest
constexpr std::uint32_t kUserDataField = 3;   // of OnNewImageRequest
constexpr std::uint32_t kVarint = 0;
constexpr std::uint32_t kFixed64 = 1;
constexpr std::uint32_t kLength = 2;
constexpr std::uint32_t kFixed32 = 5;

// Walks the bytes of several slices without joining them.
class Cursor {
  public:
    explicit Cursor(const std::vector<grpc::Slice>& slices) : slices_(slices) {}

    [[nodiscard]] bool at_end() {
        while (index_ < slices_.size() && at_ == slices_[index_].size()) {
            ++index_;
            at_ = 0;
        }
        return index_ == slices_.size();
    }

    std::optional<std::uint64_t> varint() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64 && !at_end(); shift += 7) {
            const std::uint8_t byte = slices_[index_].begin()[at_++];
            value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
            if ((byte & 0x80U) == 0) return value;
        }
        return std::nullopt;
    }

    bool skip(std::uint64_t count) {
        while (count > 0) {
            if (at_end()) return false;
            const auto step = static_cast<std::size_t>(std::min<std::uint64_t>(count, slices_[index_].size() - at_));
            at_ += step;
            count -= step;
        }
        return true;
    }

  private:
    const std::vector<grpc::Slice>& slices_;
    std::size_t index_ = 0;
    std::size_t at_ = 0;
};

// user_data of a newImage event; nothing for other events. The event's message has just one field, so its end is the buffer's.
std::optional<std::uint64_t> stamp_of(const std::vector<grpc::Slice>& slices) {
    Cursor cursor(slices);
    const auto outer = cursor.varint();
    if (!outer || *outer != (kNewImageField << 3U | kLength) || !cursor.varint()) return std::nullopt;
    while (!cursor.at_end()) {
        const auto key = cursor.varint();
        if (!key) return std::nullopt;
        const auto kind = static_cast<std::uint32_t>(*key & 7U);
        if (*key >> 3U == kUserDataField && kind == kVarint) return cursor.varint();
        bool is_skipped = false;
        if (kind == kVarint) is_skipped = cursor.varint().has_value();
        if (kind == kFixed64) is_skipped = cursor.skip(8);
        if (kind == kFixed32) is_skipped = cursor.skip(4);
        if (kind == kLength) {
            const auto length = cursor.varint();
            is_skipped = length && cursor.skip(*length);
        }
        if (!is_skipped) return std::nullopt;
    }
    return std::nullopt;
}

class Ingest {
  public:
    explicit Ingest(const GrpcLoad& load) : load_(load), stub_(open_channel(load)) {}

    int run() {
        context_.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(static_cast<std::int64_t>(
                                                                     (load_.warm_up_seconds + load_.seconds + 10) * 1000)));
        auto stream = stub_.PrepareCall(&context_, kStreamMethod, &queue_);
        stream->StartCall(nullptr);
        await("the stream cannot be opened");
        const grpc::Slice empty;
        stream->WriteLast(grpc::ByteBuffer(&empty, 1), grpc::WriteOptions(), nullptr);
        await("the request cannot be sent");

        const std::int64_t from = steady_ns() + static_cast<std::int64_t>(load_.warm_up_seconds * 1e9);
        const std::int64_t end = from + static_cast<std::int64_t>(load_.seconds * 1e9);
        double cpu_at_start = -1;
        std::vector<grpc::Slice> slices;
        for (std::int64_t now = steady_ns(); now < end;) {
            grpc::ByteBuffer message;
            stream->Read(&message, nullptr);
            await("the stream ended");
            now = steady_ns();
            if (!message.Dump(&slices).ok()) throw std::runtime_error("a message cannot be read");
            const auto stamp = stamp_of(slices);
            if (!stamp) continue;
            const bool is_counted = now >= from && now < end;
            if (is_counted && cpu_at_start < 0) cpu_at_start = own_cpu_seconds();
            track_.see(*stamp, is_counted);
            if (!is_counted) continue;
            delays_.add(Stamp::age_us(*stamp));
            bytes_ += message.Length();
        }
        const double cpu = own_cpu_seconds() - cpu_at_start;
        context_.TryCancel();
        grpc::Status status;
        stream->Finish(&status, nullptr);
        await("the stream cannot be ended");
        report("seconds", load_.seconds);
        report("fps", static_cast<double>(delays_.count()) / load_.seconds);
        report("delay_p50_ms", delays_.quantile(0.50) * 1e-3);
        report("delay_p99_ms", delays_.quantile(0.99) * 1e-3);
        report_count("missed", track_.missed());
        report("mb_per_s", static_cast<double>(bytes_) * 1e-6 / load_.seconds);
        if (bytes_ > 0) report("cpu_s_per_gb", cpu / (static_cast<double>(bytes_) * 1e-9));
        return delays_.count() > 0 ? 0 : 1;
    }

  private:
    // One operation is under way at a time, so that its tag need not be told from another's.
    void await(const char* what_failed) {
        void* tag = nullptr;
        bool ok = false;
        const auto limit = std::chrono::system_clock::now() + std::chrono::seconds(15);
        if (queue_.AsyncNext(&tag, &ok, limit) != grpc::CompletionQueue::GOT_EVENT || !ok) throw std::runtime_error(what_failed);
    }

    const GrpcLoad& load_;
    grpc::GenericStub stub_;
    grpc::CompletionQueue queue_;
    grpc::ClientContext context_;
    NumberTrack track_;
    Histogram delays_;  // µs
    std::uint64_t bytes_ = 0;
};

}  // namespace

int run_ingest(const GrpcLoad& load) {
    return Ingest(load).run();
}

}  // namespace octane::bench
