#include "endpoints/carriers.hpp"

#include <array>
#include <utility>
#include <vector>

#include "endpoints/event_json.hpp"

namespace octane::endpoints {
namespace {

constexpr std::string_view kRetry = "retry: 2000\n";  // milliseconds

// An open response; its kinds differ in what they write.
class StreamCarrier : public Carrier {
  public:
    explicit StreamCarrier(std::shared_ptr<http::ResponseWriter> stream) : stream_(std::move(stream)) {}

    void listen(std::weak_ptr<http::WebSocketListener> listener) override { stream_->listen(std::move(listener)); }
    void finish() override { stream_->finish(); }
    void abort() override { stream_->abort(); }
    [[nodiscard]] std::chrono::steady_clock::time_point last_progress() const override { return stream_->last_progress(); }

  protected:
    [[nodiscard]] http::ResponseWriter& stream() { return *stream_; }

  private:
    std::shared_ptr<http::ResponseWriter> stream_;
};

class EventCarrier final : public StreamCarrier {
  public:
    using StreamCarrier::StreamCarrier;

    void write_frame(frames::Container, std::span<const std::string_view> parts) override { write(parts); }
    void write_event(const frames::ControlEvent& event) override {
        const std::array<std::string_view, 3> parts{"data: ", event.text(spell_event), "\n\n"};
        write(parts);
    }
    [[nodiscard]] bool can_carry(const frames::ControlEvent&) const override { return true; }

  private:
    void write(std::span<const std::string_view> parts) {
        if (std::exchange(has_begun_, true)) {
            stream().begin_write(parts);
            return;
        }
        parts_.assign(1, kRetry);
        parts_.insert(parts_.end(), parts.begin(), parts.end());
        stream().begin_write(parts_);
    }

    std::vector<std::string_view> parts_;
    bool has_begun_ = false;
};

class PartCarrier final : public StreamCarrier {
  public:
    using StreamCarrier::StreamCarrier;

    void write_frame(frames::Container, std::span<const std::string_view> parts) override { stream().begin_write(parts); }
    void write_event(const frames::ControlEvent&) override {}
    [[nodiscard]] bool can_carry(const frames::ControlEvent&) const override { return false; }
};

class MessageCarrier final : public Carrier {
  public:
    MessageCarrier(std::shared_ptr<http::WebSocket> socket, EventForm events) : socket_(std::move(socket)), events_(events) {}

    void listen(std::weak_ptr<http::WebSocketListener> listener) override { socket_->listen(std::move(listener)); }
    void write_frame(frames::Container container, std::span<const std::string_view> parts) override {
        const bool is_text = container == frames::Container::callbacks;
        socket_->write(is_text ? http::MessageKind::text : http::MessageKind::binary, parts);
    }
    void write_event(const frames::ControlEvent& event) override {
        const std::array<std::string_view, 1> parts{event.text(events_.spell)};
        socket_->write(http::MessageKind::text, parts);
    }
    [[nodiscard]] bool can_carry(const frames::ControlEvent& event) const override {
        return events_.is_known == nullptr || events_.is_known(event);
    }
    void finish() override { socket_->finish(http::CloseCode::going_away, "the proxy is going down"); }
    void abort() override { socket_->abort(); }
    [[nodiscard]] std::chrono::steady_clock::time_point last_progress() const override { return socket_->last_progress(); }

  private:
    std::shared_ptr<http::WebSocket> socket_;
    const EventForm events_;
};

}  // namespace

std::unique_ptr<Carrier> make_event_carrier(std::shared_ptr<http::ResponseWriter> stream) {
    return std::make_unique<EventCarrier>(std::move(stream));
}

std::unique_ptr<Carrier> make_part_carrier(std::shared_ptr<http::ResponseWriter> stream) {
    return std::make_unique<PartCarrier>(std::move(stream));
}

std::unique_ptr<Carrier> make_message_carrier(std::shared_ptr<http::WebSocket> socket, EventForm events) {
    return std::make_unique<MessageCarrier>(std::move(socket), events);
}

}  // namespace octane::endpoints
