#include "livelink/camera_feed.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "telemetry/task.hpp"
#include "wire/json_to_wire.hpp"

namespace octane::livelink {
namespace asio = boost::asio;
using base::GrpcStatus;

namespace {

constexpr std::string_view kLiveLink = "livelinkapi.LiveLinkService";

base::Result<std::string> as_wire(const OctanePolicy::Target& target, const nlohmann::json& camera) {
    wire::JsonReadOptions strictly;
    strictly.is_strict = true;
    const std::string text = camera.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    auto request = wire::json_to_wire(*target.method->request, text, strictly);
    if (!request) return std::move(request).error();
    return std::move(request->bytes);
}

base::Error says_nothing(const google::protobuf::Descriptor& camera) {
    std::string names;
    for (int i = 0; i < camera.field_count(); ++i) names += (i > 0 ? ", " : "") + camera.field(i)->name();
    return base::make_error(base::ErrorCode::bad_value, "this camera says nothing: it needs at least one of " + names +
                                                            R"(, such as "position":{"x":5,"y":3,"z":5})");
}

}  // namespace

CameraFeed::CameraFeed(Octane& octane, asio::any_io_executor loop, std::function<void(const base::Error&)> report)
    : octane_(octane), loop_(std::move(loop)), report_(std::move(report)), rest_(loop_) {}

CameraFeed::Drag::Drag(Octane& octane, OctanePolicy::Target which)
    : target(std::move(which)),
      edit(octane.invoker().begin_edit()),
      record(octane.invoker().record_stream(target.method->path)) {}

base::Result<base::Done> CameraFeed::push(const nlohmann::json& camera) {
    const auto target = octane_.policy().resolve(kLiveLink, "SetCamera");
    if (!target) return target.error();
    const bool says_something =
        std::any_of(camera.begin(), camera.end(), [](const nlohmann::json& value) { return !value.is_null(); });
    if (!says_something) return says_nothing(*target->method->request);
    const auto checked = as_wire(*target, camera);
    if (!checked) return checked.error();
    pending_.update(camera);
    rest_.cancel();
    if (!is_running_) start();
    return base::Done{};
}

void CameraFeed::start() {
    is_running_ = true;
    telemetry::start_task(loop_, "camera", run(), [self = shared_from_this()] {
        self->is_running_ = false;
        if (!self->pending_.empty()) self->start();
    });
}

void CameraFeed::stop() {
    is_stopped_ = true;
    pending_.clear();
    rest_.cancel();
}

void CameraFeed::report(const base::Error& error) {
    unconfirmed_.clear();
    if (!is_stopped_) report_(error);
}

asio::awaitable<void> CameraFeed::run() {
    for (;;) {
        while (!pending_.empty()) co_await send();
        if (!is_stopped_ && drag_) {
            rest_.expires_after(kRest);
            const auto [interrupted] = co_await rest_.async_wait(asio::as_tuple(asio::use_awaitable));
            static_cast<void>(interrupted);
            if (!pending_.empty()) continue;
        }
        if (!drag_) co_return;
        const bool is_taken = co_await end_stream();
        co_await follow(is_taken);
    }
}

std::optional<OctanePolicy::Target> CameraFeed::stream_target() const {
    const auto state = octane_.state();
    if (!state->is_connected || epoch_without_stream_ == state->epoch) return std::nullopt;
    auto target = octane_.policy().resolve(kLiveLink, "StreamCamera");
    if (!target) return std::nullopt;
    return std::move(*target);
}

asio::awaitable<void> CameraFeed::send() {
    unconfirmed_.update(pending_);
    pending_.clear();
    const bool is_sent = co_await send_on_stream();
    co_await follow(is_sent);
}

asio::awaitable<void> CameraFeed::follow(bool is_sent) {
    if (!is_sent) {
        if (unconfirmed_.empty()) co_return;
        const bool is_set = co_await set_camera();
        if (!is_set) co_return;
    }
    const bool is_shown = co_await update();
    const auto taken = std::exchange(taken_, std::nullopt);
    if (taken) octane_.policy().announce(*taken->method, is_shown ? EditKind::update : EditKind::camera);
}

// False if there is no such stream: what is unconfirmed then goes another way, unless its failure has been reported.
asio::awaitable<bool> CameraFeed::send_on_stream() {
    const auto target = stream_target();
    if (!target) co_return false;
    auto bytes = as_wire(*target, unconfirmed_);
    if (!bytes) co_return false;
    if (!drag_) {
        auto drag = std::make_unique<Drag>(octane_, *target);
        auto opened = co_await octane_.invoker().open_client_stream(target->method->path, kLimit);
        drag->stream = std::move(opened);
        drag_ = std::move(drag);
    }
    const bool is_written = co_await drag_->stream->write(std::move(*bytes));
    if (is_written) co_return true;
    const bool is_taken = co_await end_stream();
    co_return is_taken;
}

// True if Octane has taken all that was sent.
asio::awaitable<bool> CameraFeed::end_stream() {
    const auto target = stream_target();
    const auto epoch = octane_.epoch();
    const auto drag = std::move(drag_);
    const upstream::Reply reply = co_await drag->stream->finish();
    drag->record->set_status(reply.status);
    drag->record.reset();
    if (reply.status == GrpcStatus::ok) {
        unconfirmed_.clear();
        taken_ = drag->target;
        co_return true;
    }
    if (reply.status == GrpcStatus::unimplemented) {
        epoch_without_stream_ = epoch;
    } else if (target) {
        report(octane_.policy().explain(*target->schema, *target->method, reply));
    }
    co_return false;
}

asio::awaitable<bool> CameraFeed::set_camera() {
    auto target = octane_.policy().resolve(kLiveLink, "SetCamera");
    auto bytes = target ? as_wire(*target, unconfirmed_) : base::Result<std::string>(target.error());
    if (!bytes) {
        report(bytes.error());
        co_return false;
    }
    const auto failure = co_await call(*target, std::move(*bytes));
    if (failure) {
        report(*failure);
        co_return false;
    }
    unconfirmed_.clear();
    taken_ = *target;
    co_return true;
}

asio::awaitable<bool> CameraFeed::update() {
    auto target = octane_.policy().resolve(kChangeManager, "update");
    std::optional<base::Error> failure;
    if (target) {
        failure = co_await call(*target, {});
    } else {
        failure = target.error();
    }
    if (failure) report(*failure);
    co_return !failure;
}

asio::awaitable<std::optional<base::Error>> CameraFeed::call(const OctanePolicy::Target& target, std::string request) {
    const rpc::JoinedReads::Edit edit = octane_.invoker().begin_edit();
    OwnCall own;
    own.lane = rpc::Lane::fast;
    own.timeout = kLimit;
    const upstream::Reply reply = co_await octane_.call(target.method->path, std::move(request), own);
    std::optional<base::Error> failure;
    if (reply.status != GrpcStatus::ok) failure = octane_.policy().explain(*target.schema, *target.method, reply);
    co_return failure;
}

}  // namespace octane::livelink
