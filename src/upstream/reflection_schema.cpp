#include "upstream/reflection_schema.hpp"

#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/io/coded_stream.h>

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
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

// One answer, or how the stream ended without.
struct Answer {
    std::optional<std::string> message;
    GrpcStatus status = GrpcStatus::ok;
};

asio::awaitable<Answer> ask(Channel& channel, const char* path, std::string request) {
    // The timer's handler may be on its way when this ends.
    struct Question {
        std::unique_ptr<ServerStream> stream;
        bool is_late = false;
    };
    const auto question = std::make_shared<Question>();
    question->stream = co_await channel.open_stream(path, std::move(request));
    asio::steady_timer limit(co_await asio::this_coro::executor, ReflectionSchema::kLongestAnswer);
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
    const Reply end = co_await question->stream->finish();
    limit.cancel();
    if (!answer.message) answer.status = question->is_late ? GrpcStatus::deadline_exceeded : end.status;
    co_return answer;
}

// What one reading gathers.
class SchemaQuestions {
  public:
    SchemaQuestions(Channel& channel, const char* path) : channel_(channel), path_(path) {}

    // How the questions ended: ok, or what broke them off. UNIMPLEMENTED: the server does not have this version.
    asio::awaitable<GrpcStatus> run() {
        const Answer listed = co_await ask(channel_, path_, request_of(kListServices, "*"));
        if (!listed.message) co_return listed.status;
        std::vector<std::string> services = services_in(*listed.message);
        std::ranges::sort(services);
        for (const auto& service : services) {
            if (service.starts_with("grpc.reflection.")) continue;
            const GrpcStatus status = co_await fetch(kFileOfSymbol, service);
            if (status != GrpcStatus::ok) co_return status;
        }
        while (!wanted_.empty()) {
            const std::string name = std::move(wanted_.front());
            wanted_.pop_front();
            if (have_.contains(name)) continue;
            const GrpcStatus status = co_await fetch(kFileByName, name);
            if (status != GrpcStatus::ok) co_return status;
        }
        co_return GrpcStatus::ok;
    }

    [[nodiscard]] const std::string& descriptor_set() const { return set_; }  // serialized
    [[nodiscard]] const std::vector<std::string>& missing() const { return missing_; }

  private:
    static std::vector<std::string> services_in(const std::string& message) {
        std::vector<std::string> names;
        for (const auto& list : values_of(message, kServicesAnswer).value_or(std::vector<std::string>())) {
            for (const auto& service : values_of(list, 1).value_or(std::vector<std::string>())) {
                const auto name = values_of(service, 1);
                if (name && !name->empty()) names.push_back(name->back());
            }
        }
        return names;
    }

    asio::awaitable<GrpcStatus> fetch(int question, const std::string& name) {
        if (std::chrono::steady_clock::now() >= deadline_) co_return GrpcStatus::deadline_exceeded;
        const Answer answer = co_await ask(channel_, path_, request_of(question, name));
        if (!answer.message) co_return answer.status;
        const auto files = values_of(*answer.message, kFilesAnswer);
        if (!files || files->empty()) {
            missing_.push_back(name + (values_of(*answer.message, kErrorAnswer) ? "" : " (the answer is no message)"));
            co_return GrpcStatus::ok;
        }
        for (const auto& list : *files) {
            for (const auto& file : values_of(list, 1).value_or(std::vector<std::string>())) take(file);
        }
        co_return have_.size() > ReflectionSchema::kMostFiles ? GrpcStatus::resource_exhausted : GrpcStatus::ok;
    }

    void take(const std::string& bytes) {
        FileDescriptorProto file;
        if (!file.ParseFromString(bytes)) {
            missing_.push_back("a file that is no descriptor");
            return;
        }
        if (!have_.insert(file.name()).second) return;
        set_ += request_of(1, bytes);  // FileDescriptorSet.file
        for (const auto& import : file.dependency()) {
            if (!have_.contains(import)) wanted_.push_back(import);
        }
    }

    Channel& channel_;
    const char* path_;
    const std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::now() + ReflectionSchema::kLongestReading;
    std::string set_;
    std::set<std::string> have_;
    std::deque<std::string> wanted_;  // bounded: imports of at most kMostFiles files
    std::vector<std::string> missing_;
};

}  // namespace

ReflectionSchema::ReflectionSchema(std::string name) : name_(std::move(name)), schema_(schema::Schema::empty(name_)) {}

asio::awaitable<SchemaSource::Reading> ReflectionSchema::read(Channel& channel) {
    auto reading = std::make_unique<SchemaQuestions>(channel, kV1);
    GrpcStatus status = co_await reading->run();
    if (status == GrpcStatus::unimplemented) {
        reading = std::make_unique<SchemaQuestions>(channel, kV1Alpha);
        status = co_await reading->run();
    }
    SchemaSource::Reading result = initial();
    if (status == GrpcStatus::unavailable || status == GrpcStatus::cancelled) {
        result.is_reachable = false;
        co_return result;
    }
    if (status != GrpcStatus::ok) {
        telemetry::log(Level::warn, "The server does not tell its schema by reflection",
                       {{"upstream", name_}, {"status", base::grpc_status_name(status)}});
        co_return result;
    }
    for (const auto& name : reading->missing())
        telemetry::log(Level::warn, "The server's reflection does not have a file", {{"upstream", name_}, {"file", name}});
    auto schema = schema::Schema::from_descriptor_set(name_, reading->descriptor_set());
    if (!schema) {
        telemetry::log(Level::warn, "The schema that the server tells by reflection cannot be loaded",
                       {{"upstream", name_}, {"reason", schema.error().message}});
        co_return result;
    }
    schema_ = *std::move(schema);
    result.schema = schema_;
    result.is_certain = true;
    co_return result;
}

}  // namespace octane::upstream
