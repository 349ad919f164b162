#include "livelink/callback_wire.hpp"
#include "livelink/builtin_schemas.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>

#include "unit/frames/pictures.hpp"
#include "unit/livelink/messages.hpp"

namespace octane::livelink {
namespace {

using frames::tests::scattered;
using tests::alpha5;
using tests::beta2;
using tests::fill_image;
using tests::Messages;
using Kind = CallbackEvent::Kind;

std::string alpha_event(const char* payload, std::uint32_t images, const std::string& pixels) {
    Messages messages(alpha5());
    const auto event = messages.make("octaneapi.StreamCallbackRequest");
    auto& body = Messages::sub(*event, payload);
    Messages::set(body, "callback_source", std::string("grpc"));
    Messages::set(body, "callback_id", std::uint64_t{42});
    Messages::set(body, "user_data", std::uint64_t{0xFFFFFFFFFFFFFFFEU});
    for (std::uint32_t i = 0; i < images; ++i) fill_image(Messages::add(Messages::sub(body, "render_images"), "data"), i, pixels);
    return event->SerializeAsString();
}

std::string beta_event(const char* payload, std::uint64_t user_data) {
    Messages messages(beta2());
    const auto event = messages.make("octaneapi.StreamCallbackRequest");
    Messages::set(Messages::sub(*event, payload), "user_data", user_data);
    return event->SerializeAsString();
}

constexpr std::pair<const char*, Kind> kPayloads[] = {{"newImage", Kind::new_image},
                                                      {"renderFailure", Kind::render_failure},
                                                      {"newStatistics", Kind::new_statistics},
                                                      {"projectManagerChanged", Kind::project_manager_changed}};

TEST_CASE("the methods that frames need exist in both releases under the paths used") {
    for (const auto& schema : livelink::builtin_schemas()) {
        CAPTURE(schema->name());
        for (const auto& [service, method, path] : {std::tuple("StreamCallback", "callbackChannel", kStreamPath),
                                                    std::tuple("ApiRenderEngine", "setOnNewImageCallback", kRegisterPath),
                                                    std::tuple("ApiRenderEngine", "grabRenderResult", kGrabPath),
                                                    std::tuple("ApiRenderEngine", "releaseRenderResult", kReleasePath)}) {
            const auto found = schema->find_method(service, method);
            REQUIRE(found);
            CHECK((*found)->path == path);
        }
    }
}

TEST_CASE("each kind of event is known by its field in both releases") {
    for (const auto& [payload, kind] : kPayloads) {
        CAPTURE(payload);
        const auto alpha = parse_event(base::ByteChain::own(alpha_event(payload, 0, "")));
        REQUIRE(alpha);
        CHECK(alpha->kind == kind);
        CHECK(alpha->callback_id == 42);
        CHECK(alpha->user_data == 0xFFFFFFFFFFFFFFFEU);
        CHECK_FALSE(alpha->has_images);

        const auto beta = parse_event(base::ByteChain::own(beta_event(payload, 12345678901U)));
        REQUIRE(beta);
        CHECK(beta->kind == kind);
        CHECK(beta->user_data == 12345678901U);
        CHECK(beta->callback_id == 0);
        CHECK_FALSE(beta->has_images);
    }
}

TEST_CASE("an event whose members all have default values is still that event") {
    for (const auto& [payload, kind] : kPayloads) {
        const auto event = parse_event(base::ByteChain::own(beta_event(payload, 0)));
        REQUIRE(event);
        CHECK(event->kind == kind);
        CHECK(event->user_data == 0);
    }
}

TEST_CASE("in alpha5's fashion the pictures come with the event, in pieces of any size") {
    const std::string pixels(3000, 'q');
    const std::string bytes = alpha_event("newImage", 2, pixels);
    for (const std::size_t piece : {1UL, 5UL, 100UL, bytes.size()}) {
        CAPTURE(piece);
        const auto event = parse_event(scattered(bytes, piece));
        REQUIRE(event);
        CHECK(event->has_images);
        REQUIRE(event->images.size() == 2);
        CHECK(event->images[0].width == 300);
        CHECK(event->images[1].width == 301);
        CHECK(event->images[1].pixels.flatten() == pixels);
    }
}

TEST_CASE("pictures of an event outlive the bytes that were given to the parser") {
    base::ByteChain chain = base::ByteChain::own(alpha_event("newImage", 1, std::string(3000, 'q')));
    auto event = parse_event(chain);
    chain = base::ByteChain();
    REQUIRE(event);
    CHECK(event->images.front().pixels.flatten() == std::string(3000, 'q'));
}

TEST_CASE("an empty set of pictures is not a mere ring") {
    Messages messages(alpha5());
    const auto message = messages.make("octaneapi.StreamCallbackRequest");
    Messages::sub(Messages::sub(*message, "newImage"), "render_images");
    const auto event = parse_event(base::ByteChain::own(message->SerializeAsString()));
    REQUIRE(event);
    CHECK(event->has_images);
    CHECK(event->images.empty());
}

TEST_CASE("events of a kind that is not known, and empty ones, are unknown and no error") {
    for (const std::string& bytes :
         {std::string(), std::string("\x4A\x00", 2), std::string("\x72\x02\x08\x01", 4), std::string("\x50\x01", 2)}) {
        const auto event = parse_event(base::ByteChain::own(bytes));
        REQUIRE(event);
        CHECK(event->kind == Kind::unknown);
    }
}

TEST_CASE("an event cut anywhere is refused or harmless") {
    const std::string bytes = alpha_event("newImage", 1, std::string(40, 'q'));
    for (std::size_t length = 1; length < bytes.size(); ++length) {
        CAPTURE(length);
        const auto event = parse_event(base::ByteChain::own(bytes.substr(0, length)));
        REQUIRE_FALSE(event);
        CHECK(event.error().code == base::ErrorCode::bad_answer);
    }
}

TEST_CASE("a grabbed result is read as both releases' schemas have it") {
    for (const auto& schema : livelink::builtin_schemas()) {
        CAPTURE(schema->name());
        Messages messages(*schema);
        const auto answer = messages.make("octaneapi.ApiRenderEngine.grabRenderResultResponse");
        Messages::set(*answer, "result", std::uint64_t{1});
        fill_image(Messages::add(Messages::sub(*answer, "renderImages"), "data"), 4, "pixels");
        const auto result = parse_grab(scattered(answer->SerializeAsString(), 9));
        REQUIRE(result);
        CHECK(result->has_result);
        REQUIRE(result->images.size() == 1);
        CHECK(result->images.front().height == 204);
        CHECK(result->images.front().pixels.flatten() == "pixels");
    }
}

TEST_CASE("an empty answer to grab means that nothing was locked") {
    const auto result = parse_grab(base::ByteChain());
    REQUIRE(result);
    CHECK_FALSE(result->has_result);
    CHECK(result->images.empty());
    CHECK_FALSE(parse_grab(base::ByteChain::own("\x08")));
    CHECK_FALSE(parse_grab(base::ByteChain::own("\x08\x01\x12\x09 short")));
}

TEST_CASE("the registration that is sent is what both releases' schemas read as ours") {
    for (const auto& schema : livelink::builtin_schemas()) {
        CAPTURE(schema->name());
        Messages messages(*schema);
        const auto request = messages.make("octaneapi.ApiRenderEngine.setOnNewImageCallbackRequest");
        REQUIRE(request->ParseFromString(register_request()));
        const auto& callback = Messages::sub(*request, "callback");
        CHECK(callback.GetReflection()->GetString(callback, Messages::field(callback, "callbackSource")) == "octane-proxy");
        CHECK(callback.GetReflection()->GetInt32(callback, Messages::field(callback, "callbackId")) == 1);
        std::vector<const google::protobuf::FieldDescriptor*> fields;
        request->GetReflection()->ListFields(*request, &fields);
        CHECK(fields.size() == 1);
        CHECK(request->GetReflection()->GetUnknownFields(*request).empty());
    }
}

TEST_CASE("unregistering sends no callback at all") {
    Messages messages(beta2());
    const auto request = messages.make("octaneapi.ApiRenderEngine.setOnNewImageCallbackRequest");
    REQUIRE(request->ParseFromString(unregister_request()));
    CHECK_FALSE(request->GetReflection()->HasField(*request, Messages::field(*request, "callback")));
}

TEST_CASE("the change level that Octane answers is read, 0 if it leaves it out") {
    for (const auto& schema : livelink::builtin_schemas()) {
        Messages messages(*schema);
        const auto answer = messages.make("octaneapi.ApiRenderEngine.getCurrentChangeLevelResponse");
        Messages::set(Messages::sub(*answer, "result"), "value", std::uint64_t{0xFFFFFFFFFFU});
        const auto level = parse_change_level(scattered(answer->SerializeAsString(), 2));
        REQUIRE(level);
        CHECK(*level == 0xFFFFFFFFFFU);
    }
    CHECK(*parse_change_level(base::ByteChain()) == 0);
    CHECK_FALSE(parse_change_level(base::ByteChain::own("\x0A\x02\x08")));
    CHECK_FALSE(parse_change_level(base::ByteChain::own("\x0A\x01\x08")));
}

TEST_CASE("the id that Octane answers is read, 0 if it leaves it out") {
    for (const auto& schema : livelink::builtin_schemas()) {
        Messages messages(*schema);
        const auto answer = messages.make("octaneapi.ApiRenderEngine.setOnNewImageCallbackResponse");
        Messages::set(*answer, "callbackId", std::uint64_t{0xFFFFFFFFU});
        const auto id = parse_callback_id(base::ByteChain::own(answer->SerializeAsString()));
        REQUIRE(id);
        CHECK(*id == 0xFFFFFFFFU);
    }
    const auto none = parse_callback_id(base::ByteChain());
    REQUIRE(none);
    CHECK(*none == 0);
    CHECK_FALSE(parse_callback_id(base::ByteChain::own("\x08")));
}

}  // namespace
}  // namespace octane::livelink
