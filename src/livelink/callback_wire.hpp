// Room: livelink. What Octane's callback interface says on the wire: events of the stream, requests and answers around them.
//
// Numbers: tools/schema/octane-api/*/messages.csv; a test compares them with the loaded schemas. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "frames/image.hpp"

namespace octane::livelink {

inline constexpr const char* kStreamPath = "/octaneapi.StreamCallbackService/callbackChannel";
inline constexpr const char* kRegisterPath = "/octaneapi.ApiRenderEngineService/setOnNewImageCallback";
inline constexpr const char* kGrabPath = "/octaneapi.ApiRenderEngineService/grabRenderResult";
inline constexpr const char* kLevelPath = "/octaneapi.ApiRenderEngineService/getCurrentChangeLevel";
inline constexpr const char* kReleasePath = "/octaneapi.ApiRenderEngineService/releaseRenderResult";

// The entries of an octaneapi.ApiArrayApiRenderImage. Error 50002 bad_answer if the bytes are no such message.
base::Result<std::vector<frames::RenderImage>> parse_images(const base::ByteChain& array,
                                                            const std::shared_ptr<const void>& owner);

struct CallbackEvent {
    enum class Kind : std::uint8_t {
        new_image = 10,
        render_failure = 11,
        new_statistics = 12,
        project_manager_changed = 13,
        unknown = 0
    };
    Kind kind = Kind::unknown;
    std::uint32_t callback_id = 0;
    std::uint64_t user_data = 0;
    bool has_images = false;  // the pixels came with the event (alpha5); false: it only rang (beta2)
    std::vector<frames::RenderImage> images;
};

// Either release's event: in alpha5 user_data is field 3 and images are field 4, in beta2 user_data is field 1 and there are no
// images (docs/octane.md §0). Error 50002 bad_answer.
base::Result<CallbackEvent> parse_event(const base::ByteChain& message);

struct GrabResult {
    bool has_result = false;  // false: Octane locked nothing, so nothing is to be released
    std::vector<frames::RenderImage> images;
};
base::Result<GrabResult> parse_grab(const base::ByteChain& answer);

// setOnNewImageCallback: with our source and id, or with neither, which unregisters.
std::string register_request();
std::string unregister_request();
base::Result<std::uint32_t> parse_callback_id(const base::ByteChain& answer);

// The answer of getCurrentChangeLevel. Error 50002 bad_answer.
base::Result<std::uint64_t> parse_change_level(const base::ByteChain& answer);

}  // namespace octane::livelink
