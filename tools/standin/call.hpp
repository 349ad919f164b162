// Stand-in renderer: one gRPC call of any kind, from its arrival to its end.
//
// A call is kept alive by the steps that gRPC still owes it; when the last one has come back it goes away.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include "standin/server.hpp"

namespace octane::standin {

// A tag in the completion queue.
class Tag {
  public:
    virtual ~Tag() = default;
    virtual void done(bool is_ok) = 0;
};

class Call final : public Subscriber, public std::enable_shared_from_this<Call> {
  public:
    explicit Call(Server& server) : server_(server) {}
    void listen();

    void push(const Event& event) override;
    bool is_idle() const override;
    void end() override;

  private:
    class Step final : public Tag {
      public:
        using Next = void (Call::*)(bool);
        Tag* then(std::shared_ptr<Call> call, Next next);
        void forget() { call_.reset(); }
        void done(bool is_ok) override;

      private:
        std::shared_ptr<Call> call_;
        Next next_ = nullptr;
    };

    void accepted(bool is_ok);
    void request_read(bool is_ok);
    void run_unary();
    grpc::Status execute(grpc::ByteBuffer& reply);
    void answered(bool is_ok);
    void closed(bool is_ok);  // the call is over, for whatever reason

    void open_channel(bool is_ok);
    void write_next();  // mutex_ is held
    void event_written(bool is_ok);

    void camera_read(bool is_ok);

    void read(Step::Next next);
    void answer(const grpc::ByteBuffer& reply);
    void finish(const grpc::Status& status);

    Server& server_;
    grpc::GenericServerContext context_;
    grpc::GenericServerAsyncReaderWriter stream_{&context_};
    Method* method_ = nullptr;
    grpc::ByteBuffer request_;
    Step step_;
    Step closed_step_;
    bool is_counted_ = false;

    mutable std::mutex mutex_;
    EventQueue events_;
    bool is_writing_ = false;
    bool is_open_ = false;
    bool wants_end_ = false;
    bool written_is_frame_ = false;
    std::uint64_t cameras_ = 0;
};

}  // namespace octane::standin
