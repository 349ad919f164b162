// Room: endpoints. Raw pixels in an answer, and the fields beside them that say how they lie: ?raw= with ?picture=. docs/api.md
// §2.
//
// Pure; the descriptors must outlive it.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "frames/plain_picture.hpp"
#include "http/message.hpp"
#include "wire/wire_to_json.hpp"

namespace octane::endpoints {

class PixelFields {
  public:
    // Nothing without ?picture=. `pixels`: the path of the bytes in the answer. The fields are those of the same
    // message with the usual names, or the ones that ?layout= names. Error 40006: no such fields, or a word that makes no sense.
    static base::Result<std::optional<PixelFields>> from(const http::Query& query, const wire::BytesPath& pixels);

    [[nodiscard]] std::string_view type() const;                     // "image/png"
    [[nodiscard]] const std::string& name() const { return name_; }  // what tells it from other wishes for the same field
    // The picture file. Runs for milliseconds: on a worker. Errors: those of frames::encode_plain().
    [[nodiscard]] base::Result<std::string> encode(const base::ByteChain& answer, base::ByteChain pixels) const;

  private:
    wire::BytesPath holder_;  // the message around the pixels; empty: the answer itself
    const google::protobuf::FieldDescriptor* width_ = nullptr;
    const google::protobuf::FieldDescriptor* height_ = nullptr;
    const google::protobuf::FieldDescriptor* step_ = nullptr;          // null: rows have no gaps
    const google::protobuf::FieldDescriptor* encoding_ = nullptr;      // null: told by the number of bytes
    const google::protobuf::FieldDescriptor* is_bigendian_ = nullptr;  // null: no
    frames::Format format_ = frames::Format::png;
    int quality_ = 85;
    std::optional<frames::ValueRange> range_;
    std::string encoding_word_;  // not empty: what ?layout= says itself
    std::string name_;
};

}  // namespace octane::endpoints
