// Room: app. Which schemas the options ask for.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/upstream_options.hpp"
#include "schema/schema.hpp"

namespace octane::app {

struct LoadedSchemas {
    std::vector<std::shared_ptr<const schema::Schema>> schemas;  // oldest first; empty: the server is asked
    bool should_detect = true;                                   // false: there is only one choice
    std::vector<std::string> warnings;                           // files left out, one sentence each
};

// `prefix` stands before an option's name in errors. Throws std::runtime_error if what the user named cannot be loaded at all, or
// has no service.
LoadedSchemas load_schemas(const UpstreamSpec& spec, const std::string& prefix);

}  // namespace octane::app
