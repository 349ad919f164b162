// Stand-in renderer: what the control port answers.
#include "standin/control.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace octane::standin {
namespace {

using Json = nlohmann::ordered_json;

ControlReply reply(const Json& json, int status = 200) {
    return {status, "application/json", json.dump()};
}
ControlReply done() {
    return reply({{"success", true}});
}

std::string base64(const grpc::Slice& bytes) {
    static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    const auto* in = bytes.begin();
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t left = std::min<std::size_t>(3, bytes.size() - i);
        const unsigned group = in[i] << 16U | (left > 1 ? in[i + 1] << 8U : 0U) | (left > 2 ? in[i + 2] : 0U);
        out += kDigits[group >> 18U];
        out += kDigits[group >> 12U & 63U];
        out += left > 1 ? kDigits[group >> 6U & 63U] : '=';
        out += left > 2 ? kDigits[group & 63U] : '=';
    }
    return out;
}

Json vector(const Vec3& v) {
    return {{"x", v[0]}, {"y", v[1]}, {"z", v[2]}};
}

ControlReply counters(World& world) {
    const Counters& c = world.counters;
    Json out;
    std::uint64_t total = 0;
    out["calls"] = Json::object();
    for (const auto& [name, count] : world.methods.calls()) {
        out["calls"][name] = count;
        total += count;
    }
    out["callsTotal"] = total;
    out["cancelled"] = c.cancelled.load();
    out["concurrent"] = c.calls_in_flight.now();
    out["maxConcurrent"] = c.calls_in_flight.most();
    out["grabs"] = c.grabs.load();
    out["successfulGrabs"] = c.successful_grabs.load();
    out["releases"] = c.releases.load();
    out["grabsInFlight"] = c.grabs_in_flight.now();
    out["maxGrabsInFlight"] = c.grabs_in_flight.most();
    out["streamsOpen"] = c.streams.now();
    out["maxStreamsOpen"] = c.streams.most();
    out["callbacksRegistered"] = world.publisher.registered_count();
    out["registrations"] = c.registrations.load();
    out["unregistrations"] = c.unregistrations.load();
    out["frames"] = c.frames.load();
    out["framesSent"] = c.frames_sent.load();
    out["eventsSent"] = c.events_sent.load();
    out["eventsDropped"] = c.events_dropped.load();
    out["streamedCameras"] = c.streamed_cameras.load();
    const std::lock_guard lock(world.application);
    out["edits"] = world.scene.edits();
    out["changeLevel"] = world.engine.level();
    out["dialogs"] = world.engine.dialogs;
    out["nodes"] = world.scene.node_count();
    out["objects"] = world.scene.objects().size();
    return reply(out);
}

ControlReply frame(World& world) {
    const auto newest = world.publisher.newest();
    if (!newest) return reply({{"error", "no frame yet"}}, 404);
    Json out{{"number", newest->number},
             {"changeLevel", newest->facts.change_level},
             {"samples", newest->facts.samples},
             {"maxSamples", newest->facts.max_samples},
             {"renderTime", newest->facts.render_time},
             {"hasPendingUpdates", newest->facts.has_pending_updates},
             {"pictures", Json::array()}};
    if (newest->user_data) out["userData"] = std::to_string(*newest->user_data);
    for (const Picture& picture : newest->pictures) {
        const grpc::Slice pixels = world.messages.wire_pixels(picture);
        out["pictures"].push_back({{"type", static_cast<int>(picture.type)},
                                   {"width", picture.width},
                                   {"height", picture.height},
                                   {"pitch", picture.pitch},
                                   {"renderPassId", picture.render_pass},
                                   {"bytes", pixels.size()},
                                   {"data", base64(pixels)}});
    }
    if (!out["pictures"].empty())
        for (const char* member : {"type", "width", "height", "pitch", "bytes", "data"}) out[member] = out["pictures"][0][member];
    return reply(out);
}

ControlReply raw_frame(World& world) {
    const auto newest = world.publisher.newest();
    if (!newest || newest->pictures.empty()) return reply({{"error", "no frame yet"}}, 404);
    const grpc::Slice pixels = world.messages.wire_pixels(newest->pictures.front());
    return {200, "application/octet-stream", {reinterpret_cast<const char*>(pixels.begin()), pixels.size()}};
}

ControlReply camera(World& world) {
    const std::lock_guard lock(world.application);
    Camera found;
    const bool is_set = world.engine.camera(found);
    return reply({{"isSet", is_set},
                  {"position", vector(found.position)},
                  {"target", vector(found.target)},
                  {"up", vector(found.up)},
                  {"fov", found.fov}});
}

ControlReply scene(World& world) {
    const std::lock_guard lock(world.application);
    return reply({{"teapot", world.scene.teapot()},
                  {"renderTarget", world.scene.render_target()},
                  {"root", world.scene.root()},
                  {"activeRenderTarget", world.engine.target()},
                  {"renderState", static_cast<int>(world.renderer.status().state)}});
}

ControlReply post(World& world, const std::string& path, const Json& body) {
    const std::string method = body.value("method", "");
    if (path == "/frame") {
        world.pattern.send_one();
        return done();
    }
    if (path == "/event") {
        const std::string event = body.value("event", "");
        if (event == "renderFailure") {
            world.publisher.announce_failure();
        } else if (event == "projectManagerChanged") {
            world.publisher.announce_project_change();
        } else {
            return reply({{"error", "unknown event"}}, 400);
        }
        return done();
    }
    if (path == "/clear") {
        world.faults.clear();
        return done();
    }
    if (path == "/crash") {
        if (method.empty()) std::_Exit(134);
        world.faults.crash(method);
        return done();
    }
    if (method.empty()) return reply({{"error", "the member method is missing"}}, 400);
    if (path == "/stall") {
        world.faults.stall(method, std::chrono::milliseconds(body.value("ms", 1000)));
        return done();
    }
    const auto code = Faults::status_code(body.value("status", ""));
    if (!code) return reply({{"error", "the member status is not a gRPC status"}}, 400);
    world.faults.fail(method, {*code, body.value("text", "")});
    return done();
}

}  // namespace

ControlReply control_reply(World& world, const std::string& verb, const std::string& path, const std::string& body) {
    if (verb == "GET") {
        if (path == "/counters") return counters(world);
        if (path == "/frame") return frame(world);
        if (path == "/frame.raw") return raw_frame(world);
        if (path == "/camera") return camera(world);
        if (path == "/scene") return scene(world);
        if (path == "/methods") return reply(world.methods.played_names());
    }
    if (verb == "POST") {
        for (const char* known : {"/frame", "/event", "/stall", "/fail", "/crash", "/clear"}) {
            if (path != known) continue;
            const Json json = body.empty() ? Json::object() : Json::parse(body, nullptr, false);
            if (!json.is_object()) return reply({{"error", "the body is not a JSON object"}}, 400);
            try {
                return post(world, path, json);
            } catch (const Json::exception& error) { return reply({{"error", error.what()}}, 400); }
        }
    }
    return reply({{"error", "no such control: " + verb + " " + path}}, 404);
}

}  // namespace octane::standin
