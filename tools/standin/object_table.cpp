// Stand-in renderer: the table of objects, and the look-ups inside an item.
#include "standin/object_table.hpp"

#include <algorithm>
#include <utility>

namespace octane::standin {

Attribute* Item::attribute(int id) {
    const auto found = std::find_if(attributes.begin(), attributes.end(), [id](const Attribute& a) { return a.spec.id == id; });
    return found == attributes.end() ? nullptr : &*found;
}

std::optional<std::size_t> Item::pin_index(int id) const {
    for (std::size_t i = 0; i < pins.size(); ++i)
        if (pins[i].spec.id == id && id != 0) return i;
    return std::nullopt;
}

std::optional<std::size_t> Item::pin_index(const std::string& pin_name) const {
    for (std::size_t i = 0; i < pins.size(); ++i)
        if (pins[i].spec.name == pin_name) return i;
    return std::nullopt;
}

Object& ObjectTable::insert(std::unique_ptr<Object> object) {
    if (freed_.empty()) {
        object->handle = next_++;
    } else {
        object->handle = freed_.top();
        freed_.pop();
    }
    Object& added = *object;
    objects_.emplace(added.handle, std::move(object));
    return added;
}

void ObjectTable::make_room() {
    while (temporary_.size() >= kMostTemporary) {
        const Handle oldest = temporary_.front();
        temporary_.pop_front();
        if (const auto* object = find(oldest); object != nullptr && dynamic_cast<const Item*>(object) == nullptr) free(oldest);
    }
}

Object* ObjectTable::find(Handle handle) const {
    const auto found = objects_.find(handle);
    return found == objects_.end() ? nullptr : found->second.get();
}

void ObjectTable::free(Handle handle) {
    if (objects_.erase(handle) > 0) freed_.push(handle);
}

std::vector<Handle> ObjectTable::handles() const {
    std::vector<Handle> out;
    out.reserve(objects_.size());
    for (const auto& [handle, object] : objects_) out.push_back(handle);
    return out;
}

}  // namespace octane::standin
