#include "livelink/request_care.hpp"

#include "base/bytes.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace octane::livelink {
namespace {

constexpr std::uint32_t kInstanceField = 1;
constexpr std::uint32_t kHandleField = 1;  // of ObjectRef
constexpr std::uint32_t kTypeField = 2;

base::ByteChain chain_over(const std::string& bytes) {
    return {{std::string_view(bytes)}, nullptr};
}

}  // namespace

std::optional<ObjectRef> read_instance(const std::string& request) {
    const auto chain = chain_over(request);
    wire::Reader reader(chain);
    std::optional<ObjectRef> found;
    while (reader.next()) {
        if (reader.field() != kInstanceField || reader.type() != wire::WireType::length_delimited) continue;
        if (!found) found.emplace();
        wire::Reader object = reader.read_message();
        while (object.next()) {
            if (object.type() != wire::WireType::varint) continue;
            if (object.field() == kHandleField) found->handle = object.read_varint();
            if (object.field() == kTypeField) found->type = object.read_varint();
        }
    }
    return found;
}

std::optional<std::uint64_t> read_number(const std::string& request, std::uint32_t field) {
    const auto chain = chain_over(request);
    wire::Reader reader(chain);
    std::optional<std::uint64_t> found;
    while (reader.next()) {
        if (reader.field() == field && reader.type() == wire::WireType::varint) found = reader.read_varint();
    }
    return found;
}

base::Result<base::Done> check_instance(const schema::Method& method, const MethodTraits& traits, const std::string& request) {
    if (traits.instance.empty()) return base::Done{};
    const auto object = read_instance(request);
    if (object && object->handle != 0) return base::Done{};
    const std::string member(traits.instance);
    return base::make_error(base::ErrorCode::bad_value,
                            method.display +
                                (object ? " was asked of " + member + " with handle 0, which is no object"
                                        : " needs the object it is asked of, but " + member + " is missing") +
                                "; send \"" + member + "\":{\"handle\":…,\"type\":…} as an earlier answer gave it");
}

void suppress_dialogs(const MethodTraits& traits, std::string& request) {
    if (traits.suppress_ui == 0 || read_number(request, traits.suppress_ui)) return;
    wire::append_varint_field(request, traits.suppress_ui, 1);
}

}  // namespace octane::livelink
