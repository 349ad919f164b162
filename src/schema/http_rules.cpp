#include "schema/http_rules.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/unknown_field_set.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "schema/google_files.hpp"
#include "schema/plain_text.hpp"

namespace octane::schema {
namespace {

namespace pb = google::protobuf;

constexpr std::size_t kLongestVerb = 32;

// google.api.HttpRule as it came, with its sub-messages as bytes.
struct WrittenRule {
    std::string verb;
    std::string path;
    std::string body;
    std::string response_body;
    std::vector<std::string> additional;
    bool has_pattern = false;
};

// The verbs that are fields of a rule, by their numbers.
constexpr std::array<std::pair<int, std::string_view>, 5> kVerbFields = {
    {{2, "GET"}, {3, "PUT"}, {4, "POST"}, {5, "DELETE"}, {6, "PATCH"}}};

// The bytes of all rules of a method, one after the other, which to protobuf is one rule. As bytes, because it depends how the
// pool keeps what it does not know itself: usually as unknown fields, also of options that its own compiler has read; as an
// extension where some library has linked the generated annotations.pb.cc. Serialized they are the same.
std::string rule_bytes(const pb::MethodDescriptor& method) {
    pb::UnknownFieldSet options;
    std::string rules;
    if (!options.ParseFromString(method.options().SerializeAsString())) return rules;
    for (int i = 0; i < options.field_count(); ++i) {
        const auto& field = options.field(i);
        if (field.number() == kHttpRuleExtension && field.type() == pb::UnknownField::TYPE_LENGTH_DELIMITED)
            rules += field.length_delimited();
    }
    return rules;
}

// Nothing if the bytes are no message.
std::optional<WrittenRule> read_rule(const std::string& bytes) {
    pb::UnknownFieldSet fields;
    if (!fields.ParseFromString(bytes)) return std::nullopt;
    WrittenRule rule;
    const auto set_pattern = [&rule](std::string_view verb, const std::string& path) {
        rule.verb = verb;
        rule.path = path;
        rule.has_pattern = true;
    };
    for (int i = 0; i < fields.field_count(); ++i) {
        const auto& field = fields.field(i);
        if (field.type() != pb::UnknownField::TYPE_LENGTH_DELIMITED) continue;
        const std::string& value = field.length_delimited();
        if (field.number() == 7) rule.body = value;
        if (field.number() == 12) rule.response_body = value;
        if (field.number() == 11) rule.additional.push_back(value);
        const auto verb = std::ranges::find(kVerbFields, field.number(), &std::pair<int, std::string_view>::first);
        if (verb != kVerbFields.end()) set_pattern(verb->second, value);
        if (field.number() == 8) {
            pb::UnknownFieldSet custom;
            if (!custom.ParseFromString(value)) return std::nullopt;
            set_pattern("", "");
            for (int j = 0; j < custom.field_count(); ++j) {
                const auto& part = custom.field(j);
                if (part.type() != pb::UnknownField::TYPE_LENGTH_DELIMITED) continue;
                if (part.number() == 1) rule.verb = part.length_delimited();
                if (part.number() == 2) rule.path = part.length_delimited();
            }
        }
    }
    return rule;
}

// A token of RFC 9110 §5.6.2; "*" is one.
bool is_verb(std::string_view text) {
    constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    const auto may_stand = [&](char c) {
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        return is_letter || (c >= '0' && c <= '9') || kMarks.find(c) != std::string_view::npos;
    };
    return !text.empty() && text.size() <= kLongestVerb && std::ranges::all_of(text, may_stand);
}

// The fault_of_… functions say what is wrong; nothing, if all is well.
using RuleFault = std::optional<std::string>;

std::string named(std::string_view what, std::string_view name) {
    return std::string(what) + " \"" + plain_text(name) + "\"";
}

RuleFault fault_of_variable(const pb::Descriptor& request, std::string_view path) {
    const pb::Descriptor* type = &request;
    const std::string variable = named("its variable", path);
    for (std::string_view rest = path;;) {
        const auto dot = rest.find('.');
        const auto* field = type->FindFieldByName(std::string(rest.substr(0, dot)));
        if (field == nullptr) return variable + " is no field: " + type->full_name() + " has none of that name";
        if (field->is_repeated()) return variable + " leads to a list, " + field->full_name() + ", which no path can hold";
        type = field->message_type();
        if (dot == std::string_view::npos) break;
        if (type == nullptr) return variable + " goes on after " + field->full_name() + ", which is no message";
        rest.remove_prefix(dot + 1);
    }
    if (type != nullptr) return variable + " is a message; a path holds single values";
    return std::nullopt;
}

RuleFault fault_of_body(const WrittenRule& rule, const PathTemplate& path, const pb::Descriptor& request) {
    if (rule.body.empty()) return std::nullopt;
    if (rule.verb == "GET" || rule.verb == "HEAD")
        return named("it has the body", rule.body) + ", which " + rule.verb + " cannot send";
    if (rule.body == "*") return std::nullopt;
    if (request.FindFieldByName(rule.body) == nullptr)
        return named("its body", rule.body) + " is no field: " + request.full_name() + " has none of that name";
    const auto fields = path.fields();
    if (std::ranges::find(fields, rule.body) != fields.end())
        return named("its body", rule.body) + " is a variable of its path already";
    return std::nullopt;
}

class BindingReader {
  public:
    explicit BindingReader(const Schema& schema) : schema_(schema) {}

    HttpBindings run() {
        for (const auto* service : schema_.services()) {
            for (int i = 0; i < service->method_count(); ++i) add_method(*service->method(i));
        }
        return std::move(out_);
    }

  private:
    void add_method(const pb::MethodDescriptor& method) {
        const std::string bytes = rule_bytes(method);
        if (bytes.empty()) return;
        const auto rule = read_rule(bytes);
        add_rule(method, rule, false);
        if (!rule) return;
        for (const auto& additional : rule->additional) add_rule(method, read_rule(additional), true);
    }

    void add_rule(const pb::MethodDescriptor& method, const std::optional<WrittenRule>& rule, bool is_additional) {
        if (!rule) return leave_out(method, "", "it cannot be read");
        const std::string written = " \"" + plain_text(rule->verb + " " + rule->path) + "\"";
        if (is_additional && !rule->additional.empty())
            leave_out(method, " inside" + written, "it is an additional binding of what is one itself");
        if (!rule->has_pattern) return leave_out(method, "", "it has neither a verb nor a path");
        if (!is_verb(rule->verb)) return leave_out(method, written, named("its verb", rule->verb) + " is none");
        auto path = PathTemplate::parse(rule->path);
        if (!path) return leave_out(method, written, path.error().message);
        const auto& request = *method.input_type();
        for (const auto field : path->fields()) {
            if (const auto fault = fault_of_variable(request, field)) return leave_out(method, written, *fault);
        }
        if (const auto fault = fault_of_body(*rule, *path, request)) return leave_out(method, written, *fault);
        const auto& answer = *method.output_type();
        if (!rule->response_body.empty() && answer.FindFieldByName(rule->response_body) == nullptr) {
            return leave_out(method, written,
                             named("its response_body", rule->response_body) + " is no field: " + answer.full_name() +
                                 " has none of that name");
        }
        const auto* callable = schema_.lookup(method.service()->full_name(), method.name());
        if (callable == nullptr) return leave_out(method, written, "its method cannot be called");
        out_.bindings.push_back({rule->verb, *std::move(path), rule->body, rule->response_body, callable});
    }

    void leave_out(const pb::MethodDescriptor& method, const std::string& rule, const std::string& fault) {
        out_.problems.push_back("The HTTP rule" + rule + " of " + method.full_name() + " is left out: " + fault + ".");
    }

    const Schema& schema_;
    HttpBindings out_;
};

}  // namespace

HttpBindings read_http_bindings(const Schema& schema) {
    return BindingReader(schema).run();
}

}  // namespace octane::schema
