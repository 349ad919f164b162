// Room: livelink. What a method's descriptor says about how it must be treated: by data, never by a list of calls in the code.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "livelink/deny_list.hpp"
#include "livelink/edit_kind.hpp"
#include "rpc/call_queue.hpp"
#include "schema/schema.hpp"

namespace octane::livelink {

struct MethodTraits {
    // Changes nothing, so equal ones may be joined and several may run side by side. Of Octane's own services by name, see
    // is_read_name(); of any by idempotency_level = NO_SIDE_EFFECTS.
    bool is_read = false;
    EditKind edit = EditKind::none;
    // What follows is of Octane's own services only.
    //
    // Name of field 1 if that is the object the method belongs to (objectPtr, item_ref, nodePinInfoRef), which cannot be null;
    // else empty. Other objects may be: connectTo's source, setRenderTargetNode's target, callbacks.
    std::string_view instance;
    // Request or answer holds handles, which are void in another epoch.
    bool deals_in_handles = false;
    // When it has succeeded all handles are void: loadProject, resetProject and their kind (docs/octane.md §1.9).
    bool voids_handles = false;
    // Number of resetProject's suppressUI, without which Octane may open a dialog and block; 0: it has none.
    std::uint32_t suppress_ui = 0;
    // Number of the answer's bool by which the call reports failure: `success`, and `result` where handles become void; 0: none.
    std::uint32_t success_flag = 0;
    // Number of the object in the answer of connectedNode and its kind, which may be left unset: see
    // CallHead::wants_empty_objects; 0: another method.
    std::uint32_t empty_object = 0;
    // Camera and frames are what a person is waiting for while dragging (docs/octane.md §4.3).
    rpc::Lane lane = rpc::Lane::ordinary;
    // Why it may not be called; null if it may. The deny list's own.
    const std::string* refusal = nullptr;
    // Number of the argument for some of whose values it is refused; 0: none.
    std::uint32_t judged_argument = 0;
};

// True for names that ask: get…, is…, has…, can… and …Count, and nouns such as `name` or `pinInfo` that stand in a list beside
// the code. Whatever is not known to be a question counts as an edit. `method` without service.
bool is_read_name(std::string_view method);

// What the descriptor alone says.
MethodTraits describe_method(const schema::Method& method);

// The traits of every method of the schemas; immutable, read from all loops. The deny list must outlive it.
class MethodTraitsTable {
  public:
    MethodTraitsTable(const std::vector<std::shared_ptr<const schema::Schema>>& schemas, const DenyList& deny);
    [[nodiscard]] const MethodTraits& of(const schema::Method& method) const;

  private:
    std::unordered_map<const google::protobuf::MethodDescriptor*, MethodTraits> traits_;
    std::vector<std::shared_ptr<const schema::Schema>> schemas_;  // keep the descriptors alive
    MethodTraits unknown_;
};

}  // namespace octane::livelink
