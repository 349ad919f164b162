#include "wire/late_types.hpp"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

namespace octane::wire {
namespace {

// Speaks nlohmann::json's SAX interface.
template <typename Found>
class TypeSearch {
  public:
    using Json = nlohmann::json;

    TypeSearch(std::size_t most_levels, Found found) : most_levels_(most_levels), found_(std::move(found)) {}

    bool null() { return other(); }
    bool boolean(bool /*value*/) { return other(); }
    bool number_integer(std::int64_t /*value*/) { return other(); }
    bool number_unsigned(std::uint64_t /*value*/) { return other(); }
    bool number_float(double /*value*/, const std::string& /*digits*/) { return other(); }
    bool binary(Json::binary_t& /*never in JSON text*/) { return false; }
    bool string(std::string& value) {
        if (is_type_next_) found_(open_.back().ordinal, std::move(value));
        return other();
    }
    bool start_object(std::size_t /*unknown*/) { return open({.ordinal = ++objects_}); }
    bool start_array(std::size_t /*unknown*/) { return open({}); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }
    bool key(const std::string& name) {
        OpenLevel& top = open_.back();
        is_type_next_ = top.has_members && name == "@type";
        top.has_members = true;
        return true;
    }
    bool parse_error(std::size_t /*position*/, const std::string& /*token*/, const Json::exception& /*exception*/) {
        return false;
    }

  private:
    struct OpenLevel {
        std::size_t ordinal = 0;
        bool has_members = false;
    };
    bool other() {
        is_type_next_ = false;
        return true;
    }
    bool open(OpenLevel level) {
        is_type_next_ = false;
        open_.push_back(level);
        return open_.size() <= most_levels_;
    }
    bool close() {
        open_.pop_back();
        return true;
    }

    const std::size_t most_levels_;
    Found found_;
    std::vector<OpenLevel> open_;
    std::size_t objects_ = 0;
    bool is_type_next_ = false;
};

}  // namespace

std::optional<LateTypes> LateTypes::find(std::string_view json, int most_levels) {
    LateTypes late;
    TypeSearch search(static_cast<std::size_t>(most_levels), [&late](std::size_t ordinal, std::string text) {
        late.types_.push_back({ordinal, std::move(text)});
    });
    if (!nlohmann::json::sax_parse(json.data(), json.data() + json.size(), &search)) return std::nullopt;
    // Of an object that has two, which the reader refuses, either will do.
    std::ranges::sort(late.types_, {}, &LateType::ordinal);
    return late;
}

const std::string* LateTypes::of_object(std::size_t ordinal) const {
    const auto place = std::ranges::lower_bound(types_, ordinal, {}, &LateType::ordinal);
    return place != types_.end() && place->ordinal == ordinal ? &place->text : nullptr;
}

}  // namespace octane::wire
