// Stand-in renderer: the gRPC server. One thread drives all connections; calls run on the Executor; streams send by themselves.
#pragma once

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <thread>

#include "standin/counters.hpp"
#include "standin/executor.hpp"
#include "standin/faults.hpp"
#include "standin/methods.hpp"
#include "standin/options.hpp"
#include "standin/stream_hub.hpp"

namespace octane::standin {

// What the server needs of the rest. All of it outlives the server.
struct ServerParts {
    const Options& options;
    const Schema& schema;
    Methods& methods;
    Faults& faults;
    Counters& counters;
    StreamHub& hub;
    std::mutex& application;  // held while a handler runs
    std::function<void(const Message& camera)> on_streamed_camera;
};

class Server {
  public:
    explicit Server(ServerParts parts);
    ~Server();

    // Opens the port and returns the one bound; std::runtime_error if it cannot be had.
    int start();
    // Ends the streams and the calls. With --exit-waits it first waits until the clients have closed their streams.
    void stop();

    ServerParts& parts() { return parts_; }
    Executor& executor() { return executor_; }
    void accept_one();  // asks gRPC for one more call
    // Runs the operation, which starts something on the completion queue, unless the queue is closing; false then.
    template <class Operation>
    bool start_operation(Operation operation) {
        const std::shared_lock lock(gate_);
        if (is_closed_) return false;
        operation();
        return true;
    }
    grpc::AsyncGenericService& service() { return service_; }
    grpc::ServerCompletionQueue& queue() { return *queue_; }

  private:
    void run();

    ServerParts parts_;
    Executor executor_;
    grpc::AsyncGenericService service_;
    std::unique_ptr<grpc::ServerCompletionQueue> queue_;
    std::unique_ptr<grpc::Server> server_;
    std::thread thread_;
    std::shared_mutex gate_;  // operations share it; closing the queue takes it alone
    bool is_closed_ = false;
};

}  // namespace octane::standin
