#include "endpoints/bound_calls.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "endpoints/bindings.hpp"
#include "endpoints/call_query.hpp"
#include "endpoints/calls.hpp"
#include "endpoints/form_data.hpp"
#include "endpoints/request_fields.hpp"
#include "http/dispatch.hpp"
#include "rpc/codec.hpp"

namespace octane::endpoints {
namespace asio = boost::asio;
using base::ErrorCode;

namespace {

// What the client has given, before it is known what it is called with.
struct GivenFields {
    std::vector<std::pair<std::string, std::string>> values;  // from path, query and form
    std::vector<std::pair<std::string, std::string>> files;   // of a form
    std::string json;                                         // the body, where it is JSON
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

// `query`: the client's own, for a request of that type.
asio::awaitable<base::Result<GivenFields>> read_given(http::Exchange& exchange, const Bindings::Found& found,
                                                      const http::Query& query, const google::protobuf::Descriptor& type) {
    auto& request = exchange.request();
    const auto& terms = found.binding->terms;
    GivenFields given;
    for (const auto& capture : found.captures) add_value(terms, capture.field, capture.value, given);
    for (const auto& [name, value] : query.all()) {
        const bool is_field = renamed(terms, name) != nullptr || RequestFields::has(type, name);
        if (name != "token" && (is_field || !is_meaningless(name))) add_value(terms, name, value, given);
    }
    if (terms.is_form && form_kind(request.header("Content-Type")) != FormKind::url_encoded) {
        auto read = co_await read_form(exchange, terms, given);
        if (!read) co_return std::move(read).error();
        co_return given;
    }
    const auto whole = co_await http::read_whole_body(exchange);
    if (!whole) co_return whole.error();
    if (!terms.is_form) {
        given.json = std::move(request.body);
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

// Files are let go as they are taken, since they may be large.
base::Result<std::string> make_message(const BindingTerms& terms, GivenFields& given, const rpc::CallPlan& plan) {
    rpc::JsonCodecOptions options;
    options.is_strict = true;
    rpc::JsonCodec codec(options);
    // A body that is all of the request is read as it is.
    const bool is_body_alone = terms.body == "*" && given.values.empty() && terms.constants.empty();
    if (is_body_alone) return codec.read(plan, given.json);
    RequestFields fields(plan.request_type());
    auto added = add_body(fields, terms, given.json);
    if (!added) return std::move(added).error();
    for (const auto* const list : {&std::as_const(given.values), &terms.constants}) {
        for (const auto& [name, value] : *list) {
            const auto path = wire::parse_bytes_path(plan.request_type(), name);
            const bool is_bytes = path && path->back().field->type() == google::protobuf::FieldDescriptor::TYPE_BYTES;
            if (terms.is_form && is_bytes && list == &given.values)
                return base::make_error(ErrorCode::bad_value, "the field '" + name + "' of the form has to be a file");
            added = fields.add(name, value);
            if (!added) return std::move(added).error();
        }
    }
    auto message = codec.read(plan, fields.json());
    if (!message) return message;
    std::set<std::string_view> names;
    for (auto& file : given.files) {
        const std::string shown = "the file '" + file.first.substr(0, 60) + "' ";
        if (!names.insert(file.first).second) return base::make_error(ErrorCode::bad_value, shown + "was given twice");
        auto path = wire::parse_bytes_path(plan.request_type(), file.first);
        if (!path) return base::make_error(ErrorCode::bad_value, shown + "cannot be taken: " + path.error().message);
        const bool is_set =
            std::ranges::find(terms.constants, file.first, &std::pair<std::string, std::string>::first) != terms.constants.end();
        if (is_set || path->back().field->type() != google::protobuf::FieldDescriptor::TYPE_BYTES)
            return base::make_error(ErrorCode::bad_value,
                                    shown + "cannot be taken: the field holds no bytes, or is not the client's to set");
        auto appended = append_wrapped(*message, *path, file.second);
        if (!appended) return std::move(appended).error();
        file.second = {};
    }
    return message;
}

asio::awaitable<base::Result<std::string>> read_message(http::Exchange& exchange, const Bindings::Found& found,
                                                        const http::Query& query, const rpc::CallPlan& plan) {
    auto given = co_await read_given(exchange, found, query, plan.request_type());
    if (!given) co_return std::move(given).error();
    co_return make_message(found.binding->terms, *given, plan);
}

constexpr std::size_t kLongestShort = 8191;  // bytes: what a client quotes that wants this shape

// UTF-8 is cut between characters.
std::string cut(std::string text, std::size_t most) {
    if (text.size() <= most) return text;
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U) --most;
    text.resize(most);
    return text;
}

http::Response short_failure(const base::Error& error, int status) {
    http::Response response;
    response.status = status;
    for (std::size_t most = error.message.size(); response.body.empty() || response.body.size() > kLongestShort;
         most = most * 3 / 4) {
        const nlohmann::ordered_json body = {{"error", true}, {"message", cut(error.message, most)}, {"code", status}};
        response.body = body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    }
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
    return found && (found->binding || !has_route);
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
    made.failure = [&terms](const base::Error& error, std::string_view call_id) { return failure_of(error, terms, call_id); };
    made.response_body = terms.response_body;
    co_await call_made(site, exchange, made);
}

}  // namespace octane::endpoints
