// Stand-in renderer: the command line. README.md has the same list with the reason for each switch.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "standin/picture.hpp"
#include "standin/schema.hpp"

namespace octane::standin {

struct PatternOptions {
    bool is_on = false;
    double fps = 30;           // 0: frames only on request of the control port
    std::uint64_t frames = 0;  // stop after that many; 0: never
    std::uint32_t passes = 1;  // pictures in each event
    bool is_padded = false;    // pitch greater than the width
    bool floods = false;       // as fast as the viewers take them
    bool repeats = false;      // every frame a second time with the same metadata
    ImageType type = ImageType::ldr_rgba;
    std::optional<PremultipliedAlpha> alpha;  // colours multiplied that way; none: no alpha
    bool keeps_environment = false;
    std::optional<int> color_space;  // NamedColorSpace instead of the type's usual one
    bool has_pass_ids = true;
};

struct Options {
    Release release = Release::alpha5;
    std::string host = "127.0.0.1";
    std::uint16_t port = 51022;
    std::optional<std::uint16_t> control_port;
    std::uint32_t width = 1024;
    std::uint32_t height = 512;
    std::uint32_t samples = 500;
    std::uint32_t threads = 0;      // of the path tracer; 0: half of the cores
    std::uint32_t scene_nodes = 0;  // the teapot's own are 100-odd; the rest are materials and placements
    bool starts_without_target = false;
    PatternOptions pattern;

    bool truncates_hdr = false;
    bool sends_zero_images = false;
    bool has_pending_updates = false;
    bool duplicates_callbacks = false;
    bool sends_statistics_events = false;
    bool grab_fails = false;

    bool is_serial = true;
    bool has_strict_keepalive = false;
    bool exit_waits = false;
    std::chrono::milliseconds slow_start{0};
    std::string file_root;           // LiveLink.GetFile reads below it; empty: refused
    std::vector<std::string> stall;  // METHOD=MS
    std::vector<std::string> fail;   // METHOD=STATUS:TEXT
    std::vector<std::string> crash;  // METHOD
};

// Prints help or the reason and exits (0 or 2) when there is nothing to run.
Options parse_options(int argc, char** argv);

}  // namespace octane::standin
