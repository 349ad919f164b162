// Fuzz targets of the wire room: the message types that their input is read as.
#pragma once

#include <google/protobuf/descriptor.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "schema/schema.hpp"

namespace octane::fuzz {

// Every type with a one-of, a list, bytes or a type of its own inside: one of these is what an input's first byte picks.
inline const std::vector<const google::protobuf::Descriptor*>& messages() {
    static const std::vector<const google::protobuf::Descriptor*> kMessages = [] {
        std::vector<const google::protobuf::Descriptor*> found;
        const auto& pool = schema::builtin_schemas().back()->pool();
        for (const char* name : {"octaneapi.ApiItem.setValueByIDRequest", "octaneapi.ApiItem.setArrayByIDRequest",
                                 "octaneapi.ApiItem.getAnimArrayResponse", "octaneapi.ApiRenderEngine.grabRenderResultResponse",
                                 "octaneapi.StreamCallbackRequest", "livelinkapi.CameraState",
                                 "octaneapi.ApiNode.setPinValueByIDRequest", "google.protobuf.Empty"}) {
            const auto* message = pool.FindMessageTypeByName(name);
            if (!message) std::abort();
            found.push_back(message);
        }
        return found;
    }();
    return kMessages;
}

inline const google::protobuf::Descriptor& message_for(std::uint8_t choice) {
    return *messages()[choice % messages().size()];
}

}  // namespace octane::fuzz
