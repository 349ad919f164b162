#include "endpoints/bindings.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <utility>

#include "endpoints/raw_bytes.hpp"
#include "endpoints/request_fields.hpp"
#include "endpoints/upstream_table.hpp"
#include "schema/http_rules.hpp"
#include "telemetry/log.hpp"
#include "wire/field_path.hpp"
#include "wire/json_to_wire.hpp"

namespace octane::endpoints {
using google::protobuf::Descriptor;

// Sorted: the first that fits counts. The configuration's come first, whatever they look like.
struct Bindings::Table {
    std::vector<std::shared_ptr<const Binding>> own;
    std::vector<std::shared_ptr<const Binding>> annotated;
};

namespace {

void sort_by_path(std::vector<std::shared_ptr<const Binding>>& bindings) {
    std::ranges::stable_sort(bindings, [](const auto& one, const auto& other) { return one->path < other->path; });
}

// As far as it can be told without a value: below a list or a map anything may follow.
bool has_field_path(const Descriptor& message, std::string_view path) {
    const auto* type = &message;
    for (const auto part : wire::split_field_path(path)) {
        const auto* const field = type != nullptr ? wire::find_field(*type, part) : nullptr;
        if (field == nullptr) return false;
        if (field->is_repeated()) return true;
        type = field->message_type();
    }
    return true;
}

// A file of proto2 may require other members besides, which the client gives.
std::optional<std::string> fault_of_constant(const Descriptor& message, const std::string& name, const std::string& value) {
    RequestFields constant(message);
    if (auto added = constant.add(name, value); !added) return std::move(added).error().message;
    const bool is_proto2 = message.file()->syntax() == google::protobuf::FileDescriptor::SYNTAX_PROTO2;
    if (is_proto2) return std::nullopt;
    auto read = wire::json_to_wire(message, constant.json(), {.is_strict = true});
    return read ? std::nullopt : std::optional(std::move(read).error().message);
}

// The first field that the terms name and the method lacks, or a constant that cannot be its field's value.
std::optional<std::string> fault_of_fields(const OwnRoute& route, const schema::Method& method) {
    const auto& terms = route.terms;
    const auto lacks = [](const Descriptor& type, std::string_view field) {
        return type.full_name() + " has no field '" + std::string(field) + "'";
    };
    std::vector<std::string_view> fields;
    for (const auto field : route.path.fields()) {
        const bool is_renamed =
            std::ranges::find(terms.names, field, &std::pair<std::string, std::string>::first) != terms.names.end();
        if (!is_renamed && std::ranges::find(terms.ignored, field) == terms.ignored.end()) fields.push_back(field);
    }
    for (const auto& [name, field] : terms.names) fields.push_back(field);
    if (!terms.body.empty() && terms.body != "*") fields.push_back(terms.body);
    for (const auto field : fields) {
        if (!has_field_path(*method.request, field)) return lacks(*method.request, field);
    }
    if (!terms.response_body.empty() && !has_field_path(*method.response, terms.response_body))
        return lacks(*method.response, terms.response_body);
    http::Query options;
    for (const auto& [name, value] : terms.options) options.set(name, value);
    if (const auto raw = RawBytes::from(options, *method.response); !raw) return raw.error().message;
    for (const auto& [name, value] : terms.constants) {
        if (auto fault = fault_of_constant(*method.request, name, value)) return fault;
    }
    if (method.descriptor->client_streaming()) return method.display + " takes a stream, which a route does not carry";
    return std::nullopt;
}

// Why a route of the configuration cannot be called as it stands; nothing while the schema that would know is not there.
std::optional<std::string> fault_of(const OwnRoute& route, const UpstreamTable& upstreams) {
    const auto is_unknown = [](const UpstreamEntry& entry) { return !entry.upstream().liveness().state()->is_schema_certain; };
    if (route.upstream.empty() && std::ranges::any_of(upstreams.entries(), is_unknown)) return std::nullopt;
    const auto entry = route.upstream.empty() ? upstreams.route(route.service, route.method) : upstreams.named(route.upstream);
    if (!entry) return entry.error().message;
    if (is_unknown(**entry)) return std::nullopt;
    const auto schema = (*entry)->schema();
    const auto method = schema->find_method(route.service, route.method);
    if (method) return fault_of_fields(route, **method);
    if ((*entry)->policy->has_method(route.service, route.method)) return std::nullopt;  // another release's name
    return method.error().message;
}

}  // namespace

void Bindings::refresh() {
    std::vector<std::uint64_t> ids;
    for (const auto& entry : upstreams_.entries()) ids.push_back(entry.schema()->id());
    if (std::exchange(schemas_, ids) == ids && table_) return;
    auto made = std::make_shared<Table>();
    for (const auto& route : own_) {
        if (const auto fault = fault_of(route, upstreams_))
            telemetry::log(telemetry::Level::warn, "A route of the configuration cannot be called",
                           {{"route", route.name}, {"reason", *fault}});
        made->own.push_back(
            std::make_shared<Binding>(Binding{route.verb, route.path, route.upstream, route.service, route.method, route.terms}));
    }
    for (const auto& entry : upstreams_.entries()) {
        const auto schema = entry.schema();
        const auto read = schema::read_http_bindings(*schema);
        for (const auto& problem : read.problems)
            telemetry::log(telemetry::Level::warn, "A route of the schema is left out",
                           {{"upstream", entry.name()}, {"reason", problem}});
        for (const auto& rule : read.bindings) {
            BindingTerms terms;
            terms.body = rule.body;
            terms.response_body = rule.response_body;
            const auto& method = *rule.method->descriptor;
            made->annotated.push_back(std::make_shared<Binding>(
                Binding{rule.verb, rule.path, entry.name(), method.service()->full_name(), method.name(), std::move(terms)}));
        }
    }
    sort_by_path(made->own);
    sort_by_path(made->annotated);
    is_empty_ = made->own.empty() && made->annotated.empty();
    const std::lock_guard lock(mutex_);
    table_ = std::move(made);
}

std::optional<Bindings::Found> Bindings::find(std::string_view verb, std::string_view path) const {
    if (is_empty_) return std::nullopt;
    std::shared_ptr<const Table> now;
    {
        const std::lock_guard lock(mutex_);
        now = table_;
    }
    const std::string_view wanted = verb == "HEAD" ? "GET" : verb;
    Found found;
    bool is_bound = false;
    for (const auto* const list : {&now->own, &now->annotated}) {
        for (const auto& binding : *list) {
            auto captures = binding->path.match(path);
            if (!captures) continue;
            is_bound = true;
            if (binding->verb != wanted && binding->verb != "*") {
                if (found.allow.find(binding->verb + ",") == std::string::npos)
                    found.allow += binding->verb + (binding->verb == "GET" ? ", HEAD, " : ", ");
                continue;
            }
            found.binding = binding;
            found.captures = *std::move(captures);
            return found;
        }
    }
    if (!is_bound) return std::nullopt;
    found.allow += "OPTIONS";
    return found;
}

}  // namespace octane::endpoints
