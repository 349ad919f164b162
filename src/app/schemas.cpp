#include "app/schemas.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "livelink/builtin_schemas.hpp"

namespace octane::app {
namespace {

using LoadedSchema = base::Result<std::shared_ptr<const schema::Schema>>;

std::string read_file(const std::filesystem::path& path, const std::string& prefix) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::runtime_error(prefix + "descriptor-set: cannot read " + path.string());
    return {std::istreambuf_iterator<char>(in), {}};
}

LoadedSchemas take(const LoadedSchema& loaded, const std::string& option) {
    if (!loaded) throw std::runtime_error(option + ": " + loaded.error().message);
    LoadedSchemas result;
    result.schemas = {*loaded};
    result.should_detect = false;
    result.warnings = (*loaded)->problems();
    if (!(*loaded)->services().empty()) return result;
    std::string text = option + ": no file that could be loaded defines a service, so there would be nothing to call";
    if (!result.warnings.empty()) {
        text += "; " + std::to_string(result.warnings.size()) + (result.warnings.size() == 1 ? " was" : " were") +
                " left out, the first: " + result.warnings.front();
    }
    throw std::runtime_error(text);
}

}  // namespace

LoadedSchemas load_schemas(const UpstreamSpec& spec, const std::string& prefix) {
    const std::string name = spec.kind == UpstreamKind::octane ? "custom" : spec.name;
    if (!spec.proto_paths.empty())
        return take(schema::Schema::from_directories(name, spec.proto_paths, spec.import_paths), prefix + "proto-path");
    if (!spec.descriptor_sets.empty()) {
        std::vector<std::string> sets;
        for (const auto& path : spec.descriptor_sets) sets.push_back(read_file(path, prefix));
        return take(schema::Schema::from_descriptor_sets(name, {sets.begin(), sets.end()}), prefix + "descriptor-set");
    }
    LoadedSchemas result;
    if (spec.kind != UpstreamKind::octane) return result;
    const std::string wanted = spec.api == Api::alpha5 ? "alpha5" : spec.api == Api::beta2 ? "beta2" : "";
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
