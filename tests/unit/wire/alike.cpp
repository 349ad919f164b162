#include "alike.hpp"

namespace octane::wire::test {

bool is_alike(const nlohmann::json& ours, const nlohmann::json& theirs) {
    if (ours.is_number() && theirs.is_number())
        return ours == theirs || static_cast<float>(ours.get<double>()) == static_cast<float>(theirs.get<double>());
    if (ours.type() != theirs.type()) return false;
    if (ours.is_array()) {
        if (ours.size() != theirs.size()) return false;
        for (std::size_t i = 0; i < ours.size(); ++i) {
            if (!is_alike(ours[i], theirs[i])) return false;
        }
        return true;
    }
    if (!ours.is_object()) return ours == theirs;
    const bool lacks_value =
        ours.contains("@type") && theirs.contains("@type") && ours.size() == 2 && theirs.size() == 1 && ours.contains("value");
    if (ours.size() != theirs.size() && !lacks_value) return false;
    for (const auto& [name, member] : ours.items()) {
        const auto other = theirs.find(name);
        if (other == theirs.end() ? !lacks_value : !is_alike(member, *other)) return false;
    }
    return true;
}

nlohmann::json without_nulls(const nlohmann::json& value) {
    using Json = nlohmann::json;
    if (value.is_array()) {
        Json list = Json::array();
        for (const Json& element : value) list.push_back(without_nulls(element));
        return list;
    }
    if (!value.is_object()) return value;
    Json object = Json::object();
    for (const auto& [name, member] : value.items()) {
        if (!member.is_null()) object[name] = without_nulls(member);
    }
    return object;
}

}  // namespace octane::wire::test
