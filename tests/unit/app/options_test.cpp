#include "app/options.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <map>
#include <random>

#include "app/option_table.hpp"

using namespace octane::app;
using namespace std::chrono_literals;

namespace {

using Variables = std::map<std::string, std::string>;

ParsedOptions parse(std::vector<const char*> arguments, const Variables& variables = {}) {
    arguments.insert(arguments.begin(), "octane-proxy");
    Surroundings surroundings;
    surroundings.variable = [variables](const std::string& name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        if (found == variables.end()) return std::nullopt;
        return found->second;
    };
    surroundings.exists = [](const std::filesystem::path&) { return false; };
    return parse_options(static_cast<int>(arguments.size()), arguments.data(), surroundings);
}

Options parse_good(const std::vector<const char*>& arguments, const Variables& variables = {}) {
    auto parsed = parse(arguments, variables);
    INFO(parsed.message);
    REQUIRE(parsed.options.has_value());
    CHECK(parsed.exit_status == 0);
    return *parsed.options;
}

// A refused start: one line, status 2, and the line holds `part`.
void check_refused(const std::vector<const char*>& arguments, const std::string& part, const Variables& variables = {}) {
    const auto parsed = parse(arguments, variables);
    CAPTURE(parsed.message);
    CHECK_FALSE(parsed.options.has_value());
    CHECK(parsed.exit_status == 2);
    CHECK(parsed.message.find(part) != std::string::npos);
    CHECK(parsed.message.find('\n') == std::string::npos);
}

class TemporaryFile {
  public:
    explicit TemporaryFile(const std::string& content)
        : path_((std::filesystem::temp_directory_path() / ("octane-options-test-" + std::to_string(std::random_device()())))
                    .string()) {
        std::ofstream(path_, std::ios::binary) << content;
    }
    ~TemporaryFile() { std::filesystem::remove(path_); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    [[nodiscard]] const char* path() const { return path_.c_str(); }

  private:
    std::string path_;
};

}  // namespace

TEST_CASE("without options the defaults of the contract hold") {
    const Options options = parse_good({});
    CHECK(options.host == "0.0.0.0");
    CHECK(options.port == 51023);
    CHECK(options.octane_host == "127.0.0.1");
    CHECK(options.octane_host_reason == "default");
    CHECK(options.octane_port == 51022);
    CHECK(options.api == Api::automatic);
    CHECK(options.upstream_concurrency == 4);
    CHECK(options.timeout == 30s);
    CHECK(options.max_body == 64UL << 20U);
    CHECK(options.body_memory == 512UL << 20U);
    CHECK(options.max_message == 256UL << 20U);
    CHECK(options.allow_origins.empty());
    CHECK(options.frame_ancestors.empty());
    CHECK(options.trusted_proxies.empty());
    CHECK(options.max_connections == 4096);
    CHECK_FALSE(options.max_connections_per_client.has_value());
    CHECK(options.token.empty());
    CHECK(options.threads == 0);
    CHECK(options.log.level == octane::telemetry::Level::info);
}

TEST_CASE("flags set every kind of option") {
    const Options options = parse_good({"--host",     "127.0.0.1",
                                        "--port=0",   "--octane-host",
                                        "render-box", "--octane-port",
                                        "50051",      "--api",
                                        "beta2",      "--upstream-concurrency",
                                        "0",          "--timeout",
                                        "2m",         "--max-body",
                                        "1GB",        "--body-memory",
                                        "2GiB",       "--max-message",
                                        "1000",       "--threads",
                                        "3",          "--log-level",
                                        "debug",      "--log-format",
                                        "json",       "--log-file",
                                        "proxy.log"});
    CHECK(options.host == "127.0.0.1");
    CHECK(options.port == 0);
    CHECK(options.octane_host == "render-box");
    CHECK(options.octane_host_reason == "--octane-host");
    CHECK(options.octane_port == 50051);
    CHECK(options.api == Api::beta2);
    CHECK(options.upstream_concurrency == 0);
    CHECK(options.timeout == 2min);
    CHECK(options.max_body == 1000000000);
    CHECK(options.body_memory == 2UL << 30U);
    CHECK(options.max_message == 1000);
    CHECK(options.threads == 3);
    CHECK(options.log.level == octane::telemetry::Level::debug);
    CHECK(options.log.format == octane::telemetry::LogFormat::json);
    CHECK(options.log.file == "proxy.log");
}

TEST_CASE("flag beats environment beats file beats default") {
    const TemporaryFile file("port = 1003\nthreads = 7\nmax-body = \"3MiB\"\n");
    const Variables variables{{"OCTANE_PROXY_PORT", "1002"}, {"OCTANE_PROXY_THREADS", "6"}};
    const Options options = parse_good({"--port", "1001", "--config", file.path()}, variables);
    CHECK(options.port == 1001);
    CHECK(options.threads == 6);
    CHECK(options.max_body == 3UL << 20U);
    CHECK(options.max_message == 256UL << 20U);
}

TEST_CASE("every option can be set from the environment under its own name") {
    for (const OptionEntry& entry : option_table()) {
        const std::string name = variable_name(entry);
        CAPTURE(name);
        CHECK(name.starts_with("OCTANE_PROXY_"));
        if (entry.is_list || entry.name == "log-file" || entry.name == "state-dir") continue;
        Variables variables{{"OCTANE_PROXY_TLS_CERT", "/dev/null"}, {"OCTANE_PROXY_TLS_KEY", "/dev/null"}};
        variables[name] = "\x01 /not a good value/";
        check_refused({}, name + ": ", variables);
    }
    CHECK(parse_good({}, {{"OCTANE_PROXY_DENY", "A/b,C/d"}}).deny == std::vector<std::string>{"A/b", "C/d"});
    CHECK(parse_good({}, {{"OCTANE_PROXY_LOG_FILE", "x.log"}}).log.file == "x.log");
    CHECK(parse_good({}, {{"OCTANE_PROXY_STATE_DIR", "state"}}).state_dir == "state");
}

TEST_CASE("OCTANE_HOST and OCTANE_PORT are short names, the long ones win") {
    Options options = parse_good({}, {{"OCTANE_HOST", "a"}, {"OCTANE_PORT", "1"}});
    CHECK(options.octane_host == "a");
    CHECK(options.octane_host_reason == "OCTANE_HOST");
    CHECK(options.octane_port == 1);
    options = parse_good({}, {{"OCTANE_HOST", "a"}, {"OCTANE_PROXY_OCTANE_HOST", "b"}});
    CHECK(options.octane_host == "b");
    CHECK(options.octane_host_reason == "OCTANE_PROXY_OCTANE_HOST");
}

TEST_CASE("an empty variable is as good as none") {
    CHECK(parse_good({}, {{"OCTANE_PROXY_PORT", ""}}).port == 51023);
}

TEST_CASE("the variables that a Service of the same name leaves in a container are no ports") {
    const Variables services{{"OCTANE_PROXY_PORT", "tcp://10.0.0.5:51023"}, {"OCTANE_PORT", "udp://10.0.0.6:51022"}};
    Options options = parse_good({}, services);
    CHECK(options.port == 51023);
    CHECK(options.octane_port == 51022);
    const TemporaryFile file("port = 1003\n");
    options = parse_good({"--config", file.path()}, services);
    CHECK(options.port == 1003);
    Variables both = services;
    both["OCTANE_PROXY_OCTANE_PORT"] = "1004";
    CHECK(parse_good({}, both).octane_port == 1004);
    both["OCTANE_PROXY_OCTANE_PORT"] = "tcp://10.0.0.6:51022";
    both["OCTANE_PORT"] = "1005";
    CHECK(parse_good({}, both).octane_port == 1005);
}

TEST_CASE("only a service's address is passed over: any other word in place of a port is refused") {
    check_refused({}, "OCTANE_PROXY_PORT: \"many\" is not a whole number", {{"OCTANE_PROXY_PORT", "many"}});
    check_refused({}, "OCTANE_PORT: \"many\" is not a whole number", {{"OCTANE_PORT", "many"}});
    check_refused({}, "OCTANE_PROXY_PORT: \"http://", {{"OCTANE_PROXY_PORT", "http://10.0.0.5:51023"}});
    check_refused({}, "OCTANE_PROXY_THREADS: ", {{"OCTANE_PROXY_THREADS", "tcp://10.0.0.5:51023"}});
    check_refused({"--port", "tcp://10.0.0.5:51023"}, "--port: ");
}

TEST_CASE("without a host the surroundings decide") {
    const Options options = parse_good({}, {{"CONTAINER", "1"}});
    CHECK(options.octane_host == "host.docker.internal");
    CHECK(options.octane_host_reason == "container recognised by CONTAINER");
}

TEST_CASE("a configuration file may be TOML or INI, with comments, lists and both spellings") {
    const TemporaryFile file(
        "# comment\n; comment too\noctane_port = 50051\noctane-host = render-box\nallow-origin = [\"https://a.example\", "
        "\"https://b.example:8443\"]\ndeny = \"A/*, B/c\"\n\n[default]\nlog-level = \"warn\"\n");
    const Options options = parse_good({}, {{"OCTANE_PROXY_CONFIG", file.path()}});
    CHECK(options.octane_port == 50051);
    CHECK(options.octane_host == "render-box");
    CHECK(options.allow_origins == std::vector<std::string>{"https://a.example", "https://b.example:8443"});
    CHECK(options.deny == std::vector<std::string>{"A/*", "B/c"});
    CHECK(options.log.level == octane::telemetry::Level::warn);
}

TEST_CASE("mistakes in a configuration file are refused with the file's name") {
    const TemporaryFile unknown("prot = 1\n");
    check_refused({"--config", unknown.path()}, "\"prot\" in \"" + std::string(unknown.path()) + "\", line 1, is not an option");
    const TemporaryFile section("[octane]\nport = 1\n");
    check_refused({"--config", section.path()}, "section [octane]");
    const TemporaryFile bad("port = abc\n");
    check_refused({"--config", bad.path()}, "port in \"" + std::string(bad.path()) + "\", line 1: \"abc\" is not a whole number");
    const TemporaryFile two("port = [1, 2]\n");
    check_refused({"--config", two.path()}, "takes one value");
    check_refused({"--config", "/nowhere/proxy.toml"}, "--config: there is no file \"/nowhere/proxy.toml\"");
    check_refused({"--config", "/"}, "is a directory");
    check_refused({}, "OCTANE_PROXY_CONFIG: there is no file", {{"OCTANE_PROXY_CONFIG", "/nowhere"}});
}

TEST_CASE("lists grow by repeating the option and by commas") {
    const Options options = parse_good({"--deny", "A/b", "--deny", "C/d, E/*", "--allow", "A/b", "--allow-origin", "null,*"});
    CHECK(options.deny == std::vector<std::string>{"A/b", "C/d", "E/*"});
    CHECK(options.allow == std::vector<std::string>{"A/b"});
    CHECK(options.allow_origins == std::vector<std::string>{"null", "*"});
    CHECK(parse_good({"--deny", ""}).deny.empty());
    const Options access =
        parse_good({"--allow-origin", "https://a.example/", "--allow-origin", "b.example:81,chrome-extension://abc",
                    "--frame-ancestor", "https://wiki.example", "--trusted-proxy", "10.0.0.0/8,::1"});
    CHECK(access.allow_origins == std::vector<std::string>{"https://a.example", "b.example:81", "chrome-extension://abc"});
    CHECK(access.frame_ancestors == std::vector<std::string>{"https://wiki.example"});
    CHECK(access.trusted_proxies.size() == 2);
}

TEST_CASE("of an option that is no list the last value counts") {
    CHECK(parse_good({"--port", "1", "--port", "2"}).port == 2);
}

TEST_CASE("what cannot be understood ends the start with one line and status 2") {
    check_refused({"--prot", "1"}, "unknown option \"--prot\"");
    check_refused({"-x"}, "unknown option \"-x\"");
    check_refused({"stray"}, "unexpected argument \"stray\"");
    check_refused({"--port"}, "--port needs a value");
    check_refused({"--port", "abc"}, "--port: \"abc\" is not a whole number from 0 to 65535");
    check_refused({"--octane-port", "0"}, "from 1 to 65535");
    check_refused({"--octane-host", "box:51022"}, "--octane-host: \"box:51022\" is not a host");
    check_refused({"--api", "alpha6"}, "\"alpha6\" is none of auto, alpha5, beta2");
    check_refused({"--timeout", "30"}, "--timeout: \"30\" is not a duration");
    check_refused({"--max-message", "3GiB"}, "--max-message: \"3GiB\" is out of range");
    check_refused({"--log-level", "loud"}, "\"loud\" is none of trace");
    check_refused({"--log-format", "xml"}, "\"xml\" is none of text, json");
    check_refused({"--deny", "getthings"}, "is not of the form Service/method");
    for (const char* origin :
         {"ht tp://x", "http://", "https://a.example/path", "https://a.example:x", "//a.example", "a b", "http://a.example,b c"})
        check_refused({"--allow-origin", origin}, "is not an origin; write it like https://example.org");
    for (const char* origin : {"a.example", "null", "chrome-extension://abc", "https://a.example/path"})
        check_refused({"--frame-ancestor", origin}, "is not the origin of web pages");
    check_refused({"--trusted-proxy", "nginx"}, "is neither an address nor a network; write it like 10.0.0.7 or 10.0.0.0/8");
    check_refused({"--max-connections", "0"}, "is not a whole number from 1");
    check_refused({"--web-root", "/nowhere"}, "there is no directory \"/nowhere\"");
    check_refused({"--state-dir", "/dev/null"}, "is not a directory");
    check_refused({"--proto-path", "/dev/null"}, "is not a directory");
    check_refused({"--descriptor-set", "/nowhere"}, "there is no file");
    check_refused({"--port", "1\n2"}, "\"1?2\"");
}

TEST_CASE("options that need or exclude each other are checked") {
    const TemporaryFile pem("x");
    check_refused({"--tls-cert", "/nowhere"}, "--tls-cert needs --tls-key");
    check_refused({"--tls-cert", "/nowhere", "--tls-key", pem.path()}, "--tls-cert: there is no file");
    check_refused({"--tls-cert", pem.path()}, "--tls-cert needs --tls-key");
    check_refused({"--tls-key", pem.path()}, "--tls-key needs --tls-cert");
    const Options options = parse_good({"--tls-cert", pem.path(), "--tls-key", pem.path()});
    CHECK(options.tls_cert == pem.path());
    check_refused({"--proto-path", "/", "--descriptor-set", pem.path()}, "exclude each other");
}

TEST_CASE("a token is the one trimmed word in its file, and never shown") {
    const TemporaryFile good(" s3cret-word\r\n");
    CHECK(parse_good({"--token", good.path()}).token == "s3cret-word");
    const TemporaryFile empty(" \n");
    check_refused({"--token", empty.path()}, "holds no token");
    const TemporaryFile words("two words\n");
    check_refused({"--token", words.path()}, "must be one word");
    CHECK(parse({"--token", words.path()}).message.find("two words") == std::string::npos);
    const TemporaryFile huge(std::string(5000, 'x'));
    check_refused({"--token", huge.path()}, "longer than 4096 bytes");
    check_refused({"--token", "/nowhere"}, "there is no file");
}

TEST_CASE("--help and -h print the help and end the start") {
    const auto parsed = parse({"--help"});
    CHECK(parsed.exit_status == 0);
    CHECK_FALSE(parsed.options.has_value());
    CHECK(parsed.message == help_text());
    CHECK(parse({"-h"}).message == parsed.message);
}

TEST_CASE("the version is one line") {
    const auto parsed = parse({"--version"});
    CHECK(parsed.exit_status == 0);
    CHECK(parsed.message == "octane-proxy " OCTANE_VERSION);
}
TEST_CASE("upstreams come from the command line, the environment and the file's sections, and Octane only where it is named") {
    CHECK(parse_good({}).upstreams.empty());
    CHECK(parse_good({}).wants_octane);
    const auto two = parse_good({"--upstream", "a=h:1", "--upstream", "b=h:2"});
    REQUIRE(two.upstreams.size() == 2);
    CHECK(two.upstreams[1].name == "b");
    CHECK_FALSE(two.wants_octane);
    CHECK(parse_good({"--upstream", "a=h:1", "--octane-port", "51022"}).wants_octane);
    CHECK(parse_good({"--upstream", "a=h:1"}, {{"OCTANE_HOST", "10.0.0.1"}}).wants_octane);
    CHECK(parse_good({}, {{"OCTANE_PROXY_UPSTREAM", "a=h:1,b=h:2"}}).upstreams.size() == 2);

    const TemporaryFile file(
        "timeout = 5s\n[upstream.b]\naddress = h:2\nmetadata = [\"x: a, b\"]\n[upstream.c]\nkind = octane\naddress = h:3\n");
    const auto all = parse_good({"--config", file.path(), "--upstream", "b=g:9", "--upstream", "a=h:1"});
    REQUIRE(all.upstreams.size() == 3);
    CHECK(all.timeout == 5s);
    CHECK(all.upstreams[0].host == "h");  // a section says more than the command line
    CHECK(all.upstreams[0].metadata.at(0).second == "a, b");
    CHECK(all.upstreams[2].kind == UpstreamKind::octane);
}

TEST_CASE("options of the Octane that is not there are refused with where they belong, not dropped") {
    const std::string directory = std::filesystem::temp_directory_path().string();
    check_refused({"--upstream", "a=h:1", "--proto-path", directory.c_str()},
                  "--proto-path: is for the Octane that --octane-host or --octane-port names, and neither is given beside the "
                  "upstreams; for one of them it is proto-path in its section of the configuration file, [upstream.a]");
    check_refused({"--upstream", "a=h:1", "--descriptor-set", "/etc/hostname"}, "it is descriptor-set in its section");
    check_refused({"--upstream", "a=h:1"}, "OCTANE_PROXY_API: is for the Octane", {{"OCTANE_PROXY_API", "beta2"}});
    check_refused({"--upstream", "a=h:1", "--upstream-concurrency", "2"}, "it is concurrency in its section");
    CHECK(parse_good({"--upstream", "a=h:1", "--octane-port", "1", "--api", "beta2"}).api == Api::beta2);
    CHECK(parse_good({"--upstream", "a=h:1", "--api", "auto"}).api == Api::automatic);
    const TemporaryFile octane("[upstream.a]\nkind = octane\naddress = h:1\n");
    CHECK(parse_good({"--config", octane.path(), "--upstream-concurrency", "2"}).upstream_concurrency == 2);
    check_refused({"--config", octane.path(), "--api", "beta2"}, "it is api in its section");
    // Defaults of all upstreams.
    parse_good({"--upstream",
                "a=h:1",
                "--timeout",
                "1s",
                "--max-message",
                "1MiB",
                "--keepalive",
                "1s",
                "--keepalive-timeout",
                "1s",
                "--probe-after",
                "1s",
                "--probe-timeout",
                "1s",
                "--deny",
                "A/b",
                "--allow",
                "A/c",
                "--allow-get",
                "A/d",
                "--forward-header",
                "x-a"});
}

TEST_CASE("an upstream that is described badly is refused with the place") {
    check_refused({"--upstream", "a=h:1", "--upstream", "a=h:2"}, "names \"a\" twice");
    check_refused({"--upstream", "render=h:1"}, "--upstream: \"render\" is no name of an upstream");
    check_refused({"--upstream", "octane=h:1", "--octane-port", "1"}, "described twice");
    const auto of_file = [](const char* text, const std::string& sentence) {
        const TemporaryFile file(text);
        check_refused({"--config", file.path()}, sentence);
    };
    of_file("[upstream.a]\nkind = grpc\n", "upstream \"a\" has no address");
    of_file("[upstream.a]\naddress = h:1\nports = 2\n", "line 3, is not an option of an upstream");
    of_file("[upstream.a]\naddress = [\"h:1\", \"h:2\"]\n", "takes one value and no array");
    of_file("[upstream.A]\naddress = h:1\n", "line 2: \"A\" is no name of an upstream");
    of_file("[upstream.a]\naddress = here\n", "line 2: \"here\" is not of the form HOST:PORT");
}
