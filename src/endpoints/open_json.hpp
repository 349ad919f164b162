// Room: endpoints. A JSON text in which places are set, while all else stays as it was written: numbers with all their digits,
// and members that were given twice.
//
// Pure. What is on the way to a place is taken apart, and nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace octane::endpoints {

class OpenJson {
  public:
    OpenJson() = default;  // null

    // Nothing for what is no JSON.
    static std::optional<OpenJson> parse(std::string_view text);
    static OpenJson string(std::string_view utf8);
    // `text` is JSON, which nobody judges.
    static OpenJson literal(std::string text);

    [[nodiscard]] bool is_null() const { return kind_ == Kind::text && text_ == "null"; }
    [[nodiscard]] bool is_object() const { return kind_ == Kind::object || (kind_ == Kind::text && text_.front() == '{'); }
    [[nodiscard]] bool is_list() const { return kind_ == Kind::list || (kind_ == Kind::text && text_.front() == '['); }

    // How many members and elements may still be opened or added in all of a text, each of which takes far more memory than the
    // "0," that it may be.
    using Room = std::size_t;
    static constexpr Room kMostOpened = 10000;
    // Each may be asked of an object, or of null, which becomes one; of a list likewise. What it gives lives until the next call.
    // Null: it is something else, or there is no room for what it holds or for one more.
    // The first of either name; a new one, which is null, has the first name.
    OpenJson* member(std::string_view name, std::string_view other_name, Room& room);
    // Of all elements, those that were there. Who adds one sees to the room.
    std::vector<OpenJson>* elements(Room& room);

    [[nodiscard]] std::size_t size() const;  // bytes that write() appends, or a few less where names have to be escaped
    void write(std::string& out) const;

  private:
    enum class Kind : std::uint8_t { text, object, list };

    bool open(Kind kind, Room& room);

    Kind kind_ = Kind::text;
    std::string text_ = "null";                               // kind text: without white space around it
    std::vector<OpenJson> values_;                            // of the members or elements
    std::vector<std::string> names_;                          // kind object: one for each
    std::map<std::string, std::size_t, std::less<>> places_;  // kind object: of the first value of each name
};

}  // namespace octane::endpoints
