#include "wire/wire_to_json.hpp"

#include <google/protobuf/descriptor.h>

#include "wire/answer_writer.hpp"
#include "wire/reader.hpp"

namespace octane::wire {

base::Result<base::Done> wire_to_json(const google::protobuf::Descriptor& message, const base::ByteChain& answer,
                                      const JsonWriteOptions& options, std::string& out) {
    const std::size_t before = out.size();
    AnswerWriter writer(options, *message.file()->pool(), out);
    if (writer.message(message, Reader(answer), 0)) return base::Done{};
    out.resize(before);
    return base::make_error(base::ErrorCode::bad_answer,
                            writer.is_too_deep()
                                ? "the answer is nested deeper than " + std::to_string(options.max_depth) + " levels"
                                : "the answer is not a well-formed " + message.full_name() + " message");
}

}  // namespace octane::wire
