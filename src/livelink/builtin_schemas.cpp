#include "livelink/builtin_schemas.hpp"

#include <stdexcept>

#include "livelink/embedded.hpp"

namespace octane::livelink {
namespace {

// A built-in release is all there or the binary is broken: nothing is left out quietly.
std::shared_ptr<const schema::Schema> load_whole(const char* name, std::string_view bytes) {
    auto schema = schema::Schema::from_descriptor_set(name, bytes);
    if (!schema) throw std::runtime_error(std::string("built-in schema ") + name + ": " + schema.error().message);
    if (!schema.value()->problems().empty()) {
        throw std::runtime_error(std::string("built-in schema ") + name + ": " + schema.value()->problems().front());
    }
    return *std::move(schema);
}

}  // namespace

const std::vector<std::shared_ptr<const schema::Schema>>& builtin_schemas() {
    static const std::vector<std::shared_ptr<const schema::Schema>> schemas = {load_whole("alpha5", embedded_alpha5()),
                                                                               load_whole("beta2", embedded_beta2())};
    return schemas;
}

}  // namespace octane::livelink
