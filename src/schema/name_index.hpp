// Room: schema. By which names people reach the services and methods of a pool. Built once, read by all threads. docs/api.md §2.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema/name_maps.hpp"
#include "schema/schema.hpp"

namespace octane::schema {

// The outcome of a look-up: one found, several that fit equally (none of which is taken), or nothing.
template <typename T>
struct NameMatch {
    const T* found = nullptr;
    const std::vector<const T*>* rivals = nullptr;
};

// Names of one kind. Full names beat short ones, and each spelling as written beats the same without regard to case.
template <typename T>
class Names {
  public:
    void add_full(const std::string& name, const T& target) {
        push(exact_[name].full, target);
        push(folded_[name].full, target);
    }
    void add_short(const std::string& name, const T& target) {
        push(exact_[name].brief, target);
        push(folded_[name].brief, target);
    }
    [[nodiscard]] NameMatch<T> find(std::string_view name) const {
        if (const auto place = exact_.find(name); place != exact_.end()) return choose(place->second);
        if (const auto place = folded_.find(name); place != folded_.end()) return choose(place->second);
        return {};
    }

  private:
    struct Fits {
        std::vector<const T*> full;
        std::vector<const T*> brief;
    };
    static void push(std::vector<const T*>& list, const T& target) {
        if (list.empty() || list.back() != &target) list.push_back(&target);
    }
    static NameMatch<T> choose(const Fits& fits) {
        const auto& list = fits.full.empty() ? fits.brief : fits.full;
        return list.size() == 1 ? NameMatch<T>{list.front(), nullptr} : NameMatch<T>{nullptr, &list};
    }

    ExactMap<Fits> exact_;
    FoldedMap<Fits> folded_;
};

struct ServiceEntry {
    const google::protobuf::ServiceDescriptor* descriptor = nullptr;
    std::string short_name;
    std::vector<Method> methods;  // in declaration order
    Names<Method> method_names;
};

class NameIndex {
  public:
    // `services` sorted by full name; entries keep that order.
    explicit NameIndex(const std::vector<const google::protobuf::ServiceDescriptor*>& services);
    NameIndex(const NameIndex&) = delete;
    NameIndex& operator=(const NameIndex&) = delete;

    [[nodiscard]] const std::vector<ServiceEntry>& entries() const { return entries_; }
    [[nodiscard]] NameMatch<ServiceEntry> find(std::string_view service) const { return service_names_.find(service); }

  private:
    std::vector<ServiceEntry> entries_;  // never resized once filled: the names point into it
    Names<ServiceEntry> service_names_;
};

// "octaneapi.ApiItem" for "octaneapi.ApiItemService"; a name that is nothing but the suffix stays.
std::string_view without_suffix(std::string_view service);

}  // namespace octane::schema
