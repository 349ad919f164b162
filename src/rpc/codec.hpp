// Room: rpc. What a body says as protobuf, and what an answer's protobuf says as a body. One codec for each dialect of the
// outside world; one object for each call.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "rpc/call_policy.hpp"
#include "wire/wire_to_json.hpp"

namespace octane::rpc {

class Codec {
  public:
    virtual ~Codec() = default;
    // The body as a message of the plan's request_type().
    virtual base::Result<std::string> read(const CallPlan& plan, std::string_view body) = 0;
    // Takes a message of the plan's answer_type().
    virtual base::Result<base::Done> write(const CallPlan& plan, base::ByteChain answer) = 0;
    // The call has failed: adds to the words for it what of the body was ignored, since that may be the reason.
    virtual void explain(base::Error&) const {}
};

struct JsonCodecOptions {
    bool is_strict = false;  // unknown members are refused
    wire::JsonWriteOptions dialect;
    bool keeps_bytes = false;  // the answer is wanted as it came, not as JSON
};

// JSON in and out: docs/api.md §2.
class JsonCodec final : public Codec {
  public:
    explicit JsonCodec(JsonCodecOptions options) : options_(std::move(options)) {}

    base::Result<std::string> read(const CallPlan& plan, std::string_view body) override;
    base::Result<base::Done> write(const CallPlan& plan, base::ByteChain answer) override;
    void explain(base::Error& error) const override;

    [[nodiscard]] std::string& json() { return json_; }  // one JSON object; empty with keeps_bytes
    [[nodiscard]] base::ByteChain& bytes() { return bytes_; }
    [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

  private:
    JsonCodecOptions options_;
    std::string json_;
    base::ByteChain bytes_;
    std::vector<std::string> warnings_;
};

// Protobuf's own bytes, as they are.
class ProtobufCodec final : public Codec {
  public:
    base::Result<std::string> read(const CallPlan&, std::string_view body) override { return std::string(body); }
    base::Result<base::Done> write(const CallPlan&, base::ByteChain answer) override {
        answer_ = std::move(answer);
        return base::Done{};
    }
    [[nodiscard]] const base::ByteChain& answer() const { return answer_; }

  private:
    base::ByteChain answer_;
};

}  // namespace octane::rpc
