#include "livelink/request_care.hpp"

#include "base/bytes.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace octane::livelink {
namespace {

constexpr std::uint32_t kInstanceField = 1;
constexpr std::uint32_t kHandleField = 1;  // of ObjectRef
constexpr std::uint32_t kTypeField = 2;

void read_object(wire::Reader object, ObjectRef& into) {
    while (object.next()) {
        if (object.type() != wire::WireType::varint) continue;
        if (object.field() == kHandleField) into.handle = object.read_varint();
        if (object.field() == kTypeField) into.type = object.read_varint();
    }
}

}  // namespace

RequestFacts read_facts(const std::string& request, const MethodTraits& traits) {
    RequestFacts facts;
    const bool has_instance = !traits.instance.empty();
    if (!has_instance && traits.suppress_ui == 0 && traits.judged_argument == 0) return facts;
    const base::ByteChain chain({std::string_view(request)}, nullptr);
    wire::Reader reader(chain);
    while (reader.next()) {
        const auto field = reader.field();
        if (has_instance && field == kInstanceField && reader.type() == wire::WireType::length_delimited) {
            if (!facts.instance) facts.instance.emplace();
            read_object(reader.read_message(), *facts.instance);
        } else if (reader.type() == wire::WireType::varint && (field == traits.suppress_ui || field == traits.judged_argument)) {
            const std::uint64_t value = reader.read_varint();
            if (field == traits.suppress_ui) facts.suppress_ui = value;
            if (field == traits.judged_argument) facts.judged_argument = value;
        }
    }
    return facts;
}

base::Result<base::Done> check_instance(const schema::Method& method, const MethodTraits& traits, const RequestFacts& facts) {
    if (traits.instance.empty()) return base::Done{};
    const auto& object = facts.instance;
    if (object && object->handle != 0) return base::Done{};
    const std::string member(traits.instance);
    return base::make_error(base::ErrorCode::bad_value,
                            method.display +
                                (object ? " was asked of " + member + " with handle 0, which is no object"
                                        : " needs the object it is asked of, but " + member + " is missing") +
                                "; send \"" + member + "\":{\"handle\":…,\"type\":…} as an earlier answer gave it");
}

void suppress_dialogs(const MethodTraits& traits, const RequestFacts& facts, std::string& request) {
    if (traits.suppress_ui == 0 || facts.suppress_ui) return;
    wire::append_varint_field(request, traits.suppress_ui, 1);
}

}  // namespace octane::livelink
