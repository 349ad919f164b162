// Room: http. The I/O threads and their loops.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <memory>

namespace octane::http {

// N threads, each running its own io_context. Connections are dealt to them in turn.
class Loops {
  public:
    explicit Loops(unsigned count);
    ~Loops();  // stops and joins
    Loops(const Loops&) = delete;
    Loops& operator=(const Loops&) = delete;

    void start();
    void stop();  // stops the loops and joins their threads
    // After stop(): what was left to be run, on the calling thread, while what it uses still lives. How many handlers that were.
    std::size_t poll();
    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] boost::asio::io_context& at(std::size_t index);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace octane::http
