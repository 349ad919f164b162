#include "endpoints/bound_calls.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/utf8.hpp"
#include "endpoints/bindings.hpp"
#include "endpoints/call_query.hpp"
#include "endpoints/calls.hpp"
#include "endpoints/form_data.hpp"
#include "endpoints/raw_bytes.hpp"
#include "endpoints/request_fields.hpp"
#include "http/dispatch.hpp"
#include "rpc/codec.hpp"
#include "wire/base64.hpp"
#include "wire/field_path.hpp"

namespace octane::endpoints {
namespace asio = boost::asio;
using base::ErrorCode;

namespace {

// What the client has given, before it is known what it is called with.
struct GivenFields {
    std::vector<std::pair<std::string, std::string>> values;  // from path, query and form
    std::vector<std::pair<std::string, std::string>> files;   // of a form
    std::string body;                                         // where it is no form
};

constexpr std::size_t kLongestText = 64UL << 10U;  // bytes of a form's part that is no file

const std::string* renamed(const BindingTerms& terms, const std::string& name) {
    const auto found = std::ranges::find(terms.names, name, &std::pair<std::string, std::string>::first);
    return found == terms.names.end() ? nullptr : &found->second;
}

// A name may stand for several fields.
void add_value(const BindingTerms& terms, const std::string& name, const std::string& value, GivenFields& given) {
    if (std::ranges::find(terms.ignored, name) != terms.ignored.end()) return;
    if (renamed(terms, name) == nullptr) {
        given.values.emplace_back(name, value);
        return;
    }
    for (const auto& [from, field] : terms.names) {
        if (from == name) given.values.emplace_back(field, value);
    }
}

void end_part(const BindingTerms& terms, const FormPart& part, std::string content, GivenFields& given) {
    if (!part.file_name) return add_value(terms, part.name, content, given);
    if (std::ranges::find(terms.ignored, part.name) != terms.ignored.end()) return;
    const auto* const field = renamed(terms, part.name);
    given.files.emplace_back(field != nullptr ? *field : part.name, std::move(content));
}

// Reads the form while it comes; files are kept, and counted as bodies are.
asio::awaitable<base::Result<base::Done>> read_form(http::Exchange& exchange, const BindingTerms& terms, GivenFields& given) {
    auto& request = exchange.request();
    auto reader = FormReader::for_content_type(request.header("Content-Type"));
    if (!reader) co_return std::move(reader).error();
    std::string content;
    std::size_t ended = 0;  // bytes of the parts that have ended
    for (bool is_last = false; !is_last;) {
        const auto piece = co_await exchange.body().read();
        if (!piece) co_return piece.error();
        is_last = piece->empty();
        if (is_last)
            reader->end();
        else
            reader->add(*piece);
        for (;;) {
            const auto event = reader->next();
            if (!event) co_return event.error();
            if (!*event) break;
            const auto step = (*event)->step;
            if (step == FormStep::part_begin) content.clear();
            if (step == FormStep::part_data) {
                content += (*event)->data;
                if (!reader->part().file_name && content.size() > kLongestText)
                    co_return base::make_error(ErrorCode::body_too_large,
                                               "the field '" + reader->part().name.substr(0, 60) +
                                                   "' of the form is longer than 65536 bytes, which only a file may be");
            }
            if (step == FormStep::part_end) {
                ended += content.capacity() + reader->part().name.size() + sizeof(std::string) * 2;
                end_part(terms, reader->part(), std::exchange(content, {}), given);
            }
        }
        const std::size_t held = ended + content.capacity();
        const auto counted = request.body_share.bytes();
        if (held > counted && !request.body_share.take(exchange.body_budget(), held - counted))
            co_return http::bodies_exhausted(exchange.body_budget());
    }
    co_return base::Done{};
}

// What path and query give; the query is the client's own, for a request of that type.
GivenFields read_names(const Bindings::Found& found, const http::Query& query, const google::protobuf::Descriptor& type) {
    const auto& terms = found.binding->terms;
    GivenFields given;
    for (const auto& capture : found.captures) add_value(terms, capture.field, capture.value, given);
    for (const auto& [name, value] : query.all()) {
        const bool is_field = renamed(terms, name) != nullptr || RequestFields::has(type, name);
        if (name != "token" && (is_field || !is_meaningless(name))) add_value(terms, name, value, given);
    }
    return given;
}

asio::awaitable<base::Result<GivenFields>> read_given(http::Exchange& exchange, const Bindings::Found& found,
                                                      const http::Query& query, const google::protobuf::Descriptor& type) {
    auto& request = exchange.request();
    const auto& terms = found.binding->terms;
    GivenFields given = read_names(found, query, type);
    if (terms.is_form && form_kind(request.header("Content-Type")) != FormKind::url_encoded) {
        auto read = co_await read_form(exchange, terms, given);
        if (!read) co_return std::move(read).error();
        co_return given;
    }
    const auto whole = co_await http::read_whole_body(exchange);
    if (!whole) co_return whole.error();
    if (!terms.is_form) {
        given.body = std::move(request.body);
        co_return given;
    }
    auto pairs = read_url_encoded(request.body);
    if (!pairs) co_return std::move(pairs).error();
    for (const auto& [name, value] : *pairs) add_value(terms, name, value, given);
    co_return given;
}

// The JSON body as the field that it is bound to.
base::Result<base::Done> add_body(RequestFields& fields, const BindingTerms& terms, const std::string& json) {
    if (terms.body.empty()) {
        if (json.find_first_not_of(" \t\r\n") == std::string::npos) return base::Done{};
        return base::make_error(ErrorCode::bad_value, "this path takes no body");
    }
    if (json.empty()) return base::Done{};
    return terms.body == "*" ? fields.add_all(json) : fields.add_json(terms.body, json);
}

bool is_constant(const BindingTerms& terms, const std::string& name) {
    return std::ranges::find(terms.constants, name, &std::pair<std::string, std::string>::first) != terms.constants.end();
}

base::Result<base::Done> add_values(RequestFields& fields, const BindingTerms& terms, const GivenFields& given,
                                    const google::protobuf::Descriptor& type) {
    for (const auto* const list : {&given.values, &terms.constants}) {
        for (const auto& [name, value] : *list) {
            const auto path = wire::parse_bytes_path(type, name);
            const bool is_bytes = path && path->back().field->type() == google::protobuf::FieldDescriptor::TYPE_BYTES;
            if (terms.is_form && is_bytes && list == &given.values)
                return base::make_error(ErrorCode::bad_value, "the field '" + name + "' of the form has to be a file");
            auto added = fields.add(name, value);
            if (!added) return added;
        }
    }
    return base::Done{};
}

// A file is added to the message behind the others, as it is, where that is its place whatever the message holds: then the path
// of the field is given, and an empty one stands among the fields. One that is an element of a list, or stands in one, is a
// field like any other: as text, and then once more in the JSON of all, while the message takes the place of the file.
base::Result<wire::BytesPath> place_file(RequestFields& fields, const BindingTerms& terms, const std::string& name,
                                         std::string_view content, const rpc::CallPlan& plan, http::Exchange& exchange) {
    const auto& type = plan.request_type();
    const std::string shown = "the file '" + name.substr(0, 60) + "' ";
    auto path = wire::parse_bytes_path(type, name);
    if (!path) return base::make_error(ErrorCode::bad_value, shown + "cannot be taken: " + path.error().message);
    const auto& last = *path->back().field;
    if (is_constant(terms, name) || last.type() != google::protobuf::FieldDescriptor::TYPE_BYTES)
        return base::make_error(ErrorCode::bad_value,
                                shown + "cannot be taken: the field holds no bytes, or is not the client's to set");
    const auto is_list = [](const wire::BytesStep& step) { return step.field->is_repeated(); };
    const bool has_index = wire::split_field_path(name).size() > path->size();
    const bool is_in_list = has_index || std::any_of(path->begin(), path->end() - 1, is_list);
    if (!is_in_list && last.is_repeated()) return path;
    auto& budget = exchange.body_budget();
    if (is_in_list && !exchange.request().body_share.take(budget, 2 * wire::base64_size(content.size())))
        return http::bodies_exhausted(budget);
    auto added = fields.add_bytes(name, is_in_list ? content : std::string_view());
    if (!added) return base::make_error(ErrorCode::bad_value, shown + "cannot be taken: " + added.error().message);
    return is_in_list ? wire::BytesPath() : std::move(path);
}

// All of the request but `body`, which is the path of the bytes that the body is, or null: it is JSON, or a form. Files are let
// go as they are taken, since they may be large.
base::Result<std::string> make_rest(const BindingTerms& terms, GivenFields& given, const rpc::CallPlan& plan,
                                    const wire::BytesPath* body, http::Exchange& exchange) {
    rpc::JsonCodecOptions options;
    options.is_strict = true;
    rpc::JsonCodec codec(options);
    // A body that is all of the request is read as it is.
    const bool is_body_alone = body == nullptr && terms.body == "*" && given.values.empty() && terms.constants.empty();
    if (is_body_alone) return codec.read(plan, given.body);
    RequestFields fields(plan.request_type());
    auto added = body == nullptr ? add_body(fields, terms, given.body) : base::Done{};
    if (added) added = add_values(fields, terms, given, plan.request_type());
    // So that nobody else has set it, nor another member of its one-of.
    if (added && body != nullptr) added = fields.add(terms.body == "*" ? "data" : terms.body + ".data", {});
    if (!added) return std::move(added).error();
    std::vector<wire::BytesPath> places;
    for (auto& file : given.files) {
        auto place = place_file(fields, terms, file.first, file.second, plan, exchange);
        if (!place) return std::move(place).error();
        if (place->empty()) std::string().swap(file.second);
        places.push_back(*std::move(place));
    }
    auto message = codec.read(plan, fields.json());
    if (!message) return message;
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (!places[i].empty()) added = append_wrapped(*message, places[i], given.files[i].second);
        if (!added) return std::move(added).error();
        std::string().swap(given.files[i].second);
    }
    if (body != nullptr) added = append_content_type(*message, *body, exchange.request());
    if (!added) return std::move(added).error();
    return message;
}

// Where the body is a google.api.HttpBody: the path of its bytes.
std::optional<wire::BytesPath> http_body_of(const BindingTerms& terms, const rpc::CallPlan& plan) {
    if (terms.body.empty()) return std::nullopt;
    return RawBytes::http_body(plan.request_type(), terms.body == "*" ? std::string_view() : terms.body);
}

asio::awaitable<base::Result<std::string>> read_message(http::Exchange& exchange, const Bindings::Found& found,
                                                        const http::Query& query, const rpc::CallPlan& plan) {
    auto given = co_await read_given(exchange, found, query, plan.request_type());
    if (!given) co_return std::move(given).error();
    const auto& terms = found.binding->terms;
    auto body = http_body_of(terms, plan);
    // No body at all leaves its field unset.
    if (given->body.empty() && exchange.request().header("Content-Type").empty()) body.reset();
    auto message = make_rest(terms, *given, plan, body ? &*body : nullptr, exchange);
    if (!message || !body) co_return message;
    auto appended = append_wrapped(*message, *body, given->body);
    if (!appended) co_return std::move(appended).error();
    co_return message;
}

base::Result<std::optional<BodyField>> read_pieces(http::Exchange& exchange, const Bindings::Found& found,
                                                   const http::Query& query, const rpc::CallPlan& plan) {
    const auto& terms = found.binding->terms;
    const auto body = http_body_of(terms, plan);
    if (!body) return std::optional<BodyField>();
    GivenFields given = read_names(found, query, plan.request_type());
    auto rest = make_rest(terms, given, plan, &*body, exchange);
    if (!rest) return std::move(rest).error();
    return std::optional(BodyField{*std::move(rest), *body});
}

constexpr std::size_t kLongestShort = 8191;  // bytes: what a client quotes that wants this shape

http::Response short_failure(const base::Error& error, int status) {
    http::Response response;
    response.status = status;
    for (std::size_t most = error.message.size(); response.body.empty() || response.body.size() > kLongestShort;
         most = most * 3 / 4) {
        const nlohmann::ordered_json body = {{"error", true}, {"message", base::cut_utf8(error.message, most)}, {"code", status}};
        response.body = body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    }
    http::append_error_headers(response, error.code);
    return response;
}

http::Response failure_of(const base::Error& error, const BindingTerms& terms, std::string_view call_id) {
    // An Octane's clients that know another status for it do not come by these paths.
    const int status = error.code == ErrorCode::upstream_unreachable ? 503 : base::http_status(error.code);
    auto response = terms.errors == ErrorShape::short_ ? short_failure(error, status) : http::error_response(error, call_id);
    response.status = status;
    return response;
}

}  // namespace

bool is_bound(const Site& site, const http::Request& request, bool has_route) {
    if (!site.bindings) return false;
    const auto found = site.bindings->find(request.verb, request.sent_path());
    return found && (found->binding || found->fault || !has_route);
}

bool is_bound_conversation(const Site& site, const http::Request& request) {
    const auto found = site.bindings->find(request.verb, request.sent_path());
    if (!found || !found->binding) return false;
    const auto& binding = *found->binding;
    const auto entry =
        binding.upstream.empty() ? site.upstreams.route(binding.service, binding.method) : site.upstreams.named(binding.upstream);
    if (!entry) return false;
    const auto schema = (*entry)->schema();
    const auto* const method = schema->lookup(binding.service, binding.method);
    return method != nullptr && method->descriptor->client_streaming();
}

http::Response refuse_bound(const Site& site, const base::Error& error, const http::Request& request) {
    const auto found = site.bindings->find(request.verb, request.sent_path());
    if (!found || !found->binding) return http::refusal_response(error, request);
    auto response = failure_of(error, found->binding->terms, request.call_id());
    if (!request.call_id().empty()) response.headers.emplace_back("X-Call-Id", request.call_id());
    return response;
}

asio::awaitable<void> call_bound(const Site& site, http::Exchange& exchange) {
    auto& request = exchange.request();
    const auto found = site.bindings->find(request.verb, request.sent_path());
    if (found && found->fault) {
        auto refusal = http::refusal_response(*found->fault, request);
        co_await exchange.answer(refusal);
        co_return;
    }
    if (!found || !found->binding) {
        auto refusal = http::refusal_response(
            base::make_error(ErrorCode::verb_not_allowed,
                             request.verb + " is not possible here" + (found ? ", but " + found->allow + " is" : "")),
            request);
        if (found) refusal.headers.emplace_back("Allow", found->allow);
        co_await exchange.answer(refusal);
        co_return;
    }
    const auto& binding = *found->binding;
    const auto& terms = binding.terms;
    request.captures = {binding.service, binding.method};
    if (!binding.upstream.empty()) request.captures.push_back(binding.upstream);
    http::Query options;
    options.set("bare", "1");
    for (const auto& [name, value] : terms.options) options.set(name, value);
    const http::Query query = std::exchange(request.query, std::move(options));
    MadeCall made;
    made.request = [&](const rpc::CallPlan& plan) { return read_message(exchange, *found, query, plan); };
    made.pieces = [&](const rpc::CallPlan& plan) { return read_pieces(exchange, *found, query, plan); };
    made.failure = [&terms](const base::Error& error, std::string_view call_id) { return failure_of(error, terms, call_id); };
    made.response_body = terms.response_body;
    co_await call_made(site, exchange, made);
}

}  // namespace octane::endpoints
