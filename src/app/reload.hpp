// Room: app. What changes when the options are read once more while the program runs.
#pragma once

#include <string>

#include "app/options.hpp"

namespace octane::app {

struct OptionChanges {
    std::string live;         // names of options whose new values count from now on: "allow-origin, token"; empty: none
    std::string needs_start;  // of those that need a restart
};

// A token and a certificate are files: what they hold may have changed though their names have not. The token's content is
// compared; the certificate's is not here, and counts as `live` only where its name has changed.
OptionChanges compare_options(const Options& before, const Options& now);

// Of the options that are live, the new values; of all others those of before.
Options take_live_options(const Options& before, const Options& now);

}  // namespace octane::app
