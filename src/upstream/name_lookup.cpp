#include "upstream/name_lookup.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace octane::upstream {
namespace asio = boost::asio;

// Shared with the thread; guarded by its mutex.
struct NameLookup::Question {
    Question(const asio::any_io_executor& asker, std::function<void(bool)> hear) : executor(asker), on_answer(std::move(hear)) {}
    std::mutex mutex;
    std::optional<asio::any_io_executor> executor;  // none: nobody listens any more
    std::function<void(bool)> on_answer;            // none: it has been answered, or nobody listens
};

bool is_name_known_here(const std::string& host) {
    if (host.find(':') != std::string::npos) return true;  // an IPv6 address
    asio::io_context loop;
    asio::ip::tcp::resolver resolver(loop);
    boost::system::error_code error;
    resolver.resolve(host, "", error);
    return error != asio::error::host_not_found && error != asio::error::host_not_found_try_again;
}

NameLookup::NameLookup(asio::any_io_executor executor, Resolve resolve)
    : executor_(std::move(executor)), resolve_(std::move(resolve)) {}

NameLookup::~NameLookup() {
    if (!question_) return;
    const std::lock_guard lock(question_->mutex);
    question_->executor.reset();
    question_->on_answer = nullptr;
}

void NameLookup::ask(std::string host, std::function<void(bool)> on_answer) {
    if (question_) {
        const std::lock_guard lock(question_->mutex);
        if (question_->on_answer) return;
    }
    const auto question = std::make_shared<Question>(executor_, std::move(on_answer));
    std::thread([question, resolve = resolve_, host = std::move(host)] {
        const bool is_known = resolve(host);
        const std::lock_guard lock(question->mutex);
        if (!question->executor) return;
        asio::post(*question->executor, [question, is_known] {
            std::unique_lock held(question->mutex);
            const auto hear = std::exchange(question->on_answer, nullptr);
            held.unlock();
            if (hear) hear(is_known);
        });
    }).detach();
    question_ = question;
}

}  // namespace octane::upstream
