#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <unistd.h>

#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "http/response_writer.hpp"
#include "http/tls.hpp"
#include "http/web_socket.hpp"
#include "running_server.hpp"
#include "web_socket_client.hpp"

using namespace octane::http;
using namespace octane::http::test;
namespace asio = boost::asio;
namespace ssl = asio::ssl;

namespace {

// A self-signed certificate for localhost, in files that live as long as this object.
class Certificate {
  public:
    Certificate() : directory_(std::filesystem::temp_directory_path() / ("octane-tls-" + std::to_string(::getpid()))) {
        std::filesystem::create_directories(directory_);
        EVP_PKEY* key = EVP_EC_gen("P-256");
        X509* certificate = X509_new();
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
        X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
        X509_set_pubkey(certificate, key);
        X509_NAME* name = X509_get_subject_name(certificate);
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
        X509_set_issuer_name(certificate, name);
        X509_sign(certificate, key, EVP_sha256());
        std::FILE* file = std::fopen(cert().c_str(), "wb");
        PEM_write_X509(file, certificate);
        std::fclose(file);
        file = std::fopen(this->key().c_str(), "wb");
        PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
        std::fclose(file);
        X509_free(certificate);
        EVP_PKEY_free(key);
    }
    ~Certificate() { std::filesystem::remove_all(directory_); }
    Certificate(const Certificate&) = delete;
    Certificate& operator=(const Certificate&) = delete;

    [[nodiscard]] std::string cert() const { return directory_ / "cert.pem"; }
    [[nodiscard]] std::string key() const { return directory_ / "key.pem"; }
    [[nodiscard]] std::string file(const std::string& name) const { return directory_ / name; }

  private:
    std::filesystem::path directory_;
};

class TlsClient {
  public:
    TlsClient(std::uint16_t port, const std::string& trusted) {
        context_.load_verify_file(trusted);
        context_.set_verify_mode(ssl::verify_peer);
        stream_.emplace(loop_, context_);
        stream_->lowest_layer().connect({asio::ip::address_v4::loopback(), port});
        stream_->handshake(ssl::stream_base::client);
    }
    void send(std::string_view bytes) { asio::write(*stream_, asio::buffer(bytes)); }
    std::string read_until(std::string_view mark) {
        const auto size = asio::read_until(*stream_, asio::dynamic_buffer(pending_), std::string(mark));
        return take(size);
    }
    std::string read_exactly(std::size_t size) {
        if (pending_.size() < size)
            asio::read(*stream_, asio::dynamic_buffer(pending_), asio::transfer_exactly(size - pending_.size()));
        return take(size);
    }
    // The connection's, without a word in TLS.
    void shutdown_send() { stream_->lowest_layer().shutdown(asio::ip::tcp::socket::shutdown_send); }
    void close() { stream_->lowest_layer().close(); }
    boost::system::error_code read_end() {
        boost::system::error_code end;
        asio::read(*stream_, asio::dynamic_buffer(pending_), end);
        return end;
    }

  private:
    std::string take(std::size_t size) {
        auto bytes = pending_.substr(0, size);
        pending_.erase(0, size);
        return bytes;
    }

    asio::io_context loop_;
    ssl::context context_{ssl::context::tls_client};
    std::optional<ssl::stream<asio::ip::tcp::socket>> stream_;
    std::string pending_;
};

Settings with_tls(const Certificate& files) {
    Settings settings;
    settings.options.tls = make_tls_context(files.cert(), files.key());
    return settings;
}

struct OneWrite : StreamListener {
    void on_written() override { stream->finish(); }
    void on_closed() override { stream.reset(); }
    std::shared_ptr<ResponseWriter> stream;
};

struct EchoOnce : WebSocketListener {
    void on_message(MessageKind kind, std::string_view bytes) override {
        kept = bytes;
        const std::array<std::string_view, 1> parts = {kept};
        socket->write(kind, parts);
        socket->finish(CloseCode::normal, {});
    }
    void on_written() override {}
    void on_closed() override { socket.reset(); }
    std::shared_ptr<WebSocket> socket;
    std::string kept;
};

}  // namespace

TEST_CASE("Requests and big answers go through TLS, and the end is announced") {
    const Certificate files;
    RunningServer server(usual_routes, with_tls(files));
    TlsClient client(server.port(), files.cert());
    client.send(get("/hello"));
    CHECK(client.read_until("hello").starts_with("HTTP/1.1 200 OK\r\n"));
    const std::string body(500'000, 'b');
    client.send(post("/echo", body, "Connection: close\r\n"));
    CHECK(client.read_until("\r\n\r\n").find("Content-Length: 500000\r\n") != std::string::npos);
    CHECK((client.read_exactly(body.size()) == body));
    CHECK(client.read_end() == asio::error::eof);
}

TEST_CASE("In TLS too, who has ended its own half is answered, and who has closed is gone") {
    const Certificate files;
    Gate reads;
    Gate leaves;
    RunningServer server(
        [&](Router& router) {
            router.add("GET", "/reads", [&reads](Request& request) { return wait_at(reads, request); });
            router.add("GET", "/leaves", [&leaves](Request& request) { return wait_at(leaves, request); });
        },
        with_tls(files));
    TlsClient reader(server.port(), files.cert());
    reader.send(get("/reads"));
    reads.entered.get_future().get();
    reader.shutdown_send();
    CHECK(reader.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    reads.open();
    CHECK_FALSE(reads.ended_by_client.get_future().get());
    CHECK(reader.read_until("waited").starts_with("HTTP/1.1 200 OK\r\n"));
    TlsClient leaver(server.port(), files.cert());
    leaver.send(get("/leaves"));
    leaves.entered.get_future().get();
    leaver.close();
    CHECK(leaves.ended_by_client.get_future().get());
}

TEST_CASE("A body that comes too slowly through TLS is told so") {
    const Certificate files;
    auto settings = with_tls(files);
    settings.options.body_timeout = std::chrono::seconds(1);
    RunningServer server(usual_routes, std::move(settings));
    TlsClient client(server.port(), files.cert());
    client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf");
    CHECK(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 408 "));
}

TEST_CASE("Streams go through TLS") {
    const Certificate files;
    const std::string event(300'000, 'e');
    auto viewer = std::make_shared<OneWrite>();
    RunningServer server(
        [&](Router& router) {
            router.add("GET", "/stream", answering([&](Request&) {
                           Response response;
                           response.on_stream = [&](std::shared_ptr<ResponseWriter> stream) {
                               stream->listen(viewer);
                               viewer->stream = std::move(stream);
                               const std::array<std::string_view, 2> parts = {event, "\n\n"};
                               viewer->stream->begin_write(parts);
                           };
                           return response;
                       }));
        },
        with_tls(files));
    TlsClient client(server.port(), files.cert());
    client.send(get("/stream"));
    CHECK(client.read_until("\r\n\r\n").find("chunked") != std::string::npos);
    CHECK(client.read_until("\r\n") == "493e2\r\n");
    CHECK((client.read_exactly(event.size()) == event));
    CHECK(client.read_exactly(9) == "\n\n\r\n0\r\n\r\n");
}

TEST_CASE("WebSockets go through TLS, to their announced end") {
    const Certificate files;
    auto peer = std::make_shared<EchoOnce>();
    RunningServer server(
        [&](Router& router) {
            router.add("GET", "/socket", answering([&](Request&) {
                           Response response;
                           response.on_web_socket = [&](std::shared_ptr<WebSocket> socket) {
                               socket->listen(peer);
                               peer->socket = std::move(socket);
                           };
                           return response;
                       }));
        },
        with_tls(files));
    TlsClient client(server.port(), files.cert());
    client.send(opening("/socket"));
    CHECK(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 101 "));
    const std::string bytes(300'000, 'w');
    client.send(frame(kBinary, bytes));
    CHECK((read_frame(client).payload == bytes));
    CHECK(read_frame(client).close_code() == 1000);
    client.send(close_frame(1000));
    CHECK(client.read_end());
}

TEST_CASE("A plain client at a TLS port is closed without harm to others") {
    const Certificate files;
    RunningServer server(usual_routes, with_tls(files));
    auto plain = server.connect();
    plain.send(get("/hello"));
    CHECK(plain.read_to_end().find("hello") == std::string::npos);
    TlsClient client(server.port(), files.cert());
    client.send(get("/hello"));
    CHECK(client.read_until("hello").starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("TLS files that cannot be used are named with the reason") {
    const Certificate files;
    std::ofstream(files.file("broken.pem")) << "not a certificate";
    CHECK_THROWS_WITH_AS(make_tls_context(files.file("absent.pem"), files.key()), doctest::Contains("absent.pem"),
                         std::runtime_error);
    CHECK_THROWS_WITH_AS(make_tls_context(files.file("broken.pem"), files.key()), doctest::Contains("broken.pem"),
                         std::runtime_error);
    CHECK_THROWS_WITH_AS(make_tls_context(files.cert(), files.file("broken.pem")), doctest::Contains("broken.pem"),
                         std::runtime_error);
}
