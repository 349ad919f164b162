#include "upstream/silence_watch.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "unit/upstream/fake_octane.hpp"
#include "unit/upstream/loop.hpp"

namespace octane::upstream {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using tests::answer;
using tests::FakeOctane;
using tests::kPatience;
using tests::Loop;
using tests::open_call;
using tests::options_for;
using tests::Script;

constexpr const char* kQuestion = "/grpc.health.v1.Health/Check";

// Nothing is known of the server but what it answers.
class NoSchema final : public SchemaSource {
  public:
    [[nodiscard]] Reading initial() const override { return {}; }
    asio::awaitable<Reading> read(Channel&) override {
        Reading nothing;
        co_return nothing;
    }
    asio::awaitable<SignOfLife> ask_whether_there(Channel& channel, milliseconds limit, bool is_over_spare) override {
        const SignOfLife sign =
            co_await SchemaSource::ask_whether_there(channel, is_patient ? milliseconds(kPatience) : limit, is_over_spare);
        if (sign == SignOfLife::answered) is_patient = false;
        co_return sign;
    }

    std::atomic<bool> is_patient{false};  // the next answer may take longer than the limit
};

// A server that answers, or answers nothing any more while is_frozen.
class Stage {
  public:
    Stage()
        : server_([this](const std::string&, const std::string&) -> Script { return is_frozen ? open_call() : answer(""); }),
          channel_(options_for(server_.port())),
          watch_(channel_, loop_.executor(), schema_, {milliseconds(20), milliseconds(200)}) {
        watch_.set_oldest_call([this] { return call.load(); });
        loop_.call([this] { watch_.begin(); });
    }
    ~Stage() {
        loop_.call([this] { watch_.stop(); });
        channel_.shutdown();
        loop_.stop();
    }

    // Looks as often as it takes.
    bool until(const std::function<bool(SilenceWatch&)>& is_true) {
        const auto end = std::chrono::steady_clock::now() + kPatience;
        bool is_so = false;
        while (!is_so && std::chrono::steady_clock::now() < end) {
            loop_.call([&] {
                watch_.look();
                is_so = is_true(watch_);
            });
        }
        return is_so;
    }
    bool until_silent() {
        return until([](SilenceWatch& watch) { return watch.silent_since().has_value(); });
    }
    bool until_heard() {
        return until([](SilenceWatch& watch) { return !watch.silent_since(); });
    }
    // Until the watch has had an answer, however slow the machine is.
    bool until_answered() {
        schema_->is_patient = true;
        return until([this](SilenceWatch&) { return !schema_->is_patient; });
    }
    // So many questions more.
    bool until_asked(std::size_t times) {
        const std::size_t before = server_.calls(kQuestion);
        return until([&](SilenceWatch&) { return server_.calls(kQuestion) >= before + times; });
    }
    bool is_silent() {
        bool is = false;
        loop_.call([&] { is = watch_.silent_since().has_value(); });
        return is;
    }

    std::atomic<bool> is_frozen{false};
    std::atomic<std::uint64_t> call{0};

  private:
    Loop loop_;
    FakeOctane server_;
    Channel channel_;
    std::shared_ptr<NoSchema> schema_ = std::make_shared<NoSchema>();
    SilenceWatch watch_;
};

TEST_CASE("a server that says nothing is asked, and is not silent while it answers") {
    Stage stage;
    CHECK(stage.until_asked(3));
    CHECK(stage.until_heard());
}

TEST_CASE("a server that answers nothing is silent until it does") {
    Stage stage;
    stage.is_frozen = true;
    CHECK(stage.until_silent());
    stage.is_frozen = false;
    CHECK(stage.until_heard());
}

TEST_CASE("a call that the server has explains that it answers nothing, and its end no longer does") {
    Stage stage;
    stage.is_frozen = true;
    stage.call = 1;
    CHECK(stage.until_asked(3));
    CHECK_FALSE(stage.is_silent());
    stage.call = 0;
    CHECK(stage.until_silent());
}

TEST_CASE("a server that has answered beside a call has no such excuse") {
    Stage stage;
    stage.call = 1;
    CHECK(stage.until_answered());
    CHECK(stage.until_heard());
    stage.is_frozen = true;
    CHECK(stage.until_silent());
}

}  // namespace
}  // namespace octane::upstream
