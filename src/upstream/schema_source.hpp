// Room: upstream. Where the schema of an upstream comes from: files that are there from the start, or what the server says of
// itself.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "schema/schema.hpp"
#include "upstream/channel.hpp"

namespace octane::upstream {

// What came back when a server was asked whether it is there.
enum class SignOfLife : std::uint8_t {
    answered,
    none,    // within the time given
    broken,  // the connection, or something in front of the server says that it is away
};

// Asked at each connect, and again every few seconds while its answer was not certain. Used on the upstream's executor only.
class SchemaSource {
  public:
    struct Reading {
        bool is_reachable = true;  // false: the connection broke under the questions
        bool is_certain = true;    // false: worth asking again
        std::shared_ptr<const schema::Schema> schema;
        std::string version;  // the server's own, for people; may be empty
    };

    virtual ~SchemaSource() = default;
    // What counts before the server has been asked.
    [[nodiscard]] virtual Reading initial() const = 0;
    virtual boost::asio::awaitable<Reading> read(Channel& channel) = 0;
    // Whether another connection may bring another schema. An unchanged one is the same object.
    [[nodiscard]] virtual bool may_change() const { return true; }
    // Whether that which carries out calls answers a harmless one within `limit`, in any words.
    virtual boost::asio::awaitable<bool> probe(Channel& channel, std::chrono::milliseconds limit);
    // Whether anything answers, if only the server's gRPC itself, which need not wait for what carries out calls.
    virtual boost::asio::awaitable<SignOfLife> ask_whether_there(Channel& channel, std::chrono::milliseconds limit,
                                                                 bool is_over_spare = false);

  protected:
    // False where the connection broke, or something in front of the server says that it is away. A peer that speaks no gRPC
    // makes gRPC give a status of its own, which is no answer.
    static bool is_reached(const Reply& reply);
    static boost::asio::awaitable<SignOfLife> look_for_answer(Channel& channel, UnaryCall call);
};

// A schema that nothing can change: files or a descriptor set. The server is not asked.
class FixedSchema final : public SchemaSource {
  public:
    explicit FixedSchema(std::shared_ptr<const schema::Schema> schema) : schema_(std::move(schema)) {}
    [[nodiscard]] Reading initial() const override { return {true, true, schema_, {}}; }
    boost::asio::awaitable<Reading> read(Channel&) override {
        Reading reading = initial();
        co_return reading;
    }
    [[nodiscard]] bool may_change() const override { return false; }

  private:
    std::shared_ptr<const schema::Schema> schema_;
};

}  // namespace octane::upstream
