#include "upstream/reflection_schema.hpp"

#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "telemetry/log.hpp"
#include "unit/upstream/describing_server.hpp"
#include "unit/upstream/fake_octane.hpp"
#include "unit/upstream/loop.hpp"

namespace octane::upstream {
namespace {

using google::protobuf::FileDescriptorProto;
using tests::answer;
using tests::answers_of;
using tests::bytes_answer;
using tests::DescribingServer;
using tests::empty_file;
using tests::error_answer;
using tests::failure;
using tests::FakeOctane;
using tests::field_of;
using tests::file_question;
using tests::files_answer;
using tests::kListQuestion;
using tests::kReflectionV1;
using tests::kReflectionV1Alpha;
using tests::Loop;
using tests::open_call;
using tests::options_for;
using tests::Script;
using tests::service_file;
using tests::services_answer;
using tests::symbol_question;
using tests::types_file;

// What is logged while this lives.
class ReflectionLog {
  public:
    ReflectionLog()
        : path_(std::filesystem::temp_directory_path() /
                ("octane-reflection-" + std::to_string(std::random_device()()) + ".log")) {
        telemetry::configure_logging({telemetry::Level::info, telemetry::LogFormat::text, path_});
    }
    ~ReflectionLog() {
        end();
        std::filesystem::remove(path_);
    }
    ReflectionLog(const ReflectionLog&) = delete;
    ReflectionLog& operator=(const ReflectionLog&) = delete;

    // Ends the log.
    std::string text() {
        end();
        std::ifstream input(path_);
        return {std::istreambuf_iterator<char>(input), {}};
    }

  private:
    static void end() { telemetry::configure_logging({telemetry::Level::off, telemetry::LogFormat::text, {}}); }
    std::filesystem::path path_;
};

std::size_t times_said(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++count;
    return count;
}

bool says(const std::string& text, const std::string& part) {
    return times_said(text, part) > 0;
}

std::size_t times_asked(const FakeOctane& server, const std::string& question) {
    const auto all = server.history();
    return static_cast<std::size_t>(std::ranges::count(all, question, &FakeOctane::Asked::request));
}

TEST_CASE("a server that describes itself gives the schema, with what its files import") {
    DescribingServer server(answers_of({"Scale", "Watch"}));
    ReflectionSchema schema("told");
    CHECK(schema.initial().schema->services().empty());
    const auto reading = server.read_by(schema);
    CHECK(reading.is_reachable);
    CHECK(reading.is_certain);
    CHECK(reading.schema->services().size() == 2);
    CHECK(reading.schema->lookup("Scale", "Look") != nullptr);
    CHECK(schema.initial().schema == reading.schema);
    CHECK(server.server().calls(kReflectionV1) == 4);
}

TEST_CASE("a schema that has not changed is the same object, one that has another") {
    DescribingServer server(answers_of({"Scale"}));
    ReflectionSchema schema("told");
    const auto first = server.read_by(schema);
    CHECK(server.read_by(schema).schema == first.schema);
    server.tell(symbol_question("told.Scale"), files_answer({service_file("Scale", "Weigh")}));
    const auto changed = server.read_by(schema);
    CHECK(changed.schema != first.schema);
    CHECK(changed.schema->lookup("Scale", "Weigh") != nullptr);
    CHECK(changed.schema->lookup("Scale", "Look") == nullptr);
}

TEST_CASE("where version 1 is unknown v1alpha is asked, and what knows neither is said to have no reflection") {
    DescribingServer alpha(answers_of({"Scale"}), kReflectionV1Alpha);
    ReflectionSchema schema("told");
    const auto reading = alpha.read_by(schema);
    CHECK(reading.is_certain);
    CHECK(reading.schema->lookup("Scale", "Look") != nullptr);
    CHECK(alpha.server().calls(kReflectionV1) == 1);

    ReflectionLog log;
    DescribingServer mute({}, "/no.such/path");
    ReflectionSchema unknown("told");
    const auto nothing = mute.read_by(unknown);
    CHECK(nothing.is_reachable);
    CHECK_FALSE(nothing.is_certain);
    CHECK(nothing.schema->services().empty());
    CHECK(says(log.text(), "The server does not tell its schema by reflection upstream=told status=UNIMPLEMENTED"));
}

TEST_CASE("a list of services that is none leaves the schema in doubt, with the reason") {
    for (const auto& [listed, words] : std::vector<std::pair<Script, std::string>>{
             {answer("\xff\xff\xff"), "its list of services: the answer is no message"},
             {answer(field_of(6, "\x0a\x05x")), "its list of services: the answer is no message"},
             {answer(field_of(4, "")), "its list of services: the answer is to another question"},
             {error_answer("not for you"), "its list of services: not for you"},
             {Script{}, "it ended the question without an answer"},
             {failure(grpc::StatusCode::PERMISSION_DENIED, "who are you?"),
              "status=PERMISSION_DENIED reason=\"who are you?\""}}) {
        const std::string& reason = words;
        CAPTURE(reason);
        ReflectionLog log;
        auto answers = answers_of({"Scale"});
        answers[kListQuestion] = listed;
        DescribingServer server(answers);
        ReflectionSchema schema("told");
        const auto reading = server.read_by(schema);
        CHECK(reading.is_reachable);
        CHECK_FALSE(reading.is_certain);
        CHECK(says(log.text(), reason));
    }
}

TEST_CASE("a service whose file does not come costs that service only, and the reason is said once") {
    const std::string whole = service_file("Lost").SerializeAsString();
    for (const auto& [script, words] : std::vector<std::pair<Script, std::string>>{
             {answer("\xff\xff\xff"), "told.Lost (the answer is no message)"},
             {answer(field_of(4, "\x0a\x05x")), "told.Lost (the answer is no message)"},
             {bytes_answer({whole.substr(0, whole.size() - 1)}), "told.Lost (what came is no descriptor of a file)"},
             {bytes_answer({"no descriptor at all"}), "told.Lost (what came is no descriptor of a file)"},
             {bytes_answer({}), "told.Lost (the answer is empty)"},
             {error_answer("its file is lost"), "told.Lost (its file is lost)"},
             {answer(field_of(7, "")), "told.Lost (the server says that it fails, and not why)"},
             {services_answer({}), "told.Lost (the answer is to another question)"}}) {
        const std::string& reason = words;
        CAPTURE(reason);
        ReflectionLog log;
        auto answers = answers_of({"Lost", "Scale"});
        answers[symbol_question("told.Lost")] = script;
        DescribingServer server(answers);
        ReflectionSchema schema("told");
        const auto reading = server.read_by(schema);
        CHECK(reading.is_certain);
        REQUIRE(reading.schema->services().size() == 1);
        CHECK(reading.schema->services()[0]->full_name() == "told.Scale");
        const auto text = log.text();
        CHECK(times_said(text, reason) == 1);
        CHECK(times_said(text, " warn ") == 1);
    }
}

TEST_CASE("a file that nothing can be made of, since what it imports did not come, is told with its name") {
    ReflectionLog log;
    auto answers = answers_of({"Free", "Scale"});
    answers[file_question("types.proto")] = error_answer("types are secret");
    auto alone = empty_file("Free.proto");
    alone.set_package("told");
    alone.add_service()->set_name("Free");
    answers[symbol_question("told.Free")] = files_answer({alone});
    DescribingServer server(answers);
    ReflectionSchema schema("told");
    const auto reading = server.read_by(schema);
    REQUIRE(reading.schema->services().size() == 1);
    CHECK(reading.schema->services()[0]->full_name() == "told.Free");
    const auto text = log.text();
    CHECK(says(text, "types.proto (types are secret)"));
    CHECK(says(text, "A file that the server tells by reflection cannot be used"));
    CHECK(says(text, "Scale.proto left out"));
}

TEST_CASE("a server that has no service, or none whose file comes, is asked again, and what it told before stays known") {
    DescribingServer server(answers_of({"Scale"}));
    ReflectionSchema schema("told");
    const auto known = server.read_by(schema);
    for (const auto& listed :
         {services_answer({}), services_answer({"grpc.reflection.v1.ServerReflection"}), services_answer({"lost.Lost"})}) {
        ReflectionLog log;
        server.tell(kListQuestion, listed);
        ReflectionSchema unknown("told");
        for (auto* const one : {&schema, &unknown}) {
            const auto reading = server.read_by(*one);
            CHECK(reading.is_reachable);
            CHECK_FALSE(reading.is_certain);
            CHECK(reading.schema->services().size() == (one == &schema ? 1 : 0));
        }
        CHECK(says(log.text(), "The schema that the server tells by reflection cannot be loaded"));
    }
    CHECK(schema.initial().schema == known.schema);
}

TEST_CASE("of very many services without a file ten are named, and the others counted") {
    ReflectionLog log;
    auto answers = answers_of({"Scale"});
    std::vector<std::string> names = {"told.Scale"};
    for (int i = 10; i < 35; ++i) names.push_back("told.Lost" + std::to_string(i));
    answers[kListQuestion] = services_answer(names);
    DescribingServer server(answers);
    ReflectionSchema schema("told");
    CHECK(server.read_by(schema).schema->services().size() == 1);
    const auto text = log.text();
    CHECK(times_said(text, "(there is no such thing)") == 10);
    CHECK(says(text, "does not have further files upstream=told files=15"));
}

TEST_CASE("files that import one another without an end are given up at the limit of files") {
    ReflectionLog log;
    std::atomic<int> made{0};
    FakeOctane server([&made](const std::string&, const std::string& question) {
        if (question == kListQuestion) return services_answer({"told.Endless"});
        const int number = ++made;
        return files_answer({empty_file(std::to_string(number) + ".proto", {std::to_string(number + 1) + ".proto"})});
    });
    Channel channel(options_for(server.port()));
    Loop loop;
    ReflectionSchema::Limits limits;
    limits.files = 20;
    limits.answer = std::chrono::seconds(30);
    ReflectionSchema schema("told", limits);
    const auto reading = loop.run(schema.read(channel));
    CHECK(reading.is_reachable);
    CHECK_FALSE(reading.is_certain);
    CHECK(made == 21);
    CHECK(says(log.text(), "status=RESOURCE_EXHAUSTED reason=\"it has more than 20 files\""));
}

TEST_CASE("ten thousand files are read, and one more is one too many") {
    const auto files = [](std::size_t count) {
        std::vector<FileDescriptorProto> all;
        for (std::size_t i = 2; i < count; ++i) all.push_back(empty_file(std::to_string(i) + ".proto"));
        all.push_back(types_file());
        all.push_back(service_file("Scale"));
        return all;
    };
    auto answers = answers_of({"Scale"});
    answers[symbol_question("told.Scale")] = files_answer(files(ReflectionSchema::Limits().files));
    DescribingServer server(answers);
    ReflectionSchema schema("told");
    CHECK(server.read_by(schema).schema->services().size() == 1);
    ReflectionLog log;
    server.tell(symbol_question("told.Scale"), files_answer(files(ReflectionSchema::Limits().files + 1)));
    const auto reading = server.read_by(schema);
    CHECK_FALSE(reading.is_certain);
    CHECK(reading.schema->services().size() == 1);  // what was known before
    CHECK(says(log.text(), "it has more than 10000 files"));
}

TEST_CASE("nothing is asked twice: files that import one another in a ring, themselves, or what does not come") {
    auto answers = answers_of({"Scale", "Watch"});
    auto ring = service_file("Scale");
    for (const char* import : {"Scale.proto", "a.proto", "lost.proto"}) ring.add_dependency(import);
    answers[symbol_question("told.Scale")] = files_answer({ring});
    answers[file_question("a.proto")] = files_answer({empty_file("a.proto", {"b.proto", "lost.proto", "wrong.proto"})});
    answers[file_question("b.proto")] = files_answer({empty_file("b.proto", {"a.proto", "lost.proto", "wrong.proto"})});
    answers[file_question("wrong.proto")] = files_answer({empty_file("b.proto")});
    DescribingServer server(answers);
    ReflectionSchema schema("told");
    const auto reading = server.read_by(schema);
    REQUIRE(reading.schema->services().size() == 1);
    CHECK(reading.schema->services()[0]->full_name() == "told.Watch");
    std::map<std::string, int> asked;
    for (const auto& one : server.server().history()) ++asked[one.request];
    CHECK(asked.size() == 8);
    for (const auto& [question, count] : asked) CHECK(count == 1);
}

TEST_CASE("a server that does not answer is left after the limit, hears so, and what it told before stays known") {
    DescribingServer server(answers_of({"Scale"}));
    for (const auto& question : {kListQuestion, symbol_question("told.Scale"), file_question("types.proto")}) {
        bool is_met = false;
        // Twice as long each time, until it is enough for every question that is answered, however slow the machine is.
        for (std::chrono::milliseconds limit(100); !is_met; limit *= 2) {
            REQUIRE(limit < tests::kPatience);
            ReflectionSchema::Limits limits;
            limits.answer = limit;
            ReflectionSchema schema("told", limits);
            const auto known = server.read_by(schema);
            if (!known.is_certain) continue;
            ReflectionLog log;
            server.tell(question, open_call());
            const auto asked_before = times_asked(server.server(), question);
            const auto reading = server.read_by(schema);
            const bool was_asked = times_asked(server.server(), question) > asked_before;
            CHECK(reading.is_reachable);
            CHECK_FALSE(reading.is_certain);
            CHECK(reading.schema == known.schema);
            CHECK(server.server().await_open_calls(0));
            const auto seconds = std::to_string(std::chrono::ceil<std::chrono::seconds>(limit).count());
            CHECK(says(log.text(), "status=DEADLINE_EXCEEDED reason=\"it did not answer within " + seconds + " s\""));
            server.tell(question, answers_of({"Scale"})[question]);
            is_met = was_asked && server.read_by(schema).is_certain;
        }
    }
}

TEST_CASE("a server that answers and then keeps the stream open is not waited for") {
    auto answers = answers_of({"Scale"});
    for (auto& [question, script] : answers) script.stays_open = true;
    DescribingServer server(answers);
    ReflectionSchema schema("told");  // whose limit is longer than all of this may take
    CHECK(server.read_by(schema).schema->services().size() == 1);
    CHECK(server.server().await_open_calls(0));
}

TEST_CASE("all answers together have a limit, too") {
    ReflectionLog log;
    DescribingServer server(answers_of({"Scale"}));
    ReflectionSchema::Limits limits;
    limits.answer = std::chrono::seconds(30);
    limits.reading = std::chrono::milliseconds(0);
    ReflectionSchema schema("told", limits);
    const auto reading = server.read_by(schema);
    CHECK(reading.is_reachable);
    CHECK_FALSE(reading.is_certain);
    CHECK(server.server().calls(kReflectionV1) == 1);
    CHECK(says(log.text(), "all its answers took longer than 0 s"));
}

TEST_CASE("a server that goes away under the questions is unreachable, and what it told before stays known") {
    DescribingServer server(answers_of({"Scale"}));
    ReflectionSchema schema("told");
    const auto known = server.read_by(schema);
    server.tell(file_question("types.proto"), failure(grpc::StatusCode::UNAVAILABLE, "gone"));
    const auto reading = server.read_by(schema);
    CHECK_FALSE(reading.is_reachable);
    CHECK(reading.schema == known.schema);
    server.server().stop();
    CHECK_FALSE(server.read_by(schema).is_reachable);
}

}  // namespace
}  // namespace octane::upstream
