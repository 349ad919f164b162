// Stand-in renderer: ApiItemArray, ApiNodeArray and ApiNodePinInfoEx, whose objects live behind handles of their own.
#include <cstddef>

#include "standin/fields.hpp"
#include "standin/services.hpp"

namespace octane::standin {
namespace {

void add_array(Stage& stage, const char* service, bool holds_nodes, const char* size, const char* get, const char* items) {
    const ObjectType type = holds_nodes ? ObjectType::node : ObjectType::item;
    stage.methods.on(service, size, [&stage, holds_nodes](const Message& request, Message& reply) {
        put(reply, "result", array_of(stage, request, holds_nodes).members.size());
    });
    stage.methods.on(service, get, [&stage, holds_nodes, type](const Message& request, Message& reply) {
        const Array& array = array_of(stage, request, holds_nodes);
        const auto index = static_cast<std::size_t>(integer(request, "index"));
        if (index >= array.members.size()) throw CallError(grpc::StatusCode::OUT_OF_RANGE, "index out of range");
        put_ref(reply, "result", array.members[index], type);
    });
    stage.methods.on(service, items, [&stage, holds_nodes, type](const Message& request, Message& reply) {
        const Array& array = array_of(stage, request, holds_nodes);
        Message& list = sub(reply, "result");
        for (const Handle handle : array.members) {
            Message& ref = add(list, "data");
            put(ref, "handle", handle);
            put(ref, "type", static_cast<int>(type));
        }
    });
}

}  // namespace

void add_array_methods(Stage& stage) {
    add_array(stage, "ApiItemArray", false, "size", "get", "items");
    add_array(stage, "ApiNodeArray", true, "size1", "get1", "items1");
    stage.methods.on("ApiNodePinInfoEx", "getApiNodePinInfo", [&stage](const Message& request, Message& reply) {
        put_pin_info(sub(reply, "nodePinInfo"), pin_info_of(stage, request).spec);
        put(reply, "success", true);
    });
    stage.methods.on("ApiNodePinInfoEx", "deleteApiNodePinInfo", [&stage](const Message& request, Message& reply) {
        stage.scene.objects().free(pin_info_of(stage, request).handle);
        put(reply, "success", true);
    });
}

}  // namespace octane::standin
