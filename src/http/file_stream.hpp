// Room: http. A part of a file as the body of a response, read piece by piece while the client takes it.
//
// Reads on the loop, at most 256 KiB at a time and one piece per write: the kernel reads ahead of a file that is read in order,
// so a piece is mostly a copy from memory; from a slow disk it holds up the other connections of its loop for one read.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <memory>
#include <string>

#include "http/response_writer.hpp"

namespace octane::http {

// Lives on the connection's loop and owns itself until the stream has closed. A file that has become shorter meanwhile, or a
// client that takes nothing for a minute, ends in a broken connection, which is how a client can tell.
class FileStream : public StreamListener, public std::enable_shared_from_this<FileStream> {
  public:
    static constexpr std::chrono::milliseconds kLongestStall{60000};

    FileStream(boost::asio::io_context& loop, std::ifstream file, std::uint64_t size,
               std::chrono::milliseconds longest_stall = kLongestStall);

    void open(std::shared_ptr<ResponseWriter> stream);
    void on_written() override;
    void on_closed() override;

  private:
    void send_piece();
    void watch();

    std::ifstream file_;  // at the first byte to send
    std::uint64_t left_;  // bytes
    std::string piece_;
    std::chrono::milliseconds longest_stall_;
    boost::asio::steady_timer timer_;
    std::shared_ptr<ResponseWriter> stream_;
    std::shared_ptr<FileStream> self_;
};

}  // namespace octane::http
