// Room: upstream. Whether the system knows a machine's name, asked so that nobody ever waits for the answer.
//
// getaddrinfo() may take minutes and cannot be cancelled, so each question has a thread of its own that is never joined. Such a
// thread owns all that it touches and may outlive everything else; an answer that comes after this object's end is not heard.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <string>

namespace octane::upstream {

// False if the system says that no address has that name. Blocks.
bool is_name_known_here(const std::string& host);

class NameLookup {
  public:
    using Resolve = std::function<bool(const std::string& host)>;

    // `resolve` is called on the threads, also after this object's end: it must own what it uses.
    NameLookup(boost::asio::any_io_executor executor, Resolve resolve);
    ~NameLookup();
    NameLookup(const NameLookup&) = delete;
    NameLookup& operator=(const NameLookup&) = delete;

    // Does nothing while an earlier question is without answer: one thread at most. Both on the executor. Throws
    // std::system_error if there can be no thread.
    void ask(std::string host, std::function<void(bool is_known)> on_answer);

  private:
    struct Question;

    boost::asio::any_io_executor executor_;
    Resolve resolve_;
    std::shared_ptr<Question> question_;  // the newest
};

}  // namespace octane::upstream
