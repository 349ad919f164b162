// Room: endpoints. Which bytes of an answer are its body, and of which type: ?raw=, ?type=, ?picture= and google.api.HttpBody.
// docs/api.md §2.
//
// Pure; the descriptors must outlive it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "endpoints/pixel_fields.hpp"
#include "http/message.hpp"
#include "wire/wire_to_json.hpp"

namespace octane::endpoints {

class RawBytes {
  public:
    // Nothing where the answer is wanted as JSON. `part`: the path of the field of the answer that alone is wanted, or empty.
    // Error 40006 where ?raw= leads to no bytes, or ?type= is no media type.
    static base::Result<std::optional<RawBytes>> from(const http::Query& query, const google::protobuf::Descriptor& answer,
                                                      std::string_view part = {});

    // Where the field of that path, or with an empty one the message itself, is a google.api.HttpBody: the path of its `data`.
    static std::optional<wire::BytesPath> http_body(const google::protobuf::Descriptor& message, std::string_view part);
    // That of its `content_type` beside it.
    static wire::BytesPath content_type_beside(wire::BytesPath data);

    struct Content {
        base::ByteChain bytes;
        std::string type;
    };
    // Errors: 50002 for an answer that is malformed, or whose pixels are; 40403 where a list has no such element.
    [[nodiscard]] base::Result<Content> of(const base::ByteChain& answer) const;
    // The same of one answer of many, whose lists may be shorter than those of others: an element that is not there is empty.
    [[nodiscard]] base::Result<Content> of_one_of_many(const base::ByteChain& answer) const;

    // The same where they are made into a picture, which takes milliseconds: on a worker. Null: they are not.
    [[nodiscard]] const PixelFields* pixels() const { return pixels_ ? &*pixels_ : nullptr; }
    [[nodiscard]] base::Result<std::string> picture(const base::ByteChain& answer) const;

  private:
    [[nodiscard]] base::Result<Content> content_of(base::ByteChain bytes, const base::ByteChain& answer) const;

    wire::BytesPath path_;
    wire::BytesPath type_path_;  // empty: given, or recognised
    std::string type_;           // not empty: as asked for
    std::optional<PixelFields> pixels_;
};

// Of an answer that is somebody's bytes under a type that the client or the upstream chose: whatever they are, a browser that
// shows them runs no script in them.
void keep_harmless(http::Response& response);

}  // namespace octane::endpoints
