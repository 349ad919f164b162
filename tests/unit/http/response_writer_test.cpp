#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/post.hpp>
#include <cstdint>
#include <fstream>
#include <future>
#include <sstream>
#include <string>
#include <thread>

#include "http/response_writer.hpp"
#include "running_server.hpp"

using namespace octane::http;
using namespace octane::http::test;
namespace asio = boost::asio;

namespace {

// A listener whose doings the test directs from its own thread by posting to the stream's loop.
class Viewer : public StreamListener, public std::enable_shared_from_this<Viewer> {
  public:
    void on_written() override {
        if (is_inside_write_) was_called_inside = true;
        if (then) then();
        ++written;
        written.notify_all();
    }
    void on_closed() override {
        ++closed;
        stream.reset();
        gone.set_value();
    }

    void write(std::initializer_list<std::string_view> parts) {
        is_inside_write_ = true;
        stream->begin_write({parts.begin(), parts.size()});
        is_inside_write_ = false;
    }

    // The client may have the bytes before the stream knows that they are out.
    void await_written(int count) {
        for (int seen = written; seen < count; seen = written) written.wait(seen);
    }

    template <typename Action>
    auto run(Action action) {
        std::packaged_task<decltype(action())()> task(std::move(action));
        auto result = task.get_future();
        asio::post(*loop, [&task] { task(); });
        return result.get();
    }

    std::shared_ptr<ResponseWriter> stream;
    asio::io_context* loop = nullptr;
    std::promise<void> opened;
    std::promise<void> gone;
    std::function<void()> then;
    std::atomic<int> written = 0;
    int closed = 0;
    bool was_called_inside = false;

  private:
    bool is_inside_write_ = false;
};

std::function<void(Router&)> stream_route(std::shared_ptr<Viewer> viewer) {
    return [viewer](Router& router) {
        router.add("GET", "/stream", answering([viewer](Request& request) {
                       viewer->loop = request.loop;
                       Response response;
                       response.content_type = "text/event-stream";
                       response.headers.emplace_back("Cache-Control", "no-store");
                       response.on_stream = [viewer](std::shared_ptr<ResponseWriter> stream) {
                           stream->listen(viewer);
                           viewer->stream = std::move(stream);
                           viewer->opened.set_value();
                       };
                       return response;
                   }));
    };
}

}  // namespace

TEST_CASE("A stream's head has no length, and each write is one chunk of all its parts") {
    auto viewer = std::make_shared<Viewer>();
    RunningServer server(stream_route(viewer));
    auto client = server.connect();
    client.send(get("/stream", "Origin: http://localhost\r\n"));
    const auto head = client.read_head();
    CHECK(head.status == 200);
    CHECK(head.get("content-type") == "text/event-stream");
    CHECK(head.get("transfer-encoding") == "chunked");
    CHECK(head.get("cache-control") == "no-store");
    CHECK(head.get("access-control-allow-origin") == "http://localhost");
    CHECK_FALSE(head.has("content-length"));
    viewer->opened.get_future().get();
    viewer->run([&] { viewer->write({"data: ", "one", "", "\n\n"}); });
    CHECK(client.read_chunk() == "data: one\n\n");
    viewer->await_written(1);
    CHECK_FALSE(viewer->run([&] { return viewer->stream->is_writing(); }));
    viewer->run([&] { viewer->write({"two"}); });
    CHECK(client.read_chunk() == "two");
    viewer->await_written(2);
    viewer->run([&] { viewer->write({}); });
    viewer->await_written(3);
    viewer->run([&] { viewer->stream->finish(); });
    CHECK(client.read_chunk().empty());
    CHECK(client.is_closed_by_server());
    client.close();
    viewer->gone.get_future().get();
    CHECK(viewer->written == 3);
    CHECK(viewer->closed == 1);
    CHECK_FALSE(viewer->was_called_inside);
}

TEST_CASE("A stream that is silent for longer than a connection may be between requests is not cut") {
    auto viewer = std::make_shared<Viewer>();
    Settings settings;
    settings.options.idle_timeout = std::chrono::seconds(1);
    settings.options.body_timeout = std::chrono::seconds(1);
    RunningServer server(stream_route(viewer), std::move(settings));
    auto client = server.connect_with(get("/stream"));
    CHECK(client.read_head().status == 200);
    viewer->opened.get_future().get();
    for (const char* word : {"one", "two"}) {
        CHECK(server.connect().is_closed_by_server());  // for its silence
        CHECK(server.connect().is_closed_by_server());
        viewer->run([&] { viewer->write({word}); });
        CHECK(client.read_chunk() == word);
    }
    client.close();
    viewer->gone.get_future().get();
}

TEST_CASE("In HTTP/1.0 a stream is not chunked and ends with the connection") {
    auto viewer = std::make_shared<Viewer>();
    RunningServer server(stream_route(viewer));
    auto client = server.connect();
    client.send("GET /stream HTTP/1.0\r\n\r\n");
    CHECK_FALSE(client.read_head().has("transfer-encoding"));
    viewer->opened.get_future().get();
    viewer->run([&] {
        viewer->write({"one", "two"});
        viewer->stream->finish();
    });
    CHECK(client.read_to_end() == "onetwo");
    client.close();
    viewer->gone.get_future().get();
    CHECK(viewer->closed == 1);
}

TEST_CASE("HEAD on a stream gives its head and opens nothing") {
    auto viewer = std::make_shared<Viewer>();
    RunningServer server(stream_route(viewer));
    auto client = server.connect();
    client.send("HEAD /stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
    CHECK(client.read_reply(BodyOf::head).get("content-type") == "text/event-stream");
    client.send(get("/stream"));
    CHECK(client.read_head().status == 200);
    viewer->opened.get_future().get();
    client.close();
    viewer->gone.get_future().get();
    CHECK(viewer->closed == 1);
}

TEST_CASE("A viewer that leaves closes the stream once, with nothing being written") {
    auto viewer = std::make_shared<Viewer>();
    RunningServer server(stream_route(viewer));
    auto client = server.connect();
    client.send(get("/stream"));
    viewer->opened.get_future().get();
    client.close();
    viewer->gone.get_future().get();
    CHECK(viewer->closed == 1);
    CHECK(viewer->written == 0);
}

TEST_CASE("Aborting calls on_closed once and never from inside, also with a write under way") {
    auto viewer = std::make_shared<Viewer>();
    const std::string big(50'000'000, 'x');
    RunningServer server(stream_route(viewer));
    auto client = server.connect();
    client.send(get("/stream"));
    viewer->opened.get_future().get();
    viewer->run([&] {
        viewer->write({big});
        const auto stream = viewer->stream;
        stream->abort();
        stream->abort();
        CHECK(viewer->closed == 0);
    });
    viewer->gone.get_future().get();
    CHECK(viewer->closed == 1);
    CHECK(viewer->written == 0);
}

TEST_CASE("A slow reader holds back the one write under way and makes no progress") {
    auto viewer = std::make_shared<Viewer>();
    std::string big(20'000'000, '\0');
    for (std::size_t i = 0; i < big.size(); ++i) big[i] = static_cast<char>(i % 251);
    RunningServer server(stream_route(viewer));
    Client client(server.port(), 4096);
    client.send(get("/stream"));
    viewer->opened.get_future().get();
    const auto opened_at = viewer->run([&] { return viewer->stream->last_progress(); });
    viewer->run([&] { viewer->write({big}); });
    CHECK(client.read_head().status == 200);
    CHECK(client.read_line() == "1312d00");
    CHECK(viewer->run([&] { return viewer->stream->is_writing(); }));
    CHECK(viewer->written == 0);
    CHECK((client.read_exactly(big.size()) == big));
    CHECK(client.read_exactly(2) == "\r\n");
    viewer->await_written(1);
    CHECK(viewer->run([&] { return viewer->stream->last_progress(); }) > opened_at);
    viewer->run([&] { viewer->write({"after"}); });
    CHECK(client.read_chunk() == "after");
}

#ifdef __linux__
namespace {

// Bytes that the kernel holds for the one connection of a server, unsent or not yet acknowledged.
std::size_t kernel_bytes(std::uint16_t port) {
    std::ifstream table("/proc/net/tcp");
    std::string line;
    std::getline(table, line);
    while (std::getline(table, line)) {
        std::istringstream words(line);
        std::string number;
        std::string local;
        std::string remote;
        std::string state;
        std::string queues;
        words >> number >> local >> remote >> state >> queues;
        if (state == "01" && std::stoul(local.substr(local.find(':') + 1), nullptr, 16) == port)
            return std::stoul(queues.substr(0, queues.find(':')), nullptr, 16);
    }
    return 0;
}

}  // namespace

TEST_CASE("Of a stream that stalls the kernel holds no more than it must, so that what waits can still become newer") {
    auto viewer = std::make_shared<Viewer>();
    const std::string big(60'000'000, 'x');
    RunningServer server(stream_route(viewer));
    Client client(server.port(), 64 * 1024);
    client.send(get("/stream"));
    viewer->opened.get_future().get();
    viewer->run([&] { viewer->write({big}); });
    CHECK(client.read_head().status == 200);
    std::size_t most = 0;
    for (int i = 0; i < 30; ++i) {
        CHECK(client.read_exactly(1'000'000).size() == 1'000'000);  // so that it would have grown
        (void)viewer->run([] { return 0; });
        most = std::max(most, kernel_bytes(server.port()));
    }
    CHECK(most > 0);
    CHECK(most < 640UL * 1024);  // 256 KiB unsent, and what is on its way
    CHECK(viewer->written == 0);
}
#endif

TEST_CASE("Writes begun in on_written follow one another in order") {
    auto viewer = std::make_shared<Viewer>();
    std::string number;
    int next = 0;
    viewer->then = [&] {
        if (++next == 200) {
            viewer->stream->finish();
            return;
        }
        number = std::to_string(next);
        viewer->write({"event ", number});
    };
    RunningServer server(stream_route(viewer));
    auto client = server.connect();
    client.send(get("/stream"));
    CHECK(client.read_head().status == 200);
    viewer->opened.get_future().get();
    viewer->run([&] { viewer->write({"event 0"}); });
    for (int i = 0; i < 200; ++i) CHECK(client.read_chunk() == "event " + std::to_string(i));
    CHECK(client.read_chunk().empty());
    client.close();
    viewer->gone.get_future().get();
    CHECK_FALSE(viewer->was_called_inside);
}

TEST_CASE("A stream that nobody holds is closed") {
    RunningServer server([](Router& router) {
        router.add("GET", "/dropped", answering([](Request&) {
                       Response response;
                       response.on_stream = [](const std::shared_ptr<ResponseWriter>&) {};
                       return response;
                   }));
    });
    auto client = server.connect();
    client.send(get("/dropped"));
    CHECK(client.read_head().status == 200);
    CHECK(client.is_closed_by_server());
}

TEST_CASE("A viewer that talks without end is closed") {
    auto viewer = std::make_shared<Viewer>();
    RunningServer server(stream_route(viewer));
    auto client = server.connect();
    client.send(get("/stream"));
    viewer->opened.get_future().get();
    client.send_while_taken(std::string(10'000'000, 'x'));
    viewer->gone.get_future().get();
    CHECK(viewer->closed == 1);
}

TEST_CASE("A draining server leaves streams open until they are finished, and closing all ends them") {
    auto viewer = std::make_shared<Viewer>();
    RunningServer server(stream_route(viewer));
    auto client = server.connect();
    client.send(get("/stream"));
    CHECK(client.read_head().status == 200);
    viewer->opened.get_future().get();
    server->stop_accepting();
    viewer->run([&] { viewer->write({"still here"}); });
    CHECK(client.read_chunk() == "still here");
    CHECK(server->connections() == 1);
    server->close_all();
    viewer->gone.get_future().get();
    CHECK(viewer->closed == 1);
    CHECK(client.is_closed_by_server());
}
