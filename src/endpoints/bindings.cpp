#include "endpoints/bindings.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <utility>

#include "endpoints/upstream_table.hpp"
#include "schema/http_rules.hpp"
#include "telemetry/log.hpp"

namespace octane::endpoints {

// Sorted: the first that fits counts. The configuration's come first, whatever they look like.
struct Bindings::Table {
    std::vector<std::shared_ptr<const Binding>> own;
    std::vector<std::shared_ptr<const Binding>> annotated;
};

namespace {

void sort_by_path(std::vector<std::shared_ptr<const Binding>>& bindings) {
    std::ranges::stable_sort(bindings, [](const auto& one, const auto& other) { return one->path < other->path; });
}

}  // namespace

void Bindings::refresh() {
    std::vector<std::uint64_t> ids;
    for (const auto& entry : upstreams_.entries()) ids.push_back(entry.schema()->id());
    if (std::exchange(schemas_, ids) == ids && table_) return;
    auto made = std::make_shared<Table>();
    for (const auto& route : own_) {
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
