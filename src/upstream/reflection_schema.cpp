#include "upstream/reflection_schema.hpp"

#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/io/coded_stream.h>

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "telemetry/log.hpp"

namespace octane::upstream {
namespace asio = boost::asio;
using base::GrpcStatus;
using google::protobuf::FileDescriptorProto;
using google::protobuf::io::CodedInputStream;
using telemetry::Level;

namespace {

constexpr const char* kV1 = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
constexpr const char* kV1Alpha = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";

// Numbers of the fields of ServerReflectionRequest and ServerReflectionResponse; the same in both versions.
constexpr int kFileByName = 3;
constexpr int kFileOfSymbol = 4;
constexpr int kListServices = 7;
constexpr int kFilesAnswer = 4;
constexpr int kServicesAnswer = 6;
constexpr int kErrorAnswer = 7;
constexpr int kErrorWords = 2;  // of ErrorResponse

constexpr const char* kNoMessage = "the answer is no message";
constexpr std::size_t kMostNamed = 10;

constexpr std::uint32_t kLengthDelimited = 2;

std::string request_of(int field, std::string_view text) {
    std::string bytes;
    bytes += static_cast<char>((static_cast<std::uint32_t>(field) << 3U) | kLengthDelimited);
    for (std::size_t size = text.size();; size >>= 7U) {
        if (size < 0x80) {
            bytes += static_cast<char>(size);
            break;
        }
        bytes += static_cast<char>((size & 0x7FU) | 0x80U);
    }
    bytes += text;
    return bytes;
}

// The values of the length-delimited field `field`; nothing if the bytes are no message.
std::optional<std::vector<std::string>> values_of(std::string_view message, int field) {
    CodedInputStream in(reinterpret_cast<const std::uint8_t*>(message.data()), static_cast<int>(message.size()));
    std::vector<std::string> values;
    while (const std::uint32_t tag = in.ReadTag()) {
        std::uint32_t size = 0;
        std::uint64_t ignored = 0;
        std::string value;
        switch (tag & 7U) {
            case 0:
                if (!in.ReadVarint64(&ignored)) return std::nullopt;
                break;
            case 1:
                if (!in.Skip(8)) return std::nullopt;
                break;
            case kLengthDelimited:
                if (!in.ReadVarint32(&size) || !in.ReadString(&value, static_cast<int>(size))) return std::nullopt;
                if (tag >> 3U == static_cast<std::uint32_t>(field)) values.push_back(std::move(value));
                break;
            case 5:
                if (!in.Skip(4)) return std::nullopt;
                break;
            default: return std::nullopt;
        }
    }
    if (!in.ConsumedEntireMessage()) return std::nullopt;
    return values;
}

// What breaks the questions off; ok: nothing did.
struct Outcome {
    GrpcStatus status = GrpcStatus::ok;
    std::string words;  // for people
};

// One answer, or how the stream ended without.
struct Answer {
    std::optional<std::string> message;
    Outcome end;
};

std::string say_seconds(std::chrono::milliseconds time) {
    return std::to_string(std::chrono::ceil<std::chrono::seconds>(time).count()) + " s";
}

asio::awaitable<Answer> ask(Channel& channel, const char* path, std::string request, std::chrono::milliseconds longest) {
    // The timer's handler may be on its way when this ends.
    struct Question {
        std::unique_ptr<ServerStream> stream;
        bool is_late = false;
    };
    const auto question = std::make_shared<Question>();
    question->stream = co_await channel.open_stream(path, std::move(request));
    asio::steady_timer limit(co_await asio::this_coro::executor, longest);
    limit.async_wait([question](const boost::system::error_code& ended) {
        if (ended) return;
        question->is_late = true;
        question->stream->cancel();
    });
    Answer answer;
    if (auto message = co_await question->stream->read()) {
        answer.message = message->flatten();
        question->stream->cancel();
    }
    Reply end = co_await question->stream->finish();
    limit.cancel();
    if (answer.message) co_return answer;
    if (question->is_late)
        answer.end = {GrpcStatus::deadline_exceeded, "it did not answer within " + say_seconds(longest)};
    else if (end.status == GrpcStatus::ok)
        answer.end = {GrpcStatus::internal, "it ended the question without an answer"};
    else
        answer.end = {end.status, std::move(end.message)};
    co_return answer;
}

// What one reading gathers.
class SchemaQuestions {
  public:
    SchemaQuestions(Channel& channel, const char* path, const ReflectionSchema::Limits& limits)
        : channel_(channel), path_(path), limits_(limits) {}

    // UNIMPLEMENTED: the server does not have this version.
    asio::awaitable<Outcome> run() {
        Answer listed = co_await ask(channel_, path_, request_of(kListServices, "*"), limits_.answer);
        if (!listed.message) co_return std::move(listed.end);
        auto services = services_in(*listed.message);
        if (!services) {
            Outcome unlisted{GrpcStatus::unknown, "its list of services: " + fault_of(*listed.message, kServicesAnswer)};
            co_return unlisted;
        }
        std::ranges::sort(*services);
        for (const auto& service : *services) {
            if (service.starts_with("grpc.reflection.")) continue;
            Outcome outcome = co_await fetch(kFileOfSymbol, service);
            if (outcome.status != GrpcStatus::ok) co_return outcome;
        }
        while (!wanted_.empty()) {
            const std::string name = std::move(wanted_.front());
            wanted_.pop_front();
            if (have_.contains(name) || !asked_.insert(name).second) continue;
            Outcome outcome = co_await fetch(kFileByName, name);
            if (outcome.status != GrpcStatus::ok) co_return outcome;
        }
        co_return Outcome();
    }

    [[nodiscard]] const std::string& descriptor_set() const { return set_; }  // serialized
    // What was asked for and did not come, and why: as many as one may want to read.
    [[nodiscard]] const std::vector<std::string>& missing() const { return missing_; }
    [[nodiscard]] std::size_t missing_count() const { return missing_count_; }

  private:
    // Nothing: the answer is no list of services.
    static std::optional<std::vector<std::string>> services_in(const std::string& message) {
        const auto lists = values_of(message, kServicesAnswer);
        if (!lists || lists->empty()) return std::nullopt;
        std::vector<std::string> names;
        for (const auto& list : *lists) {
            const auto services = values_of(list, 1);
            if (!services) return std::nullopt;
            for (const auto& service : *services) {
                const auto name = values_of(service, 1);
                if (!name) return std::nullopt;
                if (!name->empty()) names.push_back(name->back());
            }
        }
        return names;
    }

    // Why an answer does not hold the field that was asked for, as a message: the server's words, if it is an error of its own.
    static std::string fault_of(const std::string& message, int field) {
        const auto wanted = values_of(message, field);
        if (!wanted || !wanted->empty()) return kNoMessage;
        const auto errors = values_of(message, kErrorAnswer);
        if (!errors || errors->empty()) return "the answer is to another question";
        const auto words = values_of(errors->back(), kErrorWords);
        return words && !words->empty() ? words->back() : "the server says that it fails, and not why";
    }

    asio::awaitable<Outcome> fetch(int question, const std::string& name) {
        if (std::chrono::steady_clock::now() >= deadline_) {
            Outcome late{GrpcStatus::deadline_exceeded, "all its answers took longer than " + say_seconds(limits_.reading)};
            co_return late;
        }
        Answer answer = co_await ask(channel_, path_, request_of(question, name), limits_.answer);
        if (!answer.message) co_return std::move(answer.end);
        const auto lists = values_of(*answer.message, kFilesAnswer);
        if (!lists || lists->empty()) {
            miss(name, fault_of(*answer.message, kFilesAnswer));
            co_return Outcome();
        }
        std::size_t count = 0;
        for (const auto& list : *lists) {
            const auto files = values_of(list, 1);
            if (!files) miss(name, kNoMessage);
            for (const auto& file : files.value_or(std::vector<std::string>())) take(name, file);
            count += files ? files->size() : 1;
        }
        if (count == 0) miss(name, "the answer is empty");
        Outcome outcome;
        if (have_.size() > limits_.files)
            outcome = {GrpcStatus::resource_exhausted, "it has more than " + std::to_string(limits_.files) + " files"};
        co_return outcome;
    }

    void miss(const std::string& name, const std::string& why) {
        if (missing_count_++ < kMostNamed) missing_.push_back(name + " (" + why + ")");
    }

    void take(const std::string& asked, const std::string& bytes) {
        FileDescriptorProto file;
        if (!file.ParseFromString(bytes)) return miss(asked, "what came is no descriptor of a file");
        if (!have_.insert(file.name()).second) return;
        set_ += request_of(1, bytes);  // FileDescriptorSet.file
        for (const auto& import : file.dependency()) {
            if (!have_.contains(import)) wanted_.push_back(import);
        }
    }

    Channel& channel_;
    const char* path_;
    const ReflectionSchema::Limits limits_;
    const std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::now() + limits_.reading;
    std::string set_;
    std::set<std::string> have_;
    std::set<std::string> asked_;
    std::deque<std::string> wanted_;  // bounded: imports of at most so many files
    std::vector<std::string> missing_;
    std::size_t missing_count_ = 0;
};

}  // namespace

ReflectionSchema::ReflectionSchema(std::string name, Limits limits)
    : name_(std::move(name)), limits_(limits), schema_(schema::Schema::empty(name_)) {}

asio::awaitable<SchemaSource::Reading> ReflectionSchema::read(Channel& channel) {
    auto reading = std::make_unique<SchemaQuestions>(channel, kV1, limits_);
    Outcome outcome = co_await reading->run();
    if (outcome.status == GrpcStatus::unimplemented) {
        reading = std::make_unique<SchemaQuestions>(channel, kV1Alpha, limits_);
        outcome = co_await reading->run();
    }
    const GrpcStatus status = outcome.status;
    SchemaSource::Reading result = initial();
    if (status == GrpcStatus::unavailable || status == GrpcStatus::cancelled) {
        result.is_reachable = false;
        co_return result;
    }
    if (status != GrpcStatus::ok) {
        telemetry::log(Level::warn, "The server does not tell its schema by reflection",
                       {{"upstream", name_}, {"status", base::grpc_status_name(status)}, {"reason", outcome.words}});
        co_return result;
    }
    for (const auto& name : reading->missing())
        telemetry::log(Level::warn, "The server's reflection does not have a file", {{"upstream", name_}, {"file", name}});
    if (reading->missing_count() > reading->missing().size())
        telemetry::log(
            Level::warn, "The server's reflection does not have further files",
            {{"upstream", name_}, {"files", static_cast<std::uint64_t>(reading->missing_count() - reading->missing().size())}});
    if (descriptor_set_.empty() || reading->descriptor_set() != descriptor_set_) {
        auto schema = schema::Schema::from_descriptor_set(name_, reading->descriptor_set());
        if (!schema) {
            telemetry::log(Level::warn, "The schema that the server tells by reflection cannot be loaded",
                           {{"upstream", name_}, {"reason", schema.error().message}});
            co_return result;
        }
        const auto& problems = (*schema)->problems();
        for (std::size_t i = 0; i < std::min(problems.size(), kMostNamed); ++i)
            telemetry::log(Level::warn, "A file that the server tells by reflection cannot be used",
                           {{"upstream", name_}, {"reason", problems[i]}});
        schema_ = *std::move(schema);
        descriptor_set_ = reading->descriptor_set();
    }
    result.schema = schema_;
    result.is_certain = true;
    co_return result;
}

}  // namespace octane::upstream
