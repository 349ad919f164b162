// Tests of the frames room: a callback session with its hub, one loop, and viewers that read at once, in front of a scripted
// Octane.
#pragma once

#include <doctest/doctest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <condition_variable>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "livelink/builtin_schemas.hpp"
#include "livelink/callback_session.hpp"
#include "telemetry/task.hpp"
#include "unit/frames/control_text.hpp"
#include "unit/frames/event_text.hpp"
#include "unit/livelink/messages.hpp"
#include "unit/livelink/running_octane.hpp"
#include "unit/upstream/fake_octane.hpp"

namespace octane::livelink::tests {

using namespace frames::tests;

using tests::options_for;
using tests::RunningOctane;
using upstream::tests::answer;
using upstream::tests::failure;
using upstream::tests::FakeOctane;
using upstream::tests::get;
using upstream::tests::kPatience;
using upstream::tests::open_call;
using upstream::tests::Script;
using upstream::tests::unimplemented;

inline frames::Variant raw() {
    frames::Variant variant;
    variant.format = frames::Format::raw;
    return variant;
}

// A viewer on the session's loop that reads at once and lets the test's thread look at what it got.
class Watcher final : public frames::Transport, public std::enable_shared_from_this<Watcher> {
  public:
    Watcher(boost::asio::any_io_executor loop, frames::FrameStats& stats, bool wants_statistics = false)
        : loop_(std::move(loop)), viewer_(*this, options(wants_statistics), stats) {}

    void write_event(const frames::ControlEvent& event) override {
        const std::string text = control_text(event);
        const std::string_view parts[] = {text};
        write_frame(parts);
    }
    bool accepts(const frames::ControlEvent&) override { return true; }
    void write_frame(std::span<const std::string_view> parts) override {
        std::string text;
        for (const auto part : parts) text += part;
        {
            const std::lock_guard lock(mutex_);
            events_.push_back(read_event(text).data);
            changed_.notify_all();
        }
        boost::asio::post(loop_, [self = shared_from_this()] { self->viewer_.on_written(frames::Viewer::Clock::now()); });
    }
    void close() override {}
    void finish() override {}
    [[nodiscard]] std::chrono::steady_clock::time_point last_progress() const override {
        return std::chrono::steady_clock::now();
    }
    std::shared_ptr<frames::Viewer> viewer() { return {shared_from_this(), &viewer_}; }

    // The next event, in order, that fits; null if none comes.
    nlohmann::json await(const std::function<bool(const nlohmann::json&)>& fits) {
        std::unique_lock lock(mutex_);
        nlohmann::json found;
        changed_.wait_for(lock, kPatience, [&] {
            while (next_ < events_.size() && found.is_null()) {
                if (fits(events_[next_++])) found = events_[next_ - 1];
            }
            return !found.is_null();
        });
        return found;
    }
    nlohmann::json await_type(const std::string& type) {
        return await([&](const nlohmann::json& event) { return event["type"] == type; });
    }
    nlohmann::json await_state(const std::string& state) {
        return await([&](const nlohmann::json& event) { return event["type"] == "octane" && event["state"] == state; });
    }
    // Change levels of the frames so far.
    std::vector<std::uint64_t> levels() {
        const std::lock_guard lock(mutex_);
        std::vector<std::uint64_t> all;
        for (const auto& event : events_) {
            if (event["type"] == "newImage") all.push_back(event["render_images"]["data"][0]["changeLevel"]["value"]);
        }
        return all;
    }

  private:
    static frames::ViewerOptions options(bool wants_statistics) {
        frames::ViewerOptions made;
        made.variant = raw();
        made.id = "watcher";
        made.wants_statistics = wants_statistics;
        return made;
    }

    boost::asio::any_io_executor loop_;
    frames::Viewer viewer_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<nlohmann::json> events_;
    std::size_t next_ = 0;
};

inline void fill_picture(pb::Message& image, std::uint64_t level) {
    Messages::set(Messages::sub(image, "size"), "x", std::uint64_t{2});
    Messages::set(Messages::sub(image, "size"), "y", std::uint64_t{2});
    Messages::set(image, "pitch", std::uint64_t{2});
    Messages::set(Messages::sub(image, "buffer"), "data", std::string(16, 'p'));
    Messages::set(Messages::sub(image, "changeLevel"), "value", level);
}

// alpha5's event with its pictures inside.
inline std::string picture_event(std::uint64_t level) {
    Messages messages(*livelink::builtin_schemas().front());
    const auto event = messages.make("octaneapi.StreamCallbackRequest");
    auto& body = Messages::sub(*event, "newImage");
    Messages::set(body, "callback_id", std::uint64_t{5});
    Messages::set(body, "user_data", 1000 + level);
    fill_picture(Messages::add(Messages::sub(body, "render_images"), "data"), level);
    return event->SerializeAsString();
}

// beta2's event, which only rings.
inline std::string ring_event(std::uint64_t user_data) {
    Messages messages(*livelink::builtin_schemas().back());
    const auto event = messages.make("octaneapi.StreamCallbackRequest");
    Messages::set(Messages::sub(*event, "newImage"), "user_data", user_data);
    return event->SerializeAsString();
}

inline std::string grab_answer(std::uint64_t level) {
    Messages messages(*livelink::builtin_schemas().back());
    const auto result = messages.make("octaneapi.ApiRenderEngine.grabRenderResultResponse");
    Messages::set(*result, "result", std::uint64_t{1});
    fill_picture(Messages::add(Messages::sub(*result, "renderImages"), "data"), level);
    return result->SerializeAsString();
}

inline constexpr const char* kIdFive = "\x08\x05";  // the answer to a registration

// A registration with id 5, a stream that stays open, nothing to grab: what a test does not script itself.
inline Script usual(const std::string& path, const std::string& request) {
    if (path == kStreamPath) return open_call();
    if (path == kRegisterPath) return answer(request.empty() ? "" : kIdFive);
    if (path == kGrabPath || path == kReleasePath) return answer("");
    if (path.ends_with("/getByAttrID")) return failure(grpc::StatusCode::INVALID_ARGUMENT, "invalid object reference");
    return unimplemented();
}

class SessionStage {
  public:
    explicit SessionStage(std::uint16_t port, SessionOptions options = {})
        : octane_(options_for(port), [this](const RunningOctane::State& state) { session_.on_connection(state); }),
          hub_(octane_.loop().executor(), {octane_.loop().executor()}, workers_, stats_),
          session_(octane_.octane(), hub_, octane_.loop().executor(), stats_, options) {
        // As long as break_run() is not called it is as if session_.run() had been started plainly.
        boost::asio::co_spawn(octane_.loop().executor(), session_.run(),
                              boost::asio::bind_cancellation_slot(broken_.slot(), [this](const std::exception_ptr& failure) {
                                  if (!failure) return has_ended_.set_value();
                                  telemetry::start_task(octane_.loop().executor(), "session", session_.run(),
                                                        [this] { has_ended_.set_value(); });
                              }));
        octane_.watch();
    }
    ~SessionStage() {
        if (is_running_) stop();
        octane_.loop().call([this] { hub_.stop(); });
        workers_.join();
        octane_.close();  // from here on nothing runs that could reach the hub
    }
    SessionStage(const SessionStage&) = delete;
    SessionStage& operator=(const SessionStage&) = delete;

    // The session's run ends with an exception, wherever it is; then it is run again.
    void break_run() {
        octane_.loop().call([this] { broken_.emit(boost::asio::cancellation_type::terminal); });
    }

    void stop() {
        is_running_ = false;
        octane_.loop().call([this] { session_.stop(); });
        get(has_ended_.get_future());
    }
    std::shared_ptr<Watcher> join(bool wants_statistics = false) {
        auto watcher = std::make_shared<Watcher>(octane_.loop().executor(), stats_, wants_statistics);
        octane_.loop().call([&] { hub_.at(0).join(watcher->viewer()); });
        return watcher;
    }
    void leave(const std::shared_ptr<Watcher>& watcher) {
        octane_.loop().call([&] { hub_.at(0).leave(watcher->viewer()); });
    }
    base::Result<std::uint32_t> ask_registration() {
        return octane_.loop().run(session_.register_callback(std::chrono::seconds(8)));
    }
    std::future<base::Result<std::uint32_t>> start_registration(std::chrono::milliseconds limit) {
        return octane_.loop().start(session_.register_callback(limit));
    }
    bool ask_unregistration() { return octane_.loop().run(session_.unregister_callback()); }

    // Until the session's loop has made it true.
    bool until(const std::function<bool()>& is_true) {
        const auto patience = std::chrono::steady_clock::now() + kPatience;
        while (!is_true()) {
            if (std::chrono::steady_clock::now() > patience) return false;
            octane_.loop().call([] {});
        }
        return true;
    }

    RunningOctane& octane() { return octane_; }
    frames::FrameStats& stats() { return stats_; }
    CallbackSession& session() { return session_; }

  private:
    frames::FrameStats stats_;
    boost::asio::thread_pool workers_{1};
    RunningOctane octane_;
    frames::Hub hub_;
    CallbackSession session_;
    boost::asio::cancellation_signal broken_;
    std::promise<void> has_ended_;
    bool is_running_ = true;
};

}  // namespace octane::livelink::tests
