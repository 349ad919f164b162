#include "http/loops.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <cassert>
#include <thread>
#include <vector>

#include "telemetry/task.hpp"

namespace octane::http {
namespace {

namespace asio = boost::asio;

constexpr const char* kFailed = "A handler of an I/O loop failed";

}  // namespace

struct Loops::Impl {
    struct Loop {
        asio::io_context context{1};
        asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
        std::thread thread;
    };
    std::vector<std::unique_ptr<Loop>> loops;
};

Loops::Loops(unsigned count) : impl_(std::make_unique<Impl>()) {
    assert(count > 0);
    for (unsigned i = 0; i < count; ++i) impl_->loops.push_back(std::make_unique<Impl::Loop>());
}

Loops::~Loops() {
    stop();
}

void Loops::start() {
    for (auto& loop : impl_->loops) {
        if (!loop->thread.joinable())
            loop->thread =
                std::thread([&context = loop->context] { telemetry::run_handlers(kFailed, [&context] { context.run(); }); });
    }
}

void Loops::stop() {
    for (auto& loop : impl_->loops) loop->context.stop();
    for (auto& loop : impl_->loops) {
        if (loop->thread.joinable()) loop->thread.join();
    }
}

std::size_t Loops::poll() {
    std::size_t handlers = 0;
    for (auto& loop : impl_->loops) {
        loop->context.restart();
        telemetry::run_handlers(kFailed, [&] { handlers += loop->context.poll(); });
        loop->context.stop();
    }
    return handlers;
}

std::size_t Loops::size() const {
    return impl_->loops.size();
}

asio::io_context& Loops::at(std::size_t index) {
    return impl_->loops.at(index)->context;
}

}  // namespace octane::http
