// Room: upstream. Where the schema of an upstream comes from: files that are there from the start, or what the server says of
// itself.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "schema/schema.hpp"
#include "upstream/channel.hpp"

namespace octane::upstream {

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
    // Whether the server answers a harmless call within `limit`, in any words.
    virtual boost::asio::awaitable<bool> probe(Channel& channel, std::chrono::milliseconds limit);

  protected:
    // True unless nothing came back.
    static boost::asio::awaitable<bool> is_answered(Channel& channel, std::string path, std::chrono::milliseconds limit);
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

  private:
    std::shared_ptr<const schema::Schema> schema_;
};

}  // namespace octane::upstream
