#include "endpoints/bindings.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "endpoints/raw_bytes.hpp"
#include "endpoints/request_fields.hpp"
#include "endpoints/upstream_table.hpp"
#include "schema/http_rules.hpp"
#include "schema/plain_text.hpp"
#include "telemetry/log.hpp"
#include "wire/field_path.hpp"
#include "wire/json_to_wire.hpp"

namespace octane::endpoints {
using google::protobuf::Descriptor;

// Each list sorted: the first that fits counts. The configuration's come first, whatever they look like.
struct Bindings::Table {
    using List = std::vector<std::shared_ptr<const Binding>>;

    List own;
    List annotated;                                  // of the upstreams that are meant where none is named
    std::map<std::string, List, std::less<>> below;  // all annotated ones, by the name of their upstream
};

namespace {

void sort_by_path(std::vector<std::shared_ptr<const Binding>>& bindings) {
    std::ranges::stable_sort(bindings, [](const auto& one, const auto& other) { return one->path < other->path; });
}

using BindingList = std::vector<std::shared_ptr<const Binding>>;

// One look at the table for a request.
class Search {
  public:
    using Found = Bindings::Found;

    explicit Search(std::string_view verb) : verb_(verb), wanted_(verb == "HEAD" ? "GET" : verb) {}

    // The first that fits.
    bool take_first(const BindingList& list, std::string_view path) {
        for (const auto& binding : list) {
            auto captures = binding->path.match(path);
            if (!captures) continue;
            is_bound_ = true;
            if (!fits_verb(*binding)) {
                if (found_.allow.find(binding->verb + ",") == std::string::npos)
                    found_.allow += binding->verb + (binding->verb == "GET" ? ", HEAD, " : ", ");
                continue;
            }
            found_.binding = binding;
            found_.captures = *std::move(captures);
            return true;
        }
        return false;
    }
    // Refuses what was taken from this list if the annotation of another method fits as well. A verb of its own fits better than
    // any verb.
    void refuse_rivals(const BindingList& list, std::string_view path) {
        BindingList rivals;
        for (const auto& binding : list) {
            if (!fits_verb(*binding) || !binding->path.is_rival_of(found_.binding->path)) continue;
            const bool is_closer = !rivals.empty() && rivals.front()->verb == "*" && binding->verb != "*";
            const bool is_farther = !rivals.empty() && rivals.front()->verb != "*" && binding->verb == "*";
            if (is_closer) rivals.clear();
            const auto is_same = [&binding](const auto& rival) {
                return rival->upstream == binding->upstream && rival->service == binding->service &&
                       rival->method == binding->method;
            };
            if (!is_farther && std::ranges::none_of(rivals, is_same)) rivals.push_back(binding);
        }
        found_.binding = rivals.front();
        found_.captures = rivals.front()->path.match(path).value_or(std::vector<schema::PathCapture>());
        if (rivals.size() == 1) return;
        found_.binding = nullptr;
        found_.fault = several_rules(rivals, path);
    }
    Found found() { return std::move(found_); }
    // Nothing has fitted.
    std::optional<Found> end() {
        if (!is_bound_) return std::nullopt;
        found_.allow += "OPTIONS";
        return std::move(found_);
    }

  private:
    [[nodiscard]] bool fits_verb(const Binding& binding) const { return binding.verb == wanted_ || binding.verb == "*"; }
    // Each by what reaches it and no other: its path below its upstream, or where the same one has several, its method.
    [[nodiscard]] base::Error several_rules(const BindingList& rivals, std::string_view path) const {
        constexpr std::size_t kMostListed = 10;
        std::string who;
        for (std::size_t i = 0; i < std::min(rivals.size(), kMostListed); ++i) {
            const auto& rival = *rivals[i];
            const auto of_same = std::ranges::count(rivals, rival.upstream, [](const auto& one) { return one->upstream; });
            who += (i > 0 ? ", " : "") + std::string("/") + rival.upstream +
                   (of_same > 1 ? "/" + rival.service + "/" + rival.method : schema::plain_text(path));
        }
        return base::make_error(base::ErrorCode::path_not_found, std::to_string(rivals.size()) + " methods have the annotation " +
                                                                     std::string(verb_) + " " + schema::plain_text(path) +
                                                                     "; say which is meant: " + who);
    }

    std::string_view verb_;
    std::string_view wanted_;
    Found found_;
    bool is_bound_ = false;
};

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
    if (const auto raw = RawBytes::from(options, *method.response, terms.response_body); !raw) return raw.error().message;
    for (const auto& [name, value] : terms.constants) {
        if (auto fault = fault_of_constant(*method.request, name, value)) return fault;
    }
    const bool is_http_body =
        !terms.body.empty() && RawBytes::http_body(*method.request, terms.body == "*" ? std::string_view() : terms.body);
    if (method.descriptor->client_streaming() && !is_http_body)
        return method.display + " takes a stream, which a route carries only where its body is a google.api.HttpBody";
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
            auto binding = std::make_shared<Binding>(
                Binding{rule.verb, rule.path, entry.name(), method.service()->full_name(), method.name(), std::move(terms)});
            made->below[entry.name()].push_back(binding);
            if (upstreams_.may_be_meant(entry)) made->annotated.push_back(std::move(binding));
        }
    }
    sort_by_path(made->own);
    sort_by_path(made->annotated);
    for (auto& [name, list] : made->below) sort_by_path(list);
    is_empty_ = made->own.empty() && made->below.empty();
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
    Search search(verb);
    if (search.take_first(now->own, path)) return search.found();
    // Below the name of an upstream, if that is what the path begins with.
    const auto end = path.find('/', 1);
    const auto named = end == std::string_view::npos ? now->below.end() : now->below.find(path.substr(1, end - 1));
    if (named != now->below.end() && search.take_first(named->second, path.substr(end))) {
        search.refuse_rivals(named->second, path.substr(end));
        return search.found();
    }
    if (search.take_first(now->annotated, path)) {
        search.refuse_rivals(now->annotated, path);
        return search.found();
    }
    return search.end();
}

}  // namespace octane::endpoints
