#include "endpoints/streaming_calls.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "endpoints/metadata_headers.hpp"
#include "endpoints/raw_bytes.hpp"
#include "endpoints/stream_feeder.hpp"
#include "endpoints/stream_form.hpp"
#include "endpoints/unary_response.hpp"
#include "http/response_writer.hpp"
#include "http/run_on.hpp"
#include "wire/wire_to_json.hpp"

namespace octane::endpoints {
namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr seconds kHeartBeat{15};
// Browsers show a part when the next one begins. So one that nothing follows is written again, as on /render/mjpeg.
constexpr milliseconds kFirstRepeat{100};
// A stream that has failed by then says so by its HTTP status; one that has said nothing is begun.
constexpr seconds kFirstWait{1};

using Next = rpc::AnswerSlot::Next;

// How a stream went, as one JSON object.
std::string summary_of(const rpc::StreamEnd& end, std::uint64_t messages, std::uint64_t dropped, const CallLog& log) {
    if (end.error) return http::error_response(*end.error, log.call_id()).body;
    nlohmann::ordered_json summary = {
        {"success", true}, {"status", "OK"}, {"code", 0}, {"messages", messages}, {"dropped", dropped}};
    for (const auto& [name, value] : end.metadata.trailers) summary["trailers"][name] = metadata_text(name, value);
    return summary.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

// How the answers are wanted.
struct Wish {
    std::optional<StreamForm> form;  // nothing: one answer
    std::optional<RawBytes> raw;
};

base::Result<Wish> read_wish(const http::Request& request, const rpc::CallPlan& plan, const std::string& response_body) {
    const auto& answer = plan.answer_type();
    Wish wish;
    if (plan.called().descriptor->server_streaming()) {
        const bool is_http_body = RawBytes::http_body(answer, response_body).has_value();
        auto form = choose_stream_form(request.query, request.header("Accept"), is_http_body);
        if (!form) return std::move(form).error();
        wish.form = *form;
        const bool is_bytes = !wish.form || *wish.form == StreamForm::parts || *wish.form == StreamForm::bytes;
        if (!is_bytes) return wish;
    } else if (const auto word = request.query.find("stream")) {
        return base::make_error(base::ErrorCode::bad_query,
                                "?stream= is for methods that give a stream; " + plan.called().display + " gives one answer");
    }
    auto raw = RawBytes::from(request.query, answer, response_body);
    if (!raw) return std::move(raw).error();
    wish.raw = *std::move(raw);
    return wish;
}

// One answered stream, from its reader to the client. `feeder`: reads the body meanwhile, or null; it must have ended before an
// ordinary answer is given.
class Answering {
  public:
    Answering(const Site& site, http::Exchange& exchange, rpc::StreamReader& reader, const rpc::CallPlan& plan,
              const CallQuery& query, Wish wish, const CallLog& log, StreamFeeder* feeder)
        : workers_(site.workers.get_executor()),
          exchange_(exchange),
          reader_(reader),
          plan_(plan),
          query_(query),
          log_(log),
          feeder_(feeder),
          form_(wish.form),
          raw_(std::move(wish.raw)) {}

    asio::awaitable<void> run(std::shared_ptr<http::ResponseWriter>& writer);

  private:
    asio::awaitable<void> answer_one();
    asio::awaitable<void> answer_all(Next next, std::shared_ptr<http::ResponseWriter>& writer);
    asio::awaitable<void> answer_failure(base::Error error, const rpc::AnswerMetadata& metadata);
    http::Response make_head(const std::string& type) const;
    asio::awaitable<base::Result<base::Done>> compose(const Next& next);
    asio::awaitable<base::Result<RawBytes::Content>> read_content(const rpc::StreamMessage& message);

    const asio::any_io_executor workers_;
    http::Exchange& exchange_;
    rpc::StreamReader& reader_;
    const rpc::CallPlan& plan_;
    const CallQuery& query_;
    const CallLog& log_;
    StreamFeeder* const feeder_;
    const std::optional<StreamForm> form_;
    const std::optional<RawBytes> raw_;
    std::optional<StreamText> text_;
    rpc::StreamMessage::Text json_ = std::shared_ptr<const std::string>();  // of the message being written
    RawBytes::Content content_;                                             // the same of bytes
    StreamText::Parts parts_;
    std::uint64_t messages_ = 0;
};

asio::awaitable<void> refuse(http::Exchange& exchange, const base::Error& error, const CallLog& log, const CallQuery& query,
                             const rpc::AnswerMetadata& metadata = {}) {
    auto response = query.failure ? query.failure(error, log.call_id()) : http::error_response(error, log.call_id());
    log.failure(error, response.status);
    response.headers.emplace_back("X-Call-Id", log.call_id());
    append_metadata(response, metadata);
    co_await exchange.answer(response);
}

asio::awaitable<void> Answering::answer_failure(base::Error error, const rpc::AnswerMetadata& metadata) {
    if (feeder_ != nullptr) {
        if (feeder_->fault()) error = *feeder_->fault();  // before it is stopped, which is a fault of its own
        co_await feeder_->finish();
    }
    co_await refuse(exchange_, error, log_, query_, metadata);
}

http::Response Answering::make_head(const std::string& type) const {
    http::Response head;
    head.content_type = type;
    head.headers.emplace_back("X-Accel-Buffering", "no");
    head.headers.emplace_back("Cache-Control", "no-store");
    if (raw_) keep_harmless(head);
    head.headers.emplace_back("X-Call-Id", log_.call_id());
    return head;
}

asio::awaitable<void> Answering::run(std::shared_ptr<http::ResponseWriter>& writer) {
    if (!form_) {
        co_await answer_one();
        co_return;
    }
    text_.emplace(*form_);
    // The type of bytes is known with the first of them.
    Next next = co_await reader_.next(*form_ == StreamForm::bytes ? 30 * kFirstWait : kFirstWait);
    if (next.end && next.end->error) {
        co_await answer_failure(*std::move(next.end->error), next.end->metadata);
        co_return;
    }
    co_await answer_all(std::move(next), writer);
}

// The one answer of a method that takes a stream, or the first of one that gives a stream.
asio::awaitable<void> Answering::answer_one() {
    Next next;
    while (!next.message && !next.end) next = co_await reader_.next(kHeartBeat);
    const bool is_first_of_many = plan_.called().descriptor->server_streaming();
    std::optional<base::Error> error;
    if (next.end) {
        error = next.end->error;
        if (!error) error = base::make_error(base::ErrorCode::bad_answer, plan_.called().display + " ended without an answer");
    } else if (!is_first_of_many) {
        const auto message = std::exchange(next.message, nullptr);
        while (!next.end) next = co_await reader_.next(kHeartBeat);
        error = next.end->error;
        next.message = message;
    }
    reader_.leave();
    http::Response response;
    if (!error && raw_) {
        base::Result<RawBytes::Content> content = RawBytes::Content();
        if (raw_->pixels() != nullptr)
            content = co_await read_content(*next.message);
        else
            content = raw_->of(next.message->bytes());
        if (content) {
            keep_harmless(response);
            response.chain = std::move(content->bytes);
            response.content_type = std::move(content->type);
        } else {
            error = std::move(content).error();
        }
    } else if (!error) {
        std::string json;
        auto written = wire::wire_to_json(plan_.answer_type(), next.message->bytes(), query_.codec.dialect, json);
        if (!written) error = std::move(written).error();
        if (!error && !query_.response_body.empty()) json = member_of(json, query_.response_body);
        response.body = query_.is_bare ? json : R"({"success":true,"data":)" + json + '}';
    }
    // Of the first of many the call has not said all, and is left.
    const auto metadata = next.end ? std::move(next.end->metadata) : rpc::AnswerMetadata();
    if (error) {
        co_await answer_failure(*std::move(error), metadata);
        co_return;
    }
    if (feeder_ != nullptr) co_await feeder_->finish();
    log_.success();
    response.headers.emplace_back("X-Call-Id", log_.call_id());
    append_metadata(response, metadata);
    co_await exchange_.answer(response);
}

// A picture is made once for all who read the same stream in the same form.
asio::awaitable<base::Result<RawBytes::Content>> Answering::read_content(const rpc::StreamMessage& message) {
    const auto* const pixels = raw_->pixels();
    if (pixels == nullptr) co_return raw_->of_one_of_many(message.bytes());
    const std::string form = "picture " + std::string(exchange_.request().query.find("raw").value_or("")) + ' ' + pixels->name();
    auto file = co_await http::run_on(workers_, [&] {
        return message.text(form, [this](const base::ByteChain& bytes) -> rpc::StreamMessage::Text {
            auto made = raw_->picture(bytes);
            if (!made) return std::move(made).error();
            return std::make_shared<const std::string>(*std::move(made));
        });
    });
    if (!file) co_return std::move(file).error();
    std::shared_ptr<const std::string> owner = *std::move(file);
    std::vector<std::string_view> segments{*owner};
    co_return RawBytes::Content{base::ByteChain(std::move(segments), std::move(owner)), std::string(pixels->type())};
}

// Leaves what is to be written of the message in parts_.
asio::awaitable<base::Result<base::Done>> Answering::compose(const Next& next) {
    ++messages_;
    if (raw_) {
        auto content = co_await read_content(*next.message);
        if (!content) co_return std::move(content).error();
        content_ = *std::move(content);
        // Of the messages before this one, those that were not taken.
        parts_ = text_->message(content_.bytes, content_.type, next.number, next.number - messages_);
        co_return base::Done{};
    }
    const auto& dialect = query_.codec.dialect;
    const std::string form =
        std::string{dialect.with_defaults ? 'd' : '-', dialect.enums_as_numbers ? 'n' : '-'} + query_.response_body;
    json_ = next.message->text(form, [this, &dialect](const base::ByteChain& bytes) -> rpc::StreamMessage::Text {
        auto json = std::make_shared<std::string>();
        auto written = wire::wire_to_json(plan_.answer_type(), bytes, dialect, *json);
        if (!written) return std::move(written).error();
        if (!query_.response_body.empty()) *json = member_of(*json, query_.response_body);
        return std::shared_ptr<const std::string>(std::move(json));
    });
    if (!json_) co_return json_.error();
    parts_ = text_->message(**json_, next.number);
    co_return base::Done{};
}

asio::awaitable<void> Answering::answer_all(Next next, std::shared_ptr<http::ResponseWriter>& writer) {
    std::string type;
    if (raw_ && next.message) {
        if (const auto* const pixels = raw_->pixels())
            type = pixels->type();
        else if (const auto content = raw_->of_one_of_many(next.message->bytes()))
            type = content->type;
    }
    auto head = make_head(text_->content_type(type));
    writer = co_await exchange_.open(head);
    if (writer && feeder_ != nullptr && feeder_->has_ended()) writer->watch_client();  // it may have ended meanwhile
    bool is_open = writer != nullptr;
    while (is_open) {
        std::optional<rpc::StreamEnd> end = std::move(next.end);
        if (next.message) {
            auto composed = co_await compose(next);
            if (!composed) end = rpc::StreamEnd{std::move(composed).error(), {}};
        } else if (!end) {
            parts_ = text_->heart_beat();
        }
        if (end) {
            if (feeder_ != nullptr && feeder_->fault()) end->error = *feeder_->fault();
            const auto summary = summary_of(*end, messages_, reader_.dropped(), log_);
            if (end->error)
                log_.failure(*end->error, base::http_status(end->error->code));
            else
                log_.success();
            // What cannot be told among bytes is told by their not ending as they should.
            if (end->error && !text_->is_text()) break;
            parts_ = text_->end(summary, end->error.has_value());
            if (!parts_.empty()) is_open = co_await writer->write(parts_);
            if (is_open) writer->finish();
            break;
        }
        if (!parts_.empty()) is_open = co_await writer->write(parts_);
        const bool may_be_last = next.message && text_->needs_repeat();
        if (is_open) next = co_await reader_.next(may_be_last ? kFirstRepeat : milliseconds(kHeartBeat));
    }
    reader_.leave();
}

rpc::StreamRequest terms_of(const rpc::CallRequest& call, const rpc::CallPlan& plan, milliseconds otherwise) {
    rpc::StreamRequest request;
    request.timeout = call.timeout.value_or(plan.timeout().value_or(otherwise));
    request.metadata = call.metadata;
    return request;
}

// A reader whose stream ends when the client goes.
class WatchedReader {
  public:
    WatchedReader(std::unique_ptr<rpc::StreamReader> reader, asio::cancellation_slot client_gone)
        : reader_(std::move(reader)), client_gone_(client_gone) {
        if (client_gone_.is_connected()) client_gone_.assign([this](asio::cancellation_type) { reader_->leave(); });
    }
    ~WatchedReader() {
        if (client_gone_.is_connected()) client_gone_.clear();
    }
    WatchedReader(const WatchedReader&) = delete;
    WatchedReader& operator=(const WatchedReader&) = delete;
    [[nodiscard]] rpc::StreamReader& reader() { return *reader_; }

  private:
    std::unique_ptr<rpc::StreamReader> reader_;
    asio::cancellation_slot client_gone_;
};

}  // namespace

asio::awaitable<void> call_streaming(const Site& site, http::Exchange& exchange, const UpstreamEntry& upstream,
                                     std::shared_ptr<rpc::CallPlan> plan, const rpc::CallRequest& call, const CallQuery& query,
                                     std::optional<std::string> message, const CallLog& log, std::optional<BodyField> field) {
    auto wish = read_wish(exchange.request(), *plan, query.response_body);
    if (const auto hint = plan->streaming_hint(); !hint.empty())
        wish = base::make_error(base::ErrorCode::bad_path,
                                plan->called().display + " is a streaming method and cannot be called with one POST" + hint);
    if (!wish) {
        co_await refuse(exchange, wish.error(), log, query);
        co_return;
    }
    auto& streams = upstream.caller->streams();
    std::unique_ptr<rpc::StreamReader> reader;
    std::shared_ptr<rpc::StreamingCall> streaming;
    bool has_gone = false;  // the client
    // Who wants the first message alone waits as long as for any answer.
    const bool is_one = message && !wish->form;
    auto terms = terms_of(call, *plan, is_one ? upstream.caller->default_timeout() : milliseconds(0));
    if (query.is_shared && message) {
        reader = co_await streams.share(plan, *std::move(message), std::move(terms));
    } else {
        auto opened = co_await streams.open(plan, std::move(terms));
        // The upstream may take its time to take the request, too.
        auto gone = call.client_gone;
        if (opened && gone.is_connected()) {
            gone.assign([&has_gone, asked = *opened](asio::cancellation_type) {
                has_gone = true;
                asked->cancel();
            });
        }
        base::Result<bool> sent = true;
        if (opened && message) sent = co_await (*opened)->send(*std::move(message));
        if (opened && sent && message) co_await (*opened)->end_sending();
        if (gone.is_connected()) gone.clear();
        if (!opened || !sent) {
            co_await refuse(exchange, opened ? sent.error() : opened.error(), log, query);
            co_return;
        }
        streaming = *std::move(opened);
        reader = co_await streams.read(streaming, query.policy);
    }
    WatchedReader watched(std::move(reader), call.client_gone);
    if (has_gone) watched.reader().leave();
    std::shared_ptr<http::ResponseWriter> writer;
    if (message) {
        Answering answering(site, exchange, watched.reader(), *plan, query, *std::move(wish), log, nullptr);
        co_await answering.run(writer);
        co_return;
    }
    const std::size_t longest = upstream.upstream().max_message();
    StreamFeeder feeder(exchange, streaming, query.codec, std::min(plan->max_message().value_or(longest), longest),
                        std::move(field));
    Answering answering(site, exchange, watched.reader(), *plan, query, *std::move(wish), log, &feeder);
    feeder.start([&writer] {
        if (writer) writer->watch_client();
    });
    std::exception_ptr failure;
    try {
        co_await answering.run(writer);
    } catch (const std::exception&) { failure = std::current_exception(); }
    co_await feeder.finish();
    if (failure) std::rethrow_exception(failure);
}

}  // namespace octane::endpoints
