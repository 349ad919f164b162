// Stand-in renderer: the command line, read with CLI11.
#include "standin/options.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <map>

namespace octane::standin {
namespace {

void add_scene(CLI::App& app, Options& o) {
    static const std::map<std::string, Release> kReleases{
        {"alpha5", Release::alpha5}, {"beta2", Release::beta2}, {"2026.2", Release::v2026_2}};
    app.add_option("--release", o.release, "Octane release to play: alpha5, beta2 or 2026.2")
        ->transform(CLI::Transformer(kReleases));
    app.add_option("--host", o.host, "Address to listen on");
    app.add_option("--port", o.port, "gRPC port; 0 picks a free one");
    app.add_option("--control-port", o.control_port, "HTTP port of the test control; 0 picks a free one");
    app.add_option("--width", o.width, "Width of the picture")->check(CLI::Range(1, 16384));
    app.add_option("--height", o.height, "Height of the picture")->check(CLI::Range(1, 16384));
    app.add_option("--samples", o.samples, "Samples per pixel of a finished render")->check(CLI::Range(1, 1000000));
    app.add_option("--threads", o.threads, "Threads of the path tracer; 0 means half of the cores")->check(CLI::Range(0, 256));
    app.add_option("--scene-nodes", o.scene_nodes, "At least so many nodes in the scene")->check(CLI::Range(0, 1000000));
    app.add_flag("--no-target", o.starts_without_target, "Start without a render target, so nothing is rendered yet");
    app.add_option("--file-root", o.file_root, "Directory that LiveLink.GetFile may read");
}

void add_pattern(CLI::App& app, Options& o) {
    static const std::map<std::string, ImageType> kTypes{{"ldr_rgba", ImageType::ldr_rgba},
                                                         {"hdr_rgba", ImageType::hdr_rgba},
                                                         {"half_rgba", ImageType::half_rgba},
                                                         {"ldr_mono_alpha", ImageType::ldr_mono_alpha},
                                                         {"hdr_mono_alpha", ImageType::hdr_mono_alpha},
                                                         {"half_mono_alpha", ImageType::half_mono_alpha}};
    const std::string group = "Pattern mode";
    app.add_flag("--pattern", o.pattern.is_on, "Send synthetic frames instead of rendering")->group(group);
    app.add_option("--fps", o.pattern.fps, "Frames a second; 0: only POST /frame sends one")
        ->check(CLI::Range(0.0, 2000.0))
        ->group(group);
    app.add_option("--frames", o.pattern.frames, "Stop after so many frames")->group(group);
    app.add_option("--type", o.pattern.type, "ldr_rgba hdr_rgba half_rgba ldr_mono_alpha hdr_mono_alpha half_mono_alpha")
        ->transform(CLI::Transformer(kTypes))
        ->group(group);
    app.add_flag_callback(
           "--hdr", [&o] { o.pattern.type = ImageType::hdr_rgba; }, "Short for --type hdr_rgba")
        ->group(group);
    app.add_option("--passes", o.pattern.passes, "Render passes in each event")->check(CLI::Range(1, 16))->group(group);
    app.add_flag("--padded", o.pattern.is_padded, "Rows are longer than the picture is wide")->group(group);
    static const std::map<std::string, PremultipliedAlpha> kAlphas{{"none", PremultipliedAlpha::none},
                                                                   {"linearized", PremultipliedAlpha::linearized},
                                                                   {"encoded", PremultipliedAlpha::encoded}};
    app.add_option("--alpha", o.pattern.alpha, "Pictures with alpha, multiplied: none linearized encoded")
        ->transform(CLI::Transformer(kAlphas))
        ->group(group);
    app.add_flag("--keep-environment", o.pattern.keeps_environment, "Alpha is only a mask")->group(group);
    app.add_option("--color-space", o.pattern.color_space, "NamedColorSpace of the pictures, 0 to 5")
        ->check(CLI::Range(0, 5))
        ->group(group);
    app.add_flag("!--no-pass-ids", o.pattern.has_pass_ids, "renderPassId stays unset")->group(group);
    app.add_flag("--flood", o.pattern.floods, "Events as fast as they are taken")->group(group);
    app.add_flag("--repeat", o.pattern.repeats, "Each frame a second time with the same metadata")->group(group);
}

void add_faults(CLI::App& app, Options& o) {
    const std::string group = "Oddities and faults";
    app.add_flag("--truncated", o.truncates_hdr, "HDR pixels cut to a quarter and HALF without pixels")->group(group);
    app.add_flag("--zero-images", o.sends_zero_images, "Events and grabs carry no image")->group(group);
    app.add_flag("--pending-updates", o.has_pending_updates, "Every other frame says hasPendingUpdates")->group(group);
    app.add_flag("--duplicate", o.duplicates_callbacks, "Every event is sent twice")->group(group);
    app.add_flag("--statistics-events", o.sends_statistics_events, "A newStatistics event after each frame")->group(group);
    app.add_flag("--grab-false", o.grab_fails, "grabRenderResult answers result=false")->group(group);
    app.add_flag("--serial,!--no-serial", o.is_serial, "Calls run one at a time, as in Octane (default)")->group(group);
    app.add_option("--stall", o.stall, "METHOD=MS: that call blocks so long")->group(group);
    app.add_option("--fail", o.fail, "METHOD=STATUS:TEXT: that call fails")->group(group);
    app.add_option("--crash-on", o.crash, "METHOD: that call ends the process at once, status 134")->group(group);
    app.add_option_function<std::int64_t>(
           "--slow-start", [&o](std::int64_t ms) { o.slow_start = std::chrono::milliseconds(ms); },
           "Milliseconds before the gRPC port opens")
        ->check(CLI::Range(0, 600000))
        ->group(group);
    app.add_flag("--strict-keepalive", o.has_strict_keepalive, "Pings more often than every 5 min end the connection")
        ->group(group);
    app.add_flag("--exit-waits", o.exit_waits, "A graceful exit waits until clients close their streams")->group(group);
}

}  // namespace

Options parse_options(int argc, char** argv) {
    Options options;
    CLI::App app{"octane-standin: plays Octane's gRPC interface over a small path-traced scene", "octane-standin"};
    add_scene(app, options);
    add_pattern(app, options);
    add_faults(app, options);
    app.footer("METHOD is Service/method, for instance ApiItem/name; * stands for every method or every service.");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) { std::exit(app.exit(error) == 0 ? 0 : 2); }
    return options;
}

}  // namespace octane::standin
