// Room: http. The TLS side of the server, made at the start, and anew when the certificate is read again.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

namespace octane::http {

// TLS 1.2 and newer, HTTP/1.1 by ALPN. Both files are PEM; the certificate file may hold the chain.
// Throws std::runtime_error with one sentence that names the file and what is wrong with it.
std::shared_ptr<boost::asio::ssl::context> make_tls_context(const std::string& cert_file, const std::string& key_file);

}  // namespace octane::http
