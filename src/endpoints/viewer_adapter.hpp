// Room: endpoints. Joins a viewer of the frames room to whatever carries it: an event stream, a multipart stream, a WebSocket.
//
// Lives on the connection's loop. The loop's hub owns it while it is joined; the stream or socket knows it only weakly.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "frames/loop_hub.hpp"
#include "frames/viewer.hpp"
#include "http/web_socket.hpp"

namespace octane::endpoints {

// What carries a viewer: how bytes become events, parts or messages (carriers.hpp). One write at a time, ended by the listener's
// on_written(). Used on the connection's loop only.
class Carrier {
  public:
    virtual ~Carrier() = default;
    virtual void listen(std::weak_ptr<http::WebSocketListener> listener) = 0;
    virtual void write_frame(frames::Container container, std::span<const std::string_view> parts) = 0;
    virtual void write_event(const frames::ControlEvent& event) = 0;
    [[nodiscard]] virtual bool can_carry(const frames::ControlEvent& event) const = 0;
    virtual void finish() = 0;
    virtual void abort() = 0;
    [[nodiscard]] virtual std::chrono::steady_clock::time_point last_progress() const = 0;
};

class ViewerAdapter;

// What a client at the other end may say. Owned by its adapter, which outlives every call.
class ViewerClient {
  public:
    virtual ~ViewerClient() = default;
    virtual void on_message(ViewerAdapter& viewer, http::MessageKind kind, std::string_view bytes) = 0;
    virtual void on_closed() = 0;
};

class ViewerAdapter final : public http::WebSocketListener,
                            public frames::Transport,
                            public std::enable_shared_from_this<ViewerAdapter> {
  public:
    // `client` is null for carriers that bring no messages. `remote` is the client's address, for the log.
    ViewerAdapter(std::unique_ptr<Carrier> carrier, std::unique_ptr<ViewerClient> client, frames::LoopHub& hub,
                  frames::ViewerOptions options, frames::FrameStats& stats, std::string remote);

    // Begins to listen. Once, inside the response's callback; wait() or join() must follow there.
    void open();
    void wait();  // told goodbye, but no viewer yet: it reads what it is sent, no more
    // It gets `first`, the renderer's state, the newest frame and all that follows. `first` may be null.
    void join(const frames::EventPointer& first);
    void change_view(frames::ViewerOptions options);  // of one that has joined: its variant, place and pace
    void send(frames::ControlEvent::What what);
    [[nodiscard]] bool is_open() const { return is_open_; }
    [[nodiscard]] std::shared_ptr<frames::Viewer> viewer();

    void on_message(http::MessageKind kind, std::string_view bytes) override;
    void on_written() override;
    void on_closed() override;

    void write_frame(std::span<const std::string_view> parts) override;
    void write_event(const frames::ControlEvent& event) override;
    bool accepts(const frames::ControlEvent& event) override;
    void close() override;
    void finish() override;
    [[nodiscard]] std::chrono::steady_clock::time_point last_progress() const override;

  private:
    const std::unique_ptr<Carrier> carrier_;
    const std::unique_ptr<ViewerClient> client_;
    frames::LoopHub& hub_;
    frames::PicturePlace place_;
    frames::Viewer viewer_;
    const std::string remote_;
    const std::chrono::steady_clock::time_point opened_;
    bool is_open_ = true;
};

}  // namespace octane::endpoints
