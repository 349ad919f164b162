// Stand-in renderer: handles. They count up from 1 000 000 and freed ones are given out again, lowest first, as in Octane.
//
// Clients never free arrays and pin infos. At most 100 000 of those are kept; then the oldest goes.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <queue>
#include <unordered_map>
#include <vector>

#include "standin/item.hpp"

namespace octane::standin {

class ObjectTable {
  public:
    static constexpr Handle kFirst = 1000000;
    static constexpr std::size_t kMostTemporary = 100000;

    template <class T>
    T& add() {
        return static_cast<T&>(insert(std::make_unique<T>()));
    }
    // For arrays and pin infos.
    template <class T>
    T& add_temporary() {
        make_room();
        T& object = add<T>();
        temporary_.push_back(object.handle);
        return object;
    }
    Object* find(Handle handle) const;
    template <class T>
    T* find_as(Handle handle) const {
        return dynamic_cast<T*>(find(handle));
    }
    void free(Handle handle);
    std::vector<Handle> handles() const;
    std::size_t size() const { return objects_.size(); }

  private:
    Object& insert(std::unique_ptr<Object> object);
    void make_room();

    std::unordered_map<Handle, std::unique_ptr<Object>> objects_;
    std::priority_queue<Handle, std::vector<Handle>, std::greater<>> freed_;
    std::deque<Handle> temporary_;
    Handle next_ = kFirst;
};

}  // namespace octane::standin
