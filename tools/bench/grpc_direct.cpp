// Tool: bench. See grpc_direct.hpp.
#include "bench/grpc_direct.hpp"

#include <grpcpp/generic/generic_stub.h>

#include <cstdio>
#include <optional>
#include <stdexcept>
#include <vector>

#include "bench/histogram.hpp"
#include "bench/net.hpp"
#include "bench/process_cost.hpp"
#include "bench/report.hpp"

namespace octane::bench {
namespace {

constexpr auto kCallDeadline = std::chrono::seconds(10);

struct Call {
    std::optional<grpc::ClientContext> context;
    std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
    grpc::ByteBuffer answer;
    grpc::Status status;
    std::int64_t sent_at = 0;  // steady ns
};

class DirectCalls {
  public:
    explicit DirectCalls(const GrpcLoad& load) : load_(load), stub_(open_channel(load)), calls_(load.depth) {
        const grpc::Slice empty;
        request_ = grpc::ByteBuffer(&empty, 1);
    }

    int run() {
        const std::int64_t from = steady_ns() + static_cast<std::int64_t>(load_.warm_up_seconds * 1e9);
        const std::int64_t end = from + static_cast<std::int64_t>(load_.seconds * 1e9);
        for (Call& call : calls_) ask(call);
        std::size_t under_way = calls_.size();
        while (under_way > 0) {
            void* tag = nullptr;
            bool ok = false;
            const auto limit = std::chrono::system_clock::now() + kCallDeadline;
            if (queue_.AsyncNext(&tag, &ok, limit) != grpc::CompletionQueue::GOT_EVENT)
                throw std::runtime_error("no answer for 10 s");
            Call& call = *static_cast<Call*>(tag);
            const std::int64_t now = steady_ns();
            if (!call.status.ok())
                note_error(call.status);
            else if (now >= from && now < end)
                durations_.add(static_cast<std::uint64_t>(now - call.sent_at));
            if (now < end && errors_ < 1000)
                ask(call);
            else
                --under_way;
        }
        report_count("depth", load_.depth);
        report("seconds", load_.seconds);
        report("calls_per_s", static_cast<double>(durations_.count()) / load_.seconds);
        report("p50_ms", durations_.quantile(0.50) * 1e-6);
        report("p99_ms", durations_.quantile(0.99) * 1e-6);
        report_count("errors", errors_);
        report("generator_cpu_s", own_cpu_seconds());
        return errors_ == 0 && durations_.count() > 0 ? 0 : 1;
    }

  private:
    void ask(Call& call) {
        call.reader.reset();  // before the context it points to
        call.context.emplace();
        call.context->set_deadline(std::chrono::system_clock::now() + kCallDeadline);
        call.answer.Clear();
        call.sent_at = steady_ns();
        call.reader = stub_.PrepareUnaryCall(&*call.context, load_.method, request_, &queue_);
        call.reader->StartCall();
        call.reader->Finish(&call.answer, &call.status, &call);
    }

    void note_error(const grpc::Status& status) {
        if (errors_++ == 0) {
            std::fprintf(stderr, "first failed call: %d %s\n", static_cast<int>(status.error_code()),
                         status.error_message().c_str());
        }
    }

    const GrpcLoad& load_;
    grpc::CompletionQueue queue_;
    grpc::GenericStub stub_;
    grpc::ByteBuffer request_;
    std::vector<Call> calls_;
    Histogram durations_;  // ns
    std::uint64_t errors_ = 0;
};

}  // namespace

std::shared_ptr<grpc::Channel> open_channel(const GrpcLoad& load) {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    arguments.SetInt(GRPC_ARG_HTTP2_MAX_FRAME_SIZE, 16 * 1024 * 1024 - 1);
    arguments.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 32 * 1024 * 1024);
    if (load.uses_minimal_stack) arguments.SetInt(GRPC_ARG_MINIMAL_STACK, 1);
    auto channel = grpc::CreateCustomChannel(load.target, grpc::InsecureChannelCredentials(), arguments);
    if (!channel->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(5))) {
        throw std::runtime_error("cannot connect to " + load.target);
    }
    return channel;
}

int run_direct_calls(const GrpcLoad& load) {
    return DirectCalls(load).run();
}

}  // namespace octane::bench
