#include "http/file_stream.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>
#include <utility>

namespace octane::http {
namespace {

constexpr std::uint64_t kPiece = 256UL << 10U;

}  // namespace

FileStream::FileStream(boost::asio::io_context& loop, std::ifstream file, std::uint64_t size,
                       std::chrono::milliseconds longest_stall)
    : file_(std::move(file)), left_(size), longest_stall_(longest_stall), timer_(loop) {}

void FileStream::open(std::shared_ptr<ResponseWriter> stream) {
    stream_ = std::move(stream);
    self_ = shared_from_this();
    stream_->listen(weak_from_this());
    watch();
    send_piece();
}

void FileStream::send_piece() {
    piece_.resize(static_cast<std::size_t>(std::min(left_, kPiece)));
    file_.read(piece_.data(), static_cast<std::streamsize>(piece_.size()));
    if (static_cast<std::size_t>(file_.gcount()) != piece_.size()) {
        stream_->abort();
        return;
    }
    left_ -= piece_.size();
    const std::array<std::string_view, 1> parts{piece_};
    stream_->begin_write(parts);
}

void FileStream::on_written() {
    if (left_ > 0) {
        send_piece();
    } else {
        stream_->finish();
    }
}

void FileStream::on_closed() {
    timer_.cancel();
    const auto last = std::exchange(self_, nullptr);
    stream_.reset();
}

void FileStream::watch() {
    timer_.expires_after(longest_stall_);
    timer_.async_wait([weak = weak_from_this()](boost::system::error_code cancelled) {
        const auto self = weak.lock();
        if (cancelled || !self || !self->stream_) return;
        if (self->stream_->is_writing() &&
            std::chrono::steady_clock::now() - self->stream_->last_progress() >= self->longest_stall_) {
            self->stream_->abort();
        } else {
            self->watch();
        }
    });
}

}  // namespace octane::http
