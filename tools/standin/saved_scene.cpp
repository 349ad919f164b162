// Stand-in renderer: a scene put aside and brought back under new handles, as loading a project gives them.
#include <algorithm>
#include <map>
#include <utility>

#include "standin/scene.hpp"

namespace octane::standin {

SavedScene Scene::snapshot() const {
    SavedScene out{{}, root_, teapot_, render_target_};
    auto handles = objects_.handles();
    std::sort(handles.begin(), handles.end());
    for (const Handle handle : handles)
        if (const Item* found = item(handle)) out.items.push_back(*found);
    return out;
}

void Scene::restore(const SavedScene& saved, std::string project_path) {
    const auto old = objects_.handles();
    begin_again(std::move(project_path));
    std::map<Handle, Handle> renamed{{0, 0}};
    for (const Item& item : saved.items) renamed[item.handle] = objects_.add<Item>().handle;
    const auto now = [&](Handle handle) {
        const auto found = renamed.find(handle);
        return found == renamed.end() ? Handle{0} : found->second;
    };
    for (const Item& item : saved.items) {
        Item& added = *this->item(now(item.handle));
        added = item;
        added.handle = now(item.handle);
        added.unique_id = next_unique_id_++;
        added.owner_graph = now(item.owner_graph);
        added.owner_node = now(item.owner_node);
        for (Handle& owned : added.owned) owned = now(owned);
        for (Pin& pin : added.pins) pin.connected = now(pin.connected);
    }
    root_ = now(saved.root);
    teapot_ = now(saved.teapot);
    render_target_ = now(saved.render_target);
    mark_saved();
    discard(old);
}

}  // namespace octane::standin
