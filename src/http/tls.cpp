#include "http/tls.hpp"

#include <openssl/ssl.h>

#include <boost/system/error_code.hpp>
#include <stdexcept>

namespace octane::http {
namespace {

namespace ssl = boost::asio::ssl;

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size, const unsigned char* offered,
                    unsigned int offered_size, void*) {
    static constexpr unsigned char kHttp11[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    unsigned char* found = nullptr;
    if (SSL_select_next_proto(&found, chosen_size, kHttp11, sizeof kHttp11, offered, offered_size) != OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_NOACK;
    }
    *chosen = found;
    return SSL_TLSEXT_ERR_OK;
}

}  // namespace

std::shared_ptr<ssl::context> make_tls_context(const std::string& cert_file, const std::string& key_file) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    context->set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 | ssl::context::no_sslv3 |
                         ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1 | ssl::context::single_dh_use);
    SSL_CTX* native = context->native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);  // thousands of idle connections need not hold 34 kB each
    SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_alpn_select_cb(native, choose_protocol, nullptr);

    boost::system::error_code failed;
    context->use_certificate_chain_file(cert_file, failed);
    if (failed) throw std::runtime_error("cannot use the TLS certificate " + cert_file + ": " + failed.message());
    context->use_private_key_file(key_file, ssl::context::pem, failed);
    if (failed) throw std::runtime_error("cannot use the TLS key " + key_file + ": " + failed.message());
    if (SSL_CTX_check_private_key(native) != 1) {
        throw std::runtime_error("the TLS key " + key_file + " does not belong to the certificate " + cert_file);
    }
    return context;
}

}  // namespace octane::http
