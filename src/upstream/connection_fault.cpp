#include "upstream/connection_fault.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace octane::upstream {
namespace {

constexpr ConnectionFault kUnknownAuthority{"its certificate is signed by no authority that counts here",
                                            "tls-ca says which authorities count"};
constexpr ConnectionFault kOtherName{"its certificate is for another name", "tls-name says which name it must be for"};
constexpr ConnectionFault kNoTls{"it does not speak TLS", "leave out tls and the options that begin with it"};
constexpr ConnectionFault kHandshake{"the TLS handshake failed", "the log has gRPC's words for it"};
constexpr ConnectionFault kUnfitFiles{"the files of its TLS options cannot be used",
                                      "see whether they hold certificates, and whether tls-key belongs to tls-cert"};
constexpr ConnectionFault kClosesPlain{"it closes each connection at once",
                                       "it may speak TLS only, which tls = true is for, or be a tunnel whose far end is away"};
constexpr ConnectionFault kClosesNameless{"it ends each connection after the TLS handshake",
                                          "it may ask for a certificate, which tls-cert and tls-key give"};
constexpr ConnectionFault kClosesNamed{"it ends each connection in spite of the proxy's certificate",
                                       "it may not know the authority that signed tls-cert"};
constexpr ConnectionFault kNoGrpc{"what answers there does not speak gRPC",
                                  "see whether the port is right, and whether it speaks TLS only"};

constexpr std::array kFaults = {&kUnknownAuthority, &kOtherName,      &kNoTls,       &kHandshake, &kUnfitFiles,
                                &kClosesPlain,      &kClosesNameless, &kClosesNamed, &kNoGrpc};

// OpenSSL and BoringSSL, and gRPC's releases, differ in their words.
bool has_any(std::string_view words, std::initializer_list<std::string_view> parts) {
    return std::ranges::any_of(parts, [words](std::string_view part) { return words.find(part) != std::string_view::npos; });
}

}  // namespace

const ConnectionFault* find_connection_fault(std::string_view words, const std::optional<ChannelTls>& tls) {
    if (has_any(words, {"http1.x server", "Failed parsing HTTP/2"})) return &kNoGrpc;
    const bool is_closed = has_any(words, {"Socket closed", "onnection reset", "Broken pipe", "Endpoint closing"});
    if (!tls) return is_closed ? &kClosesPlain : nullptr;
    if (has_any(words, {"certificate verify failed", "CERTIFICATE_VERIFY_FAILED"})) return &kUnknownAuthority;
    if (has_any(words, {"is not in peer certificate", "Hostname Verification Check failed"})) return &kOtherName;
    if (has_any(words, {"wrong version number", "WRONG_VERSION_NUMBER"})) return &kNoTls;
    if (has_any(words, {"andshake failed"})) return &kHandshake;
    if (has_any(words, {"empty address list"})) return &kUnfitFiles;
    if (is_closed) return tls->certificate.empty() ? &kClosesNameless : &kClosesNamed;
    return nullptr;
}

const ConnectionFault* connection_fault_of(std::string_view cause) {
    const auto found = std::ranges::find(kFaults, cause, &ConnectionFault::cause);
    return found == kFaults.end() ? nullptr : *found;
}

}  // namespace octane::upstream
