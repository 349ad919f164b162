#include "upstream/connection_fault.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>

namespace octane::upstream {
namespace {

std::string cause_of(std::string_view last, const std::optional<ChannelTls>& tls) {
    const std::string words = "failed to connect to all addresses; last error: UNKNOWN: ipv4:127.0.0.1:1: " + std::string(last);
    const auto* const fault = find_connection_fault(words, tls);
    if (fault == nullptr) return "";
    CHECK(connection_fault_of(fault->cause) == fault);
    return std::string(fault->cause);
}

TEST_CASE("gRPC's words for a failed handshake tell which option of TLS is wrong, whichever library made them") {
    ChannelTls tls;
    for (const char* words : {"Ssl handshake failed: SSL_ERROR_SSL: error:0A000086:SSL routines::certificate verify failed",
                              "Ssl handshake failed (TSI_PROTOCOL_FAILURE): SSL_ERROR_SSL: error:1000007d:SSL routines:"
                              "OPENSSL_internal:CERTIFICATE_VERIFY_FAILED: self signed certificate in certificate chain"})
        CHECK(cause_of(words, tls) == "its certificate is signed by no authority that counts here");
    CHECK(cause_of("Peer name 127.0.0.1 is not in peer certificate", tls) == "its certificate is for another name");
    CHECK(cause_of("Ssl handshake failed: SSL_ERROR_SSL: error:0A00010B:SSL routines::wrong version number", tls) ==
          "it does not speak TLS");
    CHECK(cause_of("Ssl handshake failed: SSL_ERROR_SSL: error:0A000410:SSL routines::sslv3 alert handshake failure", tls) ==
          "the TLS handshake failed");
    CHECK(cause_of("Socket closed", tls) == "it ends each connection after the TLS handshake");
    tls.certificate = "-----BEGIN CERTIFICATE-----";
    CHECK(cause_of("recvmsg:Connection reset by peer", tls) == "it ends each connection in spite of the proxy's certificate");
    REQUIRE(find_connection_fault("empty address list: ", tls) != nullptr);
    CHECK(find_connection_fault("empty address list: ", tls)->cause == "the files of its TLS options cannot be used");
}

TEST_CASE("without TLS a peer that closes, or that answers by another protocol, is told from one that is not there") {
    CHECK(cause_of("Socket closed", std::nullopt) == "it closes each connection at once");
    CHECK(cause_of("Trying to connect an http1.x server", std::nullopt) == "what answers there does not speak gRPC");
    CHECK(cause_of("Failed parsing HTTP/2", std::nullopt) == "what answers there does not speak gRPC");
    CHECK(cause_of("Failed to connect to remote host: Connection refused", std::nullopt).empty());
    CHECK(cause_of("Failed to connect to remote host: Connection refused", ChannelTls()).empty());
    CHECK(find_connection_fault("empty address list: ", std::nullopt) == nullptr);
    CHECK(find_connection_fault("", std::nullopt) == nullptr);
    CHECK(connection_fault_of("nothing answers there") == nullptr);
}

}  // namespace
}  // namespace octane::upstream
