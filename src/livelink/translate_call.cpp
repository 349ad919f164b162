// Room: livelink. The two halves of a call whose messages differ between releases: choose_method() and translate_answer().
#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <utility>

#include "base/nearest.hpp"
#include "livelink/surface.hpp"
#include "wire/reader.hpp"

namespace octane::livelink {
namespace {

using base::ErrorCode;
using google::protobuf::FieldDescriptor;

std::uint64_t number_in(const FieldDescriptor& field, const base::ByteChain& message) {
    return wire::last_varint(message, static_cast<std::uint32_t>(field.number())).value_or(0);
}

std::string text_in(const FieldDescriptor& field, const base::ByteChain& message) {
    std::string text;
    for (wire::Reader reader(message); reader.next();) {
        const bool is_it =
            reader.field() == static_cast<std::uint32_t>(field.number()) && reader.type() == wire::WireType::length_delimited;
        if (!is_it) continue;
        text.clear();
        reader.append_bytes(text);
    }
    return text;
}

// The members of the one-of by which the choices are told apart; empty if it is not by one.
std::vector<std::string_view> telling_members(const std::vector<Conversion>& choices) {
    std::vector<std::string_view> names;
    for (const auto& choice : choices) {
        for (const auto& move : choice.request.moves) {
            const bool is_new = std::ranges::find(names, move.from->name()) == names.end();
            if (is_new && move.from->real_containing_oneof() != nullptr) names.emplace_back(move.from->name());
        }
    }
    return names;
}

// No choice fits: either the request does not say the type, or it says one that the connected release cannot do.
base::Error nothing_fits(const ResolvedName& route, const base::ByteChain& request) {
    const std::string who = route.called->display + " on " + route.schema->name();
    const auto& choices = *route.choices;
    if (choices.front().request.conditions.empty()) {
        const auto names = telling_members(choices);
        for (wire::Reader reader(request); reader.next();) {
            const auto* field = route.called->request->FindFieldByNumber(static_cast<int>(reader.field()));
            if (field == nullptr || field->real_containing_oneof() == nullptr) continue;
            return base::make_error(ErrorCode::release_lacks_method, who + " cannot take \"" + field->name() + "\"; it takes " +
                                                                         base::join_names(names, names.size()));
        }
        return base::make_error(ErrorCode::bad_value,
                                who + " needs the value in one of these members: " + base::join_names(names, names.size()));
    }
    const FieldDescriptor& type = *choices.front().request.conditions.front().field;
    std::vector<std::string_view> names;
    for (const auto& choice : choices) {
        const auto wanted = static_cast<int>(choice.request.conditions.front().value);
        const std::string_view name = type.enum_type()->FindValueByNumber(wanted)->name();
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
    const auto given = number_in(type, request);
    const auto* known = type.enum_type()->FindValueByNumber(static_cast<int>(given));
    const std::string takes = "; \"" + type.name() + "\" takes " + base::join_names(names, names.size());
    if (given != 0 && known != nullptr)
        return base::make_error(ErrorCode::release_lacks_method, who + " has nothing for " + known->name() + takes);
    const std::string what = given == 0 ? " needs \"" + type.name() + "\", which says the type of the value"
                                        : " does not know " + type.name() + " " + std::to_string(given);
    return base::make_error(ErrorCode::bad_value, who + what + takes);
}

}  // namespace

base::Result<std::string> choose_method(ResolvedName& route, std::string request) {
    if (route.choices == nullptr) return request;
    const auto message = base::ByteChain::own(std::move(request));
    const auto choice = std::ranges::find_if(*route.choices, [&message](const Conversion& one) {
        const auto fit = wire::fit_of(one.request, message);
        return fit.has_members && fit.meets_conditions;
    });
    if (choice == route.choices->end()) return nothing_fits(route, message);
    route.conversion = &*choice;
    route.method = choice->to;
    return wire::reshaped(choice->request, message);
}

base::Result<base::ByteChain> translate_answer(const ResolvedName& route, base::ByteChain answer) {
    if (route.conversion == nullptr) return answer;
    const Conversion& conversion = *route.conversion;
    if (!wire::fit_of(conversion.answer, answer).meets_conditions) {
        std::string text = conversion.reason == nullptr ? "" : text_in(*conversion.reason, answer);
        if (text.empty()) text = "Octane refused " + conversion.to->display + " without saying why";
        return base::make_error(ErrorCode::upstream_bad_request, std::move(text));
    }
    auto bytes = wire::reshaped(conversion.answer, answer);
    if (!bytes) return std::move(bytes).error();
    return base::ByteChain::own(*std::move(bytes));
}

}  // namespace octane::livelink
