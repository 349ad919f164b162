#include "rpc/invoker.hpp"

#include <doctest/doctest.h>

#include <future>
#include <memory>
#include <optional>
#include <string>

#include "unit/rpc/running_upstream.hpp"

namespace octane::rpc {
namespace {

using base::GrpcStatus;
using tests::answer;
using tests::FakeOctane;
using tests::get;
using tests::kPatience;
using tests::Loop;

TEST_CASE("a call in the moment in which the connection is announced is told what was true before, or goes through") {
    std::optional<FakeOctane> server(std::in_place,
                                     [](const std::string&, const std::string& request) { return answer(request); });
    const std::uint16_t port = server->port();
    server->stop();
    Loop watching;
    Loop calling;
    upstream::UpstreamOptions options;
    options.channel.port = port;
    options.schema = std::make_shared<upstream::FixedSchema>(tests::camera_schema());
    upstream::Upstream upstream(options, watching.executor());
    Invoker invoker(upstream, {});
    // The announcement waits until the call has been answered.
    std::promise<upstream::Reply> told;
    upstream.liveness().on_change([&](const std::shared_ptr<const upstream::UpstreamState>& state) {
        if (!state->is_connected || state->connections != 1) return;
        auto call = calling.start(invoker.call_alone("/try.Camera/getNote", "", CallTerms()));
        told.set_value(get(std::move(call)));
    });
    auto watch = watching.start(upstream.liveness().run());
    watching.run(upstream.liveness().wait_for_verdict(kPatience, {}));
    server.emplace([](const std::string&, const std::string& request) { return answer(request); }, port);
    const upstream::Reply reply = get(told.get_future());
    CHECK((reply.status == GrpcStatus::ok || !reply.message.empty()));
    watching.call([&] { upstream.liveness().stop(); });
    invoker.close();
    upstream.shutdown();
    get(std::move(watch));
}

}  // namespace
}  // namespace octane::rpc
