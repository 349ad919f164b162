// Room: wire. Where JSON says the type of an Any only after other members: a first look through the text for all "@type"s that
// are not the first member of their object.
//
// Whose type comes first is read in one pass, and most texts need no such look. The one look serves all Anys of a text, however
// nested, and keeps nothing but the types themselves: never more than a few times the text's size. Immutable afterwards.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace octane::wire {

class LateTypes {
  public:
    // Nothing if the text is not JSON or has more than `most_levels` objects and arrays inside one another.
    static std::optional<LateTypes> find(std::string_view json, int most_levels);

    // The late "@type" of the object that is the text's `ordinal`th, counted from 1 by where objects begin; null if it has none.
    [[nodiscard]] const std::string* of_object(std::size_t ordinal) const;

  private:
    struct LateType {
        std::size_t ordinal = 0;
        std::string text;
    };
    std::vector<LateType> types_;  // by ordinal
};

}  // namespace octane::wire
