#include "wire/request_reader.hpp"

#include <array>
#include <utility>

namespace octane::wire {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::OneofDescriptor;

constexpr std::size_t kUsualDepth = 8;

bool is_message(const FieldDescriptor& field) {
    return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
}

// Whether an array may stand for the message: its only field is a list.
bool wraps_a_list(const Descriptor& message) {
    return message.field_count() == 1 && message.field(0)->is_repeated() && !message.field(0)->is_map();
}

// The first argument of Octane's methods is called by one of these names, which differs between releases.
const FieldDescriptor* find_alias(const Descriptor& message, const std::string& name) {
    static const std::array<std::string, 3> kNames = {"objectPtr", "item_ref", "nodePinInfoRef"};
    if (name != kNames[0] && name != kNames[1] && name != kNames[2] && name != "itemRef") return nullptr;
    const FieldDescriptor* found = nullptr;
    for (const std::string& known : kNames) {
        const FieldDescriptor* field = message.FindFieldByName(known);
        if (field && found) return nullptr;
        if (field) found = field;
    }
    return found;
}

const OneofDescriptor* find_one_of(const Descriptor& message, const std::string& name) {
    for (int i = 0; i < message.oneof_decl_count(); ++i) {
        if (message.oneof_decl(i)->name() == name) return message.oneof_decl(i);
    }
    return nullptr;
}

}  // namespace

RequestReader::RequestReader(const Descriptor& message, const JsonReadOptions& options, std::string_view json)
    : root_(message), options_(options), json_(json), builder_(json.size()) {
    frames_.reserve(kUsualDepth);
}

RequestReader::Target RequestReader::target() const {
    if (frames_.empty()) return {nullptr, &root_, false};
    const Frame& top = frames_.back();
    const bool is_whole_list = top.kind != FrameKind::array && top.field->is_repeated();
    return {top.field, is_message(*top.field) ? top.field->message_type() : nullptr, is_whole_list};
}

const FieldDescriptor* RequestReader::find_member(const Descriptor& message, const std::string& name, bool& is_alias) const {
    is_alias = false;
    if (const FieldDescriptor* field = message.FindFieldByName(name)) return field;
    for (int i = 0; i < message.field_count(); ++i) {
        if (message.field(i)->json_name() == name) return message.field(i);
    }
    is_alias = true;
    return find_alias(message, name);
}

bool RequestReader::key(std::string& name) {
    if (skip_depth_ > 0) return true;
    Frame& top = frames_.back();
    if (top.kind == FrameKind::map) return start_map_entry(name);
    if (top.kind == FrameKind::buffer) {
        buffer_key_ = name;
        return name == "type" || name == "data" || skip_unknown(name);
    }
    top.field = find_member(*top.message, name, top.is_alias);
    if (top.field) return true;
    maybe_one_of_key_ = find_one_of(*top.message, name);
    if (!maybe_one_of_key_) return options_.foreign ? foreign_member(name) : skip_unknown(name);
    is_next_skipped_ = true;
    return true;
}

bool RequestReader::start_map_entry(const std::string& name) {
    map_keys_.back() = name;
    const FieldDescriptor& map = *frames_.back().field;
    const FieldDescriptor& key_field = *map.message_type()->FindFieldByNumber(1);
    const WireBuilder::Nested entry = builder_.begin(map.number());
    builder_.tag(1, wire_type_of(key_field));
    const JsonScalar key = JsonScalar::make(name);
    if (!append_scalar(key_field, key, builder_.out())) {
        return misfit(target(), describe_expected(key_field, key) + " as key", describe_found(key));
    }
    Frame frame{.kind = FrameKind::single, .is_nested = true, .field = map.message_type()->FindFieldByNumber(2), .nested = entry};
    frame.seen_from = seen_beyond_.size();
    frame.one_ofs_from = one_ofs_.size();
    frames_.push_back(frame);
    return true;
}

// Notes that the member is given, and refuses it if it cannot be.
bool RequestReader::claim(const Target& target) {
    if (frames_.empty() || frames_.back().kind != FrameKind::message) return true;
    Frame& top = frames_.back();
    if (!top.is_alias) {
        const int index = target.field->index();
        bool is_repeated_member = false;
        if (index < 64) {
            const std::uint64_t bit = std::uint64_t{1} << static_cast<unsigned>(index);
            is_repeated_member = (top.seen & bit) != 0;
            top.seen |= bit;
        } else {
            for (std::size_t i = top.seen_from; i < seen_beyond_.size(); ++i) is_repeated_member |= seen_beyond_[i] == index;
            seen_beyond_.push_back(index);
        }
        if (is_repeated_member) return refuse(base::ErrorCode::bad_value, "\"" + path() + "\" is given twice");
    }
    const OneofDescriptor* one_of = target.field->real_containing_oneof();
    if (!one_of) return true;
    for (std::size_t i = top.one_ofs_from; i < one_ofs_.size(); ++i) {
        if (one_ofs_[i]->real_containing_oneof() != one_of || one_ofs_[i] == target.field) continue;
        const std::string both = "\"" + path_to(one_ofs_[i]->name()) + "\" and \"" + path() + "\"";
        return refuse(base::ErrorCode::bad_value,
                      both + " exclude each other: give only one member of the one-of " + one_of->name());
    }
    one_ofs_.push_back(target.field);
    return true;
}

void RequestReader::enter(FrameKind kind, const Target& target, const FieldDescriptor* field) {
    Frame frame{.kind = kind, .message = target.message, .field = field};
    frame.seen_from = seen_beyond_.size();
    frame.one_ofs_from = one_ofs_.size();
    if (kind == FrameKind::map) map_keys_.emplace_back();
    frames_.push_back(frame);
}

void RequestReader::enter_nested(FrameKind kind, const Target& target, const FieldDescriptor* field) {
    enter(kind, target, field);
    if (!target.field) return;  // the request itself has neither tag nor length
    frames_.back().is_nested = true;
    frames_.back().nested = builder_.begin(target.field->number());
}

void RequestReader::leave() {
    const Frame& top = frames_.back();
    if (top.is_nested && top.kind == FrameKind::array)
        builder_.end_or_drop(top.nested);
    else if (top.is_nested)
        builder_.end(top.nested);
    seen_beyond_.resize(top.seen_from);
    one_ofs_.resize(top.one_ofs_from);
    if (top.kind == FrameKind::map) map_keys_.pop_back();
    frames_.pop_back();
}

void RequestReader::value_done() {
    while (!frames_.empty() && frames_.back().kind == FrameKind::single) leave();
    if (frames_.empty()) return;
    if (frames_.back().kind == FrameKind::array) ++frames_.back().index;
    if (frames_.back().kind == FrameKind::message) frames_.back().field = nullptr;
}

// True if the container belongs to a member that is being ignored.
bool RequestReader::is_container_skipped() {
    if (skip_depth_ == 0 && !is_next_skipped_) return false;
    is_next_skipped_ = false;
    ++skip_depth_;
    return true;
}

bool RequestReader::begin_container() {
    if (++depth_ > options_.max_depth) {
        return refuse(base::ErrorCode::bad_value,
                      "the JSON is nested deeper than " + std::to_string(options_.max_depth) + " levels");
    }
    if (!maybe_one_of_key_) return true;
    const bool goes_on = skip_unknown(maybe_one_of_key_->name());
    maybe_one_of_key_ = nullptr;
    return goes_on;
}

bool RequestReader::start_object(std::size_t /*unknown*/) {
    if (!begin_container()) return false;
    if (is_container_skipped()) return true;
    const Target here = target();
    if (is_in_buffer()) return misfit(here, describe_expected(*here.field, {}), "an object in its place");
    if (here.is_whole_list) {
        if (!here.field->is_map()) return misfit(here, "an array", "an object");
        if (!claim(here)) return false;
        enter(FrameKind::map, here, here.field);
        return true;
    }
    if (!here.message) {
        const bool is_buffer = here.field->type() == FieldDescriptor::TYPE_BYTES;
        if (!is_buffer) return misfit(here, describe_expected(*here.field, {}), "an object");
        if (!claim(here)) return false;
        buffer_.clear();
        is_buffer_filled_ = false;
        enter(FrameKind::buffer, here, here.field);
        return true;
    }
    if (here.field && here.field->type() == FieldDescriptor::TYPE_GROUP)
        return misfit(here, "nothing (groups are not supported)", "an object");
    if (!claim(here)) return false;
    switch (well_known(*here.message)) {
        case WellKnown::structure: enter_nested(FrameKind::map, here, here.message->field(0)); break;
        case WellKnown::value: {
            enter_nested(FrameKind::single, here, here.message->FindFieldByNumber(5));
            const Target structure = target();
            enter_nested(FrameKind::map, structure, structure.message->field(0));
            break;
        }
        default: enter_nested(FrameKind::message, here, nullptr); break;
    }
    return true;
}

bool RequestReader::start_array(std::size_t /*unknown*/) {
    if (!begin_container()) return false;
    if (is_container_skipped()) return true;
    Target here = target();
    if (is_in_buffer()) {
        if (frames_.back().kind != FrameKind::buffer || buffer_key_ != "data" || is_buffer_filled_) {
            return misfit(here, describe_expected(*here.field, {}), "an array in its place");
        }
        enter(FrameKind::buffer_data, here, here.field);
        return true;
    }
    const bool is_list = here.is_whole_list && !here.field->is_map();
    const bool is_wrapper =
        !here.is_whole_list && here.message && (wraps_a_list(*here.message) || well_known(*here.message) == WellKnown::value);
    if (!is_list && !is_wrapper) return misfit(here, expected_at(here, {}), "an array");
    if (!claim(here)) return false;
    if (is_wrapper && well_known(*here.message) == WellKnown::value) {
        enter_nested(FrameKind::single, here, here.message->FindFieldByNumber(6));
        here = target();
    }
    if (is_wrapper) {
        enter_nested(FrameKind::single, here, here.message->field(0));
        here = target();
    }
    if (here.field->is_packed())
        enter_nested(FrameKind::array, here, here.field);
    else
        enter(FrameKind::array, here, here.field);
    return true;
}

bool RequestReader::end_object() {
    --depth_;
    if (skip_depth_ > 0) {
        --skip_depth_;
        return true;
    }
    if (frames_.back().kind == FrameKind::buffer && !write_buffer()) return false;
    leave();
    value_done();
    return true;
}

bool RequestReader::end_array() {
    --depth_;
    if (skip_depth_ > 0) {
        --skip_depth_;
        return true;
    }
    const bool is_buffer_data = frames_.back().kind == FrameKind::buffer_data;
    leave();
    if (is_buffer_data)
        is_buffer_filled_ = true;
    else
        value_done();
    return true;
}

WireRequest RequestReader::finish() {
    if (unlisted_warnings_ > 0 && !warnings_.empty()) {
        warnings_.back() = "and " + std::to_string(unlisted_warnings_ + 1) + " more members were ignored";
    }
    return {builder_.finish(), std::move(warnings_)};
}

}  // namespace octane::wire
