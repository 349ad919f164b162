#include "app/schemas.hpp"
#include "livelink/builtin_schemas.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace octane::app {
namespace {

std::string read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::runtime_error("--descriptor-set: cannot read " + path.string());
    return {std::istreambuf_iterator<char>(in), {}};
}

LoadedSchemas take(base::Result<std::shared_ptr<const schema::Schema>> loaded, const std::string& option) {
    if (!loaded) throw std::runtime_error(option + ": " + loaded.error().message);
    LoadedSchemas result;
    result.schemas = {*loaded};
    result.should_detect = false;
    result.warnings = (*loaded)->problems();
    return result;
}

}  // namespace

LoadedSchemas load_schemas(const Options& options) {
    if (!options.proto_path.empty()) return take(schema::Schema::from_directory("custom", options.proto_path), "--proto-path");
    if (!options.descriptor_set.empty()) {
        const std::string bytes = read_file(options.descriptor_set);
        return take(schema::Schema::from_descriptor_set("custom", bytes), "--descriptor-set");
    }
    LoadedSchemas result;
    const std::string wanted = options.api == Api::alpha5 ? "alpha5" : options.api == Api::beta2 ? "beta2" : "";
    for (const auto& schema : livelink::builtin_schemas()) {
        // The one asked for stands first; the others stay known, so that a refusal can say which release has a method.
        if (schema->name() == wanted) {
            result.schemas.insert(result.schemas.begin(), schema);
        } else {
            result.schemas.push_back(schema);
        }
    }
    result.should_detect = wanted.empty();
    return result;
}

}  // namespace octane::app
